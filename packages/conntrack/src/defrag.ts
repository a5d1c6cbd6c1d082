import type { Packet } from '@chainwalk/core';

/** Makes the packet at hand the datagram that its last fragment completed; who holds the packet goes on with the whole. */
export function becomeDatagram(packet: Packet, whole: Packet): void {
  packet.ttl = whole.ttl;
  packet.tos = whole.tos;
  packet.id = whole.id;
  packet.dontFragment = whole.dontFragment;
  packet.moreFragments = whole.moreFragments;
  packet.fragmentOffset = whole.fragmentOffset;
  packet.options = whole.options;
  packet.transport = whole.transport;
  packet.payload = whole.payload;
  packet.payloadLength = whole.payloadLength;
  packet.badChecksum = whole.badChecksum;
  packet.mark = whole.mark;
  packet.packetType = whole.packetType;
  packet.link = whole.link;
  packet.fragMaxSize = whole.fragMaxSize;
  packet.ignoreDf = whole.ignoreDf;
}
