import { type Address, formatAddress, type Packet } from '@chainwalk/core';

/**
 * Rewrites the end of a packet that faces the client: towards the real server on the way in, back to the virtual one on
 * the way out (`dnat_handler`, `snat_handler`). A wrong TCP checksum stays wrong, since it is adjusted and not computed
 * anew; a datagram without a checksum gets one; SCTP's is computed whenever the port changes.
 */
export function rewriteEndpoint(packet: Packet, side: 'source' | 'destination', address: Address, port: number): void {
  const { transport } = packet;
  const isSource = side === 'source';
  if (transport !== undefined && transport.kind !== 'icmp') {
    const old = isSource ? transport.sport : transport.dport;
    if (isSource) transport.sport = port;
    else transport.dport = port;
    if (transport.kind === 'udp' && !transport.hasChecksum) {
      transport.hasChecksum = true;
      packet.checksumFault = 0;
    }
    if (transport.kind === 'sctp' && old !== port) packet.checksumFault = 0;
    note(packet, isSource ? 'sport' : 'dport', String(old), String(port));
  }
  const old = isSource ? packet.src : packet.dst;
  if (isSource) packet.src = address;
  else packet.dst = address;
  note(packet, isSource ? 'src' : 'dst', formatAddress(old), formatAddress(address));
}

function note(packet: Packet, field: string, from: string, to: string): void {
  if (from !== to) packet.trace?.add({ kind: 'change', field, from, to, by: 'IPVS' });
}
