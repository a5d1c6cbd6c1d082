import {
  ACCEPT,
  type Address,
  drop,
  formatAddress,
  type HookState,
  type Packet,
  PROTOCOL,
  protocolName,
  type Verdict,
} from '@chainwalk/core';
import { ipv4Bits } from './bits.ts';
import { attach, type Connection, ctOf } from './connection.ts';
import type { Conntrack } from './conntrack.ts';
import { CtInfo, stateName } from './ctinfo.ts';
import { EventBit } from './events.ts';
import { Status } from './status.ts';
import { type Template, templateOf } from './template.ts';
import { trackIcmpError } from './trackers/icmp-error.ts';
import { type Tracker, trackerFor } from './trackers/tracker.ts';
import { invertTuple, type Tuple, tupleOf } from './tuple.ts';
import { DEFAULT_ZONE, type Zone, zoneForMark, zoneId } from './zone.ts';

/** Finds or makes the connection of a packet and lets its tracker judge it (`nf_conntrack_in`). */
export function track(conntrack: Conntrack, packet: Packet, state: HookState): Verdict {
  const template = templateOf(packet);
  if (template === undefined) {
    if (packet.nfct !== undefined || packet.ctinfo === CtInfo.UNTRACKED) return ACCEPT;
  } else {
    packet.nfct = undefined;
    packet.ctinfo = 0;
  }
  if (packet.fragmentOffset !== 0) {
    conntrack.statistics.invalid++;
    return invalid(packet, 'a fragment');
  }
  if (packet.protocol === PROTOCOL.icmp) {
    const verdict = trackIcmpError(conntrack, packet, template, state);
    if (verdict === 'error') {
      conntrack.statistics.error++;
      return invalid(packet, 'an ICMP error or type that fits no connection');
    }
    if (verdict === 'related') {
      packet.trace?.add({ kind: 'connection', text: `RELATED ${describe(ctOf(packet)!)}` });
      return ACCEPT;
    }
  }
  for (;;) {
    const resolved = resolve(conntrack, packet, template);
    if (resolved === 'full') {
      conntrack.statistics.drop++;
      return drop('conntrack-table-full');
    }
    if (resolved === undefined) {
      conntrack.statistics.invalid++;
      return invalid(packet, 'no connection can be made of it');
    }
    const ct = resolved;
    const tracker: Tracker = trackerFor(ct.protocol);
    const verdict = tracker.packet(conntrack, ct, packet, state);
    if (verdict === 'accept') {
      if (packet.ctinfo === CtInfo.ESTABLISHED_REPLY && !ct.has(Status.SEEN_REPLY)) {
        ct.status |= Status.SEEN_REPLY;
        conntrack.events.note(ct, EventBit.REPLY);
      }
      packet.trace?.add({ kind: 'connection', text: `${stateName(packet.ctinfo)} ${describe(ct)}` });
      return ACCEPT;
    }
    packet.nfct = undefined;
    packet.ctinfo = 0;
    conntrack.release(ct);
    if (verdict === 'repeat') continue;
    conntrack.statistics.invalid++;
    if (verdict === 'drop') {
      conntrack.statistics.drop++;
      return drop('conntrack-invalid-delete');
    }
    return invalid(packet, 'the tracker refused it');
  }
}

function invalid(packet: Packet, why: string): Verdict {
  packet.trace?.add({ kind: 'connection', text: `INVALID: ${why}` });
  return ACCEPT;
}

/** Finds the connection of a packet, or makes one, and attaches it (`resolve_normal_ct`). */
function resolve(
  conntrack: Conntrack,
  packet: Packet,
  template: Template | undefined,
): Connection | 'full' | undefined {
  const { table } = conntrack;
  let node = -1;
  let hash = -1;
  const { transport } = packet;
  const isPlain = template === undefined && (transport?.kind === 'tcp' || transport?.kind === 'udp');
  if (isPlain) {
    // Nearly every packet: looked up as it is, and only a new connection needs a tuple.
    const src = ipv4Bits(packet.src);
    const dst = ipv4Bits(packet.dst);
    const ports = (transport.sport << 16) | transport.dport;
    hash = table.hashBits(src, dst, ports, packet.protocol, 0);
    node = conntrack.findPlain(src, dst, ports, packet.protocol, hash);
  }
  const zone = template === undefined ? DEFAULT_ZONE : zoneForMark(template.zone, packet.mark);
  if (node < 0) {
    const tuple = tupleOf(packet);
    if (tuple === undefined) return undefined;
    if (!isPlain) {
      hash = table.hashTuple(tuple, zoneId(zone, 0));
      node = conntrack.findNode(tuple, zone, hash);
    }
    if (node < 0) {
      const made = create(conntrack, tuple, zone, hash, template);
      if (made === undefined || made === 'full') return made;
      attach(packet, made, ctinfoOf(made, false));
      return made;
    }
  }
  const ct = table.at(node);
  attach(packet, ct, ctinfoOf(ct, (node & 1) === 1));
  return ct;
}

/** How a packet relates to the connection that was found for it. */
function ctinfoOf(ct: Connection, reply: boolean): CtInfo {
  if (reply) return CtInfo.ESTABLISHED_REPLY;
  if (ct.has(Status.SEEN_REPLY)) return CtInfo.ESTABLISHED;
  return ct.has(Status.EXPECTED) ? CtInfo.RELATED : CtInfo.NEW;
}

/** A new, unconfirmed connection (`init_conntrack`); `undefined` if nobody could answer its tuple. */
function create(
  conntrack: Conntrack,
  tuple: Tuple,
  zone: Zone,
  hash: number,
  template: Template | undefined,
): Connection | 'full' | undefined {
  const reply = invertTuple(tuple);
  if (reply === undefined) return undefined;
  const ct = conntrack.allocate(tuple, reply, zone, hash);
  if (ct === undefined) return 'full';
  if (template?.timeoutPolicy !== undefined) ct.extend().timeoutPolicy = template.timeoutPolicy;
  if (template?.eventMask !== undefined) {
    ct.extend().eventMask = template.eventMask;
    ct.status |= Status.REPORTED;
  }
  const expectation = conntrack.expectations.size === 0 ? undefined : conntrack.expectations.take(tuple, zone);
  if (expectation !== undefined) {
    const { master } = expectation;
    ct.status |= Status.EXPECTED;
    const extensions = ct.extend();
    extensions.master = master;
    master.extend().children++;
    // Stable kernels give the child its master's helper, which then reads its payload too (seen in 6.1.176).
    extensions.helper = expectation.helper;
    ct.mark = master.mark;
    conntrack.statistics.expectNew++;
    if (expectation.nat !== undefined) conntrack.nat.follow(ct, expectation);
  } else if (template?.helper?.protocols.includes(ct.protocol) === true) {
    ct.extend().helper = template.helper;
    ct.status |= Status.HELPER;
  }
  return ct;
}

/** `tcp 10.0.0.9:40000 > 10.0.0.1:443`, for traces. */
function describe(ct: Connection): string {
  const { src, dst, sport, dport } = ct.original;
  const end = (address: Address, port: number): string =>
    ct.protocol === PROTOCOL.icmp || port === 0 ? formatAddress(address) : `${formatAddress(address)}:${port}`;
  return `${protocolName(ct.protocol)} ${end(src, sport)} > ${end(dst, dport)}`;
}
