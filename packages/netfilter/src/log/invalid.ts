import type { Conntrack } from '@chainwalk/conntrack';
import { DEFAULT_LOG_FLAGS, packetLine } from './packet-line.ts';

/** What conntrack calls INVALID is logged as "notice". */
const NOTICE = 5;

/**
 * Has conntrack log the packets that it calls INVALID, where `nf_conntrack_log_invalid` asks for it, in the words of LOG
 * (`nf_l4proto_log_invalid`).
 */
export function logInvalidPackets(conntrack: Conntrack): void {
  const { log } = conntrack.host;
  conntrack.logInvalid = (packet, state, prefix) =>
    log.write(packetLine(packet, state, prefix, DEFAULT_LOG_FLAGS), NOTICE);
}
