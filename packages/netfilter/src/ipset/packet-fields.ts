import { type Address, type Packet, PROTOCOL } from '@chainwalk/core';
import type { HashMember } from './hash-member.ts';
import { DIM_SRC, type PacketContext, type SetQuery } from './ip-set.ts';

const UDPLITE_HEADER = 8;
/** Bytes of the header of ICMP and ICMPv6. */
const ICMP_HEADER = 8;

/** What sets read from packets. Dimensions count from 1. */
export type Dimension = 1 | 2 | 3;

/** The address that a dimension of the query names. */
export function packetAddress(packet: Packet, query: SetQuery, dimension: Dimension): Address {
  return (query.flags & DIM_SRC[dimension]) !== 0 ? packet.src : packet.dst;
}

/** The protocols whose members have ports (`ip_set_proto_with_ports`). */
export function protocolHasPorts(protocol: number): boolean {
  return (
    protocol === PROTOCOL.tcp ||
    protocol === PROTOCOL.udp ||
    protocol === PROTOCOL.sctp ||
    protocol === PROTOCOL.udplite
  );
}

/**
 * Puts protocol and port of a packet into a member (`ip_set_get_ip4_port`): the port of TCP, UDP, UDP-Lite and SCTP,
 * type and code of ICMP and, though it belongs to IPv6, of ICMPv6; 0 for everything else. False if the packet is a later fragment or its header was cut.
 */
export function takePort(packet: Packet, query: SetQuery, dimension: Dimension, member: HashMember): boolean {
  const { protocol } = packet;
  if (protocol === 0) return false;
  member.proto = protocol;
  member.port = 0;
  if (protocolHasPorts(protocol)) {
    const ports = packet.ports;
    if (ports === undefined || (protocol === PROTOCOL.udplite && packet.payloadLength < UDPLITE_HEADER)) return false;
    member.port = (query.flags & DIM_SRC[dimension]) !== 0 ? ports.sport : ports.dport;
  } else if (protocol === PROTOCOL.icmp) {
    const transport = packet.transport;
    if (transport?.kind !== 'icmp') return false;
    member.port = (transport.type << 8) | transport.code;
  } else if (protocol === PROTOCOL.icmpv6) {
    if (packet.fragmentOffset !== 0 || packet.payloadLength < ICMP_HEADER) return false;
    member.port = ((packet.payload[0] ?? 0) << 8) | (packet.payload[1] ?? 0);
  }
  return true;
}

/**
 * Puts the MAC address of the frame that the packet arrived in into a member; false if there was no frame or the
 * address is all zero.
 */
export function takeMac(packet: Packet, query: SetQuery, dimension: Dimension, member: HashMember): boolean {
  const { link } = packet;
  if (link === undefined) return false;
  const address = (query.flags & DIM_SRC[dimension]) !== 0 ? link.source : link.destination;
  const bytes = address.split(':').map((part) => Number.parseInt(part, 16));
  return putMac(bytes, member);
}

/** Puts six bytes into a member; false if they are all zero. */
export function putMac(bytes: ArrayLike<number>, member: HashMember): boolean {
  member.macLow = (bytes[0]! | (bytes[1]! << 8) | (bytes[2]! << 16) | (bytes[3]! << 24)) >>> 0;
  member.macHigh = bytes[4]! | (bytes[5]! << 8);
  return (member.macLow | member.macHigh) !== 0;
}

/** Puts the name of the device that a packet came in by (src) or leaves by (dst) into a member; false without one. */
export function takeDevice(context: PacketContext, query: SetQuery, dimension: Dimension, member: HashMember): boolean {
  const device = (query.flags & DIM_SRC[dimension]) !== 0 ? context.inDevice : context.outDevice;
  if (device === undefined) return false;
  member.iface = device.name;
  member.physdev = false;
  return true;
}
