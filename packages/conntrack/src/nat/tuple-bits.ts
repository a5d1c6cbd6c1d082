import { invariant, PROTOCOL } from '@chainwalk/core';
import type { Connection } from '../connection.ts';
import { inverseIcmpType } from '../tuple.ts';

/** A {@link Tuple} in the making: addresses as signed integers, as a connection keeps them. */
export class TupleBits {
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
    invariant(this.invert(), 'the reply tuple of a connection has an inverse');
  }

  /** Becomes the tuple of the answer; false, and nothing changes, for ICMP types that nobody answers. */
  invert(): boolean {
    const { src, sport } = this;
    if (this.protocol === PROTOCOL.icmp) {
      const type = inverseIcmpType(this.dport >> 8);
      if (type === undefined) return false;
      this.dport = (type << 8) | (this.dport & 255);
    } else {
      this.sport = this.dport;
      this.dport = sport;
    }
    this.src = this.dst;
    this.dst = src;
    return true;
  }

  /** Both ports in one signed integer. */
  get ports(): number {
    return (this.sport << 16) | this.dport;
  }

  equals(other: TupleBits): boolean {
    return (
      this.src === other.src &&
      this.dst === other.dst &&
      this.sport === other.sport &&
      this.dport === other.dport &&
      this.protocol === other.protocol
    );
  }
}
