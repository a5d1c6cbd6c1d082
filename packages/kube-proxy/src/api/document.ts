import type { Place } from '@chainwalk/core';
import { readJson, readYaml } from '@chainwalk/core/yaml';
import { isAlias, isMap, isScalar, isSeq, type Node, type Pair } from 'yaml';
import { readBlockYaml } from './block-yaml.ts';

/** A way into a document: keys of maps and indices of lists. */
export type Path = readonly (string | number)[];

/** One value of a text, with a way to tell where any part of it stands. */
export interface SourceDocument {
  readonly value: unknown;
  /** The place of the value at a path; where the path ends early, of the last part that exists. */
  readonly placeOf: (path: Path) => Place;
}

/** Reports a fault of a field. */
export type Report = (path: Path, message: string, hint?: string) => void;

/**
 * The documents of a YAML or JSON text, empty ones left out. Syntax errors are thrown, all at once, as InputError.
 *
 * JSON and plain YAML go past the whole YAML parser, which is some fifty times slower; it is asked for places once
 * there is a fault.
 */
export function readDocuments(text: string, source: string): readonly SourceDocument[] {
  const values = readPlain(text);
  if (values === undefined) return readWhole(text, source).filter((document) => !isEmpty(document.value));
  let parsed: readonly SourceDocument[] | undefined;
  return values.flatMap((value, index) => {
    if (isEmpty(value)) return [];
    const placeOf = (path: Path): Place => {
      parsed ??= readWhole(text, source);
      return parsed[index]?.placeOf(path) ?? { source, line: 1, column: 1 };
    };
    return [{ value, placeOf }];
  });
}

function isEmpty(value: unknown): boolean {
  return value === null || value === undefined;
}

/** The values of a text that needs no whole parser of YAML, or `undefined`. */
function readPlain(text: string): readonly unknown[] | undefined {
  // Flow-style YAML looks like JSON too; the YAML parser will say what is wrong if it is neither.
  const json = /^\s*[{[]/.test(text) ? readJson(text) : undefined;
  return json === undefined ? readBlockYaml(text) : [json.value];
}

function readWhole(text: string, source: string): readonly SourceDocument[] {
  const { documents, place } = readYaml(text, source);
  return documents.map(({ value, parsed }) => ({
    value,
    placeOf: (path) => place(offsetOf(parsed.contents as Node | null, path, parsed)),
  }));
}

function offsetOf(root: Node | null, path: Path, document: { readonly range?: unknown }): number {
  let node: Node | null | undefined = root;
  let offset = root?.range?.[0] ?? (document.range as [number] | undefined)?.[0] ?? 0;
  for (const step of path) {
    if (isAlias(node)) node = node.resolve(document as never) as Node | undefined;
    if (isMap(node)) {
      const pair = node.items.find((item: Pair) => isScalar(item.key) && String(item.key.value) === String(step));
      if (pair === undefined) return offset;
      offset = (pair.key as Node).range?.[0] ?? offset;
      node = pair.value as Node | null;
    } else if (isSeq(node) && typeof step === 'number') {
      const item = node.items[step] as Node | undefined;
      if (item === undefined) return offset;
      node = item;
      offset = item.range?.[0] ?? offset;
    } else return offset;
  }
  return isScalar(node) ? (node.range?.[0] ?? offset) : offset;
}

/** `spec.ports[0].port`, the way Kubernetes writes it. */
export function formatPath(path: Path): string {
  let text = '';
  for (const step of path) {
    if (typeof step === 'number') text += `[${step}]`;
    else if (/^[A-Za-z_][\w-]*$/.test(step)) text += text === '' ? step : `.${step}`;
    else text += `[${step}]`;
  }
  return text;
}
