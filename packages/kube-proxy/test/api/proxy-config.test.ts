import { formatDiagnostic, InputError, SECOND } from '@chainwalk/core';
import { describe, expect, it } from 'vitest';
import { DEFAULT_CONFIG, parseProxyConfig } from '../../src/api/proxy-config.ts';
import { resolveSettings } from '../../src/model/settings.ts';
import { proxySysctls } from '../../src/model/sysctls.ts';
import { settingsOf, TEST_NODE } from '../cluster-fixtures.ts';

const HEAD = 'apiVersion: kubeproxy.config.k8s.io/v1alpha1\nkind: KubeProxyConfiguration\n';
const KUBEADM = `${HEAD}bindAddress: 0.0.0.0
clientConnection: {acceptContentTypes: "", burst: 0}
clusterCIDR: 10.244.0.0/16
configSyncPeriod: 0s
conntrack:
  maxPerCore: null
  min: null
  tcpBeLiberal: false
  tcpCloseWaitTimeout: null
  tcpEstablishedTimeout: 12h
detectLocal: {bridgeInterface: "", interfaceNamePrefix: ""}
detectLocalMode: ""
enableProfiling: false
iptables: {localhostNodePorts: null, masqueradeAll: false, masqueradeBit: null, minSyncPeriod: 5s, syncPeriod: 0s}
ipvs: {excludeCIDRs: null, minSyncPeriod: 0s, scheduler: "", strictARP: true, syncPeriod: 0s, tcpFinTimeout: 0s, tcpTimeout: 0s, udpTimeout: 0s}
mode: ""
nodePortAddresses: null
`;

function faults(text: string): string {
  try {
    parseProxyConfig(text, 'kp.yaml');
  } catch (error) {
    if (error instanceof InputError) return error.diagnostics.map(formatDiagnostic).join('\n');
    throw error;
  }
  return '';
}

describe('the configuration file', () => {
  it('of kubeadm is read, with defaults where it leaves fields empty', () => {
    const config = parseProxyConfig(KUBEADM, 'kp.yaml');
    expect(config).toMatchObject({
      mode: 'iptables',
      clusterCIDR: '10.244.0.0/16',
      detectLocalMode: 'ClusterCIDR',
      iptables: { masqueradeBit: 14, localhostNodePorts: true, minSyncPeriod: 5 * SECOND, syncPeriod: 30 * SECOND },
      ipvs: { scheduler: 'rr', strictARP: true, syncPeriod: 30 * SECOND },
      conntrack: { maxPerCore: 32768, tcpEstablishedTimeout: 43200 * SECOND },
    });
  });

  it('is found inside the ConfigMap that kubeadm keeps', () => {
    const map = `apiVersion: v1\nkind: ConfigMap\ndata:\n  config.conf: |-\n${KUBEADM.replace(/^/gm, '    ')}\n`;
    expect(parseProxyConfig(map, 'cm.yaml')).toEqual(parseProxyConfig(KUBEADM, 'kp.yaml'));
  });

  it('may be empty', () => {
    expect(parseProxyConfig('', 'kp.yaml')).toEqual(DEFAULT_CONFIG);
  });

  it.each([
    ['modes: ipvs', 'kp.yaml:3:8: error: modes: is no field of KubeProxyConfiguration'],
    [
      'mode: ebpf',
      'kp.yaml:3:7: error: mode: "ebpf" is not supported (use one of iptables, ipvs, userspace, nftables)',
    ],
    ['iptables: {masqueradeBit: 32}', 'iptables.masqueradeBit: 32 is not between 0 and 31'],
    ['iptables: {syncPeriod: 30}', 'iptables.syncPeriod: expected string, found 30'],
    ['iptables: {syncPeriod: 5s, minSyncPeriod: 10s}', 'iptables.minSyncPeriod: may not be longer than syncPeriod'],
    ['ipvs: {scheduler: rrr}', 'kp.yaml:3:19: error: ipvs.scheduler: "rrr" is not known'],
    ['ipvs: {bogus: 1}', 'kp.yaml:3:15: error: ipvs.bogus: is no field of ipvs'],
    ['clusterCIDR: 10.0.0.0/33', 'clusterCIDR: "10.0.0.0/33" is no prefix'],
    ['detectLocalMode: BridgeInterface', 'detectLocal.bridgeInterface: a value is required'],
    ['nodePortAddresses: [10.0.0.1]', 'nodePortAddresses[0]: "10.0.0.1" is no prefix'],
    ['conntrack: {tcpCloseWaitTimeout: soon}', 'conntrack.tcpCloseWaitTimeout: "soon" is no length of time'],
  ])('with %j is refused', (line, message) => {
    expect(faults(`${HEAD}${line}\n`)).toContain(message);
  });
});

describe('a configuration file that is an attack', () => {
  it('is refused with its place when it is nested beyond measure', () => {
    expect(faults(`${HEAD}iptables: ${'['.repeat(200_000)}`)).toContain(
      'kp.yaml:3:110: error: maps and lists are nested',
    );
  });

  it('has no field that only every object has', () => {
    expect(faults(`${HEAD}constructor: {a: 1}\ntoString: 1\n`)).toContain('constructor: is no field of Kube');
  });

  it('is refused as soon as a ConfigMap holds a ConfigMap', () => {
    const inner = 'kind: ConfigMap\ndata:\n  config.conf: |\n    kind: KubeProxyConfiguration\n';
    const outer = `kind: ConfigMap\ndata:\n  config.conf: |\n${inner.replace(/^/gm, '    ')}\n`;
    expect(parseProxyConfig(inner, 'kp.yaml')).toEqual(DEFAULT_CONFIG);
    expect(faults(outer)).toContain('"ConfigMap" is not KubeProxyConfiguration');
  });

  it('with a hundred thousand unknown fields tells the first hundred', () => {
    const fields = Array.from({ length: 100_000 }, (_, i) => `k${i}: 1`).join('\n');
    expect(faults(HEAD + fields).split('\n')).toHaveLength(100);
  });
});

describe('settings of a node', () => {
  const addresses = (nodePortAddresses: string[]) =>
    resolveSettings({ ...DEFAULT_CONFIG, nodePortAddresses }, TEST_NODE).nodePortAddresses;

  it.each([
    [[], { kind: 'all' }],
    [['::/0'], { kind: 'all' }],
    [['10.0.0.0/8', '0.0.0.0/0'], { kind: 'all' }],
    [['192.168.0.0/24'], { kind: 'some', addresses: ['192.168.0.2'] }],
    [['primary'], { kind: 'some', addresses: ['192.168.0.2'] }],
    [['127.0.0.0/8', '192.168.99.0/24'], { kind: 'some', addresses: ['192.168.99.11', '127.0.0.1'] }],
    [['10.0.0.0/8'], { kind: 'some', addresses: [] }],
  ])('with nodePortAddresses %j serve node ports on %j', (given, expected) => {
    expect(addresses(given)).toEqual(expected);
  });

  it('have no localhost node ports where nodePortAddresses leaves loopback out', () => {
    expect(settingsOf().localhostNodePorts).toBe(true);
    expect(settingsOf({ nodePortAddresses: ['192.168.0.0/24'] }).localhostNodePorts).toBe(false);
    expect(settingsOf({ nodePortAddresses: ['127.0.0.0/8'] }).localhostNodePorts).toBe(true);
    expect(settingsOf({}, { family: 'ipv6' }).localhostNodePorts).toBe(false);
  });

  it('lead to the sysctls of each mode', () => {
    expect(proxySysctls('iptables', settingsOf())).toEqual({
      'net.ipv4.conf.all.route_localnet': 1,
      'net.netfilter.nf_conntrack_max': 131072,
      'net.netfilter.nf_conntrack_tcp_timeout_established': 86400,
      'net.netfilter.nf_conntrack_tcp_timeout_close_wait': 3600,
    });
    const config = { ...DEFAULT_CONFIG, ipvs: { ...DEFAULT_CONFIG.ipvs, strictARP: true } };
    expect(proxySysctls('ipvs', settingsOf(config), [5, 4])).toMatchObject({
      'net.ipv4.vs.conntrack': 1,
      'net.ipv4.vs.conn_reuse_mode': 0,
      'net.ipv4.vs.expire_nodest_conn': 1,
      'net.ipv4.vs.expire_quiescent_template': 1,
      'net.ipv4.ip_forward': 1,
      'net.ipv4.conf.all.arp_ignore': 1,
      'net.ipv4.conf.all.arp_announce': 2,
    });
    expect(proxySysctls('ipvs', settingsOf(config))).not.toHaveProperty('net.ipv4.vs.conn_reuse_mode');
  });
});
