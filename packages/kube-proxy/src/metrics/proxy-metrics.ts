import type { Family } from '@chainwalk/core';
import type { ProxyMode } from '../api/proxy-config.ts';
import { type Labels, MetricsRegistry } from './registry.ts';

/** Bounds of the sync durations: a millisecond, doubled fourteen times. */
export const SYNC_BUCKETS: readonly number[] = Array.from({ length: 15 }, (_, index) => 2 ** index / 1000);

/** Bounds of the network programming latency: fine up to a minute, in steps of 5 s up to two, of 30 s up to five. */
export const PROGRAMMING_BUCKETS: readonly number[] = [
  0.25,
  0.5,
  ...range(1, 59, 1),
  ...range(60, 115, 5),
  ...range(120, 300, 30),
];

function range(from: number, to: number, step: number): number[] {
  return Array.from({ length: (to - from) / step + 1 }, (_, index) => from + index * step);
}

/** Names without their prefix, which is one word: `kubeproxy_`. */
const PREFIX = 'kubeproxy_';

type Kind = 'counter' | 'gauge' | 'histogram';
type Where = 'all' | 'iptables' | 'ipvs' | 'iptables+ipvs';

/** Name, kind, modes that have it, what it means, and bounds. */
type Declaration = readonly [string, Kind, Where, string, (readonly number[])?];

const DECLARATIONS: readonly Declaration[] = [
  ['sync_proxy_rules_duration_seconds', 'histogram', 'all', 'How long a sync of any kind took.', SYNC_BUCKETS],
  ['sync_full_proxy_rules_duration_seconds', 'histogram', 'iptables', 'How long a full sync took.', SYNC_BUCKETS],
  ['sync_partial_proxy_rules_duration_seconds', 'histogram', 'iptables', 'How long a partial sync took.', SYNC_BUCKETS],
  [
    'network_programming_duration_seconds',
    'histogram',
    'all',
    'From the change of an endpoint to the rules for it.',
    PROGRAMMING_BUCKETS,
  ],
  ['sync_proxy_rules_last_timestamp_seconds', 'gauge', 'all', 'When rules were last synced successfully.'],
  ['sync_proxy_rules_last_queued_timestamp_seconds', 'gauge', 'all', 'When a sync was last asked for.'],
  ['sync_proxy_rules_endpoint_changes_pending', 'gauge', 'all', 'Endpoint changes that are seen and not yet synced.'],
  ['sync_proxy_rules_endpoint_changes_total', 'counter', 'all', 'Endpoint changes seen.'],
  ['sync_proxy_rules_service_changes_pending', 'gauge', 'all', 'Service changes that are seen and not yet synced.'],
  ['sync_proxy_rules_service_changes_total', 'counter', 'all', 'Service changes seen.'],
  ['sync_proxy_rules_iptables_total', 'gauge', 'iptables', 'Rules that belong to kube-proxy.'],
  ['sync_proxy_rules_iptables_last', 'gauge', 'iptables', 'Rules that the last sync wrote.'],
  ['sync_proxy_rules_iptables_restore_failures_total', 'counter', 'iptables+ipvs', 'Restores that failed.'],
  ['sync_proxy_rules_iptables_partial_restore_failures_total', 'counter', 'iptables', 'Partial restores that failed.'],
  [
    'sync_proxy_rules_no_local_endpoints_total',
    'gauge',
    'all',
    'Services with a local policy and endpoints on other nodes only.',
  ],
  [
    'iptables_ct_state_invalid_dropped_packets_total',
    'counter',
    'iptables',
    'Packets dropped for being of no connection.',
  ],
  [
    'iptables_localhost_nodeports_accepted_packets_total',
    'counter',
    'iptables',
    'Packets to node ports on 127.0.0.1 let in.',
  ],
  ['conntrack_reconciler_deleted_entries_total', 'counter', 'all', 'UDP connections removed as stale.'],
  [
    'conntrack_reconciler_sync_duration_seconds',
    'histogram',
    'all',
    'How long a search for stale connections took.',
    SYNC_BUCKETS,
  ],
  ['proxy_healthz_total', 'counter', 'all', 'Answers of /healthz.'],
  ['proxy_livez_total', 'counter', 'all', 'Answers of /livez.'],
];

/** Metrics that never had labels, whatever the version. */
const UNLABELLED = /_changes_(pending|total)$|^iptables_|^proxy_/;

/**
 * kube-proxy's metrics under their real names. `familyLabel` is what releases from about 1.33 add to nearly all of them.
 */
export class ProxyMetrics {
  readonly registry: MetricsRegistry = new MetricsRegistry();
  readonly #family: Labels;

  constructor(mode: ProxyMode, family: Family, familyLabel = true) {
    this.#family = familyLabel ? { ip_family: family === 'ipv4' ? 'IPv4' : 'IPv6' } : {};
    for (const [name, kind, where, help, buckets] of DECLARATIONS) {
      if (where !== 'all' && !where.split('+').includes(mode)) continue;
      this.registry.declare(PREFIX + name, kind, `[ALPHA] ${help}`, buckets);
    }
  }

  add(name: string, amount = 1, labels: Labels = {}): void {
    this.registry.add(PREFIX + name, this.#labels(name, labels), amount);
  }

  set(name: string, value: number, labels: Labels = {}): void {
    this.registry.set(PREFIX + name, value, this.#labels(name, labels));
  }

  observe(name: string, value: number, labels: Labels = {}): void {
    this.registry.observe(PREFIX + name, value, this.#labels(name, labels));
  }

  value(name: string, labels: Labels = {}): number {
    return this.registry.value(PREFIX + name, this.#labels(name, labels));
  }

  sum(name: string, labels: Labels = {}): number {
    return this.registry.sum(PREFIX + name, this.#labels(name, labels));
  }

  /** What `127.0.0.1:10249/metrics` answers. */
  text(): string {
    return this.registry.text();
  }

  #labels(name: string, labels: Labels): Labels {
    return UNLABELLED.test(name) ? labels : { ...labels, ...this.#family };
  }
}
