import type { Direction } from './tuple.ts';
import type { Zone } from './zone.ts';

/**
 * Where the integers of one row stand: what is read of a connection that was found, hardly ever of one that is passed. The
 * tuple of each direction takes three integers (source, destination, both ports), with a fourth of something else behind.
 * A row is 64 bytes, as much as a cache brings at once.
 */
export const ROW_SIZE = 16;
export const TUPLE = 0;
/** From one direction's tuple to the other's. */
export const TUPLE_SIZE = 4;
/** Protocol (8 bits), zone (16), and the flags below. */
export const KIND = 3;
/** Bits of `Status` (16), and above them how often the row was used: tells a connection from the next one in its place. */
export const STATUS = 7;
/** What the tracker remembers, in eight integers. UDP: the tick after which the connection is a stream. TCP: see `TcpRows`. */
export const TRACKER = 8;

export const STATUS_MASK = 0xffff;
/** Where the number of uses begins in {@link STATUS}. */
export const GENERATION_SHIFT = 16;
/** A row that was used so often is not used again, so that no number of uses comes twice. */
export const LAST_GENERATION = 0xffff;

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
export const PAGE_BITS = 12;
export const PAGE_ROWS: number = 1 << PAGE_BITS;

/** A link to one direction of a connection has 27 bits for its number, counted from 1. */
export const NODE_BITS = 27;
export const NODE_MASK: number = (1 << NODE_BITS) - 1;
export const MOST_ROWS: number = NODE_MASK >> 1;

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
