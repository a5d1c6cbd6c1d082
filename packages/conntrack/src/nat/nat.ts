import {
  ACCEPT,
  type Address,
  type ConfigEvent,
  drop,
  type Family,
  Hook,
  type HookState,
  IPV4_LOOPBACK,
  type Ipv4Address,
  invariant,
  ipv4FromBits,
  ipv4ToBits,
  type Packet,
  PROTOCOL,
  Priority,
  type RandomStream,
  refuse,
  SCOPE,
  type Verdict,
} from '@chainwalk/core';
import { type Connection, ctOf } from '../connection.ts';
import type { Conntrack } from '../conntrack.ts';
import { CtInfo, directionOf } from '../ctinfo.ts';
import type { Expectation } from '../expectation.ts';
import { SequenceAdjustment } from '../sequence-adjustment.ts';
import { NAT_DONE_MASK, NAT_MASK, Status } from '../status.ts';
import { invertInPlace, opposite, sameTuple } from '../tuple.ts';
import { manipError, manipPacket } from './manip-packet.ts';
import { type Manip, type NatRange, type RangeToAddress, toAddress } from './range.ts';
import { SourceIndex } from './source-index.ts';
import { TupleBits } from './tuple-bits.ts';
import { type TupleOracle, uniqueTuple } from './unique-tuple.ts';

/** A ruleset that decides about the first packet of a connection: the nat table of iptables, a nat chain of nftables. */
export interface NatRuleset {
  readonly family: Family;
  /** One of the four hooks of NAT: PREROUTING, LOCAL_IN, LOCAL_OUT, POSTROUTING. */
  readonly hook: Hook;
  /** Order among the rulesets of a hook, lower first. The table itself uses NAT_DST and NAT_SRC. */
  readonly priority: number;
  readonly name: string;
  /** Walks the rules. A NAT target calls {@link Nat.setupInfo} or one of its relatives and answers with its verdict. */
  readonly lookup: (packet: Packet, state: HookState) => Verdict;
}

/** The binding that a hook makes (`HOOK2MANIP`): destinations on the way in, sources on the way out. */
export function manipOf(hook: Hook): Manip {
  return hook === Hook.POSTROUTING || hook === Hook.LOCAL_IN ? 'src' : 'dst';
}

const HOOK_FUNCTIONS: readonly (readonly [hook: Hook, priority: number, name: string])[] = [
  [Hook.PREROUTING, Priority.NAT_DST, 'nf_nat_ipv4_pre_routing'],
  [Hook.POSTROUTING, Priority.NAT_SRC, 'nf_nat_ipv4_out'],
  [Hook.LOCAL_OUT, Priority.NAT_DST, 'nf_nat_ipv4_local_fn'],
  [Hook.LOCAL_IN, Priority.NAT_SRC, 'nf_nat_ipv4_local_in'],
];

/**
 * Network address translation of one host (`nf_nat_core.c`). Rulesets are asked about the first packet of a connection
 * only; what they decide is kept in the connection's reply tuple, and every later packet is rewritten from there. Where
 * they decide nothing a null binding pins the connection to the address that it has.
 *
 * The hook functions exist while any ruleset does; without connection tracking they see packets without connections,
 * and let them pass.
 */
export class Nat {
  readonly #conntrack: Conntrack;
  readonly #rulesets: NatRuleset[] = [];
  readonly #sources: SourceIndex;
  readonly #oracle: TableOracle;
  /** The tuple of the connection at hand, and the one that it gets. */
  readonly #current = new TupleBits();
  readonly #chosen = new TupleBits();
  /** For ranges of one address: while it is looked at, nobody binds another connection. */
  readonly #single = toAddress(ipv4FromBits(0));
  #undo: (() => void)[] = [];

  constructor(conntrack: Conntrack) {
    this.#conntrack = conntrack;
    this.#sources = new SourceIndex(conntrack.table.buckets, conntrack.table.rows);
    this.#oracle = new TableOracle(conntrack, this.#sources);
    conntrack.host.onConfig((event) => this.#configChanged(event));
  }

  // ---------------------------------------------------------------- rulesets

  /** Adds a ruleset (`nf_nat_register_fn`); the answer takes it away again. */
  registerRuleset(ruleset: NatRuleset): () => void {
    if (ruleset.family !== 'ipv4') refuse('nat-ipv6', 'NAT of IPv6 is not modelled', undefined, 'use IPv4 rules');
    invariant(ruleset.hook !== Hook.FORWARD, 'NAT has no hook function on FORWARD');
    const at = this.#rulesets.findIndex((other) => other.priority > ruleset.priority);
    this.#rulesets.splice(at < 0 ? this.#rulesets.length : at, 0, ruleset);
    if (this.#rulesets.length === 1) this.#register();
    return () => {
      const place = this.#rulesets.indexOf(ruleset);
      if (place < 0) return;
      this.#rulesets.splice(place, 1);
      if (this.#rulesets.length === 0) {
        for (const undo of this.#undo) undo();
        this.#undo = [];
      }
    };
  }

  #register(): void {
    const { hooks } = this.#conntrack.host;
    for (const [hook, priority, name] of HOOK_FUNCTIONS) {
      const fn = (packet: Packet, state: HookState): Verdict => this.#hook(packet, state);
      this.#undo.push(hooks.register({ family: 'ipv4', hook, priority, name, fn }));
    }
  }

  // ---------------------------------------------------------------- packets

  /** What differs by hook: a new destination voids the route (`nf_nat_ipv4_pre_routing`, `nf_nat_ipv4_local_fn`). */
  #hook(packet: Packet, state: HookState): Verdict {
    const { dst } = packet;
    const verdict = this.#translate(packet, state);
    if (verdict.kind !== 'accept') return verdict;
    if (state.hook === Hook.PREROUTING) {
      if (packet.dst !== dst) packet.route = undefined;
    } else if (state.hook === Hook.LOCAL_OUT) {
      const ct = ctOf(packet);
      if (ct !== undefined) {
        const direction = directionOf(packet.ctinfo);
        if (ct.destination(direction) !== ct.source(opposite(direction))) {
          const errno = this.#conntrack.host.routeMeHarder(packet);
          if (errno !== undefined) return drop('reroute-failed', errno);
        }
      }
    }
    return verdict;
  }

  /** `nf_nat_ipv4_fn` and `nf_nat_inet_fn`. */
  #translate(packet: Packet, state: HookState): Verdict {
    const ct = ctOf(packet);
    if (ct === undefined) return ACCEPT;
    const { ctinfo } = packet;
    const isRelated = ctinfo === CtInfo.RELATED || ctinfo === CtInfo.RELATED_REPLY;
    if (isRelated && packet.protocol === PROTOCOL.icmp) return this.#translateError(packet, ct, state);
    const manip = manipOf(state.hook);
    if ((isRelated || ctinfo === CtInfo.NEW) && !ct.has(doneBit(manip))) {
      for (const ruleset of this.#rulesets) {
        if (ruleset.hook !== state.hook) continue;
        const verdict = ruleset.lookup(packet, state);
        if (verdict.kind !== 'accept') return verdict;
        if (ct.has(doneBit(manip))) return this.#rewrite(packet, ct, manip);
      }
      const verdict = this.nullBinding(ct, manip);
      if (verdict.kind !== 'accept') return verdict;
    } else if (this.#leavesElsewhere(packet, ct, state)) {
      // A masqueraded connection that is routed out of another device would show an address that is not that device's.
      this.#conntrack.account(ct, packet);
      this.#conntrack.kill(ct);
      return drop('nat-failed');
    }
    return this.#rewrite(packet, ct, manip);
  }

  /** `nf_nat_oif_changed`. */
  #leavesElsewhere(packet: Packet, ct: Connection, state: HookState): boolean {
    if (state.hook !== Hook.POSTROUTING || directionOf(packet.ctinfo) !== 0) return false;
    const index = ct.masqueradeIndex;
    return index !== 0 && state.outDevice?.index !== index;
  }

  /** Rewrites one half of a packet, if its connection has that half changed (`nf_nat_packet`). */
  #rewrite(packet: Packet, ct: Connection, manip: Manip): Verdict {
    const direction = directionOf(packet.ctinfo);
    if (!ct.has(natBit(manip, direction))) return ACCEPT;
    this.#conntrack.host.meter.natRewrites++;
    return manipPacket(packet, ct, manip, direction) ? ACCEPT : drop('nat-failed');
  }

  /** ICMP errors (`nf_nat_icmp_reply_translation`): a redirect about a translated connection means nothing to anybody. */
  #translateError(packet: Packet, ct: Connection, state: HookState): Verdict {
    const header = packet.transport;
    if (header?.kind !== 'icmp' || packet.badChecksum) return drop('nat-failed');
    if (header.type === 5 && ((ct.status & NAT_DONE_MASK) !== NAT_DONE_MASK || ct.has(NAT_MASK)))
      return drop('nat-failed');
    const manip = manipOf(state.hook);
    const direction = directionOf(packet.ctinfo);
    if (!ct.has(natBit(manip, direction))) return ACCEPT;
    this.#conntrack.host.meter.natRewrites++;
    return manipError(packet, ct, manip, direction) ? ACCEPT : drop('nat-failed');
  }

  // ---------------------------------------------------------------- bindings

  /**
   * Decides one half of a connection (`nf_nat_setup_info`): chooses a free tuple within the range and makes the
   * connection answer to its inverse. Precondition: that half is not decided yet.
   */
  setupInfo(ct: Connection, range: NatRange, manip: Manip): Verdict {
    if (ct.isConfirmed) return ACCEPT;
    invariant(!ct.has(doneBit(manip)), 'a binding is set up once');
    this.#conntrack.host.meter.natSetups++;
    const current = this.#current;
    const chosen = this.#chosen;
    current.setToReplied(ct);
    chosen.copy(current);
    this.#oracle.ct = ct;
    uniqueTuple(chosen, range, ct, manip, this.#oracle);
    if (!sameTuple(chosen, current)) {
      invariant(invertInPlace(chosen), 'a chosen tuple has an inverse');
      ct.alterReply(chosen.src, chosen.dst, chosen.ports);
      ct.status |= manip === 'src' ? Status.SRC_NAT : Status.DST_NAT;
      if (ct.helper !== undefined) ct.extend().sequence ??= new SequenceAdjustment();
    }
    if (manip === 'src') this.#sources.add(ct);
    ct.status |= doneBit(manip);
    return ACCEPT;
  }

  /** Pins a connection to the address that it has; only its port may have to give way (`nf_nat_alloc_null_binding`). */
  nullBinding(ct: Connection, manip: Manip): Verdict {
    return this.bind(ct, manip === 'src' ? ct.destinationBits(1) : ct.sourceBits(1), -1, manip);
  }

  /** {@link setupInfo} to one address, as a signed integer, and to one port, or to any if that is -1. */
  bind(ct: Connection, address: number, port: number, manip: Manip): Verdict {
    return this.setupInfo(ct, this.#single.become(address, port), manip);
  }

  /** MASQUERADE: the address of the device that it leaves by, towards the next hop (`nf_nat_masquerade_ipv4`). */
  masquerade(packet: Packet, state: HookState, ranges: RangeToAddress): Verdict {
    const ct = ctOf(packet);
    const device = state.outDevice;
    invariant(ct !== undefined && device !== undefined, 'masquerading needs a connection and a device');
    if (ct.source(0) === ipv4FromBits(0)) return ACCEPT;
    const { host } = this.#conntrack;
    const nextHop = packet.route?.gateway ?? packet.dst;
    const address = host.selectAddress(device, nextHop, SCOPE.global);
    if (address === undefined) {
      host.log.write(`${device.name} ate my IP address`, 6);
      return drop('nat-no-address');
    }
    if (!ct.isConfirmed) ct.masqueradeIndex = device.index;
    return this.setupInfo(ct, ranges.of(address), 'src');
  }

  /** REDIRECT: to this host, at the first address of the device it came in on (`nf_nat_redirect_ipv4`). */
  redirect(packet: Packet, state: HookState, ranges: RangeToAddress): Verdict {
    const ct = ctOf(packet);
    invariant(ct !== undefined, 'redirection needs a connection');
    let address: Address | undefined = IPV4_LOOPBACK;
    if (state.hook !== Hook.LOCAL_OUT) {
      const device = packet.inDevice;
      address = device === undefined ? undefined : this.#conntrack.host.interfaceOf(device)?.addresses[0]?.address;
    }
    return address === undefined ? drop('nat-no-address') : this.setupInfo(ct, ranges.of(address), 'dst');
  }

  /** NETMAP: another network, the same host bits (`xt_NETMAP.c`). `mask` is the mask of the new network, 32 bits. */
  netmap(packet: Packet, state: HookState, network: Address, mask: number): Verdict {
    const ct = ctOf(packet);
    invariant(ct !== undefined, 'mapping a network needs a connection');
    const manip = manipOf(state.hook);
    const from = manip === 'src' ? packet.src : packet.dst;
    const host = ipv4ToBits(from as Ipv4Address) & ~mask;
    const address = ipv4FromBits(host | (ipv4ToBits(network as Ipv4Address) & mask));
    return this.setupInfo(ct, toAddress(address), manip);
  }

  /** Gives an announced connection the bindings of its master (`nf_nat_follow_master`). */
  follow(ct: Connection, expectation: Expectation): void {
    const { nat, master, direction } = expectation;
    if (nat === undefined) return;
    const other = opposite(direction);
    this.setupInfo(ct, toAddress(master.destination(other)), 'src');
    this.setupInfo(ct, toAddress(master.source(other), { ports: { min: nat.port, max: nat.port } }), 'dst');
  }

  /** Forgets a connection that goes (`nf_nat_cleanup_conntrack`). */
  forget(ct: Connection): void {
    if (ct.has(Status.SRC_NAT_DONE)) this.#sources.remove(ct);
  }

  // ---------------------------------------------------------------- masquerading and the configuration

  /** Masqueraded connections do not survive their device going down or losing their address (`nf_nat_masquerade.c`). */
  #configChanged(event: ConfigEvent): void {
    if (event.kind !== 'device-down' && event.kind !== 'address-removed') return;
    const { index } = event.device;
    const gone = event.kind === 'address-removed' ? event.address : undefined;
    this.#conntrack.removeWhere(
      (ct) => ct.masqueradeIndex === index && (gone === undefined || ct.destination(1) === gone),
    );
  }
}

/** What the search for a tuple asks, about one connection at a time. */
class TableOracle implements TupleOracle {
  ct: Connection | undefined;
  readonly random: RandomStream;
  readonly #conntrack: Conntrack;
  readonly #sources: SourceIndex;
  readonly #reply = new TupleBits();

  constructor(conntrack: Conntrack, sources: SourceIndex) {
    this.#conntrack = conntrack;
    this.#sources = sources;
    this.random = conntrack.host.simulation.random.stream('nat-port');
  }

  isUsed(tuple: TupleBits): boolean {
    const reply = this.#reply;
    reply.copy(tuple);
    if (!invertInPlace(reply)) return false;
    return this.#conntrack.isTaken(reply.src, reply.dst, reply.ports, reply.protocol, this.ct!);
  }

  takeMapping(tuple: TupleBits, isFit: (tuple: TupleBits) => boolean): boolean {
    const mapped = this.#reply;
    return this.#sources.some(this.ct!, (other) => {
      mapped.setToReplied(other);
      tuple.src = mapped.src;
      tuple.sport = mapped.sport;
      return isFit(tuple);
    });
  }

  probed(): void {
    this.#conntrack.host.meter.natPortProbes++;
  }
}

function doneBit(manip: Manip): number {
  return manip === 'src' ? Status.SRC_NAT_DONE : Status.DST_NAT_DONE;
}

/** The status bit that has this half of a packet rewritten: answers are changed the other way round. */
function natBit(manip: Manip, direction: 0 | 1): number {
  return (manip === 'src') === (direction === 0) ? Status.SRC_NAT : Status.DST_NAT;
}
