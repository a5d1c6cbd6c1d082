import { readFileSync } from 'node:fs';
import { decodePacket, encodePacket, Packet } from '@chainwalk/core';
import { expect, it } from 'vitest';
import { router } from './stories.ts';

/** Packets as they arrived on eth0, and what a real kernel then sent out: `DEVICE BYTES`. */
interface Recording {
  readonly rules: string;
  readonly packets: readonly (readonly [arrived: string, ...out: string[]])[];
}
const recordings = JSON.parse(readFileSync(new URL('fixtures/bytes-out.json', import.meta.url), 'utf8')) as Readonly<
  Record<string, Recording>
>;

/** ICMP types that this host makes itself: replies and errors. */
const OWN_TYPES = [0, 3, 11, 14];

function bytesOf(hex: string): Uint8Array {
  return Uint8Array.from(hex.match(/../g) ?? [], (byte) => Number.parseInt(byte, 16));
}

/** A packet as bytes, without what is chance (the identification of packets made here) and with one kind of wrong checksum. */
function comparable(device: string, bytes: Uint8Array): string {
  const packet = decodePacket(bytes);
  if (!(packet instanceof Packet)) return `${device} ${packet}`;
  if (packet.transport?.kind === 'icmp' && OWN_TYPES.includes(packet.transport.type)) packet.id = 0;
  return `${device} ${Buffer.from(encodePacket(packet)).toString('hex')}`;
}

it.each([
  ['TOS, TTL, TCPMSS, DSCP and REJECT', 'a'],
  ['SNAT, DNAT and TCPMSS --clamp-mss-to-pmtu', 'b'],
])('%s: every byte that leaves is as from the kernel', (_, name) => {
  const { rules, packets } = recordings[name]!;
  const { host } = router(rules, {
    'net.ipv4.icmp_msgs_per_sec': 1_000_000,
    'net.ipv4.icmp_msgs_burst': 100_000,
    'net.ipv4.conf.all.send_redirects': 0,
  });
  let out: string[] = [];
  host.observe((event) => {
    if (event.kind === 'transmit') out.push(comparable(event.device.name, encodePacket(event.packet)));
  });
  for (const [arrived, ...expected] of packets) {
    out = [];
    host.receive(host.device('eth0')!, decodePacket(bytesOf(arrived)) as Packet);
    const real = expected.map((line) => comparable(line.split(' ')[0]!, bytesOf(line.split(' ')[1]!)));
    expect(out.sort(), arrived).toEqual(real.sort());
  }
});
