import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Ipv4Address } from '../../src/address/ipv4.ts';
import { encodeQuote, Quote } from '../../src/packet/quote.ts';
import { encodePacket } from '../../src/packet/wire.ts';
import { arbIpv4, arbPacket } from '../../src/testing/arbitraries.ts';

const tcpOrUdp = arbPacket.filter((packet) => packet.transport?.kind === 'tcp' || packet.transport?.kind === 'udp');

describe('Quote', () => {
  it('keeps every checksum right when the whole packet is quoted and rewritten', () => {
    fc.assert(
      fc.property(tcpOrUdp, arbIpv4, arbIpv4, fc.nat(65535), fc.nat(65535), (packet, src, dst, sport, dport) => {
        const quote = Quote.of(encodeQuote(packet, 10_000))!;
        quote.detach();
        quote.setSource(src);
        quote.setDestination(dst);
        quote.setSourcePort(sport);
        quote.setDestinationPort(dport);
        const rewritten = packet.clone();
        rewritten.src = src;
        rewritten.dst = dst;
        if (rewritten.transport?.kind === 'tcp' || rewritten.transport?.kind === 'udp') {
          rewritten.transport.sport = sport;
          rewritten.transport.dport = dport;
        }
        const wanted = encodePacket(rewritten);
        // Zero and all ones are the same number in ones' complement; either may stand in a TCP checksum.
        const at = packet.headerLength + 16;
        if (packet.transport?.kind === 'tcp') {
          const sum = (wanted[at]! << 8) | wanted[at + 1]!;
          if (sum === 0 || sum === 0xffff) return;
        }
        expect(quote.bytes).toEqual(wanted);
        expect(quote.hasGoodChecksum).toBe(true);
      }),
      { numRuns: 300 },
    );
  });

  it('reads what a short quote holds, and refuses one without eight bytes of transport', () => {
    fc.assert(
      fc.property(tcpOrUdp, (packet) => {
        const quote = Quote.of(encodeQuote(packet, 28))!;
        expect([quote.src, quote.dst, quote.protocol, quote.length]).toEqual([
          packet.src,
          packet.dst,
          packet.protocol,
          packet.length,
        ]);
        expect([quote.sport, quote.dport]).toEqual([packet.ports!.sport, packet.ports!.dport]);
        expect(Quote.of(encodeQuote(packet, 27))).toBeUndefined();
      }),
    );
  });

  it('does not touch the bytes it was made from once detached', () => {
    fc.assert(
      fc.property(tcpOrUdp, arbIpv4, (packet, address) => {
        const bytes = encodeQuote(packet, 28);
        const before = bytes.slice();
        const quote = Quote.of(bytes)!;
        quote.detach();
        quote.setSource(address as Ipv4Address);
        expect(bytes).toEqual(before);
      }),
    );
  });
});
