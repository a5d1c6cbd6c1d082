import type { EventHandle } from '../engine/simulation.ts';
import { SECOND } from '../engine/time.ts';
import type { Packet } from '../packet/packet.ts';
import { attachBody, encodeBody } from '../packet/wire.ts';
import type { Host } from './host.ts';

/** Who puts a datagram together: each has queues of its own (`IP_DEFRAG_*`). */
export type DefragUser = 'local' | 'conntrack-in' | 'conntrack-out';

/** Longest datagram there can be. */
const LONGEST = 65535;

interface Queue {
  readonly first: Packet[];
  readonly parts: { readonly from: number; readonly bytes: Uint8Array; readonly length: number }[];
  /** Length of the whole body, known once the last fragment has come. */
  total: number | undefined;
  maxSize: number;
  timer: EventHandle;
}

/**
 * Cuts packets that are longer than an MTU, and puts fragments together again (`ip_defrag`, `ip_do_fragment`).
 * Invariant: a datagram comes out exactly when every byte of it has come, with the header of its first fragment; a
 * fragment that overlaps another throws the datagram away, as Linux does since 4.19.
 */
export class Fragmentation {
  readonly #host: Host;
  readonly #queues = new Map<string, Queue>();

  constructor(host: Host) {
    this.#host = host;
  }

  /** How many datagrams wait for fragments. */
  get pending(): number {
    return this.#queues.size;
  }

  /**
   * Takes a fragment and answers with the whole datagram once it is complete; until then the fragment is kept.
   * The datagram remembers its longest fragment, and is cut to that size when sent on.
   */
  collect(fragment: Packet, user: DefragUser): Packet | undefined {
    const key = `${user}/${String(fragment.src)}/${String(fragment.dst)}/${fragment.id}/${fragment.protocol}`;
    let queue = this.#queues.get(key);
    if (queue === undefined) {
      const wait = this.#host.sysctls.ipfragTime.value * SECOND;
      const timer = this.#host.simulation.schedule(wait, () => this.#expire(key, user));
      queue = { first: [], parts: [], total: undefined, maxSize: 0, timer };
      this.#queues.set(key, queue);
    }
    const body = encodeBody(fragment);
    const from = fragment.fragmentOffset * 8;
    // All but the last fragment are a multiple of eight bytes long; Linux cuts what is over.
    const length = fragment.moreFragments ? body.length & ~7 : body.length;
    const end = from + length;
    if (end + fragment.headerLength > LONGEST) return this.#discard(key, fragment);
    if (fragment.moreFragments) {
      if (queue.total !== undefined && end > queue.total) return this.#discard(key, fragment);
    } else {
      if (queue.total !== undefined && queue.total !== end) return this.#discard(key, fragment);
      if (queue.parts.some((part) => part.from + part.length > end)) return this.#discard(key, fragment);
      queue.total = end;
    }
    if (length === 0) return this.#forget(fragment);
    const same = queue.parts.find((part) => part.from === from && part.length === length);
    if (same !== undefined) return this.#forget(fragment);
    if (queue.parts.some((part) => from < part.from + part.length && part.from < end))
      return this.#discard(key, fragment);
    queue.parts.push({ from, bytes: body.subarray(0, length), length });
    queue.maxSize = Math.max(queue.maxSize, fragment.length);
    if (from === 0) queue.first.push(fragment);
    const gathered = queue.parts.reduce((sum, part) => sum + part.length, 0);
    const head = queue.first[0];
    if (queue.total === undefined || gathered !== queue.total || head === undefined) {
      fragment.trace?.add({ kind: 'drop', reason: 'conntrack-frag', at: 'ip_defrag' });
      return undefined;
    }
    this.#host.simulation.cancel(queue.timer);
    this.#queues.delete(key);
    const whole = new Uint8Array(queue.total);
    for (const part of queue.parts) whole.set(part.bytes, part.from);
    const datagram = head.clone();
    datagram.moreFragments = false;
    datagram.fragmentOffset = 0;
    datagram.trace = fragment.trace ?? head.trace;
    // What the last fragment was told (mark, device) counts, except for the header.
    datagram.route = fragment.route;
    datagram.inDevice = fragment.inDevice;
    datagram.fragMaxSize = queue.maxSize;
    datagram.ignoreDf = user !== 'local';
    attachBody(datagram, whole, whole.length);
    return datagram;
  }

  #forget(fragment: Packet): undefined {
    this.#host.drop(fragment, 'reassembly-error', 'ip_defrag');
    return undefined;
  }

  #discard(key: string, fragment: Packet): undefined {
    const queue = this.#queues.get(key)!;
    this.#host.simulation.cancel(queue.timer);
    this.#queues.delete(key);
    return this.#forget(fragment);
  }

  /** Time is up (`ip_expire`): the sender hears of it if its first fragment came and this host was the destination. */
  #expire(key: string, user: DefragUser): void {
    const queue = this.#queues.get(key)!;
    this.#queues.delete(key);
    const head = queue.first[0];
    if (head === undefined) return;
    if (user === 'local') this.#host.icmp.send(head, 11, 1);
    this.#host.drop(head, 'reassembly-timeout', 'ip_expire');
  }

  /** The packet in pieces of at most `mtu` bytes each. */
  split(packet: Packet, mtu: number): readonly Packet[] {
    const body = encodeBody(packet);
    const room = (mtu - packet.headerLength) & ~7;
    const pieces: Packet[] = [];
    for (let from = 0; from < body.length; from += room) {
      const part = body.subarray(from, Math.min(from + room, body.length));
      const piece = packet.clone();
      piece.fragMaxSize = 0;
      piece.ignoreDf = false;
      piece.fragmentOffset = packet.fragmentOffset + from / 8;
      piece.moreFragments = packet.moreFragments || from + part.length < body.length;
      piece.dontFragment = packet.dontFragment;
      attachBody(piece, part, part.length);
      piece.badChecksum = false;
      pieces.push(piece);
    }
    return pieces;
  }
}
