// The hook words of core, so that whoever uses tables finds hooks, tables and traversal in one place.
export {
  HOOK_NAMES,
  Hook,
  type HookFunction,
  type HookName,
  type HookOps,
  hookName,
  Priority,
  type Verdict,
} from '@chainwalk/core';
export { DEFAULT_EXTENSIONS } from './extensions.ts';
export { type IpsetResult, restoreSets, runIpset, saveSets } from './ipset/run-ipset.ts';
export { SetRegistry } from './ipset/set-registry.ts';
export { type CheckOptions, checkRuleset } from './iptables/check.ts';
export {
  type ParsedRuleset,
  parseRestore,
  type RestoreOptions,
  type RestoreResult,
  restore,
} from './iptables/restore.ts';
export { rulesetPatches } from './iptables/ruleset-patches.ts';
export {
  editRuleset,
  runIptables,
  runIptablesRestore,
  runIptablesSave,
  type ToolCommand,
  type ToolResult,
} from './iptables/run.ts';
export { ruleText, type SaveOptions, saveRuleset } from './iptables/save.ts';
export type { TableStore } from './iptables/table-store.ts';
export { type Account, accounts, addAccount, formatAccount } from './matches/account.ts';
export { hashlimitTables } from './matches/hashlimit.ts';
export { type HashlimitConfig, type HashlimitKey, HashlimitTable } from './matches/hashlimit-table.ts';
export { recentTables } from './matches/recent.ts';
export { type RecentEntry, RecentTable } from './matches/recent-table.ts';
export { type ChainCounters, Netfilter, type NetfilterOptions } from './netfilter.ts';
export {
  type ActionParam,
  badOption,
  type CheckContext,
  CONTINUE,
  type Compiled,
  type CompiledMatch,
  type CompiledTarget,
  ExtensionRegistry,
  type KernelErrno,
  KernelRefusal,
  type MatchExtension,
  type Need,
  type OptionSpec,
  type OptionUse,
  RETURN,
  type RuleContext,
  type RuleVerdict,
  type TargetExtension,
} from './x_tables/extension.ts';
export { builtinChains, emptyTable, isTableName, TABLE_LAYOUT } from './x_tables/layout.ts';
export {
  type AddressTest,
  type Chain,
  type Counters,
  type DeviceName,
  type IpTest,
  type Policy,
  type Rule,
  type RuleMatch,
  type Ruleset,
  type RuleTarget,
  TABLE_NAMES,
  type Table,
  type TableName,
} from './x_tables/rule.ts';
export type { CounterChange } from './x_tables/table-runtime.ts';
