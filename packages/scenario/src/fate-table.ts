import type { Tally } from './flow-table.ts';
import type { OutputMatch } from './output-check.ts';

/** What became of one packet of a capture. */
export type Fate =
  | { readonly kind: 'sent'; readonly device: string }
  | { readonly kind: 'delivered'; readonly device: string }
  | { readonly kind: 'dropped'; readonly reason: string; readonly at: string }
  /** Kept by the host: a fragment that waits for others, a packet that something took over. */
  | { readonly kind: 'kept' }
  /** It left the captured host, so it is not played; `match` says whether the node sent it as well. */
  | { readonly kind: 'outgoing'; readonly device: string; readonly match: OutputMatch }
  /** Not an IPv4 packet that a host would look at. */
  | { readonly kind: 'skipped'; readonly reason: string };

const MATCHES: Readonly<Record<OutputMatch, string>> = {
  same: 'as here',
  'same-but-drawn': 'as here but for what was drawn at random',
  'not-here': 'not here',
};

/** A fate in a few words, as comments and summaries show it. */
export function describeFate(fate: Fate): string {
  switch (fate.kind) {
    case 'sent':
      return `sent through ${fate.device}`;
    case 'delivered':
      return `delivered to this host (${fate.device})`;
    case 'dropped':
      return `dropped at ${fate.at}: ${fate.reason}`;
    case 'kept':
      return 'kept by the host';
    case 'outgoing':
      return `sent by the captured host through ${fate.device}, ${MATCHES[fate.match]}`;
    case 'skipped':
      return `skipped: ${fate.reason}`;
  }
}

const KEPT: Fate = { kind: 'kept' };

/**
 * Counts packets by fate. There are few fates and many packets, so each fate is one object, made when it is first met: what
 * is known of a fate may be remembered by its identity.
 *
 * Invariant: two fates of one description share a tally.
 */
export class FateTable {
  /** What was counted, by the fate in words, in the order in which fates were first counted. */
  readonly tallies: Map<string, Tally> = new Map();
  readonly #byFate = new Map<Fate, Tally>();
  readonly #sent = new Map<string, Fate>();
  readonly #delivered = new Map<string, Fate>();
  readonly #dropped = new Map<string, Map<string, Fate>>();
  readonly #outgoing = new Map<OutputMatch, Map<string, Fate>>();
  readonly #skipped = new Map<string, Fate>();

  sent(device: string): Fate {
    return this.#sent.get(device) ?? added(this.#sent, device, { kind: 'sent', device });
  }

  delivered(device: string): Fate {
    return this.#delivered.get(device) ?? added(this.#delivered, device, { kind: 'delivered', device });
  }

  dropped(reason: string, at: string): Fate {
    const byPlace = this.#dropped.get(reason) ?? added(this.#dropped, reason, new Map());
    return byPlace.get(at) ?? added(byPlace, at, { kind: 'dropped', reason, at });
  }

  outgoing(device: string, match: OutputMatch): Fate {
    const byDevice = this.#outgoing.get(match) ?? added(this.#outgoing, match, new Map());
    return byDevice.get(device) ?? added(byDevice, device, { kind: 'outgoing', device, match });
  }

  skipped(reason: string): Fate {
    return this.#skipped.get(reason) ?? added(this.#skipped, reason, { kind: 'skipped', reason });
  }

  get kept(): Fate {
    return KEPT;
  }

  /** Counts a packet of `bytes` bytes. */
  count(fate: Fate, bytes: number): void {
    let tally = this.#byFate.get(fate);
    if (tally === undefined) {
      const name = describeFate(fate);
      tally = this.tallies.get(name) ?? added(this.tallies, name, { packets: 0, bytes: 0 });
      this.#byFate.set(fate, tally);
    }
    tally.packets++;
    tally.bytes += bytes;
  }
}

function added<K, V>(map: Map<K, V>, key: K, value: V): V {
  map.set(key, value);
  return value;
}
