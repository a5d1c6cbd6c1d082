import type { Counters } from '../x_tables/rule.ts';
import { scanCounter } from './scan-counter.ts';

/** The words of a line as `strtok` with blanks and tabs finds them. */
export function tokens(text: string): string[] {
  return text.split(/[ \t]+/).filter((word) => word !== '');
}

/** `[packets:bytes]` of a chain, whatever follows. */
export function parsePolicyCounters(text: string): Counters | undefined {
  const parts = /^\[\s*(\d+):\s*(\d+)/.exec(text);
  return parts === null ? undefined : bothCounters(parts[1]!, parts[2]!);
}

/** The brackets in front of a rule. */
export interface RuleCounters {
  readonly packets: string;
  readonly bytes: string;
  /** Where the rule begins behind them. */
  readonly length: number;
}

/**
 * Takes `[PACKETS:BYTES]` off a line that begins with a bracket (`tokenize_rule_counters`). Whether these are numbers is
 * asked only with `-c`.
 */
export function splitRuleCounters(line: string): RuleCounters | undefined {
  const close = line.indexOf(']');
  const parts = close < 0 ? null : /^:*([^:]+):(.*)$/s.exec(line.slice(1, close));
  return parts === null ? undefined : { packets: parts[1]!, bytes: parts[2]!, length: close + 1 };
}

/** The two numbers, read as `--set-counters` reads its values. */
export function parseRuleCounters({ packets, bytes }: RuleCounters): Counters | undefined {
  return bothCounters(packets, bytes);
}

function bothCounters(packetsText: string, bytesText: string): Counters | undefined {
  const packets = scanCounter(packetsText);
  const bytes = scanCounter(bytesText);
  return packets === undefined || bytes === undefined ? undefined : { packets, bytes };
}
