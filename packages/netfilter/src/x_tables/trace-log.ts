import type { Packet } from '@chainwalk/core';
import { DEFAULT_LOG_FLAGS, type LogPlace, packetLine } from '../log/packet-line.ts';

/**
 * The line that the kernel logs for each rule that a traced packet matches, and for each policy and return:
 * `TRACE: table:chain:kind:number IN=...`. `number` counts from 1 inside the chain.
 *
 * Kernel: `trace_packet` of `net/ipv4/netfilter/ip_tables.c`.
 */
export function traceLine(
  packet: Packet,
  place: LogPlace,
  table: string,
  chain: string,
  kind: 'rule' | 'return' | 'policy',
  number: number,
): string {
  return packetLine(packet, place, `TRACE: ${table}:${chain}:${kind}:${number} `, DEFAULT_LOG_FLAGS);
}
