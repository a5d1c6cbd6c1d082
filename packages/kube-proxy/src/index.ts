export { cidrContains } from './api/ip-text.ts';
export type {
  EndpointPortSpec,
  EndpointSliceObject,
  EndpointSpec,
  LoadBalancerIngress,
  NodeObject,
  ObjectMeta,
  ServiceObject,
  ServicePortSpec,
  ServiceSpec,
} from './api/kubernetes-objects.ts';
export { type ClusterObjects, parseObjectFiles, parseObjects, type SourceText } from './api/parse-objects.ts';
export {
  DEFAULT_CONFIG,
  type DetectLocalMode,
  type ProxyConfig,
  type ProxyMode,
  parseProxyConfig,
} from './api/proxy-config.ts';
export { diffObjects, diffText, type ModeDiff } from './diff.ts';
export { chainGraph } from './iptables/chain-graph.ts';
export { fedRule, type Rule, type RulePart, type RuleTarget, savedRule } from './iptables/rule.ts';
export { RuleCache } from './iptables/rule-cache.ts';
export { clusterIpRules, FIXED_NAT_RULES, loadBalancerRules, nodePortRules } from './iptables/rule-counts.ts';
export {
  type JumpRule,
  jumpCommands,
  type Ruleset,
  restoreInput,
  rulesOf,
  savedText,
  type TableRules,
} from './iptables/ruleset.ts';
export { SETS, type SetKey, type SetKind, type SetType } from './ipvs/sets.ts';
export { DUMMY_DEVICE, type IpvsState, type RealServer, type VirtualServer } from './ipvs/state.ts';
export { ipsetText, ipvsadmRestore, ipvsadmSave } from './ipvs/text.ts';
export { type BackendLabel, nodeExporterIpvs } from './metrics/node-exporter.ts';
export { PROGRAMMING_BUCKETS, ProxyMetrics, SYNC_BUCKETS } from './metrics/proxy-metrics.ts';
export { type Labels, MetricsRegistry } from './metrics/registry.ts';
export { Cluster, type ClusterChange, type ServiceEntry } from './model/cluster.ts';
export type { Endpoint } from './model/endpoint.ts';
export type { LocalDetector } from './model/local-detector.ts';
export { type NodeInfo, ZONE_LABEL } from './model/node.ts';
export { type NodeOptions, nodeInfo } from './model/node-info.ts';
export { type Protocol, type ServicePort, servicePortKey, type TrafficPolicy } from './model/service-port.ts';
export {
  type Generation,
  type NodePortAddresses,
  type ProxySettings,
  resolveSettings,
  type SettingsOptions,
} from './model/settings.ts';
export { proxySysctls, type Sysctls } from './model/sysctls.ts';
export { type CategorizedEndpoints, categorizeEndpoints, type TopologyOptions } from './model/topology.ts';
export {
  type ChainNames,
  chainHash,
  chainNamesOf,
  endpointChain,
  nameString,
} from './names/chain-names.ts';
export { cascadeShares, probabilityText, savedProbability } from './names/probability.ts';
export {
  dummyDeviceCommands,
  Rendered,
  type RenderOptions,
  render,
  renderEntries,
  renderText,
  timeoutCommands,
} from './render.ts';
export { type ScenarioHost, scenarioHost } from './scenario.ts';
export { KNOWN_DIFFERENCES, type KnownDifference } from './sim/differences.ts';
export { type Fate, type FlowSpec, fateText, isMasqueraded, openingPacket, type Walk, walk } from './sim/fate.ts';
export { bareNode, install, type NodeNetwork, nodeNetwork, OUTSIDE, PODS } from './sim/node-setup.ts';
export { physdev } from './sim/physdev.ts';
export { SimulatedNode } from './sim/simulated-node.ts';
export {
  compareModes,
  type FlowComparison,
  type ModeOutcome,
  parseDestination,
  pathOf,
  type TraceOptions,
  traceText,
} from './sim/trace-text.ts';
export { runUserspaceProcess } from './sim/userspace-process.ts';
export { costOf, DEFAULT_COSTS, type SyncCosts, type SyncWork } from './sync/cost.ts';
export type { HealthAnswer } from './sync/health.ts';
export { KubeProxy, type KubeProxyOptions, type SyncRecord } from './sync/kube-proxy.ts';
export { BoundedFrequencyRunner, type RunnerPeriods, type SyncRunner, TokenBucketRunner } from './sync/runner.ts';
export type { Tools } from './sync/tools.ts';
export { UserspaceBalancer } from './userspace/balancer.ts';
export type { ProxyPort } from './userspace/render.ts';
