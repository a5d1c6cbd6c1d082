import { DUMMY_DEVICE } from './ipvs/state.ts';
import { dummyDeviceCommands, type Rendered } from './render.ts';
import { nodeNetwork, OUTSIDE } from './sim/node-setup.ts';

/** The host part of a scenario file: a node with everything in place, ready for packets. */
export interface ScenarioHost {
  readonly name: string;
  readonly interfaces: readonly {
    readonly name: string;
    readonly addresses: readonly string[];
    readonly kind?: 'device' | 'dummy';
    readonly up?: boolean;
  }[];
  readonly routes: readonly string[];
  readonly sysctls: Readonly<Record<string, string>>;
  readonly ipset?: string;
  readonly iptables: string;
  readonly ipvs?: string;
  readonly steps: readonly never[];
}

/** Kernel parameters that a scenario's host does not have by itself, or that its own defaults already set. */
const OF_THE_MODULE = /^net\.netfilter\.nf_conntrack_max$/;

/**
 * A rendered node as a scenario host without steps: `eth0` leads outside, `cni0` (or what the detector looks for) to the
 * node's pods. Render it without
 * nfacct: a rule of it needs an object that a scenario cannot make.
 */
export function scenarioHost(rendered: Rendered): ScenarioHost {
  const network = nodeNetwork(rendered.settings, rendered.entries);
  const dummy = dummyDeviceCommands(rendered).length > 0;
  return {
    name: `${rendered.settings.node.name}: kube-proxy in ${rendered.mode} mode`,
    interfaces: [
      { name: OUTSIDE, addresses: network.addresses },
      { name: network.podDevice, addresses: [] },
      ...(dummy
        ? [
            {
              name: DUMMY_DEVICE,
              kind: 'dummy' as const,
              up: false,
              addresses: rendered.addresses.map((ip) => `${ip}/32`),
            },
          ]
        : []),
    ],
    routes: [`default dev ${OUTSIDE}`, ...[...new Set(network.pods)].map((pod) => `${pod} dev ${network.podDevice}`)],
    sysctls: Object.fromEntries(
      Object.entries(rendered.sysctls)
        .filter(([name]) => !OF_THE_MODULE.test(name))
        .map(([name, value]) => [name, String(value)]),
    ),
    ...(rendered.mode === 'ipvs' ? { ipset: rendered.ipsetSave, ipvs: rendered.ipvsadmRestore } : {}),
    iptables: rendered.iptablesSave,
    steps: [],
  };
}
