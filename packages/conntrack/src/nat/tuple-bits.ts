import { invariant } from '@chainwalk/core';
import type { Connection } from '../connection.ts';
import { invertInPlace, type TupleOf } from '../tuple.ts';

/** A tuple in the making: addresses as signed integers, as a connection keeps them. */
export class TupleBits implements TupleOf<number> {
  src = 0;
  dst = 0;
  protocol = 0;
  sport = 0;
  dport = 0;

  copy(other: TupleBits): void {
    this.src = other.src;
    this.dst = other.dst;
    this.protocol = other.protocol;
    this.sport = other.sport;
    this.dport = other.dport;
  }

  /** Becomes what a connection's answers answer to: the inverse of its reply tuple. */
  setToReplied(ct: Connection): void {
    const ports = ct.portBits(1);
    this.src = ct.sourceBits(1);
    this.dst = ct.destinationBits(1);
    this.protocol = ct.protocol;
    this.sport = ports >>> 16;
    this.dport = ports & 0xffff;
    invariant(invertInPlace(this), 'the reply tuple of a connection has an inverse');
  }

  /** Both ports in one signed integer. */
  get ports(): number {
    return (this.sport << 16) | this.dport;
  }
}
