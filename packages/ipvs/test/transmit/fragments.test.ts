import { icmpHeader, Packet, PROTOCOL } from '@chainwalk/core';
import { describe, expect, it } from 'vitest';
import { Director, datagram, ip, type Seen } from '../director.ts';

const VIP = '10.96.0.1';
const CLIENT = '192.0.2.50';

function sentBy(seen: readonly Seen[], device: string): readonly Packet[] {
  return seen.filter((event) => event.kind === 'transmit' && event.device === device).map((event) => event.packet);
}

const lab = (): Director => new Director({ virtual: [VIP] });

describe('fragments to a service', () => {
  it('what came in fragments is sent on in fragments of that size, tunnel or not', () => {
    const director = lab();
    director.ipvsadm(`-A -u ${VIP}:53 -s rr`);
    director.ipvsadm(`-a -u ${VIP}:53 -r 10.244.1.5 -i --tun-type gre`);
    const whole = datagram(CLIENT, 5005, VIP, 53, 1200);
    whole.id = 77;
    const seen = director.host.fragmentation.split(whole, 524).flatMap((piece) => director.inject('c1', piece));
    expect(sentBy(seen, 's1').map((piece) => piece.length)).toEqual([524, 524, 1208 + 20 + 4 - 2 * 504 + 20]);
  });
});

describe('fragments that pass by', () => {
  function echo(length: number): Packet {
    return new Packet({
      src: ip(CLIENT),
      dst: ip('10.244.1.77'),
      protocol: PROTOCOL.icmp,
      id: 9,
      transport: icmpHeader(8, 0, 1, 1),
      payloadLength: length,
    });
  }

  it.each([
    ['an echo request', () => echo(3000)],
    ['a datagram', () => datagram(CLIENT, 5005, '10.244.1.77', 53, 3000)],
  ])('%s is put together in FORWARD, and cut again', (_, make) => {
    const director = lab();
    director.ipvsadm(`-A -t ${VIP}:80 -s rr`);
    const pieces = director.host.fragmentation.split(make(), 1500);
    const seen = pieces.map((piece) => sentBy(director.inject('c1', piece), 's1').map((sent) => sent.length));
    expect(seen).toEqual([[], [], [1500, 1500, 68]]);
  });

  it('a first fragment that is delivered here is not waited for in FORWARD', () => {
    const director = lab();
    director.ipvsadm(`-A -t ${VIP}:80 -s rr`);
    const [first, second] = director.host.fragmentation.split(datagram(CLIENT, 5005, '10.244.1.77', 53, 1000), 600);
    expect(director.host.fragmentation.collect(first!.clone(), 'local')).toBeUndefined();
    expect(sentBy(director.inject('c1', second!), 's1')).toEqual([]);
    expect(director.host.fragmentation.pending).toBe(2);
    expect(sentBy(director.inject('c1', first!), 's1')).toHaveLength(2);
  });

  it('fragments that forbid to be cut are refused together, unless conntrack put them together', () => {
    const director = lab();
    director.ipvsadm(`-A -t ${VIP}:80 -s rr`);
    const pieces = director.host.fragmentation.split(datagram(CLIENT, 5005, '10.244.1.77', 53, 1000), 600);
    for (const piece of pieces) piece.dontFragment = true;
    const [error] = sentBy(
      pieces.flatMap((piece) => director.inject('c1', piece)),
      'c1',
    );
    expect(error!.transport).toMatchObject({ type: 3, code: 4, seq: 1500 });
  });
});
