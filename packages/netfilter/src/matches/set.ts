import { type CounterTest, SetFlag, type SetQuery } from '../ipset/ip-set.ts';
import {
  acquireReference,
  checkReference,
  directionFlags,
  formatReference,
  parseReference,
  type SetReference,
} from '../ipset/set-reference.ts';
import { badOption, type MatchExtension, type OptionSpec, type OptionUse } from '../x_tables/extension.ts';

interface SetInfo {
  readonly reference: SetReference;
  readonly inverted: boolean;
  /** Members marked `nomatch` match, and only they. */
  readonly returnNomatch: boolean;
  readonly updateCounters: boolean;
  readonly updateSubcounters: boolean;
  readonly packets: CounterTest | undefined;
  readonly bytes: CounterTest | undefined;
}

interface SetState {
  readonly index: number;
  readonly query: SetQuery;
}

const COUNTERS = ['packets', 'bytes'] as const;
const MAX_COUNTER = (1n << 64n) - 1n;

const COUNTER_OPTIONS: readonly OptionSpec[] = COUNTERS.flatMap((counter) => {
  const names = ['eq', 'lt', 'gt'].map((op) => `${counter}-${op}`);
  return names.map(
    (name): OptionSpec => ({
      name,
      args: 1,
      invertible: name.endsWith('eq'),
      excludes: names.filter((other) => other !== name),
    }),
  );
});

/**
 * `-m set --match-set NAME src,dst`: what the directions take from the packet is in the set.
 *
 * Kernel: `net/netfilter/xt_set.c`, `set_match_v4`. Fewer directions than the set has dimensions never match; further
 * ones are ignored. A look-up counts the packet at the member that it finds, whether the match is inverted or not.
 */
export const set: MatchExtension<SetInfo, SetState> = {
  name: 'set',
  options: [
    { name: 'match-set', aliases: ['set'], args: 2, invertible: true },
    { name: 'return-nomatch', args: 0, repeatable: true },
    { name: 'update-counters', args: 0, invertible: true, repeatable: true },
    { name: 'update-subcounters', args: 0, invertible: true, repeatable: true },
    ...COUNTER_OPTIONS,
  ],
  size: 80,

  parse(options, rule) {
    const matched = options.find(({ name }) => name === 'match-set');
    if (matched === undefined) badOption(undefined, "You must specify `--match-set' with proper arguments");
    const info: { -readonly [K in keyof SetInfo]: SetInfo[K] } = {
      reference: parseReference(matched, rule),
      inverted: matched.inverted,
      returnNomatch: false,
      updateCounters: true,
      updateSubcounters: true,
      packets: undefined,
      bytes: undefined,
    };
    for (const option of options) {
      const [counter, op] = option.name.split('-');
      if (option.name === 'return-nomatch') info.returnNomatch = true;
      else if (option.name === 'update-counters') info.updateCounters = !option.inverted;
      else if (option.name === 'update-subcounters') info.updateSubcounters = !option.inverted;
      else if (counter === 'packets' || counter === 'bytes')
        info[counter] = parseCounter(option, op as 'eq' | 'lt' | 'gt');
    }
    return info;
  },

  save: (info) =>
    (info.inverted ? ' !' : '') + ` --match-set ${formatReference(info.reference)}${flagsText(info, '--')}`,

  list: (info) => `${info.inverted ? ' !' : ''} match-set ${formatReference(info.reference)}${flagsText(info, '')}`,

  check: (info, context) => checkReference(info.reference, context),

  compile(info) {
    const { reference, inverted, packets, bytes } = info;
    const command =
      (info.returnNomatch ? SetFlag.RETURN_NOMATCH : 0) |
      (info.updateCounters ? 0 : SetFlag.SKIP_COUNTER_UPDATE) |
      (info.updateSubcounters ? 0 : SetFlag.SKIP_SUBCOUNTER_UPDATE) |
      (packets === undefined && bytes === undefined ? 0 : SetFlag.MATCH_COUNTERS);
    const query: SetQuery = { ...directionFlags(reference), command, packets, bytes };
    return {
      createState: (net) => ({ index: acquireReference(reference, net), query: { ...query } }),
      destroyState: ({ index }, net) => net.sets.release(index),
      test: (packet, par, state) => par.net.sets.test(state.index, packet, par, state.query) !== inverted,
    };
  },
};

/** A number of 64 bits as `strtoull` reads it; negative ones are refused. */
function parseCounter(option: OptionUse, op: 'eq' | 'lt' | 'gt'): CounterTest {
  const text = option.values[0]!;
  let value: bigint | undefined;
  const digits = text.startsWith('+') ? text.slice(1) : text;
  if (/^(0[xX][0-9a-fA-F]{1,32}|0[0-7]{0,32}|[1-9]\d{0,32})$/.test(digits)) {
    value = BigInt(/^0\d/.test(digits) ? `0o${digits.slice(1)}` : digits);
  }
  if (value === undefined || value > MAX_COUNTER) badOption(option, `Cannot parse ${text} as a counter value`);
  return { op: option.inverted ? 'ne' : op, value };
}

/** The options behind the set, in the order in which they are always printed. */
function flagsText(info: SetInfo, dashes: string): string {
  let text = info.returnNomatch ? ` ${dashes}return-nomatch` : '';
  if (!info.updateCounters) text += ` ! ${dashes}update-counters`;
  if (!info.updateSubcounters) text += ` ! ${dashes}update-subcounters`;
  for (const counter of COUNTERS) {
    const test = info[counter];
    if (test === undefined) continue;
    text += `${test.op === 'ne' ? ' !' : ''} ${dashes}${counter}-${test.op === 'ne' ? 'eq' : test.op} ${test.value}`;
  }
  return text;
}
