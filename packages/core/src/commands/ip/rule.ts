import { familyOf } from '../../address/address.ts';
import { type Prefix, parsePrefix } from '../../address/prefix.ts';
import type { Host } from '../../net/host.ts';
import { type RuleConfig, TABLE } from '../../net/host-config.ts';
import { kernel, Refusal, tableOf, Words } from './words.ts';

/** `ip rule add|delete|flush`. */
export function rule(host: Host, verb: string | undefined, rest: readonly string[]): void {
  if (verb === 'flush') {
    host.configure((config) => {
      config.rules = config.rules.filter((entry) => entry.priority === 0);
    });
    return;
  }
  const words = new Words(rest);
  let priority: number | undefined;
  let from: Prefix | undefined;
  let to: Prefix | undefined;
  let mark: RuleConfig['mark'];
  let inDevice: string | undefined;
  let outDevice: string | undefined;
  let tos = 0;
  let not = false;
  let action: RuleConfig['action'] | undefined;
  const prefixOfWord = (word: string): Prefix | undefined => {
    if (word === 'all' || word === 'any' || word === 'default') return undefined;
    const parsed = parsePrefix(word);
    if (parsed === undefined || familyOf(parsed.network) !== 'ipv4')
      throw new Refusal(1, `Error: any valid prefix is expected rather than "${word}".`);
    return parsed;
  };
  for (let word = words.next(); word !== undefined; word = words.next()) {
    if (word === 'from') from = prefixOfWord(words.value('from'));
    else if (word === 'to') to = prefixOfWord(words.value('to'));
    else if (word === 'not') not = true;
    else if (word === 'pref' || word === 'preference' || word === 'priority' || word === 'order')
      priority = words.number(word);
    else if (word === 'fwmark') {
      const [value, mask] = words.value('fwmark').split('/');
      const bits = Number(mask ?? 0xffffffff) >>> 0;
      mark = { value: (Number(value) & bits) >>> 0, mask: bits };
    } else if (word === 'iif' || word === 'dev') inDevice = words.value(word);
    else if (word === 'oif') outDevice = words.value('oif');
    else if (word === 'tos' || word === 'dsfield') tos = words.number(word, 255);
    else if (word === 'table' || word === 'lookup') action = { kind: 'table', table: tableOf(words.value(word)) };
    else if (word === 'unreachable' || word === 'prohibit' || word === 'blackhole') action = { kind: word };
    else throw new Refusal(1, `Error: "${word}" is not modelled for ip rule`);
  }
  const made: Omit<RuleConfig, 'priority' | 'action'> = {
    tos,
    not,
    ...(from === undefined ? {} : { from }),
    ...(to === undefined ? {} : { to }),
    ...(mark === undefined ? {} : { mark }),
    ...(inDevice === undefined ? {} : { inDevice }),
    ...(outDevice === undefined ? {} : { outDevice }),
  };
  if (verb === 'add') {
    host.configure((config) => {
      // Without a priority a rule goes before all but the first (`fib_default_rule_pref`).
      const at = priority ?? Math.max(0, (config.rules[1]?.priority ?? 1) - 1);
      const added = { ...made, priority: at, action: action ?? { kind: 'table' as const, table: TABLE.main } };
      const index = config.rules.findIndex((entry) => entry.priority > at);
      config.rules.splice(index < 0 ? config.rules.length : index, 0, added as never);
    });
  } else if (verb === 'delete') {
    // The first rule with all that is given; what is not given may be anything (`rule_find`).
    const { tos: wantedTos, not: _, ...tests } = made;
    const wanted = Object.entries(tests).map(([name, value]) => [name, JSON.stringify(value)] as const);
    host.configure((config) => {
      const at = config.rules.findIndex((entry) => {
        const rule = entry as unknown as RuleConfig;
        if (priority !== undefined && rule.priority !== priority) return false;
        if (action !== undefined && JSON.stringify(rule.action) !== JSON.stringify(action)) return false;
        if (wantedTos !== 0 && rule.tos !== wantedTos) return false;
        return wanted.every(([name, value]) => JSON.stringify(rule[name as keyof typeof tests]) === value);
      });
      if (at < 0) throw kernel('No such file or directory');
      config.rules.splice(at, 1);
    });
  } else throw new Refusal(255, `Command "${verb ?? ''}" is unknown, try "ip rule help".`);
}
