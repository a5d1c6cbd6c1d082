import { Conntrack } from '@chainwalk/conntrack';
import { Host, Packet, parseIpv4, Simulation, udpHeader } from '@chainwalk/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { runIptables } from '../../src/iptables/run.ts';
import { Netfilter } from '../../src/netfilter.ts';

const NAMES = ['A', 'B', 'C', 'D'];
const arbName = fc.constantFrom(...NAMES);
const arbTest = fc.constantFrom(
  '',
  '-p udp --dport 53',
  '-s 10.0.0.1',
  '! -s 10.0.0.1',
  '-m limit --limit 1/min',
  '-i eth+',
);
const arbTarget = fc.oneof(
  arbName.map((name) => `-j ${name}`),
  arbName.map((name) => `-g ${name}`),
  fc.constantFrom('-j RETURN', '-j MARK --set-mark 1', '-j ACCEPT', ''),
);
const arbChain = fc.oneof({ weight: 2, arbitrary: fc.constant('PREROUTING') }, { weight: 3, arbitrary: arbName });

/** Commands as a user gives them; many are refused (a chain that is not there, a loop), and then change nothing. */
const arbCommand = fc.oneof(
  { weight: 3, arbitrary: arbName.map((name) => `-N ${name}`) },
  { weight: 8, arbitrary: fc.tuple(arbChain, arbTest, arbTarget).map((words) => `-A ${words.join(' ')}`) },
  { weight: 2, arbitrary: fc.tuple(arbChain, arbTarget).map(([chain, target]) => `-I ${chain} 1 ${target}`) },
  { weight: 2, arbitrary: fc.tuple(arbChain, fc.integer({ min: 1, max: 3 })).map(([chain, n]) => `-D ${chain} ${n}`) },
  { weight: 1, arbitrary: arbChain.map((chain) => `-F ${chain}`) },
  { weight: 2, arbitrary: arbName.map((name) => `-X ${name}`) },
  { weight: 1, arbitrary: fc.tuple(arbName, arbName).map(([from, to]) => `-E ${from} ${to}`) },
  { weight: 1, arbitrary: arbChain.map((chain) => `-Z ${chain}`) },
);

function world() {
  const host = new Host(new Simulation());
  host.configure((config) => {
    config.interfaces.push({ name: 'eth0', kind: 'device', up: true, mtu: 1500, group: 0, addresses: [] });
  });
  const net = new Netfilter(host, new Conntrack(host));
  const run = (words: string, stdin = '') =>
    runIptables(
      net,
      words.split(' ').filter((word) => word !== ''),
      stdin,
    );
  const save = () => run('iptables-save -c -t mangle').stdout.replace(/^#.*\n/gm, '');
  const send = (dport: number) => {
    const [src, dst] = [parseIpv4('10.0.0.1')!, parseIpv4('10.0.0.2')!];
    const transport = udpHeader(1000, dport, 0);
    host.receive(host.device('eth0')!, new Packet({ src, dst, protocol: 17, transport }));
  };
  return { host, run, save, send };
}

describe('the rows of a table', () => {
  it('follow every change: a table that was edited step by step does what the same table does that was loaded whole', () => {
    fc.assert(
      fc.property(fc.array(arbCommand, { minLength: 4, maxLength: 40 }), fc.nat(3), (commands, every) => {
        const edited = world();
        for (const [at, command] of commands.entries()) {
          edited.run(`iptables -t mangle ${command}`);
          // Walks between the changes: rows are made, links taken, and then the chains move.
          if (at % (every + 1) !== 0) continue;
          edited.send(53);
        }
        const loaded = world();
        // The buckets of limit begin full with every change of a table.
        edited.run('iptables -t mangle -P PREROUTING ACCEPT');
        const text = edited.save();
        expect(loaded.run('iptables-restore -c', text).stderr).toBe('');
        const before = edited.host.meter.snapshot();
        for (const port of [53, 54, 53]) {
          edited.send(port);
          loaded.send(port);
          expect(loaded.save()).toBe(edited.save());
        }
        expect(edited.host.meter.since(before)).toEqual(loaded.host.meter.snapshot());
      }),
      { numRuns: 300 },
    );
  });

  it('are brought together when many lie unused, and keep their counters', () => {
    const { run, save, send } = world();
    const many = Array.from({ length: 3000 }, (_, i) => `-A B -p udp --dport ${i + 1}\n`).join('');
    const all =
      '*mangle\n:A - [0:0]\n:B - [0:0]\n-A PREROUTING -j A\n-A PREROUTING -j B\n-A A -m limit --limit 1/min\n';
    expect(run('iptables-restore', `${all}${many}COMMIT\n`).stderr).toBe('');
    send(53);
    for (let round = 2; round < 9; round++) {
      expect(run('iptables-restore --noflush', `*mangle\n:B - [0:0]\n${many}COMMIT\n`).stderr).toBe('');
      send(53);
      const lines = save().split('\n');
      expect(lines.filter((line) => line.endsWith('-A PREROUTING -j B'))).toEqual([
        `[${round}:${round * 28}] -A PREROUTING -j B`,
      ]);
      expect(lines.filter((line) => line.startsWith('[1:28] -A B'))).toEqual(['[1:28] -A B -p udp -m udp --dport 53']);
    }
  });

  it('are made for a few chains one by one and then for all, while packets are under way', () => {
    const { run, save, send } = world();
    const ports = Array.from({ length: 200 }, (_, i) => i + 1);
    const chains = ports.map((port) => `:P${port} - [0:0]\n:Q${port} - [0:0]\n`).join('');
    const jumps = ports.map((port) => `-A PREROUTING -p udp --dport ${port} -j P${port}\n`).join('');
    const rules = ports.map(
      (port) => `-A P${port} -j Q${port}\n-A P${port} -p udp\n-A Q${port} -j MARK --set-mark 1\n`,
    );
    expect(run('iptables-restore', `*mangle\n${chains}${jumps}${rules.join('')}COMMIT\n`).stderr).toBe('');
    for (const port of ports) send(port);
    const lines = save()
      .split('\n')
      .filter((line) => line.includes('-A '));
    expect(lines).toHaveLength(800);
    expect(lines.filter((line) => !line.startsWith('[1:28] '))).toEqual([]);
  });
});
