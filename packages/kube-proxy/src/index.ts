export { readBlockYaml } from './api/block-yaml.ts';
export { formatPath, type Path, type Report, readDocuments, type SourceDocument } from './api/document.ts';
export { parseDuration } from './api/duration.ts';
export { canonicalCidr, canonicalIp, cidrContains, familyOfText, isLoopbackText } from './api/ip-text.ts';
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
export { asEndpointSlice, asNode, asService, conform } from './api/schemas.ts';
export { validateEndpointSlice, validateNode } from './api/validate-endpoint-slice.ts';
export { validateService } from './api/validate-service.ts';
export { diffObjects, diffText, type ModeDiff } from './diff.ts';
export {
  currentRuleset,
  fixedRules,
  forwardRules,
  INVALID_ACCOUNT,
  jumpRule,
  LARGE_CLUSTER_ENDPOINTS,
  nodePortTail,
  type SyncScope,
  totalEndpoints,
} from './iptables/current.ts';
export { legacyRuleset, legacyServiceRules } from './iptables/legacy.ts';
export {
  ACCEPT,
  comment,
  DROP,
  destination,
  dport,
  fedRule,
  flipMark,
  hostPrefix,
  inDevice,
  mark,
  markText,
  match,
  NO_TARGET,
  nfacct,
  probability,
  protocol,
  protocolOnly,
  RETURN,
  type Rule,
  type RulePart,
  type RuleTarget,
  recentCheck,
  recentSet,
  reject,
  savedRule,
  setMark,
  source,
  target,
} from './iptables/rule.ts';
export { RuleCache } from './iptables/rule-cache.ts';
export { clusterIpRules, FIXED_NAT_RULES, loadBalancerRules, nodePortRules } from './iptables/rule-counts.ts';
export {
  CANARY,
  type JumpRule,
  jumpCommands,
  type Ruleset,
  restoreInput,
  rulesOf,
  savedText,
  TABLES,
  type TableName,
  type TableRules,
} from './iptables/ruleset.ts';
export {
  allowsNode,
  fromPods,
  LOCALHOST_NODE_PORTS_ACCOUNT,
  type ServiceRules,
  serviceRules,
} from './iptables/service-rules.ts';
export { buildIpvsState, type ClosedAddress, type IpvsServiceParts, ipvsServiceParts } from './ipvs/build.ts';
export { ipvsRuleset } from './ipvs/rules.ts';
export { createLine, SET_KEYS, SETS, type SetKey, type SetKind, type SetType, setName } from './ipvs/sets.ts';
export {
  DUMMY_DEVICE,
  hostPort,
  type IpvsState,
  type RealServer,
  type VirtualServer,
  virtualServerKey,
} from './ipvs/state.ts';
export { ipsetText, ipvsadmRestore, ipvsadmSave } from './ipvs/text.ts';
export { type BackendLabel, nodeExporterIpvs } from './metrics/node-exporter.ts';
export { PROGRAMMING_BUCKETS, ProxyMetrics, SYNC_BUCKETS } from './metrics/proxy-metrics.ts';
export { type Labels, MetricsRegistry } from './metrics/registry.ts';
export {
  Cluster,
  type ClusterChange,
  type NodeFacts,
  nameOf,
  nodeFacts,
  SERVICE_NAME_LABEL,
  type ServiceEntry,
  servicePorts,
} from './model/cluster.ts';
export { type Endpoint, endpointText, mergeEndpoints } from './model/endpoint.ts';
export { type LocalDetector, localDetector } from './model/local-detector.ts';
export { type NodeInfo, nodeAddresses, ZONE_LABEL } from './model/node.ts';
export { type NodeOptions, nodeInfo } from './model/node-info.ts';
export {
  isExternallyAccessible,
  type Protocol,
  type ServicePort,
  servicePortKey,
  type TrafficPolicy,
  usesClusterEndpoints,
  usesLocalEndpoints,
} from './model/service-port.ts';
export {
  type Generation,
  ipvsNodePortAddresses,
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
  isServiceChain,
  nameString,
  type ServiceChainKind,
  serviceChain,
} from './names/chain-names.ts';
export {
  cascadeShares,
  type ProbabilityDigits,
  probabilityBits,
  probabilityText,
  savedProbability,
} from './names/probability.ts';
export { sha256 } from './names/sha256.ts';
export { dummyDeviceCommands, Rendered, type RenderOptions, render, renderEntries, renderText } from './render.ts';
export { type ScenarioHost, scenarioHost } from './scenario.ts';
export { differencesOf, KNOWN_DIFFERENCES, type KnownDifference } from './sim/differences.ts';
export { type Fate, type FlowSpec, fateText, isMasqueraded, openingPacket, type Walk, walk } from './sim/fate.ts';
export { bareNode, install, type NodeNetwork, networkCommands, nodeNetwork, OUTSIDE, PODS } from './sim/node-setup.ts';
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
export { cleanStaleConnections } from './sync/conntrack-cleanup.ts';
export { costOf, DEFAULT_COSTS, NO_WORK, type SyncCosts, type SyncWork } from './sync/cost.ts';
export { GracefulTermination, TERMINATION_CHECK } from './sync/graceful-termination.ts';
export { type HealthAnswer, serviceHealth } from './sync/health.ts';
export { IptablesHost } from './sync/iptables-host.ts';
export { IptablesSyncer, serviceName } from './sync/iptables-syncer.ts';
export {
  type ConnectionCounts,
  type ExistingServer,
  IpvsHost,
  realServerText,
  serverOptions,
  serverWords,
} from './sync/ipvs-host.ts';
export { IpvsSyncer } from './sync/ipvs-syncer.ts';
export { KubeProxy, type KubeProxyOptions, type SyncRecord } from './sync/kube-proxy.ts';
export type { ModeSyncer, SyncInput, SyncPlan } from './sync/mode-syncer.ts';
export {
  BoundedFrequencyRunner,
  type Run,
  type RunnerPeriods,
  type SyncRunner,
  TokenBucketRunner,
} from './sync/runner.ts';
export { complaint, type Tools } from './sync/tools.ts';
export { UserspaceBalancer } from './userspace/balancer.ts';
export {
  allocateProxyPorts,
  FIRST_PROXY_PORT,
  isSticky,
  type ProxyPort,
  userspaceEndpoints,
  userspaceRuleset,
} from './userspace/render.ts';
