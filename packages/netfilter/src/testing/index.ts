export { arbIpv4, arbPacket, arbPrefix } from '@chainwalk/core/testing';
export { arbAddressText, arbComment, arbIpWords, MATCH_WORDS, type RuleWords, TARGET_WORDS } from './rule-words.ts';
export {
  arbRule,
  arbRuleset,
  arbRulesetText,
  arbRuleText,
  type RulesetTextOptions,
  type RuleTextOptions,
} from './ruleset-arbitraries.ts';
