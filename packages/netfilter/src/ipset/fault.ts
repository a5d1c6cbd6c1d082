/**
 * What makes `ipset` give up a command. Thrown and caught inside `src/ipset` only: {@link runIpset} turns it into the
 * tool's own words, {@link restoreSets} into a diagnostic.
 */
export class IpsetFault extends Error {
  override readonly name = 'IpsetFault';
  /** What goes to standard error, behind `ipset v7.17: `. */
  readonly lines: readonly string[];
  /** 2 for a wrong command line, 1 for everything else. */
  readonly status: 1 | 2;
  /** Whether a restore says it without the line's number: what the program first took for warnings. */
  unnumbered = false;
  /** The line of a restore that is to blame, if not the one at hand. */
  line: number | undefined = undefined;

  constructor(status: 1 | 2, lines: readonly string[]) {
    super(lines.join('\n'));
    this.status = status;
    this.lines = lines;
  }
}

/** Something about a value or from the kernel: status 1. */
export function fail(...lines: string[]): never {
  throw new IpsetFault(1, lines);
}

/** Something about the command line itself: status 2, with the advice to read the help. */
export function misuse(line: string): never {
  throw new IpsetFault(2, [line]);
}
