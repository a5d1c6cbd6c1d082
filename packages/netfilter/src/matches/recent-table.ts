import {
  type Address,
  formatAddress,
  type Host,
  type Ipv4Address,
  ipv4FromBits,
  ipv4ToBits,
  networkOf,
  parseAddress,
} from '@chainwalk/core';

/** Addresses that a list remembers at most (`ip_list_tot`). */
const MOST_ENTRIES = 100;

/** One address and when it was seen. */
export interface RecentEntry {
  readonly address: Address;
  /** 0 to 255; 0 fits every packet. */
  ttl: number;
  /** Jiffies; a ring once it is full. */
  readonly stamps: number[];
  /** Place of the next stamp, 8 bits. */
  index: number;
  count: number;
}

/**
 * A list of `-m recent`, shared by all rules that name it (`struct recent_table`).
 *
 * Invariant: entries stand in the order in which they were last touched, the oldest first; there are no more than
 * {@link MOST_ENTRIES}.
 */
export class RecentTable {
  readonly #host: Host;
  /** Of the rule that was first to name the list. */
  readonly #mask: number;
  /** Stamps an entry has room for, less one. */
  #stampMask: number;
  readonly #entries = new Map<Address, RecentEntry>();

  constructor(host: Host, mask: number, stampMask: number) {
    this.#host = host;
    this.#mask = mask;
    this.#stampMask = stampMask;
  }

  /** A rule that counts further joins: the list is emptied and its entries get more room. */
  widen(stampMask: number): void {
    if (stampMask <= this.#stampMask) return;
    this.flush();
    this.#stampMask = stampMask;
  }

  /** The address as the list keeps it. */
  mask(address: Address): Address {
    if (typeof address === 'number') return ipv4FromBits(ipv4ToBits(address as Ipv4Address) & this.#mask);
    return networkOf(address, 128);
  }

  /** The entry of a masked address; a `ttl` other than 0 must be its own, unless that is 0. */
  find(address: Address, ttl: number): RecentEntry | undefined {
    const entry = this.#entries.get(address);
    return entry === undefined || (ttl !== 0 && entry.ttl !== 0 && entry.ttl !== ttl) ? undefined : entry;
  }

  /** A new entry with its first stamp; the oldest one makes room. */
  add(address: Address, ttl: number): void {
    if (this.#entries.size >= MOST_ENTRIES) this.#removeOldest();
    this.#entries.delete(address);
    this.#entries.set(address, { address, ttl, stamps: [this.#host.jiffies], index: 1, count: 1 });
  }

  /** One more stamp (`recent_entry_update`). */
  touch(entry: RecentEntry): void {
    const at = entry.index & this.#stampMask;
    entry.stamps[at] = this.#host.jiffies;
    // The kernel's counter has eight bits: with 256 stamps the last one is never counted.
    entry.index = (at + 1) & 255;
    entry.count = Math.max(entry.count, entry.index);
    this.#entries.delete(entry.address);
    this.#entries.set(entry.address, entry);
  }

  remove(entry: RecentEntry): void {
    this.#entries.delete(entry.address);
  }

  /** Removes the oldest entry if its newest stamp lies before `time`, unless it is `spared` (`recent_entry_reap`). */
  reap(time: number, spared: RecentEntry | undefined): void {
    const oldest = this.#entries.values().next().value;
    if (oldest === undefined || oldest === spared) return;
    const newest = oldest.stamps[oldest.index - 1];
    if (newest !== undefined && newest < time) this.remove(oldest);
  }

  flush(): void {
    this.#entries.clear();
  }

  /** `/proc/net/xt_recent/NAME`. Linux goes by hash bucket, which is random; here the oldest comes first. */
  format(): string {
    let text = '';
    for (const { address, ttl, stamps, index, count } of this.#entries.values()) {
      const last = stamps[(index - 1) & this.#stampMask] ?? 0;
      const all = stamps.slice(0, count).join(', ');
      text += `src=${formatAddress(address)} ttl: ${ttl} last_seen: ${last} oldest_pkt: ${index} ${all}\n`;
    }
    return text;
  }

  /** What writing to that file does: `+ADDRESS`, `-ADDRESS`, or `/` to empty it; false if it is none of these. */
  write(text: string): boolean {
    if (text.startsWith('/')) {
      this.flush();
      return true;
    }
    const sign = text.charAt(0);
    const address = parseAddress(text.slice(1).split('\n')[0]!);
    if ((sign !== '+' && sign !== '-') || address === undefined) return false;
    const entry = this.find(address, 0);
    if (sign === '-') {
      if (entry !== undefined) this.remove(entry);
    } else if (entry !== undefined) this.touch(entry);
    else this.add(address, 0);
    return true;
  }

  #removeOldest(): void {
    const oldest = this.#entries.values().next().value;
    if (oldest !== undefined) this.remove(oldest);
  }
}
