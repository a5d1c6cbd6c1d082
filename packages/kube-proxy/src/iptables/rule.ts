import type { Family } from '@chainwalk/core';
import { savedProbability } from '../names/probability.ts';

/**
 * A piece of a rule in its two spellings: as kube-proxy feeds it to iptables-restore, and as iptables-save shows what the
 * kernel has of it. `rank` orders the saved form, which begins with addresses, devices and the protocol, whatever order
 * they were given in; matches follow in the order given.
 */
export interface RulePart {
  readonly rank: Rank;
  readonly fed: string;
  readonly saved: string;
}

type Rank = 0 | 1 | 2 | 4 | 5;
const SOURCE = 0;
const DESTINATION = 1;
const IN_DEVICE = 2;
const PROTOCOL = 4;
const MATCH = 5;

/** What a rule does: `''` in both spellings for a rule that only counts. */
export interface RuleTarget {
  readonly fed: string;
  readonly saved: string;
}

/** One `-A` line. */
export interface Rule {
  readonly chain: string;
  /** In the order in which kube-proxy writes them. */
  readonly parts: readonly RulePart[];
  readonly target: RuleTarget;
}

/** The line for iptables-restore. */
export function fedRule(rule: Rule): string {
  let text = `-A ${rule.chain}`;
  for (const part of rule.parts) text += ` ${part.fed}`;
  return rule.target.fed === '' ? text : `${text} -j ${rule.target.fed}`;
}

/** The line of iptables-save. */
export function savedRule(rule: Rule): string {
  let from = '';
  let to = '';
  let device = '';
  let protocol = '';
  let matches = '';
  for (const { rank, saved } of rule.parts) {
    if (rank === MATCH) matches += ` ${saved}`;
    else if (rank === SOURCE) from = ` ${saved}`;
    else if (rank === DESTINATION) to = ` ${saved}`;
    else if (rank === IN_DEVICE) device = ` ${saved}`;
    else protocol = ` ${saved}`;
  }
  const text = `-A ${rule.chain}${from}${to}${device}${protocol}${matches}`;
  return rule.target.saved === '' ? text : `${text} -j ${rule.target.saved}`;
}

// ---------------------------------------------------------------- addresses, devices, protocols

/** `-s PREFIX`; iptables-save adds the length to a bare address. */
export function source(prefix: string, not = false): RulePart {
  return { rank: SOURCE, fed: `${not ? '! ' : ''}-s ${prefix}`, saved: `${not ? '! ' : ''}-s ${withLength(prefix)}` };
}

/** `-d PREFIX`. */
export function destination(prefix: string, not = false): RulePart {
  return {
    rank: DESTINATION,
    fed: `${not ? '! ' : ''}-d ${prefix}`,
    saved: `${not ? '! ' : ''}-d ${withLength(prefix)}`,
  };
}

/** `-i DEVICE`. */
export function inDevice(device: string, not = false): RulePart {
  return same(IN_DEVICE, `${not ? '! ' : ''}-i ${device}`);
}

function withLength(prefix: string): string {
  if (prefix.includes('/')) return prefix;
  return prefix.includes(':') ? `${prefix}/128` : `${prefix}/32`;
}

/** `ADDRESS/32` or `/128`, as old releases wrote addresses. */
export function hostPrefix(ip: string): string {
  return withLength(ip);
}

const protocols = new Map<string, readonly RulePart[]>(
  ['tcp', 'udp', 'sctp'].map((name) => [name, [same(MATCH, `-m ${name}`), same(PROTOCOL, `-p ${name}`)]]),
);

/** `-m PROTOCOL -p PROTOCOL`, as kube-proxy writes the two. */
export function protocol(name: string): readonly RulePart[] {
  return protocols.get(name)!;
}

/** `-p PROTOCOL` alone. */
export function protocolOnly(name: string): RulePart {
  return protocols.get(name)![1]!;
}

/** `--dport PORT` of the protocol's match. */
export function dport(port: number): RulePart {
  return same(MATCH, `--dport ${port}`);
}

// ---------------------------------------------------------------- matches

function same(rank: Rank, text: string): RulePart {
  return { rank, fed: text, saved: text };
}

/** A match whose two spellings agree. */
export function match(text: string): RulePart {
  return same(MATCH, text);
}

/**
 * `-m comment`. kube-proxy quotes a comment with blanks; iptables-save one with anything but letters, digits, `_` and
 * `-`, and puts a backslash before quotes and backslashes.
 */
export function comment(text: string): RulePart {
  return {
    rank: MATCH,
    fed: text.includes(' ') ? `-m comment --comment "${text}"` : `-m comment --comment ${text}`,
    saved: /^[A-Za-z0-9_-]+$/.test(text)
      ? `-m comment --comment ${text}`
      : `-m comment --comment "${text.replace(/["'\\]/g, '\\$&')}"`,
  };
}

/** `-m statistic --mode random --probability P`. */
export function probability(text: string): RulePart {
  return {
    rank: MATCH,
    fed: `-m statistic --mode random --probability ${text}`,
    saved: `-m statistic --mode random --probability ${savedProbability(text)}`,
  };
}

/** `-m mark [!] --mark M/M`, with the mark as fed. */
export function mark(value: number, spelling: string, not = false): RulePart {
  const hex = `0x${value.toString(16)}`;
  const bang = not ? '! ' : '';
  return {
    rank: MATCH,
    fed: `-m mark ${bang}--mark ${spelling}/${spelling}`,
    saved: `-m mark ${bang}--mark ${hex}/${hex}`,
  };
}

/** `-m recent --name LIST --rcheck --seconds S --reap`: was this source seen within S seconds? */
export function recentCheck(list: string, seconds: number, family: Family): RulePart {
  return {
    rank: MATCH,
    fed: `-m recent --name ${list} --rcheck --seconds ${seconds} --reap`,
    saved: `-m recent --rcheck --seconds ${seconds} --reap --name ${list} --mask ${fullMask(family)} --rsource`,
  };
}

/** `-m recent --name LIST --set`: remember the source. */
export function recentSet(list: string, family: Family): RulePart {
  return {
    rank: MATCH,
    fed: `-m recent --name ${list} --set`,
    saved: `-m recent --set --name ${list} --mask ${fullMask(family)} --rsource`,
  };
}

function fullMask(family: Family): string {
  return family === 'ipv4' ? '255.255.255.255' : 'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff';
}

/** `-m nfacct --nfacct-name NAME`; iptables-save puts two blanks before the name. */
export function nfacct(name: string): RulePart {
  return { rank: MATCH, fed: `-m nfacct --nfacct-name ${name}`, saved: `-m nfacct --nfacct-name  ${name}` };
}

// ---------------------------------------------------------------- targets

/** A target whose two spellings agree: a verdict, a chain, DNAT. */
export function target(text: string): RuleTarget {
  return { fed: text, saved: text };
}

export const NO_TARGET: RuleTarget = target('');
export const ACCEPT: RuleTarget = target('ACCEPT');
export const DROP: RuleTarget = target('DROP');
export const RETURN: RuleTarget = target('RETURN');

/** `-j REJECT` with the default answer. */
export function reject(family: Family): RuleTarget {
  const answer = family === 'ipv4' ? 'icmp-port-unreachable' : 'icmp6-port-unreachable';
  return { fed: 'REJECT', saved: `REJECT --reject-with ${answer}` };
}

/** `-j MARK --or-mark M`, or `--set-xmark M/M` in old releases. */
export function setMark(value: number, fed: string): RuleTarget {
  const hex = `0x${value.toString(16)}`;
  return { fed, saved: `MARK --set-xmark ${hex}/${hex}` };
}

/** `-j MARK --xor-mark M`. */
export function flipMark(value: number, spelling: string): RuleTarget {
  return { fed: `MARK --xor-mark ${spelling}`, saved: `MARK --set-xmark 0x${value.toString(16)}/0x0` };
}

/** kube-proxy's text of a mark: at least six hex digits (`0x004000`). */
export function markText(value: number): string {
  return `0x${value.toString(16).padStart(6, '0')}`;
}
