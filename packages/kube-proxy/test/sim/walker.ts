import { Simulation } from '@chainwalk/core';
import type { ProxyConfig, ProxyMode } from '../../src/api/proxy-config.ts';
import type { SettingsOptions } from '../../src/model/settings.ts';
import { renderEntries } from '../../src/render.ts';
import { type Fate, fateText, isMasqueraded, walk } from '../../src/sim/fate.ts';
import { bareNode, install, nodeNetwork } from '../../src/sim/node-setup.ts';
import type { SimulatedNode } from '../../src/sim/simulated-node.ts';
import { clusterOf, type ServiceSpec, settingsOf } from '../cluster-fixtures.ts';

/** A node that serves these Services, with its rules in place. */
export function nodeFor(
  specs: ServiceSpec[],
  mode: ProxyMode = 'iptables',
  config: Partial<ProxyConfig> = {},
  options: SettingsOptions = {},
): SimulatedNode {
  const settings = settingsOf(config, { nfacct: false, ...options });
  const entries = clusterOf(specs).entries();
  const node = bareNode(new Simulation({ seed: 7 }), nodeNetwork(settings, entries));
  install(node, renderEntries(entries, settings, mode));
  return node;
}

let port = 1024;

/** All outcomes of some tries from different source ports, and whether they were masqueraded. */
export function outcomes(
  node: SimulatedNode,
  from: string,
  to: string,
  tries = 40,
): { readonly to: string; readonly masq: boolean } {
  const [target, protocol = 'tcp'] = to.split('/') as [string, 'tcp' | 'udp' | 'sctp'];
  const at = target.lastIndexOf(':');
  const fates: Fate[] = [];
  for (let i = 0; i < tries; i++) {
    port = port >= 60000 ? 1024 : port + 1;
    const flow = { from, to: target.slice(0, at), port: Number(target.slice(at + 1)), protocol, sourcePort: port };
    fates.push(walk(node, flow).fate);
  }
  const texts = new Set(fates.map(fateText));
  return { to: [...texts].sort().join(', '), masq: fates.some(isMasqueraded) };
}
