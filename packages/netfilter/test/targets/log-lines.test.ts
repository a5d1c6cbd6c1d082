import { readFileSync } from 'node:fs';
import { decodePacket, type Host, Packet, parseMac } from '@chainwalk/core';
import { expect, it } from 'vitest';
import { runIptablesRestore } from '../../src/iptables/run.ts';
import { addInterface, emptyWorld, type World } from './world.ts';

/** A packet in hexadecimal, whether `lines` are all that was logged about it or two of them, and the lines, level first. */
type Logged = readonly [packet: string, all: boolean, lines: readonly string[]];

/** What a real kernel logged: `in` arrived on eth0, many of them malformed; `local` were sent by a process of root. */
interface Recording {
  readonly rules: string;
  readonly in: readonly Logged[];
  readonly local: readonly Logged[];
}
const recording = JSON.parse(readFileSync(new URL('fixtures/log-lines.json', import.meta.url), 'utf8')) as Recording;

function world(): World {
  const made = emptyWorld();
  addInterface(made.host, 'eth0', '10.0.1.1/24');
  addInterface(made.host, 'eth1', '10.0.2.1/24');
  for (const [name, value] of Object.entries({
    'net.ipv4.ip_forward': 1,
    'net.ipv4.icmp_ratelimit': 0,
    'net.ipv4.icmp_msgs_per_sec': 1_000_000,
    'net.ipv4.icmp_msgs_burst': 100_000,
    'net.ipv4.conf.all.send_redirects': 0,
  })) {
    expect(made.host.sysctl.write(name, value)).toBeUndefined();
  }
  expect(runIptablesRestore(made.net, recording.rules)).toMatchObject({ status: 0 });
  return made;
}

/** The IP identification of packets that the host itself makes is a matter of chance. */
function withoutChance(line: string): string {
  return line.replace(/( TTL=\d+ ID=)\d+/g, '$1#');
}

function packetOf(hex: string): Packet {
  const packet = decodePacket(Uint8Array.from(hex.match(/../g) ?? [], (byte) => Number.parseInt(byte, 16)));
  if (!(packet instanceof Packet)) throw new Error(`no packet: ${packet}`);
  return packet;
}

/** The lines that a host writes while `work` goes on. */
function linesOf(host: Host, work: () => void): readonly string[] {
  const from = host.log.total;
  work();
  return host.log.since(from).map(({ level, text }) => `${level} ${text}`);
}

it('logs what arrives in the words of the kernel', () => {
  const { host } = world();
  for (const [hex, all, expected] of recording.in) {
    const lines = linesOf(host, () => host.receive(host.device('eth0')!, packetOf(hex)));
    const shown = all ? lines : lines.filter((line) => /^\d (raw|pre) IN=eth0/.test(line));
    const known = (line: string): string => (line.includes('IN= ') ? withoutChance(line) : line);
    expect(shown.map(known), hex).toEqual(expected.map(known));
  }
});

it('logs what a process sends, with its user and group, and what comes back through lo', () => {
  const { host } = world();
  for (const [hex, , expected] of recording.local) {
    const lines = linesOf(host, () => host.send(packetOf(hex), { uid: 0, gid: 0 }));
    expect(lines.map(withoutChance)).toEqual(expected.map(withoutChance));
  }
});

it('shows the link-layer header of a packet that has one', () => {
  const { host } = world();
  const packet = packetOf(recording.in[0]![0]);
  packet.link = { source: parseMac('02:00:00:00:00:01')!, destination: parseMac('02:00:00:00:00:02')!, type: 0x0800 };
  const [raw, , , pre] = linesOf(host, () => host.receive(host.device('eth0')!, packet));
  expect(raw).toContain(' MAC=02:00:00:00:00:02:02:00:00:00:00:01:08:00 SRC=');
  expect(pre).toContain(' MACSRC=02:00:00:00:00:01 MACDST=02:00:00:00:00:02 MACPROTO=0800 SRC=');
});

it('logs what conntrack calls INVALID, where it is asked to', () => {
  const recorded = JSON.parse(
    readFileSync(new URL('fixtures/invalid-lines.json', import.meta.url), 'utf8'),
  ) as readonly (readonly [packet: string, lines: readonly string[]])[];
  const { host, net } = world();
  runIptablesRestore(net, '*raw\nCOMMIT\n*mangle\n-A PREROUTING -m conntrack --ctstate INVALID\nCOMMIT\n');
  host.sysctl.write('net.netfilter.nf_conntrack_log_invalid', 255);
  for (const [hex, expected] of recorded) {
    expect(
      linesOf(host, () => host.receive(host.device('eth0')!, packetOf(hex))),
      hex,
    ).toEqual(expected);
  }
});
