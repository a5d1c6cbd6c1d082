/** The Internet checksum (RFC 1071) and SCTP's CRC32c. */

/** From this length on a view that reads four bytes at once is worth making. */
const LONG = 400;

/** Sum of the 16-bit words from `from` to `to`, an odd last byte as the high half; not folded. Exact up to 8 GiB. */
export function internetSum(bytes: Uint8Array, start = 0, from = 0, to: number = bytes.length): number {
  let sum = start;
  let at = from;
  if (to - from >= LONG) {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    for (; at + 8 <= to; at += 8) {
      const a = view.getInt32(at);
      const b = view.getInt32(at + 4);
      sum += (a >>> 16) + (a & 0xffff) + (b >>> 16) + (b & 0xffff);
    }
  }
  for (; at + 8 <= to; at += 8) {
    sum +=
      ((bytes[at]! + bytes[at + 2]! + bytes[at + 4]! + bytes[at + 6]!) << 8) +
      bytes[at + 1]! +
      bytes[at + 3]! +
      bytes[at + 5]! +
      bytes[at + 7]!;
  }
  for (; at + 2 <= to; at += 2) sum += (bytes[at]! << 8) | bytes[at + 1]!;
  if (at < to) sum += bytes[at]! << 8;
  return sum;
}

/** A sum folded to 16 bits with end-around carry. */
export function fold(sum: number): number {
  let folded = sum;
  while (folded > 0xffff) folded = (folded & 0xffff) + Math.floor(folded / 0x10000);
  return folded;
}

/** The checksum that makes the whole sum up to 0xffff. */
export function internetChecksum(bytes: Uint8Array, start = 0): number {
  return ~fold(internetSum(bytes, start)) & 0xffff;
}

const CRC32C = new Uint32Array(256).map((_, index) => {
  let crc = index;
  for (let bit = 0; bit < 8; bit++) crc = (crc & 1) !== 0 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1;
  return crc >>> 0;
});

/** CRC32c of SCTP (RFC 4960), as the 32-bit number that is stored least significant byte first. */
export function crc32c(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) crc = (crc >>> 8) ^ CRC32C[(crc ^ byte) & 255]!;
  return ~crc >>> 0;
}
