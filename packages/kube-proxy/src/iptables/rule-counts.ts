/**
 * Closed forms of how many rules iptables mode has in nat, for those who want to know what a cluster will cost without
 * rendering it. Today's generation, a local detector or masqueradeAll, policies Cluster, no affinity, one port a Service.
 */

/** 3 of KUBE-POSTROUTING, KUBE-MARK-MASQ, and the tail of KUBE-SERVICES. */
export const FIXED_NAT_RULES = 5;

/** Per Service the dispatch and the masquerading rule; per endpoint the dice, the hairpin rule and the DNAT. */
export function clusterIpRules(services: number, endpoints: number): number {
  return FIXED_NAT_RULES + (endpoints === 0 ? 0 : services * (2 + 3 * endpoints));
}

/** Beside a ClusterIP's: the node port and two rules of KUBE-EXT. `accounted` adds the twin for 127.0.0.0/8 (nfacct). */
export function nodePortRules(services: number, endpoints: number, accounted = false): number {
  const each = 2 + 1 + (accounted ? 1 : 0) + 2 + 3 * endpoints;
  return FIXED_NAT_RULES + (endpoints === 0 ? 0 : services * each);
}

/**
 * Beside a NodePort's: the dispatch of one load balancer address, and KUBE-FW with one rule a source range and one for
 * the rest. Without source ranges there is no KUBE-FW.
 */
export function loadBalancerRules(services: number, endpoints: number, sourceRanges = 1, accounted = false): number {
  const firewall = sourceRanges === 0 ? 0 : sourceRanges + 1;
  const each = 2 + 1 + (accounted ? 1 : 0) + 2 + 1 + firewall + 3 * endpoints;
  return FIXED_NAT_RULES + (endpoints === 0 ? 0 : services * each);
}
