import { type Address, wheelTick } from '@chainwalk/core';
import { foldAddress } from '../hash/fold-address.ts';
import { hash32 } from '../hash/hash-32.ts';
import type { SchedulingContext } from './scheduler.ts';

const BITS = 10;
const BUCKETS = 1 << BITS;
/** More entries than this are too many. */
const CROWDED = BUCKETS * 16;
/** No entry is added beyond this many. */
const FULL = (CROWDED * 3) / 2;
/** Seconds between two rounds of the collector. */
const ROUND_SECONDS = 60;
/** Every so many rounds all entries are looked at. */
const FULL_CHECK_ROUNDS = 30;
/** Seconds without use after which an entry may go when the table is crowded. */
const CROWDED_IDLE_SECONDS = 6 * 60;

/** What lblc and lblcr remember of one destination address. */
export interface LocalityEntry {
  readonly address: Address;
  /** Tick of the last use. */
  lastUse: number;
}

/**
 * The cache of lblc and lblcr: destination addresses in 1,024 buckets, collected once a minute.
 *
 * Kernel: `ip_vs_lblc.c` and `ip_vs_lblcr.c`, which have a copy each. The collector is no event: rounds that were due are
 * made up for at the next use, and between two uses nothing else changes the table.
 */
export class LocalityTable<E extends LocalityEntry> {
  readonly #buckets: E[][] = Array.from({ length: BUCKETS }, () => []);
  readonly #expirationParameter: string;
  readonly #released: (entry: E) => void;
  #size = 0;
  #rover = 0;
  /** Rounds since the last full check; starts at 1 as in Linux. */
  #rounds = 1;
  #nextRound: number;

  constructor(service: SchedulingContext, expirationParameter: string, released: (entry: E) => void) {
    this.#expirationParameter = expirationParameter;
    this.#released = released;
    this.#nextRound = wheelTick(service.jiffies + ROUND_SECONDS * service.hz, service.jiffies);
  }

  get size(): number {
    return this.#size;
  }

  get isFull(): boolean {
    return this.#size >= FULL;
  }

  get(address: Address): E | undefined {
    return this.#buckets[bucketOf(address)]!.find((entry) => entry.address === address);
  }

  add(entry: E): void {
    this.#buckets[bucketOf(entry.address)]!.unshift(entry);
    this.#size++;
  }

  remove(entry: E): void {
    const bucket = this.#buckets[bucketOf(entry.address)]!;
    bucket.splice(bucket.indexOf(entry), 1);
    this.#size--;
    this.#released(entry);
  }

  clear(): void {
    for (const bucket of this.#buckets) for (const entry of [...bucket]) this.remove(entry);
  }

  /** Makes up for the rounds of the collector that were due. To be called before each use. */
  collect(service: SchedulingContext): void {
    while (service.jiffies >= this.#nextRound) {
      this.#round(this.#nextRound, service);
      this.#nextRound = wheelTick(this.#nextRound + ROUND_SECONDS * service.hz, this.#nextRound);
    }
  }

  #round(now: number, service: SchedulingContext): void {
    if (this.#rounds % FULL_CHECK_ROUNDS === 0) {
      this.#rounds = 1;
      const lifetime = service.parameter(this.#expirationParameter) * service.hz;
      for (const bucket of this.#buckets) {
        for (const entry of [...bucket]) if (now >= entry.lastUse + lifetime) this.remove(entry);
      }
      return;
    }
    if (this.#size <= CROWDED) {
      this.#rounds++;
      return;
    }
    let goal = Math.min(Math.trunc(((this.#size - CROWDED) * 4) / 3), CROWDED / 2);
    for (let step = 0; step < BUCKETS && goal > 0; step++) {
      this.#rover = (this.#rover + 1) % BUCKETS;
      for (const entry of [...this.#buckets[this.#rover]!]) {
        if (now < entry.lastUse + CROWDED_IDLE_SECONDS * service.hz) continue;
        this.remove(entry);
        goal--;
      }
    }
  }
}

function bucketOf(address: Address): number {
  return hash32(foldAddress(address), BITS);
}
