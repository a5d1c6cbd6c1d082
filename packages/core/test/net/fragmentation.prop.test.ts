import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Simulation } from '../../src/engine/simulation.ts';
import { SECOND } from '../../src/engine/time.ts';
import { Host } from '../../src/net/host.ts';
import { encodePacket } from '../../src/packet/wire.ts';
import { arbPacket } from '../../src/testing/arbitraries.ts';

describe('Fragmentation', () => {
  it('puts together, in any order and with repeats, exactly what was cut', () => {
    fc.assert(
      fc.property(arbPacket, fc.integer({ min: 28, max: 60 }), fc.infiniteStream(fc.nat()), (packet, mtu, order) => {
        const host = new Host(new Simulation());
        packet.dontFragment = false;
        const pieces = [...host.fragmentation.split(packet, mtu)];
        if (pieces.length < 2) return;
        for (const piece of pieces) expect(piece.length).toBeLessThanOrEqual(mtu);
        const [first] = pieces;
        expect(first!.moreFragments).toBe(true);
        const shuffled = pieces
          .map((piece) => ({ piece, key: order.next().value as number }))
          .sort((a, b) => a.key - b.key);
        let whole: ReturnType<typeof host.fragmentation.collect>;
        for (const [index, { piece }] of shuffled.entries()) {
          if (index > 0 && index < pieces.length - 1)
            expect(host.fragmentation.collect(shuffled[0]!.piece.clone(), 'local')).toBeUndefined();
          whole = host.fragmentation.collect(piece, 'local');
          expect(whole === undefined).toBe(index < pieces.length - 1);
        }
        expect(encodePacket(whole!)).toEqual(encodePacket(packet));
        expect(host.fragmentation.pending).toBe(0);
      }),
      { numRuns: 200 },
    );
  });

  it('forgets a datagram that stays incomplete for thirty seconds, when the wheel of timers comes round', () => {
    const simulation = new Simulation();
    const host = new Host(simulation);
    const packet = fc.sample(
      arbPacket.filter((one) => one.length > 60),
      { numRuns: 1, seed: 1 },
    )[0]!;
    const [piece] = host.fragmentation.split(packet, 36);
    host.fragmentation.collect(piece!, 'local');
    simulation.run(30 * SECOND);
    expect(host.fragmentation.pending).toBe(1);
    simulation.run(31 * SECOND);
    expect(host.fragmentation.pending).toBe(0);
  });
});
