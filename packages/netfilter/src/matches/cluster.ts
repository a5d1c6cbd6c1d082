import { ctOf } from '@chainwalk/conntrack';
import { type Ipv4Address, isMulticast, jhash2, swapBytes } from '@chainwalk/core';
import { badOption, type MatchExtension, type OptionUse } from '../x_tables/extension.ts';
import { parseUnsigned } from '../x_tables/values.ts';

interface ClusterInfo {
  readonly nodes: number;
  /** Which nodes this host is, as bits. */
  readonly mask: number;
  readonly seed: number;
  readonly inverted: boolean;
}

const MOST_NODES = 32;

/**
 * `-m cluster`: the connection falls to this node of a cluster, by a hash of its original source address.
 *
 * Kernel: `net/netfilter/xt_cluster.c`, `xt_cluster_mt`. A frame that was sent to a link-layer group, but holds a unicast
 * address, is from then on treated as if it had been sent to this host.
 */
export const cluster: MatchExtension<ClusterInfo, undefined> = {
  name: 'cluster',
  options: [
    { name: 'cluster-total-nodes', args: 1, mandatory: true },
    { name: 'cluster-local-node', args: 1, invertible: true, excludes: ['cluster-local-nodemask'] },
    { name: 'cluster-local-nodemask', args: 1, invertible: true, excludes: ['cluster-local-node'] },
    { name: 'cluster-hash-seed', args: 1, mandatory: true },
  ],
  size: 48,

  parse(options) {
    const find = (name: string): OptionUse | undefined => options.find((use) => use.name === `cluster-${name}`);
    const nodes = parseNumber(find('total-nodes')!, MOST_NODES);
    const node = find('local-node') ?? find('local-nodemask');
    if (node === undefined) badOption(undefined, 'cluster needs --cluster-local-node or --cluster-local-nodemask');
    const number = parseNumber(node, MOST_NODES);
    const mask = node.name === 'cluster-local-node' ? 2 ** (number - 1) : number;
    if (mask >= 2 ** nodes) badOption(node, `the cluster has no such node`, `it has ${nodes}`);
    const seedUse = find('hash-seed')!;
    const seed = parseUnsigned(seedUse.values[0]!);
    if (seed === undefined) badOption(seedUse, `"${seedUse.values[0]}" is no seed`, 'use 32 bits');
    return { nodes, mask, seed, inverted: node.inverted };
  },

  save({ nodes, mask, seed, inverted }) {
    return `${inverted ? ' !' : ''} --cluster-local-nodemask ${word(mask)} --cluster-total-nodes ${nodes} --cluster-hash-seed ${word(seed)}`;
  },

  list({ nodes, mask, seed, inverted }) {
    return ` cluster ${inverted ? '!' : ''}node_mask=${word(mask)} total_nodes=${nodes} hash_seed=${word(seed)}`;
  },

  compile({ nodes, mask, seed, inverted }) {
    const key = new Uint32Array(1);
    return {
      needs: ['conntrack'],
      test: (packet) => {
        if (packet.packetType === 'multicast' && !isMulticast(packet.dst as Ipv4Address)) packet.packetType = 'host';
        const ct = ctOf(packet);
        if (ct === undefined) return false;
        key[0] = swapBytes(Number((ct.master ?? ct).source(0)));
        const node = Math.floor((jhash2(key, 1, seed) * nodes) / 2 ** 32);
        return (((mask >>> node) & 1) === 1) !== inverted;
      },
    };
  },
};

function parseNumber(use: OptionUse, most: number): number {
  const number = parseUnsigned(use.values[0]!, most);
  if (number === undefined || number === 0)
    badOption(use, `"${use.values[0]}" is no number of a node`, `use 1 to ${most}`);
  return number;
}

function word(value: number): string {
  return `0x${value.toString(16).padStart(8, '0')}`;
}
