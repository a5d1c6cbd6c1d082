import { formatIpv4, ipv4FromBits } from '@chainwalk/core';
import type { ChainCounters } from '../netfilter.ts';
import type { ExtensionRegistry } from '../x_tables/extension.ts';
import type { AddressTest, Counters, DeviceName, Policy, Rule } from '../x_tables/rule.ts';
import { formatMask, nameOfAddress } from './address-list.ts';
import { builtInProtocolName, protocolNameOf } from './protocols.ts';

/** What of a listing was asked for. */
export interface ListFormat {
  readonly verbose: boolean;
  readonly numeric: boolean;
  readonly exact: boolean;
  readonly lineNumbers: boolean;
}

/** A chain as it is listed. */
export interface ListedChain {
  readonly name: string;
  readonly policy: Policy | undefined;
  readonly rules: readonly Rule[];
  readonly counters: ChainCounters;
  /** How many rules lead to it. */
  readonly references: number;
}

/** What a listing has to know of the table. */
export interface ListContext {
  readonly registry: ExtensionRegistry;
  /** A chain of a target's name hides the target: its options are not listed then. */
  readonly isChain: (name: string) => boolean;
}

const ZERO: Counters = { packets: 0, bytes: 0 };

/**
 * `iptables -L` of one chain, trailing blanks and all.
 * @param number only the rule of this number, without the head; 0 for all
 */
export function listChain(chain: ListedChain, number: number, format: ListFormat, context: ListContext): string {
  const lines: string[] = number === 0 ? [head(chain, format)] : [];
  for (const [index, rule] of chain.rules.entries()) {
    if (number !== 0 && index + 1 !== number) continue;
    lines.push(`${listRule(rule, index + 1, chain.counters.rules[index] ?? ZERO, format, context)}\n`);
  }
  return lines.join('');
}

function head(chain: ListedChain, format: ListFormat): string {
  let text = `Chain ${chain.name}`;
  if (chain.policy === undefined) text += ` (${chain.references} references)\n`;
  else if (format.verbose) {
    const { packets, bytes } = chain.counters.policy;
    text += ` (policy ${chain.policy} ${abbreviate(packets, format.exact)} packets, ${abbreviate(bytes, format.exact)} bytes)\n`;
  } else text += ` (policy ${chain.policy})\n`;
  if (format.lineNumbers) text += 'num  ';
  if (format.verbose) text += format.exact ? '    pkts      bytes ' : ' pkts bytes ';
  text += 'target     prot opt';
  if (format.verbose) text += ' in     out    ';
  return `${text} source               destination         \n`;
}

/** One rule as a line of the table, without its line end (`print_firewall`). */
function listRule(rule: Rule, number: number, counters: Counters, format: ListFormat, context: ListContext): string {
  const { ip } = rule;
  let text = format.lineNumbers ? `${String(number).padEnd(4)} ` : '';
  if (format.verbose)
    text += `${counterColumn(counters.packets, format.exact)} ${counterColumn(counters.bytes, format.exact)} `;
  text += `${targetName(rule, context.registry).padEnd(9)} `;
  const protocol = ip.protocol?.number ?? 0;
  const name = format.numeric ? undefined : protocolNameOf(protocol);
  text += `${ip.protocol?.inverted === true ? '!' : ' '}${(name ?? String(protocol)).padEnd(4)} `;
  text += fragmentColumn(rule);
  if (format.verbose) {
    const any = format.numeric ? '*' : 'any';
    text += ` ${deviceText(ip.inDevice, any).padEnd(6)} ${deviceText(ip.outDevice, any).padEnd(6)} `;
  }
  text += `${ip.src?.inverted === true ? '!' : ' '}${addressText(ip.src, format.numeric).padEnd(19)} `;
  text += `${ip.dst?.inverted === true ? '!' : ' '}${addressText(ip.dst, format.numeric).padEnd(19)} `;
  return text + extensionTexts(rule, format.numeric, context);
}

/** The rule as `-v` shows it while it is added or deleted (`print_firewall_line`), with its line end. */
export function describeRule(rule: Rule, context: ListContext): string {
  const { ip } = rule;
  const protocol = ip.protocol?.number ?? 0;
  let text = `${targetName(rule, context.registry)} ${ip.protocol?.inverted === true ? '!' : ' '}${builtInProtocolName(protocol) ?? protocol} opt `;
  text += `${fragmentColumn(rule)}in ${deviceText(ip.inDevice, '*')} out ${deviceText(ip.outDevice, '*')} `;
  text += `${ip.src?.inverted === true ? '!' : ' '}${addressText(ip.src, true)} `;
  text += `${ip.dst?.inverted === true ? '!' : ' '}-> ${addressText(ip.dst, true)}  `;
  return `${text}${extensionTexts(rule, true, context)}\n`;
}

function targetName(rule: Rule, registry: ExtensionRegistry): string {
  switch (rule.target?.kind) {
    case undefined:
      return '';
    case 'verdict':
      return rule.target.verdict;
    case 'jump':
    case 'goto':
      return rule.target.chain;
    case 'extension':
      return registry.target(rule.target.name)!.kernelName ?? rule.target.name;
  }
}

function fragmentColumn(rule: Rule): string {
  const { fragment } = rule.ip;
  if (fragment === undefined) return '-- ';
  return fragment.inverted ? '!f ' : '-f ';
}

function deviceText(device: DeviceName | undefined, any: string): string {
  if (device === undefined) return any;
  return `${device.inverted ? '!' : ''}${device.name}${device.wildcard ? '+' : ''}`;
}

function addressText(test: AddressTest | undefined, numeric: boolean): string {
  const mask = test?.mask ?? 0;
  if (mask === 0 && !numeric) return 'anywhere';
  const address = test?.network ?? 0;
  const name = numeric ? undefined : nameOfAddress(address);
  return `${name ?? formatIpv4(ipv4FromBits(address))}${mask === 0xffffffff ? '' : `/${formatMask(mask)}`}`;
}

function extensionTexts(rule: Rule, numeric: boolean, { registry, isChain }: ListContext): string {
  let text = rule.target?.kind === 'goto' ? '[goto] ' : '';
  for (const match of rule.matches) text += registry.match(match.name)!.list(match.info, numeric);
  if (rule.target?.kind === 'extension' && !isChain(targetName(rule, registry))) {
    text += registry.target(rule.target.name)!.list(rule.target.info, numeric);
  }
  return text;
}

/** A column of counters: eight wide and exact, or five wide with a unit. */
function counterColumn(value: number, exact: boolean): string {
  return abbreviate(value, exact).padStart(exact ? 8 : 5);
}

/** `99999`, then `100K`, `10M`, ... rounded at each step (`xtables_print_num`). */
export function abbreviate(value: number, exact: boolean): string {
  if (exact || value <= 99999) return String(value);
  let rest = value;
  for (const unit of ['K', 'M', 'G']) {
    rest = Math.floor((rest + 500) / 1000);
    if (rest <= 9999) return rest + unit;
  }
  return `${Math.floor((rest + 500) / 1000)}T`;
}
