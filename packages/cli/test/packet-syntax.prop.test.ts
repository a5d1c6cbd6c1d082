import { InputError } from '@chainwalk/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parsePacket } from '../src/packet-syntax.ts';

describe('a packet on the command line', () => {
  it('is read as it is written', () => {
    expect(parsePacket('tcp 10.0.0.9:40000 > 10.0.0.1:443 SA ttl 3 tos 0x10 len 20 seq 7 mark 0x1')).toEqual({
      spec: {
        proto: 'tcp',
        src: '10.0.0.9',
        sport: 40000,
        dst: '10.0.0.1',
        dport: 443,
        flags: 'SA',
        ttl: 3,
        tos: 16,
        payload: 20,
        seq: 7,
      },
      mark: 1,
    });
    expect(parsePacket('icmp 10.0.0.9 > 10.0.0.1').spec).toEqual({ proto: 'icmp', src: '10.0.0.9', dst: '10.0.0.1' });
  });

  it.each([
    ['tcp 10.0.0.9:70000 > 10.0.0.1', '1:5: error: "70000" is no port'],
    ['tcp 010.0.0.9 > 10.0.0.1', '1:5: error: "010.0.0.9" is no IPv4 address'],
    ['tpc 10.0.0.9 > 10.0.0.1', '1:1: error: "tpc" is no protocol'],
    ['tcp 10.0.0.9 10.0.0.1', '1:14: error: expected ">"'],
    ['udp 10.0.0.9 > 10.0.0.1 ttl 256', 'ttl "256" is no number from 0 to 255'],
    ['udp 10.0.0.9 > 10.0.0.1 S', '"S" is not understood'],
    ['icmp 10.0.0.9:5 > 10.0.0.1', 'ICMP has no ports'],
    ['tcp', 'the source is missing'],
    ['', 'the protocol is missing'],
  ])('%j is refused: %s', (text, message) => {
    expect(() => parsePacket(text)).toThrow(message);
  });

  it('never does anything but answer or refuse', () => {
    const word = fc.oneof(
      fc.constantFrom('tcp', 'udp', '>', '10.0.0.1', '10.0.0.1:80', 'ttl', 'S', '5', '-1'),
      fc.string({ maxLength: 6 }),
    );
    fc.assert(
      fc.property(fc.array(word, { maxLength: 10 }), (words) => {
        try {
          parsePacket(words.join(' '));
        } catch (error) {
          expect(error).toBeInstanceOf(InputError);
        }
      }),
      { numRuns: 3000 },
    );
  });
});
