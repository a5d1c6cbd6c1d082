import { Conntrack } from '@chainwalk/conntrack';
import { Host, Simulation } from '@chainwalk/core';
import { expect, it } from 'vitest';
import { runIptables } from '../../src/iptables/run.ts';
import { Netfilter } from '../../src/netfilter.ts';
import { Compiler } from '../../src/x_tables/compile.ts';

/** The rules of INPUT, compiled. */
function compiled(...rules: string[]) {
  const host = new Host(new Simulation({ seed: 1 }));
  const net = new Netfilter(host, new Conntrack(host));
  const text = rules.map((rule) => `-A INPUT ${rule}\n`).join('');
  const result = runIptables(net, ['iptables-restore'], `*filter\n${text}COMMIT\n`);
  expect(result.stderr).toBe('');
  const chain = net.table('filter').chains.find(({ name }) => name === 'INPUT')!;
  const compiler = new Compiler(net.extensions);
  return chain.rules.map((rule) => compiler.rule(rule));
}

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
