import { Hook, type HookState, type Packet, PROTOCOL, TCP_FLAG, type TcpHeader } from '@chainwalk/core';
import { before } from '../bits.ts';
import type { Connection } from '../connection.ts';
import type { Conntrack } from '../conntrack.ts';
import { directionOf } from '../ctinfo.ts';
import { EventBit } from '../events.ts';
import { Status } from '../status.ts';
import { TCP_TIMEOUT_RETRANS, TCP_TIMEOUT_UNACK } from '../sysctls.ts';
import type { Timeouts } from '../timeout-policy.ts';
import type { Direction } from '../tuple.ts';
import { readSynOptions } from './tcp-options.ts';
import { SideFlag, TCP_STATE_NAMES, TcpConntrack, TcpIndex, TcpSide, TcpState } from './tcp-state.ts';
import { TCP_TRANSITIONS } from './tcp-table.ts';
import { checkWindow, segmentEnd } from './tcp-window.ts';
import type { Tracker, TrackerVerdict } from './tracker.ts';

const { FIN, SYN, RST, PSH, ACK, URG, ECE, CWR } = TCP_FLAG;

/** Flags that may stand together, PSH, ECE and CWR aside (`tcp_valid_flags`). */
const VALID_FLAGS: readonly number[] = [
  SYN,
  SYN | URG,
  SYN | ACK,
  RST,
  RST | ACK,
  FIN | ACK,
  FIN | ACK | URG,
  ACK,
  ACK | URG,
];
/** 1 at each value of {@link VALID_FLAGS}. */
const IS_VALID = new Uint8Array(256);
for (const flags of VALID_FLAGS) IS_VALID[flags] = 1;
/** A connection with at least this many seconds to live may have them cut after refused FINs or RSTs from both sides. */
const CUT_FROM = 120;

/** TCP (`nf_conntrack_proto_tcp.c`). */
export const tcp: Tracker = {
  name: 'tcp',
  allowsClash: false,
  mayEvict: (ct) => isClosing(stateOf(ct)),
  stateName: (ct) => TCP_STATE_NAMES[stateOf(ct)]!,
  packet: trackTcp,
};

/** The state of a TCP connection as a number of {@link TcpConntrack}. */
export function stateOf(ct: Connection): number {
  return ct.tcp?.state ?? TcpConntrack.NONE;
}

/** A reset was sent for a confirmed connection (`nf_conntrack_tcp_set_closing`): CLOSE, with its timeout. */
export function setTcpClosing(conntrack: Conntrack, ct: Connection): void {
  const data = ct.isConfirmed ? ct.tcp : undefined;
  if (data === undefined) return;
  const old = data.state;
  data.state = TcpConntrack.CLOSE;
  ct.data = data;
  if (old === TcpConntrack.CLOSE || ct.has(Status.FIXED_TIMEOUT)) return;
  const seconds = timeoutsOf(conntrack, ct)[TcpConntrack.CLOSE]!.value;
  ct.timeout = conntrack.now + conntrack.ticks(seconds);
  conntrack.events.note(ct, EventBit.PROTOINFO);
}

/** Whether nothing but the end is to come: such a connection may be evicted (`tcp_can_early_drop`). */
function isClosing(state: number): boolean {
  return state >= TcpConntrack.FIN_WAIT && state <= TcpConntrack.CLOSE;
}

/** The state of the connection at hand. */
const STATE = new TcpState();

function timeoutsOf(conntrack: Conntrack, ct: Connection): Timeouts {
  return ct.extensions?.timeoutPolicy?.timeouts ?? conntrack.sysctls.tcp;
}

/** `get_conntrack_index`. */
function indexOf(flags: number): number {
  if ((flags & RST) !== 0) return TcpIndex.RST;
  if ((flags & SYN) !== 0) return (flags & ACK) !== 0 ? TcpIndex.SYNACK : TcpIndex.SYN;
  if ((flags & FIN) !== 0) return TcpIndex.FIN;
  return (flags & ACK) !== 0 ? TcpIndex.ACK : TcpIndex.NONE;
}

/** `tcp_error`: segments that no TCP would send. Checksums are looked at on the way in only. */
function faultOf(conntrack: Conntrack, packet: Packet, header: TcpHeader, state: HookState): string | undefined {
  const bytes = packet.bodyLength;
  if (header.dataOffset < 5 || bytes < header.dataOffset * 4) return 'truncated packet';
  if (packet.badChecksum && state.hook === Hook.PREROUTING && conntrack.sysctls.checksum.value !== 0)
    return 'bad checksum';
  return IS_VALID[header.flags & ~(PSH | ECE | CWR)] === 1 ? undefined : 'invalid tcp flag combination';
}

/** Makes `fresh` the state of a connection that a segment starts (`tcp_new`); false if none may start with it. */
function begin(conntrack: Conntrack, packet: Packet, header: TcpHeader, fresh: TcpState): boolean {
  const first = TCP_TRANSITIONS[indexOf(header.flags) * 10]!;
  if (first >= TcpConntrack.MAX) return false;
  const isSyn = first === TcpConntrack.SYN_SENT;
  if (!isSyn && conntrack.sysctls.tcpLoose.value === 0) return false;
  fresh.clear();
  const side = new TcpSide();
  side.end = segmentEnd(packet, header);
  side.maxWindow = header.window === 0 ? 1 : header.window;
  side.maxEnd = isSyn ? side.end : (side.end + side.maxWindow) | 0;
  if (isSyn) readSynOptions(header, side);
  else {
    // Picked up in the middle: scaling is unknown, so windows are not held against either side.
    side.flags = SideFlag.SACK_PERM | SideFlag.BE_LIBERAL;
    fresh.addFlags(1, side.flags);
  }
  fresh.store(0, side);
  return true;
}

/** Calls a segment INVALID, and says why where that is logged. */
function refuse(conntrack: Conntrack, packet: Packet, state: HookState, message: string): 'invalid' {
  conntrack.noteInvalid(packet, state, PROTOCOL.tcp, message);
  return 'invalid';
}

/** `nf_conntrack_tcp_packet`. */
function trackTcp(conntrack: Conntrack, ct: Connection, packet: Packet, state: HookState): TrackerVerdict {
  const header = packet.transport;
  if (header?.kind !== 'tcp') return 'invalid';
  const fault = faultOf(conntrack, packet, header, state);
  if (fault !== undefined) return refuse(conntrack, packet, state, fault);
  // One object serves every packet: while it is looked at, nobody tracks another.
  const data = STATE;
  if (!ct.isConfirmed) {
    if (!begin(conntrack, packet, header, data)) return 'invalid';
  } else if (!ct.readTcp(data)) return 'invalid';
  const verdict = judgeSegment(conntrack, ct, data, packet, header, state);
  ct.saveTcp(data);
  return verdict;
}

/** What a segment means to a connection, whose state it changes. */
function judgeSegment(
  conntrack: Conntrack,
  ct: Connection,
  data: TcpState,
  packet: Packet,
  header: TcpHeader,
  state: HookState,
): TrackerVerdict {
  const direction = directionOf(packet.ctinfo);
  const peer: Direction = direction === 0 ? 1 : 0;
  const index = indexOf(header.flags);
  let oldState = data.state;
  let newState = TCP_TRANSITIONS[direction * 60 + index * 10 + oldState]!;
  let checksWindow = true;

  if (newState === TcpConntrack.SYN_SENT && oldState >= TcpConntrack.TIME_WAIT) {
    // A new SYN on a closed connection: it starts afresh if somebody had closed it, or the same side had reset it.
    const closed = (data.flags(0) | data.flags(1)) & SideFlag.CLOSE_INIT;
    if (closed !== 0 || (data.lastDirection === direction && data.lastIndex === TcpIndex.RST)) {
      return conntrack.kill(ct) ? 'repeat' : 'drop';
    }
    newState = TcpConntrack.IGNORE;
  }
  switch (newState) {
    case TcpConntrack.IGNORE:
      if (answersIgnoredSyn(data, direction, index, header)) {
        // Both ends agree on what we had passed without believing it: follow them.
        oldState = TcpConntrack.SYN_SENT;
        newState = TcpConntrack.SYN_RECV;
        adoptIgnoredSyn(data, direction);
        break;
      }
      noteIgnored(data, direction, index, packet, header, oldState);
      conntrack.noteInvalid(
        packet,
        state,
        PROTOCOL.tcp,
        `packet (index ${index}) in dir ${direction} ignored, state ${TCP_STATE_NAMES[oldState]}`,
      );
      return 'accept';
    case TcpConntrack.MAX:
      return refuse(
        conntrack,
        packet,
        state,
        `packet (index ${index}) in dir ${direction} invalid, state ${TCP_STATE_NAMES[oldState]}`,
      );
    case TcpConntrack.TIME_WAIT:
      if (isChallengeAck(data, direction, index, oldState)) {
        data.lastFlags &= ~SideFlag.EXPECT_CHALLENGE_ACK;
        conntrack.noteInvalid(packet, state, PROTOCOL.tcp, 'challenge-ack ignored');
        return 'accept';
      }
      break;
    case TcpConntrack.SYN_SENT2:
      data.lastFlags |= SideFlag.SIMULTANEOUS_OPEN;
      break;
    case TcpConntrack.SYN_RECV:
      if (direction === 1 && index === TcpIndex.ACK && (data.lastFlags & SideFlag.SIMULTANEOUS_OPEN) !== 0) {
        newState = TcpConntrack.ESTABLISHED;
      }
      break;
    case TcpConntrack.CLOSE: {
      if (index !== TcpIndex.RST) break;
      const reset = judgeReset(conntrack, ct, data, direction, peer, header, oldState);
      if (reset === 'invalid') return refuse(conntrack, packet, state, 'invalid rst');
      if (reset === 'keep' || reset === 'keep-in-window') newState = oldState;
      if (reset === 'in-window' || reset === 'keep-in-window') checksWindow = false;
      break;
    }
    default:
      break;
  }

  if (checksWindow) {
    const liberal = conntrack.sysctls.tcpBeLiberal.value !== 0;
    const fit = checkWindow(ct, data, direction, index, packet, header, liberal);
    if (fit.kind === 'ignore') {
      conntrack.noteInvalid(packet, state, PROTOCOL.tcp, fit.message);
      return 'accept';
    }
    if (fit.kind === 'invalid') {
      const lowered = cutTimeout(conntrack, ct, data, direction, index);
      refuse(conntrack, packet, state, fit.message);
      if (lowered) refuse(conntrack, packet, state, 'lowered timeout to UNACK');
      return 'invalid';
    }
  }
  data.lastIndex = index;
  data.lastDirection = direction;
  data.state = newState;
  if (oldState !== newState && newState === TcpConntrack.FIN_WAIT) data.addFlags(direction, SideFlag.CLOSE_INIT);
  // Whoever is told of the end of the connection sees its last state.
  ct.saveTcp(data);
  return finish(conntrack, ct, data, packet, index, oldState, newState);
}

/** Timeout, events and ASSURED of an accepted segment. */
function finish(
  conntrack: Conntrack,
  ct: Connection,
  data: TcpState,
  packet: Packet,
  index: number,
  oldState: number,
  newState: number,
): TrackerVerdict {
  const timeouts = timeoutsOf(conntrack, ct);
  let seconds = chooseTimeout(conntrack, data, index, newState, timeouts);
  if (newState !== oldState) conntrack.events.note(ct, EventBit.PROTOINFO);
  if (!ct.has(Status.SEEN_REPLY)) {
    if (index === TcpIndex.RST) {
      // Nothing but a reset came back: there is no connection.
      conntrack.account(ct, packet);
      conntrack.kill(ct);
      return 'accept';
    }
    if (index === TcpIndex.SYN && oldState === TcpConntrack.SYN_SENT) return 'accept';
    if (newState === TcpConntrack.ESTABLISHED) seconds = Math.min(seconds, timeouts[TCP_TIMEOUT_UNACK]!.value);
  } else if (
    !ct.has(Status.ASSURED) &&
    (oldState === TcpConntrack.SYN_RECV || oldState === TcpConntrack.ESTABLISHED) &&
    newState === TcpConntrack.ESTABLISHED
  ) {
    ct.status |= Status.ASSURED;
    conntrack.events.note(ct, EventBit.ASSURED);
  }
  conntrack.refresh(ct, packet, conntrack.ticks(seconds));
  return 'accept';
}

/** The first reason for a shorter timeout that applies, else the state's own. */
function chooseTimeout(conntrack: Conntrack, data: TcpState, index: number, state: number, timeouts: Timeouts): number {
  const own = timeouts[state]!.value;
  const retrans = timeouts[TCP_TIMEOUT_RETRANS]!.value;
  const unacknowledged = timeouts[TCP_TIMEOUT_UNACK]!.value;
  if (data.retransmissions >= conntrack.sysctls.tcpMaxRetrans.value && own > retrans) return retrans;
  if (index === TcpIndex.RST) return timeouts[TcpConntrack.CLOSE]!.value;
  const flags = data.flags(0) | data.flags(1);
  if ((flags & SideFlag.DATA_UNACKNOWLEDGED) !== 0 && own > unacknowledged) return unacknowledged;
  return data.lastWindow === 0 && own > retrans ? retrans : own;
}

/** A SYN/ACK for a SYN of the other side that was ignored just before. */
function answersIgnoredSyn(data: TcpState, direction: Direction, index: number, header: TcpHeader): boolean {
  return (
    index === TcpIndex.SYNACK &&
    data.lastIndex === TcpIndex.SYN &&
    data.lastDirection !== direction &&
    (header.ack | 0) === data.lastEnd
  );
}

/** Starts the windows from the SYN that was ignored. */
function adoptIgnoredSyn(data: TcpState, direction: Direction): void {
  const side = new TcpSide();
  side.end = data.lastEnd;
  side.maxEnd = data.lastEnd;
  side.maxWindow = data.lastWindow === 0 ? 1 : data.lastWindow;
  side.scale = data.lastScale;
  data.lastFlags &= ~SideFlag.EXPECT_CHALLENGE_ACK;
  side.flags = data.lastFlags;
  const { lastDirection } = data;
  const kept = new TcpSide();
  data.load(lastDirection, kept);
  side.maxAck = kept.maxAck;
  data.store(lastDirection, side);
  data.load(direction, kept);
  const fresh = new TcpSide();
  fresh.flags = kept.flags & SideFlag.BE_LIBERAL;
  data.store(direction, fresh);
}

/** Remembers a segment that was passed without believing it; what follows may prove it right. */
function noteIgnored(
  data: TcpState,
  direction: Direction,
  index: number,
  packet: Packet,
  header: TcpHeader,
  oldState: number,
): void {
  data.lastIndex = index;
  data.lastDirection = direction;
  data.lastSeq = header.seq | 0;
  data.lastEnd = segmentEnd(packet, header);
  data.lastWindow = header.window;
  if (index === TcpIndex.SYN && direction === 0) {
    const seen = new TcpSide();
    readSynOptions(header, seen);
    data.lastScale = (seen.flags & SideFlag.WINDOW_SCALE) !== 0 ? seen.scale : 0;
    data.lastFlags = seen.flags & (SideFlag.WINDOW_SCALE | SideFlag.SACK_PERM);
    // RFC 5961: the peer may answer with a challenge ACK, which in LAST_ACK looks like the last one.
    if (oldState === TcpConntrack.LAST_ACK) data.lastFlags |= SideFlag.EXPECT_CHALLENGE_ACK;
  }
  if (oldState === TcpConntrack.SYN_SENT && index === TcpIndex.ACK && direction === 1) data.lastAck = header.ack | 0;
}

/** An ACK that answers an ignored SYN and not the FIN (RFC 5961). */
function isChallengeAck(data: TcpState, direction: Direction, index: number, oldState: number): boolean {
  return (
    oldState === TcpConntrack.LAST_ACK &&
    index === TcpIndex.ACK &&
    data.lastDirection !== direction &&
    data.lastIndex === TcpIndex.SYN &&
    (data.lastFlags & SideFlag.EXPECT_CHALLENGE_ACK) !== 0
  );
}

/**
 * What a reset does: `close` after the window check, close `in-window` without one, `keep` the state for a challenge ACK
 * to come, or nothing, since it is `invalid`.
 */
function judgeReset(
  conntrack: Conntrack,
  ct: Connection,
  data: TcpState,
  direction: Direction,
  peer: Direction,
  header: TcpHeader,
  oldState: number,
): 'close' | 'in-window' | 'keep' | 'keep-in-window' | 'invalid' {
  if (isClosing(data.state)) return 'in-window';
  const seq = header.seq | 0;
  let keeps = false;
  if ((data.flags(peer) & SideFlag.MAXACK_SET) !== 0 && data.lastIndex !== TcpIndex.SYN) {
    const isEstablished = oldState === TcpConntrack.ESTABLISHED && ct.has(Status.ASSURED);
    // Most likely the answer to a SYN that was passed earlier.
    if (seq === 0 && !isEstablished) return 'close';
    const maxAck = data.maxAck(peer);
    if (before(seq, maxAck) && conntrack.sysctls.tcpIgnoreInvalidRst.value === 0) return 'invalid';
    if (!isEstablished || seq === maxAck) return 'close';
    // Right behind data that the same side sent before.
    if (data.lastIndex === TcpIndex.ACK && data.lastDirection === direction && seq === data.lastEnd) return 'close';
    keeps = true;
  }
  const answersSyn = ct.has(Status.SEEN_REPLY) && data.lastIndex === TcpIndex.SYN && data.lastDirection !== direction;
  const answersAck = !ct.has(Status.ASSURED) && data.lastIndex === TcpIndex.ACK;
  const answers = (answersSyn || answersAck) && (header.ack | 0) === data.lastEnd;
  const answersChallenge =
    oldState === TcpConntrack.SYN_SENT &&
    data.lastIndex === TcpIndex.ACK &&
    data.lastDirection === 1 &&
    seq === data.lastAck;
  if (answers || answersChallenge) return keeps ? 'keep-in-window' : 'in-window';
  return keeps ? 'keep' : 'close';
}

/**
 * A FIN or RST out of window (`nf_tcp_handle_invalid`): once both sides sent one, we are out of step with an assured
 * connection, and it shall not stay for days.
 */
function cutTimeout(
  conntrack: Conntrack,
  ct: Connection,
  data: TcpState,
  direction: Direction,
  index: number,
): boolean {
  if (!ct.has(Status.ASSURED) || ct.has(Status.FIXED_TIMEOUT)) return false;
  if (index !== TcpIndex.RST && index !== TcpIndex.FIN) return false;
  const last = data.lastIndex;
  if (data.lastDirection === direction || (last !== TcpIndex.FIN && last !== TcpIndex.RST)) {
    data.lastIndex = index;
    data.lastDirection = direction;
    return false;
  }
  const remaining = Math.max(0, (ct.timeout - conntrack.now) | 0);
  if (remaining < conntrack.ticks(CUT_FROM)) return false;
  const limit = conntrack.ticks(timeoutsOf(conntrack, ct)[TCP_TIMEOUT_UNACK]!.value);
  if (remaining <= limit) return false;
  ct.timeout = conntrack.now + limit;
  return true;
}
