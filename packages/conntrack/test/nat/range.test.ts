import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RangeToAddress, toAddress } from '../../src/index.ts';
import { ip } from '../support/router.ts';

describe('RangeToAddress', () => {
  it('gives the range of each address, whatever came before', () => {
    const address = fc.constantFrom('0.0.0.0', '10.0.0.1', '10.0.0.2').map(ip);
    const rest = { ports: { min: 1024, max: 2048 }, random: true };
    fc.assert(
      fc.property(fc.array(address), (addresses) => {
        const ranges = new RangeToAddress(rest);
        for (const one of addresses) expect(ranges.of(one)).toEqual(toAddress(one, rest));
      }),
    );
  });

  it('is one object while the address stays', () => {
    const ranges = new RangeToAddress({});
    expect(ranges.of(ip('10.0.0.1'))).toBe(ranges.of(ip('10.0.0.1')));
  });
});
