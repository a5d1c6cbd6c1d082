import { type MeterCounts, Packet, PROTOCOL, udpHeader } from '@chainwalk/core';
import { describe, expect, it } from 'vitest';
import type { Arrivals } from '../../src/traffic/arrivals.ts';
import { closedLoop, openLoop, udpQueries } from '../../src/traffic/clients.ts';
import { Cpus } from '../../src/traffic/cpus.ts';
import { endpointOn } from '../../src/traffic/endpoint.ts';
import { serveTcp, serveUdp } from '../../src/traffic/server.ts';
import { HOST, ip, MS, Rig, S } from './rig.ts';

const US = 1000;
const POD = { address: ip('10.244.1.5'), port: 8080 };

/** One price for every received packet: deterministic service. */
function perPacket(nanoseconds: number): (counts: MeterCounts) => number {
  return (counts) => counts.received * nanoseconds;
}

/** Datagrams one way through the host to an address that nobody has: an open queue and nothing else. */
function flow(rig: Rig, arrivals: Arrivals, until: number): void {
  const client = rig.client('192.168.1.70');
  udpQueries([client], {
    name: 'flow',
    targets: { address: ip('10.244.1.99'), port: 9 },
    arrivals,
    until,
    port: 7000,
    attempts: 1,
    timeout: 1,
  });
}

describe('processors', () => {
  it.each([0.3, 0.6, 0.8])('wait as M/D/1 says at a load of %d, within 5 %', (load) => {
    const rig = new Rig({ processors: { price: perPacket(10 * US), backlog: 1e9 } });
    flow(rig, { kind: 'poisson', rate: load * 100_000 }, S);
    rig.run(S + MS);
    const { wait, service, latency, cores } = rig.cpus!.report();
    expect(service).toMatchObject({ min: 10 * US, max: 10 * US });
    const expected = (load * 10 * US) / (2 * (1 - load));
    expect(Math.abs(wait.mean / expected - 1)).toBeLessThan(0.05);
    expect(latency.mean).toBeCloseTo(wait.mean + service.mean, 6);
    // Utilisation is arrival rate times service time, exactly: each packet had its ten microseconds.
    const [core] = cores;
    expect(core!.utilisation).toBeCloseTo((core!.arrived * 10 * US) / rig.simulation.now, 12);
    expect(Math.abs(core!.utilisation - load)).toBeLessThan(0.01);
    // Little's law for those who wait, which holds on every path once the queue is empty.
    expect(core!.waiting).toBe(0);
    expect(core!.meanWaiting).toBeCloseTo((core!.arrived * wait.mean) / rig.simulation.now, 9);
  });

  it('drop what the backlog has no room for, and lose nothing else', () => {
    const rig = new Rig({ processors: { price: perPacket(100 * US), backlog: 10 }, delay: 0 });
    flow(rig, { kind: 'bursts', rate: 100, size: 40 }, S);
    rig.run(500 * MS);
    const [core] = rig.cpus!.report().cores;
    const counts = rig.network.counts();
    expect(core!.mostWaiting).toBe(10);
    expect(core!.dropped).toBeGreaterThan(0);
    expect(counts.drops['backlog-full']).toBe(core!.dropped);
    expect(core!.arrived).toBe(counts.arrived);
    rig.run(2 * S);
    const after = rig.cpus!.report().cores[0]!;
    expect(after.arrived).toBe(after.served + after.dropped);
    expect(rig.network.counts().unclaimed).toBe(after.served);
  });

  it('take one of a burst at once and ten more into a backlog of ten', () => {
    const rig = new Rig({ processors: { price: perPacket(100 * US), backlog: 10 }, delay: 0 });
    flow(
      rig,
      {
        kind: 'piecewise',
        pieces: [
          { from: 0, rate: 1e12 },
          { from: 40, rate: 0 },
        ],
      },
      S,
    );
    rig.run(S);
    expect(rig.cpus!.report().cores[0]).toMatchObject({ served: 11 });
  });

  it('keep a flow on one core and spread many over all', () => {
    const rig = new Rig({ processors: { price: perPacket(US), cores: 4 } });
    flow(rig, { kind: 'regular', rate: 1000 }, S);
    rig.run(2 * S);
    expect(rig.cpus!.report().cores.filter((core) => core.arrived > 0)).toHaveLength(1);
    serveTcp(rig.pod(), 8080);
    openLoop([rig.client('192.168.1.71')], {
      name: 'many',
      targets: POD,
      arrivals: { kind: 'regular', rate: 1000 },
      until: 3 * S,
    });
    rig.run(4 * S);
    const arrived = rig.cpus!.report().cores.map((core) => core.arrived);
    expect(Math.min(...arrived)).toBeGreaterThan(1000);
  });

  it('send what a packet caused when its time is over', () => {
    const rig = new Rig({ processors: { price: perPacket(3 * MS) }, delay: MS });
    serveUdp(rig.pod(), 53);
    const requests = udpQueries([rig.client()], {
      name: 'q',
      targets: { address: ip('10.244.1.5'), port: 53 },
      arrivals: { kind: 'regular', rate: 1 },
      until: 1.5 * S,
    });
    rig.run(2 * S);
    // Four links and two packets through the host.
    expect(requests.report(2 * S).latency.max).toBe(10 * MS);
  });

  it('serve packets before processes, and interrupt them', () => {
    const rig = new Rig({ processors: { price: perPacket(MS) } });
    const { cpus, simulation, node } = rig;
    const done: string[] = [];
    cpus!.process(0, 10 * MS, () => done.push(`first ${simulation.now / MS}`));
    cpus!.process(0, 10 * MS, () => done.push(`second ${simulation.now / MS}`));
    for (const at of [5, 5, 7, 15]) {
      simulation.scheduleAt(at * MS, () => {
        const transport = udpHeader(1, 2, 0);
        const packet = new Packet({ src: ip('192.168.1.9'), dst: ip('10.244.1.9'), protocol: PROTOCOL.udp, transport });
        cpus!.receive(node.host.device('eth0')!, packet);
      });
    }
    rig.run(30 * MS);
    // Three packets of a millisecond each came before the end of the first, a fourth before that of the second.
    expect(done).toEqual(['first 13', 'second 24']);
    expect(cpus!.report().cores[0]).toMatchObject({ softirq: 4 * MS, process: 20 * MS, served: 4 });
    expect(cpus!.report().cores[0]!.utilisation).toBeCloseTo(24 / 30, 12);
  });

  it('let a process act to its end before another one that it made ready', () => {
    const rig = new Rig({ processors: { price: (counts) => counts.hookFunctions * MS } });
    const { cpus, simulation, node } = rig;
    const done: string[] = [];
    cpus!.process(0, MS, () => {
      node.host.meter.hookFunctions += 5;
      cpus!.process(0, 2 * MS, () => done.push(`second ${simulation.now / MS}`));
      cpus!.afterService(() => done.push(`first ${simulation.now / MS}`));
    });
    rig.run(20 * MS);
    expect(done).toEqual(['first 6', 'second 8']);
    expect(cpus!.report().cores[0]!.process).toBe(8 * MS);
  });

  it('charge a client on the host for every packet, its timers included', () => {
    const rig = new Rig({
      processors: { price: (counts) => counts.transmitted * MS },
      commands: ['iptables -A INPUT -p tcp --sport 8080 -j DROP'],
    });
    serveTcp(rig.pod(), 8080);
    closedLoop([endpointOn(rig.network, HOST)], { name: 'c', clients: 1, targets: POD, until: 1 });
    rig.run(10 * S);
    // Four SYNs in ten seconds: after 0, 1, 3 and 7.
    expect(rig.cpus!.report().cores[0]).toMatchObject({ process: 4 * MS, softirq: 0 });
  });

  it('charge a server on the host for what it computes and sends', () => {
    const rig = new Rig({
      processors: { price: (counts) => counts.received * 10 * US + counts.transmitted * 5 * US },
    });
    serveTcp(endpointOn(rig.network, HOST), 8080, { service: { kind: 'constant', value: 100 * US } });
    const requests = closedLoop([rig.client()], {
      name: 'c',
      clients: 8,
      targets: { address: HOST, port: 8080 },
      requestsPerConnection: { kind: 'constant', value: 1000 },
      until: 100 * MS,
    });
    rig.run(100 * MS);
    const { answered } = requests.report(100 * MS).outcomes;
    const [core] = rig.cpus!.report().cores;
    // Each answer: 100 us of computing and 5 us of sending.
    expect(Math.abs(core!.process / (answered * 105 * US) - 1)).toBeLessThan(0.02);
    // Eight clients keep the only core busy all the time.
    expect(core!.utilisation).toBeGreaterThan(0.98);
    expect(core!.utilisation).toBeLessThanOrEqual(1);
  });

  it('refuse a price that is none', () => {
    const rig = new Rig({ processors: { price: () => Number.NaN } });
    flow(rig, { kind: 'regular', rate: 1000 }, 10 * MS);
    expect(() => rig.run(10 * MS)).toThrow('price');
    expect(() => new Cpus(rig.node.host, { price: () => 1, cores: 0 })).toThrow('core');
  });
});
