import type { Address } from '@chainwalk/core';
import type { Connection } from './connection.ts';
import type { Helper } from './helper.ts';
import { type Direction, sameTuple, type Tuple } from './tuple.ts';

/** A connection that a helper announced (`struct nf_conntrack_expect`). */
export interface Expectation {
  /** What the new connection's original tuple has to be; a field whose mask is `false` may be anything. */
  readonly tuple: Tuple;
  readonly mask: { readonly src: boolean; readonly sport: boolean };
  readonly master: Connection;
  /** Who announced it; the new connection gets it too. */
  readonly helper: Helper;
  /** Tick until which it waits, modulo 2^32, signed. */
  deadline: number;
  /** Stays after the first connection came. */
  readonly permanent: boolean;
  /** Sees no connection by itself until a listener wakes it (`NF_CT_EXPECT_INACTIVE`). */
  readonly inactive: boolean;
  /** Direction of the master in which it was announced. */
  readonly direction: Direction;
  /** NAT of the new connection: where it really goes, and the port that was announced before rewriting. */
  readonly nat?: { readonly address: Address; readonly port: number; readonly direction: Direction } | undefined;
}

/** Whether a packet's tuple is what was announced (`nf_ct_tuple_mask_cmp`). */
export function isExpected(expectation: Expectation, tuple: Tuple): boolean {
  const wanted = expectation.tuple;
  return (
    wanted.dst === tuple.dst &&
    wanted.protocol === tuple.protocol &&
    wanted.dport === tuple.dport &&
    (!expectation.mask.src || wanted.src === tuple.src) &&
    (!expectation.mask.sport || wanted.sport === tuple.sport)
  );
}

/** Whether two expectations wait for exactly the same (`expect_matches`). */
export function sameExpectation(a: Expectation, b: Expectation): boolean {
  return (
    a.master === b.master && sameTuple(a.tuple, b.tuple) && a.mask.src === b.mask.src && a.mask.sport === b.mask.sport
  );
}

/** Whether some connection could be meant by both (`expect_clash`). */
export function clashes(a: Expectation, b: Expectation): boolean {
  const bothSources = a.mask.src && b.mask.src;
  const bothPorts = a.mask.sport && b.mask.sport;
  return (
    a.tuple.dst === b.tuple.dst &&
    a.tuple.protocol === b.tuple.protocol &&
    a.tuple.dport === b.tuple.dport &&
    (!bothSources || a.tuple.src === b.tuple.src) &&
    (!bothPorts || a.tuple.sport === b.tuple.sport)
  );
}
