import { InputError } from '@chainwalk/core';
import { describe, expect, it } from 'vitest';
import { playScenario } from '../src/player.ts';
import { readHost, readScenarios } from '../src/read.ts';

/** A SYN and its answer, where 6.1.176 counts no connections in a handshake and 6.18 does. */
const handshake = (kernel: string) => `
${kernel}
interfaces: [{name: eth0, addresses: [10.0.0.1/24]}, {name: eth1, addresses: [10.0.1.1/24]}]
iptables: |
  *filter
  -A FORWARD -s 10.0.1.2 -m connlimit --connlimit-upto 9 --connlimit-saddr -j ACCEPT
  COMMIT
steps:
  - {in: eth1, packet: {src: 10.0.1.2, dst: 10.0.0.2, proto: icmp, type: 3, code: 3}}
  - {at: 100, id: c, in: eth0, packet: {src: 10.0.0.2, dst: 10.0.1.2, proto: tcp, sport: 1, dport: 2, flags: S}}
  - {at: 200, reply: c, packet: {flags: SA, ack: 1}}
`;

describe('a packet as bytes', () => {
  const scenario = (bytes: string) => `
interfaces: [{name: eth0, addresses: [10.0.0.1/24]}, {name: eth1, addresses: [10.0.1.1/24]}]
steps:
  - {in: eth0, packet: {bytes: "${bytes}"}}
`;

  it('is played as it stands', () => {
    const [read] = readScenarios(scenario('4500001412342000409933140a0000050a000105'), 'a.yaml');
    expect(playScenario(read!).steps[0]!.events).toEqual([
      { out: 'eth1', packet: { src: '10.0.0.5', dst: '10.0.1.5', proto: 153, ttl: 63, tos: 0, len: 20 } },
    ]);
  });

  it('is made of digits, and has a header that a host would read', () => {
    expect(() => readScenarios(scenario('450'), 'a.yaml')).toThrow(/pairs of hexadecimal digits/);
    const [read] = readScenarios(scenario('450000141234200040990000ffffffff0a000105'), 'a.yaml');
    expect(() => playScenario(read!)).toThrow(/bad-header-checksum/);
  });
});

describe('the kernel of a scenario', () => {
  it.each([
    ['', '6.1'],
    ['kernel: 6.1', '6.1'],
    ['kernel: 6.18', '6.18'],
    ['kernel: "6.18"', '6.18'],
  ])('%s decides what differs between kernels', (text, kernel) => {
    const [scenario] = readScenarios(handshake(text), 'a.yaml');
    expect(scenario!.kernel ?? '6.1').toBe(kernel);
    const passed = playScenario(scenario!).steps.map(({ events }) => events.length);
    expect(passed).toEqual(kernel === '6.1' ? [1, 1, 0] : [1, 1, 1]);
    // Whoever plays it may know better.
    expect(playScenario(scenario!, { kernel: '6.18' }).steps[2]!.events).toHaveLength(1);
  });

  it('is one that is known', () => {
    expect(() => readScenarios(handshake('kernel: 6.17'), 'a.yaml')).toThrow(InputError);
    expect(() => readScenarios(handshake('kernel: 6.17'), 'a.yaml')).toThrow(/one of 6\.1, 6\.18/);
  });
});

describe('a host', () => {
  it('needs no steps, where a scenario does', () => {
    const text = 'interfaces:\n  - {name: eth0, addresses: [10.0.0.1/8]}\n';
    expect(readHost(text, 'h.yaml')).toEqual({
      interfaces: [{ name: 'eth0', addresses: ['10.0.0.1/8'] }],
      steps: [],
    });
    expect(() => readScenarios(text, 'h.yaml')).toThrow(/steps is missing/);
    expect(() => readHost('[]', 'h.json')).toThrow(/there is no host in it/);
    expect(() => readHost('interfaces: []\nstep: []\n', 'h.yaml')).toThrow(/did you mean "steps"/);
  });
});
