import { type Diagnostic, didYouMean, nearestName } from '@chainwalk/core';
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
  const missingKey = issue.type === 'strict_object' && issue.received === 'undefined';
  const message = unknownKey
    ? `unknown key "${key}"`
    : missingKey
      ? `${path.join('.')} is missing`
      : `${path.length > 0 ? `${path.join('.')}: ` : ''}${issue.message}`;
  const hint = unknownKey ? didYouMean(nearestName(key, knownKeys)) : undefined;
  return {
    severity: 'error',
    code: unknownKey ? 'unknown-key' : 'bad-value',
    message,
    place: place(offsetOf(document, path)),
    ...(hint === undefined ? {} : { hint }),
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
