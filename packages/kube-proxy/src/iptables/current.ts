import type { ServiceEntry } from '../model/cluster.ts';
import type { ProxySettings } from '../model/settings.ts';
import {
  ACCEPT,
  comment,
  DROP,
  destination,
  flipMark,
  mark,
  markText,
  match,
  nfacct,
  RETURN,
  type Rule,
  type RulePart,
  setMark,
  source,
  target,
} from './rule.ts';
import type { JumpRule, Ruleset, TableName } from './ruleset.ts';
import type { ServiceRules } from './service-rules.ts';

/** More endpoints than this, over all service ports, make kube-proxy leave comments out. */
export const LARGE_CLUSTER_ENDPOINTS = 1000;

/** The nfacct object that counts packets that the INVALID rule drops. */
export const INVALID_ACCOUNT = 'ct_state_invalid_dropped_pkts';

/** Chains that every sync writes whole, whatever changed. */
const FILTER_CHAINS = [
  'KUBE-SERVICES',
  'KUBE-EXTERNAL-SERVICES',
  'KUBE-FORWARD',
  'KUBE-NODEPORTS',
  'KUBE-PROXY-FIREWALL',
];
const NAT_CHAINS = ['KUBE-SERVICES', 'KUBE-NODEPORTS', 'KUBE-POSTROUTING', 'KUBE-MARK-MASQ'];

/** The number of endpoints that large-cluster mode goes by. */
export function totalEndpoints(entries: readonly ServiceEntry[]): number {
  return entries.reduce((sum, entry) => sum + entry.endpoints.length, 0);
}

/** What a sync leaves out and what it takes away. */
export interface SyncScope {
  /** Whether a service port's own chains are written; shared chains always hold its rules. */
  readonly writes: (index: number) => boolean;
  /** Chains that no service has any more. */
  readonly stale: readonly string[];
}

const EVERYTHING: SyncScope = { writes: () => true, stale: [] };

/** The ruleset of today's releases from the rules of each service port, in the order given. */
export function currentRuleset(
  parts: readonly ServiceRules[],
  settings: ProxySettings,
  scope: SyncScope = EVERYTHING,
): Ruleset {
  const { filter, nat } = fixedRules(settings);
  const filterRules = [...filter];
  const natRules = [...nat];
  const chains = [...NAT_CHAINS];
  for (const [index, part] of parts.entries()) {
    for (const rule of part.filter) filterRules.push(rule);
    for (const rule of part.dispatch) natRules.push(rule);
    if (!scope.writes(index)) continue;
    for (const rule of part.own) natRules.push(rule);
    for (const chain of part.chains) chains.push(chain);
  }
  const filterChains = settings.localhostNodePorts ? [...FILTER_CHAINS, 'KUBE-FIREWALL'] : FILTER_CHAINS;
  return {
    filter: { chains: filterChains, rules: filterRules, tail: forwardRules(settings) },
    nat: { chains, rules: natRules, stale: scope.stale, tail: nodePortTail(settings) },
    jumps: jumpRules(settings),
    canary: ['mangle', 'nat', 'filter'],
    order: ['filter', 'nat'],
  };
}

/** The rules that stand before those of services. */
function fixedRules(settings: ProxySettings): {
  readonly filter: readonly Rule[];
  readonly nat: readonly Rule[];
} {
  const value = settings.masqueradeMark;
  const spelling = markText(value);
  const postrouting = (parts: readonly RulePart[], to: Rule['target']): Rule => ({
    chain: 'KUBE-POSTROUTING',
    parts,
    target: to,
  });
  const masquerade = settings.randomFully ? 'MASQUERADE --random-fully' : 'MASQUERADE';
  const nat: Rule[] = [
    postrouting([mark(value, spelling, true)], RETURN),
    postrouting([], flipMark(value, spelling)),
    postrouting([comment('kubernetes service traffic requiring SNAT')], target(masquerade)),
    { chain: 'KUBE-MARK-MASQ', parts: [], target: setMark(value, `MARK --or-mark ${spelling}`) },
  ];
  const filter: Rule[] = settings.localhostNodePorts ? [localnetRule()] : [];
  return { filter, nat };
}

/** route_localnet lets packets for 127.0.0.0/8 in from outside; this keeps out those that no rule rewrote to be so. */
function localnetRule(): Rule {
  return {
    chain: 'KUBE-FIREWALL',
    parts: [
      comment('block incoming localnet connections'),
      destination('127.0.0.0/8'),
      source('127.0.0.0/8', true),
      match('-m conntrack ! --ctstate RELATED,ESTABLISHED,DNAT'),
    ],
    target: DROP,
  };
}

const TAIL = 'kubernetes service nodeports; NOTE: this must be the last rule in this chain';

/** The end of nat KUBE-SERVICES: whatever is for a local address may be for a node port. */
function nodePortTail(settings: ProxySettings): readonly Rule[] {
  const { nodePortAddresses, family, localhostNodePorts } = settings;
  const rule = (parts: readonly RulePart[]): Rule => ({
    chain: 'KUBE-SERVICES',
    parts: [comment(TAIL), ...parts],
    target: target('KUBE-NODEPORTS'),
  });
  if (nodePortAddresses.kind === 'all') {
    const local = match('-m addrtype --dst-type LOCAL');
    if (family === 'ipv6') return [rule([local, destination('::1/128', true)])];
    return [rule(localhostNodePorts ? [local] : [local, destination('127.0.0.0/8', true)])];
  }
  return nodePortAddresses.addresses
    .filter((ip) => (ip === '::1' || ip.startsWith('127.') ? localhostNodePorts && family === 'ipv4' : true))
    .map((ip) => rule([destination(ip)]));
}

/** KUBE-FORWARD. */
export function forwardRules(settings: ProxySettings): readonly Rule[] {
  const rule = (parts: readonly RulePart[], to: Rule['target']): Rule => ({ chain: 'KUBE-FORWARD', parts, target: to });
  const invalid = [match('-m conntrack --ctstate INVALID'), ...(settings.nfacct ? [nfacct(INVALID_ACCOUNT)] : [])];
  return [
    ...(settings.tcpBeLiberal ? [] : [rule(invalid, DROP)]),
    rule(
      [comment('kubernetes forwarding rules'), mark(settings.masqueradeMark, markText(settings.masqueradeMark))],
      ACCEPT,
    ),
    rule(
      [comment('kubernetes forwarding conntrack rule'), match('-m conntrack --ctstate RELATED,ESTABLISHED')],
      ACCEPT,
    ),
  ];
}

/** Table, base chain, chain, comment, and whether only new connections go there. */
type Jump = readonly [TableName, string, string, string, boolean];

const JUMPS: readonly Jump[] = [
  ['filter', 'INPUT', 'KUBE-EXTERNAL-SERVICES', 'kubernetes externally-visible service portals', true],
  ['filter', 'FORWARD', 'KUBE-EXTERNAL-SERVICES', 'kubernetes externally-visible service portals', true],
  ['filter', 'INPUT', 'KUBE-NODEPORTS', 'kubernetes health check service ports', false],
  ['filter', 'FORWARD', 'KUBE-SERVICES', 'kubernetes service portals', true],
  ['filter', 'OUTPUT', 'KUBE-SERVICES', 'kubernetes service portals', true],
  ['filter', 'FORWARD', 'KUBE-FORWARD', 'kubernetes forwarding rules', false],
  ['filter', 'INPUT', 'KUBE-PROXY-FIREWALL', 'kubernetes load balancer firewall', true],
  ['filter', 'OUTPUT', 'KUBE-PROXY-FIREWALL', 'kubernetes load balancer firewall', true],
  ['filter', 'FORWARD', 'KUBE-PROXY-FIREWALL', 'kubernetes load balancer firewall', true],
  ['nat', 'OUTPUT', 'KUBE-SERVICES', 'kubernetes service portals', false],
  ['nat', 'PREROUTING', 'KUBE-SERVICES', 'kubernetes service portals', false],
  ['nat', 'POSTROUTING', 'KUBE-POSTROUTING', 'kubernetes postrouting rules', false],
];

function jumpRules(settings: ProxySettings): readonly JumpRule[] {
  const localnet: readonly Jump[] = settings.localhostNodePorts
    ? [
        ['filter', 'INPUT', 'KUBE-FIREWALL', '', false],
        ['filter', 'OUTPUT', 'KUBE-FIREWALL', '', false],
      ]
    : [];
  return [...JUMPS, ...localnet].map(jumpRule);
}

/** One jump rule; the state comes before the comment. */
export function jumpRule([table, from, to, words, onlyNew]: Jump): JumpRule {
  const parts = [...(onlyNew ? [match('-m conntrack --ctstate NEW')] : []), ...(words === '' ? [] : [comment(words)])];
  return { table, rule: { chain: from, parts, target: target(to) } };
}
