import type { Packet } from '@chainwalk/core';
import { SetFlag, type SetQuery } from '../ipset/ip-set.ts';
import {
  acquireReference,
  checkReference,
  directionFlags,
  formatReference,
  parseReference,
  type SetReference,
} from '../ipset/set-reference.ts';
import type { Netfilter } from '../netfilter.ts';
import { type ActionParam, badOption, CONTINUE, KernelRefusal, type TargetExtension } from '../x_tables/extension.ts';
import { formatHex, parseUnsigned } from '../x_tables/values.ts';

const MAPPED = ['mark', 'prio', 'queue'] as const;
type Mapped = (typeof MAPPED)[number];

interface SetTargetInfo {
  readonly add: SetReference | undefined;
  readonly del: SetReference | undefined;
  readonly map: SetReference | undefined;
  /** Members that are there already start anew. */
  readonly exist: boolean;
  /** Seconds; absent means the set's own. */
  readonly timeout: number | undefined;
  /** What the member's skbinfo is written to. */
  readonly mapped: readonly Mapped[];
}

/** The sets behind the rule, by index, and what is asked of them. */
interface SetTargetState {
  readonly add: Part | undefined;
  readonly del: Part | undefined;
  readonly map: Part | undefined;
}

interface Part {
  readonly index: number;
  readonly query: SetQuery;
}

const NONE: SetTargetInfo = {
  add: undefined,
  del: undefined,
  map: undefined,
  exist: false,
  timeout: undefined,
  mapped: [],
};
/** One number stands for "no timeout given". */
const MAX_TIMEOUT = 0xfffffffe;

/**
 * `-j SET`: adds to a set, deletes from one, or maps what a set says of the packet (`skbinfo`) to mark and priority.
 *
 * Kernel: `net/netfilter/xt_set.c`, `set_target_v3`. A hash never grows for a packet: a member that finds its bucket
 * full is not added. A `!` before its options means nothing.
 */
export const setTarget: TargetExtension<SetTargetInfo, SetTargetState> = {
  name: 'SET',
  options: [
    { name: 'add-set', args: 2, invertible: true },
    { name: 'del-set', args: 2, invertible: true },
    { name: 'map-set', args: 2, invertible: true },
    { name: 'exist', args: 0, invertible: true, repeatable: true },
    { name: 'timeout', args: 1, repeatable: true },
    ...MAPPED.map((what) => ({ name: `map-${what}`, args: 0 as const, repeatable: true })),
  ],
  size: 56,

  parse(options, rule) {
    const info: { -readonly [K in keyof SetTargetInfo]: SetTargetInfo[K] } = { ...NONE };
    for (const option of options) {
      switch (option.name) {
        case 'add-set':
        case 'del-set':
        case 'map-set':
          info[option.name.slice(0, 3) as 'add' | 'del' | 'map'] = parseReference(option, rule);
          break;
        case 'exist':
          info.exist = true;
          break;
        case 'timeout':
          info.timeout = parseUnsigned(option.values[0]!, MAX_TIMEOUT);
          if (info.timeout === undefined) {
            badOption(option, `Invalid value for option --timeout or out of range 0-${MAX_TIMEOUT}`);
          }
          break;
      }
    }
    info.mapped = MAPPED.filter((what) => options.some(({ name }) => name === `map-${what}`));
    if (info.add === undefined && info.del === undefined && info.map === undefined) {
      badOption(undefined, "You must specify either `--add-set' or `--del-set' or `--map-set'");
    }
    if (info.add === undefined && info.exist) badOption(undefined, "Flag `--exist' can be used with `--add-set' only");
    if (info.add === undefined && info.timeout !== undefined) {
      badOption(undefined, "Option `--timeout' can be used with `--add-set' only");
    }
    if (info.map !== undefined && info.mapped.length === 0) {
      badOption(undefined, "You must specify flags `--map-mark' or '--map-prio` or `--map-queue'");
    }
    if (info.map === undefined && info.mapped.length > 0) {
      badOption(undefined, "You must specify `--map-set' with `--map-mark', `--map-prio' or `--map-queue'");
    }
    return info;
  },

  save: (info) => textOf(info, '--'),
  list: (info) => textOf(info, ''),

  check(info, context) {
    for (const reference of [info.add, info.del, info.map]) checkReference(reference, context);
    if (info.map === undefined) return;
    if (context.table !== 'mangle') throw new KernelRefusal('EINVAL', 'SET: --map-set is for the mangle table');
    if (info.mapped.every((what) => what === 'mark')) return;
    const wrong = context.hooks.filter((hook) => hook === 'PREROUTING' || hook === 'INPUT');
    if (wrong.length > 0) {
      throw new KernelRefusal('EINVAL', `SET: priority and queue cannot be mapped in ${wrong.join(' and ')}`);
    }
  },

  compile(info) {
    return {
      createState: (net) => ({
        add: acquire(info.add, net, info.exist ? SetFlag.EXIST : 0, info.timeout),
        del: acquire(info.del, net, 0, undefined),
        map: acquire(info.map, net, 0, undefined),
      }),
      destroyState: (state, net) => {
        for (const part of [state.add, state.del, state.map]) if (part !== undefined) net.sets.release(part.index);
      },
      apply: (packet, par, { add, del, map }) => {
        const { sets } = par.net;
        if (add !== undefined) sets.add(add.index, packet, par, add.query);
        if (del !== undefined) sets.del(del.index, packet, par, del.query);
        if (map !== undefined) applyMap(info.mapped, packet, par, map);
        return CONTINUE;
      },
    };
  },
};

function acquire(
  reference: SetReference | undefined,
  net: Netfilter,
  command: number,
  timeout: number | undefined,
): Part | undefined {
  if (reference === undefined) return undefined;
  return { index: acquireReference(reference, net), query: { ...directionFlags(reference), command, timeout } };
}

/** Writes what the member says into the packet. There are no queues to choose from. */
function applyMap(mapped: readonly Mapped[], packet: Packet, par: ActionParam, { index, query }: Part): void {
  query.skbinfo = undefined;
  if (!par.net.sets.test(index, packet, par, query)) return;
  // A set without skbinfo says 0 of everything.
  const { mark, markMask, priority } = query.skbinfo ?? { mark: 0, markMask: 0, priority: 0 };
  if (mapped.includes('mark')) {
    const before = packet.mark;
    packet.mark = ((before & ~markMask) ^ mark) >>> 0;
    packet.trace?.add({
      kind: 'change',
      field: 'mark',
      from: formatHex(before),
      to: formatHex(packet.mark),
      by: 'SET',
    });
  }
  if (mapped.includes('prio')) {
    const before = packet.priority;
    packet.priority = priority;
    packet.trace?.add({
      kind: 'change',
      field: 'priority',
      from: formatHex(before),
      to: formatHex(priority),
      by: 'SET',
    });
  }
}

function textOf({ add, del, map, exist, timeout, mapped }: SetTargetInfo, dashes: string): string {
  let text = '';
  if (add !== undefined) text += ` ${dashes}add-set ${formatReference(add)}`;
  if (exist) text += ` ${dashes}exist`;
  if (timeout !== undefined) text += ` ${dashes}timeout ${timeout}`;
  if (del !== undefined) text += ` ${dashes}del-set ${formatReference(del)}`;
  if (map !== undefined) text += ` ${dashes}map-set ${formatReference(map)}`;
  for (const what of mapped) text += ` ${dashes}map-${what}`;
  return text;
}
