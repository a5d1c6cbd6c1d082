import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseIpv4 } from '../../src/address/ipv4.ts';
import { CaptureReader } from '../../src/capture/capture-reader.ts';
import { pcapHeader, pcapngHeader, pcapngPacket, pcapRecord } from '../../src/capture/capture-writer.ts';
import { type CapturedPacket, LINKTYPE } from '../../src/capture/captured-packet.ts';
import { decodeFrame, frameInterface } from '../../src/capture/link-layer.ts';
import { Packet } from '../../src/packet/packet.ts';
import { PROTOCOL, udpHeader } from '../../src/packet/transport.ts';
import { decodePacket, encodePacket } from '../../src/packet/wire.ts';
import { arbPacket } from '../../src/testing/arbitraries.ts';

const arbRecord = fc.record({
  time: fc.record({ seconds: fc.nat(0xffffffff), nanoseconds: fc.nat(999_999_999) }),
  bytes: fc.uint8Array({ maxLength: 100 }),
  comment: fc.option(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 }), { nil: undefined }),
  interfaceId: fc.nat(1),
});

const joined = (parts: readonly Uint8Array[]): Uint8Array => Uint8Array.from(parts.flatMap((part) => [...part]));

function readAll(
  bytes: Uint8Array,
  cuts: readonly number[] = [],
): { packets: CapturedPacket[]; reader: CaptureReader } {
  const reader = new CaptureReader('test.pcap');
  const packets: CapturedPacket[] = [];
  const places = [...new Set([0, ...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length])].sort((a, b) => a - b);
  for (let i = 0; i + 1 < places.length; i++) packets.push(...reader.write(bytes.subarray(places[i], places[i + 1])));
  reader.end();
  return { packets, reader };
}

describe('captures', () => {
  it('pcap comes back as it was written, however the bytes arrive', () => {
    fc.assert(
      fc.property(fc.array(arbRecord, { maxLength: 10 }), fc.array(fc.nat(), { maxLength: 8 }), (records, cuts) => {
        const { packets, reader } = readAll(joined([pcapHeader(), ...records.map(pcapRecord)]), cuts);
        expect(reader.fault).toBeUndefined();
        expect(packets.map(({ time, bytes }) => ({ time, bytes }))).toEqual(
          records.map(({ time, bytes }) => ({ time, bytes })),
        );
      }),
    );
  });

  it('pcapng comes back with its interfaces and comments', () => {
    fc.assert(
      fc.property(fc.array(arbRecord, { maxLength: 10 }), fc.array(fc.nat(), { maxLength: 8 }), (records, cuts) => {
        const file = joined([
          pcapngHeader([{ name: 'eth0' }, { name: 'eth1', linkType: LINKTYPE.ethernet }]),
          ...records.map(pcapngPacket),
        ]);
        const { packets, reader } = readAll(file, cuts);
        expect(reader.fault).toBeUndefined();
        expect(packets).toEqual(
          records.map(({ time, bytes, comment, interfaceId }) => ({
            time,
            bytes,
            comment,
            interfaceId,
            originalLength: bytes.length,
            interfaceName: ['eth0', 'eth1'][interfaceId],
            linkType: [LINKTYPE.ipv4, LINKTYPE.ethernet][interfaceId],
          })),
        );
      }),
    );
  });

  it('a file cut anywhere gives every packet before the cut, and says where it broke', () => {
    fc.assert(
      fc.property(fc.array(arbRecord, { minLength: 1, maxLength: 6 }), fc.nat(), fc.boolean(), (records, at, ng) => {
        const pieces = ng
          ? [pcapngHeader([{ name: 'a' }, { name: 'b' }]), ...records.map(pcapngPacket)]
          : [pcapHeader(), ...records.map(pcapRecord)];
        const whole = joined(pieces);
        const cut = at % whole.length;
        const { packets, reader } = readAll(whole.subarray(0, cut));
        let end = pieces[0]!.length;
        let complete = 0;
        for (const piece of pieces.slice(1)) if ((end += piece.length) <= cut) complete++;
        expect(packets.length).toBe(complete);
        const ends = pieces.map((_, index) => joined(pieces.slice(0, index + 1)).length);
        // A pcapng header holds several blocks, and a file may end after any of them.
        if (!ends.includes(cut) && cut > pieces[0]!.length)
          expect(reader.fault?.message).toMatch(/^test\.pcap: byte \d+: /);
      }),
    );
  });

  it('never throws and never hangs, whatever the bytes', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(pcapHeader(), pcapngHeader([{ name: 'x' }]), new Uint8Array()),
        fc.uint8Array({ maxLength: 300 }),
        (head, noise) => {
          readAll(joined([head, noise]));
        },
      ),
      { numRuns: 1000 },
    );
  });

  it('reads microseconds and the other byte order', () => {
    const file = Uint8Array.from([
      ...[0xa1, 0xb2, 0xc3, 0xd4, 0, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 4, 0, 0, 0, 0, 0, 1],
      ...[0, 0, 0, 7, 0, 0, 0, 9, 0, 0, 0, 2, 0, 0, 0, 60, 0xaa, 0xbb],
    ]);
    const { packets } = readAll(file);
    expect(packets[0]).toMatchObject({ time: { seconds: 7, nanoseconds: 9000 }, linkType: 1, originalLength: 60 });
  });
});

describe('frames', () => {
  const ipOf = (bytes: Uint8Array) => [...bytes];
  it('of every link type give the packet inside', () => {
    fc.assert(
      fc.property(arbPacket, (packet) => {
        const bytes = encodePacket(packet);
        const mac = [2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2];
        const frames: [number, number[]][] = [
          [LINKTYPE.raw, []],
          [LINKTYPE.ipv4, []],
          [LINKTYPE.null, [2, 0, 0, 0]],
          [LINKTYPE.ethernet, [...mac, 8, 0]],
          [LINKTYPE.ethernet, [...mac, 0x81, 0, 0, 5, 8, 0]],
          [LINKTYPE.linuxSll, [0, 0, 0, 1, 0, 6, 2, 0, 0, 0, 0, 2, 0, 0, 8, 0]],
          [LINKTYPE.linuxSll2, [8, 0, 0, 0, 0, 0, 0, 3, 0, 1, 0, 6, 2, 0, 0, 0, 0, 2, 0, 0]],
        ];
        for (const [linkType, header] of frames) {
          const decoded = decodeFrame(Uint8Array.from([...header, ...ipOf(bytes)]), linkType);
          expect(typeof decoded === 'string' ? decoded : encodePacket(decoded)).toEqual(bytes);
        }
      }),
    );
  });

  it('of Ethernet say who sent them to whom', () => {
    const packet = encodePacket(fc.sample(arbPacket, { numRuns: 1, seed: 1 })[0]!);
    const told = (destination: number[]) => {
      const frame = Uint8Array.from([...destination, 0xfe, 0, 0x80, 9, 0x0a, 0xff, 8, 0, ...packet]);
      const { link, packetType } = decodeFrame(frame, LINKTYPE.ethernet) as Packet;
      return [link!.destination, link!.source, link!.type, packetType];
    };
    const source = 'fe:00:80:09:0a:ff';
    expect(told([0, 0, 0, 0, 0, 1])).toEqual(['00:00:00:00:00:01', source, 0x800, 'host']);
    expect(told([1, 0, 0x5e, 0, 0, 0xfb])).toEqual(['01:00:5e:00:00:fb', source, 0x800, 'multicast']);
    expect(told(Array(6).fill(255))).toEqual(['ff:ff:ff:ff:ff:ff', source, 0x800, 'broadcast']);
  });

  it('of all devices at once say which one they crossed and in which direction', () => {
    const packet = encodePacket(fc.sample(arbPacket, { numRuns: 1, seed: 1 })[0]!);
    const frame = Uint8Array.from([8, 0, 0, 0, 0, 0, 0, 3, 0, 1, 4, 6, 2, 0, 0, 0, 0, 2, 0, 0, ...packet]);
    expect(frameInterface(frame, LINKTYPE.linuxSll2)).toBe(3);
    expect(frameInterface(frame, LINKTYPE.linuxSll)).toBeUndefined();
    expect(decodeFrame(frame, LINKTYPE.linuxSll2)).toMatchObject({ packetType: 'outgoing' });
  });

  it('take a checksum that was left to the card for a good one, and no other wrong one', () => {
    const whole = new Packet({
      src: parseIpv4('10.0.0.1')!,
      dst: parseIpv4('10.0.0.2')!,
      protocol: PROTOCOL.udp,
      transport: udpHeader(1000, 2000, 5),
      payload: Uint8Array.from([1, 2, 3, 4, 5]),
    });
    const bytes = encodePacket(whole);
    const view = new DataView(bytes.buffer);
    // Of the pseudo header alone, not inverted: 10.0.0.1, 10.0.0.2, UDP, 13 bytes.
    view.setUint16(26, 0x0a00 + 0x0001 + 0x0a00 + 0x0002 + 17 + 13);
    expect(decodeFrame(bytes, LINKTYPE.ipv4)).toMatchObject({ badChecksum: false });
    expect(decodePacket(bytes)).toMatchObject({ badChecksum: true });
    view.setUint16(26, view.getUint16(26) + 1);
    expect(decodeFrame(bytes, LINKTYPE.ipv4)).toMatchObject({ badChecksum: true });
  });

  it('from a Buffer hold bytes of their own', () => {
    const packet = fc.sample(arbPacket, { numRuns: 50, seed: 1 }).find((one) => one.payload.length > 8)!;
    const file = Buffer.from(
      joined([pcapHeader(), pcapRecord({ time: { seconds: 1, nanoseconds: 0 }, bytes: encodePacket(packet) })]),
    );
    const before = Uint8Array.from(file);
    const [record] = [...new CaptureReader('test.pcap').write(file)];
    const decoded = decodeFrame(record!.bytes, LINKTYPE.ipv4) as Packet;
    decoded.payload.slice().fill(255);
    new Uint8Array(decoded.payload.slice().buffer).fill(255);
    expect(Uint8Array.from(file)).toEqual(before);
  });

  it('of ARP, of unknown links and of nothing are refused by name', () => {
    expect(decodeFrame(Uint8Array.from([...new Array(12).fill(255), 8, 6, 0, 1]), LINKTYPE.ethernet)).toBe('not-ip');
    expect(decodeFrame(new Uint8Array(40), 147)).toBe('unknown-link-type');
    expect(decodeFrame(new Uint8Array(3), LINKTYPE.ethernet)).toBe('truncated');
  });
});
