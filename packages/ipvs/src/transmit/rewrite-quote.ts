import {
  type Address,
  fold,
  type Ipv4Address,
  internetSum,
  ipv4ToBits,
  type Packet,
  type Quote,
} from '@chainwalk/core';

/**
 * Rewrites an ICMP error together with the packet that it quotes (`ip_vs_nat_icmp`). About a packet that went to the
 * server (`outgoing`): source and quoted destination become the virtual address; about one that went to the client:
 * destination and quoted source become the real one. The quoted IP checksum is computed anew, the quoted transport
 * checksum is left as it was.
 */
export function rewriteIcmp(
  packet: Packet,
  quote: Quote,
  direction: 'outgoing' | 'incoming',
  address: Address,
  port: number | undefined,
): void {
  if (direction === 'outgoing') packet.src = address;
  else packet.dst = address;
  const bytes = quote.detach();
  packet.payload = bytes;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  view.setUint32(direction === 'outgoing' ? 16 : 12, ipv4ToBits(address as Ipv4Address));
  view.setUint16(10, 0);
  view.setUint16(10, ~fold(internetSum(bytes.subarray(0, quote.headerLength))) & 0xffff);
  if (port !== undefined) view.setUint16(quote.headerLength + (direction === 'outgoing' ? 2 : 0), port);
}
