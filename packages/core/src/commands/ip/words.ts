import type { Host } from '../../net/host.ts';
import { type MutableHostConfig, type RouteConfig, SCOPE, type Scope, TABLE } from '../../net/host-config.ts';

/** A refusal of `ip`: its status (1 for words it does not know, 2 for what the kernel refuses) and its message. */
export class Refusal {
  readonly status: number;
  readonly message: string;
  constructor(status: number, message: string) {
    this.status = status;
    this.message = message;
  }
}

export const kernel = (message: string): Refusal => new Refusal(2, `RTNETLINK answers: ${message}`);

/** Words in pairs, `dev eth0`, and single ones. */
export class Words {
  readonly #words: readonly string[];
  #at = 0;
  constructor(words: readonly string[]) {
    this.#words = words;
  }
  next(): string | undefined {
    return this.#words[this.#at++];
  }
  /** The word that comes next, which stays. */
  peek(): string | undefined {
    return this.#words[this.#at];
  }
  value(of: string): string {
    const word = this.next();
    if (word === undefined) throw new Refusal(255, `Command line is not complete. Try option "help" (${of})`);
    return word;
  }
  number(of: string, max = 0xffffffff): number {
    const word = this.value(of);
    const number = /^(0x[0-9a-fA-F]+|\d+)$/.test(word) ? Number(word) : Number.NaN;
    if (!(number <= max)) throw new Refusal(1, `Error: argument "${word}" is wrong: invalid ${of}`);
    return number;
  }
}

export type MutableInterface = MutableHostConfig['interfaces'][number];

export function deviceIn(config: MutableHostConfig, name: string | undefined): MutableInterface {
  const found = config.interfaces.find((entry) => entry.name === name);
  if (found === undefined) throw new Refusal(1, `Cannot find device "${name ?? ''}"`);
  return found;
}

export function scopeOf(word: string): Scope {
  const found = Object.hasOwn(SCOPE, word)
    ? (word as Scope)
    : (Object.keys(SCOPE) as Scope[]).find((name) => String(SCOPE[name]) === word);
  if (found === undefined) throw new Refusal(1, `Error: argument "${word}" is wrong: invalid scope value.`);
  return found;
}

/** Counts a change, and says which one it is. */
export function nextChange(config: MutableHostConfig): number {
  config.changes = (config.changes ?? 0) + 1;
  return config.changes;
}

/**
 * Puts other routes into the configuration. They are made outside of the change and frozen: within it, immer would look
 * at each of what may be a hundred thousand. Precondition: each of them is frozen.
 * @param added those among them that were not there before
 */
export function setRoutes(host: Host, routes: readonly RouteConfig[], added: readonly RouteConfig[] = []): void {
  Object.freeze(routes);
  const known = new Set([TABLE.main, TABLE.local, ...(host.config.madeTables ?? [])]);
  const made = [...new Set(added.map(({ table }) => table))].filter((table) => !known.has(table));
  host.configure((config) => {
    config.routes = routes as typeof config.routes;
    if (added.length > 0) config.changes = (config.changes ?? 0) + added.length;
    if (added.some(({ type }) => type === 'local')) config.hadCustomRouting = true;
    if (made.length > 0) config.madeTables = [...(config.madeTables ?? []), ...made];
  });
}

export function flushDeviceRoutes(config: MutableHostConfig, device: string): void {
  config.routes = config.routes.filter((entry) => entry.device !== device);
}

export function tableOf(word: string): number {
  if (Object.hasOwn(TABLE, word)) return TABLE[word as keyof typeof TABLE];
  const number = Number(word);
  if (!Number.isInteger(number) || number < 1 || number > 0xffffffff)
    throw new Refusal(1, `Error: argument "${word}" is wrong: table id value is invalid`);
  return number;
}
