import type { ServiceEntry } from '../model/cluster.ts';
import type { Endpoint } from '../model/endpoint.ts';
import type { ServicePort } from '../model/service-port.ts';
import type { ProxySettings } from '../model/settings.ts';
import { type ChainNames, chainNamesOf, nameString } from '../names/chain-names.ts';
import { probabilityText } from '../names/probability.ts';
import { jumpRule } from './current.ts';
import {
  ACCEPT,
  comment,
  DROP,
  destination,
  dport,
  hostPrefix,
  mark,
  markText,
  match,
  probability,
  protocol,
  type Rule,
  type RulePart,
  type RuleTarget,
  recentCheck,
  recentSet,
  reject,
  setMark,
  source,
  target,
} from './rule.ts';
import type { JumpRule, Ruleset } from './ruleset.ts';
import { allowsNode, type ServiceRules } from './service-rules.ts';

/**
 * The rules of kube-proxy as of v1.11 and v1.12: masquerading decided in KUBE-SERVICES, a KUBE-FW chain for every load
 * balancer address, KUBE-XLB for local policies, drops by kubelet's mark, probabilities of five decimals.
 */

const SERVICES = 'KUBE-SERVICES';
const EXTERNAL_SERVICES = 'KUBE-EXTERNAL-SERVICES';
const NODE_PORTS = 'KUBE-NODEPORTS';
const MARK_MASQ: RuleTarget = target('KUBE-MARK-MASQ');
const MARK_DROP: RuleTarget = target('KUBE-MARK-DROP');
/** The mark that asks kubelet's KUBE-FIREWALL to drop. */
const DROP_MARK = 0x8000;

/** The rules of one service port in v1.12. Only ready endpoints count, and hints are unknown. */
export function legacyServiceRules(entry: ServiceEntry, settings: ProxySettings): ServiceRules {
  const { port } = entry;
  const endpoints = entry.endpoints.filter((endpoint) => endpoint.ready);
  const names = chainNamesOf(port, true);
  const name = nameString(port, true);
  const onlyLocal = port.externalPolicy === 'Local' && (port.nodePort !== 0 || port.loadBalancerVIPs.length > 0);
  const filter: Rule[] = [];
  const dispatch: Rule[] = [];
  const own: Rule[] = [];
  const chains: string[] = [];
  if (endpoints.length > 0) chains.push(names.svc);
  if (onlyLocal) chains.push(names.xlb);
  const to = (ip: string, words: string): RulePart[] => [
    comment(`${name} ${words}`),
    ...protocol(port.protocol),
    destination(hostPrefix(ip)),
    dport(port.port),
  ];
  const add = (chain: string, parts: readonly RulePart[], verdict: RuleTarget): void => {
    dispatch.push({ chain, parts, target: verdict });
  };
  if (endpoints.length === 0) {
    const refuse = (chain: string, parts: readonly RulePart[]): void => {
      filter.push({ chain, parts, target: reject(settings.family) });
    };
    refuse(SERVICES, to(port.clusterIP, 'has no endpoints'));
    for (const ip of port.externalIPs) refuse(EXTERNAL_SERVICES, to(ip, 'has no endpoints'));
    if (port.nodePort !== 0) {
      refuse(EXTERNAL_SERVICES, [
        comment(`${name} has no endpoints`),
        match('-m addrtype --dst-type LOCAL'),
        ...protocol(port.protocol),
        dport(port.nodePort),
      ]);
    }
    return { filter, dispatch, chains, own, noLocalInternal: false, noLocalExternal: false };
  }
  const svc = target(names.svc);
  const toCluster = to(port.clusterIP, 'cluster IP');
  if (settings.masqueradeAll) add(SERVICES, toCluster, MARK_MASQ);
  else if (clusterCidr(settings) !== '') add(SERVICES, [...toCluster, source(clusterCidr(settings), true)], MARK_MASQ);
  add(SERVICES, toCluster, svc);
  for (const ip of port.externalIPs) {
    const parts = to(ip, 'external IP');
    add(SERVICES, parts, MARK_MASQ);
    add(SERVICES, [...parts, match('-m physdev ! --physdev-is-in'), match('-m addrtype ! --src-type LOCAL')], svc);
    add(SERVICES, [...parts, match('-m addrtype --dst-type LOCAL')], svc);
  }
  const beyond = onlyLocal ? target(names.xlb) : svc;
  if (port.loadBalancerVIPs.length > 0) chains.push(names.fw);
  for (const ip of port.loadBalancerVIPs) {
    add(SERVICES, to(ip, 'loadbalancer IP'), target(names.fw));
    own.push(...firewallRules(port, names, `${name} loadbalancer IP`, ip, onlyLocal, beyond, settings));
  }
  if (port.nodePort !== 0) {
    const parts = [comment(name), ...protocol(port.protocol), dport(port.nodePort)];
    add(NODE_PORTS, onlyLocal ? [...parts, source('127.0.0.0/8')] : parts, MARK_MASQ);
    add(NODE_PORTS, parts, beyond);
  }
  own.push(...affinityRules(names.svc, port, names, name, endpoints));
  for (const [index, endpoint] of endpoints.entries()) {
    own.push(dice(names.svc, name, names.sep(endpoint.text), endpoints.length - index));
    chains.push(names.sep(endpoint.text));
    own.push(...endpointRules(port, names, name, endpoint));
  }
  const noLocalExternal = onlyLocal && localOnes(endpoints, settings).length === 0;
  if (onlyLocal) own.push(...xlbRules(port, names, name, endpoints, settings));
  return { filter, dispatch, chains, own, noLocalInternal: false, noLocalExternal };
}

function clusterCidr(settings: ProxySettings): string {
  return settings.localDetector.kind === 'cidr' ? settings.localDetector.cidr : '';
}

function localOnes(endpoints: readonly Endpoint[], settings: ProxySettings): readonly Endpoint[] {
  return endpoints.filter((endpoint) => endpoint.nodeName !== '' && endpoint.nodeName === settings.node.name);
}

function firewallRules(
  port: ServicePort,
  names: ChainNames,
  words: string,
  ip: string,
  onlyLocal: boolean,
  beyond: RuleTarget,
  settings: ProxySettings,
): readonly Rule[] {
  const rule = (parts: readonly RulePart[], verdict: RuleTarget): Rule => ({
    chain: names.fw,
    parts: [comment(words), ...parts],
    target: verdict,
  });
  const rules: Rule[] = onlyLocal ? [] : [rule([], MARK_MASQ)];
  if (port.sourceRanges.length === 0) rules.push(rule([], beyond));
  else {
    for (const range of port.sourceRanges) rules.push(rule([source(range)], beyond));
    if (allowsNode(port, settings)) rules.push(rule([source(hostPrefix(ip))], beyond));
  }
  rules.push(rule([], MARK_DROP));
  return rules;
}

function affinityRules(
  chain: string,
  port: ServicePort,
  names: ChainNames,
  name: string,
  endpoints: readonly Endpoint[],
): readonly Rule[] {
  if (port.affinitySeconds === 0) return [];
  return endpoints.map((endpoint) => {
    const sep = names.sep(endpoint.text);
    return { chain, parts: [comment(name), recentCheck(sep, port.affinitySeconds, port.family)], target: target(sep) };
  });
}

function dice(chain: string, words: string, sep: string, left: number): Rule {
  const chance = left === 1 ? [] : [probability(probabilityText(left, 5))];
  return { chain, parts: [comment(words), ...chance], target: target(sep) };
}

function endpointRules(port: ServicePort, names: ChainNames, name: string, endpoint: Endpoint): readonly Rule[] {
  const chain = names.sep(endpoint.text);
  const seen = port.affinitySeconds === 0 ? [] : [recentSet(chain, port.family)];
  return [
    { chain, parts: [comment(name), source(hostPrefix(endpoint.ip))], target: MARK_MASQ },
    {
      chain,
      parts: [comment(name), ...seen, ...protocol(port.protocol)],
      target: target(`DNAT --to-destination ${endpoint.text}`),
    },
  ];
}

/** KUBE-XLB: pods go back to the cluster IP's chain, everybody else gets a local endpoint or is dropped. */
function xlbRules(
  port: ServicePort,
  names: ChainNames,
  name: string,
  endpoints: readonly Endpoint[],
  settings: ProxySettings,
): readonly Rule[] {
  const chain = names.xlb;
  const rules: Rule[] = [];
  const cidr = clusterCidr(settings);
  if (cidr !== '') {
    const words = comment('Redirect pods trying to reach external loadbalancer VIP to clusterIP');
    rules.push({ chain, parts: [words, source(cidr)], target: target(names.svc) });
  }
  const local = localOnes(endpoints, settings);
  if (local.length === 0) {
    rules.push({ chain, parts: [comment(`${name} has no local endpoints`)], target: MARK_DROP });
    return rules;
  }
  rules.push(...affinityRules(chain, port, names, name, local));
  for (const [index, endpoint] of local.entries()) {
    const words = `Balancing rule ${index} for ${name}`;
    rules.push(dice(chain, words, names.sep(endpoint.text), local.length - index));
  }
  return rules;
}

/** The whole ruleset of v1.12. kubelet's chains are part of it where the settings say so: drops depend on them. */
export function legacyRuleset(
  parts: readonly ServiceRules[],
  settings: ProxySettings,
  stale: readonly string[] = [],
): Ruleset {
  const value = settings.masqueradeMark;
  const spelling = markText(value);
  const chains = ['KUBE-SERVICES', 'KUBE-NODEPORTS', 'KUBE-POSTROUTING', 'KUBE-MARK-MASQ'];
  const masquerade = settings.randomFully ? 'MASQUERADE --random-fully' : 'MASQUERADE';
  const nat: Rule[] = [
    {
      chain: 'KUBE-POSTROUTING',
      parts: [comment('kubernetes service traffic requiring SNAT'), mark(value, spelling)],
      target: target(masquerade),
    },
    { chain: 'KUBE-MARK-MASQ', parts: [], target: setMark(value, `MARK --set-xmark ${spelling}/${spelling}`) },
  ];
  const filter: Rule[] = [];
  for (const part of parts) {
    for (const rule of part.filter) filter.push(rule);
    for (const rule of part.dispatch) nat.push(rule);
    for (const rule of part.own) nat.push(rule);
    for (const chain of part.chains) chains.push(chain);
  }
  const filterChains = ['KUBE-SERVICES', 'KUBE-EXTERNAL-SERVICES', 'KUBE-FORWARD'];
  if (settings.kubeletChains) {
    chains.push('KUBE-MARK-DROP');
    nat.push({
      chain: 'KUBE-MARK-DROP',
      parts: [],
      target: setMark(DROP_MARK, `MARK --or-mark ${markText(DROP_MARK)}`),
    });
    filterChains.push('KUBE-FIREWALL');
    filter.push({
      chain: 'KUBE-FIREWALL',
      parts: [comment('kubernetes firewall for dropping marked packets'), mark(DROP_MARK, markText(DROP_MARK))],
      target: DROP,
    });
  }
  return {
    filter: { chains: filterChains, rules: filter, tail: legacyForward(settings) },
    nat: { chains, rules: nat, stale, tail: legacyTail(settings) },
    jumps: legacyJumps(settings),
    canary: [],
    order: ['filter', 'nat'],
  };
}

function legacyTail(settings: ProxySettings): readonly Rule[] {
  const words = comment('kubernetes service nodeports; NOTE: this must be the last rule in this chain');
  const rule = (part: RulePart): Rule => ({ chain: SERVICES, parts: [words, part], target: target(NODE_PORTS) });
  const { nodePortAddresses } = settings;
  if (nodePortAddresses.kind === 'all') return [rule(match('-m addrtype --dst-type LOCAL'))];
  return nodePortAddresses.addresses.map((ip) => rule(destination(hostPrefix(ip))));
}

function legacyForward(settings: ProxySettings): readonly Rule[] {
  const value = settings.masqueradeMark;
  const accept = (parts: readonly RulePart[]): Rule => ({ chain: 'KUBE-FORWARD', parts, target: ACCEPT });
  const rules = [accept([comment('kubernetes forwarding rules'), mark(value, markText(value))])];
  const cidr = clusterCidr(settings);
  if (cidr === '') return rules;
  const known = match('-m conntrack --ctstate RELATED,ESTABLISHED');
  rules.push(accept([source(cidr), comment('kubernetes forwarding conntrack pod source rule'), known]));
  rules.push(accept([comment('kubernetes forwarding conntrack pod destination rule'), destination(cidr), known]));
  return rules;
}

function legacyJumps(settings: ProxySettings): readonly JumpRule[] {
  const kubelet = settings.kubeletChains
    ? [
        jumpRule(['filter', 'INPUT', 'KUBE-FIREWALL', '', false]),
        jumpRule(['filter', 'OUTPUT', 'KUBE-FIREWALL', '', false]),
      ]
    : [];
  return [
    jumpRule(['filter', 'INPUT', 'KUBE-EXTERNAL-SERVICES', 'kubernetes externally-visible service portals', true]),
    jumpRule(['filter', 'OUTPUT', 'KUBE-SERVICES', 'kubernetes service portals', true]),
    jumpRule(['nat', 'OUTPUT', 'KUBE-SERVICES', 'kubernetes service portals', false]),
    jumpRule(['nat', 'PREROUTING', 'KUBE-SERVICES', 'kubernetes service portals', false]),
    jumpRule(['nat', 'POSTROUTING', 'KUBE-POSTROUTING', 'kubernetes postrouting rules', false]),
    jumpRule(['filter', 'FORWARD', 'KUBE-FORWARD', 'kubernetes forwarding rules', false]),
    ...kubelet,
  ];
}
