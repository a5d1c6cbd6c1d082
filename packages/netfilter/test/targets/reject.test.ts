import { formatIpv4, type Ipv4Address, Packet, PROTOCOL, Quote } from '@chainwalk/core';
import { describe, expect, it } from 'vitest';
import { echo, ip, router, tcp, udp } from './stories.ts';

const FORWARD = (rule: string): string => `*filter\n-A FORWARD ${rule}\nCOMMIT\n`;
const INPUT = (rule: string): string => `*filter\n-A INPUT ${rule}\nCOMMIT\n`;

describe('REJECT with an ICMP error', () => {
  it.each([
    ['icmp-net-unreachable', 0],
    ['icmp-host-unreachable', 1],
    ['icmp-proto-unreachable', 2],
    ['icmp-port-unreachable', 3],
    ['icmp-net-prohibited', 9],
    ['icmp-host-prohibited', 10],
    ['icmp-admin-prohibited', 13],
  ])('%s is code %i', (type, code) => {
    const { arrive } = router(FORWARD(`-j REJECT --reject-with ${type}`));
    expect(arrive(udp('10.0.1.9:1000', '10.0.2.9:53'))).toEqual([
      `eth0 < icmp 10.0.1.1 > 10.0.1.9 type 3 code ${code} ttl 64 tos 0xc0 len 56`,
      'netfilter-reject',
    ]);
  });

  it('quotes the packet as FORWARD sees it, at most 576 bytes in all', () => {
    const { arrive, out } = router(FORWARD('-j REJECT'));
    arrive(udp('10.0.1.9:1000', '10.0.2.9:53', { payload: 1000, tos: 0x1c }));
    const [error] = out();
    const quote = Quote.of(error!.payload)!;
    expect([error!.length, quote.length, quote.ttl, quote.tos, quote.dport]).toEqual([576, 1028, 63, 0x1c, 53]);
    expect(error!.tos).toBe(0xdc);
  });

  it('comes from the address that was asked where that is one of this host', () => {
    const { arrive, out } = router(INPUT('-j REJECT'));
    arrive(udp('10.0.1.9:1000', '10.0.2.1:53'));
    expect(formatIpv4(out()[0]!.src as Ipv4Address)).toBe('10.0.2.1');
  });

  it('answers an echo request and a reset, but no ICMP error, later fragment, broadcast or wrong checksum', () => {
    const { arrive } = router('*filter\n-A INPUT -j REJECT\n-A FORWARD -j REJECT\nCOMMIT\n');
    const error = (): Packet => {
      const packet = echo('10.0.1.9', '10.0.2.9');
      if (packet.transport?.kind === 'icmp') packet.transport.type = 11;
      return packet;
    };
    const fragment = udp('10.0.1.9:1000', '10.0.2.9:53', { payload: 16 });
    fragment.fragmentOffset = 3;
    fragment.transport = undefined;
    const spoilt = udp('10.0.1.9:1000', '10.0.2.9:53');
    spoilt.checksumFault = 0x5555;
    expect(arrive(echo('10.0.1.9', '10.0.2.9'))).toHaveLength(2);
    expect(arrive(tcp('10.0.1.9:1000', '10.0.2.9:80', { flags: 'R' }))).toHaveLength(2);
    for (const packet of [error(), fragment, spoilt, udp('10.0.1.9:1000', '10.0.1.255:53')]) {
      expect(arrive(packet)).toEqual(['netfilter-reject']);
    }
  });

  it('judges a protocol that it does not know as if its words had to add up like those of ICMP', () => {
    const { arrive } = router(FORWARD('-j REJECT'));
    const unknown = (bytes: readonly number[]): Packet =>
      new Packet({ src: ip('10.0.1.9'), dst: ip('10.0.2.9'), protocol: 99, payload: Uint8Array.from(bytes) });
    expect(arrive(unknown([0, 0, 0, 0]))).toHaveLength(2);
    expect(arrive(unknown([0xff, 0xfe, 0, 1]))).toHaveLength(2);
    expect(arrive(unknown([1, 2, 3, 4]))).toHaveLength(1);
    const esp = new Packet({
      src: ip('10.0.1.9'),
      dst: ip('10.0.2.9'),
      protocol: PROTOCOL.esp,
      payload: Uint8Array.of(1, 2),
    });
    expect(arrive(esp)).toHaveLength(2);
  });

  it('sends six at once to one address and then one a second, and drops all the same', () => {
    const { arrive, simulation } = router(FORWARD('-j REJECT'), { 'net.ipv4.icmp_ratelimit': 1000 });
    const answers = (count: number): number => {
      let sent = 0;
      for (let i = 0; i < count; i++) sent += arrive(udp('10.0.1.9:1000', '10.0.2.9:53')).length - 1;
      return sent;
    };
    expect(answers(20)).toBe(6);
    simulation.run(simulation.now + 1_000_000_000);
    expect(answers(20)).toBe(1);
  });

  it('talks to a secondary address of its own from the primary one', () => {
    const story = router('*filter\n-A OUTPUT -p udp -j REJECT\nCOMMIT\n');
    story.host.configure((config) => {
      const eth1 = config.interfaces.find(({ name }) => name === 'eth1')!;
      eth1.addresses.push({ address: ip('10.0.2.2') as never, length: 24, scope: 'global', secondary: true });
    });
    expect(story.send(udp('10.0.2.2:1000', '10.0.2.9:53'))).toContainEqual(
      expect.stringMatching(/^eth1: icmp 10\.0\.2\.1 > 10\.0\.2\.2 type 3 code 3/),
    );
  });

  it('quotes a packet of nothing but an IP header through NAT', () => {
    const rules = '*nat\n-A PREROUTING -j DNAT --to-destination 10.0.1.1\nCOMMIT\n';
    const { arrive } = router(rules);
    const bare = new Packet({ src: ip('10.0.1.9'), dst: ip('10.0.2.9'), protocol: 99 });
    expect(arrive(bare)).toContainEqual(expect.stringMatching(/^eth0 < icmp 10\.0\.2\.9 > 10\.0\.1\.9 type 3 code 2/));
  });
});

describe('REJECT --reject-with tcp-reset', () => {
  const RESET = '-p tcp -j REJECT --reject-with tcp-reset';
  const header = (packet: Packet | undefined): unknown => {
    const { seq, ack, window } = packet!.transport as { seq: number; ack: number; window: number };
    return { seq, ack, window, df: packet!.dontFragment, id: packet!.id, tos: packet!.tos, length: packet!.length };
  };

  it('acknowledges what came, where that had no ACK', () => {
    const { arrive, out } = router(FORWARD(RESET));
    expect(arrive(tcp('10.0.1.9:1000', '10.0.2.9:80', { flags: 'SF', seq: 100, payload: 30, tos: 8 }))).toEqual([
      'eth0 < tcp 10.0.2.9:80 > 10.0.1.9:1000 RA ttl 64 len 40',
      'netfilter-reject',
    ]);
    expect(header(out()[0])).toEqual({ seq: 0, ack: 132, window: 0, df: true, id: 0, tos: 0, length: 40 });
  });

  it('stands at the number that was acknowledged, where there was an ACK', () => {
    const { arrive, out } = router(INPUT(RESET));
    arrive(tcp('10.0.1.9:1000', '10.0.1.1:80', { flags: 'A', seq: 100, ack: 4000 }));
    expect(header(out()[0])).toMatchObject({ seq: 4000, ack: 0 });
  });

  it('answers no reset, fragment, broadcast or wrong checksum', () => {
    const { arrive } = router('*filter\n-A INPUT -p tcp -j REJECT --reject-with tcp-reset\nCOMMIT\n');
    const spoilt = tcp('10.0.1.9:1000', '10.0.1.1:80');
    spoilt.checksumFault = 0x5555;
    for (const packet of [
      tcp('10.0.1.9:1000', '10.0.1.1:80', { flags: 'RA' }),
      tcp('10.0.1.9:1000', '10.0.1.255:80'),
      spoilt,
    ]) {
      expect(arrive(packet)).toEqual(['netfilter-reject']);
    }
  });

  it('passes OUTPUT as a related packet, where it can be eaten by the rule that made it', () => {
    const eaten = router(`*filter\n-A OUTPUT -p tcp -j REJECT --reject-with tcp-reset\n-A INPUT ${RESET}\nCOMMIT\n`);
    expect(eaten.arrive(tcp('10.0.1.9:1000', '10.0.1.1:80'))).toEqual(['netfilter-reject', 'netfilter-reject']);
    const related = router(
      `*filter\n-A INPUT -m conntrack --ctstate NEW ${RESET}\n-A OUTPUT -m conntrack --ctstate RELATED\nCOMMIT\n`,
    );
    related.arrive(tcp('10.0.1.9:1000', '10.0.1.1:80'));
    expect(related.packetsOf('filter', 'OUTPUT')).toEqual([1]);
  });

  it('is translated back where the connection is', () => {
    const { arrive } = router(
      `*nat\n-A PREROUTING -p tcp -j DNAT --to-destination 10.0.2.9:8080\nCOMMIT\n${FORWARD(RESET)}`,
    );
    expect(arrive(tcp('10.0.1.9:1000', '10.0.1.1:80'))).toContain(
      'eth0 < tcp 10.0.1.1:80 > 10.0.1.9:1000 RA ttl 64 len 40',
    );
  });
});
