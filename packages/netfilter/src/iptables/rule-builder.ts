import { InputError, type Place } from '@chainwalk/core';
import type { Netfilter } from '../netfilter.ts';
import type { RuleContext } from '../x_tables/extension.ts';
import type { IpTest, RuleMatch, TableName } from '../x_tables/rule.ts';
import { checkOptions, type Loaded, type OptionScope } from './option-scope.ts';
import { placeOfWord, type WordList } from './words.ts';

const NO_MATCHES: readonly RuleMatch[] = [];

/**
 * Has every match and the target of a rule read its options, in the order in which they were named.
 *
 * An extension whose first option came before `-p` does not see the protocol, as in iptables, which reads option by option.
 * @throws InputError for what they refuse
 */
export function finishRule(
  scope: OptionScope,
  words: WordList,
  table: TableName,
  ip: IpTest,
  net: Netfilter | undefined,
): {
  readonly matches: readonly RuleMatch[];
  readonly target: { readonly name: string; readonly info: unknown } | undefined;
} {
  const { matches: loaded, target } = scope;
  if (loaded.length === 0 && target === undefined) return { matches: NO_MATCHES, target: undefined };
  const matches: RuleMatch[] = [];
  const parse = (one: Loaded): unknown => {
    checkOptions(one, words);
    const seen = one.knowsProtocol || ip.protocol === undefined ? ip : withoutProtocol(ip);
    const context: RuleContext = { table, ip: seen, matches, net };
    try {
      return one.extension.parse(one.uses, context);
    } catch (error) {
      throw error instanceof InputError ? placed(error, placeOfWord(words, one.word)) : error;
    }
  };
  for (const one of loaded) matches.push({ name: one.extension.name, info: parse(one) });
  return {
    matches: matches.length === 0 ? NO_MATCHES : matches,
    target: target === undefined ? undefined : { name: target.extension.name, info: parse(target) },
  };
}

function withoutProtocol(ip: IpTest): IpTest {
  const { protocol: _, ...rest } = ip;
  return rest;
}

/** The same faults, with a place for those of the extension as a whole. */
function placed(error: InputError, place: Place): InputError {
  return new InputError(error.diagnostics.map((diagnostic) => ({ place, ...diagnostic })));
}
