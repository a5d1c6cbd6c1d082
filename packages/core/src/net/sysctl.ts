/** One kernel parameter. The packet path reads `value`; only {@link SysctlTable.write} changes it. */
export interface Sysctl {
  readonly name: string;
  readonly value: number;
}

/** How a parameter behaves. */
export interface SysctlDeclaration {
  /** With dots: `net.ipv4.ip_forward`. */
  readonly name: string;
  readonly default: number;
  /** Smallest and largest value that a write may set; others are EINVAL. */
  readonly min?: number;
  readonly max?: number;
  /** `sysctl -w` fails with EACCES-like "permission denied" if true. */
  readonly readOnly?: boolean;
  /** Runs after a change, with the new and the old value; may answer with the value that is really kept. */
  readonly changed?: (value: number, previous: number) => number | undefined;
  /** Where the value is computed when asked (`nf_conntrack_count`). */
  readonly computed?: () => number;
}

interface Entry {
  name: string;
  value: number;
  declaration: SysctlDeclaration;
}

/** Why a write failed. */
export type SysctlFault = 'unknown' | 'read-only' | 'invalid';

/**
 * The kernel parameters of one host. Each module declares its own; a name that nobody declared is unknown, as in
 * `/proc/sys`. `net.ipv4.conf.all.X`, `.default.X` and `.DEVICE.X` are declared as a family.
 */
export class SysctlTable {
  readonly #entries = new Map<string, Entry>();
  readonly #perDevice = new Map<string, { default: number; max: number }>();
  #version = 0;

  /** Other than before when a parameter was written, made or forgotten: what follows from them holds as long as it stays. */
  get version(): number {
    return this.#version;
  }

  /** Adds a parameter and answers with the handle that the packet path reads. Declaring twice answers the same handle. */
  declare(declaration: SysctlDeclaration): Sysctl {
    const known = this.#entries.get(declaration.name);
    if (known !== undefined) return known;
    const entry: Entry = { name: declaration.name, value: declaration.default, declaration };
    this.#entries.set(declaration.name, entry);
    return entry;
  }

  /** Declares `net.ipv4.conf.{all,default}.NAME`; each device gets its own with {@link addDevice}. */
  declarePerDevice(name: string, options: { default: number; all?: number; max?: number }): void {
    const max = options.max ?? 2147483647;
    this.#perDevice.set(name, { default: options.default, max });
    this.declare({ name: `net.ipv4.conf.all.${name}`, default: options.all ?? options.default, min: -2147483648, max });
    this.declare({ name: `net.ipv4.conf.default.${name}`, default: options.default, min: -2147483648, max });
  }

  /** Creates the parameters of a new device, with the values that `default` has now. */
  addDevice(device: string): void {
    this.#version++;
    for (const [name, { max }] of this.#perDevice) {
      const value = this.#entries.get(`net.ipv4.conf.default.${name}`)!.value;
      this.declare({ name: `net.ipv4.conf.${device}.${name}`, default: value, min: -2147483648, max });
    }
  }

  /** Forgets the parameters of a device that is gone. */
  removeDevice(device: string): void {
    this.#version++;
    for (const name of this.#perDevice.keys()) this.#entries.delete(`net.ipv4.conf.${device}.${name}`);
  }

  /** The value of a parameter, or `undefined` if there is none of that name. */
  read(name: string): number | undefined {
    const entry = this.#entries.get(canonical(name));
    return entry === undefined ? undefined : (entry.declaration.computed?.() ?? entry.value);
  }

  /** The live handle of a parameter. */
  handle(name: string): Sysctl | undefined {
    return this.#entries.get(canonical(name));
  }

  /** `sysctl -w NAME=VALUE`; the answer is `undefined` if it was done. Precondition: `value` is an integer, or NaN, which is none. */
  write(name: string, value: number): SysctlFault | undefined {
    const entry = this.#entries.get(canonical(name));
    if (entry === undefined) return 'unknown';
    const { declaration } = entry;
    if (declaration.readOnly === true || declaration.computed !== undefined) return 'read-only';
    if (Number.isNaN(value)) return 'invalid';
    if (value < (declaration.min ?? -2147483648) || value > (declaration.max ?? 2147483647)) return 'invalid';
    const previous = entry.value;
    entry.value = value;
    const kept = declaration.changed?.(value, previous);
    if (kept !== undefined) entry.value = kept;
    this.#version++;
    return undefined;
  }

  /** All names, sorted. */
  names(): readonly string[] {
    return [...this.#entries.keys()].sort();
  }
}

/** `net/ipv4/ip_forward` and `net.ipv4.ip_forward` are the same; whichever comes first, the other belongs to device names. */
function canonical(name: string): string {
  return name.includes('/') ? name.replaceAll('/', '.') : name;
}
