// Traffic of a node's own pods through what kube-proxy set up, on simulated processors.
import { Load, readLoad } from '../../packages/scenario/dist/index.js';
import { nodeWith } from './cluster.mjs';
import { shellOf } from './host.mjs';

/** Pods of the node itself are behind cni0, in 10.247.0.0/16; all other pods are on other nodes, behind eth0. */
export const OWN_PODS = '10.247.0.10-10.247.0.109';

/** A node with a state in place and a route to its own pods. */
export function trafficNode(state, seed = 1, commands = []) {
  const node = nodeWith(state, seed);
  for (const line of ['ip route add 10.247.0.0/16 dev cni0', ...commands]) shellOf(node)(line);
  return node;
}

/** Plays a description of traffic (docs/traffic.md) through a node and gives the report. */
export function play(node, text) {
  return new Load(node, readLoad(text, 'traffic')).run();
}
