import { badOption, type Demands, type MatchExtension, NO_DEMANDS, type OptionUse } from '../x_tables/extension.ts';
import { parseUnsigned } from '../x_tables/values.ts';

type StatisticInfo =
  /** `threshold` of 2^31 cases. */
  | { readonly mode: 'random'; readonly threshold: number; readonly inverted: boolean }
  /** Packets `packet`, `packet + every`, ... counted from 0 when the rule is loaded. */
  | { readonly mode: 'nth'; readonly every: number; readonly packet: number; readonly inverted: boolean };

/** How many packets of the cycle have passed. */
interface NthState {
  count: number;
}

const CASES = 0x8000_0000;
const COUNTS: Demands = { needs: [], keepsState: true };

/**
 * `-m statistic`: a share of the packets, by chance or by counting.
 *
 * Kernel: `net/netfilter/xt_statistic.c`, `statistic_mt`. The count begins anew each time the table is replaced.
 */
export const statistic: MatchExtension<StatisticInfo, NthState | undefined> = {
  name: 'statistic',
  options: [
    { name: 'mode', args: 1, mandatory: true },
    { name: 'probability', args: 1, invertible: true, excludes: ['every', 'packet'] },
    { name: 'every', args: 1, invertible: true, excludes: ['probability'], requires: ['packet'] },
    { name: 'packet', args: 1, excludes: ['probability'], requires: ['every'] },
  ],
  size: 56,
  sharesInfo: true,
  demands: ({ mode }) => (mode === 'nth' ? COUNTS : NO_DEMANDS),

  parse(options) {
    const find = (name: string): OptionUse | undefined => options.find((use) => use.name === name);
    const mode = find('mode')!;
    const inverted = options.some((use) => use.inverted);
    if (mode.values[0] === 'random') {
      const use = find('probability');
      if (use === undefined) badOption(mode, 'mode random needs --probability');
      return { mode: 'random', threshold: parseProbability(use), inverted };
    }
    if (mode.values[0] !== 'nth') badOption(mode, `"${mode.values[0]}" is no mode`, 'use random or nth');
    const [everyUse, packetUse] = [find('every'), find('packet')];
    if (everyUse === undefined || packetUse === undefined) badOption(mode, 'mode nth needs --every and --packet');
    const every = parseUnsigned(everyUse.values[0]!);
    if (every === undefined || every === 0)
      badOption(everyUse, `"${everyUse.values[0]}" is no number of packets`, 'use 1 to 4294967295');
    const packet = parseUnsigned(packetUse.values[0]!);
    if (packet === undefined || packet >= every)
      badOption(packetUse, `"${packetUse.values[0]}" is no place in the cycle`, `use 0 to ${every - 1}`);
    return { mode: 'nth', every, packet, inverted };
  },

  save(info) {
    const not = info.inverted ? ' !' : '';
    if (info.mode === 'random') return ` --mode random${not} --probability ${formatProbability(info.threshold)}`;
    return ` --mode nth${not} --every ${info.every} --packet ${info.packet}`;
  },

  list(info) {
    const not = info.inverted ? ' !' : '';
    if (info.mode === 'random') return ` statistic mode random${not} probability ${formatProbability(info.threshold)}`;
    return ` statistic mode nth${not} every ${info.every}${info.packet === 0 ? '' : ` packet ${info.packet}`}`;
  },

  compile(info) {
    const { inverted } = info;
    if (info.mode === 'random') {
      const { threshold } = info;
      return {
        test: (_, par) => (par.host.simulation.random.stream('statistic').u32() & (CASES - 1)) < threshold !== inverted,
      };
    }
    const { every, packet } = info;
    return {
      createState: () => ({ count: every - 1 - packet }),
      test: (_packet, _par, state) => {
        const cycle = state!;
        if (cycle.count === every - 1) {
          cycle.count = 0;
          return !inverted;
        }
        cycle.count++;
        return inverted;
      },
    };
  },
};

/** A decimal or hexadecimal fraction as `strtod` reads it, 0 to 1, in 2^31 parts. */
function parseProbability(use: OptionUse): number {
  const value = parseReal(use.values[0]!);
  if (value === undefined || value < 0 || value > 1)
    badOption(use, `"${use.values[0]}" is no probability`, 'use 0 to 1');
  return Math.round(Math.abs(value) * CASES);
}

function parseReal(text: string): number | undefined {
  const trimmed = text.replace(/^[ \t-\r]+/, '');
  if (/^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i.test(trimmed)) return Number(trimmed);
  const hex = /^([-+]?)0x([\da-f]*)\.?([\da-f]*)(?:p([-+]?\d+))?$/i.exec(trimmed);
  if (hex === null || (hex[2] === '' && hex[3] === '')) return undefined;
  const digits = Number.parseInt(hex[2]! + hex[3]!, 16) * 16 ** -hex[3]!.length * 2 ** Number(hex[4] ?? 0);
  return hex[1] === '-' ? -digits : digits;
}

/** Eleven decimals of a fraction of 2^31, a tie going to the even digit as `printf` has it. */
function formatProbability(threshold: number): string {
  const scaled = BigInt(threshold) * 100_000_000_000n;
  const rest = scaled % BigInt(CASES);
  let digits = scaled / BigInt(CASES);
  if (rest * 2n > BigInt(CASES) || (rest * 2n === BigInt(CASES) && digits % 2n === 1n)) digits++;
  const text = String(digits).padStart(12, '0');
  return `${text.slice(0, -11)}.${text.slice(-11)}`;
}
