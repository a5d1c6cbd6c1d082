import { type Packet, TCP_FLAG, type TcpHeader } from '@chainwalk/core';
import { after, before } from '../bits.ts';
import type { Connection } from '../connection.ts';
import type { Direction } from '../tuple.ts';
import { highestSack, readSynOptions } from './tcp-options.ts';
import { SideFlag, TcpConntrack, TcpIndex, type TcpSide, type TcpState } from './tcp-state.ts';

/** Acknowledgements may be this old, or as old as the largest window (`MAXACKWINCONST`). */
const OLDEST_ACK = 66000;

/** Whether a segment fits the windows; a refused one says why, in the kernel's words. */
export type WindowVerdict =
  | { readonly kind: 'accept' }
  | { readonly kind: 'ignore' | 'invalid'; readonly message: string };

const FITS: WindowVerdict = { kind: 'accept' };

/** One past the last sequence number of a segment; SYN and FIN count (`segment_seq_plus_len`). */
export function segmentEnd(packet: Packet, header: TcpHeader): number {
  const data = packet.bodyLength - header.dataOffset * 4;
  const { flags } = header;
  return (header.seq + data + ((flags & TCP_FLAG.SYN) !== 0 ? 1 : 0) + ((flags & TCP_FLAG.FIN) !== 0 ? 1 : 0)) | 0;
}

/**
 * Checks a segment against what the other side allows, and learns from it (`tcp_in_window`). Numbers are modulo 2^32.
 *
 * A segment is in window if it begins before the right edge that the peer announced, ends after the left edge of what the
 * peer may still take, acknowledges nothing that was never sent, and acknowledges nothing too long ago.
 */
export function checkWindow(
  ct: Connection,
  tcp: TcpState,
  direction: Direction,
  index: number,
  packet: Packet,
  header: TcpHeader,
  isLiberal: boolean,
): WindowVerdict {
  const peer: Direction = direction === 0 ? 1 : 0;
  const sender = tcp.change(direction);
  const receiver = tcp.change(peer);
  const verdict = judge(ct, tcp, direction, index, packet, header, sender, receiver);
  if (verdict.kind === 'accept' || !(isLiberal || (sender.flags & SideFlag.BE_LIBERAL) !== 0)) return verdict;
  return FITS;
}

function judge(
  ct: Connection,
  tcp: TcpState,
  direction: Direction,
  index: number,
  packet: Packet,
  header: TcpHeader,
  sender: TcpSide,
  receiver: TcpSide,
): WindowVerdict {
  const { flags } = header;
  const isSyn = (flags & TCP_FLAG.SYN) !== 0;
  const isAck = (flags & TCP_FLAG.ACK) !== 0;
  const isRst = (flags & TCP_FLAG.RST) !== 0;
  let seq = header.seq | 0;
  let ack = header.ack | 0;
  let sack = ack;
  let window = header.window;
  let end = segmentEnd(packet, header);
  if ((receiver.flags & SideFlag.SACK_PERM) !== 0) sack = highestSack(header, ack) | 0;
  // The peer's numbers as they were before a helper's NAT shifted them.
  const sequence = ct.extensions?.sequence;
  if (sequence !== undefined) {
    const shift = sequence.offset(direction === 0 ? 1 : 0, (ack - 1) | 0);
    ack = (ack - shift) | 0;
    sack = (sack - shift) | 0;
  }

  if (sender.maxWindow === 0) {
    if (isSyn) {
      beginSide(sender, receiver, header, end, direction);
      // Simultaneous open.
      if (!isAck) return FITS;
    } else {
      // In the middle of a connection whose history is lost.
      sender.end = end;
      const scaled = (window << sender.scale) | 0;
      sender.maxWindow = scaled === 0 ? 1 : scaled;
      sender.maxEnd = (end + sender.maxWindow) | 0;
      if (receiver.maxWindow === 0) {
        receiver.end = sack;
        receiver.maxEnd = sack;
      } else if (sack === ((receiver.end + 1) | 0)) {
        // An answer to a keepalive.
        receiver.end = (receiver.end + 1) | 0;
      }
    }
  } else if (
    isSyn &&
    after(end, sender.end) &&
    (tcp.state === TcpConntrack.SYN_SENT || tcp.state === TcpConntrack.SYN_RECV)
  ) {
    // Another attempt with higher numbers begins anew.
    beginSide(sender, receiver, header, end, direction);
    if (direction === 1 && !isAck) return FITS;
  }

  if (!isAck || (isRst && ack === 0)) {
    // Nothing is acknowledged, or a reset that claims to: taken as right.
    ack = receiver.end;
    sack = receiver.end;
  }
  if (isRst && seq === 0 && tcp.state === TcpConntrack.SYN_SENT) {
    // An answer to a SYN need not know our numbers.
    seq = sender.end;
    end = sender.end;
  }

  const oldestAck = (receiver.end - Math.max(OLDEST_ACK, sender.maxWindow >>> 0) - 1) | 0;
  const leftEdge = (sender.end - receiver.maxWindow - 1) | 0;
  if (!before(seq, (sender.maxEnd + 1) | 0)) {
    const overshot = (end - sender.maxEnd + 1) >>> 0;
    if (
      receiver.maxWindow !== 0 &&
      after(end, leftEdge) &&
      after(sack, oldestAck) &&
      overshot <= receiver.maxWindow >>> 0 &&
      before(sack, (receiver.end + 1) | 0)
    ) {
      // Some send a little more than they may. The peer is going to acknowledge it, so it has to be remembered.
      sender.end = end;
      sender.flags |= SideFlag.DATA_UNACKNOWLEDGED;
      return { kind: 'ignore', message: `${overshot} bytes more than expected` };
    }
    return refuse('invalid', 'SEQ is over upper bound', sender.maxEnd + 1, '(over the window of the receiver)');
  }
  if (!before(sack, (receiver.end + 1) | 0)) {
    return refuse('invalid', 'ACK is over upper bound', receiver.end + 1, '(ACKed data not seen yet)');
  }
  if (receiver.maxWindow !== 0 && !after(end, leftEdge)) {
    return refuse('ignore', 'SEQ is under lower bound', leftEdge, '(already ACKed data retransmitted)');
  }
  if (!after(sack, oldestAck))
    return refuse('ignore', 'ignored ACK under lower bound', oldestAck, '(possible overly delayed)');

  if (!isSyn) window = (window << sender.scale) | 0;
  const reach = (window + (sack - ack)) | 0;
  if (sender.maxWindow >>> 0 < reach >>> 0) sender.maxWindow = reach;
  if (after(end, sender.end)) {
    sender.end = end;
    sender.flags |= SideFlag.DATA_UNACKNOWLEDGED;
  }
  if (isAck) {
    if ((sender.flags & SideFlag.MAXACK_SET) === 0) {
      sender.maxAck = ack;
      sender.flags |= SideFlag.MAXACK_SET;
    } else if (after(ack, sender.maxAck)) sender.maxAck = ack;
  }
  if (receiver.maxWindow !== 0 && after(end, sender.maxEnd)) {
    receiver.maxWindow = (receiver.maxWindow + ((end - sender.maxEnd) | 0)) | 0;
  }
  if (after((sack + window) | 0, (receiver.maxEnd - 1) | 0)) {
    receiver.maxEnd = (sack + window + (window === 0 ? 1 : 0)) | 0;
  }
  if (ack === receiver.end) receiver.flags &= ~SideFlag.DATA_UNACKNOWLEDGED;
  if (index === TcpIndex.ACK) countRepetition(tcp, direction, seq, ack, end, header.window);
  return FITS;
}

/** The first segment of a side (`tcp_init_sender`): both SYNs have to offer scaling for either to use it. */
function beginSide(sender: TcpSide, receiver: TcpSide, header: TcpHeader, end: number, direction: Direction): void {
  sender.end = end;
  sender.maxEnd = end;
  sender.maxWindow = header.window === 0 ? 1 : header.window;
  readSynOptions(header, sender);
  const both = sender.flags & receiver.flags & SideFlag.WINDOW_SCALE;
  if (direction === 1 && both === 0) {
    sender.scale = 0;
    receiver.scale = 0;
  }
}

/** Counts how often the same ACK came in a row. */
function countRepetition(
  tcp: TcpState,
  direction: Direction,
  seq: number,
  ack: number,
  end: number,
  window: number,
): void {
  if (
    tcp.lastDirection === direction &&
    tcp.lastSeq === seq &&
    tcp.lastAck === ack &&
    tcp.lastEnd === end &&
    tcp.lastWindow === window
  ) {
    tcp.retransmissions++;
    return;
  }
  tcp.lastDirection = direction;
  tcp.lastSeq = seq;
  tcp.lastAck = ack;
  tcp.lastEnd = end;
  tcp.lastWindow = window;
  tcp.retransmissions = 0;
}

function refuse(kind: 'ignore' | 'invalid', what: string, bound: number, why: string): WindowVerdict {
  return { kind, message: `${what} ${bound >>> 0} ${why}` };
}
