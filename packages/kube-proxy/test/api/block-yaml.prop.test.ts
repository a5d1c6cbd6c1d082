import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseAllDocuments, stringify } from 'yaml';
import { readBlockYaml } from '../../src/api/block-yaml.ts';

function whole(text: string): unknown[] | undefined {
  const documents = parseAllDocuments(text);
  if ('empty' in documents) return [];
  if (documents.some((document) => document.errors.length > 0)) return undefined;
  return documents.map((document) => document.toJS());
}

/** Either gives up, or agrees with the whole parser. */
function agrees(text: string): void {
  const fast = readBlockYaml(text);
  if (fast !== undefined) expect(fast).toEqual(whole(text));
}

const scalar = fc.oneof(
  fc.string({ maxLength: 12 }),
  fc.integer(),
  fc.boolean(),
  fc.constant(null),
  fc.constantFrom(
    '10.0.0.1',
    'yes',
    '0x10',
    '010',
    '1e3',
    '- a',
    'a: b',
    'a #b',
    '~',
    '',
    ' x',
    '2026-01-01T00:00:00Z',
    'a\nb\n',
    '"',
    "it's",
  ),
);
const value = fc.letrec((tie) => ({
  tree: fc.oneof(
    { maxDepth: 4 },
    scalar,
    fc.array(tie('tree'), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom('kind', 'spec', 'a/b', 'x-y', 'ports', 'true', '1', 'q r'), tie('tree'), {
      maxKeys: 4,
    }),
  ),
})).tree;

describe('the fast reader of block YAML', () => {
  it('agrees with the whole parser on what that one writes', () => {
    fc.assert(
      fc.property(value, fc.constantFrom(0, 2), (tree, width) => agrees(stringify(tree, { indent: width + 2 }))),
    );
  });

  it('agrees with the whole parser, or gives up, on lines thrown together', () => {
    const line = fc
      .tuple(
        fc.nat(3),
        fc.constantFrom(
          'a:',
          'a: 1',
          'b: x',
          '- a',
          '- a: 1',
          '-',
          '- - x',
          '---',
          '...',
          '# c',
          'a: |',
          'text',
          'c: "q" # r',
          "d: 'it''s'",
          'e: x # y',
          'f: [1]',
          'g: {}',
          'h: a: b',
          '',
          '  ',
          'i: - x',
          'a b: c',
          '"k": v',
          'j: |-',
        ),
      )
      .map(([depth, text]) => `${'  '.repeat(depth)}${text}`);
    fc.assert(
      fc.property(fc.array(line, { maxLength: 8 }), (lines) => agrees(`${lines.join('\n')}\n`)),
      { numRuns: 3000 },
    );
  });

  it('agrees with the whole parser, or gives up, on flow collections', () => {
    const word = fc.oneof(
      scalar.map((value) => JSON.stringify(value)),
      fc.constantFrom(
        'a',
        'b',
        '10.0.0.1',
        'x/y',
        '1',
        '-1',
        '-',
        '1.5',
        'true',
        'a:b',
        'a::1',
        "'it''s'",
        '"\\n"',
        '',
      ),
      fc.constantFrom('.5', '+1', '---', '...', '<<', '0x10', '1:', ':a', 'a b', 'a#b', '*a', '&a b', '!t', 'null'),
    );
    const colon = fc.constantFrom(': ', ': ', ': ', ':', ' : ', ':  ');
    const comma = fc.constantFrom(', ', ', ', ',', ' , ', ',,');
    const space = fc.constantFrom('', ' ', '  ');
    const flow = fc.letrec<{ value: string; list: string; map: string }>((tie) => ({
      value: fc.oneof({ maxDepth: 3, withCrossShrink: true }, word, tie('list'), tie('map')),
      list: fc
        .tuple(fc.array(tie('value'), { maxLength: 3 }), comma, space)
        .map(([items, separator, pad]) => `[${pad}${items.join(separator)}${pad}]`),
      map: fc
        .tuple(fc.array(fc.tuple(word, colon, tie('value')), { maxLength: 3 }), comma, space)
        .map(([entries, separator, pad]) => `{${pad}${entries.map((entry) => entry.join('')).join(separator)}${pad}}`),
    }));
    let read = 0;
    const runs = 3000;
    fc.assert(
      fc.property(
        fc.oneof(flow.list, flow.map),
        fc.constantFrom('a: ', '- ', 'a:\n  - ', '- b: '),
        fc.constantFrom('', ' # c', '#c', ' x', ',', '\nb: 1', '\n  c: 1'),
        (text, before, after) => {
          const line = `${before}${text}${after}\n`;
          if (readBlockYaml(line) !== undefined) read++;
          agrees(line);
        },
      ),
      { numRuns: runs },
    );
    expect(read).toBeGreaterThan(runs / 20);
  });

  it('reads flow collections of one line without giving up', () => {
    const text = `kind: Service
metadata: { name: svc-1, labels: { kubernetes.io/service-name: "svc 1" } } # written by hand
spec:
  ports: [{ name: main, protocol: TCP, port: 80 }, {name: 'it''s', port: -1}]
  clusterIPs: [10.96.0.1, 2001:db8:0:0:0:0:0:1]
  empty: { }
endpoints:
- { addresses: [ 10.244.1.5 ], conditions: { ready: true } }
`;
    expect(readBlockYaml(text)).toEqual(whole(text));
    expect(readBlockYaml(text)).toBeDefined();
  });

  it('reads what kubectl writes without giving up', () => {
    const text = `apiVersion: v1
items:
- apiVersion: v1
  kind: Service
  metadata:
    annotations:
      kubectl.kubernetes.io/last-applied-configuration: |
        {"apiVersion":"v1","kind":"Service"}
    creationTimestamp: "2026-01-01T00:00:00Z"
    name: web
  spec:
    clusterIP: 10.96.0.10
    ports:
    - name: http
      port: 80
      targetPort: http
  status:
    loadBalancer: {}
kind: List
metadata:
  resourceVersion: ""
`;
    expect(readBlockYaml(text)).toEqual(whole(text));
    expect(readBlockYaml(text)).toBeDefined();
  });
});
