import { describe, expect, it } from 'vitest';
import { overTheWire, router, tcp, udp } from './stories.ts';

const mangle = (chain: string, ...targets: readonly string[]): string =>
  `*mangle\n${targets.map((target) => `-A ${chain} ${target}\n`).join('')}COMMIT\n`;

describe('TOS and DSCP', () => {
  it.each([
    ['-j TOS --set-tos 0x10/0x3f', 0xd0],
    ['-j TOS --set-tos 0x11', 0x11],
    ['-j TOS --and-tos 0x0f', 0x0b],
    ['-j TOS --or-tos 0x04', 0xdf],
    ['-j TOS --xor-tos 0xff', 0x24],
    ['-j DSCP --set-dscp 1', 0x07],
    ['-j DSCP --set-dscp-class EF', 0xbb],
  ])('%s makes 0xdb into %i', (target, tos) => {
    const { arrive, out } = router(mangle('PREROUTING', target));
    arrive(udp('10.0.1.9:1000', '10.0.2.9:53', { tos: 0xdb }));
    expect(out()[0]!.tos).toBe(tos);
  });
});

describe('TTL', () => {
  it.each([
    ['--ttl-set 7', 64, 7],
    ['--ttl-inc 10', 64, 73],
    ['--ttl-inc 10', 250, 254],
    ['--ttl-dec 10', 64, 53],
  ])('%s in PREROUTING makes %i into %i one hop later', (option, before, after) => {
    const { arrive, out } = router(mangle('PREROUTING', `-j TTL ${option}`));
    arrive(udp('10.0.1.9:1000', '10.0.2.9:53', { ttl: before }));
    expect(out()[0]!.ttl).toBe(option === '--ttl-set 7' ? after - 1 : after);
  });

  it('has a packet die whose time is set to 0 before routing, and lets one out whose time is set to 0 after it', () => {
    const early = router(mangle('PREROUTING', '-j TTL --ttl-dec 200'));
    expect(early.arrive(udp('10.0.1.9:1000', '10.0.2.9:53'))).toEqual([
      'eth0 < icmp 10.0.1.1 > 10.0.1.9 type 11 code 0 ttl 64 tos 0xc0 len 56',
      'ttl-exceeded',
    ]);
    const late = router(mangle('POSTROUTING', '-j TTL --ttl-set 0'));
    expect(late.arrive(udp('10.0.1.9:1000', '10.0.2.9:53'))).toEqual([
      'eth1 < udp 10.0.1.9:1000 > 10.0.2.9:53 ttl 0 len 28',
    ]);
  });
});

describe('TCPMSS', () => {
  const SYN = '-p tcp --tcp-flags SYN,RST SYN -j TCPMSS';
  const mss = (value: number): readonly number[] => [2, 4, value >> 8, value & 255];
  const optionsAfter = (
    rule: string,
    options: readonly number[],
    more: { payload?: number; mtu?: number } = {},
  ): unknown => {
    const { arrive, out, host } = router(mangle('FORWARD', rule));
    if (more.mtu !== undefined) {
      host.configure((config) => {
        config.interfaces.find(({ name }) => name === 'eth1')!.mtu = more.mtu!;
      });
    }
    arrive(tcp('10.0.1.9:1000', '10.0.2.9:80', { options, payload: more.payload ?? 0 }));
    const packet = out()[0]!;
    expect(overTheWire(packet).badChecksum).toBe(false);
    expect(packet.length).toBe(40 + (packet.transport as { options: Uint8Array }).options.length + (more.payload ?? 0));
    return [...(packet.transport as { options: Uint8Array }).options];
  };

  it('lowers what is there and never raises it', () => {
    expect(optionsAfter(`${SYN} --set-mss 1200`, [1, 1, 1, 1, ...mss(1460)])).toEqual([1, 1, 1, 1, ...mss(1200)]);
    expect(optionsAfter(`${SYN} --set-mss 1460`, mss(1200))).toEqual(mss(1200));
  });

  it('finds it behind other options, each as long as it says', () => {
    expect(optionsAfter(`${SYN} --set-mss 600`, [3, 3, 7, 1, ...mss(1460)])).toEqual([3, 3, 7, 1, ...mss(600)]);
  });

  it('puts one in front, at most 536, where there is none and no data follows', () => {
    expect(optionsAfter(`${SYN} --set-mss 1200`, [])).toEqual(mss(536));
    expect(optionsAfter(`${SYN} --set-mss 500`, [1, 1, 1, 0])).toEqual([...mss(500), 1, 1, 1, 0]);
    expect(optionsAfter(`${SYN} --set-mss 1200`, [], { payload: 10 })).toEqual([]);
    expect(optionsAfter(`${SYN} --set-mss 1200`, Array(40).fill(1))).toEqual(Array(40).fill(1));
  });

  it('clamps to the smaller MTU of both ways, less forty', () => {
    expect(optionsAfter(`${SYN} --clamp-mss-to-pmtu`, mss(1460), { mtu: 1300 })).toEqual(mss(1260));
    expect(optionsAfter(`${SYN} --clamp-mss-to-pmtu`, mss(9000), { mtu: 9000 })).toEqual(mss(1460));
  });

  it('leaves a wrong checksum behind where the option stands at an odd place, as Linux does', () => {
    const { arrive, out } = router(mangle('FORWARD', `${SYN} --set-mss 600`));
    arrive(tcp('10.0.1.9:1000', '10.0.2.9:80', { options: [1, ...mss(1460), 0, 0, 0] }));
    expect(out()[0]!.badChecksum).toBe(true);
  });

  it('drops a header that is longer than the packet', () => {
    const { arrive } = router(mangle('FORWARD', `${SYN} --set-mss 1200`));
    const packet = tcp('10.0.1.9:1000', '10.0.2.9:80');
    if (packet.transport?.kind === 'tcp') packet.transport.dataOffset = 10;
    expect(arrive(packet)).toEqual(['netfilter-drop']);
  });
});

describe('CLASSIFY, CHECKSUM, AUDIT and NFLOG', () => {
  it('let the packet go on, CLASSIFY with a priority', () => {
    const { arrive, out, packetsOf } = router(
      mangle(
        'FORWARD',
        '-j CLASSIFY --set-class 1:ff',
        '-j CHECKSUM --checksum-fill',
        '-j AUDIT --type drop',
        '-j NFLOG',
        '-j ACCEPT',
      ),
    );
    arrive(udp('10.0.1.9:1000', '10.0.2.9:53'));
    expect(out()[0]!.priority).toBe(0x100ff);
    expect(packetsOf('mangle', 'FORWARD')).toEqual([1, 1, 1, 1, 1]);
  });
});
