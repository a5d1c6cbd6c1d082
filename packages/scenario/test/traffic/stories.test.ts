import { describe, expect, it } from 'vitest';
import { closedLoop, openLoop } from '../../src/traffic/clients.ts';
import { endpointBehind } from '../../src/traffic/endpoint.ts';
import { serveTcp } from '../../src/traffic/server.ts';
import { synFlood } from '../../src/traffic/syn-flood.ts';
import { ip, MS, Rig, S } from './rig.ts';

const TRACK = 'iptables -A FORWARD -m conntrack --ctstate INVALID -j DROP';
const POD = { address: ip('10.244.1.5'), port: 8080 };

describe('traffic', () => {
  it('has its SYNs sent again when the connection table is full, and is answered once there is room', () => {
    const rig = new Rig({ commands: [TRACK, 'sysctl -w net.netfilter.nf_conntrack_max=20'] });
    serveTcp(rig.pod(), 8080);
    // Twenty connections stay; the last ten clients find the table full.
    const pool = closedLoop([rig.client('192.168.1.60')], {
      name: 'pool',
      clients: 20,
      targets: POD,
      requestsPerConnection: { kind: 'constant', value: 100 },
      think: { kind: 'constant', value: S },
      until: 1,
    });
    rig.run(10 * MS);
    const late = closedLoop([rig.client('192.168.1.61')], {
      name: 'late',
      clients: 10,
      targets: POD,
      until: rig.simulation.now + 1,
    });
    rig.run(5 * S);
    expect(late.report(5 * S)).toMatchObject({ sent: 10, inFlight: 10 });
    expect(rig.network.counts().drops['conntrack-table-full']).toBe(30);
    expect(rig.node.host.log.since(0).some((line) => line.text.includes('table full, dropping packet'))).toBe(true);
    rig.sh('sysctl -w net.netfilter.nf_conntrack_max=1000');
    rig.run(60 * S);
    // Their fourth SYN leaves seven seconds after the first.
    const report = late.report(60 * S);
    expect(report).toMatchObject({ sent: 10, inFlight: 0, retries: 30, retried: 10, outcomes: { answered: 10 } });
    expect(Math.round(report.latency.min / S)).toBe(7);
    expect(pool.report(60 * S).outcomes.answered).toBeGreaterThan(1000);
  });

  it('keeps its old connections and sends new ones elsewhere when an IPVS server is drained', () => {
    const rig = new Rig({
      commands: [
        'sysctl -w net.ipv4.vs.conntrack=1',
        'ip addr add 10.96.0.1/32 dev eth0',
        'ipvsadm -A -t 10.96.0.1:80 -s rr',
        'ipvsadm -a -t 10.96.0.1:80 -r 10.244.1.5:8080 -m',
        'ipvsadm -a -t 10.96.0.1:80 -r 10.244.1.6:8080 -m',
      ],
    });
    const one = serveTcp(rig.pod('10.244.1.5'), 8080);
    const two = serveTcp(rig.pod('10.244.1.6'), 8080);
    const service = { address: ip('10.96.0.1'), port: 80 };
    const kept = closedLoop([rig.client('192.168.1.60')], {
      name: 'kept',
      clients: 4,
      targets: service,
      requestsPerConnection: { kind: 'constant', value: 40 },
      think: { kind: 'constant', value: 100 * MS },
      until: 1,
    });
    rig.run(S);
    rig.sh('ipvsadm -e -t 10.96.0.1:80 -r 10.244.1.5:8080 -m -w 0');
    const before = one.counts.received;
    const fresh = openLoop([rig.client('192.168.1.61')], {
      name: 'fresh',
      targets: service,
      arrivals: { kind: 'regular', rate: 100 },
      until: 2 * S,
    });
    rig.run(10 * S);
    const [old, all] = [kept.report(10 * S), fresh.report(10 * S)];
    expect(old.outcomes.answered).toBe(160);
    expect(all.outcomes.answered).toBe(all.sent);
    // The drained one had two of the four, and got nothing new.
    expect(one.counts.received).toBe(80);
    expect(one.counts.received).toBeGreaterThan(before);
    expect(two.counts.received).toBe(80 + all.sent);
  });

  it('is reset by a new pod that took the address of an old one', () => {
    const rig = new Rig({ commands: [TRACK] });
    const old = rig.pod();
    serveTcp(old, 8080);
    const requests = closedLoop([rig.client()], {
      name: 'c',
      clients: 3,
      targets: POD,
      requestsPerConnection: { kind: 'constant', value: 100 },
      think: { kind: 'constant', value: 100 * MS },
      until: 1,
    });
    rig.run(S);
    old.detach();
    serveTcp(endpointBehind(rig.network, 'cni0', POD.address), 8080);
    rig.run(10 * S);
    expect(requests.report(10 * S)).toMatchObject({ inFlight: 0, outcomes: { reset: 3 } });
  });

  it('of a SYN flood fills the table with connections nobody answers', () => {
    const rig = new Rig({ commands: [TRACK, 'sysctl -w net.netfilter.nf_conntrack_max=1000'] });
    serveTcp(rig.pod(), 8080);
    const flood = synFlood(rig.network, {
      name: 'flood',
      device: 'eth0',
      arrivals: { kind: 'poisson', rate: 2000 },
      until: S,
      sources: { network: ip('192.168.1.128'), length: 25 },
      target: POD,
    });
    rig.run(2 * S);
    const counts = rig.network.counts();
    expect(flood.sent).toBeGreaterThan(1500);
    // A full table makes room by dropping a connection that was never assured, if one is near: so fewer than all beyond
    // the thousandth SYN are dropped, and the table stays nearly full.
    const dropped = counts.drops['conntrack-table-full']!;
    expect(dropped).toBeGreaterThan(0);
    expect(dropped).toBeLessThan(flood.sent - 1000);
    const held = rig.sh('conntrack -L').trim().split('\n').length;
    expect(held).toBeGreaterThan(900);
    expect(held).toBeLessThanOrEqual(1000);
    // The server's SYN-ACK and its first retransmission.
    expect(counts.unclaimed).toBeGreaterThan(1000);
  });
});
