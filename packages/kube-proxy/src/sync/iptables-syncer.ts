import type { SimTime, Simulation } from '@chainwalk/core';
import { RuleCache } from '../iptables/rule-cache.ts';
import { type Ruleset, restoreInput, rulesOf } from '../iptables/ruleset.ts';
import type { ServiceEntry } from '../model/cluster.ts';
import type { ProxySettings } from '../model/settings.ts';
import { isServiceChain } from '../names/chain-names.ts';
import { NO_WORK } from './cost.ts';
import { IptablesHost } from './iptables-host.ts';
import type { ModeSyncer, SyncInput, SyncPlan } from './mode-syncer.ts';
import type { Tools } from './tools.ts';

/**
 * iptables mode's syncs. A full one ensures the jumps and writes every chain; a partial one writes the shared chains and
 * those of Services that changed. Chains that no service has any more are deleted by either, but in a large cluster
 * only every sync period, because finding them takes an iptables-save.
 */
export class IptablesSyncer implements ModeSyncer {
  readonly cache: RuleCache;
  readonly #simulation: Simulation;
  readonly #settings: ProxySettings;
  readonly #host: IptablesHost;
  /** The service chains that this process wrote. */
  #written = new Set<string>();
  #lastCleanup: SimTime | undefined;
  /** Rules of both tables after the last sync. */
  #existingRules = 0;
  #canary = false;

  constructor(simulation: Simulation, tools: Tools, settings: ProxySettings) {
    this.#simulation = simulation;
    this.#settings = settings;
    this.#host = new IptablesHost(tools);
    this.cache = new RuleCache(settings);
  }

  isIntact(): boolean {
    return !this.#canary || this.#host.hasCanary();
  }

  stop(): void {}

  plan(input: SyncInput): SyncPlan {
    const { entries } = input;
    const legacy = this.#settings.generation === '1.12';
    const full = input.full || legacy;
    const large = this.cache.isLarge(entries);
    const wanted = this.#chainsOf(entries, large);
    const { stale, cleaned } = this.#staleChains(wanted, large, full);
    const writes = (index: number): boolean => full || input.changed.has(serviceName(entries[index]!));
    const ruleset = this.cache.ruleset(entries, { writes, stale });
    const text = restoreInput(ruleset);
    const filter = rulesOf(ruleset.filter).length;
    const nat = rulesOf(ruleset.nat).length;
    const skipped = entries.reduce(
      (sum, entry, index) => (writes(index) ? sum : sum + this.cache.rulesOf(entry, large).own.length),
      0,
    );
    const total = nat + skipped;
    const lines = filter + nat + ruleset.filter.chains.length + ruleset.nat.chains.length + 2 * stale.length;
    // Each jump takes a look, and each look reads its whole table as it is before the sync: half of reading and writing.
    const looks = full ? 2 * ruleset.jumps.length + ruleset.canary.length : 0;
    const read = Math.round((looks * this.#existingRules) / 4);
    return {
      kind: full ? 'full' : 'partial',
      work: {
        ...NO_WORK,
        commands: 1 + looks + (cleaned && full ? 1 : 0),
        lines,
        tableRules: filter + total + read,
        savedRules: cleaned && full ? this.#existingRules : 0,
      },
      rules: { filter: { total: filter, written: filter }, nat: { total, written: nat } },
      ...this.#withoutLocal(entries, large),
      bytes: text.length,
      commit: () => {
        const failure = this.#commit(ruleset, text, full, wanted, cleaned);
        if (failure === undefined) this.#existingRules = filter + total;
        return failure;
      },
    };
  }

  #commit(ruleset: Ruleset, text: string, full: boolean, wanted: Set<string>, cleaned: boolean): string | undefined {
    if (full) {
      this.#host.ensureJumps(ruleset);
      this.#canary = ruleset.canary.length > 0;
    }
    const failure = this.#host.restore(text);
    if (failure !== undefined) return failure;
    if (cleaned) {
      this.#lastCleanup = this.#simulation.now;
      this.#written = wanted;
    } else for (const chain of wanted) this.#written.add(chain);
    return undefined;
  }

  #chainsOf(entries: readonly ServiceEntry[], large: boolean): Set<string> {
    const chains = new Set<string>();
    for (const entry of entries) for (const chain of this.cache.rulesOf(entry, large).chains) chains.add(chain);
    return chains;
  }

  /** A full sync asks the host, a partial one remembers. */
  #staleChains(
    wanted: ReadonlySet<string>,
    large: boolean,
    full: boolean,
  ): { readonly stale: readonly string[]; readonly cleaned: boolean } {
    const { syncPeriod } = this.#settings.config.iptables;
    const due = this.#lastCleanup === undefined || this.#simulation.now - this.#lastCleanup > syncPeriod;
    if (large && !due) return { stale: [], cleaned: false };
    const existing = full ? this.#host.natChains().filter(isServiceChain) : this.#written;
    return { stale: [...existing].filter((chain) => !wanted.has(chain)).sort(), cleaned: true };
  }

  #withoutLocal(
    entries: readonly ServiceEntry[],
    large: boolean,
  ): { readonly noLocalInternal: number; readonly noLocalExternal: number } {
    let noLocalInternal = 0;
    let noLocalExternal = 0;
    for (const entry of entries) {
      const rules = this.cache.rulesOf(entry, large);
      if (rules.noLocalInternal) noLocalInternal++;
      if (rules.noLocalExternal) noLocalExternal++;
    }
    return { noLocalInternal, noLocalExternal };
  }
}

/** `namespace/name` of an entry's Service. */
export function serviceName(entry: ServiceEntry): string {
  return `${entry.port.namespace}/${entry.port.name}`;
}
