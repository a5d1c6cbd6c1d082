import { formatIpv4, ipv4MaskLength, PROTOCOL } from '@chainwalk/core';
import { parseProtocol, protocolNameOf } from '../iptables/protocols.ts';
import { badOption, type MatchExtension, NO_DEMANDS, type OptionUse } from '../x_tables/extension.ts';
import { needHooks } from '../x_tables/need-hooks.ts';
import { formatHex, parseHostMask, parseUnsigned } from '../x_tables/values.ts';

/** What may be asked of one transformation, in the order in which it is printed. */
const FIELDS = ['reqid', 'spi', 'proto', 'mode', 'tunnel-dst', 'tunnel-src'] as const;
type Field = (typeof FIELDS)[number];

interface FieldTest {
  readonly inverted: boolean;
  /** As printed; with and without `-n`, and that of `iptables-save`. */
  readonly text: string;
  readonly numeric: string;
}

/** One transformation of IPsec (`struct xt_policy_elem`). */
type Element = ReadonlyMap<Field, FieldTest>;

interface PolicyInfo {
  readonly direction: 'in' | 'out';
  readonly wants: 'none' | 'ipsec';
  readonly strict: boolean;
  readonly elements: readonly Element[];
}

const MAX_ELEMENTS = 4;
const MODES: readonly string[] = ['transport', 'tunnel'];
/** The protocols that transform packets: ESP, AH and IPCOMP. */
const TRANSFORMING: readonly number[] = [PROTOCOL.esp, PROTOCOL.ah, 108];

/**
 * `-m policy`: the transformations of IPsec that the packet came through, or will go through. There are none here, so
 * that `--pol none` matches every packet and anything else none.
 *
 * Kernel: `net/netfilter/xt_policy.c`, `policy_mt`.
 */
export const policy: MatchExtension<PolicyInfo, undefined> = {
  name: 'policy',
  options: [
    { name: 'dir', args: 1 },
    { name: 'pol', args: 1 },
    { name: 'strict', args: 0 },
    ...FIELDS.map((name) => ({ name, args: 1 as const, invertible: true, repeatable: true })),
    { name: 'next', args: 0, repeatable: true, requires: ['strict'] },
  ],
  size: 344,
  sharesInfo: true,
  demands: NO_DEMANDS,

  parse(options) {
    const direction = choice(options, 'dir', ['in', 'out'], 'direction');
    if (direction === undefined) {
      badOption(undefined, 'policy match: neither --dir in nor --dir out specified', 'add --dir in or --dir out');
    }
    const wants = choice(options, 'pol', ['none', 'ipsec'], 'policy') ?? 'ipsec';
    const strict = options.find(({ name }) => name === 'strict');
    const elements = parseElements(options);
    if (wants === 'none') {
      if (strict !== undefined) badOption(strict, 'policy none but --strict given');
      if (elements.length > 1) badOption(undefined, 'policy match: policy none but policy given');
      return { direction, wants, strict: false, elements: [] };
    }
    for (const [index, element] of elements.entries()) checkElement(element, index, strict !== undefined);
    return { direction, wants, strict: strict !== undefined, elements };
  },

  save: ({ direction, wants, strict, elements }) =>
    ` --dir ${direction} --pol ${wants}${strict ? ' --strict' : ''}` +
    elements.map((element) => formatElement(element, '--', false)).join(' --next'),

  list: ({ direction, wants, strict, elements }, numeric) =>
    ` policy match dir ${direction} pol ${wants}${strict ? ' strict' : ''}` +
    elements
      .map((element, index) => `${elements.length > 1 ? ` [${index}]` : ''}${formatElement(element, '', numeric)}`)
      .join(''),

  check({ direction }, context) {
    if (direction === 'in') needHooks(context, 'policy --dir in', 'PREROUTING', 'INPUT', 'FORWARD');
    else needHooks(context, 'policy --dir out', 'FORWARD', 'OUTPUT', 'POSTROUTING');
  },

  compile({ wants }) {
    const holds = wants === 'none';
    return { test: () => holds, byState: true };
  },
};

/** The value of an option that takes one of two words. */
function choice<T extends string>(
  options: readonly OptionUse[],
  name: string,
  words: readonly T[],
  what: string,
): T | undefined {
  const use = options.find((option) => option.name === name);
  if (use === undefined) return undefined;
  const word = words.find((known) => known === use.values[0]);
  return word ?? badOption(use, `"${use.values[0]}" is no ${what}`, `use ${words.join(' or ')}`);
}

/** Options between one `--next` and another belong together; there is always one element, if an empty one. */
function parseElements(options: readonly OptionUse[]): Element[] {
  let current = new Map<Field, FieldTest>();
  const elements = [current];
  for (const use of options) {
    const { name, inverted } = use;
    if (name === 'next') {
      if (elements.length === MAX_ELEMENTS)
        badOption(use, 'maximum policy depth reached', `use ${MAX_ELEMENTS} at most`);
      current = new Map();
      elements.push(current);
    } else if (isField(name)) {
      if (current.has(name)) badOption(use, `double --${name} option`, 'begin another element with --next');
      current.set(name, { inverted, ...parseField(use, name) });
    }
  }
  return elements;
}

const isField = (name: string): name is Field => (FIELDS as readonly string[]).includes(name);

function parseField(use: OptionUse, field: Field): { text: string; numeric: string } {
  const text = use.values[0]!;
  const same = (printed: string): { text: string; numeric: string } => ({ text: printed, numeric: printed });
  switch (field) {
    case 'reqid':
    case 'spi': {
      const value = parseUnsigned(text) ?? badOption(use, `"${text}" is out of range`, 'use 0 to 4294967295');
      return same(field === 'spi' ? formatHex(value) : String(value));
    }
    case 'proto': {
      const number = parseProtocol(text);
      if (number === undefined || !TRANSFORMING.includes(number)) {
        badOption(use, `"${text}" transforms no packets`, 'use esp, ah or ipcomp');
      }
      return { text: protocolNameOf(number) ?? String(number), numeric: String(number) };
    }
    case 'mode':
      return MODES.includes(text) ? same(text) : badOption(use, `invalid mode "${text}"`, 'use transport or tunnel');
    case 'tunnel-src':
    case 'tunnel-dst': {
      const host = parseHostMask(text);
      if (host === undefined) badOption(use, `"${text}" is no address`, 'write an address; names are not resolved');
      const length = ipv4MaskLength(host.mask);
      return same(`${formatIpv4(host.address)}${length === 32 ? '' : `/${length}`}`);
    }
  }
}

function checkElement(element: Element, index: number, strict: boolean): void {
  if (strict && element.size === 0) {
    badOption(undefined, `policy match: empty policy element ${index}`, 'with --strict each says what it wants');
  }
  const mode = element.get('mode');
  const isTunnel = mode !== undefined && (mode.text === 'tunnel') !== mode.inverted;
  if (!isTunnel && (element.has('tunnel-src') || element.has('tunnel-dst'))) {
    badOption(undefined, 'policy match: --tunnel-src/--tunnel-dst is only valid in tunnel mode', 'add --mode tunnel');
  }
}

function formatElement(element: Element, dashes: string, numeric: boolean): string {
  return FIELDS.map((field) => {
    const test = element.get(field);
    if (test === undefined) return '';
    return `${test.inverted ? ' !' : ''} ${dashes}${field} ${numeric ? test.numeric : test.text}`;
  }).join('');
}
