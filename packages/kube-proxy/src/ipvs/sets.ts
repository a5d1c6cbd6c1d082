import type { Family } from '@chainwalk/core';

/** The types of ipsets that kube-proxy uses. */
export type SetType = 'hash:ip' | 'hash:ip,port' | 'hash:ip,port,ip' | 'hash:ip,port,net' | 'bitmap:port';

/** One of kube-proxy's ipsets. */
export interface SetKind {
  /** As in IPv4; see {@link setName}. */
  readonly name: string;
  readonly type: SetType;
  /** What rules about it say. */
  readonly comment: string;
}

/** What this code calls each set. */
export type SetKey =
  | 'loopBack'
  | 'clusterIp'
  | 'externalIp'
  | 'externalIpLocal'
  | 'loadBalancer'
  | 'loadBalancerLocal'
  | 'loadBalancerFw'
  | 'sourceIp'
  | 'sourceCidr'
  | 'nodePortTcp'
  | 'nodePortLocalTcp'
  | 'nodePortUdp'
  | 'nodePortLocalUdp'
  | 'nodePortSctp'
  | 'nodePortLocalSctp'
  | 'healthCheck'
  | 'ipvsIps';

const PORT = 'Kubernetes nodeport';

/** kube-proxy's sets, all of which exist whether they have members or not. */
export const SETS: Readonly<Record<SetKey, SetKind>> = {
  loopBack: {
    name: 'KUBE-LOOP-BACK',
    type: 'hash:ip,port,ip',
    comment: 'Kubernetes endpoints dst ip:port, source ip for solving hairpin purpose',
  },
  clusterIp: {
    name: 'KUBE-CLUSTER-IP',
    type: 'hash:ip,port',
    comment: 'Kubernetes service cluster ip + port for masquerade purpose',
  },
  externalIp: {
    name: 'KUBE-EXTERNAL-IP',
    type: 'hash:ip,port',
    comment: 'Kubernetes service external ip + port for masquerade and filter purpose',
  },
  externalIpLocal: {
    name: 'KUBE-EXTERNAL-IP-LOCAL',
    type: 'hash:ip,port',
    comment: 'Kubernetes service external ip + port with externalTrafficPolicy=local',
  },
  loadBalancer: { name: 'KUBE-LOAD-BALANCER', type: 'hash:ip,port', comment: 'Kubernetes service lb portal' },
  loadBalancerLocal: {
    name: 'KUBE-LOAD-BALANCER-LOCAL',
    type: 'hash:ip,port',
    comment: 'Kubernetes service load balancer ip + port with externalTrafficPolicy=local',
  },
  loadBalancerFw: {
    name: 'KUBE-LOAD-BALANCER-FW',
    type: 'hash:ip,port',
    comment: 'Kubernetes service load balancer ip + port for load balancer with sourceRange',
  },
  sourceIp: {
    name: 'KUBE-LOAD-BALANCER-SOURCE-IP',
    type: 'hash:ip,port,ip',
    comment: 'Kubernetes service load balancer ip + port + source IP for packet filter purpose',
  },
  sourceCidr: {
    name: 'KUBE-LOAD-BALANCER-SOURCE-CIDR',
    type: 'hash:ip,port,net',
    comment: 'Kubernetes service load balancer ip + port + source cidr for packet filter purpose',
  },
  nodePortTcp: {
    name: 'KUBE-NODE-PORT-TCP',
    type: 'bitmap:port',
    comment: `${PORT} TCP port for masquerade purpose`,
  },
  nodePortLocalTcp: {
    name: 'KUBE-NODE-PORT-LOCAL-TCP',
    type: 'bitmap:port',
    comment: `${PORT} TCP port with externalTrafficPolicy=local`,
  },
  nodePortUdp: {
    name: 'KUBE-NODE-PORT-UDP',
    type: 'bitmap:port',
    comment: `${PORT} UDP port for masquerade purpose`,
  },
  nodePortLocalUdp: {
    name: 'KUBE-NODE-PORT-LOCAL-UDP',
    type: 'bitmap:port',
    comment: `${PORT} UDP port with externalTrafficPolicy=local`,
  },
  nodePortSctp: {
    name: 'KUBE-NODE-PORT-SCTP-HASH',
    type: 'hash:ip,port',
    comment: `${PORT} SCTP port for masquerade purpose with type 'hash ip:port'`,
  },
  nodePortLocalSctp: {
    name: 'KUBE-NODE-PORT-LOCAL-SCTP-HASH',
    type: 'hash:ip,port',
    comment: `${PORT} SCTP port with externalTrafficPolicy=local with type 'hash ip:port'`,
  },
  healthCheck: {
    name: 'KUBE-HEALTH-CHECK-NODE-PORT',
    type: 'bitmap:port',
    comment: 'Kubernetes health check node port',
  },
  ipvsIps: { name: 'KUBE-IPVS-IPS', type: 'hash:ip', comment: 'Addresses on the ipvs interface' },
};

/** The sets in the order in which they are created. */
export const SET_KEYS: readonly SetKey[] = Object.keys(SETS) as SetKey[];

/** The name in a family: `KUBE-6-...` for IPv6, cut to the 31 characters that a set's name may have. */
export function setName(key: SetKey, family: Family): string {
  const { name } = SETS[key];
  return family === 'ipv4' ? name : name.replace(/^KUBE-/, 'KUBE-6-').slice(0, 31);
}

/** The line that creates a set, for `ipset restore`. */
export function createLine(key: SetKey, family: Family): string {
  const { type } = SETS[key];
  const name = setName(key, family);
  if (type === 'bitmap:port') return `create ${name} ${type} range 0-65535`;
  return `create ${name} ${type} family ${family === 'ipv4' ? 'inet' : 'inet6'} hashsize 1024 maxelem 65536`;
}
