import { type Address, type Ipv4Address, ipv4ToBits } from '@chainwalk/core';
import type { Destination } from '../services/destination.ts';
import type { Service } from '../services/service.ts';

/**
 * The difference of two unsigned words as a signed one, which is what the tool compares by: 192.168.0.1 comes before
 * 10.0.0.1, and the order is not even transitive.
 */
function difference(a: number, b: number): number {
  return (a - b) | 0;
}

function addressBits(address: Address): number {
  return ipv4ToBits(address as Ipv4Address);
}

/** `ipvs_cmp_services`: mark, protocol, address, port. */
export function compareServices(a: Service, b: Service): number {
  const [x, y] = [a.settings, b.settings];
  return (
    difference(x.fwmark, y.fwmark) ||
    x.protocol - y.protocol ||
    difference(addressBits(x.address), addressBits(y.address)) ||
    x.port - y.port
  );
}

/** `ipvs_cmp_dests`: address, port. */
export function compareDestinations(a: Destination, b: Destination): number {
  return difference(addressBits(a.address), addressBits(b.address)) || a.port - b.port;
}

/**
 * Merge sort as glibc's `qsort` does it. With an order that is not transitive the result depends on which pairs are
 * compared, so the algorithm is part of what is printed.
 */
export function mergeSort<T>(list: readonly T[], compare: (a: T, b: T) => number): T[] {
  if (list.length <= 1) return [...list];
  const half = list.length >>> 1;
  const left = mergeSort(list.slice(0, half), compare);
  const right = mergeSort(list.slice(half), compare);
  const merged: T[] = [];
  let l = 0;
  let r = 0;
  while (l < left.length && r < right.length) merged.push(compare(left[l]!, right[r]!) <= 0 ? left[l++]! : right[r++]!);
  while (l < left.length) merged.push(left[l++]!);
  while (r < right.length) merged.push(right[r++]!);
  return merged;
}
