import { prefixContains } from '../address/prefix.ts';
import type { Flow } from './fib-route.ts';
import type { RuleConfig } from './host-config.ts';

/** A rule of `ip rule`, ready to be looked at (`struct fib4_rule`). */
export interface FibRule {
  readonly rule: RuleConfig;
  /** Whether it holds for every packet, as those do that every host has from the start. */
  readonly isPlain: boolean;
}

/** Makes a rule ready. */
export function fibRuleOf(rule: RuleConfig): FibRule {
  const isPlain =
    !rule.not &&
    (rule.from === undefined || rule.from.length === 0) &&
    (rule.to === undefined || rule.to.length === 0) &&
    rule.tos === 0 &&
    rule.mark === undefined &&
    rule.inDevice === undefined &&
    rule.outDevice === undefined;
  return { rule, isPlain };
}

/** Whether the selectors of a rule fit a packet, `not` aside (`fib4_rule_match`). */
export function matches(rule: RuleConfig, flow: Flow): boolean {
  if (
    rule.from !== undefined &&
    rule.from.length > 0 &&
    (flow.source === undefined || !prefixContains(rule.from, flow.source))
  )
    return false;
  if (rule.to !== undefined && rule.to.length > 0 && !prefixContains(rule.to, flow.destination)) return false;
  if (rule.tos !== 0 && rule.tos !== flow.tos) return false;
  if (rule.mark !== undefined && ((flow.mark ^ rule.mark.value) & rule.mark.mask) !== 0) return false;
  if (rule.inDevice !== undefined && rule.inDevice !== (flow.inDevice ?? 'lo')) return false;
  if (rule.outDevice !== undefined && rule.outDevice !== flow.outDevice) return false;
  return true;
}
