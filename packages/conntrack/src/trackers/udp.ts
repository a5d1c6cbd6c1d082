import { Hook, type HookState, type Packet, PROTOCOL, type UdpliteFault, udpliteFault } from '@chainwalk/core';
import type { Connection } from '../connection.ts';
import type { Conntrack } from '../conntrack.ts';
import { EventBit } from '../events.ts';
import { Status } from '../status.ts';
import type { Tracker, TrackerVerdict } from './tracker.ts';

/** Seconds after which an answered flow counts as a stream. */
const STREAM_SECONDS = 2;

/** In the words of the kernel (`udplite_error`). */
const UDPLITE_FAULTS: Record<UdpliteFault, string> = {
  short: 'short packet',
  coverage: 'invalid checksum coverage',
  'no-checksum': 'checksum missing',
  checksum: 'bad checksum',
};

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
    // Linux takes the checksum for one of UDP, so that a right one is wrong to it.
    const fault = udpliteFault(packet, PROTOCOL.udp);
    const isTested = state.hook === Hook.PREROUTING && conntrack.sysctls.checksum.value !== 0;
    if (fault !== undefined && (fault !== 'checksum' || isTested)) {
      conntrack.noteInvalid(packet, state, PROTOCOL.udplite, UDPLITE_FAULTS[fault]);
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
