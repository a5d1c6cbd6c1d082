import type { Report } from './document.ts';
import { canonicalCidr, canonicalIp, isLoopbackText } from './ip-text.ts';
import type { ServiceObject, ServiceSpec } from './kubernetes-objects.ts';

const DNS_LABEL = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;
/** What a Service may be called: a DNS label that begins with a letter. */
const SERVICE_NAME = /^[a-z]([-a-z0-9]*[a-z0-9])?$/;
/** The name of a container's port: up to 15 characters with a letter among them. */
const PORT_NAME = /^(?=.*[a-z])(?!.*--)[a-z0-9]([-a-z0-9]{0,13}[a-z0-9])?$/;
const TYPES = ['ClusterIP', 'NodePort', 'LoadBalancer', 'ExternalName'];
const PROTOCOLS = ['TCP', 'UDP', 'SCTP'];

/**
 * Reports what the API server would refuse in a Service. Two things it would refuse are let through, because kube-proxy
 * tells what becomes of them: a health check port without the local policy is ignored, and the range of node ports is a
 * setting of the cluster.
 */
export function validateService(service: ServiceObject, report: Report): void {
  const { metadata } = service;
  checkName(metadata.name, ['metadata', 'name'], report, SERVICE_NAME);
  if (metadata.namespace) checkName(metadata.namespace, ['metadata', 'namespace'], report);
  const spec = service.spec ?? {};
  const type = spec.type ?? 'ClusterIP';
  if (!TYPES.includes(type)) report(['spec', 'type'], `"${type}" is not supported`, `use one of ${TYPES.join(', ')}`);
  const headless = spec.clusterIP === 'None';
  if (type === 'ExternalName') return validateExternalName(spec, report);
  validateClusterIp(spec, type, report);
  validatePorts(spec, type, headless, report);
  validateAffinity(spec, report);
  validateExternal(spec, type, report);
  validateIngress(service, report);
}

function checkName(name: string, path: readonly string[], report: Report, pattern: RegExp = DNS_LABEL): void {
  if (name === '') report(path, 'a value is required');
  else if (name.length > 63 || !pattern.test(name)) {
    const letter = pattern === SERVICE_NAME ? ', beginning with a letter' : '';
    report(path, `"${name}" is no DNS label`, `use up to 63 lower-case letters, digits and "-"${letter}`);
  }
}

function validateExternalName(spec: ServiceSpec, report: Report): void {
  if (spec.clusterIP && spec.clusterIP !== 'None') {
    report(['spec', 'clusterIP'], 'may not be set for a Service of type ExternalName');
  }
  const name = (spec.externalName ?? '').replace(/\.$/, '');
  if (name === '') report(['spec', 'externalName'], 'a value is required for a Service of type ExternalName');
  else if (!name.split('.').every((label) => DNS_LABEL.test(label))) {
    report(['spec', 'externalName'], `"${name}" is no DNS name`);
  }
}

function validateClusterIp(spec: ServiceSpec, type: string, report: Report): void {
  const ips: readonly (readonly [string, readonly (string | number)[]])[] = [
    ...(spec.clusterIP ? [[spec.clusterIP, ['spec', 'clusterIP']] as const] : []),
    ...(spec.clusterIPs ?? []).map((ip, index) => [ip, ['spec', 'clusterIPs', index]] as const),
  ];
  for (const [ip, path] of ips) {
    if (ip === 'None') {
      if (type === 'NodePort' || type === 'LoadBalancer') report(path, `may not be None for a Service of type ${type}`);
    } else if (canonicalIp(ip) === undefined) report(path, `"${ip}" is no IP address`);
  }
  validateFamilies(spec, report);
  const first = spec.clusterIPs?.[0];
  if (spec.clusterIP && first !== undefined && first !== spec.clusterIP) {
    report(['spec', 'clusterIPs', 0], 'must be equal to clusterIP');
  }
}

/** At most one address of each family, and families that exist. */
function validateFamilies(spec: ServiceSpec, report: Report): void {
  const clusterIPs = spec.clusterIPs ?? [];
  if (clusterIPs.length > 2) report(['spec', 'clusterIPs'], 'may hold two addresses at most');
  else if (clusterIPs.length === 2 && clusterIPs[0]!.includes(':') === clusterIPs[1]!.includes(':')) {
    report(['spec', 'clusterIPs'], 'two addresses must be of different families');
  }
  for (const [index, family] of (spec.ipFamilies ?? []).entries()) {
    if (family !== 'IPv4' && family !== 'IPv6') {
      report(['spec', 'ipFamilies', index], `"${family}" is not supported`, 'use IPv4 or IPv6');
    } else if (spec.ipFamilies!.indexOf(family) !== index)
      report(['spec', 'ipFamilies', index], `${family} is there twice`);
  }
  const policy = spec.ipFamilyPolicy;
  if (policy && !['SingleStack', 'PreferDualStack', 'RequireDualStack'].includes(policy)) {
    report(
      ['spec', 'ipFamilyPolicy'],
      `"${policy}" is not supported`,
      'use SingleStack, PreferDualStack or RequireDualStack',
    );
  }
}

function validatePorts(spec: ServiceSpec, type: string, headless: boolean, report: Report): void {
  const ports = spec.ports ?? [];
  if (ports.length === 0 && !headless) report(['spec', 'ports'], 'a Service needs at least one port');
  const names = new Set<string>();
  const used = new Set<string>();
  const nodePorts = new Set<string>();
  for (const [index, port] of ports.entries()) {
    const at = (field: string): readonly (string | number)[] => ['spec', 'ports', index, field];
    const name = port.name ?? '';
    if (name === '' && ports.length > 1) report(at('name'), 'a name is required where there is more than one port');
    else if (name !== '') {
      if (name.length > 63 || !DNS_LABEL.test(name)) report(at('name'), `"${name}" is no DNS label`);
      if (names.has(name)) report(at('name'), `"${name}" is there twice`);
      names.add(name);
    }
    const protocol = port.protocol ?? 'TCP';
    if (!PROTOCOLS.includes(protocol)) {
      report(at('protocol'), `"${protocol}" is not supported`, `use one of ${PROTOCOLS.join(', ')}`);
    }
    if (!isPort(port.port)) report(at('port'), `${port.port} is not between 1 and 65535`);
    if (used.has(`${port.port}/${protocol}`))
      report(['spec', 'ports', index], `${protocol} port ${port.port} is there twice`);
    used.add(`${port.port}/${protocol}`);
    if (typeof port.targetPort === 'number' && !isPort(port.targetPort)) {
      report(at('targetPort'), `${port.targetPort} is not between 1 and 65535`);
    }
    if (typeof port.targetPort === 'string' && !PORT_NAME.test(port.targetPort)) {
      report(
        at('targetPort'),
        `"${port.targetPort}" is no name of a port`,
        'use up to 15 lower-case letters, digits and "-"',
      );
    }
    const nodePort = port.nodePort ?? 0;
    if (nodePort === 0) continue;
    if (type === 'ClusterIP') report(at('nodePort'), 'may not be used when type is ClusterIP', 'set type: NodePort');
    if (!isPort(nodePort)) report(at('nodePort'), `${nodePort} is not between 1 and 65535`);
    if (nodePorts.has(`${nodePort}/${protocol}`))
      report(at('nodePort'), `${protocol} node port ${nodePort} is there twice`);
    nodePorts.add(`${nodePort}/${protocol}`);
  }
}

function isPort(port: number): boolean {
  return port >= 1 && port <= 65535;
}

function validateAffinity(spec: ServiceSpec, report: Report): void {
  const affinity = spec.sessionAffinity ?? 'None';
  if (affinity !== 'None' && affinity !== 'ClientIP') {
    report(['spec', 'sessionAffinity'], `"${affinity}" is not supported`, 'use ClientIP or None');
  }
  const seconds = spec.sessionAffinityConfig?.clientIP?.timeoutSeconds;
  const path = ['spec', 'sessionAffinityConfig', 'clientIP', 'timeoutSeconds'];
  if (seconds !== undefined && seconds !== null && (seconds < 1 || seconds > 86400)) {
    report(path, `${seconds} is not between 1 and 86400`);
  }
  if (affinity === 'None' && spec.sessionAffinityConfig) {
    report(['spec', 'sessionAffinityConfig'], 'may not be set when sessionAffinity is None');
  }
}

function validateExternal(spec: ServiceSpec, type: string, report: Report): void {
  for (const [index, ip] of (spec.externalIPs ?? []).entries()) {
    const canonical = canonicalIp(ip);
    const path = ['spec', 'externalIPs', index];
    if (canonical === undefined) report(path, `"${ip}" is no IP address`);
    else if (isSpecial(canonical)) report(path, `${ip} may not be an external address`);
  }
  for (const [index, range] of (spec.loadBalancerSourceRanges ?? []).entries()) {
    if (canonicalCidr(range) === undefined) {
      report(['spec', 'loadBalancerSourceRanges', index], `"${range}" is no prefix`, 'write it as 192.0.2.0/24');
    }
  }
  if ((spec.loadBalancerSourceRanges?.length ?? 0) > 0 && type !== 'LoadBalancer') {
    report(['spec', 'loadBalancerSourceRanges'], 'may only be used when type is LoadBalancer');
  }
  const accessible = type === 'NodePort' || type === 'LoadBalancer' || (spec.externalIPs?.length ?? 0) > 0;
  const external = spec.externalTrafficPolicy;
  if (external && external !== 'Cluster' && external !== 'Local') {
    report(['spec', 'externalTrafficPolicy'], `"${external}" is not supported`, 'use Cluster or Local');
  } else if (external && !accessible) {
    report(['spec', 'externalTrafficPolicy'], 'may only be set for a Service that is reached from outside');
  }
  const internal = spec.internalTrafficPolicy;
  if (internal && internal !== 'Cluster' && internal !== 'Local') {
    report(['spec', 'internalTrafficPolicy'], `"${internal}" is not supported`, 'use Cluster or Local');
  }
  const health = spec.healthCheckNodePort ?? 0;
  if (health !== 0 && !isPort(health)) report(['spec', 'healthCheckNodePort'], `${health} is not between 1 and 65535`);
  const distribution = spec.trafficDistribution;
  if (distribution && !['PreferClose', 'PreferSameZone', 'PreferSameNode'].includes(distribution)) {
    report(
      ['spec', 'trafficDistribution'],
      `"${distribution}" is not supported`,
      'use PreferClose, PreferSameZone or PreferSameNode',
    );
  }
}

function validateIngress(service: ServiceObject, report: Report): void {
  for (const [index, ingress] of (service.status?.loadBalancer?.ingress ?? []).entries()) {
    const path = ['status', 'loadBalancer', 'ingress', index];
    if (ingress.ip && canonicalIp(ingress.ip) === undefined)
      report([...path, 'ip'], `"${ingress.ip}" is no IP address`);
    if (ingress.ipMode && ingress.ipMode !== 'VIP' && ingress.ipMode !== 'Proxy') {
      report([...path, 'ipMode'], `"${ingress.ipMode}" is not supported`, 'use VIP or Proxy');
    } else if (ingress.ipMode && !ingress.ip) report([...path, 'ipMode'], 'may not be set without ip');
  }
}

/** Unspecified, loopback, link-local and multicast addresses lead nowhere from outside. */
function isSpecial(ip: string): boolean {
  if (ip === '0.0.0.0' || ip === '::' || isLoopbackText(ip) || ip.startsWith('169.254.')) return true;
  const first = Number.parseInt(ip, 10);
  return ip.includes(':') ? /^(fe[89ab]|ff)/.test(ip) : first >= 224 && first < 240;
}
