import type { Ruleset } from '../iptables/ruleset.ts';
import type { Protocol } from '../model/service-port.ts';
import type { SetKey } from './sets.ts';

/** One address and port that IPVS balances (`ipvsadm -A`). */
export interface VirtualServer {
  readonly address: string;
  readonly port: number;
  readonly protocol: Protocol;
  readonly scheduler: string;
  /** Seconds that a client stays with its server; 0 for none. */
  readonly persistentSeconds: number;
  /** In the order in which they are added. */
  readonly realServers: readonly RealServer[];
}

/** One server behind it (`ipvsadm -a -m`). */
export interface RealServer {
  readonly address: string;
  readonly port: number;
  readonly weight: number;
}

/** Everything that kube-proxy wants to have in place in IPVS mode. */
export interface IpvsState {
  readonly sets: ReadonlyMap<SetKey, ReadonlySet<string>>;
  readonly ruleset: Ruleset;
  readonly virtualServers: readonly VirtualServer[];
  /** On the dummy device kube-ipvs0, each with a host mask. */
  readonly addresses: readonly string[];
}

/** `ip:port/protocol`: what identifies a virtual server. */
export function virtualServerKey(server: Pick<VirtualServer, 'address' | 'port' | 'protocol'>): string {
  return `${hostPort(server)}/${server.protocol}`;
}

/** `ip:port` or `[ip]:port`. */
export function hostPort(server: { readonly address: string; readonly port: number }): string {
  return server.address.includes(':') ? `[${server.address}]:${server.port}` : `${server.address}:${server.port}`;
}

/** The device that makes service addresses local. */
export const DUMMY_DEVICE = 'kube-ipvs0';
