import { decodePacket, encodePacket, icmpHeader, Packet, PROTOCOL, tcpHeader, udpHeader } from '@chainwalk/core';
import { describe, expect, it } from 'vitest';
import { Director, datagram, ip, type Seen } from '../director.ts';

const VIP = '10.96.0.1';
const CLIENT = '192.0.2.50';

function hex(packet: Packet): string {
  return Buffer.from(encodePacket(packet)).toString('hex');
}

/** A SYN with everything that the recordings had in it. */
function syn(
  port: number,
  more: { dontFragment?: boolean; tos?: number; payload?: number; ttl?: number } = {},
): Packet {
  return new Packet({
    src: ip('192.168.1.50'),
    dst: ip(VIP),
    protocol: PROTOCOL.tcp,
    id: 7,
    tos: more.tos ?? 0,
    ttl: more.ttl ?? 64,
    dontFragment: more.dontFragment ?? true,
    transport: tcpHeader({ sport: 40000, dport: port, seq: 100, flags: 2 }),
    payloadLength: more.payload ?? 0,
  });
}

/** A director whose address towards the servers is that of the recordings. */
function lab(): Director {
  const director = new Director({ virtual: [VIP] });
  director.host.configure((config) => {
    config.interfaces[2]!.addresses[0]!.address = ip('10.244.1.1');
  });
  return director;
}

function sentBy(seen: readonly Seen[], device: string): readonly Packet[] {
  return seen.filter((event) => event.kind === 'transmit' && event.device === device).map((event) => event.packet);
}

/** An ICMP error that a router on the servers' side sends about a packet. */
function errorAbout(offender: Packet, type: number, code: number, rest = 0): Packet {
  return new Packet({
    src: ip('10.244.1.77'),
    dst: offender.src,
    protocol: PROTOCOL.icmp,
    transport: icmpHeader(type, code, rest >>> 16, rest & 0xffff),
    payload: encodePacket(offender),
  });
}

describe('tunnels put on the wire what the kernel put there', () => {
  it.each([
    [
      80,
      5,
      3,
      '',
      '4502003c000040003f0423cf0af401010af4010545030028000740003f066f8bc0a801320a6000019c40005000000064000000005002ffff46b30000',
    ],
    [
      81,
      6,
      0,
      '--tun-type gre',
      '45000040000040003f2f23a10af401010af401060000080045000028000740003f066f8ec0a801320a6000019c40005100000064000000005002ffff46b20000',
    ],
    [
      82,
      7,
      0,
      '--tun-type gre --tun-csum',
      '45000044000040003f2f239c0af401010af40107800008004455000045000028000740003f066f8ec0a801320a6000019c40005200000064000000005002ffff46b10000',
    ],
  ])('port %i: server %i, tos %i %s', (port, server, tos, options, wire) => {
    const director = lab();
    director.ipvsadm(`-A -t ${VIP}:${port} -s rr`);
    director.ipvsadm(`-a -t ${VIP}:${port} -r 10.244.1.${server} -i ${options}`);
    const [outer] = sentBy(director.inject('c1', syn(port, { tos })), 's1');
    expect(hex(outer!)).toBe(wire);
  });

  it.each([
    ['--tun-nocsum', '0034' + '0000'],
    ['--tun-csum', '0034' + 'ea35'],
    ['--tun-remcsum', '0034' + 'e076'],
  ])('gue %s: length, checksum, header', (option, lengthAndChecksum) => {
    const director = lab();
    director.ipvsadm(`-A -t ${VIP}:83 -s rr`);
    director.ipvsadm(`-a -t ${VIP}:83 -r 10.244.1.8 -i --tun-type gue --tun-port 6080 ${option}`);
    const [outer] = sentBy(director.inject('c1', syn(83)), 's1');
    const wire = hex(outer!);
    expect(wire.slice(0, 40)).toBe('45000048000040003f1123b50af401010af40108');
    // The source port is drawn from a secret of the boot, and the checksum covers it.
    expect(wire.slice(44, 48)).toBe('17c0');
    if (option === '--tun-nocsum') expect(wire.slice(48, 56)).toBe(lengthAndChecksum);
    else expect(wire.slice(52, 56)).not.toBe('0000');
    expect(wire.slice(56)).toBe(
      '0004000045000028000740003f066f8ec0a801320a6000019c40005300000064000000005002ffff46b00000',
    );
    expect(decodePacket(encodePacket(outer!))).toMatchObject({ badChecksum: false });
  });

  it('an error about the outer packet becomes one about the inner, from the virtual address', () => {
    const director = lab();
    director.ipvsadm(`-A -t ${VIP}:80 -s rr`);
    director.ipvsadm(`-a -t ${VIP}:80 -r 10.244.1.5 -i`);
    const [outer] = sentBy(director.inject('c1', syn(80)), 's1');
    const [error] = sentBy(director.inject('s1', errorAbout(outer!, 3, 1)), 'c1');
    expect(error).toMatchObject({
      src: ip(VIP),
      dst: ip('192.168.1.50'),
      length: 68,
      tos: 0xc0,
      transport: { type: 3, code: 1 },
    });
    expect(Buffer.from(error!.payload).toString('hex')).toBe(
      '45000028000740003f066f8ec0a801320a6000019c40005000000064000000005002ffff46b30000'.replace(
        '46b3',
        hex(error!).slice(-8, -4),
      ),
    );
  });

  it.each([
    ['', 1280],
    ['--tun-type gre', 1276],
    ['--tun-type gue --tun-port 6080', 1268],
  ])('an MTU that was learnt counts for later packets (%s)', (options, told) => {
    const director = lab();
    director.ipvsadm(`-A -t ${VIP}:80 -s rr`);
    director.ipvsadm(`-a -t ${VIP}:80 -r 10.244.1.5 -i ${options}`);
    const [outer] = sentBy(director.inject('c1', syn(80)), 's1');
    // What the client is told at once is the MTU of the route so far, less an IP header.
    for (const mtu of [1400, 1300]) {
      const [error] = sentBy(director.inject('s1', errorAbout(outer!, 3, 4, mtu)), 'c1');
      expect(error!.transport).toMatchObject({ type: 3, code: 4, seq: 1480 });
    }
    const [refused] = sentBy(director.inject('c1', syn(80, { payload: 1400 })), 'c1');
    expect(refused!.transport).toMatchObject({ type: 3, code: 4, seq: told });
    const pieces = sentBy(director.inject('c1', syn(80, { payload: 1400, dontFragment: false })), 's1');
    expect(pieces.map((piece) => piece.length)).toEqual([1300, 1500 - 1280 + (1280 - told) - 40]);
    director.wait(601);
    expect(sentBy(director.inject('c1', syn(80, { payload: 1400 })), 's1')).toHaveLength(1);
  });

  it('a client that discovers its path MTU hears of it although the outer packet may be cut', () => {
    const director = lab();
    director.sysctl('net.ipv4.vs.pmtu_disc', 0);
    director.ipvsadm(`-A -t ${VIP}:80 -s rr`);
    director.ipvsadm(`-a -t ${VIP}:80 -r 10.244.1.5 -i`);
    for (const dontFragment of [true, false]) {
      const [outer] = sentBy(director.inject('c1', syn(80, { dontFragment })), 's1');
      expect(outer!.dontFragment).toBe(false);
      const errors = sentBy(director.inject('s1', errorAbout(outer!, 3, 4, 1400)), 'c1');
      expect(errors.map((error) => error.transport)).toMatchObject(
        dontFragment ? [{ type: 3, code: 4, seq: 1480 }] : [],
      );
    }
  });

  it('an error quotes no more of the inner packet than the error about the outer one did', () => {
    const director = lab();
    director.ipvsadm(`-A -t ${VIP}:80 -s rr`);
    director.ipvsadm(`-a -t ${VIP}:80 -r 10.244.1.5 -i`);
    const [outer] = sentBy(director.inject('c1', syn(80, { payload: 600 })), 's1');
    const about = errorAbout(outer!, 3, 1);
    const inner = 28;
    about.payload = about.payload.slice(0, 20 + inner);
    about.payloadLength = about.payload.length;
    const [error] = sentBy(director.inject('s1', about), 'c1');
    expect(Buffer.from(error!.payload)).toEqual(Buffer.from(about.payload.subarray(20)));
    director.wait(2.1);
    expect([...director.ipvs.services][0]!.stats.shown()).toMatchObject({
      outpkts: 2,
      outbytes: inner + error!.length,
    });
  });

  it('a server whose weight changes keeps its place among those of the same address', () => {
    const director = lab();
    for (const [port, options] of [
      [80, ''],
      [81, '--tun-type gre'],
    ] as const) {
      director.ipvsadm(`-A -t ${VIP}:${port} -s rr`);
      director.ipvsadm(`-a -t ${VIP}:${port} -r 10.244.1.5 -i ${options}`);
    }
    const hears = (port: number): boolean => {
      const [outer] = sentBy(director.inject('c1', syn(port)), 's1');
      return sentBy(director.inject('s1', errorAbout(outer!, 3, 1)), 'c1').length > 0;
    };
    // Only the newest tunnel to an address is known by it.
    expect([hears(80), hears(81)]).toEqual([false, true]);
    director.ipvsadm(`-e -t ${VIP}:80 -r 10.244.1.5 -i -w 5`);
    expect([hears(80), hears(81)]).toEqual([false, true]);
    director.ipvsadm(`-e -t ${VIP}:80 -r 10.244.1.5 -g`);
    director.ipvsadm(`-e -t ${VIP}:80 -r 10.244.1.5 -i`);
    expect([hears(80), hears(81)]).toEqual([true, false]);
  });
});

describe('masquerading', () => {
  function natLab(): Director {
    const director = lab();
    for (const [service, server] of [
      [`-u ${VIP}:53`, '10.244.1.20:5353'],
      [`-t ${VIP}:99`, '10.244.1.21:9'],
    ] as const) {
      director.ipvsadm(`-A ${service} -s rr`);
      director.ipvsadm(`-a ${service} -r ${server} -m`);
    }
    return director;
  }

  it('gives a datagram without a checksum one', () => {
    const director = natLab();
    const bare = new Packet({
      src: ip('192.168.1.50'),
      dst: ip(VIP),
      protocol: PROTOCOL.udp,
      transport: { ...udpHeader(5000, 53, 5), hasChecksum: false },
      payload: Buffer.from('hello'),
    });
    const [sent] = sentBy(director.inject('c1', bare), 's1');
    expect(hex(sent!)).toBe('45000021000000003f11adeac0a801320af40114138814e9000dc5ae68656c6c6f');
  });

  it('leaves a wrong TCP checksum wrong', () => {
    const director = natLab();
    const packet = syn(99);
    packet.checksumFault = 0x5555;
    const [sent] = sentBy(director.inject('c1', packet), 's1');
    expect(sent!.badChecksum).toBe(true);
  });

  it('rewrites an ICMP error of the servers’ side, and the packet that it quotes', () => {
    const director = natLab();
    const [sent] = sentBy(director.inject('c1', syn(99)), 's1');
    const quoted = sent!.clone();
    quoted.ttl = 62;
    const error = errorAbout(quoted, 11, 0);
    error.dst = ip('192.168.1.50');
    const [out] = sentBy(director.inject('s1', error), 'c1');
    expect(out!.src).toBe(ip(VIP));
    const inner = decodePacket(out!.payload) as Packet;
    expect(inner).toMatchObject({ src: ip('192.168.1.50'), dst: ip(VIP), ttl: 62 });
    expect(inner.ports).toMatchObject({ sport: 40000, dport: 99 });
    // The transport checksum in the quote is still that of the rewritten packet.
    expect(inner.badChecksum).toBe(true);
  });

  it('sends an ICMP error of the clients’ side to the server that it concerns', () => {
    const director = natLab();
    director.inject('c1', syn(99));
    const answer = new Packet({
      src: ip(VIP),
      dst: ip('192.168.1.50'),
      protocol: PROTOCOL.tcp,
      ttl: 60,
      transport: tcpHeader({ sport: 99, dport: 40000, flags: 18 }),
    });
    const error = errorAbout(answer, 3, 1);
    error.src = ip('192.168.1.99');
    error.dst = ip(VIP);
    const [sent] = sentBy(director.inject('c1', error), 's1');
    expect(sent).toMatchObject({ src: ip('192.168.1.99'), dst: ip('10.244.1.21'), ttl: 63 });
    const inner = decodePacket(sent!.payload) as Packet;
    expect(inner.src).toBe(ip('10.244.1.21'));
    expect(inner.ports).toMatchObject({ sport: 9, dport: 40000 });
  });

  it('puts fragments together, counts one packet, and sends fragments of the same size on', () => {
    const director = natLab();
    const whole = datagram(CLIENT, 5005, VIP, 53, 3000);
    whole.id = 77;
    const fragments = director.host.fragmentation.split(whole, 1500);
    const seen = fragments.flatMap((fragment) => director.inject('c1', fragment));
    expect(sentBy(seen, 's1').map((piece) => piece.length)).toEqual([1500, 1500, 68]);
    const service = [...director.ipvs.services].find((entry) => entry.settings.protocol === 17)!;
    director.wait(2.1);
    expect(service.stats.shown()).toMatchObject({ conns: 1, inpkts: 1, inbytes: 3028 });
  });

  it('answers a TTL that runs out from the virtual address, and counts the connection all the same', () => {
    const director = natLab();
    const [error] = sentBy(director.inject('c1', syn(99, { ttl: 1 })), 'c1');
    expect(error).toMatchObject({ src: ip(VIP), transport: { type: 11, code: 0 } });
    expect(director.ipvs.connections.table.count).toBe(1);
  });
});
