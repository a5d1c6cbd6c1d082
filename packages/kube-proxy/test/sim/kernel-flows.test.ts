import { readFileSync } from 'node:fs';
import { Simulation } from '@chainwalk/core';
import { describe, expect, it } from 'vitest';
import type { ProxyConfig, ProxyMode } from '../../src/api/proxy-config.ts';
import type { SettingsOptions } from '../../src/model/settings.ts';
import { renderEntries } from '../../src/render.ts';
import { fateText, walk } from '../../src/sim/fate.ts';
import { bareNode, install, nodeNetwork } from '../../src/sim/node-setup.ts';
import { clusterOf, settingsOf, TEST_NODE } from '../cluster-fixtures.ts';
import { FLOW_SPECS, FLOWS } from './flow-specs.ts';

interface KernelEvent {
  readonly out?: string;
  readonly deliver?: string;
  readonly packet: {
    readonly src: string;
    readonly dst: string;
    readonly proto: string;
    readonly dport?: number;
    readonly flags?: string;
    readonly len: number;
  };
}

/**
 * What Linux 6.1 did with the first packet of each flow, after it had loaded what we render: the events of the packets
 * that left a device or reached a socket. Played by `conformance/oracle` from {@link scenarioHost} and {@link FLOWS}.
 */
const RECORDED = JSON.parse(
  readFileSync(new URL('../fixtures/kernel/flows.json', import.meta.url), 'utf8'),
) as readonly { readonly name: string; readonly steps: readonly (readonly KernelEvent[])[] }[];

const CASES: Readonly<Record<string, readonly [ProxyMode, Partial<ProxyConfig>, SettingsOptions]>> = {
  iptables: ['iptables', {}, {}],
  'iptables-1.12': ['iptables', {}, { generation: '1.12' }],
  ipvs: ['ipvs', {}, {}],
  'ipvs-undetected': ['ipvs', { clusterCIDR: '' }, {}],
};

/** The kernel's events as a fate, and the source that the request had in the end. */
function kernelFate(events: readonly KernelEvent[], to: string): { readonly fate: string; readonly source: string } {
  const request = events.find(({ packet }) => packet.flags === 'S' || (packet.proto === 'udp' && packet.len === 60));
  if (request === undefined) {
    return { fate: events.some(({ packet }) => packet.proto === 'icmp') ? 'REJECT' : 'DROP', source: '' };
  }
  const { dst, dport, src } = request.packet;
  const end = `${dst}:${dport}`;
  if (end !== to.replace('/udp', '')) return { fate: end, source: src };
  return { fate: request.deliver === undefined ? '-' : 'ACCEPT', source: src };
}

describe.each(RECORDED.map(({ name, steps }) => [name, steps] as const))('in a real kernel, %s mode', (name, steps) => {
  const [mode, config, options] = CASES[name]!;
  const node = { ...TEST_NODE, addresses: ['192.168.0.2'] };
  const settings = settingsOf(config, { nfacct: false, ...options }, node);
  const entries = clusterOf(FLOW_SPECS, node).entries();
  const network = nodeNetwork(settings, entries);
  const host = bareNode(new Simulation(), { ...network, pods: [...network.pods, '10.180.0.9'] });
  install(host, renderEntries(entries, settings, mode));

  it('every flow ends where it ends in the simulator, with the same source', () => {
    const ours = FLOWS.map(([from, to], index) => {
      const [, address, port, protocol = 'tcp'] = /^(.*):(\d+)(?:\/(udp))?$/.exec(to)!;
      const flow = {
        from,
        to: address!,
        port: Number(port),
        protocol: protocol as 'tcp' | 'udp',
        sourcePort: 20000 + index,
      };
      const { fate, source } = walk(host, flow);
      return `${from} -> ${to}: ${fateText(fate)} from ${source}`;
    });
    const kernels = FLOWS.map(([from, to], index) => {
      const { fate, source } = kernelFate(steps[index]!, to);
      return `${from} -> ${to}: ${fate} from ${source}`;
    });
    expect(ours).toEqual(kernels);
  });
});
