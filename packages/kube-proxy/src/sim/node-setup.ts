import { InputError, type Simulation } from '@chainwalk/core';
import type { ServiceEntry } from '../model/cluster.ts';
import type { ProxySettings } from '../model/settings.ts';
import { dummyDeviceCommands, type Rendered, timeoutCommands } from '../render.ts';
import { complaint } from '../sync/tools.ts';
import { SimulatedNode } from './simulated-node.ts';
import { runUserspaceProcess } from './userspace-process.ts';

/** The link to the outside: other nodes, clients, load balancers. */
export const OUTSIDE = 'eth0';
/** The link to this node's own pods, where the configuration does not name another. */
export const PODS = 'cni0';

/** A node as far as networking goes: what has to be there before kube-proxy comes. */
export interface NodeNetwork {
  /** With the length of their networks, first is primary. */
  readonly addresses: readonly string[];
  /** Addresses and prefixes of this node's own pods. */
  readonly pods: readonly string[];
  /** The link that they are behind: the one that a detector by device looks for. */
  readonly podDevice: string;
}

/** The network of a node: its addresses on {@link OUTSIDE}, its pods behind a link of their own, everything else outside. */
export function nodeNetwork(settings: ProxySettings, entries: readonly ServiceEntry[]): NodeNetwork {
  const { node, localDetector } = settings;
  const addresses = node.addresses.filter((address) => !address.includes(':'));
  const local = new Set<string>();
  for (const { endpoints } of entries) {
    for (const endpoint of endpoints) {
      if (endpoint.nodeName === node.name && !addresses.includes(endpoint.ip)) local.add(endpoint.ip);
    }
  }
  // With a range of its own, the node's pods are there; without one only endpoints tell where they are.
  const ranges = node.podCIDRs.filter((cidr) => !cidr.includes(':'));
  if (ranges.length === 0 && localDetector.kind === 'device') ranges.push(...local);
  const podDevice = localDetector.kind === 'device' ? localDetector.device.replace(/\+$/, '0') : PODS;
  return { addresses: addresses.map((address) => `${address}/24`), pods: [...ranges, ...local], podDevice };
}

/** The commands that set up the node's links, addresses and routes. */
function networkCommands(network: NodeNetwork): readonly string[] {
  return [
    ...network.addresses.map((address) => `ip addr add ${address} dev ${OUTSIDE}`),
    `ip route add default dev ${OUTSIDE}`,
    ...[...new Set(network.pods)].map((pod) => `ip route add ${pod} dev ${network.podDevice}`),
    'sysctl -w net.ipv4.ip_forward=1',
    // Links have no gateways to redirect to.
    ...['all', OUTSIDE, network.podDevice].map((device) => `sysctl -w net.ipv4.conf.${device}.send_redirects=0`),
    // Every refusal is to be seen, not only as many a second as Linux sends.
    'sysctl -w net.ipv4.icmp_ratelimit=0',
    'sysctl -w net.ipv4.icmp_ratemask=0',
  ];
}

/** A simulated node with the network and without kube-proxy's work. */
export function bareNode(simulation: Simulation, network: NodeNetwork): SimulatedNode {
  const node = new SimulatedNode(simulation);
  for (const name of [OUTSIDE, network.podDevice]) {
    node.host.configure((draft) => {
      draft.interfaces.push({ name, kind: 'device', up: true, mtu: 1500, group: 0, addresses: [] });
    });
  }
  for (const command of networkCommands(network)) mustRun(node, command);
  return node;
}

/** Puts a rendered state in place through the node's tools. @throws InputError with what a tool refused */
export function install(node: SimulatedNode, rendered: Rendered): void {
  for (const [name, value] of Object.entries(rendered.sysctls)) node.run(['sysctl', '-w', `${name}=${value}`]);
  for (const command of dummyDeviceCommands(rendered)) mustRun(node, command);
  if (rendered.mode === 'ipvs') {
    mustRun(node, 'ipset restore', rendered.ipsetSave);
    mustRun(node, 'ipvsadm -R', rendered.ipvsadmRestore);
    for (const command of timeoutCommands(rendered.settings)) mustRun(node, command);
  }
  // Rules that count into accounting objects load only where these exist.
  const accounts = new Set(Array.from(rendered.iptablesSave.matchAll(/--nfacct-name +(\S+)/g), (match) => match[1]!));
  for (const account of accounts) {
    if (node.run(['nfacct', 'get', account]).status !== 0) mustRun(node, `nfacct add ${account}`);
  }
  mustRun(node, 'iptables-restore', rendered.iptablesSave);
  if (rendered.mode === 'userspace') runUserspaceProcess(node, rendered);
}

function mustRun(node: SimulatedNode, line: string, stdin = ''): void {
  const result = node.sh(line, stdin);
  if (result.status === 0) return;
  throw new InputError([{ severity: 'error', code: 'tool-failed', message: complaint(line.split(' '), result) }]);
}
