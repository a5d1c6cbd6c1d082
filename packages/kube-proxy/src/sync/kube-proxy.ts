import { type Duration, type EventHandle, refuse, SECOND, type SimTime, type Simulation } from '@chainwalk/core';
import type { EndpointSliceObject, ServiceObject } from '../api/kubernetes-objects.ts';
import type { ClusterObjects } from '../api/parse-objects.ts';
import type { ProxyMode } from '../api/proxy-config.ts';
import { INVALID_ACCOUNT } from '../iptables/current.ts';
import { LOCALHOST_NODE_PORTS_ACCOUNT } from '../iptables/service-rules.ts';
import { ProxyMetrics } from '../metrics/proxy-metrics.ts';
import { Cluster, type ClusterChange, nameOf } from '../model/cluster.ts';
import type { ProxySettings } from '../model/settings.ts';
import { proxySysctls } from '../model/sysctls.ts';
import { timeoutCommands } from '../render.ts';
import { cleanStaleConnections } from './conntrack-cleanup.ts';
import { costOf, DEFAULT_COSTS, type SyncCosts } from './cost.ts';
import { type HealthAnswer, serviceHealth } from './health.ts';
import { IptablesSyncer } from './iptables-syncer.ts';
import { IpvsSyncer } from './ipvs-syncer.ts';
import type { ModeSyncer, SyncPlan } from './mode-syncer.ts';
import { BoundedFrequencyRunner, type RunnerPeriods, type SyncRunner, TokenBucketRunner } from './runner.ts';
import type { Tools } from './tools.ts';

/** How a kube-proxy process is set up. */
export interface KubeProxyOptions {
  readonly settings: ProxySettings;
  /** Default: the configuration's. Only iptables and IPVS have a sync loop here. */
  readonly mode?: Extract<ProxyMode, 'iptables' | 'ipvs'>;
  readonly costs?: SyncCosts;
  /** After so long, a sync is full even if nothing went wrong. Default an hour. */
  readonly fullSyncPeriod?: Duration;
  /** Which runner limits the syncs. Default: today's; `token-bucket` in the generation of 1.12. */
  readonly runner?: 'bounded' | 'token-bucket';
  /** Whether metrics carry `ip_family`, as from about 1.33. Default true today, false in the generation of 1.12. */
  readonly familyLabel?: boolean;
}

/** One sync, as it went. */
export interface SyncRecord {
  readonly kind: 'full' | 'partial';
  readonly start: SimTime;
  readonly end: SimTime;
  /** Services whose change it was about. */
  readonly changed: readonly string[];
  readonly natRules: number;
  readonly filterRules: number;
  readonly bytes: number;
  readonly failure: string | undefined;
}

/** The virtual server that is made and deleted to see whether one can be. */
const PROBE = '198.51.100.0:20000';

const FULL_SYNC_PERIOD: Duration = 3600 * SECOND;

/** The nfacct objects and the metrics that tell their packets. */
const ACCOUNTS = [
  [INVALID_ACCOUNT, 'iptables_ct_state_invalid_dropped_packets_total'],
  [LOCALHOST_NODE_PORTS_ACCOUNT, 'iptables_localhost_nodeports_accepted_packets_total'],
] as const;

/** Makes the counters that rules refer to; where the host has none to give, rules do without them. */
function withAccounts(settings: ProxySettings, tools: Tools): ProxySettings {
  if (!settings.nfacct || settings.generation === '1.12') return settings;
  for (const [account] of ACCOUNTS) {
    if (tools.run(['nfacct', 'get', account]).status === 0) continue;
    if (tools.run(['nfacct', 'add', account]).status !== 0) return { ...settings, nfacct: false };
  }
  return settings;
}

/**
 * The kube-proxy process of one node on the simulated clock: objects come in as informers bring them, syncs go out
 * through the host's tools, no more often than the periods allow, and take the time that their work costs. What a sync
 * writes is there at its end, all at once.
 *
 * Nothing is written before both kinds of objects have been listed once ({@link KubeProxy.synced}).
 */
export class KubeProxy {
  readonly simulation: Simulation;
  readonly cluster: Cluster;
  readonly metrics: ProxyMetrics;
  readonly mode: 'iptables' | 'ipvs';
  /** Every sync so far. */
  readonly history: SyncRecord[] = [];
  readonly #settings: ProxySettings;
  readonly #tools: Tools;
  readonly #costs: SyncCosts;
  readonly #fullSyncPeriod: Duration;
  readonly #runner: SyncRunner;
  readonly #syncer: ModeSyncer;
  readonly #changed = new Set<string>();
  /** When the endpoints that are not yet synced changed, a time for each change. */
  #triggers: SimTime[] = [];
  #synced = false;
  #needsFull = true;
  #cleanConnections = false;
  #lastFull: SimTime | undefined;
  #lastSync: SimTime | undefined;
  #queuedAt: SimTime | undefined;
  #watch: EventHandle | undefined;
  #pending = { service: 0, endpoint: 0 };

  constructor(simulation: Simulation, tools: Tools, options: KubeProxyOptions) {
    const settings = withAccounts(options.settings, tools);
    const mode = options.mode ?? settings.config.mode;
    if (mode !== 'iptables' && mode !== 'ipvs') {
      refuse('mode-not-modelled', `${mode} mode has no sync loop`, undefined, 'use iptables or ipvs');
    }
    if (mode === 'ipvs' && settings.generation === '1.12') {
      refuse(
        'generation-not-modelled',
        'IPVS mode is modelled for current releases only',
        undefined,
        'leave the generation out',
      );
    }
    this.simulation = simulation;
    this.mode = mode;
    this.#tools = tools;
    this.#settings = settings;
    this.#costs = options.costs ?? DEFAULT_COSTS;
    this.#fullSyncPeriod = options.fullSyncPeriod ?? FULL_SYNC_PERIOD;
    this.cluster = new Cluster(settings.node.name, settings.family);
    const legacy = settings.generation === '1.12';
    this.metrics = new ProxyMetrics(mode, settings.family, options.familyLabel ?? !legacy);
    this.#syncer =
      mode === 'ipvs' ? new IpvsSyncer(simulation, tools, settings) : new IptablesSyncer(simulation, tools, settings);
    const section = settings.config[mode];
    const kind = options.runner ?? (legacy ? 'token-bucket' : 'bounded');
    const periods: RunnerPeriods = {
      least: section.minSyncPeriod,
      most: kind === 'bounded' ? this.#fullSyncPeriod : section.syncPeriod,
      retry: section.syncPeriod,
    };
    const Runner = kind === 'bounded' ? BoundedFrequencyRunner : TokenBucketRunner;
    this.#runner = new Runner(simulation, periods, (done) => this.#sync(done));
  }

  /**
   * Writes kernel parameters. Call it before objects come.
   * @throws InputError in IPVS mode if the host has no IPVS or not the scheduler
   */
  start(): void {
    for (const [name, value] of Object.entries(proxySysctls(this.mode, this.#settings))) {
      this.#tools.run(['sysctl', '-w', `${name}=${value}`]);
    }
    if (this.mode === 'ipvs') this.#prepareIpvs();
    else if (this.#settings.generation === 'current') this.#watchCanary();
  }

  /** Tries whether IPVS and the scheduler are to be had, on an address that is nobody's, and sets the timeouts. */
  #prepareIpvs(): void {
    const { scheduler } = this.#settings.config.ipvs;
    const added = this.#tools.run(['ipvsadm', '-A', '-t', PROBE, '-s', scheduler]);
    if (added.status !== 0) {
      const hint = 'load the modules of IPVS and of the scheduler, or use iptables mode';
      refuse(
        'ipvs-not-usable',
        `IPVS cannot be used with the scheduler ${scheduler}: ${added.stderr.trim()}`,
        undefined,
        hint,
      );
    }
    this.#tools.run(['ipvsadm', '-D', '-t', PROBE]);
    for (const command of timeoutCommands(this.#settings)) this.#tools.run(command.split(' '));
  }

  /** Ends every timer. What was written stays, as when the process dies. */
  stop(): void {
    this.#runner.stop();
    this.#syncer.stop();
    if (this.#watch !== undefined) this.simulation.cancel(this.#watch);
    this.#watch = undefined;
  }

  // ---------------------------------------------------------------- what informers bring

  /** Takes over everything that the API server lists, and is synced. */
  list(objects: ClusterObjects): void {
    for (const slice of objects.endpointSlices) this.setSlice(slice);
    // What was there before the proxy says nothing about how fast it is.
    this.#triggers = [];
    for (const service of objects.services) this.setService(service);
    this.synced();
  }

  /** Both kinds of objects have been listed: from now on rules are written. */
  synced(): void {
    this.#synced = true;
    this.#request();
  }

  setService(service: ServiceObject): void {
    this.#seen('service', nameOf(service.metadata), this.cluster.setService(service));
  }

  /** `namespace/name`. */
  deleteService(name: string): void {
    this.#seen('service', name, this.cluster.deleteService(name));
  }

  /** `trigger` is when the pods changed, for the programming latency; default now. */
  setSlice(slice: EndpointSliceObject, trigger: SimTime = this.simulation.now): void {
    this.#endpoints(this.cluster.setSlice(slice), trigger);
  }

  deleteSlice(slice: EndpointSliceObject, trigger: SimTime = this.simulation.now): void {
    this.#endpoints(this.cluster.deleteSlice(slice), trigger);
  }

  /** The node's topology labels changed: everything has to be looked at anew. */
  nodeChanged(): void {
    this.#needsFull = true;
    this.#request();
  }

  /** Asks for a full sync. */
  forceFullSync(): void {
    this.#needsFull = true;
    this.#request();
  }

  #endpoints(change: ClusterChange | undefined, trigger: SimTime): void {
    if (change === undefined) return;
    this.#triggers.push(trigger);
    this.#cleanConnections = true;
    this.#seen('endpoint', change.name, change);
  }

  #seen(kind: 'service' | 'endpoint', name: string, change: ClusterChange | undefined): void {
    if (change === undefined) return;
    this.#changed.add(name);
    if (kind === 'service') this.#cleanConnections = true;
    this.#pending[kind]++;
    this.metrics.add(`sync_proxy_rules_${kind}_changes_total`);
    this.metrics.set(`sync_proxy_rules_${kind}_changes_pending`, this.#pending[kind]);
    this.#request();
  }

  #request(): void {
    if (!this.#synced) return;
    this.#queuedAt = this.simulation.now;
    this.metrics.set('sync_proxy_rules_last_queued_timestamp_seconds', this.#wallClock());
    this.#runner.request();
  }

  #wallClock(): number {
    return this.simulation.epoch + this.simulation.now / SECOND;
  }

  // ---------------------------------------------------------------- a sync

  #sync(done: (ok: boolean) => void): void {
    const start = this.simulation.now;
    const due = this.#lastFull === undefined || start - this.#lastFull >= this.#fullSyncPeriod;
    const changed = new Set(this.#changed);
    const triggers = this.#triggers;
    const clean = this.#cleanConnections;
    const plan = this.#syncer.plan({
      entries: this.cluster.entries(),
      changed,
      full: this.#needsFull || due || !this.#syncer.isIntact(),
    });
    this.#changed.clear();
    this.#triggers = [];
    this.#cleanConnections = false;
    this.#pending = { service: 0, endpoint: 0 };
    this.metrics.set('sync_proxy_rules_service_changes_pending', 0);
    this.metrics.set('sync_proxy_rules_endpoint_changes_pending', 0);
    this.simulation.schedule(costOf(plan.work, this.#costs), () => {
      const failure = plan.commit();
      this.#finished(plan, start, [...changed], failure);
      if (failure === undefined) this.#succeeded(plan, triggers, clean);
      else this.#failed(plan, changed, triggers, clean);
      done(failure === undefined);
    });
  }

  #finished(plan: SyncPlan, start: SimTime, changed: readonly string[], failure: string | undefined): void {
    const end = this.simulation.now;
    const seconds = (end - start) / SECOND;
    this.metrics.observe('sync_proxy_rules_duration_seconds', seconds);
    if (this.mode === 'iptables') {
      this.metrics.observe(`sync_${plan.kind}_proxy_rules_duration_seconds`, seconds);
      for (const table of ['filter', 'nat'] as const) {
        this.metrics.set('sync_proxy_rules_iptables_total', plan.rules[table].total, { table });
        this.metrics.set('sync_proxy_rules_iptables_last', plan.rules[table].written, { table });
      }
    }
    this.history.push({
      kind: plan.kind,
      start,
      end,
      changed,
      natRules: plan.rules.nat.written,
      filterRules: plan.rules.filter.written,
      bytes: plan.bytes,
      failure,
    });
  }

  #succeeded(plan: SyncPlan, triggers: readonly SimTime[], clean: boolean): void {
    const { now } = this.simulation;
    if (plan.kind === 'full') this.#lastFull = now;
    this.#needsFull = false;
    this.#lastSync = now;
    for (const trigger of triggers) {
      this.metrics.observe('network_programming_duration_seconds', (now - trigger) / SECOND);
    }
    this.metrics.set('sync_proxy_rules_last_timestamp_seconds', this.#wallClock());
    const noLocal = 'sync_proxy_rules_no_local_endpoints_total';
    this.metrics.set(noLocal, plan.noLocalInternal, { traffic_policy: 'internal' });
    this.metrics.set(noLocal, plan.noLocalExternal, { traffic_policy: 'external' });
    if (!clean) return;
    const deleted = cleanStaleConnections(this.cluster.entries(), this.#tools);
    this.metrics.add('conntrack_reconciler_deleted_entries_total', deleted);
    this.metrics.observe('conntrack_reconciler_sync_duration_seconds', 0);
  }

  /** The next sync is a full one and takes over what this one was about. */
  #failed(plan: SyncPlan, changed: ReadonlySet<string>, triggers: readonly SimTime[], clean: boolean): void {
    this.#needsFull = true;
    for (const name of changed) this.#changed.add(name);
    this.#triggers = [...triggers, ...this.#triggers];
    this.#cleanConnections ||= clean;
    this.metrics.add('sync_proxy_rules_iptables_restore_failures_total');
    if (plan.kind === 'partial') this.metrics.add('sync_proxy_rules_iptables_partial_restore_failures_total');
  }

  /** Looks every sync period whether somebody flushed iptables. */
  #watchCanary(): void {
    this.#watch = this.simulation.schedule(this.#settings.config.iptables.syncPeriod, () => {
      if (!this.#syncer.isIntact()) this.forceFullSync();
      this.#watchCanary();
    });
  }

  // ---------------------------------------------------------------- health and metrics

  /** What `127.0.0.1:10249/metrics` answers, with the packet counters as the kernel has them now. */
  metricsText(): string {
    if (this.mode === 'iptables') {
      for (const [account, metric] of ACCOUNTS) {
        const { stdout } = this.#tools.run(['nfacct', 'get', account]);
        const packets = /pkts = (\d+)/.exec(stdout)?.[1];
        if (packets !== undefined) this.metrics.set(metric, Number(packets));
      }
    }
    return this.metrics.text();
  }

  /**
   * Whether the proxy keeps up: a change that was asked for is synced within two sync periods. What
   * `0.0.0.0:10256/healthz` answers follows from it.
   */
  get healthy(): boolean {
    if (this.#queuedAt === undefined) return this.#synced === false;
    if (this.#lastSync !== undefined && this.#lastSync >= this.#queuedAt) return true;
    return this.simulation.now - this.#queuedAt <= 2 * this.#settings.config[this.mode].syncPeriod;
  }

  /** The answer of `/healthz`, which is counted. */
  healthz(): 200 | 503 {
    const code = this.healthy ? 200 : 503;
    this.metrics.add('proxy_healthz_total', 1, { code: String(code) });
    return code;
  }

  /** The answer on a Service's health check node port; `undefined` if it has none. */
  serviceHealth(name: string): HealthAnswer | undefined {
    return serviceHealth(this.cluster, name, this.healthy);
  }
}
