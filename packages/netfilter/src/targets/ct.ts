import { setTemplate, Template } from '@chainwalk/conntrack';
import {
  badOption,
  type CheckContext,
  CONTINUE,
  KernelRefusal,
  type OptionUse,
  type TargetExtension,
} from '../x_tables/extension.ts';
import { cutUtf8 } from '../x_tables/utf8.ts';
import { parseUnsigned } from '../x_tables/values.ts';
import { untrack } from './notrack.ts';

interface CtInfo {
  readonly notrack: boolean;
  /** Name of a helper, at most 15 bytes; '' for none. */
  readonly helper: string;
  /** Name of a timeout policy, at most 31 bytes; '' for none. */
  readonly timeout: string;
  /** Bits in the order of {@link CT_EVENTS}; 0 if not asked for. */
  readonly ctevents: number;
  readonly expevents: number;
  readonly zone: {
    readonly id: number;
    /** The number is the packet's mark. */
    readonly fromMark: boolean;
    /** Which of `--zone-orig` and `--zone-reply` were given; both are as good as none. */
    readonly original: boolean;
    readonly reply: boolean;
  };
}

/** Events of connections, by bit (`enum ip_conntrack_events`). */
const CT_EVENTS = [
  'new',
  'related',
  'destroy',
  'reply',
  'assured',
  'protoinfo',
  'helper',
  'mark',
  'natseqinfo',
  'secmark',
];
const EXP_EVENTS = ['new'];

const NONE: CtInfo = {
  notrack: false,
  helper: '',
  timeout: '',
  ctevents: 0,
  expevents: 0,
  zone: { id: 0, fromMark: false, original: false, reply: false },
};

/**
 * `-j CT`: says what the connection shall be like that the packet is about to get: its zone, its helper, its timeouts,
 * the events that are told about it; or that there shall be none.
 *
 * Kernel: `net/netfilter/xt_CT.c`, `xt_ct_target`, `xt_ct_tg_check`.
 */
export const ctTarget: TargetExtension<CtInfo, Template> = {
  name: 'CT',
  options: [
    { name: 'notrack', args: 0 },
    { name: 'helper', args: 1 },
    { name: 'timeout', args: 1 },
    { name: 'ctevents', args: 1 },
    { name: 'expevents', args: 1 },
    { name: 'zone', args: 1 },
    { name: 'zone-orig', args: 1 },
    { name: 'zone-reply', args: 1 },
  ],
  size: 104,
  sharesInfo: true,
  tables: ['raw'],

  parse(options) {
    let info = NONE;
    for (const option of options) info = { ...info, ...readOption(option, info) };
    return info;
  },

  save: (info) => describe(info, ' --'),
  list: (info) => ` CT${describe(info, ' ')}`,

  check(info, context) {
    if (info.notrack) return;
    if (info.helper !== '') checkHelper(info.helper, context);
    if (info.timeout !== '') checkTimeout(info.timeout, context);
  },

  compile(info) {
    if (info.notrack) return { apply: (packet) => untrack(packet, 'CT') };
    const { id, fromMark, original, reply } = info.zone;
    const directions = original === reply ? 'both' : original ? 'original' : 'reply';
    return {
      needs: ['conntrack'],
      createState: ({ conntrack }) =>
        new Template({
          ...(id !== 0 || fromMark ? { zone: { id, directions, fromMark } } : {}),
          helper: conntrack.helpers.get(info.helper),
          timeoutPolicy: conntrack.timeoutPolicies.get(info.timeout),
          eventMask: info.ctevents === 0 && info.expevents === 0 ? undefined : info.ctevents,
        }),
      apply: (packet, _, template) => {
        setTemplate(packet, template);
        return CONTINUE;
      },
    };
  },
};

function readOption(option: OptionUse, { zone }: CtInfo): Partial<CtInfo> {
  const text = option.values[0] ?? '';
  switch (option.name) {
    case 'notrack':
      return { notrack: true };
    case 'helper':
      return { helper: cutUtf8(text, 15) };
    case 'timeout':
      return { timeout: cutUtf8(text, 31) };
    case 'ctevents':
      return { ctevents: parseEvents(option, CT_EVENTS) };
    case 'expevents':
      return { expevents: parseEvents(option, EXP_EVENTS) };
    default: {
      const direction = {
        original: zone.original || option.name === 'zone-orig',
        reply: zone.reply || option.name === 'zone-reply',
      };
      if (text.toLowerCase() === 'mark') return { zone: { ...zone, ...direction, fromMark: true } };
      const id = parseUnsigned(text, 0xffff) ?? badOption(option, `"${text}" is no zone`, 'use 0 to 65535 or "mark"');
      return { zone: { ...zone, ...direction, id } };
    }
  }
}

function parseEvents(option: OptionUse, known: readonly string[]): number {
  let bits = 0;
  for (const word of option.values[0]!.split(',')) {
    const bit = known.indexOf(word);
    if (bit < 0) badOption(option, `"${word}" is no event`, `use ${known.join(', ')}`);
    bits |= 1 << bit;
  }
  return bits;
}

function describe({ notrack, helper, timeout, ctevents, expevents, zone }: CtInfo, dashes: string): string {
  const events = (bits: number, known: readonly string[]): string =>
    known.filter((_, bit) => (bits & (1 << bit)) !== 0).join(',');
  let text = notrack ? `${dashes}notrack` : '';
  if (helper !== '') text += `${dashes}helper ${helper}`;
  if (timeout !== '') text += `${dashes}timeout ${timeout}`;
  if (ctevents !== 0) text += `${dashes}ctevents ${events(ctevents, CT_EVENTS)}`;
  if (expevents !== 0) text += `${dashes}expevents ${events(expevents, EXP_EVENTS)}`;
  if (!zone.fromMark && zone.id === 0) return text;
  const direction = zone.original === zone.reply ? '' : zone.original ? '-orig' : '-reply';
  return `${text}${dashes}zone${direction} ${zone.fromMark ? 'mark' : zone.id}`;
}

/** The protocol that a rule pins down, which helpers and timeouts need. */
function protocolOf({ ip }: CheckContext): number | undefined {
  return ip.protocol === undefined || ip.protocol.inverted ? undefined : ip.protocol.number;
}

function checkHelper(name: string, context: CheckContext): void {
  const protocol = protocolOf(context);
  if (protocol === undefined) throw new KernelRefusal('ENOENT', 'CT --helper needs -p PROTOCOL, not inverted');
  if (context.net.conntrack.helpers.get(name)?.protocols.includes(protocol) !== true) {
    throw new KernelRefusal('ENOENT', `there is no conntrack helper "${name}" for this protocol`);
  }
}

function checkTimeout(name: string, context: CheckContext): void {
  const protocol = protocolOf(context);
  if (protocol === undefined) throw new KernelRefusal('EINVAL', 'CT --timeout needs -p PROTOCOL, not inverted');
  const policy = context.net.conntrack.timeoutPolicies.get(name);
  if (policy === undefined) throw new KernelRefusal('ENOENT', `there is no timeout policy "${name}"`);
  if (policy.protocol !== protocol)
    throw new KernelRefusal('EINVAL', `timeout policy "${name}" is for another protocol`);
}
