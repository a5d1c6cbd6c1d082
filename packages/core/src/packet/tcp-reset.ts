import { TCP_FLAG, type TcpHeader, tcpHeader } from './transport.ts';

/**
 * The header of the reset that answers a segment. With an ACK, it stands where the other side expects it; without one, it
 * acknowledges all that came (`nf_reject_ip_tcphdr_put`, `tcp_v4_send_reset`).
 * @param payload bytes after the segment's header
 */
export function tcpResetFor(tcp: TcpHeader, payload: number): TcpHeader {
  const ports = { sport: tcp.dport, dport: tcp.sport, window: 0 };
  if ((tcp.flags & TCP_FLAG.ACK) !== 0) return tcpHeader({ ...ports, flags: TCP_FLAG.RST, seq: tcp.ack });
  const occupied = ((tcp.flags & TCP_FLAG.SYN) !== 0 ? 1 : 0) + ((tcp.flags & TCP_FLAG.FIN) !== 0 ? 1 : 0);
  return tcpHeader({ ...ports, flags: TCP_FLAG.RST | TCP_FLAG.ACK, ack: (tcp.seq + occupied + payload) >>> 0 });
}
