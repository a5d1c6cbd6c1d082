import { describe, expect, it } from 'vitest';
import { parseIpv4 } from '../../src/address/ipv4.ts';
import { Simulation } from '../../src/engine/simulation.ts';
import { SECOND } from '../../src/engine/time.ts';
import type { DefragUser } from '../../src/net/fragmentation.ts';
import { Host } from '../../src/net/host.ts';
import { Packet } from '../../src/packet/packet.ts';
import { PROTOCOL, udpHeader } from '../../src/packet/transport.ts';

const ip = (text: string) => parseIpv4(text)!;

function newHost(): Host {
  const host = new Host(new Simulation());
  host.configure((config) => {
    config.interfaces.push({
      name: 'eth0',
      kind: 'device',
      up: true,
      mtu: 1500,
      group: 0,
      addresses: [{ address: ip('10.0.0.1'), length: 24, scope: 'global', secondary: false }],
    });
  });
  host.sysctl.write('net.ipv4.ip_forward', 1);
  return host;
}

/** A datagram with so many bytes behind its IP header. */
function datagram(body: number, to = '10.0.0.1'): Packet {
  return new Packet({
    src: ip('10.0.0.50'),
    dst: ip(to),
    protocol: PROTOCOL.udp,
    id: 7,
    transport: udpHeader(4000, 53, body - 8),
    payloadLength: body - 8,
  });
}

/** Fragments with so many bytes each, as a path with several MTUs makes them. */
function fragments(host: Host, lengths: readonly number[], to?: string): Packet[] {
  const whole = datagram(
    lengths.reduce((sum, length) => sum + length, 0),
    to,
  );
  whole.reassembled = { longest: 1500, lengths, dontFragment: false };
  return [...host.fragmentation.split(whole, 1500)];
}

const lengthsOf = (pieces: readonly Packet[]): number[] => pieces.map((piece) => piece.length - 20);

function collected(host: Host, pieces: readonly Packet[], user: DefragUser = 'conntrack-in'): Packet | undefined {
  let whole: Packet | undefined;
  for (const piece of pieces) whole = host.fragmentation.collect(piece, user);
  return whole;
}

describe('cutting', () => {
  it.each([
    // Only what others follow is a multiple of eight bytes; the last piece fills the MTU.
    [1400, 2754, [1376, 1378]],
    [1400, 2757, [1376, 1376, 5]],
    [1500, 2960, [1480, 1480]],
  ])('at an MTU of %i, %i bytes', (mtu, body, lengths) => {
    expect(lengthsOf(newHost().fragmentation.split(datagram(body), mtu))).toEqual(lengths);
  });

  it('what came in fragments leaves in the same ones, if they fit', () => {
    const host = newHost();
    const whole = collected(host, fragments(host, [104, 1304, 100]).reverse())!;
    expect(lengthsOf(host.fragmentation.split(whole, 1324))).toEqual([104, 1304, 100]);
    expect(lengthsOf(host.fragmentation.split(whole, 1300))).toEqual([1280, 228]);
  });

  it('what changed its length is cut to the longest', () => {
    const host = newHost();
    const whole = collected(host, fragments(host, [104, 504, 100]))!;
    whole.payloadLength += 4;
    expect(lengthsOf(host.fragmentation.split(whole, whole.reassembled!.longest))).toEqual([504, 208]);
  });
});

describe('putting together', () => {
  it.each([
    ['all', [1, 1, 1], true],
    ['the longest', [0, 1, 0], true],
    ['others', [1, 0, 1], false],
  ])('forbids to be cut if %s did', (_, flags, forbidden) => {
    const host = newHost();
    const pieces = fragments(host, [104, 504, 100]);
    for (const [index, piece] of pieces.entries()) piece.dontFragment = flags[index] === 1;
    const whole = collected(host, pieces)!;
    expect(whole.dontFragment).toBe(forbidden);
    // The same fragments may be cut again; others only if those might.
    expect(host.fragmentation.split(whole, 524).some((piece) => piece.dontFragment)).toBe(false);
    expect(host.fragmentation.split(whole, 300).every((piece) => piece.dontFragment)).toBe(forbidden);
  });

  it.each([
    [[2, 2, 3], 3],
    [[1, 3, 1], 3],
    [[1, 2, 2], 1],
    [[0xb8, 0, 0], 0xb8],
    [[0, 0, 3], undefined],
    [[2, 1, 0], undefined],
    [[0, 0, 1], undefined],
  ])('TOS %j', (tos, result) => {
    const host = newHost();
    const pieces = fragments(host, [104, 504, 100]);
    for (const [index, piece] of pieces.entries()) piece.tos = tos[index]!;
    expect(collected(host, pieces)?.tos).toBe(result);
    expect(host.fragmentation.pending).toBe(0);
  });

  it('what brings nothing new is ignored, within what came in one go', () => {
    const host = newHost();
    const pieces = fragments(host, [104, 104, 104, 100]);
    const [twoAndThree] = fragments(host, [208, 8]);
    const inside = twoAndThree!.clone();
    inside.fragmentOffset = 13;
    host.fragmentation.collect(pieces[0]!, 'local');
    host.fragmentation.collect(pieces[1]!, 'local');
    host.fragmentation.collect(pieces[2]!, 'local');
    expect(host.fragmentation.collect(inside.clone(), 'local')).toBeUndefined();
    expect(host.fragmentation.collect(pieces[3]!, 'local')?.length).toBe(20 + 412);
    // Out of order they are not one stretch.
    for (const index of [2, 1, 0]) host.fragmentation.collect(fragments(host, [104, 104, 104, 100])[index]!, 'local');
    host.fragmentation.collect(inside, 'local');
    expect(host.fragmentation.pending).toBe(0);
  });

  it('each collects for itself', () => {
    const host = newHost();
    const [first, second] = fragments(host, [104, 100]);
    host.fragmentation.collect(first!, 'local');
    expect(host.fragmentation.collect(second!, 'ipvs-forward')).toBeUndefined();
    expect(host.fragmentation.pending).toBe(2);
  });
});

describe('a datagram that stays incomplete', () => {
  it.each([
    ['local', '10.0.0.1', true],
    ['conntrack-in', '10.0.0.1', true],
    ['conntrack-in', '10.0.0.77', false],
    ['ipvs-forward', '10.0.0.77', true],
  ] as const)('%s, to %s', (user, to, heard) => {
    const host = newHost();
    const sent: Packet[] = [];
    host.observe((event) => {
      if (event.kind === 'transmit') sent.push(event.packet);
    });
    const [first, second] = fragments(host, [104, 100], to);
    for (const [id, piece] of [first!, second!].entries()) {
      piece.id = id;
      piece.inDevice = host.device('eth0');
      host.fragmentation.collect(piece, user);
    }
    host.simulation.run(31 * SECOND);
    // Only the first fragment says enough to complain about.
    expect(sent.map((packet) => packet.transport)).toMatchObject(heard ? [{ kind: 'icmp', type: 11, code: 1 }] : []);
  });
});
