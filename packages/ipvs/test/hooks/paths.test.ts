import { Conntrack, ctOf, stateName } from '@chainwalk/conntrack';
import {
  ACCEPT,
  formatAddress,
  HOOK_NAMES,
  Hook,
  type HookState,
  type Host,
  type Packet,
  PROTOCOL,
  Priority,
} from '@chainwalk/core';
import { describe, expect, it } from 'vitest';
import { Director, datagram, type Seen, segment } from '../director.ts';
import { sequences } from '../fixtures.ts';

type Point = (typeof sequences.path_traces)[number]['path'][number];

const PROTOCOL_NAMES = new Map<number, string>([
  [PROTOCOL.tcp, 'TCP'],
  [PROTOCOL.udp, 'UDP'],
  [PROTOCOL.icmp, 'ICMP'],
  [PROTOCOL.ipip, 'IPIP'],
]);
const CLIENT = '198.51.100.1';
const SERVER = '10.244.1.1';

/** Stands where the tables stand and writes down what comes by, with its `ctstate`. */
class Probes {
  readonly points: Required<Point>[] = [];

  constructor(host: Host, conntrack: Conntrack) {
    conntrack.require('ipv4');
    const tables: readonly (readonly [string, number, readonly Hook[]])[] = [
      ['raw', Priority.RAW, [0, 3]],
      ['mangle', Priority.MANGLE, [0, 1, 2, 3, 4]],
      ['filter', Priority.FILTER, [1, 2, 3]],
      ['security', Priority.SECURITY, [1, 2, 3]],
    ];
    for (const [table, priority, hooks] of tables) {
      for (const hook of hooks) {
        host.hooks.register({
          family: 'ipv4',
          hook,
          priority,
          name: table,
          fn: (packet, state) => {
            this.#note(table, packet, state);
            return ACCEPT;
          },
        });
      }
    }
    for (const hook of [Hook.PREROUTING, Hook.LOCAL_IN, Hook.LOCAL_OUT, Hook.POSTROUTING]) {
      conntrack.nat.registerRuleset({
        family: 'ipv4',
        hook,
        priority: 0,
        name: 'nat',
        lookup: (packet, state) => {
          this.#note('nat', packet, state);
          return ACCEPT;
        },
      });
    }
  }

  #note(table: string, packet: Packet, state: HookState): void {
    const ports = packet.ports;
    const end = (address: Packet['src'], port: number | undefined): string =>
      port === undefined ? formatAddress(address) : `${formatAddress(address)}:${port}`;
    this.points.push({
      at: `${table}.${HOOK_NAMES[state.hook]}`,
      iif: state.inDevice?.name ?? '-',
      oif: state.outDevice?.name ?? '-',
      src: end(packet.src, ports?.sport),
      dst: end(packet.dst, ports?.dport),
      proto: PROTOCOL_NAMES.get(packet.protocol)!,
      ctstate: ctOf(packet) !== undefined ? stateName(packet.ctinfo) : packet.ctinfo === 7 ? 'UNTRACKED' : 'INVALID',
    });
  }
}

/** Virtual addresses by the third octet of the recording's, which tells the cases apart. */
const NAT_VIP: readonly string[] = ['10.96.11.2', '10.96.11.8'];
const ROUTE_VIP: readonly string[] = ['10.96.11.3', '10.96.11.9'];

class Lab {
  readonly director: Director;
  readonly probes: Probes;

  constructor(withConntrack: number) {
    let made: Conntrack | undefined;
    const virtual = Array.from({ length: 8 }, (_, index) => `10.96.11.${index + 2}`);
    this.director = new Director({
      virtual,
      conntrack: (host) => {
        made = new Conntrack(host);
        return made;
      },
    });
    this.director.sysctl('net.ipv4.vs.conntrack', withConntrack);
    this.probes = new Probes(this.director.host, made!);
    const add = (service: string, server: string): void => {
      this.director.ipvsadm(`-A ${service} -s rr`);
      if (server !== '') this.director.ipvsadm(`-a ${service} -r ${server}`);
    };
    add(`-t ${NAT_VIP[withConntrack]!}:80`, `${SERVER}:8080 -m`);
    add(`-t ${ROUTE_VIP[withConntrack]!}:80`, `${SERVER}:80 -g`);
    add('-t 10.96.11.4:80', '10.244.1.5:80 -i');
    add('-t 10.96.11.5:80', '192.0.2.254:8080 -m');
    add('-u 10.96.11.6:80', `${SERVER}:8080 -m`);
    add('-t 10.96.11.7:80', '');
    // The local client has a socket; without one the stack would refuse its answer.
    this.director.host.listen({ protocol: PROTOCOL.udp, port: 5555, receive: () => undefined });
  }

  play(name: string, withConntrack: number): readonly Seen[] {
    const nat = NAT_VIP[withConntrack]!;
    const route = ROUTE_VIP[withConntrack]!;
    const steps: Readonly<Record<string, () => readonly Seen[]>> = {
      'NAT: client SYN': () => this.director.inject('c1', segment(CLIENT, 4000, nat, 80, 'S')),
      'NAT: RS SYN/ACK': () => this.director.inject('s1', segment(SERVER, 8080, CLIENT, 4000, 'SA')),
      'NAT: client ACK': () => this.director.inject('c1', segment(CLIENT, 4000, nat, 80, 'A')),
      'DR: client SYN': () => this.director.inject('c1', segment(CLIENT, 4100, route, 80, 'S')),
      'DR: client ACK': () => this.director.inject('c1', segment(CLIENT, 4100, route, 80, 'A')),
      'TUN: client SYN': () => this.director.inject('c1', segment(CLIENT, 4200, '10.96.11.4', 80, 'S')),
      "NAT to director's own address (local), no listener": () =>
        this.director.inject('c1', segment(CLIENT, 4300, '10.96.11.5', 80, 'S')),
      'local client UDP -> VIP': () => this.director.send(datagram('10.96.11.6', 5555, '10.96.11.6', 80)),
      'reply to local client': () => this.director.inject('s1', datagram(SERVER, 8080, '10.96.11.6', 5555)),
      'no dest SYN': () => this.director.inject('c1', segment(CLIENT, 4400, '10.96.11.7', 80, 'S')),
    };
    this.probes.points.length = 0;
    return steps[name]!();
  }
}

/** What left a device, in the words of the recordings. */
function describeSent(seen: readonly Seen[]): readonly string[] {
  return seen
    .filter((event) => event.kind === 'transmit' && event.device !== 'lo')
    .map(
      ({ device, packet }) =>
        `${device[0]!}: ${formatAddress(packet.src)} > ${formatAddress(packet.dst)} ttl=${packet.ttl} len=${packet.length}`,
    );
}

/** The same words from a recorded line. */
function recordedSent(line: string): string {
  const [, device, src, dst] = /^(\w): (\S+) > (\S+)/.exec(line)!;
  const [, ttl, length] = /ttl=(\d+) len=(\d+)/.exec(line)!;
  const address = (text: string): string => text.split(':')[0]!;
  return `${device!}: ${address(src!)} > ${address(dst!)} ttl=${ttl!} len=${length!}`;
}

describe.each([0, 1])('with vs.conntrack %i packets take the way that the kernel logged', (withConntrack) => {
  const lab = new Lab(withConntrack);
  const cases = sequences.path_traces.filter((entry) => entry.vs_conntrack === withConntrack);

  it.each(cases)('$case', (recorded) => {
    const seen = lab.play(recorded.case, withConntrack);
    const { points } = lab.probes;
    const places = recorded.path.filter((point) => point.ctstate === undefined);
    expect(points.map(({ ctstate: _, ...place }) => place)).toEqual(places);
    // A state was logged in front of the place that it belongs to.
    for (const { at, ctstate } of recorded.path) {
      if (ctstate === undefined) continue;
      const state = points.find((point) => point.at === at)!.ctstate;
      expect(state.slice(0, ctstate.length), at).toBe(ctstate);
    }
    expect(describeSent(seen)).toEqual(recorded.out.map(recordedSent));
  });
});
