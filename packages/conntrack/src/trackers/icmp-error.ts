import { formatAddress, Hook, type HookState, isIcmpError, type Packet, PROTOCOL, Quote } from '@chainwalk/core';
import { attach } from '../connection.ts';
import type { Conntrack } from '../conntrack.ts';
import { CtInfo } from '../ctinfo.ts';
import type { Template } from '../template.ts';
import { invertTuple, tupleBytes, tupleOfQuote } from '../tuple.ts';
import { DEFAULT_ZONE, zoneForMark } from '../zone.ts';

/** Highest ICMP type that Linux knows (`NR_ICMP_TYPES`). */
const HIGHEST_TYPE = 18;

/**
 * Looks at an ICMP packet before its own tuple counts (`nf_conntrack_icmpv4_error`, `nf_conntrack_inet_error`): an error
 * belongs to the connection of the packet that it quotes. `error` is INVALID, `related` has its connection now, and
 * `query` goes on like any packet.
 */
export function trackIcmpError(
  conntrack: Conntrack,
  packet: Packet,
  template: Template | undefined,
  state: HookState,
): 'error' | 'related' | 'query' {
  const header = packet.transport;
  const fault = (message: string): 'error' => {
    conntrack.noteInvalid(packet, state, PROTOCOL.icmp, message);
    return 'error';
  };
  if (header?.kind !== 'icmp') return fault('short packet');
  if (packet.badChecksum && state.hook === Hook.PREROUTING && conntrack.sysctls.checksum.value !== 0) {
    return fault('bad hw icmp checksum');
  }
  if (header.type > HIGHEST_TYPE) return fault('invalid icmp type');
  if (!isIcmpError(header.type)) return 'query';

  const quote = Quote.of(packet.payload, tupleBytes);
  const quoted = quote === undefined ? undefined : tupleOfQuote(quote);
  const wanted = quoted === undefined ? undefined : invertTuple(quoted);
  if (wanted === undefined) return 'error';
  const zone = template === undefined ? DEFAULT_ZONE : zoneForMark(template.zone, packet.mark);
  // The quoted packet went one way, so the error goes the way of its answer: that is what is looked up.
  const found = conntrack.find(wanted, zone);
  if (found === undefined) return 'error';
  const { ct, direction } = found;
  const inner = ct.destination(direction);
  if (packet.dst !== inner) {
    return fault(`outer daddr ${formatAddress(packet.dst)} != inner ${formatAddress(inner)}`);
  }
  attach(packet, ct, direction === 0 ? CtInfo.RELATED : CtInfo.RELATED_REPLY);
  return 'related';
}
