import { formatAddress, Hook, type Packet } from '@chainwalk/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ctOf, manipOf, NatRange, type NatRangeFields, sameTuple, type Tuple } from '../../src/index.ts';
import { ip, Router, segment, udp } from '../support/router.ts';

/** A router whose POSTROUTING maps sources and PREROUTING destinations into ranges. */
function natRouter(options: {
  readonly snat?: NatRangeFields;
  readonly dnat?: NatRangeFields;
  readonly seed?: number;
}): Router {
  const router = new Router({ buckets: 512, ...(options.seed === undefined ? {} : { seed: options.seed }) });
  const { nat } = router.conntrack;
  for (const hook of [Hook.PREROUTING, Hook.LOCAL_IN, Hook.LOCAL_OUT, Hook.POSTROUTING]) {
    const range = manipOf(hook) === 'src' ? options.snat : options.dnat;
    nat.registerRuleset({
      family: 'ipv4',
      hook,
      priority: 0,
      name: 'nat',
      lookup: (packet) => {
        const wanted = range !== undefined && (hook === Hook.POSTROUTING || hook === Hook.PREROUTING);
        return wanted ? nat.setupInfo(ctOf(packet)!, new NatRange(range), manipOf(hook)) : { kind: 'accept' };
      },
    });
  }
  return router;
}

const answerTo = (packet: Packet): Packet => {
  const { sport, dport } = packet.ports!;
  return udp(formatAddress(packet.dst), dport, formatAddress(packet.src), sport);
};

const arbFlow = fc.record({
  client: fc.integer({ min: 50, max: 53 }),
  sport: fc.constantFrom(100, 600, 1024, 40000, 40001, 40002),
  server: fc.integer({ min: 5, max: 6 }),
  dport: fc.constantFrom(53, 80),
});
const arbSnat: fc.Arbitrary<NatRangeFields> = fc.record(
  {
    addresses: fc.constantFrom(
      { min: ip('10.0.0.70'), max: ip('10.0.0.70') },
      { min: ip('10.0.0.70'), max: ip('10.0.0.75') },
    ),
    ports: fc.constantFrom({ min: 40000, max: 40003 }, { min: 1, max: 65535 }, { min: 5000, max: 4990 }),
    random: fc.boolean(),
    persistent: fc.boolean(),
  },
  { requiredKeys: ['addresses'] },
);
const arbDnat: fc.Arbitrary<NatRangeFields | undefined> = fc.option(
  fc.record(
    {
      addresses: fc.constant({ min: ip('10.0.0.5'), max: ip('10.0.0.6') }),
      ports: fc.constant({ min: 8000, max: 8001 }),
    },
    { requiredKeys: ['addresses'] },
  ),
  { nil: undefined },
);

describe('NAT', () => {
  it('gives every connection tuples of its own, and what it does to a packet is undone on the answer', () => {
    fc.assert(
      fc.property(
        fc.array(arbFlow, { minLength: 1, maxLength: 25 }),
        arbSnat,
        arbDnat,
        fc.nat(),
        (flows, snat, dnat, seed) => {
          const router = natRouter({ snat, ...(dnat === undefined ? {} : { dnat }), seed });
          for (const { client, sport, server, dport } of flows) {
            const [source, destination] = [`192.168.1.${client}`, `10.0.0.${server}`];
            const sent = router.receive(udp(source, sport, destination, dport));
            if (sent.out.length === 0) {
              // The search may give up: then the packet dies of the clash, and of nothing else.
              expect(sent.drops).toEqual(['conntrack-clash']);
              continue;
            }
            const answer = router.receive(answerTo(sent.out[0]!));
            const back = answer.out[0]!;
            const { sport: from, dport: to } = back.ports!;
            expect([formatAddress(back.src), from, formatAddress(back.dst), to]).toEqual([
              destination,
              dport,
              source,
              sport,
            ]);
          }
          const tuples: Tuple[] = [...router.conntrack.table].flatMap((ct) => [ct.original, ct.reply]);
          for (const [place, tuple] of tuples.entries()) {
            expect(tuples.findIndex((other) => sameTuple(other, tuple))).toBe(place);
          }
        },
      ),
      { numRuns: 150 },
    );
  });

  it('quotes what the sender sent in an ICMP error, wherever the error was made', () => {
    const router = natRouter({ snat: { addresses: { min: ip('10.0.0.70'), max: ip('10.0.0.70') } } });
    const sent = router.receive(segment('client', 'S', { seq: 7 })).out[0]!;
    expect(formatAddress(sent.src)).toBe('10.0.0.70');
    // The packet ends at a router that says so: the quote names the client again when it arrives.
    router.ip('route add blackhole 10.0.0.5');
    router.ip('route add unreachable 10.0.0.6');
    const refused = router.receive(udp('192.168.1.50', 1, '10.0.0.6', 2)).out[0]!;
    expect(formatAddress(refused.dst)).toBe('192.168.1.50');
  });
});
