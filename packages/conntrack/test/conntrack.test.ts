import { drop, formatAddress, Hook, Host, type Packet, PROTOCOL, Simulation, Trace } from '@chainwalk/core';
import { describe, expect, it } from 'vitest';
import {
  Conntrack,
  CtInfo,
  ctOf,
  directionOf,
  Status,
  setTemplate,
  setUntracked,
  Template,
  toAddress,
  zoneOf,
} from '../src/index.ts';
import { icmp, ip, Router, segment, udp } from './support/router.ts';

const raw = (router: Router, fn: (packet: Packet) => void): (() => void) =>
  router.host.hooks.register({
    family: 'ipv4',
    hook: Hook.PREROUTING,
    priority: -300,
    name: 'raw',
    fn: (packet) => {
      fn(packet);
      return { kind: 'accept' };
    },
  });

describe('an answer that shares a new connection', () => {
  it('does not take it along when it is dropped', () => {
    const router = new Router();
    router.sysctl('net.ipv4.conf.eth0.send_redirects', 1);
    router.host.hooks.register({
      family: 'ipv4',
      hook: Hook.LOCAL_OUT,
      priority: 0,
      name: 'no redirects',
      fn: () => drop('netfilter-drop'),
    });
    const { drops } = router.receive(udp('192.168.1.50', 1000, '192.168.1.51', 2000));
    expect(drops).toEqual(['netfilter-drop']);
    expect(router.conntrack.count).toBe(1);
  });
});

describe('a connection that a reset ends at once', () => {
  it('keeps its deadline for the rest of the way of the reset', () => {
    const router = new Router();
    const left: number[] = [];
    router.host.hooks.register({
      family: 'ipv4',
      hook: Hook.FORWARD,
      priority: 0,
      name: 'look',
      fn: (packet) => {
        left.push(router.conntrack.remainingSeconds(ctOf(packet)!));
        return { kind: 'accept' };
      },
    });
    router.wait(1000);
    router.receive(segment('client', 'S', { seq: 100 }));
    router.wait(1.5);
    router.receive(segment('server', 'RA', { seq: 0, ack: 101 }));
    expect(router.conntrack.count).toBe(0);
    expect(left[1]).toBe(118);
  });
});

describe('the hooks of connection tracking', () => {
  it('exist while somebody needs them, at the priorities of Linux', () => {
    const host = new Host(new Simulation());
    const conntrack = new Conntrack(host);
    expect(host.hooks.all()).toEqual([]);
    const first = conntrack.require('ipv4');
    const second = conntrack.require('ipv4');
    expect(host.hooks.all().map(({ hook, priority, name }) => `${hook} ${priority} ${name}`)).toEqual([
      '0 -400 ipv4_conntrack_defrag',
      '0 -200 ipv4_conntrack_in',
      '1 2147483647 ipv4_confirm',
      '3 -400 ipv4_conntrack_defrag',
      '3 -200 ipv4_conntrack_local',
      '4 2147483647 ipv4_confirm',
    ]);
    first();
    first();
    expect(conntrack.isActive).toBe(true);
    second();
    expect(host.hooks.all()).toEqual([]);
    expect(host.attachConnection).toBeUndefined();
  });

  it('leave entries behind that age, and learn windows anew when they come back', () => {
    const router = new Router({ buckets: 512 });
    for (const [side, flags, seq, ack] of [
      ['client', 'S', 0, 0],
      ['server', 'SA', 0, 1],
      ['client', 'A', 1, 1],
    ] as const) {
      router.receive(segment(side, flags, { seq, ack, win: 100 }));
    }
    router.release();
    router.wait(1000);
    expect(router.receive(segment('client', 'A', { seq: 1, ack: 1 })).seen).toBe('INVALID');
    expect(router.entry).toBe('ESTABLISHED 431000 ASSURED');
    router.conntrack.require('ipv4');
    // Far out of the old window, but windows are forgotten.
    expect(router.receive(segment('client', 'A', { seq: 500_000, ack: 1 })).seen).toBe('ESTABLISHED');
  });

  it('are refused for IPv6', () => {
    expect(() => new Router().conntrack.require('ipv6')).toThrow('connection tracking of IPv6 is not modelled');
  });
});

describe('a packet', () => {
  it('that dies before it is confirmed takes its connection with it', () => {
    const router = new Router({ buckets: 512 });
    let during = -1;
    const undo = router.host.hooks.register({
      family: 'ipv4',
      hook: Hook.FORWARD,
      priority: 0,
      name: 'wall',
      fn: () => {
        during = router.conntrack.count;
        return { kind: 'drop', reason: 'netfilter-drop', errno: 'EPERM' };
      },
    });
    router.receive(udp('192.168.1.50', 1, '10.0.0.5', 2));
    expect([during, router.conntrack.count]).toEqual([1, 0]);
    undo();
    router.ip('route add unreachable 10.0.0.9');
    router.receive(udp('192.168.1.50', 1, '10.0.0.9', 2));
    expect(router.conntrack.count).toBe(0);
  });

  it('is INVALID for the reasons that Linux has, and passes', () => {
    const router = new Router({ buckets: 512 });
    const reply = icmp('192.168.1.50', '10.0.0.5', 0);
    const unknown = icmp('192.168.1.50', '10.0.0.5', 30);
    const routerAd = icmp('192.168.1.50', '10.0.0.5', 9);
    const spoilt = udp('192.168.1.50', 1, '10.0.0.5', 2);
    spoilt.checksumFault = 0x5555;
    const long = udp('192.168.1.50', 1, '10.0.0.5', 2);
    if (long.transport?.kind === 'udp') long.transport.length = 99;
    const xmas = segment('client', 'FSRPAU');
    for (const packet of [reply, unknown, routerAd, spoilt, long, xmas]) {
      const outcome = router.receive(packet);
      expect([outcome.seen, outcome.out.length]).toEqual(['INVALID', 1]);
    }
    expect(router.conntrack.statistics).toMatchObject({ invalid: 5, error: 1 });
    expect(router.conntrack.count).toBe(0);
  });

  it('with a wrong checksum is tracked where nf_conntrack_checksum is 0', () => {
    const router = new Router({ buckets: 512 });
    router.sysctl('net.netfilter.nf_conntrack_checksum', 0);
    const spoilt = udp('192.168.1.50', 1, '10.0.0.5', 2);
    spoilt.checksumFault = 0x5555;
    expect(router.receive(spoilt).seen).toBe('NEW');
  });

  it('marked untracked is left alone', () => {
    const router = new Router({ buckets: 512 });
    raw(router, setUntracked);
    expect(router.receive(udp('192.168.1.50', 1, '10.0.0.5', 2)).seen).toBe('UNTRACKED');
    expect(router.conntrack.count).toBe(0);
  });

  it('in fragments is put together before anybody sees it, and leaves in fragments', () => {
    const router = new Router({ buckets: 512 });
    const whole = udp('192.168.1.50', 1, '10.0.0.5', 2, 2000);
    const pieces = router.host.fragmentation.split(whole, 1500);
    expect(pieces).toHaveLength(2);
    expect(router.receive(pieces[0]!.clone()).out).toHaveLength(0);
    const last = router.receive(pieces[1]!.clone());
    expect(last.seen).toBe('NEW');
    expect(last.out.map((packet) => packet.length)).toEqual([1500, 548]);
    expect(router.conntrack.count).toBe(1);
  });

  it('tells its trace about its connection', () => {
    const router = new Router({ buckets: 512 });
    const packet = udp('192.168.1.50', 1, '10.0.0.5', 2);
    const trace = new Trace(packet);
    router.receive(packet, trace);
    expect(trace.steps.filter((step) => step.kind === 'connection').map((step) => step.text)).toEqual([
      'NEW udp 192.168.1.50:1 > 10.0.0.5:2',
      'confirmed, 1 in the table',
    ]);
  });
});

describe('templates', () => {
  it('put the same tuples into different zones', () => {
    const router = new Router({ buckets: 512 });
    const templates = [new Template({ zone: zoneOf(1) }), new Template({ zone: zoneOf(2) })];
    let use = 0;
    raw(router, (packet) => setTemplate(packet, templates[use]!));
    router.receive(udp('192.168.1.50', 1, '10.0.0.5', 2));
    use = 1;
    expect(router.receive(udp('192.168.1.50', 1, '10.0.0.5', 2)).seen).toBe('NEW');
    expect(router.conntrack.count).toBe(2);
    expect(router.receive(udp('10.0.0.5', 2, '192.168.1.50', 1)).seen).toBe('ESTABLISHED');
    expect([...router.conntrack.table].map((ct) => [ct.zone.id, ct.has(Status.SEEN_REPLY)]).sort()).toEqual([
      [1, false],
      [2, true],
    ]);
  });

  it('with a zone of one direction let the answer come without any', () => {
    const router = new Router({ buckets: 512 });
    const template = new Template({ zone: zoneOf(7, 'original') });
    const undo = raw(router, (packet) => setTemplate(packet, template));
    router.receive(udp('192.168.1.50', 1, '10.0.0.5', 2));
    undo();
    expect(router.receive(udp('10.0.0.5', 2, '192.168.1.50', 1)).seen).toBe('ESTABLISHED');
  });

  it('give a timeout policy that is live', () => {
    const router = new Router({ buckets: 512 });
    const timeouts = [{ value: 7 }, { value: 70 }];
    const template = new Template({ timeoutPolicy: { name: 'short', protocol: PROTOCOL.udp, timeouts } });
    raw(router, (packet) => setTemplate(packet, template));
    router.receive(udp('192.168.1.50', 1, '10.0.0.5', 2));
    expect(router.entry).toBe('7 UNREPLIED');
    timeouts[0] = { value: 9 };
    router.receive(udp('192.168.1.50', 1, '10.0.0.5', 2));
    expect(router.entry).toBe('9 UNREPLIED');
  });
});

describe('answers of the stack', () => {
  it('to a forwarded packet belong to its connection, the other way round', () => {
    const router = new Router({ buckets: 512 });
    router.receive(udp('192.168.1.50', 1, '10.0.0.5', 2));
    const expiring = udp('192.168.1.50', 1, '10.0.0.5', 2);
    expiring.ttl = 1;
    const error = router.receive(expiring).out[0]!;
    expect(error.transport).toMatchObject({ type: 11 });
    expect([error.ctinfo, directionOf(error.ctinfo)]).toEqual([CtInfo.RELATED_REPLY, 1]);
    expect(ctOf(error)?.original.sport).toBe(1);
  });

  it('close a TCP connection that is reset by a rule', () => {
    const router = new Router({ buckets: 512 });
    for (const [side, flags, seq, ack] of [
      ['client', 'S', 0, 0],
      ['server', 'SA', 0, 1],
      ['client', 'A', 1, 1],
    ] as const) {
      router.receive(segment(side, flags, { seq, ack }));
    }
    router.host.hooks.register({
      family: 'ipv4',
      hook: Hook.FORWARD,
      priority: 0,
      name: 'reject',
      fn: (packet) => {
        router.conntrack.setClosing(packet);
        return { kind: 'drop', reason: 'netfilter-reject', errno: 'EPERM' };
      },
    });
    router.receive(segment('client', 'PA', { seq: 1, ack: 1, payload: 5 }));
    expect(router.entry).toBe('CLOSE 10 ASSURED');
  });
});

describe('confirmation', () => {
  it('of a second packet of one UDP flow at the same time adopts the first', () => {
    const router = new Router({ buckets: 512 });
    const { conntrack } = router;
    const state = {
      hook: Hook.PREROUTING,
      family: 'ipv4',
      inDevice: router.host.device('eth0'),
      outDevice: undefined,
      host: router.host,
    } as const;
    const [a, b] = [udp('192.168.1.50', 1, '10.0.0.5', 2), udp('192.168.1.50', 1, '10.0.0.5', 2)];
    conntrack.track(a, state);
    conntrack.track(b, state);
    expect(conntrack.count).toBe(2);
    expect(conntrack.confirm(a, ctOf(a)!)).toEqual({ kind: 'accept' });
    expect(conntrack.confirm(b, ctOf(b)!)).toEqual({ kind: 'accept' });
    expect(ctOf(b)).toBe(ctOf(a));
    expect([conntrack.count, conntrack.statistics.clashResolve]).toEqual([1, 1]);
  });

  it('of two flows whose NAT differs keeps the loser for its answer, hidden and for a second', () => {
    const router = new Router({ buckets: 512 });
    const { conntrack } = router;
    const state = {
      hook: Hook.PREROUTING,
      family: 'ipv4',
      inDevice: undefined,
      outDevice: undefined,
      host: router.host,
    } as const;
    const packets = ['10.0.0.6', '10.0.0.7'].map((server) => {
      const packet = udp('192.168.1.50', 1, '10.0.0.5', 53);
      conntrack.track(packet, state);
      conntrack.nat.setupInfo(ctOf(packet)!, toAddress(ip(server)), 'dst');
      return packet;
    });
    for (const packet of packets) expect(conntrack.confirm(packet, ctOf(packet)!).kind).toBe('accept');
    const loser = ctOf(packets[1]!)!;
    expect(loser.has(Status.NAT_CLASH)).toBe(true);
    expect([...conntrack.table]).toEqual([ctOf(packets[0]!)]);
    expect(conntrack.count).toBe(2);
    expect(conntrack.find(loser.reply)?.ct).toBe(loser);
    expect(conntrack.find(loser.original)?.ct).toBe(ctOf(packets[0]!));
    router.wait(1);
    expect(conntrack.find(loser.reply)).toBeUndefined();
    expect(conntrack.count).toBe(1);
  });

  it('is refused where chains are too long, and that drop is not counted as one', () => {
    const router = new Router({ buckets: 512, max: 0 });
    let refused = 0;
    for (let i = 0; refused === 0 && i < 40_000; i++) {
      const { drops } = router.receive(udp(`192.168.1.${20 + (i % 200)}`, 1 + Math.floor(i / 200), '10.0.0.5', 9));
      if (drops.length > 0) {
        expect(drops).toEqual(['conntrack-chain-too-long']);
        refused = i;
      }
    }
    // The kernel with as many buckets met its first one at some 11,900 entries; limits are drawn from 50 to 79.
    expect(refused).toBeGreaterThan(7000);
    expect(refused).toBeLessThan(14_000);
    expect(router.conntrack.statistics).toMatchObject({ chainTooLong: 1, insertFailed: 1, drop: 0 });
  });
});

describe('kernel parameters', () => {
  it('are those of Linux 6.1, with the names that it has', () => {
    const { host } = new Router();
    const read = (name: string) => host.sysctl.read(`net.netfilter.nf_conntrack_${name}`);
    expect(
      ['udp_timeout', 'udp_timeout_stream', 'tcp_timeout_established', 'icmp_timeout', 'generic_timeout'].map(read),
    ).toEqual([30, 120, 432000, 30, 600]);
    expect([read('max'), read('buckets'), read('count'), read('expect_max')]).toEqual([65536, 65536, 0, 1024]);
    expect(host.sysctl.write('net.netfilter.nf_conntrack_count', 5)).toBe('read-only');
    expect(host.sysctl.write('net.netfilter.nf_conntrack_tcp_loose', 2)).toBe('invalid');
  });

  it('take effect in mid-run: more buckets, other timeouts, no loose pickup', () => {
    const router = new Router({ buckets: 512 });
    router.receive(segment('client', 'A', { seq: 1, ack: 1 }));
    expect(router.entry).toBe('ESTABLISHED 300 UNREPLIED');
    router.sysctl('net.netfilter.nf_conntrack_buckets', 1000);
    expect(router.host.sysctl.read('net.netfilter.nf_conntrack_buckets')).toBe(1024);
    expect(router.receive(segment('server', 'A', { seq: 1, ack: 1 })).seen).toBe('ESTABLISHED');
    router.sysctl('net.netfilter.nf_conntrack_tcp_timeout_established', 1000);
    router.receive(segment('client', 'A', { seq: 1, ack: 1 }));
    expect(router.entry).toBe('ESTABLISHED 1000 ASSURED');
    router.conntrack.removeWhere(() => true);
    router.sysctl('net.netfilter.nf_conntrack_tcp_loose', 0);
    expect(router.receive(segment('client', 'A', { seq: 1, ack: 1 })).seen).toBe('INVALID');
  });
});

it('an ICMP error is RELATED only if it goes where the quoted packet came from', () => {
  const router = new Router({ buckets: 512 });
  const sent = router.receive(udp('192.168.1.50', 1234, '10.0.0.5', 53)).out[0]!;
  const bytes = new Uint8Array(28);
  const view = new DataView(bytes.buffer);
  bytes[0] = 0x45;
  bytes[9] = 17;
  view.setUint32(12, sent.src as unknown as number);
  view.setUint32(16, sent.dst as unknown as number);
  view.setUint16(20, 1234);
  view.setUint16(22, 53);
  const error = (to: string): Packet => {
    const packet = icmp('10.0.0.9', to, 3, 0, 1);
    packet.payload = bytes;
    packet.payloadLength = 28;
    return packet;
  };
  expect(router.receive(error('192.168.1.50')).seen).toBe('RELATED');
  expect(router.receive(error('192.168.1.51')).seen).toBe('INVALID');
  expect(formatAddress(sent.src)).toBe('192.168.1.50');
  expect(router.conntrack.statistics.error).toBe(1);
});
