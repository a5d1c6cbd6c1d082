import { type Duration, FaultList, SECOND } from '@chainwalk/core';
import * as v from 'valibot';
import { formatPath, type Report, readDocuments, type SourceDocument } from './document.ts';
import { parseDuration } from './duration.ts';
import { canonicalCidr } from './ip-text.ts';
import { conform } from './schemas.ts';

/** How kube-proxy works on a node: iptables rules, IPVS services, or a process that copies bytes (gone since 1.26). */
export type ProxyMode = 'iptables' | 'ipvs' | 'userspace' | 'nftables';

/** How kube-proxy tells its own pods' traffic from the rest. */
export type DetectLocalMode = 'ClusterCIDR' | 'NodeCIDR' | 'BridgeInterface' | 'InterfaceNamePrefix';

/**
 * What of KubeProxyConfiguration v1alpha1 has to do with packets, with every default filled in. Lengths of time in
 * nanoseconds.
 */
export interface ProxyConfig {
  readonly mode: ProxyMode;
  readonly clusterCIDR: string;
  readonly detectLocalMode: DetectLocalMode;
  readonly bridgeInterface: string;
  readonly interfaceNamePrefix: string;
  readonly nodePortAddresses: readonly string[];
  readonly featureGates: Readonly<Record<string, boolean>>;
  readonly iptables: {
    /** Bit of the mark that asks for masquerading, 0 to 31. */
    readonly masqueradeBit: number;
    readonly masqueradeAll: boolean;
    readonly localhostNodePorts: boolean;
    readonly syncPeriod: Duration;
    readonly minSyncPeriod: Duration;
  };
  readonly ipvs: {
    readonly scheduler: string;
    readonly excludeCIDRs: readonly string[];
    readonly strictARP: boolean;
    /** 0 leaves the kernel's. */
    readonly tcpTimeout: Duration;
    readonly tcpFinTimeout: Duration;
    readonly udpTimeout: Duration;
    readonly syncPeriod: Duration;
    readonly minSyncPeriod: Duration;
  };
  readonly conntrack: {
    /** 0 leaves nf_conntrack_max alone. */
    readonly maxPerCore: number;
    readonly min: number;
    /** 0 leaves the kernel's, for each of the four. */
    readonly tcpEstablishedTimeout: Duration;
    readonly tcpCloseWaitTimeout: Duration;
    readonly udpTimeout: Duration;
    readonly udpStreamTimeout: Duration;
    readonly tcpBeLiberal: boolean;
  };
}

/** What kube-proxy does without a configuration file. */
export const DEFAULT_CONFIG: ProxyConfig = {
  mode: 'iptables',
  clusterCIDR: '',
  detectLocalMode: 'ClusterCIDR',
  bridgeInterface: '',
  interfaceNamePrefix: '',
  nodePortAddresses: [],
  featureGates: {},
  iptables: {
    masqueradeBit: 14,
    masqueradeAll: false,
    localhostNodePorts: true,
    syncPeriod: 30 * SECOND,
    minSyncPeriod: SECOND,
  },
  ipvs: {
    scheduler: 'rr',
    excludeCIDRs: [],
    strictARP: false,
    tcpTimeout: 0,
    tcpFinTimeout: 0,
    udpTimeout: 0,
    syncPeriod: 30 * SECOND,
    minSyncPeriod: SECOND,
  },
  conntrack: {
    maxPerCore: 32768,
    min: 131072,
    tcpEstablishedTimeout: 86400 * SECOND,
    tcpCloseWaitTimeout: 3600 * SECOND,
    udpTimeout: 0,
    udpStreamTimeout: 0,
    tcpBeLiberal: false,
  },
};

const MODES: readonly ProxyMode[] = ['iptables', 'ipvs', 'userspace', 'nftables'];
const DETECT_MODES: readonly DetectLocalMode[] = ['ClusterCIDR', 'NodeCIDR', 'BridgeInterface', 'InterfaceNamePrefix'];
const SCHEDULERS = ['rr', 'wrr', 'lc', 'wlc', 'lblc', 'lblcr', 'sh', 'dh', 'sed', 'nq', 'mh', 'fo', 'ovf'];

const text = v.nullish(v.string());
const flag = v.nullish(v.boolean());
const count = v.nullish(v.pipe(v.number(), v.integer()));
const texts = v.nullish(v.array(v.string()));

const schema = v.object({
  mode: text,
  clusterCIDR: text,
  detectLocalMode: text,
  detectLocal: v.nullish(v.object({ bridgeInterface: text, interfaceNamePrefix: text, clusterCIDRs: texts })),
  nodePortAddresses: texts,
  featureGates: v.nullish(v.record(v.string(), v.boolean())),
  iptables: v.nullish(
    v.object({
      masqueradeBit: count,
      masqueradeAll: flag,
      localhostNodePorts: flag,
      syncPeriod: text,
      minSyncPeriod: text,
    }),
  ),
  ipvs: v.nullish(
    v.object({
      scheduler: text,
      excludeCIDRs: texts,
      strictARP: flag,
      tcpTimeout: text,
      tcpFinTimeout: text,
      udpTimeout: text,
      syncPeriod: text,
      minSyncPeriod: text,
    }),
  ),
  conntrack: v.nullish(
    v.object({
      maxPerCore: count,
      min: count,
      tcpEstablishedTimeout: text,
      tcpCloseWaitTimeout: text,
      udpTimeout: text,
      udpStreamTimeout: text,
      tcpBeLiberal: flag,
    }),
  ),
});

/** Every field of the type, with the fields of its sections; `undefined` where the contents do not matter here. */
const FIELDS: Readonly<Record<string, readonly string[] | undefined>> = {
  apiVersion: undefined,
  kind: undefined,
  metadata: undefined,
  featureGates: undefined,
  clientConnection: undefined,
  logging: undefined,
  hostnameOverride: undefined,
  bindAddress: undefined,
  healthzBindAddress: undefined,
  metricsBindAddress: undefined,
  bindAddressHardFail: undefined,
  enableProfiling: undefined,
  showHiddenMetricsForVersion: undefined,
  mode: undefined,
  iptables: ['masqueradeBit', 'masqueradeAll', 'localhostNodePorts', 'syncPeriod', 'minSyncPeriod'],
  ipvs: [
    'syncPeriod',
    'minSyncPeriod',
    'scheduler',
    'excludeCIDRs',
    'strictARP',
    'tcpTimeout',
    'tcpFinTimeout',
    'udpTimeout',
    'masqueradeAll',
  ],
  nftables: ['masqueradeBit', 'masqueradeAll', 'syncPeriod', 'minSyncPeriod'],
  winkernel: undefined,
  detectLocalMode: undefined,
  detectLocal: ['bridgeInterface', 'interfaceNamePrefix', 'clusterCIDRs'],
  clusterCIDR: undefined,
  nodePortAddresses: undefined,
  oomScoreAdj: undefined,
  conntrack: [
    'maxPerCore',
    'min',
    'tcpEstablishedTimeout',
    'tcpCloseWaitTimeout',
    'tcpBeLiberal',
    'udpTimeout',
    'udpStreamTimeout',
  ],
  configSyncPeriod: undefined,
  portRange: undefined,
  udpIdleTimeout: undefined,
  resourceContainer: undefined,
  windowsRunAsService: undefined,
};

/**
 * Reads a kube-proxy configuration file, or the ConfigMap that kubeadm keeps it in. Faults are thrown as one InputError
 * with path, line and column; an unknown field is one, as kube-proxy decodes strictly.
 */
export function parseProxyConfig(content: string, source: string): ProxyConfig {
  const documents = readDocuments(content, source);
  const first = documents[0];
  const inner = first === undefined ? undefined : configMapText(first);
  if (inner === undefined) return configIn(documents);
  return configIn(readDocuments(inner, `${source} data.config.conf`));
}

function configIn(documents: readonly SourceDocument[]): ProxyConfig {
  const faults = new FaultList();
  const document = documents.find((candidate) => kindOf(candidate) === 'KubeProxyConfiguration') ?? documents[0];
  if (document === undefined) return DEFAULT_CONFIG;
  const report: Report = (path, message, hint) => {
    if (faults.isFull) return;
    faults.add({
      severity: 'error',
      code: 'invalid-configuration',
      message: `${formatPath(path)}: ${message}`,
      place: document.placeOf(path),
      ...(hint === undefined ? {} : { hint }),
    });
  };
  const config = read(document, report);
  faults.throwIfAny();
  return config!;
}

function kindOf(document: SourceDocument): unknown {
  return (document.value as { readonly kind?: unknown } | null)?.kind;
}

function configMapText(document: SourceDocument): string | undefined {
  if (kindOf(document) !== 'ConfigMap') return undefined;
  const text = (document.value as { readonly data?: Readonly<Record<string, unknown>> }).data?.['config.conf'];
  return typeof text === 'string' ? text : undefined;
}

function read(document: SourceDocument, report: Report): ProxyConfig | undefined {
  const { value } = document;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    report([], 'expected a KubeProxyConfiguration');
    return undefined;
  }
  const fields = value as Readonly<Record<string, unknown>>;
  if (fields['kind'] !== undefined && fields['kind'] !== 'KubeProxyConfiguration') {
    report(['kind'], `"${String(fields['kind'])}" is not KubeProxyConfiguration`);
  }
  const version = fields['apiVersion'];
  if (version !== undefined && version !== 'kubeproxy.config.k8s.io/v1alpha1') {
    report(['apiVersion'], `"${String(version)}" is not known`, 'use kubeproxy.config.k8s.io/v1alpha1');
  }
  refuseUnknown(fields, report);
  const raw = conform(schema, value, report);
  if (raw === undefined) return undefined;
  const base = DEFAULT_CONFIG;
  const mode = raw.mode ? raw.mode : base.mode;
  if (!MODES.includes(mode as ProxyMode))
    report(['mode'], `"${mode}" is not supported`, `use one of ${MODES.join(', ')}`);
  const detect = raw.detectLocalMode ? raw.detectLocalMode : base.detectLocalMode;
  if (!DETECT_MODES.includes(detect as DetectLocalMode)) {
    report(['detectLocalMode'], `"${detect}" is not supported`, `use one of ${DETECT_MODES.join(', ')}`);
  }
  if (detect === 'BridgeInterface' && !raw.detectLocal?.bridgeInterface) {
    report(['detectLocal', 'bridgeInterface'], 'a value is required for detectLocalMode BridgeInterface');
  }
  if (detect === 'InterfaceNamePrefix' && !raw.detectLocal?.interfaceNamePrefix) {
    report(['detectLocal', 'interfaceNamePrefix'], 'a value is required for detectLocalMode InterfaceNamePrefix');
  }
  const cidrs = (raw.clusterCIDR ?? '').split(',').filter((cidr) => cidr !== '');
  for (const cidr of cidrs) if (canonicalCidr(cidr) === undefined) report(['clusterCIDR'], `"${cidr}" is no prefix`);
  const nodePortAddresses = raw.nodePortAddresses ?? [];
  for (const [index, cidr] of nodePortAddresses.entries()) {
    if (!['primary', 'localhost', 'all'].includes(cidr) && canonicalCidr(cidr) === undefined) {
      report(['nodePortAddresses', index], `"${cidr}" is no prefix`, 'write it as 192.0.2.0/24, or use primary');
    }
  }
  const bit = raw.iptables?.masqueradeBit ?? base.iptables.masqueradeBit;
  if (bit < 0 || bit > 31) report(['iptables', 'masqueradeBit'], `${bit} is not between 0 and 31`);
  const scheduler = raw.ipvs?.scheduler ? raw.ipvs.scheduler : base.ipvs.scheduler;
  if (!SCHEDULERS.includes(scheduler)) {
    report(['ipvs', 'scheduler'], `"${scheduler}" is not known`, `use one of ${SCHEDULERS.join(', ')}`);
  }
  const excludeCIDRs = (raw.ipvs?.excludeCIDRs ?? []).map((cidr, index) => {
    const canonical = canonicalCidr(cidr);
    if (canonical === undefined) report(['ipvs', 'excludeCIDRs', index], `"${cidr}" is no prefix`);
    return canonical ?? cidr;
  });
  const time = (section: string, field: string, given: string | null | undefined, otherwise: Duration): Duration => {
    if (given === undefined || given === null || given === '') return otherwise;
    const parsed = parseDuration(given);
    const path = [section, field];
    if (parsed === undefined) report(path, `"${given}" is no length of time`, 'write it as 30s or 1h5m');
    return parsed ?? otherwise;
  };
  const periods = (section: 'iptables' | 'ipvs'): { syncPeriod: Duration; minSyncPeriod: Duration } => {
    // "0s" is what kubeadm writes and stands for the default.
    const sync = time(section, 'syncPeriod', raw[section]?.syncPeriod, 0) || base[section].syncPeriod;
    const least = time(section, 'minSyncPeriod', raw[section]?.minSyncPeriod, base[section].minSyncPeriod);
    if (least > sync) report([section, 'minSyncPeriod'], 'may not be longer than syncPeriod');
    return { syncPeriod: sync, minSyncPeriod: least };
  };
  const limit = (field: 'maxPerCore' | 'min'): number => {
    const given = raw.conntrack?.[field] ?? base.conntrack[field];
    if (given < 0) report(['conntrack', field], `${given} is less than 0`);
    return given;
  };
  const ct = raw.conntrack;
  return {
    mode: mode as ProxyMode,
    clusterCIDR: cidrs.map((cidr) => canonicalCidr(cidr) ?? cidr).join(','),
    detectLocalMode: detect as DetectLocalMode,
    bridgeInterface: raw.detectLocal?.bridgeInterface ?? '',
    interfaceNamePrefix: raw.detectLocal?.interfaceNamePrefix ?? '',
    nodePortAddresses,
    featureGates: raw.featureGates ?? {},
    iptables: {
      masqueradeBit: bit,
      masqueradeAll: raw.iptables?.masqueradeAll ?? base.iptables.masqueradeAll,
      localhostNodePorts: raw.iptables?.localhostNodePorts ?? base.iptables.localhostNodePorts,
      ...periods('iptables'),
    },
    ipvs: {
      scheduler,
      excludeCIDRs,
      strictARP: raw.ipvs?.strictARP ?? base.ipvs.strictARP,
      tcpTimeout: time('ipvs', 'tcpTimeout', raw.ipvs?.tcpTimeout, 0),
      tcpFinTimeout: time('ipvs', 'tcpFinTimeout', raw.ipvs?.tcpFinTimeout, 0),
      udpTimeout: time('ipvs', 'udpTimeout', raw.ipvs?.udpTimeout, 0),
      ...periods('ipvs'),
    },
    conntrack: {
      maxPerCore: limit('maxPerCore'),
      min: limit('min'),
      tcpEstablishedTimeout: time(
        'conntrack',
        'tcpEstablishedTimeout',
        ct?.tcpEstablishedTimeout,
        base.conntrack.tcpEstablishedTimeout,
      ),
      tcpCloseWaitTimeout: time(
        'conntrack',
        'tcpCloseWaitTimeout',
        ct?.tcpCloseWaitTimeout,
        base.conntrack.tcpCloseWaitTimeout,
      ),
      udpTimeout: time('conntrack', 'udpTimeout', ct?.udpTimeout, 0),
      udpStreamTimeout: time('conntrack', 'udpStreamTimeout', ct?.udpStreamTimeout, 0),
      tcpBeLiberal: ct?.tcpBeLiberal ?? false,
    },
  };
}

function refuseUnknown(fields: Readonly<Record<string, unknown>>, report: Report): void {
  for (const [name, value] of Object.entries(fields)) {
    if (!Object.hasOwn(FIELDS, name)) report([name], 'is no field of KubeProxyConfiguration');
    const known = Object.hasOwn(FIELDS, name) ? FIELDS[name] : undefined;
    if (known === undefined || typeof value !== 'object' || value === null) continue;
    for (const field of Object.keys(value)) if (!known.includes(field)) report([name, field], `is no field of ${name}`);
  }
}
