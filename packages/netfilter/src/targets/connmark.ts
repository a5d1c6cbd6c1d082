import { ctOf, Template, templateOf } from '@chainwalk/conntrack';
import type { Packet } from '@chainwalk/core';
import {
  type ActionParam,
  badOption,
  CONTINUE,
  NEEDS_CONNTRACK,
  type OptionUse,
  type RuleVerdict,
  type TargetExtension,
} from '../x_tables/extension.ts';
import { formatHex, parseMarkMask, parseUnsigned } from '../x_tables/values.ts';

interface ConnmarkInfo {
  readonly mode: 'set' | 'save' | 'restore';
  /** What `set` sets, 32 bits. */
  readonly mark: number;
  /** Bits of the connection's mark, and of the packet's, that are meant. */
  readonly ctmask: number;
  readonly nfmask: number;
  readonly shift: { readonly direction: 'left' | 'right'; readonly bits: number };
}

const MODES = ['set-xmark', 'set-mark', 'and-mark', 'or-mark', 'xor-mark', 'save-mark', 'restore-mark'] as const;
const ALL_BITS = 0xffffffff;

/**
 * `-j CONNMARK`: the mark of the connection is set, taken from the packet's (`save`), or given to the packet
 * (`restore`); masked and then shifted. A packet without a connection passes unchanged.
 *
 * Kernel: `net/netfilter/xt_connmark.c`, `connmark_tg_shift`.
 */
export const connmarkTarget: TargetExtension<ConnmarkInfo, undefined> = {
  name: 'CONNMARK',
  options: [
    ...MODES.map((name) => ({
      name,
      args: name === 'save-mark' || name === 'restore-mark' ? (0 as const) : (1 as const),
      excludes: MODES.filter((other) => other !== name),
    })),
    { name: 'left-shift-mark', args: 1 },
    { name: 'right-shift-mark', args: 1 },
    { name: 'nfmask', args: 1, excludes: ['mask'] },
    { name: 'ctmask', args: 1, excludes: ['mask'] },
    { name: 'mask', args: 1, excludes: ['nfmask', 'ctmask'] },
  ],
  size: 48,
  sharesInfo: true,
  demands: NEEDS_CONNTRACK,

  parse(options) {
    let info: ConnmarkInfo = {
      mode: 'set',
      mark: 0,
      ctmask: ALL_BITS,
      nfmask: ALL_BITS,
      shift: { direction: 'left', bits: 0 },
    };
    if (!options.some(({ name }) => (MODES as readonly string[]).includes(name))) {
      badOption(undefined, 'CONNMARK needs an operation', `use one of ${MODES.map((name) => `--${name}`).join(', ')}`);
    }
    // In the order given: a mask that comes after `--set-mark` takes the place of that option's own.
    for (const option of options) info = { ...info, ...readOption(option) };
    return info;
  },

  save({ mode, mark, ctmask, nfmask, shift }) {
    const what =
      mode === 'set'
        ? ` --set-xmark ${formatHex(mark)}/${formatHex(ctmask)}`
        : ` --${mode}-mark --nfmask ${formatHex(nfmask)} --ctmask ${formatHex(ctmask)}`;
    return what + (shift.bits === 0 ? '' : ` --${shift.direction}-shift-mark ${shift.bits}`);
  },

  list(info) {
    const { direction, bits } = info.shift;
    return ` CONNMARK ${describe(info)}${bits === 0 ? '' : ` ${direction}-shift-mark ${bits}`}`;
  },

  compile(info) {
    return { needs: ['conntrack'], apply: (packet, par) => apply(packet, par, info) };
  },
};

function readOption(option: OptionUse): Partial<ConnmarkInfo> {
  const text = option.values[0] ?? '';
  switch (option.name) {
    case 'save-mark':
      return { mode: 'save' };
    case 'restore-mark':
      return { mode: 'restore' };
    case 'set-xmark':
    case 'set-mark': {
      const { value, mask } = parseMarkMask(text) ?? badOption(option, `"${text}" is no mark`);
      return { mark: value, ctmask: option.name === 'set-mark' ? (value | mask) >>> 0 : mask };
    }
    case 'left-shift-mark':
      return { shift: { direction: 'left', bits: number(option, 32) } };
    case 'right-shift-mark':
      return { shift: { direction: 'right', bits: number(option, 32) } };
  }
  const bits = number(option, ALL_BITS);
  switch (option.name) {
    case 'and-mark':
      return { mark: 0, ctmask: ~bits >>> 0 };
    case 'or-mark':
      return { mark: bits, ctmask: bits };
    case 'xor-mark':
      return { mark: bits, ctmask: 0 };
    case 'nfmask':
      return { nfmask: bits };
    case 'ctmask':
      return { ctmask: bits };
    default:
      return { nfmask: bits, ctmask: bits };
  }
}

function number(option: OptionUse, most: number): number {
  return (
    parseUnsigned(option.values[0]!, most) ?? badOption(option, `"${option.values[0]!}" is no number from 0 to ${most}`)
  );
}

function describe({ mode, mark, ctmask, nfmask }: ConnmarkInfo): string {
  if (mode === 'set') {
    if (mark === 0) return `and ${formatHex(~ctmask >>> 0)}`;
    if (mark === ctmask) return `or ${formatHex(mark)}`;
    if (ctmask === 0) return `xor ${formatHex(mark)}`;
    if (ctmask === ALL_BITS) return `set ${formatHex(mark)}`;
    return `xset ${formatHex(mark)}/${formatHex(ctmask)}`;
  }
  if (nfmask === ALL_BITS && ctmask === ALL_BITS) return mode;
  if (nfmask === ctmask) return `${mode} mask ${formatHex(nfmask)}`;
  return mode === 'save'
    ? `save nfmask ${formatHex(nfmask)} ctmask ~${formatHex(ctmask)}`
    : `restore ctmask ${formatHex(ctmask)} nfmask ~${formatHex(nfmask)}`;
}

function apply(packet: Packet, par: ActionParam, { mode, mark, ctmask, nfmask, shift }: ConnmarkInfo): RuleVerdict {
  const ct = ctOf(packet) ?? templateOf(packet);
  if (ct === undefined) return CONTINUE;
  const shifted = (value: number): number =>
    (shift.direction === 'left' ? value << shift.bits : value >>> shift.bits) >>> 0;
  if (mode === 'restore') {
    const before = packet.mark;
    packet.mark = ((before & ~nfmask) ^ shifted(ct.mark & ctmask)) >>> 0;
    packet.trace?.add({
      kind: 'change',
      field: 'mark',
      from: formatHex(before),
      to: formatHex(packet.mark),
      by: 'CONNMARK',
    });
    return CONTINUE;
  }
  const before = ct.mark;
  const next =
    mode === 'set' ? shifted((before & ~ctmask) ^ mark) : ((before & ~ctmask) ^ shifted(packet.mark & nfmask)) >>> 0;
  if (ct instanceof Template) ct.mark = next;
  else par.net.conntrack.setMark(ct, next);
  packet.trace?.add({
    kind: 'change',
    field: 'connection mark',
    from: formatHex(before),
    to: formatHex(next),
    by: 'CONNMARK',
  });
  return CONTINUE;
}
