import type { Packet } from '@chainwalk/core';

/** The key that Microsoft's description of receive-side scaling gives, and most drivers use. */
const KEY = Uint8Array.from(
  '6d5a56da255b0ec24167253d43a38fb0d0ca2bcbae7b30b477cb2da38030f20c6a42b73bbeac01fa'.match(/../g)!,
  (byte) => Number.parseInt(byte, 16),
);

/** Per byte of the input and each of its values: what it adds to the hash. */
const TABLE: readonly Int32Array[] = Array.from({ length: 12 }, (_, at) => {
  // The 32 bits of the key that begin at a bit of this byte.
  const windows = Array.from({ length: 8 }, (_, bit) => {
    let window = 0;
    for (let i = 0; i < 32; i++) {
      const from = at * 8 + bit + i;
      window = (window << 1) | ((KEY[from >> 3]! >> (7 - (from & 7))) & 1);
    }
    return window;
  });
  return Int32Array.from({ length: 256 }, (_, value) => {
    let sum = 0;
    for (let bit = 0; bit < 8; bit++) if ((value & (128 >> bit)) !== 0) sum ^= windows[bit]!;
    return sum;
  });
});

/**
 * The Toeplitz hash by which a network card chooses a receive queue: over addresses and ports, or over the addresses
 * alone where the packet has no ports that a card would read (ICMP, fragments). Unsigned 32 bits.
 */
export function rssHash(packet: Packet): number {
  const { src, dst } = packet as { src: number; dst: number };
  let hash = word(0, src) ^ word(4, dst);
  const ports = packet.isFragment ? undefined : packet.ports;
  if (ports !== undefined) hash ^= half(8, ports.sport) ^ half(10, ports.dport);
  return hash >>> 0;
}

function word(at: number, value: number): number {
  return half(at, value >>> 16) ^ half(at + 2, value & 0xffff);
}

function half(at: number, value: number): number {
  return TABLE[at]![value >>> 8]! ^ TABLE[at + 1]![value & 255]!;
}
