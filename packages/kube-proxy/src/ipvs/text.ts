import { type Family, ipv4ToBits, ipv6ToBits, parseIpv4, parseIpv6 } from '@chainwalk/core';
import { createLine, SET_KEYS, setName } from './sets.ts';
import { hostPort, type IpvsState, type RealServer, type VirtualServer } from './state.ts';

const FLAGS = { tcp: '-t', udp: '-u', sctp: '--sctp-service' } as const;
const NUMBERS = { tcp: 6, udp: 17, sctp: 132 } as const;

/** The sets and their members, as `ipset restore` reads and `ipset save` prints them; members are sorted as text. */
export function ipsetText(sets: IpvsState['sets'], family: Family): string {
  const lines: string[] = [];
  for (const key of SET_KEYS) {
    lines.push(createLine(key, family));
    for (const entry of sortedMembers(sets.get(key)!)) lines.push(`add ${setName(key, family)} ${entry}`);
  }
  return `${lines.join('\n')}\n`;
}

function sortedMembers(members: ReadonlySet<string>): readonly string[] {
  const entries = [...members];
  return entries.every((entry) => /^\d+$/.test(entry)) ? entries.sort((a, b) => Number(a) - Number(b)) : entries.sort();
}

/** The commands that create the virtual servers in kube-proxy's order, for `ipvsadm -R`. */
export function ipvsadmRestore(servers: readonly VirtualServer[]): string {
  return linesOf(servers, (server) => server.realServers);
}

/** What `ipvsadm -Sn` prints: the same lines in ipvsadm's order. */
export function ipvsadmSave(servers: readonly VirtualServer[]): string {
  const sorted = mergeSort(
    servers,
    (a, b) => NUMBERS[a.protocol] - NUMBERS[b.protocol] || compareAddresses(a.address, b.address) || a.port - b.port,
  );
  return linesOf(sorted, (server) =>
    mergeSort(server.realServers, (a, b) => compareAddresses(a.address, b.address) || a.port - b.port),
  );
}

function linesOf(servers: readonly VirtualServer[], order: (server: VirtualServer) => readonly RealServer[]): string {
  let text = '';
  for (const server of servers) {
    const service = `${FLAGS[server.protocol]} ${hostPort(server)}`;
    const persistent = server.persistentSeconds === 0 ? '' : ` -p ${server.persistentSeconds}`;
    // kube-proxy hashes ports too where it is told to use Maglev hashing.
    const flags = server.scheduler === 'mh' ? ' -b mh-port' : '';
    text += `-A ${service} -s ${server.scheduler}${persistent}${flags}\n`;
    for (const real of order(server)) text += `-a ${service} -r ${hostPort(real)} -m -w ${real.weight}\n`;
  }
  return text;
}

/**
 * ipvsadm compares addresses 32 bits at a time by the sign of their difference, which is no order (it goes round), so the
 * algorithm matters: the C library's merge sort.
 */
function compareAddresses(a: string, b: string): number {
  const left = wordsOf(a);
  const right = wordsOf(b);
  for (const [index, word] of left.entries()) {
    const difference = (word - right[index]!) | 0;
    if (difference !== 0) return difference;
  }
  return 0;
}

function wordsOf(text: string): readonly number[] {
  const v4 = parseIpv4(text);
  if (v4 !== undefined) return [ipv4ToBits(v4)];
  const v6 = parseIpv6(text);
  const bits = v6 === undefined ? 0n : ipv6ToBits(v6);
  return [96n, 64n, 32n, 0n].map((shift) => Number((bits >> shift) & 0xffff_ffffn));
}

function mergeSort<T>(list: readonly T[], compare: (a: T, b: T) => number): readonly T[] {
  if (list.length < 2) return list;
  const half = list.length >> 1;
  const left = mergeSort(list.slice(0, half), compare);
  const right = mergeSort(list.slice(half), compare);
  const merged: T[] = [];
  let i = 0;
  let j = 0;
  while (i < left.length && j < right.length) merged.push(compare(left[i]!, right[j]!) <= 0 ? left[i++]! : right[j++]!);
  while (i < left.length) merged.push(left[i++]!);
  while (j < right.length) merged.push(right[j++]!);
  return merged;
}
