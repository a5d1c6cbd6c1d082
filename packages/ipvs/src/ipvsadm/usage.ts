/** Ends a command before it reaches the kernel: what `ipvsadm` says, and the status that it exits with. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
  readonly status: number;

  constructor(message: string, status = 2) {
    super(message);
    this.status = status;
  }
}

/** The tool's version line. */
export const VERSION_LINE = 'ipvsadm v1.31 2019/12/24 (compiled with popt and IPVS v1.2.1)\n';

/** Says where help is; status -1, which a shell sees as 255. */
export function tryHelp(): never {
  throw new UsageError("Try `ipvsadm -h' or 'ipvsadm --help' for more information.", 255);
}
