import {
  type CapturedPacket,
  encodePacket,
  LINKTYPE,
  Packet,
  PROTOCOL,
  parseIpv4,
  Simulation,
  TCP_FLAG,
  tcpHeader,
  udpHeader,
} from '@chainwalk/core';
import { describe, expect, it } from 'vitest';
import { describeFate } from '../src/fate-table.ts';
import { Node } from '../src/node.ts';
import { setUp } from '../src/player.ts';
import { Replay } from '../src/replay.ts';

function node(): Node {
  const made = new Node(new Simulation());
  setUp(made, {
    interfaces: [
      { name: 'eth0', addresses: ['192.168.1.10/24'] },
      { name: 'eth1', addresses: ['10.0.0.1/24'] },
    ],
    iptables: '*filter\n:FORWARD ACCEPT [0:0]\n-A FORWARD -p tcp -m tcp --dport 23 -j DROP\nCOMMIT\n',
    steps: [],
  });
  return made;
}

function captured(seconds: number, dst: string, dport: number, more: Partial<CapturedPacket> = {}): CapturedPacket {
  const packet = new Packet({
    src: parseIpv4('192.168.1.50')!,
    dst: parseIpv4(dst)!,
    protocol: PROTOCOL.tcp,
    transport: tcpHeader({ sport: 1000, dport, flags: TCP_FLAG.SYN }),
  });
  return {
    time: { seconds, nanoseconds: 0 },
    linkType: LINKTYPE.ipv4,
    bytes: encodePacket(packet),
    originalLength: packet.length,
    interfaceId: 0,
    interfaceName: undefined,
    comment: undefined,
    ...more,
  };
}

describe('Replay', () => {
  it('plays packets at their own times and tells what became of each', () => {
    const replay = new Replay(node());
    const told = [captured(100, '10.0.0.5', 80), captured(103, '10.0.0.5', 23), captured(104, '192.168.1.10', 80)].map(
      (one) => replay.play(one),
    );
    expect(told.map(({ fate }) => describeFate(fate))).toEqual([
      'sent through eth1',
      'dropped at FORWARD iptable_filter: netfilter-drop',
      'delivered to this host (eth0)',
    ]);
    expect(replay.node.simulation.now).toBe(4e9);
    expect(told[2]!.sent).toMatchObject([{ device: 'eth0', isAnswer: true }]);
    expect([...replay.fates.values()]).toEqual([1, 1, 1].map((packets) => ({ packets, bytes: 40 })));
  });

  it('takes the device from the map, else from the name, else from the way back', () => {
    const arrivals = (inMap: ReadonlyMap<string, string>, more: Partial<CapturedPacket>) =>
      new Replay(node(), { inMap }).play(captured(1, '10.0.0.5', 80, more)).device;
    expect(arrivals(new Map([['0', 'eth1']]), {})).toBe('eth1');
    expect(arrivals(new Map([['veth9', 'eth1']]), { interfaceName: 'veth9' })).toBe('eth1');
    expect(arrivals(new Map(), { interfaceName: 'eth1' })).toBe('eth1');
    expect(arrivals(new Map(), {})).toBe('eth0');
  });

  it('tells of what the host sent when time ran out, with its time', () => {
    const fragment = new Packet({
      src: parseIpv4('192.168.1.50')!,
      dst: parseIpv4('192.168.1.10')!,
      protocol: PROTOCOL.udp,
      transport: udpHeader(1000, 2000, 24),
      payloadLength: 24,
      moreFragments: true,
    });
    const bytes = encodePacket(fragment);
    const packets = [
      captured(100, '192.168.1.10', 2000, { time: { seconds: 100, nanoseconds: 999_999_999 }, bytes }),
      captured(200, '10.0.0.5', 80),
    ];
    const replay = new Replay(node());
    const [first, second] = packets.map((one) => replay.play(one));
    expect(first!.sent).toEqual([]);
    // 30 seconds of patience (ipfrag_time), and as long until the wheel of timers comes round; then an ICMP error.
    expect(second!.sent).toMatchObject([
      { device: 'eth0', isAnswer: true, time: { seconds: 131, nanoseconds: 79_999_999 } },
      { device: 'eth1', isAnswer: false, time: { seconds: 200, nanoseconds: 0 } },
    ]);
    const told: unknown[] = [];
    const other = new Replay(node(), { onSend: ({ number, cause, fate }) => told.push({ number, cause, fate }) });
    for (const one of packets) expect(other.play(one).sent).toEqual([]);
    expect(told).toEqual([
      { number: 2, cause: 'timer', fate: undefined },
      { number: 2, cause: 'arrived', fate: { kind: 'sent', device: 'eth1' } },
    ]);
  });

  it('passes over what is no IPv4 packet, and says so', () => {
    const replay = new Replay(node());
    expect(describeFate(replay.play(captured(1, '10.0.0.5', 80, { bytes: new Uint8Array(3) })).fate)).toBe(
      'skipped: truncated',
    );
  });

  it('refuses a map to a device that is not there', () => {
    expect(() => new Replay(node(), { inMap: new Map([['0', 'eth7']]) })).toThrow('no device "eth7"');
  });

  it('tallies flows beyond the limit together', () => {
    const replay = new Replay(node(), { mostFlows: 2 });
    for (let port = 1; port <= 5; port++) replay.play(captured(port, '10.0.0.5', port));
    expect([...replay.flows.values()].map(({ packets }) => packets)).toEqual([1, 1, 3]);
  });
});
