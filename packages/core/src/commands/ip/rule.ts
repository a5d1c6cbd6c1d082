import { familyOf } from '../../address/address.ts';
import { type Prefix, parsePrefix } from '../../address/prefix.ts';
import type { Host } from '../../net/host.ts';
import { DEFAULT_RULES, type RuleConfig, TABLE } from '../../net/host-config.ts';
import { kernel, Refusal, tableOf, Words } from './words.ts';

/** `ip rule add|delete|flush`. */
export function rule(host: Host, verb: string | undefined, rest: readonly string[]): void {
  if (verb === 'flush') {
    host.configure((config) => {
      const kept = config.rules.filter((entry) => entry.priority === 0);
      if (kept.length === config.rules.length) return;
      config.rules = kept;
      config.hadCustomRouting = true;
    });
    return;
  }
  if (rest.length === 0 && (verb === 'add' || verb === 'delete'))
    throw new Refusal(1, `"ip rule ${verb === 'add' ? 'add' : 'del'}" requires arguments.`);
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
      const [value = '', ...behind] = words.value('fwmark').split('/');
      const given = numberOf(value, 'fwmark');
      const mask = behind.length === 0 ? 0xffff_ffff : numberOf(behind.join('/'), 'fwmask');
      mark = { value: given, mask };
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
    if ((tos & 3) !== 0) throw new Refusal(2, 'Error: Invalid dsfield (tos): ECN bits must be 0.');
    host.configure((config) => {
      // Without a priority a rule goes before all but the first (`fib_default_rule_pref`).
      const at = priority ?? Math.max(0, (config.rules[1]?.priority ?? 1) - 1);
      const added = { ...made, priority: at, action: action ?? { kind: 'table' as const, table: TABLE.main } };
      if (exists(config.rules as readonly RuleConfig[], added)) throw kernel('File exists');
      const index = config.rules.findIndex((entry) => entry.priority > at);
      config.rules.splice(index < 0 ? config.rules.length : index, 0, added as never);
      config.hadCustomRouting = true;
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
      config.hadCustomRouting = true;
    });
  } else throw new Refusal(255, `Command "${verb ?? ''}" is unknown, try "ip rule help".`);
}

/** A number of 32 bits, in decimal or hexadecimal digits. */
function numberOf(word: string, of: string): number {
  const number = /^(0[xX][0-9a-fA-F]+|\d+)$/.test(word) ? Number(word) : Number.NaN;
  if (!(number <= 0xffff_ffff)) throw new Refusal(255, `Error: argument "${word}" is wrong: ${of} value is invalid`);
  return number;
}

/** Whether a rule is there already (`rule_exists`); those that a host begins with are like none that `ip` adds. */
function exists(rules: readonly RuleConfig[], added: RuleConfig): boolean {
  const key = keyOf(added);
  const own = DEFAULT_RULES.some((rule) => keyOf(rule) === key) ? 1 : 0;
  return rules.filter((rule) => keyOf(rule) === key).length > own;
}

/** All that a rule says but `not`, which Linux does not look at, as one text. */
function keyOf({ priority, action, from, to, mark, inDevice, outDevice, tos }: RuleConfig): string {
  return JSON.stringify([priority, action, from, to, mark, inDevice, outDevice, tos]);
}
