import { describe, expect, it } from 'vitest';
import { closedLoop, openLoop, udpQueries } from '../../src/traffic/clients.ts';
import { serveTcp, serveUdp } from '../../src/traffic/server.ts';
import { Zipf } from '../../src/traffic/zipf.ts';
import { ip, MS, Rig, S } from './rig.ts';

const POD = { address: ip('10.244.1.5'), port: 8080 };

/** Everything at once: lossy links, three kinds of clients, two cores with a short backlog, connection tracking. */
function mixture(seed: number, until: number) {
  const rig = new Rig({
    seed,
    loss: 0.01,
    processors: {
      cores: 2,
      backlog: 5,
      price: (counts) => 20_000 + counts.rules * 100 + counts.conntrackInserts * 5000,
    },
    commands: [
      'iptables -t nat -A PREROUTING -d 10.96.0.1 -p tcp --dport 80 -j DNAT --to-destination 10.244.1.5:8080',
      'iptables -t nat -A PREROUTING -d 10.96.0.2 -p tcp --dport 80 -j DNAT --to-destination 10.244.1.6:8080',
    ],
  });
  for (const address of ['10.244.1.5', '10.244.1.6']) {
    const pod = rig.pod(address);
    serveTcp(pod, 8080, {
      service: { kind: 'lognormal', median: MS, sigma: 1 },
      responseSize: { kind: 'pareto', minimum: 100, shape: 1.3 },
      workers: 4,
    });
    serveUdp(pod, 53, { service: { kind: 'exponential', mean: MS } });
  }
  const services = new Zipf([
    { address: ip('10.96.0.1'), port: 80 },
    { address: ip('10.96.0.2'), port: 80 },
  ]);
  const clients = [rig.client('192.168.1.50'), rig.client('192.168.1.51')];
  const all = [
    openLoop(clients, {
      name: 'open',
      targets: services,
      arrivals: { kind: 'bursts', rate: 20, size: 8 },
      timeout: 2 * S,
      until: S,
    }),
    closedLoop(clients, {
      name: 'closed',
      targets: services,
      clients: 10,
      requestsPerConnection: { kind: 'uniform', from: 1, to: 9 },
      think: { kind: 'exponential', mean: 20 * MS },
      until: S,
    }),
    udpQueries(clients, {
      name: 'dns',
      targets: [
        { address: ip('10.244.1.5'), port: 53 },
        { address: ip('10.244.1.6'), port: 53 },
      ],
      arrivals: { kind: 'poisson', rate: 300 },
      until: S,
    }),
  ];
  rig.run(until);
  return { requests: all.map((one) => one.report(until)), cpus: rig.cpus!.report(), network: rig.network.counts() };
}

describe('laws', () => {
  it.each([300 * MS, S, 30 * S])('sent is answered, failed or in flight; at %d ns', (until) => {
    const { requests, cpus, network } = mixture(7, until);
    for (const report of requests) {
      const over = Object.values(report.outcomes).reduce((sum, count) => sum + count, 0);
      expect(report.sent).toBe(over + report.inFlight);
      expect(report.sent).toBeGreaterThan(0);
    }
    const arrived = cpus.cores.reduce((sum, core) => sum + core.arrived, 0);
    expect(arrived).toBe(network.arrived);
    for (const core of cpus.cores) {
      const served = core.arrived - core.dropped - core.waiting - core.served;
      expect(served === 0 || served === 1).toBe(true);
    }
    expect(network.sent).toBeGreaterThanOrEqual(network.lost + network.arrived);
    if (until === 30 * S) expect(network.sent).toBe(network.lost + network.arrived);
    expect(network.drops['backlog-full'] ?? 0).toBe(cpus.cores.reduce((sum, core) => sum + core.dropped, 0));
  });

  it('the same seed gives the same bytes, another one others', () => {
    const text = (seed: number): string => JSON.stringify(mixture(seed, 2 * S));
    expect(text(7)).toBe(text(7));
    expect(text(7)).not.toBe(text(8));
  });

  it("Little's law holds on a closed loop: clients = throughput x (latency + think time)", () => {
    const rig = new Rig();
    serveTcp(rig.pod(), 8080, { service: { kind: 'exponential', mean: 5 * MS }, workers: 2 });
    const requests = closedLoop([rig.client()], {
      name: 'loop',
      clients: 20,
      targets: POD,
      requestsPerConnection: { kind: 'constant', value: 1_000_000 },
      think: { kind: 'exponential', mean: 10 * MS },
      until: 20 * S,
    });
    rig.run(20 * S);
    const { throughput, latency, meanInFlight } = requests.report(20 * S);
    // Two workers of 5 ms can do 400 a second, and twenty clients keep them busy.
    expect(Math.abs(throughput / 400 - 1)).toBeLessThan(0.05);
    expect(Math.abs((throughput * (latency.mean + 10 * MS)) / S / 20 - 1)).toBeLessThan(0.02);
    expect(Math.abs((throughput * latency.mean) / S / meanInFlight - 1)).toBeLessThan(0.01);
  });
});
