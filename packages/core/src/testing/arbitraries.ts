import fc from 'fast-check';
import { type Ipv4Address, ipv4FromBits } from '../address/ipv4.ts';
import { type Ipv6Address, ipv6FromBits } from '../address/ipv6.ts';
import { type Prefix, prefixOf } from '../address/prefix.ts';
import { Packet } from '../packet/packet.ts';
import { icmpHeader, PROTOCOL, sctpHeader, type Transport, tcpHeader, udpHeader } from '../packet/transport.ts';

/** Any IPv4 address, the special ones included. */
export const arbIpv4: fc.Arbitrary<Ipv4Address> = fc
  .oneof(
    { weight: 8, arbitrary: fc.nat(0xffffffff) },
    { weight: 1, arbitrary: fc.constantFrom(0, 1, 0x7f000001, 0xe0000001, 0xffffffff) },
  )
  .map(ipv4FromBits);

/** Any IPv6 address, many with runs of zeros. */
export const arbIpv6: fc.Arbitrary<Ipv6Address> = fc
  .array(fc.oneof(fc.constant(0), fc.nat(0xffff)), { minLength: 8, maxLength: 8 })
  .map((groups) => ipv6FromBits(groups.reduce((bits, group) => (bits << 16n) | BigInt(group), 0n)));

/** Any IPv4 network. */
export const arbPrefix: fc.Arbitrary<Prefix> = fc
  .tuple(arbIpv4, fc.integer({ min: 0, max: 32 }))
  .map(([address, length]) => prefixOf(address, length));

const port = fc.nat(65535);
const u32 = fc.nat(0xffffffff);
/** TCP options in whole words; a captured packet may hold anything there. */
const tcpOptions = fc
  .integer({ min: 0, max: 10 })
  .chain((words) => fc.uint8Array({ minLength: words * 4, maxLength: words * 4 }));

interface Body {
  readonly protocol: number;
  readonly transport: Transport | undefined;
  readonly payload: Uint8Array;
}

const payload = fc.uint8Array({ maxLength: 60 });

const body: fc.Arbitrary<Body> = fc.oneof(
  fc
    .record({
      sport: port,
      dport: port,
      seq: u32,
      ack: u32,
      flags: fc.nat(255),
      window: port,
      urgent: port,
      options: tcpOptions,
      payload,
    })
    .map(({ payload, ...fields }) => ({ protocol: PROTOCOL.tcp, transport: tcpHeader(fields), payload })),
  fc.tuple(port, port, payload).map(([sport, dport, bytes]) => ({
    protocol: PROTOCOL.udp,
    transport: udpHeader(sport, dport, bytes.length),
    payload: bytes,
  })),
  fc.tuple(fc.nat(255), fc.nat(255), port, port, payload).map(([type, code, id, seq, bytes]) => ({
    protocol: PROTOCOL.icmp,
    transport: icmpHeader(type, code, id, seq),
    payload: bytes,
  })),
  fc.tuple(port, port, u32, payload).map(([sport, dport, tag, bytes]) => ({
    protocol: PROTOCOL.sctp,
    transport: sctpHeader(sport, dport, tag),
    payload: bytes,
  })),
  fc
    .tuple(fc.constantFrom(2, 4, 47, 50, 51, 89, 255), payload)
    .map(([protocol, bytes]) => ({ protocol, transport: undefined, payload: bytes })),
);

/** Any whole IPv4 packet with a correct checksum. */
export const arbPacket: fc.Arbitrary<Packet> = fc
  .record({
    src: arbIpv4,
    dst: arbIpv4,
    ttl: fc.nat(255),
    tos: fc.nat(255),
    id: port,
    dontFragment: fc.boolean(),
    body,
  })
  .map(
    ({ body: { protocol, transport, payload: bytes }, ...header }) =>
      new Packet({ ...header, protocol, transport, payload: bytes }),
  );
