import {
  decodePacket,
  encodePacket,
  formatAddress,
  formatTcpFlags,
  icmpHeader,
  isIcmpError,
  Packet,
  PROTOCOL,
  parseIpv4,
  parseTcpFlags,
  refuse,
  sctpHeader,
  type Transport,
  tcpHeader,
  udpHeader,
} from '@chainwalk/core';
import type { PacketFields, PacketSpec } from './format.ts';

/** Bytes of a packet that an ICMP error of a scenario quotes. */
const QUOTED = 28;

const NAMES: ReadonlyMap<number, string> = new Map([
  [PROTOCOL.icmp, 'icmp'],
  [PROTOCOL.tcp, 'tcp'],
  [PROTOCOL.udp, 'udp'],
]);

/** The number of a protocol by its name or number. @throws InputError */
export function protocolNumber(proto: string | number | undefined): number {
  if (typeof proto === 'number') return proto;
  for (const [number, name] of NAMES) if (name === proto) return number;
  const number = Number(proto);
  if (proto === undefined || !/^\d+$/.test(proto) || number > 255) {
    refuse(
      'bad-protocol',
      `"${proto ?? ''}" is no protocol`,
      undefined,
      'write tcp, udp, icmp or a number from 0 to 255',
    );
  }
  return number;
}

/** A packet as a scenario describes it: IP id 0, no DF, correct checksums. @throws InputError for an address or flag that is none */
export function packetFromSpec(spec: PacketSpec): Packet {
  if (spec.bytes !== undefined) return packetFromBytes(spec.bytes);
  const protocol = protocolNumber(spec.proto);
  const payloadLength = spec.payload ?? 0;
  let transport: Transport | undefined;
  let payload: Uint8Array | undefined;
  if (protocol === PROTOCOL.tcp) {
    const flags = parseTcpFlags(spec.flags ?? '');
    if (flags === undefined)
      refuse('bad-flags', `"${spec.flags}" are no TCP flags`, undefined, 'use letters of FSRPAUEC');
    transport = tcpHeader({
      sport: spec.sport ?? 0,
      dport: spec.dport ?? 0,
      seq: (spec.seq ?? 0) >>> 0,
      ack: (spec.ack ?? 0) >>> 0,
      flags,
      window: spec.win ?? 65535,
    });
  } else if (protocol === PROTOCOL.udp) transport = udpHeader(spec.sport ?? 0, spec.dport ?? 0, payloadLength);
  else if (protocol === PROTOCOL.icmp) {
    if (spec.inner !== undefined) {
      transport = icmpHeader(spec.type ?? 8, spec.code ?? 0);
      payload = encodePacket(packetFromSpec(spec.inner), QUOTED);
    } else transport = icmpHeader(spec.type ?? 8, spec.code ?? 0, spec.id ?? 0, (spec.seq ?? 0) & 0xffff);
  } else if (protocol === PROTOCOL.sctp && payloadLength >= 12) transport = sctpHeader(0, 0);
  return new Packet({
    src: addressOf(spec.src, 'src'),
    dst: addressOf(spec.dst, 'dst'),
    protocol,
    ttl: spec.ttl ?? 64,
    tos: spec.tos ?? 0,
    transport,
    ...(payload === undefined
      ? { payloadLength: protocol === PROTOCOL.sctp && transport !== undefined ? payloadLength - 12 : payloadLength }
      : { payload }),
  });
}

function packetFromBytes(digits: string): Packet {
  const packet = decodePacket(Uint8Array.from(digits.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16)));
  if (typeof packet === 'string') refuse('bad-bytes', `the bytes "${digits}" are no packet: ${packet}`);
  return packet;
}

function addressOf(text: string | undefined, field: string) {
  const address = parseIpv4(text ?? '');
  if (address === undefined)
    refuse(
      'bad-address',
      `${field} "${text ?? ''}" is no IPv4 address`,
      undefined,
      'write four decimal numbers, as in 10.0.0.1',
    );
  return address;
}

/** The fields of a packet that a result reports. */
export function fieldsOf(packet: Packet): PacketFields {
  const fields: PacketFields = {
    src: formatAddress(packet.src),
    dst: formatAddress(packet.dst),
    proto: NAMES.get(packet.protocol) ?? packet.protocol,
    ttl: packet.ttl,
    tos: packet.tos,
    len: packet.length,
  };
  const transport = packet.transport;
  // Of a header that is cut short, what is there.
  if (transport === undefined) return quotedFields(encodePacket(packet));
  if (transport.kind === 'tcp') {
    fields.sport = transport.sport;
    fields.dport = transport.dport;
    fields.seq = transport.seq;
    fields.ack = transport.ack;
    fields.flags = formatTcpFlags(transport.flags);
  } else if (transport.kind === 'udp') {
    fields.sport = transport.sport;
    fields.dport = transport.dport;
  } else if (transport.kind === 'icmp') {
    fields.type = transport.type;
    fields.code = transport.code;
    if (!isIcmpError(transport.type)) {
      fields.id = transport.id;
      fields.seq = transport.seq;
    } else if (packet.payload.length >= 20) fields.inner = quotedFields(packet.payload);
  }
  return fields;
}

/** The fields of a quoted packet whose bytes are all there; it may be cut short. */
function quotedFields(bytes: Uint8Array): PacketFields {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const at = (bytes[0]! & 15) * 4;
  const protocol = bytes[9]!;
  const dotted = (from: number): string => Array.from(bytes.subarray(from, from + 4)).join('.');
  const fields: PacketFields = {
    src: dotted(12),
    dst: dotted(16),
    proto: NAMES.get(protocol) ?? protocol,
    ttl: bytes[8]!,
    tos: bytes[1]!,
    len: view.getUint16(2),
  };
  const held = bytes.length - at;
  if ((view.getUint16(6) & 0x1fff) !== 0) return fields;
  if ((protocol === PROTOCOL.tcp || protocol === PROTOCOL.udp) && held >= 4) {
    fields.sport = view.getUint16(at);
    fields.dport = view.getUint16(at + 2);
  }
  if (protocol === PROTOCOL.tcp && held >= 8) fields.seq = view.getUint32(at + 4);
  if (protocol === PROTOCOL.tcp && held >= 14) {
    fields.ack = view.getUint32(at + 8);
    fields.flags = formatTcpFlags(bytes[at + 13]!);
  }
  if (protocol === PROTOCOL.icmp && held >= 8) {
    fields.type = bytes[at]!;
    fields.code = bytes[at + 1]!;
    if (!isIcmpError(fields.type)) {
      fields.id = view.getUint16(at + 4);
      fields.seq = view.getUint16(at + 6);
    }
  }
  return fields;
}

/** The answer to a packet that went out: addresses and ports swapped, an echo turned into its reply. */
export function answerTo(sent: Packet, overrides: PacketSpec): Packet {
  const fields = fieldsOf(sent);
  const icmp = fields.proto === 'icmp' ? { type: 0, code: 0, id: fields.id ?? 0, seq: fields.seq ?? 0 } : {};
  const ports = fields.sport === undefined ? {} : { sport: fields.dport, dport: fields.sport };
  const given = Object.fromEntries(Object.entries(overrides).filter(([, value]) => value !== undefined));
  return packetFromSpec({
    src: fields.dst,
    dst: fields.src,
    proto: fields.proto,
    ttl: 64,
    ...ports,
    ...icmp,
    ...given,
  });
}

/** An ICMP error from the destination of a packet that went out, quoting its first 28 bytes. */
export function errorAbout(sent: Packet, type: number, code: number): Packet {
  return new Packet({
    src: sent.dst,
    dst: sent.src,
    protocol: PROTOCOL.icmp,
    transport: icmpHeader(type, code),
    payload: encodePacket(sent, QUOTED),
  });
}
