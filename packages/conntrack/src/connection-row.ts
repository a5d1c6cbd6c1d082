import type { Direction } from './tuple.ts';
import type { Zone } from './zone.ts';

/**
 * Where the integers of one row stand. A row is a cache line: the tuples of both directions, three integers each (source,
 * destination, both ports); the links of both directions; then what every packet needs.
 */
export const ROW_SIZE = 16;
export const TUPLE = 0;
export const TUPLE_SIZE = 3;
export const NEXT = 6;
export const TIMEOUT = 8;
export const STATUS = 9;
/** Protocol (8 bits), zone (16), and the flags below. */
export const KIND = 10;
export const MARK = 11;
/** UDP: the tick after which the connection is a stream. TCP: its row of windows plus one. */
export const STATE = 12;
/** Slot plus one of the next connection with such a source. */
export const NEXT_BY_SOURCE = 13;
/** `ifindex` of the device whose address masquerading took. */
export const MASQUERADE = 14;
/** How often the row was used: tells a connection from the next one in its place. */
export const GENERATION = 15;

/** Flags of {@link KIND}: which direction the zone keys, at the bit of its number. */
export const ZONE_KEYS = 24;
export const ZONE_MASK = 0xffff00;
export const KEY_MASK = 0xffffff;
/** It has extensions. */
export const EXTENDED: number = 1 << 26;
/** Its object is kept. */
export const KEPT: number = 1 << 27;
/** Its tracker remembers more than the row holds. */
export const STATEFUL: number = 1 << 28;
/** It is in the table. */
export const LISTED: number = 1 << 29;
/** It was made, and is neither confirmed nor released. */
export const PENDING: number = 1 << 30;

/** Its packets and bytes are counted. */
export const COUNTED: number = 1 << 31;

/** Rows are kept in pages, so that growing never copies what is there. */
export const PAGE_BITS = 11;
export const PAGE_ROWS: number = 1 << PAGE_BITS;

/** Where the row of a slot begins in its page. */
export function rowOf(slot: number): number {
  return (slot & (PAGE_ROWS - 1)) * ROW_SIZE;
}

/** Protocol and zone of a connection as one integer, flags aside: what {@link ConnectionRows.allocate} takes. */
export function kindOf(protocol: number, zone: Zone): number {
  if (zone.id === 0) return protocol;
  const keys = (zone.directions === 'reply' ? 0 : 1) | (zone.directions === 'original' ? 0 : 2);
  return protocol | (zone.id << 8) | (keys << ZONE_KEYS);
}

/** Of such an integer, what keys one direction: the protocol, and the zone above it. */
export function keyOfKind(kind: number, direction: Direction): number {
  return ((kind >>> (ZONE_KEYS + direction)) & 1) === 0 ? kind & 255 : kind & KEY_MASK;
}
