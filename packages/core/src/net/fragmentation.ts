import type { Address } from '../address/address.ts';
import type { EventHandle } from '../engine/simulation.ts';
import type { Packet } from '../packet/packet.ts';
import { PROTOCOL } from '../packet/transport.ts';
import { attachBody, encodeBody } from '../packet/wire.ts';
import type { Host } from './host.ts';
import { inputRoute } from './input-route.ts';
import { optionsOfLaterFragments } from './ip-options.ts';
import { isDelivered, isRouteFailure } from './route.ts';
import { tickTime, wheelTick } from './timer-wheel.ts';

/** Who puts a datagram together: each has queues of its own (`IP_DEFRAG_*`). */
export type DefragUser = 'local' | 'conntrack-in' | 'conntrack-out' | 'ipvs-in' | 'ipvs-out' | 'ipvs-forward';

/** Longest datagram there can be. */
const LONGEST = 65535;

const CONGESTED = 3;
/** Sets of ECN codes, a bit for each: those that stand for "able to" without and with a mark of congestion. */
const ECN_CAPABLE = (1 << 1) | (1 << 2);
const ECN_MARKED = 1 << CONGESTED;
const ECN_NONE = 1 << 0;

/** A stretch of bytes: from one offset up to, not including, another. */
interface Stretch {
  readonly from: number;
  end: number;
}

/** How many fragments a sender has sent while any of its datagrams waits. */
interface Sender {
  fragments: number;
  queues: number;
}

interface Queue {
  readonly source: Address;
  readonly sender: Sender;
  /** Where the sender stood at the last fragment. */
  distance: number;
  first: Packet | undefined;
  parts: { readonly from: number; readonly bytes: Uint8Array }[];
  /** What came without a gap and in order; what came behind a later part is a run of its own. */
  runs: Stretch[];
  /** The part that reaches furthest. */
  tail: Stretch | undefined;
  /** Bytes that came. */
  gathered: number;
  /** Length of the whole body, known once the last fragment has come. */
  total: number | undefined;
  /** The longest fragment, and the longest of those that must not be cut. */
  longest: number;
  longestUncut: number;
  /** ECN codes that came, a bit for each. */
  ecn: number;
  timer: EventHandle;
}

/**
 * Cuts packets that are longer than an MTU, and puts fragments together again (`ip_defrag`, `ip_do_fragment`).
 * Invariant: a datagram comes out exactly when every byte of it has come, with the header of its first fragment; a
 * fragment that overlaps another throws the datagram away, as Linux does since 4.19, but one that brings nothing new is
 * only ignored. So do ECN codes that cannot stand beside each other, and more than `ipfrag_max_dist` other fragments of the
 * same sender: what came before those is forgotten.
 */
export class Fragmentation {
  readonly #host: Host;
  readonly #queues = new Map<string, Queue>();
  readonly #senders = new Map<Address, Sender>();

  constructor(host: Host) {
    this.#host = host;
  }

  /** How many datagrams wait for fragments. */
  get pending(): number {
    return this.#queues.size;
  }

  /**
   * Takes a fragment and answers with the whole datagram once it is complete; until then the fragment is kept.
   * The datagram remembers its fragments, and is cut as they were when sent on.
   */
  collect(fragment: Packet, user: DefragUser): Packet | undefined {
    const key = `${user}/${String(fragment.src)}/${String(fragment.dst)}/${fragment.id}/${fragment.protocol}`;
    const queue = this.#queues.get(key) ?? this.#open(key, fragment.src, user);
    this.#keepDistance(key, queue, user);
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
      if (queue.tail !== undefined && queue.tail.end > end) return this.#discard(key, fragment);
      queue.total = end;
    }
    if (length === 0) return this.#discard(key, fragment);
    const place = insert(queue, from, end);
    if (place === 'known') return this.#forget(fragment);
    if (place === 'overlap') return this.#discard(key, fragment);
    queue.parts.push({ from, bytes: body.subarray(0, length) });
    queue.gathered += length;
    queue.ecn |= 1 << (fragment.tos & 3);
    const size = length + fragment.headerLength;
    queue.longest = Math.max(queue.longest, size);
    if (fragment.dontFragment) queue.longestUncut = Math.max(queue.longestUncut, size);
    if (from === 0) queue.first = fragment;
    const head = queue.first;
    if (queue.gathered !== queue.total || head === undefined) {
      fragment.trace?.add({ kind: 'drop', reason: 'conntrack-frag', at: 'ip_defrag' });
      return undefined;
    }
    const hasEcn = (queue.ecn & (ECN_CAPABLE | ECN_MARKED)) !== 0;
    if (hasEcn && (queue.ecn & ECN_NONE) !== 0) return this.#discard(key, fragment);
    this.#close(key);
    const parts = queue.parts.sort((a, b) => a.from - b.from);
    const whole = new Uint8Array(queue.total);
    for (const part of parts) whole.set(part.bytes, part.from);
    const datagram = head.clone();
    datagram.moreFragments = false;
    datagram.fragmentOffset = 0;
    datagram.trace = fragment.trace ?? head.trace;
    // The header and what was noted beside it are those of the first fragment; route and device those of the last to come.
    datagram.route = fragment.route;
    if (fragment.inDevice !== head.inDevice) datagram.receivedOn = head.receivedOn ?? head.inDevice;
    datagram.inDevice = fragment.inDevice;
    // Its header gets a checksum of its own.
    if (datagram.optionMarks !== undefined) datagram.optionMarks.stale = 0;
    if ((queue.ecn & ECN_MARKED) !== 0 && (queue.ecn & ECN_CAPABLE) !== 0) datagram.tos |= CONGESTED;
    // It may be cut unless that was forbidden to the longest fragment.
    datagram.dontFragment = queue.longestUncut === queue.longest;
    datagram.reassembled = {
      longest: queue.longest,
      lengths: parts.map((part) => part.bytes.length),
      dontFragment: datagram.dontFragment,
    };
    datagram.ignoreDf = user === 'conntrack-in' || user === 'conntrack-out' || head.ignoreDf;
    attachBody(datagram, whole, whole.length);
    return datagram;
  }

  /**
   * The same in place: once a datagram is complete, the fragment that completed it becomes it, and whoever holds the packet
   * goes on with the whole.
   * @returns whether it did
   */
  gather(packet: Packet, user: DefragUser): boolean {
    const whole = this.collect(packet, user);
    if (whole === undefined) return false;
    packet.ttl = whole.ttl;
    packet.tos = whole.tos;
    packet.id = whole.id;
    packet.dontFragment = whole.dontFragment;
    packet.moreFragments = false;
    packet.fragmentOffset = 0;
    packet.options = whole.options;
    packet.transport = whole.transport;
    packet.payload = whole.payload;
    packet.payloadLength = whole.payloadLength;
    packet.checksumFault = whole.checksumFault;
    packet.mark = whole.mark;
    packet.packetType = whole.packetType;
    packet.link = whole.link;
    packet.reassembled = whole.reassembled;
    packet.receivedOn = whole.receivedOn;
    packet.ignoreDf = whole.ignoreDf;
    return true;
  }

  #open(key: string, source: Address, user: DefragUser): Queue {
    const sender = this.#senders.get(source) ?? { fragments: 0, queues: 0 };
    this.#senders.set(source, sender);
    sender.queues++;
    const queue: Queue = {
      source,
      sender,
      distance: 0,
      first: undefined,
      parts: [],
      runs: [],
      tail: undefined,
      gathered: 0,
      total: undefined,
      longest: 0,
      longestUncut: 0,
      ecn: 0,
      timer: this.#startTimer(key, user),
    };
    this.#queues.set(key, queue);
    return queue;
  }

  #startTimer(key: string, user: DefragUser): EventHandle {
    const { jiffies, hz, simulation, sysctls } = this.#host;
    const tick = wheelTick(jiffies + sysctls.ipfragTime.value * hz, jiffies);
    return simulation.schedule(tickTime(this.#host, tick) - simulation.now, () => this.#expire(key, user));
  }

  /** Begins anew where the sender has gone on too far since the last fragment (`ip_frag_too_far`, `ip_frag_reinit`). */
  #keepDistance(key: string, queue: Queue, user: DefragUser): void {
    const max = this.#host.sysctls.ipfragMaxDist.value;
    const distance = ++queue.sender.fragments;
    if (max > 0 && queue.tail !== undefined && distance - queue.distance > max) {
      this.#host.simulation.cancel(queue.timer);
      queue.timer = this.#startTimer(key, user);
      queue.first = undefined;
      queue.parts = [];
      queue.runs = [];
      queue.tail = undefined;
      queue.gathered = 0;
      queue.total = undefined;
      queue.ecn = 0;
    }
    queue.distance = distance;
  }

  #close(key: string): Queue {
    const queue = this.#queues.get(key)!;
    this.#host.simulation.cancel(queue.timer);
    this.#queues.delete(key);
    if (--queue.sender.queues === 0) this.#senders.delete(queue.source);
    return queue;
  }

  #forget(fragment: Packet): undefined {
    this.#host.drop(fragment, 'reassembly-error', 'ip_defrag');
    return undefined;
  }

  #discard(key: string, fragment: Packet): undefined {
    this.#close(key);
    return this.#forget(fragment);
  }

  /**
   * Time is up (`ip_expire`): the sender hears of it if its first fragment came, over a device. What conntrack collected
   * for others is theirs to complain about.
   */
  #expire(key: string, user: DefragUser): void {
    const head = this.#close(key).first;
    if (head === undefined) return;
    if (head.inDevice !== undefined) {
      const route = inputRoute(this.#host, head, head.inDevice);
      if (!isRouteFailure(route) && (user !== 'conntrack-in' || isDelivered(route))) {
        head.route = route;
        this.#host.icmp.send(head, 11, 1);
      }
    }
    this.#host.drop(head, 'reassembly-timeout', 'ip_expire');
  }

  /**
   * The packet in pieces of at most `mtu` bytes each (`ip_do_fragment`). What came in fragments leaves in the same ones
   * where they fit, and they may be cut again; other pieces may only if the fragments might.
   */
  split(packet: Packet, mtu: number): readonly Packet[] {
    const body = encodeBody(packet);
    const room = mtu - packet.headerLength;
    const same = packet.isFragment ? undefined : fittingLengths(packet, body.length, room);
    const laterOptions = packet.options.length === 0 ? packet.options : optionsOfLaterFragments(packet);
    const pieces: Packet[] = [];
    for (let from = 0; from < body.length; ) {
      const left = body.length - from;
      const length = same?.[pieces.length] ?? (left > room ? room & ~7 : left);
      const part = body.subarray(from, from + length);
      const piece = packet.clone();
      piece.reassembled = undefined;
      if (from > 0) piece.options = laterOptions;
      piece.ignoreDf = false;
      piece.fragmentOffset = packet.fragmentOffset + from / 8;
      piece.moreFragments = packet.moreFragments || length < left;
      piece.dontFragment = same === undefined && packet.reassembled?.dontFragment === true;
      attachBody(piece, part, part.length);
      piece.checksumFault = 0;
      pieces.push(piece);
      from += length;
    }
    return pieces;
  }
}

/** Puts a part in its place: whether it is new, brings nothing new, or overlaps another (`inet_frag_queue_insert`). */
function insert(queue: Queue, from: number, end: number): 'new' | 'known' | 'overlap' {
  const { runs, tail } = queue;
  if (tail !== undefined && tail.end >= end) {
    const met = runs.find((run) => from < run.end && run.from < end);
    if (met !== undefined) return from >= met.from && end <= met.end ? 'known' : 'overlap';
    runs.push({ from, end });
    return 'new';
  }
  if (tail !== undefined && from < tail.end) return 'overlap';
  const last = tail === undefined ? undefined : runs.find((run) => run.end === tail.end);
  if (last !== undefined && from === last.end) last.end = end;
  else runs.push({ from, end });
  queue.tail = { from, end };
  return 'new';
}

/** The lengths of the fragments that a packet was put together from, if it can be cut into the same. */
function fittingLengths(packet: Packet, length: number, room: number): readonly number[] | undefined {
  const lengths = packet.reassembled?.lengths;
  // The stack has looked at the header of TCP, and has it in one piece since (`tcp_v4_early_demux`).
  if (packet.protocol === PROTOCOL.tcp && (lengths?.[0] ?? 0) < 20) return undefined;
  if (lengths === undefined || lengths.reduce((sum, one) => sum + one, 0) !== length) return undefined;
  const fit = lengths.every((one, index) => one <= room && (one % 8 === 0 || index === lengths.length - 1));
  return fit ? lengths : undefined;
}
