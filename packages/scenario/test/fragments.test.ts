import {
  decodePacket,
  encodePacket,
  formatAddress,
  type HostEvent,
  icmpHeader,
  MILLISECOND,
  Packet,
  parseIpv4,
  Simulation,
  type Transport,
  tcpHeader,
  udpHeader,
} from '@chainwalk/core';
import { describe, expect, it } from 'vitest';
import { Node } from '../src/node.ts';
import { setUp } from '../src/player.ts';
import recorded from './fragments.recorded.json' with { type: 'json' };

/** One fragment of a datagram from 192.168.1.50, by the bytes `from` to `to` behind its IP header. */
interface Fragment {
  readonly at: number;
  readonly dst: string;
  readonly proto: string;
  readonly payload: number;
  readonly from: number;
  readonly to: number;
  readonly id?: number;
  readonly tos?: number;
  readonly df?: number;
  readonly ttl?: number;
  readonly bad?: number;
}

/** What Linux 6.1 made of fragments: the events of each, until the next one. */
interface Recording {
  readonly name: string;
  readonly rules: string;
  readonly mtu: number;
  readonly fragments: readonly Fragment[];
  readonly events: readonly (readonly string[])[];
}

const RULES: Readonly<Record<string, string>> = {
  none: '',
  ct: '*filter\n-A FORWARD -m conntrack --ctstate NEW\n-A INPUT -m conntrack --ctstate NEW\nCOMMIT\n',
  tee: '*mangle\n-A POSTROUTING -j TEE --gateway 10.0.0.77\nCOMMIT\n*filter\n-A FORWARD -m conntrack --ctstate NEW\nCOMMIT\n',
  nat: '*nat\n-A POSTROUTING -o eth1 -j SNAT --to-source 10.0.0.99\nCOMMIT\n',
};

const TRANSPORTS: Readonly<Record<string, (payload: number) => [number, Transport]>> = {
  tcp: () => [6, tcpHeader({ sport: 5, dport: 6, seq: 1, flags: 2, window: 65535 })],
  udp: (payload) => [17, udpHeader(5, 6, payload)],
  icmp: () => [1, icmpHeader(8, 0, 1, 1)],
};

function arriving(fragment: Fragment): Packet {
  const [protocol, transport] = TRANSPORTS[fragment.proto]!(fragment.payload);
  const packet = new Packet({
    src: parseIpv4('192.168.1.50')!,
    dst: parseIpv4(fragment.dst)!,
    protocol,
    ttl: fragment.ttl ?? 64,
    tos: fragment.tos ?? 0,
    id: fragment.id ?? 7,
    dontFragment: fragment.df === 1,
    transport,
    payloadLength: fragment.payload,
  });
  packet.checksumFault = fragment.bad === 1 ? 1 : 0;
  const whole = encodePacket(packet);
  const bytes = Uint8Array.from([...whole.subarray(0, 20), ...whole.subarray(20 + fragment.from, 20 + fragment.to)]);
  const view = new DataView(bytes.buffer);
  const isLast = 20 + fragment.to >= whole.length;
  view.setUint16(2, bytes.length);
  view.setUint16(6, (fragment.df === 1 ? 0x4000 : 0) | (isLast ? 0 : 0x2000) | (fragment.from / 8));
  view.setUint16(10, 0);
  let sum = 0;
  for (let at = 0; at < 20; at += 2) sum += view.getUint16(at);
  sum = (sum & 0xffff) + (sum >>> 16);
  view.setUint16(10, ~((sum & 0xffff) + (sum >>> 16)));
  const decoded = decodePacket(bytes);
  if (typeof decoded === 'string') throw new Error(decoded);
  return decoded;
}

function describeEvent(event: HostEvent): string | undefined {
  if (event.kind !== 'transmit' && event.kind !== 'deliver') return undefined;
  const { packet } = event;
  const where = event.kind === 'transmit' ? `out ${event.device.name}` : 'deliver';
  const flags = `${packet.dontFragment ? 'DF ' : ''}${packet.moreFragments ? 'MF ' : ''}`;
  const isOdd = packet.dontFragment || packet.isFragment;
  const error = packet.transport?.kind === 'icmp' && [3, 11].includes(packet.transport.type);
  return [
    `${where} ${formatAddress(packet.src)} len ${packet.length} tos ${packet.tos} ttl ${packet.ttl}`,
    isOdd ? ` ${flags}at ${packet.fragmentOffset * 8}` : '',
    error && packet.transport?.kind === 'icmp' ? ` icmp ${packet.transport.type}/${packet.transport.code}` : '',
  ].join('');
}

function play({ rules, mtu, fragments }: Recording): string[][] {
  const simulation = new Simulation();
  const node = new Node(simulation);
  setUp(node, {
    interfaces: [
      { name: 'eth0', addresses: ['192.168.1.10/24'] },
      { name: 'eth1', addresses: ['10.0.0.1/24'], mtu },
    ],
    sysctls: { 'net.ipv4.ipfrag_time': '2' },
    iptables: RULES[rules]!,
    steps: [],
  });
  const events: string[][] = [];
  node.host.observe((event) => {
    const text = describeEvent(event);
    if (text !== undefined) events.at(-1)?.push(text);
  });
  for (const fragment of fragments) {
    simulation.run(fragment.at * MILLISECOND);
    events.push([]);
    node.host.receive(node.host.device('eth0')!, arriving(fragment));
  }
  simulation.run(simulation.now + 50 * MILLISECOND);
  return events;
}

describe('fragments, as Linux 6.1 treats them', () => {
  it.each((recorded as Recording[]).map((recording) => [recording.name, recording] as const))('%s', (_, recording) => {
    const sorted = (events: readonly (readonly string[])[]) => events.map((step) => [...step].sort());
    expect(sorted(play(recording))).toEqual(sorted(recording.events));
  });
});
