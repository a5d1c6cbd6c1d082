import { describe, expect, it } from 'vitest';
import { runConntrack } from '../src/index.ts';
import { Router, segment, udp } from './support/router.ts';

/**
 * A thousand new UDP flows into a table of 512 buckets and at most 200 entries, of which some are assured already: what
 * Linux 6.1.176 accepted, evicted and refused, as means of 20 rounds. `conntrack -S` and the errors of `send` told it.
 */
const KERNEL: readonly (readonly [assured: number, accepted: number, evicted: number, refused: number])[] = [
  [0, 999.45, 799.8, 0.55],
  [60, 994.35, 854.6, 5.65],
  [120, 940.8, 860.8, 59.2],
  [180, 483.75, 463.75, 516.25],
];
const ROUNDS = 20;

/** Within a tenth of the kernel's mean, or within what chance does to a mean of rare events. */
function expectLikeKernel(ours: number, kernel: number): void {
  expect(Math.abs(ours - kernel), `${ours} against ${kernel}`).toBeLessThanOrEqual(Math.max(0.1 * kernel, 3));
}

function assure(router: Router, count: number): void {
  for (let i = 0; i < count; i++) router.receive(udp('192.168.1.60', 2000 + i, '10.0.0.6', 7));
  for (let i = 0; i < count; i++) router.receive(udp('10.0.0.6', 7, '192.168.1.60', 2000 + i));
  router.wait(2.1);
  for (let i = 0; i < count; i++) router.receive(udp('192.168.1.60', 2000 + i, '10.0.0.6', 7));
}

describe('a table that is full', () => {
  it.each(KERNEL)(
    'with %i assured entries evicts and refuses as often as the kernel does',
    (assured, accepted, evicted, refused) => {
      let sum = { accepted: 0, evicted: 0, refused: 0 };
      for (let seed = 1; seed <= ROUNDS; seed++) {
        const router = new Router({ buckets: 512, max: 200, seed });
        assure(router, assured);
        const { statistics } = router.conntrack;
        for (let i = 0; i < 1000; i++) router.send(udp('10.0.0.1', 5000, `10.0.0.${(i % 250) + 2}`, 1000 + i));
        sum = {
          accepted: sum.accepted + 1000 - statistics.drop,
          evicted: sum.evicted + statistics.earlyDrop,
          refused: sum.refused + statistics.drop,
        };
        expect(router.conntrack.count).toBeLessThanOrEqual(200);
        expect(router.conntrack.count).toBe(assured + 1000 - statistics.drop - statistics.earlyDrop);
      }
      expectLikeKernel(sum.accepted / ROUNDS, accepted);
      expectLikeKernel(sum.evicted / ROUNDS, evicted);
      expectLikeKernel(sum.refused / ROUNDS, refused);
    },
  );

  it('says so in the kernel log, and refuses a local sender with EPERM', () => {
    const router = new Router({ buckets: 512, max: 1 });
    assure(router, 1);
    expect(router.send(udp('10.0.0.1', 1, '10.0.0.9', 9)).error).toBe('EPERM');
    expect(router.host.log.since(0).map((line) => line.text)).toEqual([
      'nf_conntrack: nf_conntrack: table full, dropping packet',
    ]);
    expect(router.conntrack.statistics.drop).toBe(1);
    // Packets of the connection that is there still pass.
    expect(router.receive(udp('192.168.1.60', 2000, '10.0.0.6', 7)).out).toHaveLength(1);
  });

  it('has no limit where nf_conntrack_max is 0, and takes a new limit in mid-run', () => {
    const router = new Router({ buckets: 512, max: 3 });
    router.sysctl('net.netfilter.nf_conntrack_max', 0);
    for (let i = 0; i < 20; i++) router.receive(udp('192.168.1.60', i + 1, '10.0.0.6', 7));
    expect(router.host.sysctl.read('net.netfilter.nf_conntrack_count')).toBe(20);
    expect(router.host.sysctl.read('net.nf_conntrack_max')).toBe(0);
    router.sysctl('net.nf_conntrack_max', 5);
    router.receive(udp('192.168.1.60', 999, '10.0.0.6', 7));
    expect(router.conntrack.statistics.earlyDrop + router.conntrack.statistics.drop).toBeGreaterThan(0);
  });

  it('loses closing TCP connections to the collector above 95 %, once an eviction had failed', () => {
    const router = new Router({ buckets: 512, max: 100 });
    for (let i = 0; i < 100; i++) {
      const ports = (packet: ReturnType<typeof segment>, client: boolean): ReturnType<typeof segment> => {
        const tcp = packet.transport;
        if (tcp?.kind === 'tcp') tcp[client ? 'sport' : 'dport'] = 10000 + i;
        return packet;
      };
      const client = (flags: string, seq: number, ack: number) =>
        router.receive(ports(segment('client', flags, { seq, ack }), true));
      const server = (flags: string, seq: number, ack: number) =>
        router.receive(ports(segment('server', flags, { seq, ack }), false));
      client('S', 0, 0);
      server('SA', 0, 1);
      client('A', 1, 1);
      if (i >= 7) continue;
      client('FA', 1, 1);
      server('FA', 1, 2);
      client('A', 2, 2);
    }
    expect(router.conntrack.count).toBe(100);
    // Everybody is assured, so a new flow finds no room; the collector then removes down to 94, of those seven.
    expect(router.receive(udp('192.168.1.60', 1, '10.0.0.6', 7)).drops).toEqual(['conntrack-table-full']);
    router.wait(61);
    expect(router.conntrack.count).toBe(94);
  });
});

describe('expired entries', () => {
  it('count until somebody collects them', () => {
    const router = new Router({ buckets: 512 });
    router.sysctl('net.netfilter.nf_conntrack_udp_timeout', 2);
    router.wait(2);
    for (let i = 0; i < 10; i++) router.receive(udp('192.168.1.60', i + 1, '10.0.0.6', 7));
    router.wait(10);
    expect(router.conntrack.count).toBe(10);
    expect(runConntrack(router.conntrack, ['-L']).stderr).toContain('0 flow entries have been shown');
    expect(router.conntrack.count).toBe(0);
  });

  it('are gone within about a minute by themselves', () => {
    const router = new Router({ buckets: 512 });
    router.sysctl('net.netfilter.nf_conntrack_udp_timeout', 2);
    for (let i = 0; i < 10; i++) router.receive(udp('192.168.1.60', i + 1, '10.0.0.6', 7));
    router.wait(62);
    expect(router.conntrack.count).toBe(0);
    expect(router.simulation.pending).toBe(0);
  });

  it("fill a table in the time that Little's law gives: arrivals times lifetime, until the limit is met", () => {
    // 50 flows a second that live 30 seconds each are 1500 at any time, plus what waits for the collector.
    const router = new Router({ buckets: 4096, max: 0 });
    router.sysctl('net.netfilter.nf_conntrack_max', 1000);
    let filled: number | undefined;
    for (let i = 0; filled === undefined; i++) {
      router.wait(0.02);
      router.receive(udp(`192.168.1.${20 + (i % 200)}`, 1 + i, '10.0.0.6', 7));
      if (router.conntrack.statistics.earlyDrop + router.conntrack.statistics.drop > 0) filled = i * 0.02;
    }
    // None expires before 30 s, so the limit of 1000 is met after 1000 / 50 s.
    expect(Math.abs(filled - 20) / 20).toBeLessThan(0.02);
  });

  it("leave as many live ones as Little's law says", () => {
    const router = new Router({ buckets: 4096 });
    for (let i = 0; i < 5000; i++) {
      router.wait(0.02);
      router.receive(udp(`192.168.1.${20 + (i % 200)}`, 1 + i, '10.0.0.6', 7));
    }
    router.conntrack.collectExpired();
    expect(Math.abs(router.conntrack.count - 1500) / 1500).toBeLessThan(0.02);
  });
});
