import {
  fold,
  formatAddress,
  Hook,
  type HookState,
  internetSum,
  Packet,
  PROTOCOL,
  Quote,
  type Verdict,
} from '@chainwalk/core';
import { describe, expect, it } from 'vitest';
import { ctOf, type Nat, NatRange, RangeToAddress, Status, toAddress } from '../../src/index.ts';
import { icmp, ip, Router, segment, udp } from '../support/router.ts';

type Rule = (nat: Nat, packet: Packet, state: HookState) => Verdict;

/** A router with a nat table of one rule at most on each hook, and how often each was asked. */
function natRouter(
  rules: Partial<Record<'prerouting' | 'input' | 'output' | 'postrouting', Rule>>,
): Router & { asked: number[] } {
  const router = Object.assign(new Router({ buckets: 512 }), { asked: [0, 0, 0, 0, 0] });
  const byHook = [rules.prerouting, rules.input, undefined, rules.output, rules.postrouting];
  for (const hook of [Hook.PREROUTING, Hook.LOCAL_IN, Hook.LOCAL_OUT, Hook.POSTROUTING]) {
    router.conntrack.nat.registerRuleset({
      family: 'ipv4',
      hook,
      priority: 0,
      name: 'nat',
      lookup: (packet, state) => {
        router.asked[hook]!++;
        return byHook[hook]?.(router.conntrack.nat, packet, state) ?? { kind: 'accept' };
      },
    });
  }
  return router;
}

const masquerade: Rule = (nat, packet, state) => nat.masquerade(packet, state, new RangeToAddress({}));
const from = (packet: Packet): string => `${formatAddress(packet.src)}:${packet.ports?.sport}`;
const to = (packet: Packet): string => `${formatAddress(packet.dst)}:${packet.ports?.dport}`;

describe('the nat table', () => {
  it('sees the first packet of a connection only, but every try whose packet died before it was confirmed', () => {
    const router = natRouter({ postrouting: masquerade });
    for (let i = 0; i < 3; i++) router.receive(udp('192.168.1.50', 1000, '10.0.0.5', 53));
    router.receive(udp('10.0.0.5', 53, '10.0.0.1', 1000));
    expect(router.asked).toEqual([1, 0, 0, 0, 1]);
    const undo = router.host.hooks.register({
      family: 'ipv4',
      hook: Hook.FORWARD,
      priority: 0,
      name: 'wall',
      fn: () => ({ kind: 'drop', reason: 'netfilter-drop', errno: 'EPERM' }),
    });
    for (let i = 0; i < 3; i++) router.receive(udp('192.168.1.50', 1001, '10.0.0.5', 53));
    expect(router.asked).toEqual([4, 0, 0, 0, 1]);
    expect(router.conntrack.count).toBe(1);
    undo();
  });

  it('is not asked without connection tracking', () => {
    const router = natRouter({ postrouting: masquerade });
    router.release();
    const { out } = router.receive(udp('192.168.1.50', 1000, '10.0.0.5', 53));
    expect(from(out[0]!)).toBe('192.168.1.50:1000');
    expect(router.asked).toEqual([0, 0, 0, 0, 0]);
  });
});

describe('checksums of headers that are kept as payload', () => {
  it.each([
    ['UDP-Lite', PROTOCOL.udplite, '03e8 0035 0000 0000 6162'],
    ['UDP-Lite that covers its header', PROTOCOL.udplite, '03e8 0035 0008 0000 6162'],
    ['DCCP', PROTOCOL.dccp, '03e8 0035 0400 0000 0100 0000 0000 0001 0000 0000'],
  ])('of %s follow the address and the port', (_, protocol, digits) => {
    const router = natRouter({ postrouting: masquerade });
    // To Linux a right checksum of UDP-Lite is wrong.
    router.host.sysctl.write('net.netfilter.nf_conntrack_checksum', 0);
    const payload = Uint8Array.from(digits.replaceAll(' ', '').match(/../g)!, (pair) => Number.parseInt(pair, 16));
    const packet = new Packet({ src: ip('192.168.1.50'), dst: ip('10.0.0.5'), protocol, payload });
    const sumOf = ({ src, dst, payload: body }: Packet): number => {
      const covered = protocol === PROTOCOL.udplite && body[5] === 8 ? 8 : body.length;
      const bytes = new Uint8Array(12 + covered);
      for (const [at, address] of [
        [0, src],
        [4, dst],
      ] as const)
        bytes.set(formatAddress(address).split('.').map(Number), at);
      bytes.set([0, protocol, 0, body.length], 8);
      bytes.set(body.subarray(0, covered), 12);
      return fold(internetSum(bytes));
    };
    const checksum = ~sumOf(packet) & 0xffff;
    payload.set([checksum >> 8, checksum & 255], 6);
    const { out } = router.receive(packet);
    expect(from(out[0]!)).toMatch(/^10\.0\.0\.1:/);
    expect(sumOf(out[0]!)).toBe(0xffff);
  });
});

describe('null bindings', () => {
  it('ask for each half whether its tuple is free, which is counted apart from the look-up of the packet', () => {
    const router = natRouter({});
    const before = router.host.meter.snapshot();
    router.receive(udp('192.168.1.50', 1000, '10.0.0.5', 53));
    expect(router.host.meter.since(before)).toMatchObject({ conntrackLookups: 1, natSetups: 2, natTupleLookups: 2 });
    router.receive(udp('192.168.1.50', 1000, '10.0.0.5', 53));
    expect(router.host.meter.since(before)).toMatchObject({ conntrackLookups: 2, natSetups: 2, natTupleLookups: 2 });
  });

  it('change a port where two destinations were folded into one', () => {
    const router = natRouter({
      prerouting: (nat, packet) => {
        const port = packet.ports!.dport;
        return port === 80 || port === 81
          ? nat.setupInfo(ctOf(packet)!, toAddress(ip('10.0.0.6'), { ports: { min: 8080, max: 8080 } }), 'dst')
          : { kind: 'accept' };
      },
    });
    const first = router.receive(udp('192.168.1.50', 7777, '10.0.0.5', 80)).out[0]!;
    const second = router.receive(udp('192.168.1.50', 7777, '10.0.0.5', 81)).out[0]!;
    expect([from(first), to(first)]).toEqual(['192.168.1.50:7777', '10.0.0.6:8080']);
    expect(to(second)).toBe('10.0.0.6:8080');
    expect(second.ports!.sport).not.toBe(7777);
    expect(ctOf(second)!.has(Status.SRC_NAT)).toBe(true);
    expect(ctOf(first)!.has(Status.SRC_NAT)).toBe(false);
    expect(router.conntrack.statistics.found).toBeGreaterThan(0);
  });
});

describe('a source binding', () => {
  it('keeps a port that it had to change, towards other destinations too', () => {
    const snat: Rule = (nat, packet) => nat.setupInfo(ctOf(packet)!, toAddress(ip('10.0.0.77')), 'src');
    const router = natRouter({ postrouting: snat });
    router.receive(udp('192.168.1.50', 7777, '10.0.0.5', 53));
    const moved = router.receive(udp('192.168.1.51', 7777, '10.0.0.5', 53)).out[0]!;
    expect(from(moved)).not.toBe('10.0.0.77:7777');
    const other = router.receive(udp('192.168.1.51', 7777, '10.0.0.6', 53)).out[0]!;
    expect(from(other)).toBe(from(moved));
  });

  it('to one fixed port loses the second flow to the same destination', () => {
    const snat: Rule = (nat, packet) =>
      nat.setupInfo(ctOf(packet)!, toAddress(ip('10.0.0.77'), { ports: { min: 5, max: 5 } }), 'src');
    const router = natRouter({ postrouting: snat });
    expect(router.receive(segment('client', 'S')).out).toHaveLength(1);
    const second = segment('client', 'S');
    if (second.transport?.kind === 'tcp') second.transport.sport = 40001;
    expect(router.receive(second).drops).toEqual(['conntrack-clash']);
    expect(router.conntrack.statistics).toMatchObject({ drop: 1, insertFailed: 1 });
    expect(router.conntrack.count).toBe(1);
  });

  it('stays in its class of ports: below 512, below 1024, above', () => {
    const snat: Rule = (nat, packet) =>
      nat.setupInfo(ctOf(packet)!, toAddress(ip('10.0.0.77'), { random: true }), 'src');
    const router = natRouter({ postrouting: snat });
    const port = (sport: number): number =>
      router.receive(udp('192.168.1.50', sport, '10.0.0.5', 53)).out[0]!.ports!.sport;
    for (let i = 0; i < 20; i++) {
      expect(port(100 + i)).toBeLessThan(512);
      expect(port(512 + i)).toBeGreaterThanOrEqual(600);
      expect(port(600 + i)).toBeLessThan(1024);
      expect(port(2000 + i)).toBeGreaterThanOrEqual(1024);
    }
  });

  it('picks an address of a range by hash of source and destination, as the kernel does', () => {
    const snat: Rule = (nat, packet) =>
      nat.setupInfo(ctOf(packet)!, new NatRange({ addresses: { min: ip('10.0.0.70'), max: ip('10.0.0.79') } }), 'src');
    const router = natRouter({ postrouting: snat });
    const addresses = [1, 2, 3].map((port) =>
      formatAddress(router.receive(udp('192.168.1.50', port, '10.0.0.5', 53)).out[0]!.src),
    );
    expect(new Set(addresses).size).toBe(1);
  });
});

describe('masquerading', () => {
  it('takes the first address of the device whose network holds the next hop', () => {
    const router = natRouter({ postrouting: masquerade });
    router.ip('addr add 10.7.0.1/24 dev eth1');
    router.ip('route add 10.99.0.0/16 via 10.7.0.9 dev eth1');
    expect(from(router.receive(udp('192.168.1.50', 1, '10.0.0.5', 53)).out[0]!)).toBe('10.0.0.1:1');
    expect(from(router.receive(udp('192.168.1.50', 1, '10.99.0.5', 53)).out[0]!)).toBe('10.7.0.1:1');
  });

  it('loses its connections when the device goes down or the address goes away, and no others', () => {
    const snat: Rule = (nat, packet, state) =>
      packet.ports!.sport === 9
        ? nat.setupInfo(ctOf(packet)!, toAddress(ip('10.0.0.1')), 'src')
        : nat.masquerade(packet, state, new RangeToAddress({}));
    const router = natRouter({ postrouting: snat });
    const fill = (): void => {
      router.receive(udp('192.168.1.50', 8, '10.0.0.5', 53));
      router.receive(udp('192.168.1.50', 9, '10.0.0.5', 53));
    };
    router.ip('addr add 10.7.0.1/24 dev eth1');
    fill();
    router.ip('addr del 10.7.0.1/24 dev eth1');
    expect(router.conntrack.count).toBe(2);
    router.ip('link set eth1 down');
    expect([...router.conntrack.table].map((ct) => ct.original.sport)).toEqual([9]);
    router.ip('link set eth1 up');
    fill();
    router.ip('addr del 10.0.0.1/24 dev eth1');
    expect([...router.conntrack.table].map((ct) => ct.original.sport)).toEqual([9]);
  });

  it('ends a connection whose packets leave by another device', () => {
    const router = natRouter({ postrouting: masquerade });
    router.receive(udp('192.168.1.50', 8, '10.0.0.5', 53));
    router.ip('route add 10.0.0.5/32 dev eth0');
    expect(router.receive(udp('192.168.1.50', 8, '10.0.0.5', 53)).drops).toEqual(['nat-failed']);
    expect(router.conntrack.count).toBe(0);
    expect(from(router.receive(udp('192.168.1.50', 8, '10.0.0.5', 53)).out[0]!)).toBe('192.168.1.10:8');
  });
});

describe('other bindings', () => {
  it('REDIRECT leads to the first address of the device it came in on, and to 127.0.0.1 from here', () => {
    const redirect: Rule = (nat, packet, state) =>
      nat.redirect(packet, state, new RangeToAddress({ ports: { min: 5353, max: 5353 } }));
    const router = natRouter({ prerouting: redirect, output: redirect });
    expect(to(router.receive(udp('192.168.1.50', 8, '10.0.0.5', 53)).out[0]!)).toBe('192.168.1.10:5353');
    expect(to(router.send(udp('10.0.0.1', 9, '10.0.0.5', 53)).out[0]!)).toBe('127.0.0.1:5353');
  });

  it('NETMAP keeps host bits', () => {
    const router = natRouter({
      prerouting: (nat, packet, state) => nat.netmap(packet, state, ip('10.0.0.0'), 0xffffff00),
    });
    expect(to(router.receive(udp('192.168.1.50', 8, '203.0.113.7', 53)).out[0]!)).toBe('10.0.0.7:53');
  });

  it('ICMP identifiers are mapped like ports, and back', () => {
    const snat: Rule = (nat, packet) => nat.setupInfo(ctOf(packet)!, toAddress(ip('10.0.0.77')), 'src');
    const router = natRouter({ postrouting: snat });
    router.receive(icmp('192.168.1.50', '10.0.0.5', 8, 7));
    const moved = router.receive(icmp('192.168.1.51', '10.0.0.5', 8, 7)).out[0]!;
    const id = moved.transport?.kind === 'icmp' ? moved.transport.id : -1;
    expect(id).not.toBe(7);
    const back = router.receive(icmp('10.0.0.5', '10.0.0.77', 0, id)).out[0]!;
    expect([formatAddress(back.dst), back.transport]).toMatchObject(['192.168.1.51', { id: 7 }]);
  });
});

describe('ICMP errors about translated packets', () => {
  it('come back with the quote as the sender sent it, from the address that it knows', () => {
    const dnat: Rule = (nat, packet) =>
      formatAddress(packet.dst) === '10.0.0.1'
        ? nat.setupInfo(ctOf(packet)!, toAddress(ip('10.0.0.5')), 'dst')
        : { kind: 'accept' };
    const router = natRouter({ prerouting: dnat, postrouting: masquerade });
    const sent = router.receive(udp('192.168.1.50', 1234, '10.0.0.1', 53)).out[0]!;
    expect([from(sent), to(sent)]).toEqual(['10.0.0.1:1234', '10.0.0.5:53']);
    // A middle box reports it; its own address is hidden like the server's.
    router.host.routeOutput({ destination: ip('10.0.0.77'), source: undefined, tos: 0, mark: 0 });
    const quoted = sent.clone();
    const error = icmp('10.0.0.77', '10.0.0.1', 3, 0, 1);
    const bytes = new Uint8Array(28);
    const view = new DataView(bytes.buffer);
    bytes[0] = 0x45;
    view.setUint16(2, 28);
    bytes[8] = 63;
    bytes[9] = 17;
    view.setUint32(12, quoted.src as unknown as number);
    view.setUint32(16, quoted.dst as unknown as number);
    view.setUint16(20, 1234);
    view.setUint16(22, 53);
    view.setUint16(24, 8);
    error.payload = bytes;
    error.payloadLength = 28;
    const outcome = router.receive(error);
    expect(outcome.seen).toBe('RELATED');
    const back = outcome.out[0]!;
    const quote = Quote.of(back.payload)!;
    expect([formatAddress(back.src), formatAddress(back.dst)]).toEqual(['10.0.0.1', '192.168.1.50']);
    expect([formatAddress(quote.src), quote.sport, formatAddress(quote.dst), quote.dport]).toEqual([
      '192.168.1.50',
      1234,
      '10.0.0.1',
      53,
    ]);
  });
});
