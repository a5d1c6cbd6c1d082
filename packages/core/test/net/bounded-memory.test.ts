import { describe, expect, it } from 'vitest';
import { ipv4FromBits } from '../../src/index.ts';
import { InetPeers } from '../../src/net/inet-peers.ts';

describe('what a host keeps of strangers', () => {
  it('is bounded: peers that were met first are forgotten', () => {
    const peers = new InetPeers();
    const first = peers.of(ipv4FromBits(1), 0, 100);
    expect(peers.of(ipv4FromBits(1), 0, 100)).toBe(first);
    for (let i = 2; i < 100_000; i++) peers.of(ipv4FromBits(i), 0, 100);
    expect(peers.size).toBe(65_664);
    expect(peers.of(ipv4FromBits(1), 0, 100)).not.toBe(first);
  });
});
