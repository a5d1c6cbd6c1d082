import { type Accounting, ctOf } from '@chainwalk/conntrack';
import { badOption, type MatchExtension } from '../x_tables/extension.ts';
import { parseUnsigned64 } from '../x_tables/values.ts';

const MODES = ['packets', 'bytes', 'avgpkt'] as const;
const DIRECTIONS = ['original', 'reply', 'both'] as const;

interface ConnbytesInfo {
  /** 64 bits each; `from > to` means everything but `to` to `from`. */
  readonly from: bigint;
  readonly to: bigint;
  readonly mode: (typeof MODES)[number];
  readonly direction: (typeof DIRECTIONS)[number];
}

const MOST = 0xffff_ffff_ffff_ffffn;

/**
 * `-m connbytes`: how many packets or bytes a connection has carried so far, the packet at hand included, or how long
 * its packets are on average.
 *
 * Kernel: `net/netfilter/xt_connbytes.c`, `connbytes_mt`. Loading such a rule switches `nf_conntrack_acct` on; a
 * connection that is not counted never matches.
 */
export const connbytes: MatchExtension<ConnbytesInfo, undefined> = {
  name: 'connbytes',
  options: [
    { name: 'connbytes', args: 1, invertible: true, mandatory: true },
    { name: 'connbytes-dir', args: 1, mandatory: true },
    { name: 'connbytes-mode', args: 1, mandatory: true },
  ],
  size: 56,

  parse(options) {
    let [from, to]: [bigint, bigint] = [0n, MOST];
    let mode: ConnbytesInfo['mode'] = 'packets';
    let direction: ConnbytesInfo['direction'] = 'original';
    for (const use of options) {
      const text = use.values[0]!;
      if (use.name === 'connbytes') {
        const parts = text
          .split(':')
          .map((part, index) => (part === '' ? (index === 1 ? MOST : 0n) : parseUnsigned64(part)));
        const [first, second = MOST] = parts;
        if (first === undefined || parts.length > 2 || parts.includes(undefined))
          badOption(use, `"${text}" is no amount`, 'write FROM or FROM:TO');
        if (second < first) badOption(use, `${first} should be less than ${second}`);
        [from, to] = use.inverted ? [second, first] : [first, second];
      } else if (use.name === 'connbytes-dir') {
        const found = DIRECTIONS.find((word) => word === text);
        if (found === undefined) badOption(use, `"${text}" is no direction`, `use ${DIRECTIONS.join(', ')}`);
        direction = found;
      } else {
        const found = MODES.find((word) => word === text);
        if (found === undefined) badOption(use, `"${text}" is no mode`, `use ${MODES.join(', ')}`);
        mode = found;
      }
    }
    return { from, to, mode, direction };
  },

  save(info) {
    return `${formatRange(info, '--')} --connbytes-mode ${info.mode} --connbytes-dir ${info.direction}`;
  },

  list(info) {
    return `${formatRange(info, '')} connbytes mode ${info.mode} connbytes direction ${info.direction}`;
  },

  compile(info) {
    const [from, to] = [Number(info.from), Number(info.to)];
    const isOutside = info.from > info.to;
    return {
      needs: ['conntrack'],
      createState: ({ host }) => {
        host.sysctl.write('net.netfilter.nf_conntrack_acct', 1);
        return undefined;
      },
      test: (packet) => {
        const accounting = ctOf(packet)?.accounting;
        if (accounting === undefined) return false;
        const amount = amountOf(accounting, info);
        return isOutside ? amount < to || amount > from : amount >= from && amount <= to;
      },
    };
  },
};

function amountOf(counts: Accounting, { mode, direction }: ConnbytesInfo): number {
  const packets =
    (direction === 'reply' ? 0 : counts.originalPackets) + (direction === 'original' ? 0 : counts.replyPackets);
  const bytes = (direction === 'reply' ? 0 : counts.originalBytes) + (direction === 'original' ? 0 : counts.replyBytes);
  if (mode === 'packets') return packets;
  if (mode === 'bytes') return bytes;
  return packets === 0 ? 0 : Math.floor(bytes / packets);
}

function formatRange({ from, to }: ConnbytesInfo, prefix: string): string {
  const [first, last] = from > to ? [to, from] : [from, to];
  return `${from > to ? ' !' : ''} ${prefix}connbytes ${first}${last !== 0n && last < MOST ? `:${last}` : ''}`;
}
