import { directionOf } from '@chainwalk/conntrack';
import { formatIpv4, type Ipv4Address, type IpvsMark, ipv4MaskLength, PROTOCOL } from '@chainwalk/core';
import { parseProtocol } from '../iptables/protocols.ts';
import { badOption, type MatchExtension, type OptionUse } from '../x_tables/extension.ts';
import { resolvePort } from '../x_tables/services.ts';
import { parseHostMask } from '../x_tables/values.ts';

interface NumberTest {
  readonly number: number;
  readonly inverted: boolean;
}

interface IpvsInfo {
  /** Present exactly if `--ipvs` is all that is asked. */
  readonly ipvs?: { readonly inverted: boolean };
  readonly vproto?: NumberTest;
  readonly vaddr?: { readonly address: Ipv4Address; readonly mask: number; readonly inverted: boolean };
  readonly vport?: NumberTest;
  readonly vdir?: 'ORIGINAL' | 'REPLY';
  readonly vmethod?: { readonly method: keyof typeof METHODS; readonly inverted: boolean };
  readonly vportctl?: NumberTest;
}

/** The words of `--vmethod`, and how IPVS calls what they mean. */
const METHODS = { GATE: 'route', IPIP: 'tunnel', MASQ: 'masq' } as const;

/** Protocols that IPVS handles. */
const PROTOCOLS: ReadonlySet<number> = new Set([PROTOCOL.tcp, PROTOCOL.udp, PROTOCOL.sctp, PROTOCOL.ah, PROTOCOL.esp]);

/**
 * `-m ipvs`: what IPVS did with the packet.
 *
 * Kernel: `net/netfilter/xt_ipvs.c`, `ipvs_mt`. Every option but `--ipvs` needs the connection that IPVS finds for the
 * packet taken as an answer, so a packet without one fails them, inverted or not.
 */
export const ipvs: MatchExtension<IpvsInfo, undefined> = {
  name: 'ipvs',
  options: [
    { name: 'ipvs', args: 0, invertible: true },
    ...['vproto', 'vaddr', 'vport'].map((name) => ({ name, args: 1 as const, invertible: true })),
    { name: 'vdir', args: 1 },
    ...['vmethod', 'vportctl'].map((name) => ({ name, args: 1 as const, invertible: true })),
  ],
  size: 72,
  parse: (options) => parseIpvs(options),
  save: (info) => format(info, '--', true),
  list: (info, numeric) => format(info, '', numeric),

  compile(info) {
    if (info.ipvs !== undefined) {
      const { inverted } = info.ipvs;
      return { test: (packet) => (packet.ipvs !== undefined) !== inverted };
    }
    const { vdir } = info;
    return {
      test: ({ ipvs: mark, nfct, ctinfo, protocol }) => {
        if (mark === undefined) return false;
        if (differs(info.vproto, protocol) || !PROTOCOLS.has(protocol)) return false;
        if (mark.connection === undefined || !connectionHolds(info, mark.connection)) return false;
        if (vdir === undefined) return true;
        return nfct !== undefined && (directionOf(ctinfo) === 1) === (vdir === 'REPLY');
      },
    };
  },
};

function differs(test: NumberTest | undefined, number: number): boolean {
  return test !== undefined && (test.number === number) === test.inverted;
}

function connectionHolds(
  { vaddr, vport, vmethod, vportctl }: IpvsInfo,
  ct: NonNullable<IpvsMark['connection']>,
): boolean {
  if (differs(vport, ct.virtualPort)) return false;
  if (vportctl !== undefined && (ct.controlPort === vportctl.number) === vportctl.inverted) return false;
  if (vmethod !== undefined && (ct.method === METHODS[vmethod.method]) === vmethod.inverted) return false;
  return vaddr === undefined || (((Number(ct.virtualAddress) ^ vaddr.address) & vaddr.mask) === 0) !== vaddr.inverted;
}

function parseIpvs(options: readonly OptionUse[]): IpvsInfo {
  const info: { -readonly [K in keyof IpvsInfo]: IpvsInfo[K] } = {};
  const own = options.find((use) => use.name === 'ipvs');
  if (options.length === 0) badOption(undefined, 'ipvs needs at least one option');
  if (own?.inverted === true && options.length > 1) badOption(own, '! --ipvs cannot stand with other options');
  if (own !== undefined && options.length === 1) return { ipvs: { inverted: own.inverted } };
  for (const use of options) {
    const { name, inverted } = use;
    const text = use.values[0] ?? '';
    if (name === 'vproto') {
      const number = parseProtocol(text);
      if (number === undefined) badOption(use, `"${text}" is no protocol`);
      info.vproto = { number, inverted };
    } else if (name === 'vaddr') {
      const host = parseHostMask(text);
      if (host === undefined) badOption(use, `"${text}" is no address`, 'write ADDRESS or ADDRESS/LENGTH');
      info.vaddr = { ...host, inverted };
    } else if (name === 'vport' || name === 'vportctl') {
      const number = resolvePort(text);
      if (number === undefined) badOption(use, `"${text}" is no port`);
      info[name] = { number, inverted };
    } else if (name === 'vdir') {
      const direction = text.toUpperCase();
      if (direction !== 'ORIGINAL' && direction !== 'REPLY')
        badOption(use, `"${text}" is no direction`, 'use ORIGINAL or REPLY');
      info.vdir = direction;
    } else if (name === 'vmethod') {
      const method = text.toUpperCase();
      if (!Object.hasOwn(METHODS, method))
        badOption(use, `"${text}" is no forwarding method`, 'use GATE, IPIP or MASQ');
      info.vmethod = { method: method as keyof typeof METHODS, inverted };
    }
  }
  return info;
}

function format(info: IpvsInfo, prefix: string, numeric: boolean): string {
  let text = '';
  const add = (word: string, test: { readonly inverted: boolean } | undefined, value: () => string): void => {
    if (test !== undefined) text += `${test.inverted ? ' !' : ''} ${prefix}${word}${value()}`;
  };
  const { vaddr, vdir, vmethod } = info;
  add('ipvs', info.ipvs, () => '');
  add('vproto', info.vproto, () => ` ${info.vproto!.number}`);
  add('vaddr', vaddr, () => {
    if (!numeric && vaddr!.address === 0) return ' anywhere';
    const length = ipv4MaskLength(vaddr!.mask);
    return ` ${formatIpv4(vaddr!.address)}${length === 32 ? '' : `/${length}`}`;
  });
  add('vport', info.vport, () => ` ${info.vport!.number}`);
  if (vdir !== undefined) text += ` ${prefix}vdir ${vdir}`;
  add('vmethod', vmethod, () => ` ${vmethod!.method}`);
  add('vportctl', info.vportctl, () => ` ${info.vportctl!.number}`);
  return text;
}
