import { jumpRule } from '../iptables/current.ts';
import {
  ACCEPT,
  comment,
  DROP,
  flipMark,
  mark,
  markText,
  match,
  protocolOnly,
  RETURN,
  type Rule,
  type RulePart,
  type RuleTarget,
  reject,
  setMark,
  source,
  target,
} from '../iptables/rule.ts';
import type { JumpRule, Ruleset } from '../iptables/ruleset.ts';
import { fromPods } from '../iptables/service-rules.ts';
import type { ProxySettings } from '../model/settings.ts';
import type { ClosedAddress } from './build.ts';
import { SETS, type SetKey, setName } from './sets.ts';

const NAT_CHAINS = ['KUBE-SERVICES', 'KUBE-POSTROUTING', 'KUBE-NODE-PORT', 'KUBE-LOAD-BALANCER', 'KUBE-MARK-MASQ'];
const FILTER_CHAINS = [
  'KUBE-FORWARD',
  'KUBE-NODE-PORT',
  'KUBE-PROXY-FIREWALL',
  'KUBE-SOURCE-RANGES-FIREWALL',
  'KUBE-IPVS-FILTER',
  'KUBE-IPVS-OUT-FILTER',
];
const MARK_MASQ: RuleTarget = target('KUBE-MARK-MASQ');
const EXTERNAL_KEYS: readonly SetKey[] = ['externalIp', 'externalIpLocal'];
const LOCAL_DESTINATION = match('-m addrtype --dst-type LOCAL');

/** Set, table, chain, target, fields of the packet that are looked up, and the protocol if only one is meant. */
type SetRule = readonly [SetKey, 'nat' | 'filter', string, RuleTarget, string, string?];

/** Rules that are there while their set has members. */
const SET_RULES: readonly SetRule[] = [
  ['loopBack', 'nat', 'KUBE-POSTROUTING', target('MASQUERADE'), 'dst,dst,src'],
  ['loadBalancer', 'nat', 'KUBE-SERVICES', target('KUBE-LOAD-BALANCER'), 'dst,dst'],
  ['loadBalancerLocal', 'nat', 'KUBE-LOAD-BALANCER', RETURN, 'dst,dst'],
  ['nodePortLocalTcp', 'nat', 'KUBE-NODE-PORT', RETURN, 'dst', 'tcp'],
  ['nodePortTcp', 'nat', 'KUBE-NODE-PORT', MARK_MASQ, 'dst', 'tcp'],
  ['nodePortLocalUdp', 'nat', 'KUBE-NODE-PORT', RETURN, 'dst', 'udp'],
  ['nodePortUdp', 'nat', 'KUBE-NODE-PORT', MARK_MASQ, 'dst', 'udp'],
  ['nodePortLocalSctp', 'nat', 'KUBE-NODE-PORT', RETURN, 'dst,dst', 'sctp'],
  ['nodePortSctp', 'nat', 'KUBE-NODE-PORT', MARK_MASQ, 'dst,dst', 'sctp'],
  ['loadBalancerFw', 'filter', 'KUBE-PROXY-FIREWALL', target('KUBE-SOURCE-RANGES-FIREWALL'), 'dst,dst'],
  ['sourceCidr', 'filter', 'KUBE-SOURCE-RANGES-FIREWALL', RETURN, 'dst,dst,src'],
  ['sourceIp', 'filter', 'KUBE-SOURCE-RANGES-FIREWALL', RETURN, 'dst,dst,src'],
];

/** The few rules that IPVS mode needs: their number depends on which sets have members, not on how many. */
export function ipvsRuleset(
  sets: ReadonlyMap<SetKey, ReadonlySet<string>>,
  closed: readonly ClosedAddress[],
  settings: ProxySettings,
): Ruleset {
  const { family } = settings;
  const nat: Rule[] = [];
  const filter: Rule[] = [];
  const has = (key: SetKey): boolean => sets.get(key)!.size > 0;
  const inSet = (key: SetKey, fields: string): RulePart =>
    match(`-m set --match-set ${setName(key, family)} ${fields}`);
  const words = (key: SetKey): RulePart => comment(SETS[key].comment);
  const services = (parts: readonly RulePart[], to: RuleTarget): void => {
    nat.push({ chain: 'KUBE-SERVICES', parts, target: to });
  };
  services([source(family === 'ipv4' ? '127.0.0.0/8' : '::1/128')], RETURN);
  for (const [key, table, chain, to, fields, protocol] of SET_RULES) {
    if (!has(key)) continue;
    const parts = [...(protocol === undefined ? [] : [protocolOnly(protocol)]), words(key), inSet(key, fields)];
    (table === 'nat' ? nat : filter).push({ chain, parts, target: to });
  }
  if (has('clusterIp')) {
    const detector = settings.localDetector;
    const known = settings.masqueradeAll || detector.kind !== 'none';
    // Where it is not known who is a pod, the node's own connections are masqueraded: the kernel has given them the
    // service address as their source, since that is local on kube-ipvs0.
    const others = settings.masqueradeAll ? [] : fromPods(detector, true);
    services([words('clusterIp'), inSet('clusterIp', known ? 'dst,dst' : 'src,dst'), ...others], MARK_MASQ);
  }
  for (const key of EXTERNAL_KEYS) {
    if (!has(key)) continue;
    const parts = [words(key), inSet(key, 'dst,dst')];
    if (key === 'externalIp') services(parts, MARK_MASQ);
    services([...parts, match('-m physdev ! --physdev-is-in'), match('-m addrtype ! --src-type LOCAL')], ACCEPT);
    services([...parts, LOCAL_DESTINATION], ACCEPT);
  }
  services([LOCAL_DESTINATION], target('KUBE-NODE-PORT'));
  nat.push({ chain: 'KUBE-LOAD-BALANCER', parts: [], target: MARK_MASQ });
  filter.push({ chain: 'KUBE-SOURCE-RANGES-FIREWALL', parts: [], target: DROP });
  for (const { address, protocol, port } of closed) {
    const parts = [source(address), ipvsMatch(address, protocol, port)];
    filter.push({ chain: 'KUBE-IPVS-OUT-FILTER', parts, target: DROP });
  }
  for (const key of ['clusterIp', 'loadBalancer'] as const) if (has(key)) services([inSet(key, 'dst,dst')], ACCEPT);
  filter.push(...forwardRules(settings));
  const health = inSet('healthCheck', 'dst');
  filter.push({ chain: 'KUBE-NODE-PORT', parts: [words('healthCheck'), health], target: ACCEPT });
  const guard = (parts: readonly RulePart[], to: RuleTarget): void => {
    filter.push({ chain: 'KUBE-IPVS-FILTER', parts, target: to });
  };
  for (const key of ['loadBalancer', 'clusterIp', 'externalIp', 'externalIpLocal'] as const) {
    guard([inSet(key, 'dst,dst')], RETURN);
  }
  guard([health], RETURN);
  guard([match('-m conntrack --ctstate NEW'), inSet('ipvsIps', 'dst')], reject(family));
  nat.push(...masqueradeRules(settings));
  return {
    nat: { chains: NAT_CHAINS, rules: nat },
    filter: { chains: FILTER_CHAINS, rules: filter },
    jumps: JUMPS,
    canary: [],
    order: ['nat', 'filter'],
  };
}

/** `-m ipvs`: iptables-save gives the protocol as a number, and before the address. */
function ipvsMatch(address: string, protocol: string, port: number): RulePart {
  const number = { tcp: 6, udp: 17, sctp: 132 }[protocol];
  return {
    ...match(`-m ipvs --vaddr ${address} --vproto ${protocol} --vport ${port}`),
    saved: `-m ipvs --vproto ${number} --vaddr ${address} --vport ${port}`,
  };
}

function forwardRules(settings: ProxySettings): readonly Rule[] {
  const value = settings.masqueradeMark;
  const rule = (parts: readonly RulePart[]): Rule => ({ chain: 'KUBE-FORWARD', parts, target: ACCEPT });
  return [
    rule([comment('kubernetes forwarding rules'), mark(value, markText(value))]),
    rule([comment('kubernetes forwarding conntrack rule'), match('-m conntrack --ctstate RELATED,ESTABLISHED')]),
  ];
}

function masqueradeRules(settings: ProxySettings): readonly Rule[] {
  const value = settings.masqueradeMark;
  const spelling = markText(value);
  const masquerade = settings.randomFully ? 'MASQUERADE --random-fully' : 'MASQUERADE';
  const post = (parts: readonly RulePart[], to: RuleTarget): Rule => ({ chain: 'KUBE-POSTROUTING', parts, target: to });
  return [
    post([mark(value, spelling, true)], RETURN),
    post([], flipMark(value, spelling)),
    post([comment('kubernetes service traffic requiring SNAT')], target(masquerade)),
    { chain: 'KUBE-MARK-MASQ', parts: [], target: setMark(value, `MARK --or-mark ${spelling}`) },
  ];
}

const JUMPS: readonly JumpRule[] = [
  jumpRule(['nat', 'OUTPUT', 'KUBE-SERVICES', 'kubernetes service portals', false]),
  jumpRule(['nat', 'PREROUTING', 'KUBE-SERVICES', 'kubernetes service portals', false]),
  jumpRule(['nat', 'POSTROUTING', 'KUBE-POSTROUTING', 'kubernetes postrouting rules', false]),
  jumpRule(['filter', 'FORWARD', 'KUBE-FORWARD', 'kubernetes forwarding rules', false]),
  jumpRule(['filter', 'INPUT', 'KUBE-NODE-PORT', 'kubernetes health check rules', false]),
  jumpRule(['filter', 'INPUT', 'KUBE-PROXY-FIREWALL', 'kube-proxy firewall rules', false]),
  jumpRule(['filter', 'FORWARD', 'KUBE-PROXY-FIREWALL', 'kube-proxy firewall rules', false]),
  jumpRule(['filter', 'INPUT', 'KUBE-IPVS-FILTER', 'kubernetes ipvs access filter', false]),
  jumpRule(['filter', 'OUTPUT', 'KUBE-IPVS-OUT-FILTER', 'kubernetes ipvs access filter', false]),
];
