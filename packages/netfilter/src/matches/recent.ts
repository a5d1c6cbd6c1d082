import { formatIpv4, type Ipv4Address, ipv4ToBits } from '@chainwalk/core';
import type { Netfilter } from '../netfilter.ts';
import { badOption, KernelRefusal, type MatchExtension, type OptionSpec } from '../x_tables/extension.ts';
import { checkProcName } from '../x_tables/proc-name.ts';
import { cutUtf8 } from '../x_tables/utf8.ts';
import { parseHostAddress, parseUnsigned } from '../x_tables/values.ts';
import { RecentTable } from './recent-table.ts';

const ACTIONS = ['set', 'rcheck', 'update', 'remove'] as const;
type Action = (typeof ACTIONS)[number];

interface RecentInfo {
  readonly action: Action;
  readonly inverted: boolean;
  /** 0: of any age. */
  readonly seconds: number;
  readonly reap: boolean;
  /** 0: once is enough. */
  readonly hitcount: number;
  readonly rttl: boolean;
  readonly name: string;
  readonly mask: Ipv4Address;
  readonly side: 'source' | 'dest';
}

interface RecentState {
  readonly table: RecentTable;
  readonly release: () => void;
}

const DEFAULT_NAME = 'DEFAULT';
const MOST_NAME_BYTES = 199;
const MOST_HITS = 255;
const ALL_BITS = parseHostAddress('255.255.255.255')!;
const LISTED = { set: 'SET', rcheck: 'CHECK', update: 'UPDATE', remove: 'REMOVE' } as const;

/**
 * `-m recent`: keeps lists of addresses with the times they were seen, and asks them.
 *
 * Kernel: `net/netfilter/xt_recent.c`, `recent_mt`. Lists are shared by name and outlive changes of the table as long as
 * a rule names them; the first rule that names one decides its mask. The time to live that is compared is the one before
 * forwarding.
 */
export const recent: MatchExtension<RecentInfo, RecentState> = {
  name: 'recent',
  options: [
    ...ACTIONS.map(
      (name): OptionSpec => ({ name, args: 0, invertible: true, excludes: ACTIONS.filter((other) => other !== name) }),
    ),
    { name: 'seconds', args: 1 },
    { name: 'reap', args: 0, requires: ['seconds'] },
    { name: 'hitcount', args: 1 },
    { name: 'rttl', args: 0, excludes: ['set', 'remove'] },
    { name: 'name', args: 1 },
    { name: 'rsource', args: 0 },
    { name: 'rdest', args: 0 },
    { name: 'mask', args: 1 },
  ],
  size: 264,
  sharesInfo: true,

  parse(options) {
    const info: { -readonly [K in keyof RecentInfo]: RecentInfo[K] } = {
      action: 'set',
      inverted: false,
      seconds: 0,
      reap: false,
      hitcount: 0,
      rttl: false,
      name: DEFAULT_NAME,
      mask: ALL_BITS,
      side: 'source',
    };
    if (!options.some((use) => (ACTIONS as readonly string[]).includes(use.name))) {
      badOption(undefined, `recent needs one of ${ACTIONS.map((name) => `--${name}`).join(', ')}`);
    }
    for (const use of options) {
      const text = use.values[0] ?? '';
      switch (use.name) {
        case 'seconds': {
          const seconds = parseUnsigned(text);
          if (seconds === undefined || seconds === 0) badOption(use, `"${text}" is no time`, 'use 1 or more seconds');
          info.seconds = seconds;
          break;
        }
        case 'hitcount': {
          const hits = parseUnsigned(text);
          if (hits === undefined) badOption(use, `"${text}" is no number of hits`, `use 1 to ${MOST_HITS}`);
          info.hitcount = hits;
          break;
        }
        case 'mask': {
          const mask = parseHostAddress(text);
          if (mask === undefined) badOption(use, `"${text}" is no mask`, 'write it with dots: 255.255.255.0');
          info.mask = mask;
          break;
        }
        case 'name':
          info.name = cutUtf8(text, MOST_NAME_BYTES);
          break;
        case 'reap':
        case 'rttl':
          info[use.name] = true;
          break;
        case 'rsource':
        case 'rdest':
          info.side = use.name === 'rsource' ? 'source' : 'dest';
          break;
        default:
          info.action = use.name as Action;
          info.inverted = use.inverted;
      }
    }
    return info;
  },

  save({ action, inverted, seconds, reap, hitcount, rttl, name, mask, side }) {
    let text = `${inverted ? ' !' : ''} --${action}`;
    if (seconds !== 0) text += ` --seconds ${seconds | 0}`;
    if (reap) text += ' --reap';
    if (hitcount !== 0) text += ` --hitcount ${hitcount | 0}`;
    if (rttl) text += ' --rttl';
    return `${text} --name ${name} --mask ${formatIpv4(mask)} --r${side}`;
  },

  list({ action, inverted, seconds, reap, hitcount, rttl, name, mask, side }) {
    let text = `${inverted ? ' !' : ''} recent: ${LISTED[action]}`;
    if (seconds !== 0) text += ` seconds: ${seconds | 0}`;
    if (reap) text += ' reap';
    if (hitcount !== 0) text += ` hit_count: ${hitcount | 0}`;
    if (rttl) text += ' TTL-Match';
    return `${text} name: ${name} side: ${side} mask: ${formatIpv4(mask)}`;
  },

  check({ action, seconds, hitcount, name }) {
    if ((action === 'set' || action === 'remove') && (seconds !== 0 || hitcount !== 0)) {
      throw new KernelRefusal('EINVAL', `recent: --${action} takes neither --seconds nor --hitcount`);
    }
    if (hitcount > MOST_HITS) throw new KernelRefusal('EINVAL', `recent: ${hitcount} hits are more than ${MOST_HITS}`);
    checkProcName(name, 'recent');
  },

  compile(info) {
    return {
      createState: (net) => useTable(net, info),
      destroyState: (state) => state.release(),
      test: (packet, par, { table }) => {
        const { action, inverted } = info;
        const address = table.mask(info.side === 'dest' ? packet.dst : packet.src);
        const ttl = (packet.ttl + (par.outDevice !== undefined && packet.socket === undefined ? 1 : 0)) & 255;
        par.host.meter.setProbes++;
        const entry = table.find(address, info.rttl ? ttl : 0);
        if (entry === undefined) {
          if (action !== 'set') return inverted;
          table.add(address, ttl);
          return !inverted;
        }
        if (action === 'remove') {
          table.remove(entry);
          return !inverted;
        }
        if (action === 'set') {
          table.touch(entry);
          entry.ttl = ttl;
          return !inverted;
        }
        const { host } = par;
        const since = host.jiffies - (Math.imul(info.seconds, host.hz) >>> 0);
        let hits = 0;
        for (let i = 0; i < entry.count; i++) if (info.seconds === 0 || entry.stamps[i]! >= since) hits++;
        const result = hits >= Math.max(1, info.hitcount) !== inverted;
        const updates = action === 'update' && result;
        if (info.reap) table.reap(since, updates ? entry : undefined);
        if (updates) {
          table.touch(entry);
          entry.ttl = ttl;
        }
        return result;
      },
    };
  },
};

function useTable(net: Netfilter, { name, mask, hitcount }: RecentInfo): RecentState {
  const stampMask = hitcount === 0 ? 31 : 2 ** Math.ceil(Math.log2(hitcount)) - 1;
  const { value, release } = net.named('recent', name, () => new RecentTable(net.host, ipv4ToBits(mask), stampMask));
  value.widen(stampMask);
  return { table: value, release };
}

/** The lists of a host by name, for `/proc/net/xt_recent`. */
export function recentTables(net: Netfilter): ReadonlyMap<string, RecentTable> {
  return net.peekNamed('recent') as ReadonlyMap<string, RecentTable>;
}
