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
export {
  currentRuleset,
  fixedRules,
  forwardRules,
  INVALID_ACCOUNT,
  jumpRule,
  LARGE_CLUSTER_ENDPOINTS,
  nodePortTail,
  renderCurrent,
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
export {
  CANARY,
  type JumpRule,
  jumpCommands,
  type Ruleset,
  restoreInput,
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
