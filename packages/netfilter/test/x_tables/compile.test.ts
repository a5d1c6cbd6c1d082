import { Conntrack } from '@chainwalk/conntrack';
import { Host, Simulation } from '@chainwalk/core';
import { expect, it } from 'vitest';
import { runIptables } from '../../src/iptables/run.ts';
import { Netfilter } from '../../src/netfilter.ts';
import { Compiler } from '../../src/x_tables/compile.ts';
import type { TableName } from '../../src/x_tables/rule.ts';

/** The rules of a chain, compiled: INPUT of filter, or another one. */
function compiledIn(table: TableName, name: string, rules: readonly string[]) {
  const host = new Host(new Simulation({ seed: 1 }));
  const net = new Netfilter(host, new Conntrack(host));
  const text = rules.map((rule) => `-A ${name} ${rule}\n`).join('');
  const result = runIptables(net, ['iptables-restore'], `*${table}\n${text}COMMIT\n`);
  expect(result.stderr).toBe('');
  const chain = net.table(table).chains.find((each) => each.name === name)!;
  const compiler = new Compiler(net.extensions);
  return chain.rules.map((rule) => compiler.rule(rule));
}

const compiled = (...rules: string[]) => compiledIn('filter', 'INPUT', rules);

it('rules with the same matches share their tests, whatever comment stands before them in the same place', () => {
  const [a, b, c, d] = compiled(
    '-p tcp -m comment --comment "one" -m tcp --dport 80 -j ACCEPT',
    '-p tcp -m comment --comment "two" -m tcp --dport 80 -j DROP',
    '-p tcp -m tcp --dport 80 -j DROP',
    '-p tcp -m comment --comment "one" -m tcp --dport 81 -j ACCEPT',
  );
  expect(b!.tests).toBe(a!.tests);
  expect(a!.tests.map(({ name, calls }) => [name, calls])).toEqual([['tcp', 2]]);
  // One match call less: what is counted differs.
  expect(c!.tests).not.toBe(a!.tests);
  expect(d!.tests).not.toBe(a!.tests);
});

it('matches that keep state or need something are made for each rule', () => {
  const [a, b, c, d] = compiled(
    '-m limit --limit 5/sec -j ACCEPT',
    '-m limit --limit 5/sec -j ACCEPT',
    '-m conntrack --ctstate NEW -j ACCEPT',
    '-m conntrack --ctstate NEW -j ACCEPT',
  );
  expect(a!.stateful).toHaveLength(1);
  expect(b!.stateful).toHaveLength(1);
  expect(b!.tests).not.toBe(a!.tests);
  expect(c!.needs).toEqual(['conntrack']);
  expect(d!.needs).toEqual(['conntrack']);
});

it('DNAT and SNAT to one address and port are numbers that stand with the rule, under a function that all share', () => {
  const [a, b, c, ...others] = compiledIn('nat', 'PREROUTING', [
    '-p tcp -j DNAT --to-destination 192.168.1.2:8080',
    '-p udp -j DNAT --to-destination 10.0.0.3:0',
    '-j DNAT --to-destination 10.0.0.4',
    '-p tcp -j DNAT --to-destination 10.0.0.4-10.0.0.5:80',
    '-p tcp -j DNAT --to-destination 10.0.0.4:80-81',
    '-p tcp -j DNAT --to-destination :80',
    '-p tcp -j DNAT --to-destination 10.0.0.4:80 --random',
    '-p tcp -j DNAT --to-destination 10.0.0.4 --persistent',
  ]);
  expect([a, b, c].map((rule) => rule!.target!.numbers)).toEqual([
    [0xc0a8_0102 | 0, 8080],
    [0x0a00_0003, 0],
    [0x0a00_0004, -1],
  ]);
  expect(b!.target!.apply).toBe(a!.target!.apply);
  expect(c!.target!.apply).toBe(a!.target!.apply);
  for (const { target } of others) expect(target!.numbers).toBeUndefined();
});
