import { Hook, type HookState, type Packet, PROTOCOL } from '@chainwalk/core';
import type { Connection } from '../connection.ts';
import type { Conntrack } from '../conntrack.ts';
import { EventBit } from '../events.ts';
import { Status } from '../status.ts';
import type { Tracker, TrackerVerdict } from './tracker.ts';

/** Seconds after which an answered flow counts as a stream. */
const STREAM_SECONDS = 2;

/** UDP (`nf_conntrack_udp_packet`). */
export const udp: Tracker = {
  name: 'udp',
  allowsClash: true,
  packet(conntrack, ct, packet, state) {
    const fault = udpFault(conntrack, packet, state);
    if (fault !== undefined) {
      conntrack.noteInvalid(packet, state, PROTOCOL.udp, fault);
      return 'invalid';
    }
    const timeouts = ct.extensions?.timeoutPolicy?.timeouts ?? conntrack.sysctls.udp;
    const { now } = conntrack;
    if (!ct.isConfirmed) ct.streamAfter = (now + conntrack.ticks(STREAM_SECONDS)) | 0;
    if (!ct.has(Status.SEEN_REPLY)) {
      conntrack.refresh(ct, packet, conntrack.ticks(timeouts[0]!.value));
      return 'accept';
    }
    const isStream = ((now - ct.streamAfter) | 0) > 0;
    conntrack.refresh(ct, packet, conntrack.ticks(timeouts[isStream ? 1 : 0]!.value));
    if (isStream && !ct.has(Status.NAT_CLASH)) assure(conntrack, ct);
    return 'accept';
  },
};

/** UDP-Lite (`nf_conntrack_udplite_packet`): a stream from the first packet after the answer. */
export const udplite: Tracker = {
  name: 'udplite',
  allowsClash: true,
  packet(conntrack, ct, packet, state): TrackerVerdict {
    const fault = udpliteFault(packet);
    if (fault !== undefined) {
      conntrack.noteInvalid(packet, state, PROTOCOL.udplite, fault);
      return 'invalid';
    }
    const timeouts = ct.extensions?.timeoutPolicy?.timeouts ?? conntrack.sysctls.udp;
    const replied = ct.has(Status.SEEN_REPLY);
    conntrack.refresh(ct, packet, conntrack.ticks(timeouts[replied ? 1 : 0]!.value));
    if (replied && !ct.has(Status.NAT_CLASH)) assure(conntrack, ct);
    return 'accept';
  },
};

function assure(conntrack: Conntrack, ct: Connection): void {
  if (ct.has(Status.ASSURED)) return;
  ct.status |= Status.ASSURED;
  conntrack.events.note(ct, EventBit.ASSURED);
}

/** Why a UDP header is no good (`udp_error`); checksums are looked at on the way in only. */
function udpFault(conntrack: Conntrack, packet: Packet, state: HookState): string | undefined {
  const header = packet.transport;
  if (header?.kind !== 'udp') return 'short packet';
  if (header.length < 8 || header.length > 8 + packet.payloadLength) return 'truncated/malformed packet';
  if (!header.hasChecksum || state.hook !== Hook.PREROUTING) return undefined;
  return packet.badChecksum && conntrack.sysctls.checksum.value !== 0 ? 'bad checksum' : undefined;
}

/** Why a UDP-Lite header is no good (`udplite_error`): coverage out of bounds, or no checksum, which it must have. */
function udpliteFault(packet: Packet): string | undefined {
  const { payload, payloadLength } = packet;
  if (payloadLength < 8) return 'short packet';
  const word = (at: number): number => ((payload[at] ?? 0) << 8) | (payload[at + 1] ?? 0);
  const coverage = word(4);
  if (coverage !== 0 && (coverage < 8 || coverage > payloadLength)) return 'invalid checksum coverage';
  return word(6) === 0 ? 'checksum missing' : undefined;
}
