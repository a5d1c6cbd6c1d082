/** What two lists that are compared do not share: what only the left has, and what only the right. */
export type Unshared = readonly [left: readonly string[], right: readonly string[]];

/** Seconds by which two timeouts of the same entry may differ. */
export const TOLERANCE = 3;

/** An entry of a table whose order is free: its identity, its timeout in seconds, and its line. */
export interface TimedEntry {
  readonly key: string;
  readonly timeout: number;
  readonly text: string;
}

/** Two lists whose order is free. */
export function unordered(left: readonly string[], right: readonly string[]): Unshared {
  return [without(left, right), without(right, left)];
}

/** The members of a list that are left when each of the other has taken one that equals it. */
function without(list: readonly string[], taken: readonly string[]): string[] {
  const count = new Map<string, number>();
  for (const text of taken) count.set(text, (count.get(text) ?? 0) + 1);
  return list.filter((text) => {
    const left = count.get(text) ?? 0;
    count.set(text, left - 1);
    return left <= 0;
  });
}

/** Two lists whose order counts: the lines that differ, with their places from 1. */
export function ordered(left: readonly string[], right: readonly string[]): Unshared {
  const numbered = (list: readonly string[], other: readonly string[]): string[] =>
    list.flatMap((line, place) => (line === other[place] ? [] : [`${place + 1}: ${line}`]));
  return [numbered(left, right), numbered(right, left)];
}

/**
 * Two lists of entries whose order is free and whose timeouts may differ by {@link TOLERANCE}. Entries with the same
 * key pair off in the order of their timeouts.
 */
export function unorderedTimed(left: readonly TimedEntry[], right: readonly TimedEntry[]): Unshared {
  const onlyLeft: string[] = [];
  const onlyRight: string[] = [];
  for (const key of new Set([...left, ...right].map((entry) => entry.key))) {
    const [a, b] = [ofKey(left, key), ofKey(right, key)];
    while (a.length > 0 && b.length > 0) {
      const apart = a[0]!.timeout - b[0]!.timeout;
      if (Math.abs(apart) <= TOLERANCE) {
        a.shift();
        b.shift();
      } else if (apart < 0) onlyLeft.push(a.shift()!.text);
      else onlyRight.push(b.shift()!.text);
    }
    onlyLeft.push(...a.map((entry) => entry.text));
    onlyRight.push(...b.map((entry) => entry.text));
  }
  return [onlyLeft, onlyRight];
}

const ofKey = (entries: readonly TimedEntry[], key: string): TimedEntry[] =>
  entries.filter((entry) => entry.key === key).sort((a, b) => a.timeout - b.timeout);
