import { parseUnsigned } from '../x_tables/values.ts';

/** The protocols that libxtables knows by itself (`xtables_chain_protos`); the first name of a number is the one printed. */
const BUILT_IN: readonly (readonly [string, number])[] = [
  ['tcp', 6],
  ['sctp', 132],
  ['udp', 17],
  ['udplite', 136],
  ['icmp', 1],
  ['ipv6-icmp', 58],
  ['icmpv6', 58],
  ['esp', 50],
  ['ah', 51],
  ['mobility-header', 135],
  ['ipv6-mh', 135],
  ['mh', 135],
  ['all', 0],
];

/** `/etc/protocols` of Debian 12. Its aliases are in capitals, which iptables never looks up. */
const ETC_PROTOCOLS: readonly (readonly [string, number])[] = [
  ['ip', 0],
  ['hopopt', 0],
  ['icmp', 1],
  ['igmp', 2],
  ['ggp', 3],
  ['ipencap', 4],
  ['st', 5],
  ['tcp', 6],
  ['egp', 8],
  ['igp', 9],
  ['pup', 12],
  ['udp', 17],
  ['hmp', 20],
  ['xns-idp', 22],
  ['rdp', 27],
  ['iso-tp4', 29],
  ['dccp', 33],
  ['xtp', 36],
  ['ddp', 37],
  ['idpr-cmtp', 38],
  ['ipv6', 41],
  ['ipv6-route', 43],
  ['ipv6-frag', 44],
  ['idrp', 45],
  ['rsvp', 46],
  ['gre', 47],
  ['esp', 50],
  ['ah', 51],
  ['skip', 57],
  ['ipv6-icmp', 58],
  ['ipv6-nonxt', 59],
  ['ipv6-opts', 60],
  ['rspf', 73],
  ['vmtp', 81],
  ['eigrp', 88],
  ['ospf', 89],
  ['ax.25', 93],
  ['ipip', 94],
  ['etherip', 97],
  ['encap', 98],
  ['pim', 103],
  ['ipcomp', 108],
  ['vrrp', 112],
  ['l2tp', 115],
  ['isis', 124],
  ['sctp', 132],
  ['fc', 133],
  ['mobility-header', 135],
  ['udplite', 136],
  ['mpls-in-ip', 137],
  ['manet', 138],
  ['hip', 139],
  ['shim6', 140],
  ['wesp', 141],
  ['rohc', 142],
  ['ethernet', 143],
];

const NUMBER_OF_NAME: ReadonlyMap<string, number> = new Map([...ETC_PROTOCOLS, ...BUILT_IN]);
const NAME_OF_NUMBER: ReadonlyMap<number, string> = new Map(
  [...[...ETC_PROTOCOLS].reverse(), ...[...BUILT_IN].reverse()].map(([name, number]) => [number, name]),
);

/** The number of a protocol as after `-p`: 0 to 255, or a name; undefined if there is none. */
export function parseProtocol(text: string): number | undefined {
  return parseUnsigned(text, 255) ?? NUMBER_OF_NAME.get(text);
}

/** The name that iptables prints for a protocol, if it knows one. */
export function protocolNameOf(number: number): string | undefined {
  return NAME_OF_NUMBER.get(number);
}

/** The same without looking into `/etc/protocols`. */
export function builtInProtocolName(number: number): string | undefined {
  return BUILT_IN.find(([, known]) => known === number)?.[0];
}

/** `/etc/protocols` of Red Hat and Alpine, where a name of it is another than Debian's: dumps travel. */
const ELSEWHERE: ReadonlyMap<string, number> = new Map([['ipv4', 4]]);

/** The number of a protocol by a name that Debian does not know. */
export function numberElsewhere(text: string): number | undefined {
  return ELSEWHERE.get(text);
}

/** The names that `-p` takes. */
export function protocolNames(): readonly string[] {
  return [...NUMBER_OF_NAME.keys()];
}
