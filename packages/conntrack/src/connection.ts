import { type Address, type Device, invariant, ipv4FromBits, type Packet } from '@chainwalk/core';
import { ipv4Bits } from './bits.ts';
import type { Expectation } from './expectation.ts';
import type { Helper } from './helper.ts';
import type { FtpState } from './helpers/ftp.ts';
import type { SequenceAdjustment } from './sequence-adjustment.ts';
import { Status } from './status.ts';
import type { TimeoutPolicy } from './timeout-policy.ts';
import type { DccpState } from './trackers/dccp.ts';
import type { GreState } from './trackers/gre.ts';
import type { SctpState } from './trackers/sctp.ts';
import type { TcpState } from './trackers/tcp-state.ts';
import type { Direction, Tuple } from './tuple.ts';
import { DEFAULT_ZONE, type Zone } from './zone.ts';

/** Packets and bytes of both directions (`struct nf_conn_acct`); bytes are IP total lengths. */
export interface Accounting {
  originalPackets: number;
  originalBytes: number;
  replyPackets: number;
  replyBytes: number;
}

/** What a tracker keeps in a connection. */
export type TrackerState = TcpState | SctpState | GreState | DccpState;

/** What few connections have, kept apart so that the many stay small (`struct nf_ct_ext`). */
export class Extensions {
  /** The helper that reads its payload. */
  helper: Helper | undefined = undefined;
  /** Connections that its helper announced and that have not come yet, newest first. */
  expectations: Expectation[] = [];
  /** What the FTP helper remembers. */
  ftp: FtpState | undefined = undefined;
  /** 128 label bits; absent in connections that were made while nobody used labels. */
  labels: bigint | undefined = undefined;
  zone: Zone = DEFAULT_ZONE;
  timeoutPolicy: TimeoutPolicy | undefined = undefined;
  sequence: SequenceAdjustment | undefined = undefined;
  /** Simulated time of confirmation and of removal, where `nf_conntrack_timestamp` was set. */
  start: number | undefined = undefined;
  stop: number | undefined = undefined;
  /** The connection whose helper announced this one. */
  master: Connection | undefined = undefined;
  /** Connections that have this one as master and are still there. */
  children = 0;
  /** What a `CT --ctevents` template asked for; `undefined` means all. */
  eventMask: number | undefined = undefined;
}

/**
 * A connection (`struct nf_conn`): two tuples, a status, a timeout and what its tracker remembers.
 *
 * It lives on a packet (`packet.nfct`) from the first hook on, and in the table once confirmed. Addresses are kept as
 * 32-bit integers, which V8 stores without boxes; {@link original} and {@link reply} make tuples of them when asked.
 *
 * Invariant: the original tuple never changes, and the reply tuple only before confirmation.
 */
export class Connection {
  // First, since fields lie in memory in this order: what look-ups compare and what every packet needs share cache lines.
  readonly #src: number;
  readonly #dst: number;
  readonly #ports: number;
  #replySrc: number;
  #replyDst: number;
  #replyPorts: number;
  /** Bits of {@link Status}. */
  status = 0;
  /** `ct->mark`, unsigned 32 bits. */
  mark = 0;
  /** Kernel ticks: how long before it is confirmed, until when (modulo 2^32, signed) from then on. */
  timeout = 0;
  /** Its row in the table; -1 outside. Owned by the table. */
  slot = -1;
  readonly protocol: number;
  #state: TrackerState | number | undefined = undefined;
  /** `ifindex` of the device whose address masquerading took; 0 if none. */
  masqueradeIndex = 0;
  accounting: Accounting | undefined = undefined;
  extensions: Extensions | undefined = undefined;
  /** Next in the chain of connections with such a source. Owned by NAT. */
  nextBySource: Connection | undefined = undefined;

  constructor(original: Tuple, reply: Tuple) {
    this.protocol = original.protocol;
    this.#src = ipv4Bits(original.src);
    this.#dst = ipv4Bits(original.dst);
    this.#ports = portsOf(original);
    this.#replySrc = ipv4Bits(reply.src);
    this.#replyDst = ipv4Bits(reply.dst);
    this.#replyPorts = portsOf(reply);
  }

  /** What TCP, SCTP, GRE and DCCP tracking remember. */
  get data(): TrackerState | undefined {
    return typeof this.#state === 'object' ? this.#state : undefined;
  }
  set data(value: TrackerState) {
    this.#state = value;
  }

  /** UDP, which remembers no more than this: the tick after which the connection is a stream. */
  get streamAfter(): number {
    return typeof this.#state === 'number' ? this.#state : 0;
  }
  set streamAfter(value: number) {
    this.#state = value;
  }

  /** The tuple of the first packet. */
  get original(): Tuple {
    return this.tuple(0);
  }

  /** The tuple that answers have when they come in. */
  get reply(): Tuple {
    return this.tuple(1);
  }

  /** The tuple of one direction. */
  tuple(direction: Direction): Tuple {
    const src = direction === 0 ? this.#src : this.#replySrc;
    const dst = direction === 0 ? this.#dst : this.#replyDst;
    const ports = direction === 0 ? this.#ports : this.#replyPorts;
    return {
      src: ipv4FromBits(src),
      dst: ipv4FromBits(dst),
      protocol: this.protocol,
      sport: ports >>> 16,
      dport: ports & 0xffff,
    };
  }

  /** The source address of one direction. */
  source(direction: Direction): Address {
    return ipv4FromBits(direction === 0 ? this.#src : this.#replySrc);
  }

  /** The destination address of one direction. */
  destination(direction: Direction): Address {
    return ipv4FromBits(direction === 0 ? this.#dst : this.#replyDst);
  }

  /** Source as a signed 32-bit integer; for the table's comparisons. */
  sourceBits(direction: Direction): number {
    return direction === 0 ? this.#src : this.#replySrc;
  }

  /** Destination as a signed 32-bit integer; for the table's comparisons. */
  destinationBits(direction: Direction): number {
    return direction === 0 ? this.#dst : this.#replyDst;
  }

  /** Both ports in one signed 32-bit integer; for the table's comparisons. */
  portBits(direction: Direction): number {
    return direction === 0 ? this.#ports : this.#replyPorts;
  }

  /** Makes it answer to another reply tuple (`nf_conntrack_alter_reply`). Precondition: not confirmed. */
  alterReply(reply: Tuple): void {
    invariant((this.status & Status.CONFIRMED) === 0, 'the reply tuple of a confirmed connection is fixed');
    this.#replySrc = ipv4Bits(reply.src);
    this.#replyDst = ipv4Bits(reply.dst);
    this.#replyPorts = portsOf(reply);
  }

  has(bits: number): boolean {
    return (this.status & bits) !== 0;
  }

  /** Whether it is, or was, in the table (`nf_ct_is_confirmed`). */
  get isConfirmed(): boolean {
    return (this.status & Status.CONFIRMED) !== 0;
  }

  get isDying(): boolean {
    return (this.status & Status.DYING) !== 0;
  }

  get zone(): Zone {
    return this.extensions?.zone ?? DEFAULT_ZONE;
  }

  /** The connection whose helper announced this one. */
  get master(): Connection | undefined {
    return this.extensions?.master;
  }

  get helper(): Helper | undefined {
    return this.extensions?.helper;
  }

  /** The label bits; 0 if it has none. */
  get labels(): bigint {
    return this.extensions?.labels ?? 0n;
  }

  /** The extensions, created if there are none yet. */
  extend(): Extensions {
    this.extensions ??= new Extensions();
    return this.extensions;
  }
}

/** The connection of a packet (`nf_ct_get`); `undefined` if it is INVALID, UNTRACKED, not tracked yet or has a template. */
export function ctOf(packet: Packet): Connection | undefined {
  const { nfct } = packet;
  return nfct instanceof Connection ? nfct : undefined;
}

/** Attaches a connection to a packet (`nf_ct_set`). */
export function attach(packet: Packet, ct: Connection, ctinfo: number): void {
  packet.nfct = ct;
  packet.ctinfo = ctinfo;
}

/** The device a masqueraded connection is tied to, by `ifindex`. */
export function isTiedTo(ct: Connection, device: Device): boolean {
  return ct.masqueradeIndex === device.index;
}

function portsOf(tuple: Tuple): number {
  return (tuple.sport << 16) | tuple.dport;
}
