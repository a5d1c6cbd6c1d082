import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatAddress } from '../../src/address/address.ts';
import { crc32c, fold, internetChecksum, internetSum } from '../../src/packet/checksum.ts';
import type { Packet } from '../../src/packet/packet.ts';
import { decodePacket, encodePacket } from '../../src/packet/wire.ts';
import { arbPacket } from '../../src/testing/arbitraries.ts';

const hex = (text: string): Uint8Array =>
  Uint8Array.from(text.replace(/\s/g, '').match(/../g)!, (byte) => Number.parseInt(byte, 16));

function decoded(bytes: Uint8Array): Packet {
  const packet = decodePacket(bytes);
  if (typeof packet === 'string') throw new Error(packet);
  return packet;
}

describe('packets as bytes', () => {
  it('come back as they were', () => {
    fc.assert(
      fc.property(arbPacket, (packet) => {
        const bytes = encodePacket(packet);
        expect(bytes.length).toBe(packet.length);
        const back = decoded(bytes);
        expect(back).toEqual(packet);
        expect(encodePacket(back)).toEqual(bytes);
      }),
      { numRuns: 500 },
    );
  });

  it('are never misread when a transport byte was damaged', () => {
    fc.assert(
      fc.property(
        arbPacket.filter((packet) => packet.transport !== undefined),
        fc.nat(),
        fc.integer({ min: 1, max: 255 }),
        (packet, at, change) => {
          const bytes = encodePacket(packet);
          const transport = packet.transport!;
          const index = packet.headerLength + (at % (bytes.length - packet.headerLength));
          // A UDP checksum of zero says "none", and the two bytes that would say so are left alone.
          if (transport.kind === 'udp' && (index - packet.headerLength === 6 || index - packet.headerLength === 7))
            return;
          bytes[index]! ^= change;
          expect(decoded(bytes).badChecksum).toBe(true);
        },
      ),
    );
  });

  it('keep a wrong checksum as it was, and wrong by as much once they are changed', () => {
    fc.assert(
      fc.property(
        arbPacket.filter(
          ({ transport, moreFragments }) => (transport?.kind === 'tcp' || transport?.kind === 'udp') && !moreFragments,
        ),
        fc.integer({ min: 1, max: 0xfffe }),
        fc.nat(65535),
        (packet, fault, port) => {
          const { transport } = packet;
          if (transport?.kind !== 'tcp' && transport?.kind !== 'udp') return;
          if (transport.kind === 'udp') transport.hasChecksum = true;
          packet.checksumFault = fault;
          const bytes = encodePacket(packet);
          const back = decoded(bytes);
          // A UDP checksum that came out as zero says that there is none.
          if (back.transport?.kind !== 'udp' || back.transport.hasChecksum) expect(back.checksumFault).toBe(fault);
          expect(encodePacket(back)).toEqual(bytes);
          transport.sport = port;
          const changed = decoded(encodePacket(packet));
          if (changed.transport?.kind !== 'udp' || changed.transport.hasChecksum)
            expect(changed.checksumFault).toBe(fault);
        },
      ),
    );
  });

  it('reads a real TCP SYN, whose checksums it knows', () => {
    const bytes = hex(
      '45000034 1c46 4000 4006 b1c3 0a000001 0a000002 9c40 01bb 00000064 00000000 8002 faf0 0000 0000 020405b4 01030307 04020000'
        .replace('b1c3', '0000')
        .replace(/ /g, ''),
    );
    bytes.set([internetChecksum(bytes.subarray(0, 20)) >> 8, internetChecksum(bytes.subarray(0, 20)) & 255], 10);
    const packet = decoded(bytes);
    expect([formatAddress(packet.src), packet.transport?.kind, packet.length]).toEqual(['10.0.0.1', 'tcp', 52]);
    expect(packet.badChecksum).toBe(true);
    packet.checksumFault = 0;
    expect(decoded(encodePacket(packet)).badChecksum).toBe(false);
  });

  it.each([
    ['', 'truncated'],
    ['4500', 'truncated'],
    ['6500001400000000400600000a0000010a000002', 'not-ipv4'],
    ['4400001400000000400600000a0000010a000002', 'bad-header-length'],
    ['4500001400000000400612340a0000010a000002', 'bad-header-checksum'],
  ])('refuses %j as %s', (text, fault) => {
    expect(decodePacket(text === '' ? new Uint8Array() : hex(text))).toBe(fault);
  });

  it('are read from where they begin, and share memory unless they are fragments', () => {
    fc.assert(
      fc.property(arbPacket, fc.nat(40), (packet, at) => {
        const bytes = encodePacket(packet);
        const frame = new Uint8Array(at + bytes.length);
        frame.set(bytes, at);
        const back = decodePacket(frame, at) as Packet;
        expect(back).toEqual(packet);
        if (back.payload.length > 0) expect(back.payload.buffer === frame.buffer).toBe(!back.isFragment);
      }),
    );
  });

  it('never throws, whatever the bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), (bytes) => void decodePacket(bytes)),
      { numRuns: 1000 },
    );
  });
});

describe('checksums', () => {
  it('of any piece of any length are the sum of its words', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 1500, size: 'max' }),
        fc.nat(30),
        fc.nat(30),
        fc.nat(),
        (bytes, from, less, start) => {
          const to = Math.max(from, bytes.length - less);
          const piece = [...bytes.subarray(from, to)];
          const sum = piece.reduce((words, byte, i) => words + (i % 2 === 0 ? byte << 8 : byte), start);
          expect(internetSum(bytes, start, Math.min(from, bytes.length), Math.min(to, bytes.length))).toBe(sum);
        },
      ),
    );
  });

  it('of a packet follow its payload, and how much of it there is', () => {
    fc.assert(
      fc.property(arbPacket, fc.uint8Array({ maxLength: 600, size: 'max' }), fc.nat(600), (packet, payload, length) => {
        packet.fragmentChecksum = undefined;
        const before = encodePacket(packet);
        const copy = packet.clone();
        packet.payload = payload;
        packet.payloadLength = length;
        const fields = { payload: Uint8Array.from(payload), payloadLength: length };
        const fresh = Object.assign(decoded(before), fields, { checksumFault: packet.checksumFault });
        expect(encodePacket(packet)).toEqual(encodePacket(fresh));
        expect(encodePacket(copy)).toEqual(before);
      }),
    );
  });

  it('agree with the example of RFC 1071', () => {
    expect(fold(internetSum(hex('0001f203f4f5f6f7')))).toBe(0xddf2);
  });

  it('agree with the check value of CRC-32C', () => {
    expect(crc32c(new TextEncoder().encode('123456789'))).toBe(0xe3069283);
  });
});
