import { Hook, type HookState, type Packet, PROTOCOL, type SctpHeader } from '@chainwalk/core';
import type { Connection } from '../connection.ts';
import type { Conntrack } from '../conntrack.ts';
import { directionOf } from '../ctinfo.ts';
import { EventBit } from '../events.ts';
import { Status } from '../status.ts';
import type { Direction } from '../tuple.ts';
import type { Tracker } from './tracker.ts';

/** States of an association by number; 9 is "invalid" in the table below. */
const NAMES: readonly string[] = [
  'NONE',
  'CLOSED',
  'COOKIE_WAIT',
  'COOKIE_ECHOED',
  'ESTABLISHED',
  'SHUTDOWN_SENT',
  'SHUTDOWN_RECD',
  'SHUTDOWN_ACK_SENT',
  'HEARTBEAT_SENT',
];
const ESTABLISHED = 4;
const INVALID = 9;

/** Chunk types (RFC 4960). */
const CHUNK = {
  DATA: 0,
  INIT: 1,
  INIT_ACK: 2,
  HEARTBEAT: 4,
  HEARTBEAT_ACK: 5,
  ABORT: 6,
  SHUTDOWN: 7,
  SHUTDOWN_ACK: 8,
  ERROR: 9,
  COOKIE_ECHO: 10,
  COOKIE_ACK: 11,
  SHUTDOWN_COMPLETE: 14,
} as const;
/** Chunks whose verification tag has rules of its own, looked at one by one. */
const TAG_EXEMPT: readonly number[] = [1, 4, 5, 6, 8, 10, 14];

/**
 * Next states (`sctp_conntracks`, 6.1 stable): by direction and chunk type, one digit for each state from NONE to
 * HEARTBEAT_SENT.
 */
const TRANSITIONS: readonly Readonly<Record<number, string>>[] = [
  {
    [CHUNK.INIT]: '112341172',
    [CHUNK.INIT_ACK]: '112345671',
    [CHUNK.ABORT]: '111111111',
    [CHUNK.SHUTDOWN]: '112355671',
    [CHUNK.SHUTDOWN_ACK]: '712347777',
    [CHUNK.ERROR]: '112345671',
    [CHUNK.COOKIE_ECHO]: '113345671',
    [CHUNK.COOKIE_ACK]: '112445671',
    [CHUNK.SHUTDOWN_COMPLETE]: '112345611',
    [CHUNK.HEARTBEAT]: '812345678',
    [CHUNK.HEARTBEAT_ACK]: '112345678',
  },
  {
    [CHUNK.INIT]: '912345679',
    [CHUNK.INIT_ACK]: '922345679',
    [CHUNK.ABORT]: '911111119',
    [CHUNK.SHUTDOWN]: '912365679',
    [CHUNK.SHUTDOWN_ACK]: '912347779',
    [CHUNK.ERROR]: '912145679',
    [CHUNK.COOKIE_ECHO]: '913345679',
    [CHUNK.COOKIE_ACK]: '912445679',
    [CHUNK.SHUTDOWN_COMPLETE]: '912345619',
    [CHUNK.HEARTBEAT]: '912345678',
    [CHUNK.HEARTBEAT_ACK]: '912345674',
  },
];

/** What SCTP tracking remembers of an association (`struct ip_ct_sctp`). */
export interface SctpState {
  readonly kind: 'sctp';
  state: number;
  /** The tag that each direction's packets carry; 0 while unknown. */
  readonly tags: [number, number];
  /** Whether an INIT of each direction is pending. */
  readonly init: [boolean, boolean];
  heartbeatTagFailed: boolean;
  lastDirection: Direction;
}

interface Chunk {
  readonly type: number;
  readonly flags: number;
  /** The initiate tag of INIT and INIT ACK; `undefined` if cut. */
  readonly tag: number | undefined;
}

/** SCTP (`nf_conntrack_sctp_packet`). */
export const sctp: Tracker = {
  name: 'sctp',
  allowsClash: false,
  mayEvict: (ct) => ct.data?.kind === 'sctp' && ct.data.state >= 5 && ct.data.state <= 7,
  stateName: (ct) => NAMES[ct.data?.kind === 'sctp' ? ct.data.state : 0]!,
  packet(conntrack, ct, packet, state) {
    const header = packet.transport;
    if (header?.kind !== 'sctp') {
      conntrack.noteInvalid(packet, state, PROTOCOL.sctp, 'nf_ct_sctp: short packet ');
      return 'invalid';
    }
    if (packet.badChecksum && state.hook === Hook.PREROUTING && conntrack.sysctls.checksum.value !== 0) {
      conntrack.noteInvalid(packet, state, PROTOCOL.sctp, 'nf_ct_sctp: bad CRC ');
      return 'invalid';
    }
    const chunks = chunksOf(packet);
    if (chunks === undefined || chunks.length === 0) return 'invalid';
    const types = new Set(chunks.map((chunk) => chunk.type));
    if (!ct.isConfirmed) {
      if (types.has(CHUNK.ABORT) || types.has(CHUNK.SHUTDOWN_COMPLETE) || types.has(CHUNK.COOKIE_ACK)) return 'invalid';
      const fresh = newState(chunks, header);
      if (fresh === undefined) return 'invalid';
      ct.data = fresh;
    }
    if (ct.data?.kind !== 'sctp') return 'invalid';
    return walk(conntrack, ct, ct.data, packet, header, chunks, types, state);
  },
};

/** Chunks of a packet, or `undefined` if they may not stand together (`do_basic_checks`). */
function chunksOf(packet: Packet): readonly Chunk[] | undefined {
  // Bytes beyond what a packet spells out are zero.
  const byte = (at: number): number => packet.payload[at] ?? 0;
  const chunks: Chunk[] = [];
  let alone = false;
  for (let at = 0; at + 4 <= packet.payloadLength; ) {
    const type = byte(at);
    const length = (byte(at + 2) << 8) | byte(at + 3);
    if (type === CHUNK.INIT || type === CHUNK.INIT_ACK || type === CHUNK.SHUTDOWN_COMPLETE) alone = true;
    if ((alone || type === CHUNK.COOKIE_ACK || type === CHUNK.COOKIE_ECHO) && chunks.length > 0) return undefined;
    if (length === 0) return undefined;
    const tag = (byte(at + 4) * 0x1000000 + (byte(at + 5) << 16)) | (byte(at + 6) << 8) | byte(at + 7);
    chunks.push({ type, flags: byte(at + 1), tag: at + 20 <= packet.payloadLength ? tag >>> 0 : undefined });
    at += (length + 3) & ~3;
  }
  return chunks;
}

/** The state of an association that a packet starts (`sctp_new`). */
function newState(chunks: readonly Chunk[], header: SctpHeader): SctpState | undefined {
  const fresh: SctpState = {
    kind: 'sctp',
    state: 0,
    tags: [0, 0],
    init: [false, false],
    heartbeatTagFailed: false,
    lastDirection: 0,
  };
  for (const chunk of chunks) {
    const next = transition(0, 0, chunk.type);
    if (next === 0 || next === INVALID) return undefined;
    if (chunk.type === CHUNK.INIT) {
      if (header.tag !== 0 || chunk.tag === undefined) return undefined;
      fresh.tags[1] = chunk.tag;
    } else if (chunk.type === CHUNK.HEARTBEAT) fresh.tags[0] = header.tag;
    else if (chunk.type === CHUNK.SHUTDOWN_ACK) fresh.tags[1] = header.tag;
  }
  return fresh;
}

function transition(direction: Direction, state: number, type: number): number {
  const row = TRANSITIONS[direction]![type];
  return row === undefined ? state : row.charCodeAt(state) - 48;
}

function walk(
  conntrack: Conntrack,
  ct: Connection,
  data: SctpState,
  packet: Packet,
  header: SctpHeader,
  chunks: readonly Chunk[],
  types: ReadonlySet<number>,
  state: HookState,
): 'accept' | 'invalid' {
  const direction = directionOf(packet.ctinfo);
  const peer: Direction = direction === 0 ? 1 : 0;
  const { tag } = header;
  if (!TAG_EXEMPT.some((type) => types.has(type)) && tag !== data.tags[direction]) return 'invalid';
  let ignore = false;
  let next = 0;
  for (const chunk of chunks) {
    const verdict = checkTag(data, chunk, tag, direction, types.has(CHUNK.DATA) || ignore);
    if (verdict === 'invalid') return 'invalid';
    if (verdict === 'ignore') {
      ignore = true;
      continue;
    }
    const old = data.state;
    next = transition(direction, old, chunk.type);
    if (next === INVALID) {
      conntrack.noteInvalid(
        packet,
        state,
        PROTOCOL.sctp,
        `Invalid, old_state ${old}, dir ${direction}, type ${chunk.type}`,
      );
      return 'invalid';
    }
    if (chunk.type === CHUNK.INIT) {
      if (chunk.tag === undefined) return 'invalid';
      // An INIT that repeats the tag we know is late or sent again.
      if (old === 0 || data.tags[peer] !== chunk.tag) {
        if (data.init[direction] && data.init[peer]) data.init[peer] = false;
        data.init[direction] = true;
      }
      data.tags[peer] = chunk.tag;
      if (next === 1 && old === 1 && ct.isConfirmed) ignore = true;
    } else if (chunk.type === CHUNK.INIT_ACK) {
      if (chunk.tag === undefined) return 'invalid';
      const known = data.tags[peer];
      if (!data.init[peer] && known !== 0 && known !== chunk.tag) return 'invalid';
      if (data.init[direction] && data.init[peer] && known !== chunk.tag) return 'invalid';
      data.tags[peer] = chunk.tag;
    }
    data.state = next;
    if (next !== old) {
      conntrack.events.note(ct, EventBit.PROTOINFO);
      if (next === ESTABLISHED && !ct.has(Status.ASSURED)) {
        ct.status |= Status.ASSURED;
        conntrack.events.note(ct, EventBit.ASSURED);
      }
    }
  }
  if (ignore) return 'accept';
  const timeouts = ct.extensions?.timeoutPolicy?.timeouts ?? conntrack.sysctls.sctp;
  conntrack.refresh(ct, packet, conntrack.ticks(timeouts[next]!.value));
  return 'accept';
}

/** The rules of RFC 4960 8.5.1 about which tag a chunk may come under. */
function checkTag(
  data: SctpState,
  chunk: Chunk,
  tag: number,
  direction: Direction,
  strict: boolean,
): 'ok' | 'ignore' | 'invalid' {
  const peer: Direction = direction === 0 ? 1 : 0;
  const own = data.tags[direction];
  switch (chunk.type) {
    case CHUNK.INIT:
      return tag === 0 ? 'ok' : 'invalid';
    case CHUNK.ABORT:
    case CHUNK.SHUTDOWN_COMPLETE:
      return tag === ((chunk.flags & 1) !== 0 ? data.tags[peer] : own) ? 'ok' : 'invalid';
    case CHUNK.COOKIE_ECHO:
      return tag === own ? 'ok' : 'invalid';
    case CHUNK.COOKIE_ACK:
      data.init[0] = false;
      data.init[1] = false;
      return 'ok';
    case CHUNK.HEARTBEAT:
      if (own === 0) data.tags[direction] = tag;
      else if (tag !== own) {
        if (strict) return 'invalid';
        data.heartbeatTagFailed = true;
        data.lastDirection = direction;
        return 'ignore';
      } else data.heartbeatTagFailed = false;
      return 'ok';
    case CHUNK.HEARTBEAT_ACK:
      if (own === 0) data.tags[direction] = tag;
      else if (tag !== own) {
        if (strict || !data.heartbeatTagFailed || data.lastDirection === direction) return 'invalid';
        data.heartbeatTagFailed = false;
        data.tags[direction] = tag;
        data.tags[peer] = 0;
      } else data.heartbeatTagFailed = false;
      return 'ok';
    default:
      return 'ok';
  }
}
