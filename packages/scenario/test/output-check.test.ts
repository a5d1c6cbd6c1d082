import {
  encodePacket,
  type PacketFields as Fields,
  icmpHeader,
  Packet,
  PROTOCOL,
  parseIpv4,
  TCP_FLAG,
  tcpHeader,
} from '@chainwalk/core';
import { describe, expect, it } from 'vitest';
import { OutputCheck } from '../src/output-check.ts';

const S = 1_000_000_000;
const ip = (text: string) => parseIpv4(text)!;

function segment(
  from: string,
  sport: number,
  to: string,
  dport: number,
  more: Partial<Fields> & { seq?: number } = {},
): Packet {
  return new Packet({
    src: ip(from),
    dst: ip(to),
    protocol: PROTOCOL.tcp,
    id: 7,
    transport: tcpHeader({ sport, dport, flags: TCP_FLAG.SYN, seq: more.seq ?? 5 }),
    ...more,
  });
}

function unreachable(from: string, to: string, about: Packet): Packet {
  return new Packet({
    src: ip(from),
    dst: ip(to),
    protocol: PROTOCOL.icmp,
    transport: icmpHeader(3, 3, 0, 0),
    payload: encodePacket(about, 28),
  });
}

describe('OutputCheck', () => {
  it('is silent about a capture that shows nothing leaving', () => {
    const check = new OutputCheck();
    check.played(1, 'eth0', segment('10.0.0.1', 1, '10.0.0.2', 80), false, 0);
    expect(check.report()).toBeUndefined();
  });

  it('finds what only one side sent, each at its place', () => {
    const check = new OutputCheck();
    check.played(1, 'eth0', segment('10.0.0.1', 1, '10.0.0.2', 80), false, 0);
    check.played(2, 'eth0', segment('10.0.0.1', 1, '10.0.0.2', 80, { ttl: 9 }), false, 0);
    expect(check.captured(3, 'eth0', segment('10.0.0.1', 1, '10.0.0.2', 80))).toBe('same');
    expect(check.captured(4, 'eth0', segment('10.0.0.1', 1, '10.0.0.2', 80))).toBe('not-here');
    // Another device, another length of life, another sequence number: other packets.
    expect(check.captured(5, 'eth1', segment('10.0.0.1', 1, '10.0.0.2', 80, { ttl: 9 }))).toBe('not-here');
    expect(check.captured(6, 'eth0', segment('10.0.0.1', 1, '10.0.0.2', 80, { ttl: 9, seq: 6 }))).toBe('not-here');
    expect(check.report()).toMatchObject({ same: 1, drawn: 0, onlyCaptured: 3, onlyPlayed: 1 });
    expect(check.report()!.differences.map(({ kind, number }) => [kind, number])).toEqual([
      ['only-captured', 4],
      ['only-captured', 5],
      ['only-captured', 6],
      ['only-played', 2],
    ]);
  });

  it('waits a second for a packet to be seen, and not longer', () => {
    const check = new OutputCheck();
    const packet = () => segment('10.0.0.1', 1, '10.0.0.2', 80);
    check.played(1, 'eth0', packet(), false, 0);
    check.played(2, 'eth0', segment('10.0.0.1', 2, '10.0.0.2', 81, { ttl: 3 }), false, 1.5 * S);
    expect(check.captured(3, 'eth0', packet())).toBe('not-here');
    expect(check.report()).toMatchObject({ onlyCaptured: 1, onlyPlayed: 2 });
  });

  it('does not compare the IP id of what a host makes itself, and does of what it passes on', () => {
    const check = new OutputCheck();
    check.played(1, 'eth0', segment('10.0.0.1', 1, '10.0.0.2', 80), true, 0);
    expect(check.captured(2, 'eth0', segment('10.0.0.1', 1, '10.0.0.2', 80, { id: 999 }))).toBe('same');
    check.played(3, 'eth0', segment('10.0.0.1', 1, '10.0.0.2', 80), false, 0);
    expect(check.captured(4, 'eth0', segment('10.0.0.1', 1, '10.0.0.2', 80, { id: 999 }))).toBe('not-here');
  });

  it('follows a connection whose port both drew', () => {
    const check = new OutputCheck();
    check.played(1, 'eth0', segment('10.0.0.1', 1111, '10.0.0.2', 80), false, 0);
    expect(check.captured(2, 'eth0', segment('10.0.0.1', 2222, '10.0.0.2', 80))).toBe('same-but-drawn');

    const answer = segment('10.0.0.2', 80, '10.0.0.1', 2222);
    check.carryOver(answer);
    expect(answer.ports).toMatchObject({ sport: 80, dport: 1111 });
    const other = segment('10.0.0.2', 80, '10.0.0.1', 3333);
    check.carryOver(other);
    expect(other.ports).toMatchObject({ dport: 3333 });

    // A second packet of it is no new draw, and one from a third port is none of it.
    check.played(3, 'eth0', segment('10.0.0.1', 1111, '10.0.0.2', 80, { seq: 6 }), false, 0);
    expect(check.captured(4, 'eth0', segment('10.0.0.1', 2222, '10.0.0.2', 80, { seq: 6 }))).toBe('same-but-drawn');
    expect(check.report()).toMatchObject({ drawn: 2, onlyCaptured: 0, onlyPlayed: 0 });
    expect(check.report()!.differences).toHaveLength(1);

    const error = unreachable('10.0.0.2', '10.0.0.1', segment('10.0.0.1', 2222, '10.0.0.2', 80));
    const quoted = error.payload;
    check.carryOver(error);
    expect(new DataView(error.payload.buffer).getUint16(20)).toBe(1111);
    // What the packet was made of is not written to.
    expect(new DataView(quoted.buffer, quoted.byteOffset).getUint16(20)).toBe(2222);
  });

  it('forgets a drawn port when both come to it again', () => {
    const check = new OutputCheck();
    check.played(1, 'eth0', segment('10.0.0.1', 1111, '10.0.0.2', 80), false, 0);
    check.captured(2, 'eth0', segment('10.0.0.1', 2222, '10.0.0.2', 80));
    check.played(3, 'eth0', segment('10.0.0.1', 2222, '10.0.0.2', 80, { seq: 9 }), false, 0);
    expect(check.captured(4, 'eth0', segment('10.0.0.1', 2222, '10.0.0.2', 80, { seq: 9 }))).toBe('same');
    const answer = segment('10.0.0.2', 80, '10.0.0.1', 2222);
    check.carryOver(answer);
    expect(answer.ports).toMatchObject({ dport: 2222 });
  });

  it('compares ICMP errors without the checksums of what they quote', () => {
    const check = new OutputCheck();
    const about = segment('10.0.0.2', 1, '10.0.0.1', 80, { payloadLength: 30 });
    const whole = unreachable('10.0.0.1', '10.0.0.2', about);
    whole.payload = encodePacket(about);
    whole.payloadLength = whole.payload.length;
    const unfinished = whole.clone();
    unfinished.payload = whole.payload.slice();
    unfinished.payload[36]! ^= 255;
    check.played(1, 'eth0', whole, true, 0);
    expect(check.captured(2, 'eth0', unfinished)).toBe('same');
    check.played(3, 'eth0', whole, true, 0);
    const other = whole.clone();
    other.payload = whole.payload.slice();
    other.payload[60]! ^= 255;
    expect(check.captured(4, 'eth0', other)).toBe('not-here');
  });
});
