import type { Address, Device, Host } from '@chainwalk/core';
import { badOption, KernelRefusal, type MatchExtension, NO_DEMANDS, type OptionUse } from '../x_tables/extension.ts';

/** A set of address types as bits, and whether the address must be none of them. */
interface TypeTest {
  readonly types: number;
  readonly inverted: boolean;
}

interface AddrtypeInfo {
  readonly src: TypeTest | undefined;
  readonly dst: TypeTest | undefined;
  /** `--limit-iface-in`, `--limit-iface-out`: only addresses of that device count as local. */
  readonly device: 'in' | 'out' | undefined;
}

/** The names of `RTN_*`, by number. */
const TYPES = [
  'UNSPEC',
  'UNICAST',
  'LOCAL',
  'BROADCAST',
  'ANYCAST',
  'MULTICAST',
  'BLACKHOLE',
  'UNREACHABLE',
  'PROHIBIT',
  'THROW',
  'NAT',
  'XRESOLVE',
] as const;

/**
 * `-m addrtype`: what the source or destination is to this host.
 *
 * Kernel: `net/netfilter/xt_addrtype.c`, `addrtype_mt_v1`. Only the local table is asked, so an address is UNICAST,
 * LOCAL, BROADCAST or MULTICAST and never anything else, whatever the other routes say.
 */
export const addrtype: MatchExtension<AddrtypeInfo, undefined> = {
  name: 'addrtype',
  options: [
    { name: 'src-type', args: 1, invertible: true },
    { name: 'dst-type', args: 1, invertible: true },
    { name: 'limit-iface-in', args: 0, excludes: ['limit-iface-out'] },
    { name: 'limit-iface-out', args: 0, excludes: ['limit-iface-in'] },
  ],
  size: 40,
  sharesInfo: true,
  demands: NO_DEMANDS,

  parse(options) {
    const find = (name: string): OptionUse | undefined => options.find((use) => use.name === name);
    const [src, dst] = [parseTypes(find('src-type')), parseTypes(find('dst-type'))];
    if (src === undefined && dst === undefined) badOption(undefined, 'addrtype needs --src-type or --dst-type');
    const device =
      find('limit-iface-in') !== undefined ? 'in' : find('limit-iface-out') !== undefined ? 'out' : undefined;
    return { src, dst, device };
  },

  save({ src, dst, device }) {
    const one = (name: string, test: TypeTest | undefined): string =>
      test === undefined ? '' : `${test.inverted ? ' !' : ''} --${name} ${formatTypes(test.types)}`;
    return one('src-type', src) + one('dst-type', dst) + (device === undefined ? '' : ` --limit-iface-${device}`);
  },

  list({ src, dst, device }) {
    const one = (name: string, test: TypeTest | undefined): string =>
      test === undefined ? '' : ` ${name} ${test.inverted ? '!' : ''}${formatTypes(test.types)}`;
    return ` ADDRTYPE match${one('src-type', src)}${one('dst-type', dst)}${device === undefined ? '' : ` limit-${device}`}`;
  },

  check({ device }, { hooks }) {
    if (device === 'out' && (hooks.includes('PREROUTING') || hooks.includes('INPUT'))) {
      throw new KernelRefusal('EINVAL', 'addrtype: there is no outgoing device in PREROUTING and INPUT');
    }
    if (device === 'in' && (hooks.includes('POSTROUTING') || hooks.includes('OUTPUT'))) {
      throw new KernelRefusal('EINVAL', 'addrtype: there is no incoming device in POSTROUTING and OUTPUT');
    }
  },

  compile({ src, dst, device }) {
    return {
      test: (packet, par) => {
        const only = device === undefined ? undefined : device === 'in' ? par.inDevice : par.outDevice;
        if (src !== undefined && holds(src, par.host, packet.src, only) === src.inverted) return false;
        return dst === undefined || holds(dst, par.host, packet.dst, only) !== dst.inverted;
      },
    };
  },
};

const BITS = { unicast: 1 << 1, local: 1 << 2, broadcast: 1 << 3, multicast: 1 << 5 } as const;

function holds({ types }: TypeTest, host: Host, address: Address, device: Device | undefined): boolean {
  return (types & BITS[host.addressType(address, device)]) !== 0;
}

/** A list of names, each as short as one likes: the first that begins so is meant. */
function parseTypes(use: OptionUse | undefined): TypeTest | undefined {
  if (use === undefined) return undefined;
  let types = 0;
  for (const word of use.values[0]!.split(',')) {
    const type = TYPES.findIndex((name) => name.startsWith(word.toUpperCase()));
    if (type < 0 || word === '') badOption(use, `"${word}" is no address type`, `use ${TYPES.join(', ')}`);
    types |= 1 << type;
  }
  return { types, inverted: use.inverted };
}

function formatTypes(types: number): string {
  return TYPES.filter((_, bit) => (types & (1 << bit)) !== 0).join(',');
}
