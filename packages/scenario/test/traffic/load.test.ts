import { readFileSync } from 'node:fs';
import { CaptureReader, InputError, Simulation } from '@chainwalk/core';
import { describe, expect, it } from 'vitest';
import { Node } from '../../src/node.ts';
import { setUp } from '../../src/player.ts';
import { Replay } from '../../src/replay.ts';
import { Load, type LoadReport } from '../../src/traffic/load.ts';
import { readLoad } from '../../src/traffic/load-spec.ts';
import { TrafficCapture } from '../../src/traffic/traffic-capture.ts';

function nodeOf(seed = 1, rules = ''): Node {
  const node = new Node(new Simulation({ seed }));
  setUp(node, {
    interfaces: [
      { name: 'eth0', addresses: ['192.168.1.10/24'] },
      { name: 'cni0', addresses: ['10.244.1.1/24'] },
    ],
    routes: ['default via 192.168.1.1 dev eth0'],
    iptables: [
      '*nat',
      '-A PREROUTING -d 10.96.0.1/32 -p tcp --dport 80 -m statistic --mode random --probability 0.5 -j DNAT --to-destination 10.244.1.5:8080',
      '-A PREROUTING -d 10.96.0.1/32 -p tcp --dport 80 -j DNAT --to-destination 10.244.1.6:8080',
      '-A POSTROUTING -o cni0 -j MASQUERADE',
      'COMMIT',
      rules,
      '',
    ].join('\n'),
    steps: [],
  });
  return node;
}

const TRAFFIC = `
duration: 500ms
cpus: { cores: 2, backlog: 50 }
servers:
  - { name: web, device: cni0, addresses: 10.244.1.5-10.244.1.6, port: 8080, service: { exponential: 1ms }, workers: 2 }
  - { name: names, device: cni0, addresses: 10.244.1.7, protocol: udp, port: 53, responseSize: 120 }
  - { name: own, addresses: 192.168.1.10, port: 9000, service: 10us }
clients:
  - name: pool
    kind: closed-loop
    device: eth0
    addresses: [192.168.1.50, 192.168.1.51]
    targets: 10.96.0.1:80
    clients: 10
    requestsPerConnection: 5
    think: { uniform: [1ms, 3ms] }
  - name: visitors
    kind: open-loop
    device: eth0
    addresses: 192.168.1.52
    targets: [10.96.0.1:80, 192.168.1.10:9000]
    zipf: 1
    arrivals: { poisson: 200 }
  - name: resolver
    kind: udp-queries
    device: eth0
    addresses: 192.168.1.53
    targets: 10.244.1.7:53
    arrivals: { regular: 100 }
`;

function loaded(text: string, seed = 1, rules = ''): { report: LoadReport; bytes: Uint8Array } {
  const load = new Load(nodeOf(seed, rules), readLoad(text, 'load.yaml'));
  const capture = new TrafficCapture(load.network);
  const parts: Uint8Array[] = [];
  while (!load.isOver) {
    load.step();
    parts.push(...capture.take());
  }
  return { report: load.report(), bytes: new Uint8Array(Buffer.concat(parts)) };
}

describe('Load', () => {
  const first = loaded(TRAFFIC);

  it('of one seed is the same to the last byte, and of another is another', () => {
    const again = loaded(TRAFFIC);
    expect(JSON.stringify(again.report)).toBe(JSON.stringify(first.report));
    expect(Buffer.compare(again.bytes, first.bytes)).toBe(0);
    expect(JSON.stringify(loaded(TRAFFIC, 2).report)).not.toBe(JSON.stringify(first.report));
  });

  it('loses nobody', () => {
    const { clients, servers, network, cpus } = first.report;
    let answered = 0;
    for (const client of clients) {
      if (client.kind === 'syn-flood') throw new Error('there is none');
      const over = Object.values(client.outcomes).reduce((sum, count) => sum + count, 0);
      expect(client.sent).toBe(over + client.inFlight);
      expect(client.outcomes.answered).toBeGreaterThan(40);
      expect(client.latency.count).toBe(client.outcomes.answered);
      const { opened, established, failed } = client.connections;
      expect(opened).toBe(established + failed);
      expect(opened > 0).toBe(client.kind !== 'udp-queries');
      answered += client.outcomes.answered;
    }
    expect(servers.reduce((sum, server) => sum + server.answered, 0)).toBe(answered);
    const arrived = cpus!.cores.reduce((sum, core) => sum + core.arrived, 0);
    expect(arrived).toBe(network.arrived);
    expect(cpus!.latency.count).toBe(cpus!.cores.reduce((sum, core) => sum + core.served, 0));
    // Only the process of the host itself takes process time.
    expect(cpus!.cores.reduce((sum, core) => sum + core.process, 0)).toBeGreaterThan(0);
  });

  it('counts answers a second while traffic begins, and not while it drains', () => {
    const quick = loaded(`
duration: 1s
servers: [{ name: web, device: cni0, addresses: 10.244.1.5, port: 8080 }]
clients:
  - { name: c, kind: open-loop, device: eth0, addresses: 192.168.1.50, targets: 10.244.1.5:8080, arrivals: { regular: 100 } }
  # Nobody is there: it waits until the drain is over.
  - { name: d, kind: open-loop, device: eth0, addresses: 192.168.1.51, targets: 10.244.1.9:8080, arrivals: { regular: 10 } }
drain: 4s
`).report;
    expect(quick.elapsed).toBe(5e9);
    expect(quick.clients[0]).toMatchObject({ sent: 99, outcomes: { answered: 99 } });
    expect(Math.round((quick.clients[0] as { throughput: number }).throughput)).toBe(100);
    expect(quick.clients[1]).toMatchObject({ inFlight: 9, connections: { opened: 9, established: 0, failed: 0 } });
    expect(quick.network.unclaimed).toBeGreaterThan(9);
  });

  it('prices packets as it is told', () => {
    const load = new Load(nodeOf(), readLoad(TRAFFIC.replace('cores: 2', 'cores: 1'), 'load.yaml'), {
      price: () => 1000,
    });
    const { cpus } = load.run();
    expect(cpus!.service).toMatchObject({ min: 1000, max: 1000 });
    expect(cpus!.cores).toHaveLength(1);
  });

  it('runs commands at their times', () => {
    const text = `${TRAFFIC}\ncommands: [{ at: 100ms, run: iptables -A FORWARD -p udp -j DROP }]`;
    const { report } = loaded(text);
    expect(report.clients[2]).toMatchObject({ outcomes: { answered: 9 } });
    expect(report.network.drops['netfilter-drop']).toBeGreaterThan(40);
    expect(() => loaded(text.replace('-j DROP', '-j NOTHING'))).toThrow(/commands: iptables .*NOTHING/);
  });

  it('begins and ends clients at their times, a flood as well', () => {
    const { report } = loaded(`
duration: 1s
servers: [{ name: web, device: cni0, addresses: 10.244.1.5, port: 8080 }]
clients:
  - { name: c, kind: open-loop, device: eth0, addresses: 192.168.1.50, targets: 10.244.1.5:8080, arrivals: { regular: 100 }, from: 500ms, until: 700ms }
  - { name: f, kind: syn-flood, device: eth0, targets: [10.244.1.5:8080, 10.244.1.5:8081], sources: 198.18.0.0/15, arrivals: { regular: 1000 }, until: 100ms }
drain: 0s
`);
    expect(report.clients[0]).toMatchObject({ sent: 19 });
    expect(report.clients[1]).toMatchObject({ kind: 'syn-flood', sent: 198 });
    // One SYN-ACK or reset for each, sent to nobody.
    expect(report.network.unclaimed).toBe(198);
  });

  it('sends from the ports that it may use, and has none left at last', () => {
    const { report } = loaded(`
duration: 1s
servers: [{ name: web, device: cni0, addresses: 10.244.1.5, port: 8080 }]
clients:
  - { name: c, kind: open-loop, device: eth0, addresses: 192.168.1.50, targets: 10.244.1.5:8080, arrivals: { regular: 100 }, ports: [5000, 5009] }
`);
    // The one that closes first keeps its port for a minute.
    expect(report.clients[0]).toMatchObject({ outcomes: { answered: 10, 'no-port': 89 } });
  });

  it.each([
    [
      'device: cni0, addresses: 10.244.1.5-10.244.1.6',
      'device: cni9, addresses: 10.244.1.5',
      '"web": the host has no device "cni9"',
    ],
    ['addresses: 192.168.1.10, port', 'addresses: 192.168.1.11, port', '"own": 192.168.1.11 is no address of the host'],
  ])('refuses what the host does not have: %s', (from, to, message) => {
    expect(() => new Load(nodeOf(), readLoad(TRAFFIC.replace(from, to), 'load.yaml'))).toThrow(message);
  });
});

describe('TrafficCapture', () => {
  // A process of the host is not in a capture of its devices; everything else is.
  const forwarded = TRAFFIC.replace(/.*name: own.*\n/, '').replace('[10.96.0.1:80, 192.168.1.10:9000]', '10.96.0.1:80');

  function replayed(bytes: Uint8Array, seed: number, rules = ''): Replay {
    const replay = new Replay(nodeOf(seed, rules));
    const reader = new CaptureReader('traffic.pcapng');
    for (const packet of reader.write(bytes)) replay.play(packet);
    reader.end();
    expect(reader.fault).toBeUndefined();
    return replay;
  }

  it('can be replayed, and the same leaves the host', () => {
    const { bytes, report } = loaded(forwarded);
    const { output, packets } = replayed(bytes, 1);
    expect(packets).toBe(report.network.arrived + report.network.transmitted);
    expect(output).toMatchObject({ same: report.network.transmitted, drawn: 0, onlyCaptured: 0, onlyPlayed: 0 });
  });

  it('is followed by a host that draws otherwise', () => {
    const { bytes, report } = loaded(forwarded);
    const { output } = replayed(bytes, 2);
    expect(output!.drawn).toBeGreaterThan(100);
    expect(output).toMatchObject({ onlyCaptured: 0, onlyPlayed: 0 });
    expect(output!.same + output!.drawn).toBe(report.network.transmitted);
  });

  it('says of a packet that ended in the host where it did', () => {
    const rules = '*filter\n-A FORWARD -p udp -j DROP\nCOMMIT';
    const { bytes } = loaded(forwarded, 1, rules);
    const comments = new Set([...new CaptureReader('t').write(bytes)].map(({ comment }) => comment));
    expect(comments).toEqual(new Set([undefined, 'dropped at FORWARD iptable_filter: netfilter-drop']));
  });
});

describe('readLoad', () => {
  const faults = (text: string, devices?: readonly string[]): readonly string[] => {
    try {
      readLoad(text, 'f', devices === undefined ? {} : { devices });
    } catch (error) {
      if (error instanceof InputError)
        return error.diagnostics.map(
          ({ place, message, hint }) => `${place?.line}:${place?.column} ${message} ${hint ?? ''}`,
        );
      throw error;
    }
    return [];
  };
  const changed = (from: string | RegExp, to: string): readonly string[] => {
    const text = TRAFFIC.replace(from, to);
    expect(text).not.toBe(TRAFFIC);
    return faults(text, ['eth0', 'cni0']);
  };

  it('takes what the examples have', () => {
    expect(faults(TRAFFIC, ['eth0', 'cni0'])).toEqual([]);
  });

  it('takes what docs/traffic.md shows', () => {
    const page = readFileSync(new URL('../../../../docs/traffic.md', import.meta.url), 'utf8');
    const [, shown] = /```yaml\n([\s\S]*?)```/.exec(page)!;
    expect(faults(shown!, ['eth0', 'cni0'])).toEqual([]);
    for (const line of page.matchAll(/^\| (?:`5ms` or )?`(\{ .*? \})` +\|/gm)) {
      const [kind] = /\w+/.exec(line[1]!)!;
      const written = line[1]!.replaceAll('[...]', '[1, 2]').replace('values: [1, 2]', 'values: [1ms, 2ms]');
      const field = ['regular', 'poisson', 'piecewise', 'bursts', 'renewal'].includes(kind)
        ? 'arrivals'
        : 'responseSize';
      const sized = field === 'arrivals' ? written : written.replace(/(\d)ms/g, '$1');
      const text = TRAFFIC.replace('{ regular: 100 }', field === 'arrivals' ? sized : '{ regular: 1 }').replace(
        'responseSize: 120',
        `responseSize: ${field === 'arrivals' ? '1' : sized}`,
      );
      expect([line[1], ...faults(text, ['eth0', 'cni0'])]).toEqual([line[1]]);
    }
  });

  it.each<[string | RegExp, string, RegExp]>([
    ['duration: 500ms', 'duration: 500', /^2:1 duration: a time has a number and a unit/],
    ['cores: 2', 'coers: 2', /^3:9 unknown key "coers" did you mean "cores"\?/],
    ['kind: closed-loop', 'kind: closed', /the kind of a client is closed-loop, open-loop/],
    ['poisson: 200', 'poisson: 0', /a rate is above 0/],
    ['{ poisson: 200 }', '{ poisson: 200, regular: 3 }', /arrivals are one of regular, poisson/],
    ['{ uniform: [1ms, 3ms] }', '{ uniform: [1ms] }', /think/],
    ['{ uniform: [1ms, 3ms] }', '{}', /a distribution is one of constant/],
    ['targets: 10.96.0.1:80\n', 'targets: 10.96.0.1\n', /a target is 10.96.0.1:80/],
    ['10.244.1.5-10.244.1.6', '10.244.1.6-10.244.1.5', /an address is 10.0.0.1, or/],
    ['10.244.1.5-10.244.1.6', '0.0.0.0-255.255.255.255', /at most 65536/],
    ['clients: 10', 'clients: 0', /clients.0.clients/],
    ['name: visitors', 'name: pool', /^18:11 the name "pool" is there twice|the name "pool" is there twice/],
    ['192.168.1.52', '192.168.1.51', /the client 192.168.1.51 behind eth0 is there twice/],
    ['device: eth0', 'device: eth1', /the host has no device "eth1" devices are: eth0, cni0/],
    [/clients:[\s\S]*/, 'clients: []', /at least one kind of client/],
    ['duration', '{duration', /./],
  ])('says of %s as %s where and what', (from, to, message) => {
    expect(changed(from, to).join('\n')).toMatch(message);
  });
});
