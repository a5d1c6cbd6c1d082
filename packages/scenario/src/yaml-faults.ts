import type { Diagnostic } from '@chainwalk/core';
import type { PlaceOf } from '@chainwalk/core/yaml';
import type * as v from 'valibot';
import type { Document } from 'yaml';

/**
 * What a schema says against a YAML document, with the line and column of the key that it is about.
 * @param prefix path of what was tested within the document
 * @param knownKeys what a misspelt key may have been meant to be
 */
export function describeIssue(
  issue: v.BaseIssue<unknown>,
  document: Document.Parsed,
  prefix: readonly (string | number)[],
  place: PlaceOf,
  knownKeys: readonly string[],
): Diagnostic {
  const path = [...prefix, ...(issue.path ?? []).map((item) => item.key as string | number)];
  const key = issue.path?.at(-1)?.key;
  // A key that is not known: Valibot expects `never` there. Point at the key itself.
  const unknownKey = issue.type === 'strict_object' && issue.expected === 'never' && typeof key === 'string';
  const message = unknownKey
    ? `unknown key "${key}"`
    : `${path.length > 0 ? `${path.join('.')}: ` : ''}${issue.message}`;
  const hint = unknownKey ? nearest(key, knownKeys) : undefined;
  return {
    severity: 'error',
    code: unknownKey ? 'unknown-key' : 'bad-value',
    message,
    place: place(offsetOf(document, path)),
    ...(hint === undefined ? {} : { hint: `did you mean "${hint}"?` }),
  };
}

/** Where a path stands in the text: its key, or the nearest thing around it that is there. */
function offsetOf(document: Document.Parsed, path: readonly (string | number)[]): number {
  for (let length = path.length; length >= 0; length--) {
    const parent = length === 0 ? document.contents : document.getIn(path.slice(0, length - 1), true);
    const key = path[length - 1];
    if (parent !== null && typeof parent === 'object' && 'items' in parent && typeof key === 'string') {
      for (const pair of parent.items as { key?: { value?: unknown; range?: [number, number, number] } }[]) {
        if (pair.key?.value === key && pair.key.range !== undefined) return pair.key.range[0];
      }
    }
    const node = document.getIn(path.slice(0, length), true) as { range?: [number, number, number] } | undefined;
    if (node?.range !== undefined) return node.range[0];
  }
  return 0;
}

function nearest(word: string, knownKeys: readonly string[]): string | undefined {
  let best: string | undefined;
  let least = 3;
  for (const known of knownKeys) {
    const distance = editDistance(word, known);
    if (distance < least) {
      least = distance;
      best = known;
    }
  }
  return best;
}

function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= Math.min(a.length, 40); i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      next[j] = Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + (a.charAt(i - 1) === b.charAt(j - 1) ? 0 : 1));
    }
    row = next;
  }
  return row[b.length]!;
}
