/**
 * Takes entries that were put into a map first out of it, until no more than `most` are left: so that what strangers send
 * cannot fill the memory.
 */
export function forgetOldest<K>(map: Map<K, unknown>, most: number): void {
  for (const key of map.keys()) {
    if (map.size <= most) return;
    map.delete(key);
  }
}
