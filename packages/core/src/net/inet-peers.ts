import type { Address } from '../address/address.ts';
import { forgetOldest } from '../forget-oldest.ts';

/** What Linux keeps of another host (`struct inet_peer`). */
export interface InetPeer {
  /** Of the bucket that two limits of ICMP errors share. */
  tokens: number;
  /** The tick at which the bucket was filled, or a redirect sent. */
  last: number;
  /** Redirects that were sent to it since it was last silent. */
  redirects: number;
}

/** How many are kept (`inet_peer_threshold`). */
const MOST_PEERS = 65_536 + 128;

/**
 * Other hosts that this one has something to say to, by address. Beyond the threshold those that were met first are
 * forgotten; Linux then forgets who was silent longest of those that it happens to pass.
 */
export class InetPeers {
  readonly #peers = new Map<Address, InetPeer>();

  get size(): number {
    return this.#peers.size;
  }

  /** A peer; one that is new was silent for a minute before `now`, in ticks of `hz` a second. */
  of(address: Address, now: number, hz: number): InetPeer {
    const known = this.#peers.get(address);
    if (known !== undefined) return known;
    const peer = { tokens: 0, last: now - 60 * hz, redirects: 0 };
    this.#peers.set(address, peer);
    forgetOldest(this.#peers, MOST_PEERS);
    return peer;
  }
}
