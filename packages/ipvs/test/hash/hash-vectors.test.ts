import { ipv4ToBits, parseIpv4 } from '@chainwalk/core';
import { describe, expect, it } from 'vitest';
import { hash32 } from '../../src/hash/hash-32.ts';
import { hsiphash32 } from '../../src/hash/siphash-1-3.ts';
import { sequences } from '../fixtures.ts';

describe('the hashes of sh, dh and mh', () => {
  it.each(sequences.hash_vectors.vectors)('answer for $ip:$port what the kernel answers', (vector) => {
    const address = ipv4ToBits(parseIpv4(vector.ip)!);
    const word = (address + vector.port) >>> 0;
    expect(hsiphash32(word, 2654435761)).toBe(vector.hsiphash_key1);
    expect(hsiphash32(word, 2654446892)).toBe(vector.hsiphash_key2);
    expect(hash32(word, 8)).toBe(vector.sh_bucket);
    expect(hash32(address, 8)).toBe(vector.dh_bucket);
    expect(hsiphash32(word, 2654435761) % 4093).toBe(vector.mh_index);
    expect((hsiphash32(word, 2654446892) % 4092) + 1).toBe(vector.mh_skip);
  });
});
