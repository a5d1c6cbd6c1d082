import { ACCEPT, drop, formatAddress, type Packet, PROTOCOL, type TcpHeader, type Verdict } from '@chainwalk/core';
import { after } from '../bits.ts';
import type { Connection } from '../connection.ts';
import type { Conntrack } from '../conntrack.ts';
import { CtInfo, directionOf } from '../ctinfo.ts';
import type { Expectation } from '../expectation.ts';
import type { Helper } from '../helper.ts';
import { SequenceAdjustment } from '../sequence-adjustment.ts';
import { NAT_MASK, Status } from '../status.ts';
import { type Direction, opposite } from '../tuple.ts';
import { type FtpAnnouncement, findAnnouncement, formatAnnouncement } from './ftp-text.ts';

/** Places of line ends that are remembered, each direction (`NUM_SEQ_TO_REMEMBER`). */
const REMEMBERED = 2;
/** Ports tried for an announcement before NAT gives up. */
const ATTEMPTS = 128;

/** What the helper knows of a control connection (`struct nf_ct_ftp_master`). */
export interface FtpState {
  /** Sequence numbers right behind a newline, each direction: only there may a command begin. */
  readonly lineStarts: readonly [number[], number[]];
  /** Begin with any packet: the connection was inserted by hand. */
  readonly pickUp: [boolean, boolean];
}

/**
 * FTP (`nf_conntrack_ftp.c`, `nf_nat_ftp.c`): reads PORT, EPRT and the answers to PASV and EPSV, and expects the data
 * connection that they announce. With NAT the announcement is rewritten.
 *
 * A line counts only where it begins right behind a newline that was seen, so the first command of a connection is not
 * read; as in Linux.
 */
export const ftpHelper: Helper = {
  name: 'ftp',
  protocols: [PROTOCOL.tcp],
  maxExpected: 1,
  expectTimeout: 300,
  help(packet, ct, conntrack) {
    if (packet.ctinfo !== CtInfo.ESTABLISHED && packet.ctinfo !== CtInfo.ESTABLISHED_REPLY) return ACCEPT;
    const header = packet.transport;
    if (header?.kind !== 'tcp' || packet.payloadLength === 0) return ACCEPT;
    const state = stateOf(ct);
    const direction = directionOf(packet.ctinfo);
    const text = textOf(packet);
    const behind = (header.seq + packet.payloadLength) | 0;
    const isLineStart = state.lineStarts[direction].includes(header.seq | 0);
    let verdict: Verdict = ACCEPT;
    if (isLineStart || state.pickUp[direction]) {
      if (!isLineStart) state.pickUp[direction] = false;
      const found = findAnnouncement(text, direction);
      if (found === 'partial') return drop('netfilter-drop');
      if (found !== undefined) verdict = announce(conntrack, packet, header, ct, direction, found);
    }
    if (text.endsWith('\n')) rememberLineStart(state.lineStarts[direction], behind);
    return verdict;
  },
};

function stateOf(ct: Connection): FtpState {
  const extensions = ct.extend();
  extensions.ftp ??= { lineStarts: [[], []], pickUp: [false, false] };
  return extensions.ftp;
}

/** The payload as characters; bytes that the packet does not spell out are NUL. */
function textOf(packet: Packet): string {
  let text = '';
  for (let at = 0; at < packet.payloadLength; at++) text += String.fromCharCode(packet.payload[at] ?? 0);
  return text;
}

/** `update_nl_seq`: the two latest are kept. */
function rememberLineStart(places: number[], sequence: number): void {
  if (places.includes(sequence)) return;
  if (places.length < REMEMBERED) {
    places.push(sequence);
    return;
  }
  const oldest = after(places[1]!, places[0]!) ? 0 : 1;
  if (after(sequence, places[oldest]!)) places[oldest] = sequence;
}

/** Expects what was announced; it comes from wherever this packet goes, hence the tuples of the other direction. */
function announce(
  conntrack: Conntrack,
  packet: Packet,
  header: TcpHeader,
  ct: Connection,
  direction: Direction,
  found: FtpAnnouncement,
): Verdict {
  const other = opposite(direction);
  const announced = found.address ?? ct.source(direction);
  // An address of somebody else would open a hole to a third party.
  if (announced !== ct.source(direction)) return ACCEPT;
  const expectation: Expectation = {
    tuple: { src: ct.source(other), dst: ct.destination(other), protocol: PROTOCOL.tcp, sport: 0, dport: found.port },
    mask: { src: true, sport: false },
    master: ct.keep(),
    helper: ftpHelper,
    deadline: 0,
    permanent: false,
    inactive: false,
    direction: 0,
  };
  if (ct.has(NAT_MASK)) return rewrite(conntrack, packet, header, ct, direction, found, expectation);
  return conntrack.expectations.add(expectation) === undefined ? ACCEPT : drop('netfilter-drop');
}

/** Announces the translated address and a port that is free there (`nf_nat_ftp`). */
function rewrite(
  conntrack: Conntrack,
  packet: Packet,
  header: TcpHeader,
  ct: Connection,
  direction: Direction,
  found: FtpAnnouncement,
  expectation: Expectation,
): Verdict {
  const other = opposite(direction);
  const address = ct.destination(other);
  const port = expectSomePort(conntrack, {
    ...expectation,
    direction: other,
    nat: { address, port: found.port, direction: other },
  });
  if (port === undefined) return drop('netfilter-drop');
  const text = formatAnnouncement(found.form, formatAddress(address), port);
  const before = new Uint8Array(packet.payloadLength);
  before.set(packet.payload.subarray(0, packet.payloadLength));
  const payload = new Uint8Array(before.length - found.length + text.length);
  payload.set(before.subarray(0, found.offset));
  for (let at = 0; at < text.length; at++) payload[found.offset + at] = text.charCodeAt(at);
  payload.set(before.subarray(found.offset + found.length), found.offset + text.length);
  packet.payload = payload;
  packet.payloadLength = payload.length;
  packet.trace?.add({ kind: 'change', field: 'payload', from: `port ${found.port}`, to: text, by: 'ftp helper' });
  const difference = text.length - found.length;
  if (difference !== 0) {
    const extensions = ct.extend();
    extensions.sequence ??= new SequenceAdjustment();
    extensions.sequence.add(direction, header.seq, difference);
    ct.status |= Status.SEQ_ADJUST;
  }
  return ACCEPT;
}

/** The announced port, or another one where that is expected already (`nf_nat_exp_find_port`). */
function expectSomePort(conntrack: Conntrack, expectation: Expectation): number | undefined {
  const first = expectation.tuple.dport;
  const range = 65535 - first;
  const random = conntrack.host.simulation.random.stream('nat-port');
  let port = first;
  for (let left = Math.min(range, ATTEMPTS); ; ) {
    const refusal = conntrack.expectations.add({ ...expectation, tuple: { ...expectation.tuple, dport: port } });
    if (refusal === undefined) return port;
    if (refusal !== 'clash' || --left < 0) return undefined;
    port = first + random.below(Math.max(1, range));
  }
}
