import { IPV4_BROADCAST, type Ipv4Address, isMulticast, isZeroNet, type Packet } from '@chainwalk/core';
import { type ActionParam, KernelRefusal, type MatchExtension } from '../x_tables/extension.ts';
import { needHooks } from '../x_tables/need-hooks.ts';

/** The options in the order in which they are printed. */
const OPTIONS = ['loose', 'validmark', 'accept-local', 'invert'] as const;
type RpfilterInfo = ReadonlySet<(typeof OPTIONS)[number]>;

/**
 * `-m rpfilter`: an answer to the packet would leave by the device it came in on.
 *
 * Kernel: `net/ipv4/netfilter/ipt_rpfilter.c`, `rpfilter_mt`.
 */
export const rpfilter: MatchExtension<RpfilterInfo, undefined> = {
  name: 'rpfilter',
  options: OPTIONS.map((name) => ({ name, args: 0 as const })),
  size: 40,
  sharesInfo: true,
  parse: (options) => new Set(OPTIONS.filter((name) => options.some((use) => use.name === name))),
  save: (info) =>
    OPTIONS.filter((name) => info.has(name))
      .map((name) => ` --${name}`)
      .join(''),
  list: (info) =>
    ` rpfilter${OPTIONS.filter((name) => info.has(name))
      .map((name) => ` ${name}`)
      .join('')}`,

  check(_, context) {
    if (context.table !== 'raw' && context.table !== 'mangle') {
      throw new KernelRefusal('EINVAL', `rpfilter is possible in the tables raw and mangle, not in ${context.table}`);
    }
    needHooks(context, 'rpfilter', 'PREROUTING');
  },

  compile(info) {
    const inverted = info.has('invert');
    return { test: (packet, par) => comesBack(packet, par, info) !== inverted };
  },
};

function comesBack(packet: Packet, { host, inDevice }: ActionParam, info: RpfilterInfo): boolean {
  const source = packet.src as Ipv4Address;
  const destination = packet.dst as Ipv4Address;
  if (packet.packetType === 'loopback' || inDevice?.kind === 'loopback') return true;
  if (isZeroNet(source) && (destination === IPV4_BROADCAST || isLocalMulticast(destination))) return true;
  const isNoSource = isMulticast(destination) || destination === IPV4_BROADCAST || isZeroNet(destination);
  const found = host.fib.lookup({
    destination: source,
    source: isNoSource ? undefined : destination,
    tos: packet.tos & 0x1c,
    mark: info.has('validmark') ? packet.mark : 0,
    inDevice: undefined,
    outDevice: undefined,
  });
  host.meter.routeLookups++;
  if (typeof found === 'string') return false;
  if (found.type !== 'unicast' && !(found.type === 'local' && info.has('accept-local'))) return false;
  return info.has('loose') || found.device === inDevice?.name;
}

/** 224.0.0.0/24. */
function isLocalMulticast(address: Ipv4Address): boolean {
  return address >>> 8 === 0xe00000;
}
