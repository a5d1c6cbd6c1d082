import type { ServiceEntry } from '../model/cluster.ts';
import type { Endpoint } from '../model/endpoint.ts';
import type { ServicePort } from '../model/service-port.ts';
import type { ProxySettings } from '../model/settings.ts';
import { currentRuleset, LARGE_CLUSTER_ENDPOINTS, type SyncScope, totalEndpoints } from './current.ts';
import { legacyRuleset, legacyServiceRules } from './legacy.ts';
import type { Ruleset } from './ruleset.ts';
import { type ServiceRules, serviceRules } from './service-rules.ts';

interface Compiled {
  readonly endpoints: readonly Endpoint[];
  readonly large: boolean;
  readonly rules: ServiceRules;
}

/**
 * Compiles service ports into rules and keeps what it compiled: a port whose object and endpoints are the same ones as
 * before costs a look-up. One cache belongs to one set of settings.
 */
export class RuleCache {
  readonly settings: ProxySettings;
  readonly #compiled = new WeakMap<ServicePort, Compiled>();
  /** How many service ports were compiled so far, for those who want to see that little was. */
  compilations = 0;

  constructor(settings: ProxySettings) {
    this.settings = settings;
  }

  rulesOf(entry: ServiceEntry, large: boolean): ServiceRules {
    const known = this.#compiled.get(entry.port);
    if (known !== undefined && known.endpoints === entry.endpoints && known.large === large) return known.rules;
    this.compilations++;
    const legacy = this.settings.generation === '1.12';
    const rules = legacy ? legacyServiceRules(entry, this.settings) : serviceRules(entry, this.settings, large);
    this.#compiled.set(entry.port, { endpoints: entry.endpoints, large, rules });
    return rules;
  }

  /**
   * The ruleset for these service ports: whole, or, given a scope, what a sync of that scope writes. Releases of 1.12
   * know only whole syncs.
   */
  ruleset(entries: readonly ServiceEntry[], scope?: SyncScope): Ruleset {
    const large = this.isLarge(entries);
    const parts = entries.map((entry) => this.rulesOf(entry, large));
    return this.settings.generation === '1.12'
      ? legacyRuleset(parts, this.settings, scope?.stale)
      : currentRuleset(parts, this.settings, scope);
  }

  /** Large-cluster mode: only today's releases have it, with strictly more endpoints than the limit. */
  isLarge(entries: readonly ServiceEntry[]): boolean {
    return this.settings.generation === 'current' && totalEndpoints(entries) > LARGE_CLUSTER_ENDPOINTS;
  }
}
