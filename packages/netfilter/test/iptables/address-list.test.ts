import { describe, expect, it } from 'vitest';
import { formatMask, parseAddressList } from '../../src/iptables/address-list.ts';

describe('addresses after -s and -d', () => {
  it.each([
    ['10.0.0.1', [[0x0a000001, 0xffffffff]]],
    ['10', [[0x0a000000, 0xffffffff]]],
    ['10.1/16', [[0x0a010000, 0xffff0000]]],
    ['10.1.2.3/8', [[0x0a000000, 0xff000000]]],
    ['010.0x10.1.1', [[0x08100101, 0xffffffff]]],
    ['1.2.3.4/255.0.255.0', [[0x01000300, 0xff00ff00]]],
    ['1.2.3.4/0x18', [[0x01020300, 0xffffff00]]],
    ['any/0', [[0, 0]]],
    ['0/0', [[0, 0]]],
    ['167772161', [[0x0a000001, 0xffffffff]]],
    ['0x0a000001', [[0x0a000001, 0xffffffff]]],
    ['10.257', [[0x0a000101, 0xffffffff]]],
    ['localhost', [[0x7f000001, 0xffffffff]]],
    [' +1.2.3.4', [[0x01020304, 0xffffffff]]],
    [
      '1.2.3.4, 5.6.7.8/8',
      [
        [0x01020304, 0xffffffff],
        [0x05000000, 0xff000000],
      ],
    ],
  ])('%s is read as iptables reads it', (text, expected) => {
    expect(parseAddressList(text)).toEqual(expected.map(([network, mask]) => ({ network, mask })));
  });

  it.each([
    '',
    '1.2.3.4/33',
    '1.2.3.4/',
    '256.1.1.1',
    '1.2.3.4.5',
    'nosuch',
    '1.2.3.4,',
    '-1.2.3.4',
    '1.2.3.4 ',
    '1..2',
    '1.',
  ])('"%s" is refused', (text) => {
    expect(parseAddressList(text)).toBeTypeOf('string');
  });

  it('prints a mask as a length if it can', () => {
    expect([0, 0x80000000, 0xffffff00, 0xffffffff, 0xff00ff00].map(formatMask)).toEqual([
      '0',
      '1',
      '24',
      '32',
      '255.0.255.0',
    ]);
  });
});
