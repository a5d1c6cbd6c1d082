import { type ComparableResult, compareResults, type Scenario } from '@chainwalk/scenario';

/** Fields that address translation may fill with a number of its own choice. */
const CHOSEN = new Set(['sport', 'dport', 'id']);
const CHOSEN_IN_TEXT = /\b(sport|dport|id)=(\d+)/g;
/** Above all ports. */
const FIRST_NAME = 100_000;

/**
 * Whether two results are equal but for ports and ICMP ids that the scenario does not name, as translation picks them at
 * random after a clash: each is called by the order in which it comes up, so that what belongs to one connection still has
 * to stay together.
 */
export function equalButForPorts(ours: ComparableResult, kernel: ComparableResult, scenario: Scenario): boolean {
  if (ours.failed !== undefined || kernel.failed !== undefined) return false;
  const named = new Set([...JSON.stringify(scenario).matchAll(/\d+/g)].map(([digits]) => Number(digits)));
  return compareResults(renamed(ours, named), renamed(kernel, named), scenario).length === 0;
}

function renamed(result: ComparableResult, named: ReadonlySet<number>): ComparableResult {
  const names = new Map<number, number>();
  const nameOf = (number: number): number => {
    if (named.has(number)) return number;
    const name = names.get(number) ?? FIRST_NAME + names.size;
    names.set(number, name);
    return name;
  };
  const rename = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(rename);
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(
      Object.entries(value).map(([key, inner]) => [
        key,
        CHOSEN.has(key) && typeof inner === 'number' ? nameOf(inner) : rename(inner),
      ]),
    );
  };
  const renameText = (line: string): string =>
    line.replace(CHOSEN_IN_TEXT, (_, field: string, number: string) => `${field}=${nameOf(Number(number))}`);
  // The order of events and lines is free, so they are put into one that does not depend on what is chosen.
  const masked = (value: unknown): string =>
    JSON.stringify(value, (key, inner: unknown) =>
      CHOSEN.has(key) && typeof inner === 'number' && !named.has(inner) ? '?' : inner,
    );
  const maskedText = (line: string): string =>
    line.replace(CHOSEN_IN_TEXT, (whole, field: string, number: string) =>
      named.has(Number(number)) ? whole : `${field}=?`,
    );
  const sorted = <T>(list: readonly T[], mask: (item: T) => string): T[] =>
    [...list].sort((a, b) => (mask(a) < mask(b) ? -1 : 1));
  const lines = (list: readonly string[]): string[] => sorted(list, maskedText).map(renameText);
  return {
    ...result,
    steps: (result.steps ?? []).map((step) => ({
      ...step,
      events: rename(sorted(step.events, masked)) as typeof step.events,
      ...(step.stdout === undefined ? {} : { stdout: lines(step.stdout.split('\n')).join('\n') }),
    })),
    conntrack: lines(result.conntrack ?? []),
  };
}
