import { describe, expect, it } from 'vitest';
import { formatAddress } from '../../src/address/address.ts';
import { parseIpv4 } from '../../src/address/ipv4.ts';
import { splitWords } from '../../src/commands/command.ts';
import { runIp } from '../../src/commands/ip.ts';
import { Simulation } from '../../src/engine/simulation.ts';
import { SECOND } from '../../src/engine/time.ts';
import { Hook } from '../../src/hook/hook.ts';
import { ACCEPT, drop } from '../../src/hook/verdict.ts';
import { Host, type HostOptions } from '../../src/net/host.ts';
import { describePacket } from '../../src/packet/describe.ts';
import { Packet } from '../../src/packet/packet.ts';
import { encodeQuote } from '../../src/packet/quote.ts';
import { icmpHeader, PROTOCOL, TCP_FLAG, tcpHeader, udpHeader } from '../../src/packet/transport.ts';

const ip = (text: string) => parseIpv4(text)!;

/** eth0 192.168.1.10/24 with the default route, eth1 10.0.0.1/24, forwarding on, and a diary of what happens. */
function router(options: HostOptions = {}): {
  host: Host;
  simulation: Simulation;
  diary: string[];
  run: (line: string) => number;
} {
  const simulation = new Simulation();
  const host = new Host(simulation, options);
  host.configure((config) => {
    for (const name of ['eth0', 'eth1']) {
      config.interfaces.push({ name, kind: 'device', up: true, mtu: 1500, group: 0, addresses: [] });
    }
  });
  const run = (line: string): number => runIp(host, splitWords(line)!).status;
  run('ip addr add 192.168.1.10/24 dev eth0');
  run('ip addr add 10.0.0.1/24 dev eth1');
  run('ip route add default via 192.168.1.1');
  host.sysctl.write('net.ipv4.ip_forward', 1);
  for (const name of ['all', 'default', 'eth0', 'eth1']) host.sysctl.write(`net.ipv4.conf.${name}.send_redirects`, 0);
  const diary: string[] = [];
  host.observe((event) => {
    if (event.kind === 'transmit') diary.push(`${event.device.name} < ${describePacket(event.packet)}`);
    else if (event.kind === 'deliver') diary.push(`${event.device.name}: ${describePacket(event.packet)}`);
    else diary.push(event.reason);
  });
  return { host, simulation, diary, run };
}

const udp = (
  src: string,
  dst: string,
  fields: { ttl?: number; payloadLength?: number; dontFragment?: boolean } = {},
): Packet =>
  new Packet({
    src: ip(src),
    dst: ip(dst),
    protocol: PROTOCOL.udp,
    transport: udpHeader(1000, 2000, fields.payloadLength ?? 0),
    ...fields,
  });

const syn = (src: string, dst: string): Packet =>
  new Packet({
    src: ip(src),
    dst: ip(dst),
    protocol: PROTOCOL.tcp,
    transport: tcpHeader({ sport: 1, dport: 2, flags: TCP_FLAG.SYN, seq: 100 }),
  });

describe('a host that forwards', () => {
  it('sends a packet on with one hop less', () => {
    const { host, diary } = router();
    host.receive(host.device('eth1')!, udp('10.0.0.5', '8.8.8.8'));
    expect(diary).toEqual(['eth0 < udp 10.0.0.5:1000 > 8.8.8.8:2000 ttl 63 len 28']);
  });

  it('answers the last hop with time exceeded, from the address that faces the sender', () => {
    const { host, diary } = router();
    host.receive(host.device('eth1')!, udp('10.0.0.5', '8.8.8.8', { ttl: 1 }));
    expect(diary).toEqual(['eth1 < icmp 10.0.0.1 > 10.0.0.5 type 11 code 0 ttl 64 tos 0xc0 len 56', 'ttl-exceeded']);
  });

  it('cuts what is too long, unless it may not be cut', () => {
    const { host, diary, run } = router();
    run('ip link set eth0 mtu 576');
    host.receive(host.device('eth1')!, udp('10.0.0.5', '8.8.8.8', { payloadLength: 1000 }));
    expect(diary).toEqual([
      'eth0 < udp 10.0.0.5:1000 > 8.8.8.8:2000 ttl 63 fragment 0+ len 572',
      'eth0 < udp 10.0.0.5 > 8.8.8.8 ttl 63 fragment 552 len 476',
    ]);
    diary.length = 0;
    host.receive(host.device('eth1')!, udp('10.0.0.5', '8.8.8.8', { payloadLength: 1000, dontFragment: true }));
    expect(diary).toEqual(['eth1 < icmp 10.0.0.1 > 10.0.0.5 type 3 code 4 ttl 64 tos 0xc0 len 576', 'packet-too-big']);
  });

  it.each([
    ['127.0.0.1', '8.8.8.8', 'martian-source'],
    ['10.0.0.5', '127.0.0.1', 'martian-destination'],
    ['224.0.0.1', '8.8.8.8', 'martian-source'],
    ['0.0.0.0', '8.8.8.8', 'martian-source'],
    ['10.0.0.5', '0.0.0.0', 'martian-destination'],
    ['10.0.0.1', '8.8.8.8', 'local-source'],
    ['192.168.1.10', '10.0.0.1', 'local-source'],
  ])('drops %s > %s in silence: %s', (src, dst, reason) => {
    const { host, diary } = router();
    host.receive(host.device('eth1')!, udp(src, dst));
    expect(diary).toEqual([reason]);
  });

  it('with rp_filter drops what came in on the wrong device', () => {
    const { host, diary } = router();
    host.sysctl.write('net.ipv4.conf.all.rp_filter', 1);
    host.receive(host.device('eth0')!, udp('10.0.0.5', '8.8.8.8'));
    expect(diary).toEqual(['rp-filter']);
    diary.length = 0;
    host.sysctl.write('net.ipv4.conf.all.rp_filter', 2);
    host.receive(host.device('eth0')!, udp('10.0.0.5', '8.8.8.8'));
    expect(diary).toHaveLength(1);
    expect(diary[0]).toMatch(/^eth0 < /);
  });

  it.each([
    ['unreachable', 'type 3 code 1', 'route-unreachable'],
    ['prohibit', 'type 3 code 13', 'route-prohibit'],
    ['blackhole', undefined, 'route-blackhole'],
  ])('answers a %s route as that says', (type, icmp, reason) => {
    const { host, diary, run } = router();
    expect(run(`ip route add ${type} 203.0.113.0/24`)).toBe(0);
    host.receive(host.device('eth1')!, udp('10.0.0.5', '203.0.113.7'));
    expect(diary.at(-1)).toBe(reason);
    expect(diary).toHaveLength(icmp === undefined ? 1 : 2);
    if (icmp !== undefined) expect(diary[0]).toContain(icmp);
  });

  it('chooses a table by the mark that PREROUTING set', () => {
    const { host, diary, run } = router();
    run('ip route add default via 10.0.0.254 table 100');
    run('ip rule add fwmark 0x1 table 100');
    host.hooks.register({
      family: 'ipv4',
      hook: Hook.PREROUTING,
      priority: -150,
      name: 'marker',
      fn: (packet) => {
        packet.mark = 1;
        return ACCEPT;
      },
    });
    host.receive(host.device('eth0')!, udp('192.168.1.5', '8.8.8.8'));
    expect(diary).toEqual(['eth1 < udp 192.168.1.5:1000 > 8.8.8.8:2000 ttl 63 mark 0x1 len 28']);
  });

  it('is silent when it does not forward', () => {
    const { host, diary } = router();
    host.sysctl.write('net.ipv4.ip_forward', 0);
    host.receive(host.device('eth1')!, udp('10.0.0.5', '8.8.8.8'));
    expect(diary).toEqual(['forwarding-off']);
  });
});

describe('redirects', () => {
  const REDIRECT = 'eth0 < icmp 192.168.1.10 > 192.168.1.50 type 5 code 1 ttl 64 tos 0xc0 len 56';

  it('are sent to a source on the link that a packet goes back to, each after twice the pause before', () => {
    const { host, simulation, diary } = router();
    host.sysctl.write('net.ipv4.conf.eth0.send_redirects', 1);
    const after: number[] = [];
    for (let tick = 0; tick < 100; tick++) {
      diary.length = 0;
      host.receive(host.device('eth0')!, udp('192.168.1.50', '192.168.1.51'));
      if (diary.includes(REDIRECT)) after.push(tick);
      simulation.run(((tick + 1) * SECOND) / 100);
    }
    expect(after).toEqual([0, 5, 14, 31, 64]);
  });

  it('are not sent to a source behind a gateway', () => {
    const { host, diary } = router();
    host.sysctl.write('net.ipv4.conf.eth0.send_redirects', 1);
    host.receive(host.device('eth0')!, udp('8.8.8.8', '192.168.1.51'));
    expect(diary).toEqual(['eth0 < udp 8.8.8.8:1000 > 192.168.1.51:2000 ttl 63 len 28']);
  });

  it('have the source looked up, so that it must be on a unicast route', () => {
    const { host, diary } = router();
    for (const redirects of [0, 1]) {
      host.sysctl.write('net.ipv4.conf.eth0.send_redirects', redirects);
      host.receive(host.device('eth0')!, udp('192.168.1.255', '192.168.1.51'));
    }
    expect(diary).toEqual(['eth0 < udp 192.168.1.255:1000 > 192.168.1.51:2000 ttl 63 len 28', 'local-source']);
  });
});

describe('the local stack', () => {
  it('answers from every address of a local network', () => {
    const { host, diary, run } = router();
    run('ip route add local 203.0.113.0/24 dev eth0');
    host.receive(host.device('eth1')!, udp('10.0.0.5', '203.0.113.7'));
    expect(diary.slice(1)).toEqual([
      'eth1 < icmp 203.0.113.7 > 10.0.0.5 type 3 code 3 ttl 64 tos 0xc0 len 56',
      'no-socket',
    ]);
  });

  it('answers an echo request to many from the address that faces the sender', () => {
    const { host, diary } = router();
    host.sysctl.write('net.ipv4.icmp_echo_ignore_broadcasts', 0);
    for (const dst of ['10.0.0.255', '224.0.0.1']) {
      const transport = icmpHeader(8, 0, 1, 1);
      const echo = new Packet({ src: ip('8.8.8.8'), dst: ip(dst), protocol: PROTOCOL.icmp, transport });
      host.receive(host.device('eth0')!, echo);
    }
    const answers = diary.filter((line) => line.includes('<'));
    expect(answers).toEqual(new Array(2).fill('eth0 < icmp 192.168.1.10 > 8.8.8.8 type 0 code 0 ttl 64 len 28'));
  });

  it('hears PIM in silence', () => {
    const { host, diary } = router();
    const packet = new Packet({ src: ip('10.0.0.5'), dst: ip('10.0.0.1'), protocol: PROTOCOL.pim, payloadLength: 20 });
    host.receive(host.device('eth1')!, packet);
    expect(diary.slice(1)).toEqual(['consumed-locally']);
  });

  it('answers a SYN to a closed port with RST and the acknowledgement it owes', () => {
    const { host, diary } = router();
    let acked: number | undefined;
    host.observe((event) => {
      if (event.kind === 'transmit' && event.packet.transport?.kind === 'tcp') acked = event.packet.transport.ack;
    });
    host.receive(host.device('eth1')!, syn('10.0.0.5', '10.0.0.1'));
    expect(diary).toEqual([
      'eth1: tcp 10.0.0.5:1 > 10.0.0.1:2 S ttl 64 len 40',
      'eth1 < tcp 10.0.0.1:2 > 10.0.0.5:1 RA ttl 64 len 40',
      'no-socket',
    ]);
    expect(acked).toBe(101);
  });

  it('hands a packet to whoever listens, and then says nothing itself', () => {
    const { host, diary } = router();
    const heard: string[] = [];
    const close = host.listen({
      protocol: PROTOCOL.udp,
      port: 2000,
      receive: (packet) => heard.push(formatAddress(packet.src)),
    });
    host.receive(host.device('eth1')!, udp('10.0.0.5', '10.0.0.1'));
    expect([heard, diary.length]).toEqual([['10.0.0.5'], 1]);
    close();
    host.receive(host.device('eth1')!, udp('10.0.0.5', '10.0.0.1'));
    expect(diary.some((line) => line.includes('type 3 code 3'))).toBe(true);
  });

  it('hears a broadcast and does not answer it', () => {
    const { host, diary } = router();
    const ping = new Packet({
      src: ip('10.0.0.5'),
      dst: ip('10.0.0.255'),
      protocol: PROTOCOL.icmp,
      transport: icmpHeader(8, 0, 1, 1),
    });
    host.receive(host.device('eth1')!, ping);
    expect(diary).toEqual(['eth1: icmp 10.0.0.5 > 10.0.0.255 type 8 code 0 ttl 64 len 28', 'icmp-ignored']);
  });

  it('tells sockets the device that has the address when a packet crossed lo', () => {
    const { host, diary } = router();
    host.send(syn('10.0.0.1', '192.168.1.10'));
    expect(diary[0]).toBe('eth0: tcp 10.0.0.1:1 > 192.168.1.10:2 S ttl 64 len 40');
  });

  it('gets whatever leaves by lo, and answers from no address that is none of its own', () => {
    const { host, diary, run } = router();
    expect(run('ip route add 192.0.2.0/24 dev lo')).toBe(0);
    host.send(udp('10.0.0.1', '192.0.2.9'));
    host.send(syn('127.0.0.1', '192.0.2.9'));
    expect(diary).toEqual([
      'lo: udp 10.0.0.1:1000 > 192.0.2.9:2000 ttl 64 len 28',
      'no-socket',
      'lo: tcp 127.0.0.1:1 > 192.0.2.9:2 S ttl 64 len 40',
      'no-socket',
    ]);
  });

  it('has its long ICMP messages cut, also where something forbids that on their way out', () => {
    const { host, diary } = router();
    host.hooks.register({
      family: 'ipv4',
      hook: Hook.LOCAL_OUT,
      priority: 0,
      name: 'forbids',
      fn: (packet) => {
        packet.dontFragment = true;
        return ACCEPT;
      },
    });
    host.receive(
      host.device('eth1')!,
      new Packet({
        src: ip('10.0.0.5'),
        dst: ip('10.0.0.1'),
        protocol: PROTOCOL.icmp,
        transport: icmpHeader(8, 0, 7, 1),
        payloadLength: 2000,
      }),
    );
    expect(diary.filter((line) => line.includes('eth1 < '))).toHaveLength(2);
  });
});

describe('a local sender', () => {
  it('sees EPERM when OUTPUT or POSTROUTING drops, and nothing when a packet goes', () => {
    for (const hook of [Hook.LOCAL_OUT, Hook.POSTROUTING] as const) {
      const { host } = router();
      expect(host.send(udp('10.0.0.1', '10.0.0.5'))).toBeUndefined();
      host.hooks.register({ family: 'ipv4', hook, priority: 0, name: 'wall', fn: () => drop('netfilter-drop') });
      expect(host.send(udp('10.0.0.1', '10.0.0.5'))).toBe('EPERM');
    }
  });

  it('is counted as one, which a packet that is forwarded has not', () => {
    const { host } = router();
    host.send(udp('10.0.0.1', '10.0.0.5'));
    expect(host.meter.snapshot()).toMatchObject({ sent: 1, received: 0, transmitted: 1 });
    host.receive(host.device('eth1')!, udp('10.0.0.5', '8.8.8.8'));
    expect(host.meter.snapshot()).toMatchObject({ sent: 1, received: 1, transmitted: 2 });
  });

  it('sees ENETUNREACH without a route and EMSGSIZE above the MTU', () => {
    const { host, run } = router();
    expect(host.send(udp('10.0.0.1', '10.0.0.5', { payloadLength: 1473 }))).toBe('EMSGSIZE');
    run('ip route del default');
    expect(host.send(udp('10.0.0.1', '8.8.8.8'))).toBe('ENETUNREACH');
  });
});

describe('a local sender of multicast', () => {
  it('hears its own packet to all hosts, and sends it too', () => {
    const { host, diary } = router();
    host.send(udp('192.168.1.10', '224.0.0.1', { ttl: 1 }));
    // The copy comes back before the packet itself has run POSTROUTING.
    expect(diary).toEqual([
      'eth0: udp 192.168.1.10:1000 > 224.0.0.1:2000 ttl 1 len 28',
      'no-socket',
      'eth0 < udp 192.168.1.10:1000 > 224.0.0.1:2000 ttl 1 len 28',
    ]);
  });

  it('does not hear a group that nobody here has joined', () => {
    const { host, diary } = router();
    host.send(udp('192.168.1.10', '224.0.0.9'));
    expect(diary).toEqual(['eth0 < udp 192.168.1.10:1000 > 224.0.0.9:2000 ttl 64 len 28']);
  });
});

describe('path MTUs', () => {
  /** An error says to the host that what it sent to a destination was too big for a link of this MTU. */
  function tooBig(host: Host, mtu: number, destination = '8.8.8.8'): void {
    const payload = encodeQuote(udp('192.168.1.10', destination), 28);
    const transport = icmpHeader(3, 4, 0, mtu);
    host.receive(
      host.device('eth0')!,
      new Packet({ src: ip('1.2.3.4'), dst: ip('192.168.1.10'), protocol: PROTOCOL.icmp, transport, payload }),
    );
  }
  const lengths = (diary: string[]): string[] =>
    diary
      .splice(0)
      .filter((line) => line.includes('<'))
      .map((line) => line.replace(/.* len /, ''));

  it('count for one destination, and for ten minutes', () => {
    const { host, simulation, diary } = router();
    tooBig(host, 1000);
    host.send(udp('192.168.1.10', '8.8.8.8', { payloadLength: 1100 }));
    host.send(udp('192.168.1.10', '8.8.8.9', { payloadLength: 1100 }));
    expect(lengths(diary)).toEqual(['996', '152', '1128']);
    simulation.run(601 * SECOND);
    host.send(udp('192.168.1.10', '8.8.8.8', { payloadLength: 1100 }));
    expect(lengths(diary)).toEqual(['1128']);
  });

  it('are kept of so many destinations only that a capture cannot fill the memory with them', () => {
    const { host } = router();
    for (let i = 0; i < 20_000; i++) tooBig(host, 1000, `8.8.${i >> 8}.${i & 255}`);
    expect(host.pathMtus.size).toBe(10_240);
  });

  it('count for what is forwarded only if they are too small to be believed, or if a parameter says so', () => {
    const { host, diary } = router();
    const forward = (): string[] => {
      lengths(diary);
      host.receive(host.device('eth1')!, udp('10.0.0.5', '8.8.8.8', { payloadLength: 1100 }));
      return lengths(diary);
    };
    tooBig(host, 1000);
    expect(forward()).toEqual(['1128']);
    host.sysctl.write('net.ipv4.ip_forward_use_pmtu', 1);
    expect(forward()).toEqual(['996', '152']);
    host.sysctl.write('net.ipv4.ip_forward_use_pmtu', 0);
    tooBig(host, 100);
    expect(forward()).toEqual(['548', '548', '72']);
  });
});

describe('a local sender without a source address', () => {
  it('takes the first address of a device that leads to its network, whatever networks the others have', () => {
    const { host, diary, run } = router();
    run('ip addr add 198.51.100.1/30 dev eth1');
    run('ip route add 198.51.100.2 dev eth1');
    host.send(udp('0.0.0.0', '198.51.100.2'));
    expect(diary).toEqual(['eth1 < udp 10.0.0.1:1000 > 198.51.100.2:2000 ttl 64 len 28']);
  });

  it('has counted none into the checksum, so that the host itself does not take its packet', () => {
    const { host, diary } = router();
    host.send(udp('0.0.0.0', '10.0.0.1'));
    expect(diary.at(-1)).toBe('udp-checksum');
  });

  it('gets the one that its route would take', () => {
    const { host, diary } = router();
    host.send(udp('0.0.0.0', '10.0.0.5'));
    expect(diary).toEqual(['eth1 < udp 10.0.0.1:1000 > 10.0.0.5:2000 ttl 64 len 28']);
  });
});

describe('a wrong checksum of a local sender', () => {
  it('is wrong to whoever hears the packet, but right in the copy that comes back to this host', () => {
    const { host } = router();
    const seen: [string, boolean][] = [];
    host.observe((event) => event.kind !== 'drop' && seen.push([event.kind, event.packet.badChecksum]));
    const packet = udp('10.0.0.1', '10.0.0.255');
    packet.checksumFault = 5;
    host.send(packet);
    expect(seen).toEqual([
      ['deliver', false],
      ['transmit', true],
    ]);
  });
});

describe('the identification of what a local sender leaves at 0', () => {
  it('is chosen, unless the packet cannot become fragments', () => {
    const { host } = router();
    const seen: number[] = [];
    host.observe((event) => event.kind === 'transmit' && seen.push(event.packet.id));
    host.send(udp('10.0.0.1', '10.0.0.5', { dontFragment: true }));
    for (let i = 0; i < 3; i++) host.send(udp('10.0.0.1', '10.0.0.5'));
    expect(seen[0]).toBe(0);
    expect(seen.slice(1).some((id) => id !== 0)).toBe(true);
  });
});

describe('a local sender to 0.0.0.0', () => {
  it('that is bound to a device talks to the address of it, and hears that by it', () => {
    const { host, diary } = router();
    host.send(udp('0.0.0.0', '0.0.0.0'), { uid: 0, gid: 0, boundDevice: host.device('eth1')! });
    expect(diary[0]).toMatch(/^eth1: udp 10\.0\.0\.1:1000 > 0\.0\.0\.0:2000/);
  });

  it('reaches this host', () => {
    const { host, diary } = router();
    host.send(udp('10.0.0.1', '0.0.0.0'));
    expect(diary[0]).toBe('lo: udp 10.0.0.1:1000 > 0.0.0.0:2000 ttl 64 len 28');
  });
});

describe('limits on ICMP errors', () => {
  it('let six go to one destination at once, and then one a second', () => {
    const { host, simulation, diary } = router();
    host.sysctl.write('net.ipv4.icmp_msgs_per_sec', 1_000_000);
    host.sysctl.write('net.ipv4.icmp_msgs_burst', 1_000_000);
    const sent = (): number => diary.filter((line) => line.includes('icmp')).length;
    for (let i = 0; i < 20; i++) host.receive(host.device('eth1')!, udp('10.0.0.5', '8.8.8.8', { ttl: 1 }));
    expect(sent()).toBe(6);
    simulation.run(SECOND);
    for (let i = 0; i < 20; i++) host.receive(host.device('eth1')!, udp('10.0.0.5', '8.8.8.8', { ttl: 1 }));
    expect(sent()).toBe(7);
  });

  it('are not for path MTUs, which take nothing from the others', () => {
    const { host, diary, run } = router();
    run('ip route add 198.51.100.0/24 dev eth0 mtu lock 600');
    const sent = (): number => diary.filter((line) => line.includes('icmp')).length;
    const tooLong = () => udp('10.0.0.5', '198.51.100.1', { payloadLength: 900, dontFragment: true });
    for (let i = 0; i < 20; i++) host.receive(host.device('eth1')!, tooLong());
    expect(sent()).toBe(20);
    for (let i = 0; i < 20; i++) host.receive(host.device('eth1')!, udp('10.0.0.5', '8.8.8.8', { ttl: 1 }));
    expect(sent()).toBe(26);
  });

  it('hold for echo replies where the mask says so', () => {
    const { host, diary } = router();
    const echo = () =>
      new Packet({ ...udp('10.0.0.5', '10.0.0.1'), protocol: PROTOCOL.icmp, transport: icmpHeader(8, 0) });
    const replies = (mask: number): number => {
      host.sysctl.write('net.ipv4.icmp_ratemask', mask);
      const before = diary.filter((line) => line.includes('eth1 <')).length;
      for (let i = 0; i < 20; i++) host.receive(host.device('eth1')!, echo());
      return diary.filter((line) => line.includes('eth1 <')).length - before;
    };
    expect(replies(6168)).toBe(20);
    expect(replies(1)).toBe(6);
  });
});

describe('ICMP errors', () => {
  it.each([1, 2, 6, 7, 9, 10])('are not sent about ICMP type %i, which Linux only discards', (type) => {
    const { host, diary } = router();
    const packet = udp('10.0.0.5', '8.8.8.8', { ttl: 1 });
    host.receive(
      host.device('eth1')!,
      new Packet({ ...packet, protocol: PROTOCOL.icmp, transport: icmpHeader(type, 0) }),
    );
    expect(diary).toEqual(['ttl-exceeded']);
  });

  it.each([
    [false, 1],
    [true, 0],
  ])('with smp=%s about an echo reply that its own host rejects: %i', (smp, errors) => {
    const { host, diary } = router({ smp });
    host.hooks.register({
      family: 'ipv4',
      hook: Hook.LOCAL_OUT,
      priority: 0,
      name: 'reject',
      fn: (packet) => {
        // The error crosses OUTPUT too.
        if (packet.transport?.kind !== 'icmp' || packet.transport.type !== 0) return ACCEPT;
        host.icmp.send(packet, 3, 10);
        return drop('netfilter-reject');
      },
    });
    const echo = new Packet({ ...udp('10.0.0.5', '10.0.0.1'), protocol: PROTOCOL.icmp, transport: icmpHeader(8, 0) });
    host.receive(host.device('eth1')!, echo);
    expect(diary.filter((line) => line.includes('type 3 code 10')).length > 0).toBe(errors === 1);
    // The lock is free again.
    host.receive(host.device('eth1')!, udp('10.0.0.5', '8.8.8.8', { ttl: 1 }));
    expect(diary.filter((line) => line.includes('type 11'))).toHaveLength(1);
  });
});

describe('configuration', () => {
  it('is a value: an earlier one put back brings the earlier host back', () => {
    const { host, diary, run } = router();
    const before = host.config;
    run('ip link set eth0 down');
    expect(host.device('eth0')!.up).toBe(false);
    expect(host.send(udp('10.0.0.1', '8.8.8.8'))).toBe('ENETUNREACH');
    host.replaceConfig(before);
    expect(host.send(udp('10.0.0.1', '8.8.8.8'))).toBeUndefined();
    expect(diary.at(-1)).toMatch(/^eth0 < /);
  });

  it('keeps the local route of a device that never was up, as kube-ipvs0 needs it', () => {
    const { host, diary, run } = router();
    run('ip link add kube-ipvs0 type dummy');
    run('ip addr add 10.96.0.1/32 dev kube-ipvs0');
    host.receive(host.device('eth1')!, udp('10.0.0.5', '10.96.0.1'));
    expect(diary[0]).toBe('eth1: udp 10.0.0.5:1000 > 10.96.0.1:2000 ttl 64 len 28');
  });

  it('keeps the local route of a device that was taken down, but not its network', () => {
    const { host, diary, run } = router();
    run('ip link set eth0 down');
    host.receive(host.device('eth1')!, udp('10.0.0.5', '192.168.1.10'));
    expect(diary[0]).toBe('eth1: udp 10.0.0.5:1000 > 192.168.1.10:2000 ttl 64 len 28');
    expect(host.send(udp('10.0.0.1', '192.168.1.50'))).toBe('ENETUNREACH');
  });
});
