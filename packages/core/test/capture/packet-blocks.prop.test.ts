import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CaptureReader } from '../../src/capture/capture-reader.ts';
import { pcapngHeader, pcapngPacket } from '../../src/capture/capture-writer.ts';
import type { CapturedPacket } from '../../src/capture/captured-packet.ts';
import { PacketBlocks } from '../../src/capture/packet-blocks.ts';
import { encodePacket } from '../../src/packet/wire.ts';
import { arbPacket } from '../../src/testing/arbitraries.ts';
import { encodeUtf8 } from '../../src/utf8.ts';

const arbTime = fc.record({
  seconds: fc.oneof(fc.nat(0xffffffff), fc.integer({ min: 1_700_000_000, max: 1_700_000_003 })),
  nanoseconds: fc.nat(999_999_999),
});

const arbComment = fc.option(
  fc.record({ before: fc.string({ unit: 'grapheme' }), number: fc.nat(2 ** 40), behind: fc.string() }),
  { nil: undefined },
);

function readAll(blocks: readonly Uint8Array[]): CapturedPacket[] {
  const reader = new CaptureReader('test.pcapng');
  const packets = [pcapngHeader([{ name: 'a' }, { name: 'b' }]), ...blocks].flatMap((one) => [...reader.write(one)]);
  reader.end();
  expect(reader.fault).toBeUndefined();
  return packets;
}

describe('packet blocks', () => {
  it('hold what the packets hold, whatever their memory held before', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(arbTime, fc.nat(1), arbPacket, arbComment), { maxLength: 8 }),
        fc.array(fc.uint8Array({ minLength: 1, maxLength: 300 }), { maxLength: 8 }),
        (records, noise) => {
          const blocks = new PacketBlocks(16);
          for (const bytes of noise) blocks.addBytes({ seconds: 1, nanoseconds: 0 }, 0, bytes.fill(255), 1000, bytes);
          blocks.clear();
          const alone: Uint8Array[] = [];
          for (const [time, interfaceId, packet, comment] of records) {
            const { before, number, behind } = comment ?? { before: '', number: 0, behind: '' };
            const numbered = { before: encodeUtf8(before), number, behind: encodeUtf8(behind) };
            blocks.addPacket(time, interfaceId, packet, comment === undefined ? undefined : numbered);
            const whole = comment === undefined ? undefined : `${before}${number}${behind}`;
            alone.push(pcapngPacket({ time, interfaceId, bytes: encodePacket(packet), comment: whole }));
          }
          expect(blocks.bytes).toEqual(Uint8Array.from(alone.flatMap((bytes) => [...bytes])));
        },
      ),
    );
  });

  it('come back with their times, lengths and comments', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(arbTime, fc.nat(1), fc.uint8Array(), fc.nat()), { maxLength: 8 }), (records) => {
        const blocks = new PacketBlocks(0);
        for (const [time, id, bytes, more] of records)
          blocks.addBytes(time, id, bytes, bytes.length + more, encodeUtf8('über'));
        const told = readAll([blocks.bytes]).map((one) => [
          one.time,
          one.interfaceId,
          one.bytes,
          one.originalLength,
          one.comment,
        ]);
        expect(told).toEqual(
          records.map(([time, id, bytes, more]) => [time, id, bytes, (bytes.length + more) % 2 ** 32, 'über']),
        );
      }),
    );
  });

  it('cut a comment that is longer than an option can be', () => {
    const long = 'x'.repeat(70_000);
    const blocks = new PacketBlocks();
    const time = { seconds: 1, nanoseconds: 0 };
    blocks.addBytes(time, 0, new Uint8Array(5), 5, { before: encodeUtf8(long), number: 7, behind: new Uint8Array(0) });
    blocks.addBytes(time, 1, new Uint8Array(6), 6, encodeUtf8('next'));
    expect(readAll([blocks.bytes]).map(({ comment }) => comment)).toEqual([long.slice(0, 65_535), 'next']);
  });
});

describe('stamps', () => {
  /** A pcapng file of one interface with this resolution and offset, and one packet a stamp. */
  function file(resolution: number, offset: bigint, stamps: readonly bigint[]): Uint8Array {
    const bytes = new Uint8Array(28 + 48 + stamps.length * 32);
    const view = new DataView(bytes.buffer);
    const words = (at: number, ...values: number[]): void => {
      for (const [i, value] of values.entries()) view.setUint32(at + 4 * i, value);
    };
    words(0, 0x0a0d0d0a, 28, 0x1a2b3c4d, 0x00010000, 0xffffffff, 0xffffffff, 28);
    words(28, 1, 48, 0x00e40000, 0, 0x0009_0001, resolution << 24, 0x000e_0008);
    view.setBigInt64(56, offset);
    words(64, 0, 48);
    view.setUint32(72, 48);
    for (const [i, stamp] of stamps.entries())
      words(76 + i * 32, 6, 32, 0, Number(stamp >> 32n), Number(stamp & 0xffffffffn), 0, 0, 32);
    return bytes;
  }

  it('are divided exactly, in any order and resolution', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(0, 1, 3, 6, 7, 9, 10, 12, 0x80, 0x89, 0x8a, 0x94, 0xa0),
        fc.bigInt({ min: -(2n ** 31n), max: 2n ** 31n }),
        fc.array(
          fc.oneof(
            fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
            // Neighbours, around where the lower half begins anew.
            fc.bigInt({ min: 2n ** 60n - 2_000_000_000n, max: 2n ** 60n + 2_000_000_000n }),
            fc.bigInt({ min: 0n, max: 3_000_000_000n }),
          ),
          { maxLength: 12 },
        ),
        (resolution, offset, stamps) => {
          const power = BigInt(resolution & 127);
          const ticks = resolution >= 128 ? 2n ** power : 10n ** power;
          const reader = new CaptureReader('test.pcapng');
          const times = [...reader.write(file(resolution, offset, stamps))].map(({ time }) => time);
          expect(reader.fault).toBeUndefined();
          expect(times).toEqual(
            stamps.map((stamp) => ({
              seconds: Number(stamp / ticks) + Number(offset),
              nanoseconds: Number(((stamp % ticks) * 1_000_000_000n) / ticks),
            })),
          );
        },
      ),
      { numRuns: 500 },
    );
  });
});
