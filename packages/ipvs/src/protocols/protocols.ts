import { ah, esp } from './ah-esp.ts';
import type { IpvsProtocol, ProtocolData } from './protocol.ts';
import { sctp } from './sctp.ts';
import { tcp } from './tcp.ts';
import { udp } from './udp.ts';

/** Every protocol that IPVS knows. */
export const PROTOCOLS: readonly IpvsProtocol[] = [tcp, udp, sctp, ah, esp];

const BY_NUMBER = new Map<number, IpvsProtocol>(PROTOCOLS.map((protocol) => [protocol.number, protocol]));

/** The protocol of a number, if IPVS knows it (`ip_vs_proto_get`). */
export function protocolOf(number: number): IpvsProtocol | undefined {
  return BY_NUMBER.get(number);
}

/** The name that listings print (`ip_vs_proto_name`). 0 is the protocol of templates of services by mark. */
export function protocolLabel(number: number): string {
  if (number === 0) return 'IP';
  if (number === 1) return 'ICMP';
  const protocol = BY_NUMBER.get(number);
  return protocol === undefined || protocol.keptAs !== undefined ? `IP_${number}` : protocol.name;
}

/** Fresh per-host data: default timeouts in ticks, and the normal tables. */
export function protocolData(protocol: IpvsProtocol, hz: number): ProtocolData {
  return { timeouts: protocol.timeouts.map((seconds) => seconds * hz), secure: false };
}
