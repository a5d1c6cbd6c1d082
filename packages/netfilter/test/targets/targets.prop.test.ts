import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { router, udp } from './stories.ts';
import { loadRule } from './world.ts';

const mark = fc.oneof(fc.nat(0xff), fc.nat({ max: 0xffffffff }), fc.constantFrom(0, 0xffffffff));
const port = fc.nat(0xffff);
const address = fc.tuple(fc.nat(255), fc.nat(255), fc.nat(255), fc.nat(255)).map((parts) => parts.join('.'));
const hex = (value: number): string => `0x${value.toString(16)}`;
const byte = (value: number): string => `0x${value.toString(16).padStart(2, '0')}`;
/** What can be written between double quotes and is not cut: the printable characters, quotes and backslashes escaped. */
const prefix = fc
  .string({
    minLength: 1,
    maxLength: 29,
    unit: fc.integer({ min: 32, max: 126 }).map((code) => String.fromCharCode(code)),
  })
  .map((text) => (/^[-\w]+$/.test(text) ? text : `"${text.replace(/["\\']/g, '\\$&')}"`));

/** Rules in the form in which iptables saves them, with their table and a chain that takes them. */
const savedRule = fc.oneof(
  fc
    .tuple(mark, mark)
    .map(([value, mask]) => ['mangle', 'USER', `-j MARK --set-xmark ${hex(value)}/${hex(mask)}`] as const),
  fc.tuple(fc.constantFrom('save', 'restore'), mark, mark, fc.nat(32)).map(([mode, nfmask, ctmask, shift]) => {
    const shifted = shift === 0 ? '' : ` --left-shift-mark ${shift}`;
    return [
      'mangle',
      'USER',
      `-j CONNMARK --${mode}-mark --nfmask ${hex(nfmask)} --ctmask ${hex(ctmask)}${shifted}`,
    ] as const;
  }),
  fc
    .tuple(fc.nat(255), fc.nat(255))
    .map(([value, mask]) => ['mangle', 'USER', `-j TOS --set-tos ${byte(value)}/${byte(mask)}`] as const),
  fc.nat(63).map((dscp) => ['mangle', 'USER', `-j DSCP --set-dscp ${byte(dscp)}`] as const),
  fc
    .tuple(fc.constantFrom('set', 'inc', 'dec'), fc.integer({ min: 1, max: 255 }))
    .map(([mode, value]) => ['mangle', 'USER', `-j TTL --ttl-${mode} ${value}`] as const),
  prefix.map((text) => ['filter', 'USER', `-j LOG --log-prefix ${text}`] as const),
  prefix.map((text) => ['filter', 'USER', `-j NFLOG --nflog-prefix ${text} --nflog-group 1`] as const),
  fc
    .tuple(fc.nat(65000), fc.integer({ min: 1, max: 500 }))
    .map(([first, more]) => ['filter', 'USER', `-j NFQUEUE --queue-balance ${first}:${first + more}`] as const),
  fc
    .tuple(fc.constantFrom(['SNAT', 'source'], ['DNAT', 'destination']), address, port, port, fc.boolean())
    .map(([[name, end], ip, a, b, persistent]) => {
      const ports = a === b ? String(a) : `${Math.min(a, b)}-${Math.max(a, b)}`;
      return [
        'nat',
        'USER',
        `-p tcp -j ${name} --to-${end} ${ip}:${ports}${persistent ? ' --persistent' : ''}`,
      ] as const;
    }),
);

describe('every target', () => {
  it('saves what it reads of its own saved form, whatever the values', () => {
    fc.assert(
      fc.property(savedRule, ([table, chain, rule]) => {
        expect(loadRule(table, chain, rule)).toEqual({ saved: [rule] });
      }),
    );
  });
});

describe('MARK', () => {
  it('clears the bits of its mask and flips those of its value, 32 bits unsigned', () => {
    fc.assert(
      fc.property(mark, mark, mark, (before, value, mask) => {
        const { arrive, out } = router(
          `*mangle\n-A PREROUTING -j MARK --set-mark ${before}\n-A PREROUTING -j MARK --set-xmark ${value}/${mask}\nCOMMIT\n`,
        );
        arrive(udp('10.0.1.9:1000', '10.0.2.9:53'));
        expect(BigInt(out()[0]!.mark)).toBe((BigInt(before) & (0xffffffffn ^ BigInt(mask))) ^ BigInt(value));
      }),
    );
  });
});

describe('TTL', () => {
  it('stays between 0 and 255', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 2, max: 255 }),
        fc.constantFrom('inc', 'dec'),
        fc.integer({ min: 1, max: 255 }),
        (before, mode, by) => {
          const { arrive, out } = router(`*mangle\n-A POSTROUTING -j TTL --ttl-${mode} ${by}\nCOMMIT\n`);
          arrive(udp('10.0.1.9:1000', '10.0.2.9:53', { ttl: before }));
          const forwarded = before - 1;
          expect(out()[0]!.ttl).toBe(mode === 'inc' ? Math.min(255, forwarded + by) : Math.max(0, forwarded - by));
        },
      ),
    );
  });
});
