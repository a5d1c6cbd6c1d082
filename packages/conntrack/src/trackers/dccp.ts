import { fold, Hook, type HookState, internetSum, type Packet, PROTOCOL, pseudoHeaderSum } from '@chainwalk/core';
import type { Connection } from '../connection.ts';
import type { Conntrack } from '../conntrack.ts';
import { directionOf } from '../ctinfo.ts';
import { EventBit } from '../events.ts';
import { Status } from '../status.ts';
import { type Direction, opposite } from '../tuple.ts';
import type { Tracker, TrackerVerdict } from './tracker.ts';

const NAMES: readonly string[] = ['NONE', 'REQUEST', 'RESPOND', 'PARTOPEN', 'OPEN', 'CLOSEREQ', 'CLOSING', 'TIMEWAIT'];
const State = { NONE: 0, REQUEST: 1, RESPOND: 2, PARTOPEN: 3, CLOSEREQ: 5, TIMEWAIT: 7 } as const;

/** Packet types (RFC 4340), up to the first that is reserved. */
const Type = { REQUEST: 0, RESPONSE: 1, ACK: 3, RESET: 7, RESERVED: 10 } as const;
/** Bytes of the subheader that each type has behind the sequence number. */
const SUBHEADER: readonly number[] = [4, 12, 0, 8, 8, 8, 8, 12, 8, 8];
/** Types that need 48-bit sequence numbers. */
const LONG_ONLY: readonly number[] = [0, 1, 5, 6, 7, 8, 9];

/**
 * Next states (`dccp_state_table`): by the sender's role, client then server, and packet type; one letter for each state
 * from NONE to TIMEWAIT, `-` for ignored and `x` for INVALID.
 */
const TRANSITIONS: readonly (readonly string[])[] = [
  [
    '112----1', // Request
    'x------x', // Response
    'xxxx456x', // Data
    'xx33456x', // Ack
    'xx33456x', // DataAck
    'xxxxxxxx', // CloseReq
    'xxx666xx', // Close
    'x777777-', // Reset
    'x-------', // Sync
    'x-------', // SyncAck
  ],
  [
    'x------1',
    'x22----x',
    'xxx44x6x',
    'xxx44x6x',
    'xxx44x6x',
    'xxx5555x',
    'xxx66x6x',
    'x7777777',
    'x-------',
    'x-------',
  ],
];

/** What DCCP tracking remembers (`struct nf_ct_dccp`). */
export interface DccpState {
  readonly kind: 'dccp';
  state: number;
  /** Which direction the client's packets go. */
  client: Direction;
  lastType: number;
  lastDirection: Direction;
  /** Sequence number of the Response; 48 bits. */
  handshake: number;
}

interface Header {
  readonly type: number;
  readonly isLong: boolean;
  readonly sequence: number;
  /** Of types that acknowledge. */
  readonly acknowledgement: number;
}

/** DCCP (`nf_conntrack_dccp_packet`). */
export const dccp: Tracker = {
  name: 'dccp',
  allowsClash: false,
  mayEvict: (ct) => ct.data?.kind === 'dccp' && ct.data.state >= State.CLOSEREQ,
  stateName: (ct) => NAMES[ct.data?.kind === 'dccp' ? ct.data.state : 0]!,
  packet(conntrack, ct, packet, state) {
    if (packet.payloadLength < 12) return 'drop';
    const fault = faultOf(conntrack, packet, state);
    if (fault !== undefined) return refuse(conntrack, packet, state, fault);
    const header = headerOf(packet);
    if (header === undefined) return 'drop';
    if (!ct.isConfirmed) {
      const first = TRANSITIONS[0]![header.type]!.charAt(State.NONE);
      if (first === 'x') return refuse(conntrack, packet, state, 'invalid state transition ');
      if (Number(first) !== State.REQUEST && conntrack.sysctls.dccpLoose.value === 0) {
        return refuse(conntrack, packet, state, 'not picking up existing connection ');
      }
      ct.data = { kind: 'dccp', state: State.NONE, client: 0, lastType: Type.REQUEST, lastDirection: 0, handshake: 0 };
    }
    return ct.data?.kind === 'dccp' ? walk(conntrack, ct, ct.data, packet, header, state) : 'invalid';
  },
};

function refuse(conntrack: Conntrack, packet: Packet, state: HookState, message: string): 'invalid' {
  conntrack.noteInvalid(packet, state, PROTOCOL.dccp, message);
  return 'invalid';
}

/** A byte of the header; those that a packet does not spell out are zero. */
function byte(packet: Packet, at: number): number {
  return packet.payload[at] ?? 0;
}

function headerOf(packet: Packet): Header | undefined {
  const isLong = (byte(packet, 8) & 1) === 1;
  const type = (byte(packet, 8) >> 1) & 15;
  const basic = isLong ? 16 : 12;
  if (packet.payloadLength < basic + SUBHEADER[type]!) return undefined;
  const number = (at: number, bytes: number): number => {
    let value = 0;
    for (let i = 0; i < bytes; i++) value = value * 256 + byte(packet, at + i);
    return value;
  };
  return {
    type,
    isLong,
    sequence: isLong ? number(10, 6) : number(9, 3),
    acknowledgement: number(basic + 2, 6),
  };
}

/** `dccp_error`. */
function faultOf(conntrack: Conntrack, packet: Packet, state: HookState): string | undefined {
  const length = packet.payloadLength;
  const header = byte(packet, 4) * 4;
  if (header < 12 || header > length) return 'nf_ct_dccp: truncated/malformed packet ';
  const coverage = byte(packet, 5) & 15;
  const covered = coverage === 0 ? length : (coverage - 1) * 4;
  if (covered > length) return 'nf_ct_dccp: bad checksum coverage ';
  const looks = state.hook === Hook.PREROUTING && conntrack.sysctls.checksum.value !== 0;
  if (looks && !checksumHolds(packet, covered)) return 'nf_ct_dccp: bad checksum ';
  const type = (byte(packet, 8) >> 1) & 15;
  if (type >= Type.RESERVED) return 'nf_ct_dccp: reserved packet type ';
  if (LONG_ONLY.includes(type) && (byte(packet, 8) & 1) === 0) return 'nf_ct_dccp: type lacks 48bit sequence numbers';
  return undefined;
}

function checksumHolds(packet: Packet, covered: number): boolean {
  const pseudo = pseudoHeaderSum(packet, packet.payloadLength);
  return fold(internetSum(packet.payload.subarray(0, covered), pseudo)) === 0xffff;
}

function walk(
  conntrack: Conntrack,
  ct: Connection,
  data: DccpState,
  packet: Packet,
  header: Header,
  state: HookState,
): TrackerVerdict {
  const { type } = header;
  if (type === Type.RESET && !ct.has(Status.SEEN_REPLY)) {
    conntrack.account(ct, packet);
    conntrack.kill(ct);
    return 'accept';
  }
  const direction = directionOf(packet.ctinfo);
  const isClient = data.client === direction;
  const old = data.state;
  const letter = TRANSITIONS[isClient ? 0 : 1]![type]!.charAt(old);
  if (letter === 'x') return refuse(conntrack, packet, state, 'invalid state transition');
  let next = Number(letter);
  if (letter === '-') {
    // A Response to a Request that was ignored: the two agree, and we follow.
    if (data.lastDirection === direction || data.lastType !== Type.REQUEST || type !== Type.RESPONSE) {
      data.lastDirection = direction;
      data.lastType = type;
      refuse(conntrack, packet, state, 'invalid packet');
      return 'accept';
    }
    data.client = opposite(direction);
    data.handshake = header.sequence;
    next = State.RESPOND;
  } else if (next === State.REQUEST && old === State.TIMEWAIT && !isClient) data.client = direction;
  else if (next === State.RESPOND && old === State.REQUEST) data.handshake = header.sequence;
  else if (
    next === State.PARTOPEN &&
    old === State.RESPOND &&
    type === Type.ACK &&
    header.acknowledgement === data.handshake
  ) {
    ct.status |= Status.ASSURED;
  }
  data.lastDirection = direction;
  data.lastType = type;
  data.state = next;
  if (next !== old) conntrack.events.note(ct, EventBit.PROTOINFO);
  const timeouts = ct.extensions?.timeoutPolicy?.timeouts ?? conntrack.sysctls.dccp;
  conntrack.refresh(ct, packet, conntrack.ticks(timeouts[next]!.value));
  return 'accept';
}
