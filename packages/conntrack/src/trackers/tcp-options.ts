import type { TcpHeader } from '@chainwalk/core';
import { after } from '../bits.ts';
import { SideFlag, type TcpSide } from './tcp-state.ts';

const KIND = { END: 0, NOP: 1, WINDOW_SCALE: 3, SACK_PERMITTED: 4, SACK: 5 } as const;
/** Larger shifts count as this (`TCP_MAX_WSCALE`). */
const LARGEST_SCALE = 14;
/** Two NOPs and a timestamp: the usual options of a segment, which hold no SACK. */
const TIMESTAMP_ONLY = 0x0101080a;

/** Calls `visit` with kind, place of the value and whole length of each option, until it answers true or they end. */
function walkOptions(bytes: Uint8Array, visit: (kind: number, at: number, length: number) => boolean): void {
  for (let at = 0; at < bytes.length; ) {
    const kind = bytes[at]!;
    if (kind === KIND.END) return;
    if (kind === KIND.NOP) {
      at++;
      continue;
    }
    if (bytes.length - at < 2) return;
    const length = bytes[at + 1]!;
    if (length < 2 || at + length > bytes.length || visit(kind, at + 2, length)) return;
    at += length;
  }
}

/** Takes window scale and "SACK permitted" of a SYN over into a side (`tcp_options`); without any options nothing changes. */
export function readSynOptions(header: TcpHeader, side: TcpSide): void {
  const { options } = header;
  if (options.length === 0) return;
  side.scale = 0;
  side.flags &= SideFlag.BE_LIBERAL;
  walkOptions(options, (kind, at, length) => {
    if (kind === KIND.SACK_PERMITTED && length === 2) side.flags |= SideFlag.SACK_PERM;
    else if (kind === KIND.WINDOW_SCALE && length === 3) {
      side.scale = Math.min(options[at]!, LARGEST_SCALE);
      side.flags |= SideFlag.WINDOW_SCALE;
    }
    return false;
  });
}

/** The highest right edge of the SACK blocks, or `ack` if none is higher (`tcp_sack`). */
export function highestSack(header: TcpHeader, ack: number): number {
  const { options } = header;
  if (options.length === 0) return ack;
  const view = new DataView(options.buffer, options.byteOffset, options.byteLength);
  if (options.length === 12 && view.getUint32(0) === TIMESTAMP_ONLY) return ack;
  let highest = ack;
  walkOptions(options, (kind, at, length) => {
    if (kind !== KIND.SACK || length < 10 || (length - 2) % 8 !== 0) return false;
    for (let block = at; block < at + length - 2; block += 8) {
      const edge = view.getUint32(block + 4);
      if (after(edge, highest)) highest = edge;
    }
    return true;
  });
  return highest;
}
