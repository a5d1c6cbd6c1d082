import { Conntrack } from '@chainwalk/conntrack';
import { Host, Packet, PROTOCOL, parseIpv4, Simulation, udpHeader } from '@chainwalk/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { runIptables } from '../../src/iptables/run.ts';
import { Netfilter } from '../../src/netfilter.ts';
import type { Rule } from '../../src/x_tables/rule.ts';

const CHAINS = ['A', 'B', 'C', 'D', 'E', 'F'] as const;
const target = fc.oneof(
  fc.constantFrom('-j ACCEPT', '-j DROP', '-j RETURN', '', '-j MARK --set-xmark 0x1/0x1'),
  fc.constantFrom(...CHAINS).map((chain) => `-j ${chain}`),
  fc.constantFrom(...CHAINS).map((chain) => `-g ${chain}`),
);
const rule = fc
  .tuple(
    fc.constantFrom(
      '',
      '',
      '-p udp',
      '-p tcp',
      '-s 10.0.0.1',
      '-d 10.0.0.9',
      '-m mark --mark 0x1',
      '-p udp -m udp --dport 1:3',
    ),
    target,
  )
  .map((words) => words.filter((word) => word !== '').join(' '));
const ruleset = fc.record({
  base: fc.array(rule, { maxLength: 8 }),
  user: fc.tuple(...CHAINS.map(() => fc.array(rule, { maxLength: 6 }))),
  policy: fc.constantFrom('ACCEPT', 'DROP'),
});

function hostWith({ base, user, policy }: { base: string[]; user: string[][]; policy: string }): {
  host: Host;
  net: Netfilter;
  status: number;
} {
  const host = new Host(new Simulation());
  host.configure((config) => {
    config.interfaces.push({ name: 'eth0', kind: 'device', up: true, mtu: 1500, group: 0, addresses: [] });
  });
  const net = new Netfilter(host, new Conntrack(host));
  const lines = [
    '*raw',
    `:PREROUTING ${policy} [0:0]`,
    ':OUTPUT ACCEPT [0:0]',
    ...CHAINS.map((chain) => `:${chain} - [0:0]`),
  ];
  lines.push(...base.map((text) => `-A PREROUTING ${text}`));
  for (const [index, chain] of CHAINS.entries()) lines.push(...user[index]!.map((text) => `-A ${chain} ${text}`));
  const { status } = runIptables(net, ['iptables-restore'], `${lines.join('\n')}\nCOMMIT\n`);
  return { host, net, status };
}

const ends = (one: Rule): boolean =>
  one.target?.kind === 'verdict' && (one.target.verdict === 'ACCEPT' || one.target.verdict === 'DROP');

describe('the walk of any ruleset that loads', () => {
  it('ends, and every packet is counted exactly once where it ended: at a verdict or at the policy', () => {
    fc.assert(
      fc.property(ruleset, fc.array(fc.nat(4), { minLength: 1, maxLength: 10 }), (rules, ports) => {
        const { host, net, status } = hostWith(rules);
        // A loop is refused as a whole; nothing else in these rulesets can be.
        if (status !== 0) {
          expect(net.table('raw').chains.every((chain) => chain.rules.length === 0)).toBe(true);
          return;
        }
        for (const dport of ports) {
          const packet = new Packet({
            src: parseIpv4('10.0.0.1')!,
            dst: parseIpv4('10.0.0.2')!,
            protocol: PROTOCOL.udp,
            transport: udpHeader(9, dport, 0),
          });
          host.receive(host.device('eth0')!, packet);
        }
        let ended = net.counters('raw', 'PREROUTING').policy.packets;
        for (const chain of net.table('raw').chains) {
          const { rules: counters } = net.counters('raw', chain.name);
          for (const [index, one] of chain.rules.entries()) {
            const { packets, bytes } = counters[index]!;
            expect(bytes).toBe(packets * 28);
            if (ends(one)) ended += packets;
          }
        }
        expect(ended).toBe(ports.length);
      }),
      { numRuns: 400 },
    );
  });
});
