import { fold, internetSum } from './checksum.ts';
import type { Packet } from './packet.ts';
import { PROTOCOL } from './transport.ts';
import { encodeBody, pseudoHeaderSum } from './wire.ts';

/** What is wrong with the header of a UDP-Lite packet (RFC 3828), if anything. */
export type UdpliteFault = 'short' | 'coverage' | 'no-checksum' | 'checksum';

/**
 * Looks at a UDP-Lite packet, whose header is no {@link Packet.transport}: its checksum, which it must have, covers as many
 * bytes as the header says, all of them for 0.
 * @param protocol the number in the pseudo header of the checksum
 */
export function udpliteFault(packet: Packet, protocol: number = PROTOCOL.udplite): UdpliteFault | undefined {
  const body = encodeBody(packet);
  const { length } = body;
  if (length < 8) return 'short';
  const coverage = (body[4]! << 8) | body[5]!;
  if (coverage !== 0 && (coverage < 8 || coverage > length)) return 'coverage';
  if ((body[6]! | body[7]!) === 0) return 'no-checksum';
  const sum = internetSum(body, pseudoHeaderSum(packet, length, protocol), 0, coverage || length);
  return fold(sum) === 0xffff ? undefined : 'checksum';
}
