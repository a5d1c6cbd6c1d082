import { icmpHeader, Packet, PROTOCOL, tcpHeader } from '@chainwalk/core';
import { describe, expect, it } from 'vitest';
import { rssHash } from '../../src/traffic/rss.ts';
import { ip } from './rig.ts';

describe('the receive-side scaling hash', () => {
  // The published examples: destination, source, hash with ports, hash of addresses alone.
  it.each([
    ['161.142.100.80', 1766, '66.9.149.187', 2794, 0x51ccc178, 0x323e8fc2],
    ['65.69.140.83', 4739, '199.92.111.2', 14230, 0xc626b0ea, 0xd718262a],
    ['12.22.207.184', 38024, '24.19.198.95', 12898, 0x5c2b394a, 0xd2d0a5de],
    ['209.142.163.6', 2217, '38.27.205.30', 48228, 0xafc7327f, 0x82989176],
    ['202.188.127.2', 1303, '153.39.163.191', 44251, 0x10e828a2, 0x5d1809c5],
  ])('of packets to %s is the published one', (dst, dport, src, sport, withPorts, alone) => {
    const ends = { src: ip(src), dst: ip(dst) };
    const tcp = new Packet({ ...ends, protocol: PROTOCOL.tcp, transport: tcpHeader({ sport, dport }) });
    expect(rssHash(tcp)).toBe(withPorts);
    const icmp = new Packet({ ...ends, protocol: PROTOCOL.icmp, transport: icmpHeader(8, 0) });
    expect(rssHash(icmp)).toBe(alone);
    tcp.moreFragments = true;
    expect(rssHash(tcp)).toBe(alone);
  });
});
