/** The names that ipset has for types and codes of ICMP; the first name of a pair is the one printed. */
type Names = readonly (readonly [name: string, type: number, code: number])[];

const ICMP: Names = [
  ['echo-reply', 0, 0],
  ['pong', 0, 0],
  ['network-unreachable', 3, 0],
  ['host-unreachable', 3, 1],
  ['protocol-unreachable', 3, 2],
  ['port-unreachable', 3, 3],
  ['fragmentation-needed', 3, 4],
  ['source-route-failed', 3, 5],
  ['network-unknown', 3, 6],
  ['host-unknown', 3, 7],
  ['network-prohibited', 3, 9],
  ['host-prohibited', 3, 10],
  ['TOS-network-unreachable', 3, 11],
  ['TOS-host-unreachable', 3, 12],
  ['communication-prohibited', 3, 13],
  ['host-precedence-violation', 3, 14],
  ['precedence-cutoff', 3, 15],
  ['source-quench', 4, 0],
  ['network-redirect', 5, 0],
  ['host-redirect', 5, 1],
  ['TOS-network-redirect', 5, 2],
  ['TOS-host-redirect', 5, 3],
  ['echo-request', 8, 0],
  ['ping', 8, 0],
  ['router-advertisement', 9, 0],
  ['router-solicitation', 10, 0],
  ['ttl-zero-during-transit', 11, 0],
  ['ttl-zero-during-reassembly', 11, 1],
  ['ip-header-bad', 12, 0],
  ['required-option-missing', 12, 1],
  ['timestamp-request', 13, 0],
  ['timestamp-reply', 14, 0],
  ['address-mask-request', 17, 0],
  ['address-mask-reply', 18, 0],
];

const ICMPV6: Names = [
  ['no-route', 1, 0],
  ['communication-prohibited', 1, 1],
  ['address-unreachable', 1, 3],
  ['port-unreachable', 1, 4],
  ['packet-too-big', 2, 0],
  ['ttl-zero-during-transit', 3, 0],
  ['ttl-zero-during-reassembly', 3, 1],
  ['bad-header', 4, 0],
  ['unknown-header-type', 4, 1],
  ['unknown-option', 4, 2],
  ['echo-request', 128, 0],
  ['ping', 128, 0],
  ['echo-reply', 129, 0],
  ['pong', 129, 0],
  ['router-solicitation', 133, 0],
  ['router-advertisement', 134, 0],
  ['neighbour-solicitation', 135, 0],
  ['neigbour-solicitation', 135, 0],
  ['neighbour-advertisement', 136, 0],
  ['neigbour-advertisement', 136, 0],
  ['redirect', 137, 0],
];

function table(family: 'icmp' | 'icmpv6'): Names {
  return family === 'icmp' ? ICMP : ICMPV6;
}

/**
 * Type and code of a name, in any case and possibly cut short (`p` is `pong`), as one number of 16 bits; `undefined` if
 * there is none.
 */
export function icmpByName(name: string, family: 'icmp' | 'icmpv6'): number | undefined {
  const wanted = name.toLowerCase();
  const entry = table(family).find(([known]) => known.toLowerCase().startsWith(wanted));
  return entry === undefined ? undefined : (entry[1] << 8) | entry[2];
}

/** The name of a type and code, or `TYPE/CODE`. */
export function icmpText(pair: number, family: 'icmp' | 'icmpv6'): string {
  const type = pair >>> 8;
  const code = pair & 255;
  return table(family).find((entry) => entry[1] === type && entry[2] === code)?.[0] ?? `${type}/${code}`;
}
