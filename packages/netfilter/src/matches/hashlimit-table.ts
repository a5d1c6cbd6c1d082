import { type Address, formatAddress, type Host, type Packet } from '@chainwalk/core';
import { BYTE_SHIFT, bytesOfCost, SCALE } from './hashlimit-rate.ts';

/** What a table takes from the first rule that names it (`struct hashlimit_cfg3`). */
export interface HashlimitConfig {
  /** Bytes instead of packets. */
  readonly bytes: boolean;
  readonly rateMatch: boolean;
  readonly average: bigint;
  /** Packets; in byte mode how often an empty bucket is filled at once. */
  readonly burst: bigint;
  /** Hash buckets; 0 leaves it to the kernel. */
  readonly size: number;
  /** Most entries; 0 for eight to a bucket. */
  readonly max: number;
  /** Milliseconds. */
  readonly gcInterval: number;
  readonly expire: number;
  /** Seconds, for rate-match. */
  readonly interval: number;
}

/** What packets are told apart by; parts that the mode leaves out are 0. */
export interface HashlimitKey {
  readonly src: Address | 0;
  readonly sport: number;
  readonly dst: Address | 0;
  readonly dport: number;
}

interface Entry {
  readonly key: HashlimitKey;
  /** Jiffies. */
  expires: number;
  previous: number;
  credit: bigint;
  cap: bigint;
  cost: bigint;
  /** Of rate-match: whether the window before was over the rate, what this one has, and what it may. */
  over: boolean;
  current: bigint;
  rate: bigint;
  allowed: bigint;
}

/** Buckets of a host with more than 1 GiB. */
const DEFAULT_SIZE = 8192;
const MASK64 = 0xffff_ffff_ffff_ffffn;
const MAX32 = 0xffff_ffffn;

/**
 * The buckets of one `--hashlimit-name` (`struct xt_hashlimit_htable`): a token bucket for each key.
 *
 * Entries that were idle for their time to expire go when the collector next comes by, which it does every
 * `gcInterval` from the table's creation on; that is worked out when somebody looks, no event is scheduled for it.
 */
export class HashlimitTable {
  readonly config: HashlimitConfig;
  readonly keyOf: (packet: Packet) => HashlimitKey | undefined;
  readonly #host: Host;
  readonly #created: number;
  readonly #interval: number;
  readonly #max: number;
  readonly #perJiffy: bigint;
  readonly #perJiffyBytes: bigint;
  readonly #entries = new Map<string, Entry>();
  #collected: number;

  constructor(host: Host, config: HashlimitConfig, keyOf: (packet: Packet) => HashlimitKey | undefined) {
    this.#host = host;
    this.config = config;
    this.keyOf = keyOf;
    this.#created = host.jiffies;
    this.#collected = host.jiffies;
    this.#interval = Math.max(1, this.#ticks(config.gcInterval));
    const size = config.size === 0 ? DEFAULT_SIZE : config.size;
    this.#max = config.max === 0 ? 8 * size : Math.max(config.max, size);
    this.#perJiffy = creditsPerJiffy(host.hz);
    this.#perJiffyBytes = powerBelow(MAX32 / BigInt(host.hz));
  }

  /** Whether a packet of this length is within the limit of its key; `undefined` if there is no room for the key. */
  take(key: HashlimitKey, length: number, rule: Pick<HashlimitConfig, 'bytes' | 'rateMatch'>): boolean | undefined {
    const now = this.#host.jiffies;
    this.#collect(now);
    this.#host.meter.setProbes++;
    const text = `${key.src}:${key.sport}>${key.dst}:${key.dport}`;
    let entry = this.#entries.get(text);
    if (entry === undefined) {
      if (this.#entries.size >= this.#max) return undefined;
      entry = this.#newEntry(key, now);
      this.#entries.set(text, entry);
    } else this.#refill(entry, now);
    entry.expires = now + this.#ticks(this.config.expire);
    if (rule.rateMatch) {
      entry.current += rule.bytes ? BigInt(length) : 1n;
      return !entry.over && entry.current <= entry.allowed;
    }
    const cost = rule.bytes ? this.#byteCost(entry, length) : entry.cost;
    if (entry.credit < cost) return false;
    entry.credit -= cost;
    return true;
  }

  /** `/proc/net/ipt_hashlimit/NAME`. Linux goes by hash bucket, which is random; here the oldest comes first. */
  format(): string {
    const now = this.#host.jiffies;
    this.#collect(now);
    let text = '';
    for (const entry of this.#entries.values()) {
      this.#refill(entry, now);
      const { key, expires } = entry;
      const end = (address: Address | 0, port: number): string => `${formatAddress(address as Address)}:${port}`;
      const left = Math.trunc((expires - now) / this.#host.hz);
      const numbers = this.config.rateMatch
        ? [BigInt(this.config.interval) + (entry.over ? 1n << 32n : 0n), entry.current, entry.rate]
        : [entry.credit, entry.cap, entry.cost];
      text += `${left} ${end(key.src, key.sport)}->${end(key.dst, key.dport)} ${numbers.join(' ')}\n`;
    }
    return text;
  }

  #ticks(milliseconds: number): number {
    return Math.ceil((milliseconds * this.#host.hz) / 1000);
  }

  #collect(now: number): void {
    const last = this.#created + Math.floor((now - this.#created) / this.#interval) * this.#interval;
    if (last === this.#collected) return;
    this.#collected = last;
    for (const [text, entry] of this.#entries) if (entry.expires <= last) this.#entries.delete(text);
  }

  #newEntry(key: HashlimitKey, now: number): Entry {
    const { average, burst, bytes, rateMatch } = this.config;
    const entry = {
      key,
      expires: 0,
      previous: now,
      credit: 0n,
      cap: 0n,
      cost: 0n,
      over: false,
      current: 0n,
      rate: 0n,
      allowed: 0n,
    };
    if (rateMatch) {
      entry.rate = bytes ? bytesOfCost(average & MAX32) : SCALE / average;
      if (!bytes) entry.allowed = burst + entry.rate;
      else entry.allowed = burst === 0n ? entry.rate : (burst * entry.rate) & MASK64;
    } else if (bytes) {
      entry.credit = this.#fullBytes;
      entry.cost = byteCredits(average, this.#host.hz);
      entry.cap = burst;
    } else {
      entry.credit = toCredits((average * burst) & MASK64, this.#host.hz);
      entry.cost = toCredits(average, this.#host.hz);
      entry.cap = entry.credit;
    }
    return entry;
  }

  /** What a bucket of bytes holds: a second's worth. */
  get #fullBytes(): bigint {
    return this.#perJiffyBytes * BigInt(this.#host.hz);
  }

  /** `rateinfo_recalc`. */
  #refill(entry: Entry, now: number): void {
    const delta = BigInt(now - entry.previous);
    if (delta === 0n) return;
    const { bytes, rateMatch, interval } = this.config;
    if (rateMatch) {
      const window = BigInt.asUintN(32, BigInt(interval) * BigInt(this.#host.hz));
      if (delta < window) return;
      entry.previous = now;
      entry.over = ((entry.current * window) & MASK64) > ((delta * entry.rate) & MASK64);
      entry.current = 0n;
      return;
    }
    entry.previous = now;
    const cap = bytes ? this.#fullBytes : entry.cap;
    const credit = BigInt.asUintN(64, entry.credit + delta * (bytes ? this.#perJiffyBytes : this.#perJiffy));
    entry.credit = (bytes && credit <= entry.credit) || credit > cap ? cap : credit;
  }

  /** What a packet costs in byte mode; an empty bucket is filled at once as long as the burst allows it. */
  #byteCost(entry: Entry, length: number): bigint {
    const full = this.#fullBytes;
    const wanted = ((BigInt(length) >> BYTE_SHIFT) + 1n) * entry.cost;
    const cost = wanted > full ? full : wanted;
    if (entry.credit < cost && entry.cap > 0n) {
      entry.cap--;
      entry.credit = full;
    }
    return cost & MAX32;
  }
}

/** The largest power of two that is not above a number. */
function powerBelow(value: bigint): bigint {
  return 1n << BigInt(value.toString(2).length - 1);
}

/** What a jiffy is worth: a day fits in 64 bits (`CREDITS_PER_JIFFY`). */
function creditsPerJiffy(hz: number): bigint {
  return powerBelow(MASK64 / BigInt(hz * 86_400));
}

/** Credits for a time in microseconds (`user2credits`). */
export function toCredits(time: bigint, hz: number): bigint {
  const perSecond = BigInt(hz) * creditsPerJiffy(hz);
  return (time * (perSecond / SCALE)) & MASK64;
}

/** Credits for sixteen bytes (`user2credits_byte`). */
export function byteCredits(cost: bigint, hz: number): bigint {
  const perSecond = BigInt.asUintN(32, BigInt(hz) * powerBelow(MAX32 / BigInt(hz)));
  return ((cost & MAX32) * perSecond) >> 32n;
}
