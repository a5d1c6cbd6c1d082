import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatAddress, parseAddress } from '../../src/address/address.ts';
import { formatIpv4, ipv4Mask, ipv4MaskLength, ipv4ToBits, parseIpv4 } from '../../src/address/ipv4.ts';
import { formatIpv6, ipv6ToBits, parseIpv6 } from '../../src/address/ipv6.ts';
import {
  formatPrefix,
  parseInterfaceAddress,
  parsePrefix,
  prefixContains,
  prefixOf,
} from '../../src/address/prefix.ts';
import { arbIpv4, arbIpv6, arbPrefix } from '../../src/testing/arbitraries.ts';

describe('addresses', () => {
  it('print and parse back, both families', () => {
    fc.assert(
      fc.property(fc.oneof(arbIpv4, arbIpv6), (address) => {
        expect(parseAddress(formatAddress(address))).toBe(address);
      }),
    );
  });

  it.each([
    '010.0.0.1',
    '10.1',
    '1.2.3',
    '1.2.3.4.5',
    '256.0.0.1',
    '1.2.3.4 ',
    '',
    '0x1.2.3.4',
    '1..2.3',
    '-1.0.0.0',
    '٣.1.1.1',
    '1.2.3.4\n',
  ])('refuses the IPv4 text %j', (text) => expect(parseIpv4(text)).toBeUndefined());

  it.each([
    '1::2::3',
    '12345::',
    ':1',
    '1:',
    ':::',
    '1:2:3:4:5:6:7',
    '1:2:3:4:5:6:7:8:9',
    '1:2:3:4:5:6:7::8',
    'g::',
    '::1.2.3',
    '::01.2.3.4',
    '1.2.3.4::',
  ])('refuses the IPv6 text %j', (text) => expect(parseIpv6(text)).toBeUndefined());

  it.each([
    ['::', '::'],
    ['0:0:0:0:0:0:0:1', '::1'],
    ['2001:DB8:0:0:1:0:0:1', '2001:db8::1:0:0:1'],
    ['2001:db8:0:1:1:1:1:1', '2001:db8:0:1:1:1:1:1'],
    ['::ffff:192.0.2.1', '::ffff:c000:201'],
    ['fe80::', 'fe80::'],
  ])('writes %s in the one canonical form', (text, canonical) => {
    expect(formatIpv6(parseIpv6(text)!)).toBe(canonical);
  });

  it('have the bits that their text says', () => {
    expect(ipv4ToBits(parseIpv4('192.168.1.10')!)).toBe(0xc0a8010a);
    expect(ipv6ToBits(parseIpv6('::1:0')!)).toBe(65536n);
    expect(formatIpv4(parseIpv4('255.255.255.255')!)).toBe('255.255.255.255');
  });
});

describe('prefixes', () => {
  it('print and parse back', () => {
    fc.assert(
      fc.property(arbPrefix, (prefix) => {
        expect(parsePrefix(formatPrefix(prefix))).toEqual(prefix);
      }),
    );
  });

  it('hold exactly the addresses that share their leading bits', () => {
    fc.assert(
      fc.property(arbIpv4, arbIpv4, fc.integer({ min: 0, max: 32 }), (a, b, length) => {
        const same = length === 0 || ipv4ToBits(a) >>> (32 - length) === ipv4ToBits(b) >>> (32 - length);
        expect(prefixContains(prefixOf(a, length), b)).toBe(same);
      }),
    );
  });

  it('keep host bits only where an interface address is meant', () => {
    expect(formatPrefix(parsePrefix('10.1.2.3/8')!)).toBe('10.0.0.0/8');
    expect(formatAddress(parseInterfaceAddress('10.1.2.3/8')!.address)).toBe('10.1.2.3');
    expect(parsePrefix('10.0.0.0/33')).toBeUndefined();
    expect(parsePrefix('10.0.0.0/08')).toBeUndefined();
    expect(parsePrefix('fd00::/129')).toBeUndefined();
  });

  it('know the length of every contiguous mask and of no other', () => {
    for (let length = 0; length <= 32; length++) expect(ipv4MaskLength(ipv4Mask(length))).toBe(length);
    expect(ipv4MaskLength(0xff00ff00)).toBeUndefined();
  });
});
