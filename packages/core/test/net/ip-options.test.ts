import { describe, expect, it } from 'vitest';
import { parseIpv4 } from '../../src/address/ipv4.ts';
import { splitWords } from '../../src/commands/command.ts';
import { runIp } from '../../src/commands/ip.ts';
import { Simulation } from '../../src/engine/simulation.ts';
import { SECOND } from '../../src/engine/time.ts';
import { Host } from '../../src/net/host.ts';
import { Packet } from '../../src/packet/packet.ts';
import { icmpHeader, PROTOCOL, TCP_FLAG, tcpHeader, udpHeader } from '../../src/packet/transport.ts';

const ip = (text: string) => parseIpv4(text)!;
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const bytes = (digits: string): Uint8Array => Uint8Array.from(Buffer.from(digits.replaceAll(' ', ''), 'hex'));

/** What a router with 192.168.1.10 on eth0 and 10.0.0.1 on eth1 sends, two seconds past midnight, when this arrives on eth0. */
function sent(packet: Packet): Packet[] {
  const simulation = new Simulation();
  const host = new Host(simulation);
  host.configure((config) => {
    for (const name of ['eth0', 'eth1'])
      config.interfaces.push({ name, kind: 'device', up: true, mtu: 576, group: 0, addresses: [] });
  });
  runIp(host, splitWords('ip addr add 192.168.1.10/24 dev eth0')!);
  runIp(host, splitWords('ip addr add 10.0.0.1/24 dev eth1')!);
  host.sysctl.write('net.ipv4.ip_forward', 1);
  host.sysctl.write('net.ipv4.icmp_ratemask', 0);
  const out: Packet[] = [];
  host.observe((event) => event.kind === 'transmit' && out.push(event.packet.clone()));
  simulation.run(2 * SECOND);
  host.receive(host.device('eth0')!, packet);
  return out;
}

const udp = (dst: string, options: string, payloadLength = 0): Packet =>
  new Packet({
    src: ip('192.168.1.50'),
    dst: ip(dst),
    protocol: PROTOCOL.udp,
    transport: udpHeader(1, 2, payloadLength),
    payloadLength,
    options: bytes(options),
  });

describe('IP options', () => {
  it.each([
    ['a recorded route gets the address of the way out', '0707 0400 0000 0000', '0707 080a 0000 0100'],
    ['a full one stays', '0707 0801 0203 0400', '0707 0801 0203 0400'],
    ['a time is stamped', '440c 0500 0000 0000 0000 0000', '440c 0900 0000 07d0 0000 0000'],
    [
      'beside it stands the address that faces the sender',
      '440c 0501 0000 0000 0000 0000',
      '440c 0d01 c0a8 010a 0000 07d0',
    ],
    ['a time that another host shall give is left', '440c 0503 0a00 0009 0000 0000', '440c 0503 0a00 0009 0000 0000'],
    ['a time that this host shall give is not', '440c 0503 0a00 0001 0000 0000', '440c 0d03 0a00 0001 0000 07d0'],
    ['times that find no room are counted', '4408 0920 0102 0304', '4408 0930 0102 0304'],
    ['what follows the end is wiped out', '0107 0704 0000 0000 0000 1234', '0107 0708 0a00 0001 0000 0000'],
    ['unknown ones stay', '1e04 0102 9404 0000', '1e04 0102 9404 0000'],
  ])('of a forwarded packet: %s', (_, options, expected) => {
    const [out] = sent(udp('10.0.0.5', options));
    expect(hex(out!.options)).toBe(expected.replaceAll(' ', ''));
  });

  it.each([
    ['a length of 1', '1e01 0000', 20],
    ['a length beyond the header', '0109 0000', 21],
    ['two recorded routes', '0707 0801 0203 0407 0708 0102 0304 0000', 27],
    ['a pointer into the option itself', '0707 0300 0000 0000', 22],
    ['a pointer without room behind it', '0707 0500 0000 0000', 22],
    ['an overflow that cannot be counted', '4408 09f0 0102 0304', 23],
    ['a label of an unknown domain', '8608 0000 0001 0102', 22],
  ])('with %s are a fault that the sender hears of', (_, options, at) => {
    const [answer] = sent(udp('10.0.0.5', options));
    expect(answer!.transport).toMatchObject({ kind: 'icmp', type: 12, code: 0, id: at << 8 });
  });

  it('that are source routes are dropped in silence', () => {
    expect(sent(udp('10.0.0.5', '8307 0401 0203 0400'))).toEqual([]);
  });

  it('are answered: the route and the times go on in an echo reply, a reset and an error', () => {
    const options = bytes('9404 0000 070b 0400 0000 0000 0000 0001 4414 0501 0000 0000 0000 0000 0000 0000 0000 0000');
    const echo = '070b0cc0a8010ac0a8010a 4414 1501 c0a8010a000007d0 c0a8010a000007d0 00'.replaceAll(' ', '');
    for (const [protocol, transport] of [
      [PROTOCOL.icmp, icmpHeader(8, 0)],
      [PROTOCOL.tcp, tcpHeader({ flags: TCP_FLAG.SYN })],
      [PROTOCOL.udp, udpHeader(1, 2, 0)],
    ] as const) {
      const fields = { src: ip('192.168.1.50'), dst: ip('192.168.1.10'), protocol, transport, options };
      expect(hex(sent(new Packet(fields))[0]!.options)).toBe(echo);
    }
  });

  it('that are not to be copied are no-operations in later fragments', () => {
    const pieces = sent(udp('10.0.0.5', '9404 0000 0707 0400 0000 0000', 1000));
    expect(pieces.map(({ options }) => hex(options))).toEqual(['940400000707080a00000100', '940400000101010101010100']);
  });
});
