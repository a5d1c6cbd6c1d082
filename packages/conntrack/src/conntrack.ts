import { type Family, type HookState, type Host, invariant, type Packet, refuse, type Verdict } from '@chainwalk/core';
import { confirm } from './confirm.ts';
import { attach, type Connection, ctOf } from './connection.ts';
import { keyOfKind, kindOf } from './connection-row.ts';
import { ConnectionRows } from './connection-rows.ts';
import { ConnectionTable, END, mayHave, nodeOf } from './connection-table.ts';
import { CtInfo, directionOf, isUntracked, setUntracked } from './ctinfo.ts';
import { earlyDrop } from './early-drop.ts';
import { ConntrackEvents, EventBit } from './events.ts';
import { Expectations } from './expectations.ts';
import { GarbageCollector } from './garbage-collector.ts';
import type { Helper } from './helper.ts';
import { ftpHelper } from './helpers/ftp.ts';
import { SILENT_HELPERS } from './helpers/silent.ts';
import { registerHooks } from './hook-functions.ts';
import { Nat } from './nat/nat.ts';
import { RateLimitedLog } from './rate-limited-log.ts';
import { ConntrackStatistics } from './statistics.ts';
import { Status } from './status.ts';
import { ConntrackSysctls } from './sysctls.ts';
import type { TimeoutPolicy } from './timeout-policy.ts';
import { track } from './track.ts';
import { setTcpClosing } from './trackers/tcp.ts';
import type { Tuple } from './tuple.ts';
import { DEFAULT_ZONE, type Zone, zoneId } from './zone.ts';

/** How large the table is to be. */
export interface ConntrackOptions {
  /** Hash buckets, rounded up to a multiple of 512. Default 65536, what Linux takes on a host with 1 to 4 GiB. */
  readonly buckets?: number;
  /** `nf_conntrack_max`. Default: as many as buckets. */
  readonly max?: number;
}

/** Buckets fill whole pages of 4096 bytes, eight bytes each (`nf_ct_alloc_hashtable`). */
const BUCKETS_A_PAGE = 512;

/**
 * Connection tracking of one host (`nf_conntrack_core.c`).
 *
 * ```
 *            -400 defrag   -200 track        -100/100 nat            max: helper, confirm
 * PREROUTING ────●────────────●──────────────────●
 * LOCAL_OUT  ────●────────────●──────────────────●
 * LOCAL_IN   ───────────────────────────────────●──────────────────────●
 * POSTROUTING ──────────────────────────────────●──────────────────────●
 * ```
 *
 * Creating one declares the kernel parameters and nothing else: as in Linux, packets are tracked only while somebody
 * holds a reference from {@link require}. Entries outlive the last reference, and age.
 *
 * Invariant: `count` is the number of connections in the table plus those on packets that are still under way.
 */
export class Conntrack {
  readonly host: Host;
  readonly sysctls: ConntrackSysctls;
  readonly statistics: ConntrackStatistics = new ConntrackStatistics();
  readonly events: ConntrackEvents = new ConntrackEvents();
  readonly table: ConnectionTable;
  readonly nat: Nat;
  readonly expectations: Expectations;
  /** Helpers by name, for `-j CT --helper` and `conntrack -I --helper`. */
  readonly helpers: Map<string, Helper> = new Map();
  /** Timeout policies by name, for `-j CT --timeout`. */
  readonly timeoutPolicies: Map<string, TimeoutPolicy> = new Map();
  /**
   * Writes the log line of a packet that conntrack calls INVALID, where `nf_conntrack_log_invalid` asks for it. The
   * rules package, which knows how Linux logs a packet, puts its function here; without one nothing is logged, as in
   * Linux without a logger.
   */
  logInvalid: ((packet: Packet, state: HookState, prefix: string) => void) | undefined = undefined;

  readonly #collector: GarbageCollector;
  readonly #chance;
  #references = 0;
  /** Rules that use labels. */
  #labelUsers = 0;
  #undo: readonly (() => void)[] = [];
  readonly #fullLog: RateLimitedLog;
  /** Unconfirmed connections that answers share with the packet that they answer, and those of them whose packet is gone. */
  readonly #shared = new Set<Connection>();
  readonly #orphans = new Set<Connection>();
  /** The walk in which they were shared: with it all of its packets are gone. */
  #sharedIn = 0;
  /** Bound once, for the table's look-ups. */
  readonly #collect = (ct: Connection): void => {
    this.kill(ct);
  };

  constructor(host: Host, options: ConntrackOptions = {}) {
    this.host = host;
    const buckets = wholePages(options.buckets ?? 65536);
    this.#chance = host.simulation.random.stream('conntrack');
    this.table = new ConnectionTable(
      buckets,
      host.simulation.random.stream('conntrack-hash').u32(),
      new ConnectionRows(host),
    );
    this.sysctls = new ConntrackSysctls(
      host,
      { buckets, max: options.max ?? buckets },
      {
        count: () => this.count,
        resize: (wanted) => {
          const next = wholePages(wanted);
          this.table.resize(next);
          return next;
        },
      },
    );
    this.expectations = new Expectations(this);
    this.#collector = new GarbageCollector(this);
    this.#fullLog = new RateLimitedLog(host);
    this.nat = new Nat(this);
    for (const helper of [ftpHelper, ...SILENT_HELPERS]) this.helpers.set(helper.name, helper);
  }

  /** `nf_conntrack_count`: connections that exist, whether confirmed, unconfirmed or expired and not collected. */
  get count(): number {
    return this.table.size + this.table.rows.pending - this.#orphans.size;
  }

  /** The kernel's clock in ticks, signed 32 bits (`nfct_time_stamp`). */
  get now(): number {
    return this.host.jiffies | 0;
  }

  // ---------------------------------------------------------------- hooks

  /**
   * Somebody needs connections (`nf_ct_netns_get`): hooks are registered with the first reference and go with the last.
   * The answer gives the reference back; calling it again does nothing.
   */
  require(family: Family): () => void {
    if (family !== 'ipv4') {
      refuse('conntrack-ipv6', 'connection tracking of IPv6 is not modelled', undefined, 'use IPv4 rules');
    }
    if (this.#references++ === 0) this.#undo = registerHooks(this);
    let held = true;
    return () => {
      if (!held) return;
      held = false;
      if (--this.#references > 0) return;
      for (const undo of this.#undo) undo();
      this.#undo = [];
    };
  }

  /** Gives room for labels to connections that are made from now on, until the function that is returned is called. */
  useLabels(): () => void {
    this.#labelUsers++;
    let held = true;
    return () => {
      if (held) this.#labelUsers--;
      held = false;
    };
  }

  /** Whether packets are being tracked. */
  get isActive(): boolean {
    return this.#references > 0;
  }

  /** Finds or makes the connection of a packet and lets its tracker judge it (`nf_conntrack_in`). */
  track(packet: Packet, state: HookState): Verdict {
    return track(this, packet, state);
  }

  // ---------------------------------------------------------------- new connections

  /** Lets go of connections that answers shared, once those answers are gone. */
  #releaseShared(): void {
    if (this.host.walks === this.#sharedIn) return;
    for (const ct of this.#orphans) this.release(ct);
    this.#orphans.clear();
    this.#shared.clear();
  }

  /** A connection object that counts (`__nf_conntrack_alloc`); `undefined` if the table is full and nothing may go. */
  allocate(original: Tuple, reply: Tuple, zone: Zone, hash: number): Connection | undefined {
    if (this.#shared.size > 0) this.#releaseShared();
    const max = this.sysctls.max.value;
    if (max !== 0 && this.count + 1 > max && !earlyDrop(this, hash)) {
      this.#collector.noteFull();
      this.#fullLog.write('nf_conntrack: nf_conntrack: table full, dropping packet');
      return undefined;
    }
    const ct = this.table.make(original, reply, zone);
    if (this.#labelUsers > 0) ct.extend().labels = 0n;
    if (this.sysctls.accounting.value !== 0) ct.startCounting();
    const mode = this.sysctls.events.value;
    if (mode === 1 || (mode === 2 && this.events.isListening)) ct.status |= Status.REPORTED;
    return ct;
  }

  // ---------------------------------------------------------------- for trackers

  /** Sets how long a connection lives from now, and counts the packet (`nf_ct_refresh_acct`). */
  refresh(ct: Connection, packet: Packet, ticks: number): void {
    this.prolong(ct, ticks);
    this.account(ct, packet);
  }

  /** Sets how long a connection lives from now (`nf_ct_refresh`). */
  prolong(ct: Connection, ticks: number): void {
    if (ct.has(Status.FIXED_TIMEOUT)) return;
    if (ct.isListed) ct.timeout = this.now + ticks;
    else if (!ct.isConfirmed) ct.timeout = ticks;
  }

  /** Counts a packet of a connection (`nf_ct_acct_update`). */
  account(ct: Connection, packet: Packet): void {
    if (ct.isCounted) ct.count(directionOf(packet.ctinfo), packet.length);
  }

  /** Ticks of a number of seconds. */
  ticks(seconds: number): number {
    return seconds * this.host.hz;
  }

  /** Logs why a packet is INVALID, if the parameter asks for its protocol (`nf_l4proto_log_invalid`). */
  noteInvalid(packet: Packet, state: HookState, protocol: number, message: string): void {
    const wanted = this.sysctls.logInvalid.value;
    if (wanted !== protocol && wanted !== 255) return;
    this.logInvalid?.(packet, state, `nf_ct_proto_${protocol}: ${message} `);
  }

  // ---------------------------------------------------------------- confirmation and death

  /** Puts the connection of a packet into the table (`__nf_conntrack_confirm`). */
  confirm(packet: Packet, ct: Connection): Verdict {
    const chain = 50 + this.#chance.below(30);
    const verdict = confirm(this, packet, ct, chain);
    const current = ctOf(packet);
    if (current !== undefined && verdict.kind === 'accept') this.events.deliver(current);
    return verdict;
  }

  /** For {@link confirm}: the connection is in the table from now on, and its timeout runs. */
  enter(ct: Connection, replyOnly: boolean): void {
    if (!replyOnly) ct.timeout = (ct.timeout + this.now) | 0;
    if (this.sysctls.timestamp.value !== 0) ct.extend().start = this.host.simulation.now;
    this.table.insert(ct, replyOnly);
    if (this.#orphans.size > 0) this.#orphans.delete(ct);
    ct.status |= Status.CONFIRMED;
    this.host.meter.conntrackInserts++;
    this.#collector.wake();
  }

  /** Takes a confirmed connection out of the table (`nf_ct_delete`); false if that was done before. */
  kill(ct: Connection, by: 'kernel' | 'user-space' = 'kernel'): boolean {
    if (ct.isDying) return false;
    ct.status |= Status.DYING;
    if (ct.extensions?.start !== undefined) ct.extensions.stop = this.host.simulation.now;
    if (!ct.isListed) return true;
    this.events.destroyed(ct, by);
    this.table.remove(ct);
    this.host.meter.conntrackDeletes++;
    this.#destroy(ct);
    return true;
  }

  /** Lets go of an unconfirmed connection that no packet carries any more (`nf_conntrack_put`). */
  release(ct: Connection): void {
    const { rows } = this.table;
    if (ct.isConfirmed || ct.slot < 0 || !rows.settlePending(ct.slot)) return;
    rows.release(ct.slot);
    this.#destroy(ct);
  }

  #destroy(ct: Connection): void {
    this.nat.forget(ct);
    this.events.forget(ct);
    const { extensions } = ct;
    if (extensions === undefined) return;
    if (extensions.expectations.length > 0) this.expectations.removeAll(ct);
    if (extensions.master !== undefined) extensions.master.extend().children--;
  }

  /**
   * A packet is gone; if its connection was not confirmed, that goes too, unless the packet is an answer of the stack, which
   * shares the connection of the packet that it answers. Where there is such an answer, which may be under way still, the
   * connection goes when all of them are gone. For whoever keeps or ends packets silently.
   */
  forget(packet: Packet): void {
    const ct = ctOf(packet);
    if (ct === undefined || ct.isConfirmed || directionOf(packet.ctinfo) !== 0) return;
    if (this.#shared.has(ct)) this.#orphans.add(ct);
    else this.release(ct);
  }

  // ---------------------------------------------------------------- look-ups and changes from outside

  /**
   * The node of a tuple, or -1 (`nf_conntrack_find_get`): in a zone that differs by direction it is looked for under both
   * keys. `hash` is that of the original direction.
   */
  findNode(tuple: Tuple, zone: Zone, hash: number): number {
    const node = this.table.find(tuple, zone, hash, this.now, this.#collect, this.host.meter);
    if (node >= 0 || zone.directions === 'both') return node;
    const other = this.table.hashTuple(tuple, zoneId(zone, 1));
    return other === hash ? -1 : this.table.find(tuple, zone, other, this.now, this.#collect, this.host.meter);
  }

  /** As {@link findNode} in the default zone, for a tuple as signed integers: addresses, and both ports in one. */
  findPlain(src: number, dst: number, ports: number, protocol: number, hash: number): number {
    const { now } = this;
    return this.table.findBits(src, dst, ports, protocol, hash, now, this.#collect, this.host.meter);
  }

  /** The connection that a tuple belongs to and its direction (`nf_conntrack_find_get`). */
  find(tuple: Tuple, zone: Zone = DEFAULT_ZONE): { readonly ct: Connection; readonly direction: 0 | 1 } | undefined {
    const node = this.findNode(tuple, zone, this.table.hashTuple(tuple, zoneId(zone, 0)));
    if (node < 0) return undefined;
    return { ct: this.table.at(node).keep(), direction: (node & 1) as 0 | 1 };
  }

  /**
   * Whether a reply tuple, as signed integers, belongs to another confirmed connection (`nf_conntrack_tuple_taken`); one
   * with the same original tuple is the same flow and does not count.
   */
  isTaken(src: number, dst: number, ports: number, protocol: number, ignored: Connection): boolean {
    const { now, table } = this;
    const { zone } = ignored;
    const kind = kindOf(protocol, zone);
    const hash = table.hashBits(src, dst, ports, protocol, zoneId(zone, 1));
    // Entries are compared under the zone of their own direction.
    const other = zone.directions === 'both' ? hash : table.hashBits(src, dst, ports, protocol, zoneId(zone, 0));
    const own = ignored.slot;
    this.host.meter.natTupleLookups++;
    const bucket = table.bucketOf(hash);
    const second = table.secondLink(bucket);
    let link = table.firstLink(bucket);
    for (let isFirst = true; link !== END; isFirst = false) {
      const node = nodeOf(link);
      const direction = (node & 1) as 0 | 1;
      const mayMatch = mayHave(link, direction === 1 ? hash : other);
      link = isFirst ? second : table.nextLink(node);
      this.host.meter.natTupleProbes++;
      if (node >> 1 !== own) {
        if (table.isExpired(node, now)) {
          if (table.isListed(node)) this.kill(table.at(node));
        } else if (
          mayMatch &&
          table.isListed(node) &&
          table.hasTuple(node, src, dst, ports, keyOfKind(kind, direction)) &&
          !sameOrigin(table.at(node), ignored)
        ) {
          this.statistics.found++;
          return true;
        }
      }
    }
    return false;
  }

  /** Gives an answer of the stack or of REJECT the connection of what it answers (`nf_conntrack_attach`). */
  attach(answer: Packet, offender: Packet): void {
    const ct = ctOf(offender);
    if (ct === undefined) {
      // An untracked packet passes on a bare RELATED without a connection: NOTRACK finds the answer taken, so it is
      // looked up after all, and invalid if nothing knows it.
      if (isUntracked(offender)) answer.ctinfo = CtInfo.RELATED;
      return;
    }
    attach(answer, ct, directionOf(offender.ctinfo) === 0 ? CtInfo.RELATED_REPLY : CtInfo.RELATED);
    // An answer that leaves by a link has gone before its packet has.
    if (ct.isConfirmed || answer.route?.device.kind !== 'loopback') return;
    if (this.#shared.size > 0) this.#releaseShared();
    this.#shared.add(ct.keep());
    this.#sharedIn = this.host.walks;
  }

  /** Removes every connection that `doomed` names, and says how many (`nf_ct_iterate_cleanup`). */
  removeWhere(doomed: (ct: Connection) => boolean, by: 'kernel' | 'user-space' = 'kernel'): number {
    let removed = 0;
    for (const ct of this.table.passing()) if (doomed(ct) && this.kill(ct, by)) removed++;
    return removed;
  }

  /** Kills what is expired already; what a listing does on its way. */
  collectExpired(): void {
    const { now } = this;
    for (const ct of this.table.passing()) if (((ct.timeout - now) | 0) <= 0) this.kill(ct);
  }

  /**
   * Whole seconds until a confirmed connection expires, 0 at least (`nf_ct_expires` / HZ). One that was killed keeps its
   * deadline, which the packet that killed it can still ask for.
   */
  remainingSeconds(ct: Connection): number {
    const ticks = ct.isConfirmed ? (ct.timeout - this.now) | 0 : ct.timeout;
    return Math.max(0, Math.floor(ticks / this.host.hz));
  }

  /** Changes the mark of a connection, and tells listeners. */
  setMark(ct: Connection, mark: number): void {
    const next = mark >>> 0;
    if (ct.mark === next) return;
    ct.mark = next;
    this.events.note(ct, EventBit.MARK);
  }

  /** Changes the label bits of a connection; `false` if it has no room for labels. */
  setLabels(ct: Connection, labels: bigint): boolean {
    const { extensions } = ct;
    if (extensions?.labels === undefined) return false;
    if (extensions.labels === labels) return true;
    extensions.labels = labels;
    this.events.note(ct, EventBit.LABEL);
    return true;
  }

  // ---------------------------------------------------------------- for IPVS and REJECT

  /**
   * Takes the connection off a packet and marks it untracked, if it is not confirmed yet (`ip_vs_notrack`): what IPVS
   * does where `net.ipv4.vs.conntrack` is 0.
   */
  untrack(packet: Packet): void {
    this.forget(packet);
    setUntracked(packet);
  }

  /** `REJECT --reject-with tcp-reset` on a confirmed TCP connection: it is CLOSE from now on (6.1 stable). */
  setClosing(packet: Packet): void {
    const ct = ctOf(packet);
    if (ct !== undefined) setTcpClosing(this, ct);
  }
}

/** Whether two connections have the same original tuple and zone. */
function sameOrigin(a: Connection, b: Connection): boolean {
  return (
    a.portBits(0) === b.portBits(0) &&
    a.sourceBits(0) === b.sourceBits(0) &&
    a.destinationBits(0) === b.destinationBits(0) &&
    a.keyBits(0) === b.keyBits(0)
  );
}

function wholePages(buckets: number): number {
  invariant(buckets >= 1, 'a table has buckets');
  return Math.ceil(buckets / BUCKETS_A_PAGE) * BUCKETS_A_PAGE;
}
