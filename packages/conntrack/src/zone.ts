import type { Direction } from './tuple.ts';

/**
 * A conntrack zone: connections of different zones may have the same tuple (`struct nf_conntrack_zone`).
 * `directions` are the ones whose key holds the number; the other direction is keyed with zone 0.
 */
export interface Zone {
  /** 0 to 65535. */
  readonly id: number;
  readonly directions: 'both' | 'original' | 'reply';
  /** Take the number from the packet's mark instead (`--zone mark`). */
  readonly fromMark: boolean;
}

/** The zone of everything that no rule put elsewhere. */
export const DEFAULT_ZONE: Zone = { id: 0, directions: 'both', fromMark: false };

/** A zone of this number, in both directions unless said otherwise. */
export function zoneOf(id: number, directions: Zone['directions'] = 'both'): Zone {
  return { id, directions, fromMark: false };
}

/** The number that keys one direction (`nf_ct_zone_id`). */
export function zoneId(zone: Zone, direction: Direction): number {
  if (zone.directions === 'both') return zone.id;
  return (zone.directions === 'original') === (direction === 0) ? zone.id : 0;
}

/** The zone that a template names for a packet (`nf_ct_zone_tmpl`). */
export function zoneForMark(zone: Zone, mark: number): Zone {
  return zone.fromMark ? { id: mark & 0xffff, directions: zone.directions, fromMark: false } : zone;
}
