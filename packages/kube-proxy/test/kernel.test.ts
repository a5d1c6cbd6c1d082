import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { ProxyConfig, ProxyMode } from '../src/api/proxy-config.ts';
import type { SettingsOptions } from '../src/model/settings.ts';
import { renderEntries } from '../src/render.ts';
import { clusterOf, MANY_SIDED, type ServiceSpec, settingsOf } from './cluster-fixtures.ts';

/**
 * The fixtures are what iptables-save 1.8.9 (legacy), ipset 7.17 and ipvsadm 1.31 showed on Linux 6.1 after they had
 * been fed our restore inputs and jump commands (comment lines and ipset's hash details taken out).
 */
const fixture = (name: string): string => readFileSync(new URL(`./fixtures/kernel/${name}`, import.meta.url), 'utf8');

function tables(text: string): Map<string, string[]> {
  const found = new Map<string, string[]>();
  let list: string[] = [];
  for (const line of text.split('\n')) {
    if (line.startsWith('*')) found.set(line, (list = []));
    else if (line !== '' && line !== 'COMMIT') list.push(line);
  }
  return found;
}

const IPV6: ServiceSpec[] = [
  {
    name: 'ns1/svc1',
    ip: 'fd00:172:30::41',
    type: 'LoadBalancer',
    lb: ['2001:db8::9'],
    ports: [{ name: 'p80', port: 80, nodePort: 3001 }],
    extra: {
      sessionAffinity: 'ClientIP',
      loadBalancerSourceRanges: ['2001:db8:1::/64'],
      externalIPs: ['2001:db8::77'],
      externalTrafficPolicy: 'Local',
      healthCheckNodePort: 31000,
    },
    eps: ['fd00:10:180::1@here', 'fd00:10:180::2'],
  },
  { name: 'ns2/svc2', ip: 'fd00:172:30::42' },
];
const BRIDGE: Partial<ProxyConfig> = { detectLocalMode: 'BridgeInterface', bridgeInterface: 'cni0' };
const CASES: readonly [string, ProxyMode, Partial<ProxyConfig>, SettingsOptions][] = [
  ['iptables', 'iptables', {}, {}],
  ['iptables-bridge', 'iptables', BRIDGE, { randomFully: true }],
  ['iptables-1.12', 'iptables', {}, { generation: '1.12' }],
  ['ipvs', 'ipvs', {}, {}],
  ['ipvs-undetected', 'ipvs', { clusterCIDR: '' }, { randomFully: true }],
  ['userspace', 'userspace', {}, {}],
  ['iptables-ipv6', 'iptables', {}, { family: 'ipv6' }],
  ['ipvs-ipv6', 'ipvs', {}, { family: 'ipv6' }],
];

describe.each(CASES)('what the kernel shows of %s mode', (name, mode, config, options) => {
  const rendered = renderEntries(
    clusterOf(options.family === 'ipv6' ? IPV6 : MANY_SIDED).entries(),
    settingsOf(config, { nfacct: false, ...options }),
    mode,
  );

  it('is what we say iptables-save shows, line by line', () => {
    const kernel = tables(fixture(`${name}.iptables-save`));
    const ours = tables(rendered.iptablesSave);
    for (const [table, lines] of ours) expect(kernel.get(table)).toEqual(lines);
    // A table that was looked at exists, without rules.
    for (const [table, lines] of kernel)
      if (!ours.has(table)) expect(lines.every((line) => line.startsWith(':'))).toBe(true);
  });

  if (mode !== 'ipvs') return;

  it('is what we say ipset save shows, but for the order of members', () => {
    expect(rendered.ipsetSave.split('\n').sort()).toEqual(fixture(`${name}.ipset-save`).split('\n').sort());
  });

  it('is what we say ipvsadm -Sn shows, in its order', () => {
    expect(rendered.ipvsadmSave).toBe(fixture(`${name}.ipvsadm-save`));
  });
});
