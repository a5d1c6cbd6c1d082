import { formatTcpFlags, InputError, Packet, TCP_FLAG, tcpHeader } from '@chainwalk/core';
import { describe, expect, it } from 'vitest';
import { closedLoop, openLoop, udpQueries } from '../../src/traffic/clients.ts';
import { endpointOn } from '../../src/traffic/endpoint.ts';
import { serveTcp, serveUdp } from '../../src/traffic/server.ts';
import { HOST, ip, MS, Rig, S } from './rig.ts';

const POD = { address: ip('10.244.1.5'), port: 8080 };
const once = {
  kind: 'piecewise',
  pieces: [
    { from: 0, rate: 1000 },
    { from: MS, rate: 0 },
  ],
} as const;
const ONE = { kind: 'bursts', rate: 0.001, size: 1 } as const;

describe('endpoints', () => {
  it('shake hands, ask, answer and close as TCP does', () => {
    const rig = new Rig({ delay: MS });
    const seen: string[] = [];
    rig.node.host.observe((event) => {
      if (event.kind !== 'transmit' || event.packet.transport?.kind !== 'tcp') return;
      seen.push(`${event.device.name} ${formatTcpFlags(event.packet.transport.flags)} ${event.packet.payloadLength}`);
    });
    const server = serveTcp(rig.pod(), 8080, { responseSize: { kind: 'constant', value: 3000 } });
    const client = rig.client();
    const requests = closedLoop([client], { name: 'c', clients: 1, targets: POD, until: 1 });
    rig.run(100 * MS);
    expect(seen).toEqual([
      'cni0 S 0',
      'eth0 SA 0',
      'cni0 A 0',
      'cni0 PA 100',
      'eth0 A 1460',
      'eth0 A 1460',
      'eth0 PA 80',
      'cni0 A 0',
      'cni0 A 0',
      'cni0 FA 0',
      'eth0 FA 0',
      'cni0 A 0',
    ]);
    expect(requests.report(rig.simulation.now)).toMatchObject({ sent: 1, retries: 0, outcomes: { answered: 1 } });
    // Two round trips of two links each, each a millisecond long, there and back.
    expect(requests.report(rig.simulation.now).latency.max).toBe(8 * MS);
    expect(server.counts).toEqual({ received: 1, answered: 1 });
    expect(client.connections).toBe(1);
    rig.run(61 * S);
    expect(client.connections).toBe(0);
  });

  it('refuse a segment to nobody with a reset that acknowledges its SYN, its FIN and every byte', () => {
    const rig = new Rig();
    rig.pod();
    const resets: (readonly [string, number])[] = [];
    rig.node.host.observe((event) => {
      const tcp = event.kind === 'transmit' && event.device.name === 'eth0' ? event.packet.transport : undefined;
      if (tcp?.kind === 'tcp') resets.push([formatTcpFlags(tcp.flags), tcp.ack]);
    });
    for (const flags of [TCP_FLAG.SYN, TCP_FLAG.FIN, TCP_FLAG.SYN | TCP_FLAG.FIN]) {
      const transport = tcpHeader({ sport: 1024, dport: 9, seq: 100, flags });
      const segment = new Packet({
        src: ip('192.168.1.50'),
        dst: POD.address,
        protocol: 6,
        transport,
        payloadLength: 5,
      });
      rig.node.host.receive(rig.node.host.device('eth0')!, segment);
      rig.run(rig.simulation.now + MS);
    }
    expect(resets).toEqual([
      ['RA', 106],
      ['RA', 106],
      ['RA', 107],
    ]);
  });

  it('send a SYN again after 1, 2, 4 ... seconds and give up after 127', () => {
    const rig = new Rig({ commands: ['iptables -A FORWARD -p tcp --dport 8080 -j DROP'] });
    const times: number[] = [];
    rig.node.host.observe((event) => {
      if (event.kind === 'drop') times.push(Math.round(rig.simulation.now / S));
    });
    const requests = closedLoop([rig.client()], { name: 'c', clients: 1, targets: POD, until: 1 });
    rig.run(200 * S);
    expect(times).toEqual([0, 1, 3, 7, 15, 31, 63]);
    expect(requests.report(rig.simulation.now)).toMatchObject({
      outcomes: { 'timed-out': 1 },
      retries: 6,
      inFlight: 0,
    });
  });

  it('hear of closed ports, rejections and unreachable networks at once', () => {
    const rig = new Rig({
      commands: [
        'iptables -A FORWARD -p tcp --dport 81 -j REJECT',
        'iptables -A FORWARD -p tcp --dport 82 -j REJECT --reject-with icmp-host-prohibited',
        'iptables -A FORWARD -p tcp --dport 83 -j REJECT --reject-with tcp-reset',
      ],
    });
    rig.pod();
    const outcome = (port: number, address = '10.244.1.5'): string[] => {
      const requests = closedLoop([rig.client(`192.168.1.${port}`)], {
        name: `c${port}`,
        clients: 1,
        targets: { address: ip(address), port },
        until: rig.simulation.now + 1,
      });
      rig.run(rig.simulation.now + 10 * MS);
      const { outcomes } = requests.report(rig.simulation.now);
      return Object.entries(outcomes).flatMap(([name, count]) => (count > 0 ? [name] : []));
    };
    expect(outcome(80)).toEqual(['refused']);
    expect(outcome(81)).toEqual(['refused']);
    expect(outcome(82)).toEqual(['unreachable']);
    expect(outcome(83)).toEqual(['refused']);
    expect(outcome(84, '203.0.113.1')).toEqual(['unreachable']);
  });

  it('bring every byte across links that lose one packet in twenty', () => {
    const rig = new Rig({ loss: 0.05, seed: 3 });
    const server = serveTcp(rig.pod(), 8080, { responseSize: { kind: 'uniform', from: 1, to: 100_000 } });
    const requests = closedLoop([rig.client()], {
      name: 'c',
      clients: 10,
      targets: POD,
      requestsPerConnection: { kind: 'constant', value: 5 },
      requestSize: { kind: 'uniform', from: 1, to: 5000 },
      until: 20 * S,
    });
    rig.run(4000 * S);
    const report = requests.report(rig.simulation.now);
    expect(report.inFlight).toBe(0);
    expect(report.outcomes.answered).toBe(report.sent);
    expect(report.sent).toBeGreaterThan(50);
    expect(report.retries).toBeGreaterThan(0);
    expect(server.counts).toEqual({ received: report.sent, answered: report.sent });
    const counts = rig.network.counts();
    expect(counts.sent).toBe(counts.lost + counts.arrived);
    expect(counts.transmitted).toBe(counts.transmittedLost + counts.delivered + counts.unclaimed);
    expect(rig.simulation.pending).toBeLessThan(20);
  });

  it('run out of ports when a small range waits in TIME_WAIT, and use them again afterwards', () => {
    const rig = new Rig();
    serveTcp(rig.pod(), 8080);
    const client = rig.client('192.168.1.50', { ports: [40000, 40009] });
    const requests = openLoop([client], {
      name: 'c',
      targets: POD,
      arrivals: { kind: 'regular', rate: 1 },
      until: 101 * S,
    });
    rig.run(101 * S);
    const { outcomes } = requests.report(rig.simulation.now);
    // Ten ports a minute, each taken for a little more than 60 s.
    expect(outcomes).toMatchObject({ answered: 20, 'no-port': 80 });
  });

  it('on the host answer through INPUT and OUTPUT', () => {
    const rig = new Rig({ commands: ['iptables -A OUTPUT -p tcp --sport 8080 -j ACCEPT'] });
    serveTcp(endpointOn(rig.network, HOST), 8080);
    const requests = closedLoop([rig.client()], {
      name: 'c',
      clients: 1,
      targets: { address: HOST, port: 8080 },
      until: 1,
    });
    rig.run(S);
    expect(requests.report(S).outcomes.answered).toBe(1);
    expect(rig.sh('iptables -L OUTPUT -vxn')).toMatch(/^\s+3 .* ACCEPT/m);
    expect(() => endpointOn(rig.network, ip('10.9.9.9'))).toThrow(InputError);
  });

  it('on the host reach a server behind it, and themselves', () => {
    const rig = new Rig();
    serveTcp(rig.pod(), 8080);
    const here = endpointOn(rig.network, HOST);
    const there = endpointOn(rig.network, ip('10.244.1.1'));
    serveTcp(there, 9090);
    const out = closedLoop([here], { name: 'c', clients: 2, targets: POD, until: 1 });
    const self = closedLoop([here], {
      name: 'd',
      clients: 1,
      targets: { address: ip('10.244.1.1'), port: 9090 },
      until: 1,
    });
    rig.run(S);
    expect(out.report(S).outcomes.answered).toBe(2);
    expect(self.report(S).outcomes.answered).toBe(1);
  });

  it('ask by UDP again after five seconds, twice at most', () => {
    const rig = new Rig({ commands: ['iptables -A FORWARD -p udp --dport 54 -j DROP'] });
    serveUdp(rig.pod(), 53);
    const ask = (port: number, from: string) =>
      udpQueries([rig.client(from)], {
        name: `q${port}`,
        targets: { address: ip('10.244.1.5'), port },
        arrivals: once,
        until: S,
      });
    const good = ask(53, '192.168.1.51');
    const lost = ask(54, '192.168.1.52');
    const closed = ask(55, '192.168.1.53');
    rig.run(20 * S);
    const { sent, outcomes } = good.report(20 * S);
    expect(outcomes.answered).toBe(sent);
    expect(lost.report(20 * S).outcomes['timed-out']).toBe(lost.report(20 * S).sent);
    expect(lost.report(20 * S).retries).toBe(lost.report(20 * S).sent);
    expect(closed.report(20 * S).outcomes.refused).toBe(closed.report(20 * S).sent);
  });

  it('answer the oldest query when all are sent from one port', () => {
    const rig = new Rig({ commands: ['iptables -A FORWARD -m conntrack --ctstate INVALID -j DROP'] });
    serveUdp(rig.pod(), 53, { service: { kind: 'constant', value: MS }, workers: 1 });
    const requests = udpQueries([rig.client()], {
      name: 'q',
      targets: { address: ip('10.244.1.5'), port: 53 },
      arrivals: { kind: 'bursts', rate: 1, size: 3 },
      until: 10 * S,
      port: 5000,
    });
    rig.run(20 * S);
    const report = requests.report(20 * S);
    expect(report.outcomes.answered).toBe(report.sent);
    expect(report.latency.max - report.latency.min).toBe(2 * MS);
    expect(
      rig
        .sh('conntrack -L')
        .trim()
        .split('\n')
        .filter((line) => line.includes('udp')),
    ).toHaveLength(1);
  });

  it('end a request that takes longer than its client waits', () => {
    const rig = new Rig();
    serveTcp(rig.pod(), 8080, { service: { kind: 'constant', value: 2 * S } });
    const requests = openLoop([rig.client()], { name: 'c', targets: POD, arrivals: ONE, timeout: S, until: 1e13 });
    rig.run(1e13);
    const report = requests.report(1e13);
    expect(report.sent).toBeGreaterThan(0);
    expect(report.outcomes['timed-out']).toBe(report.sent);
  });
});
