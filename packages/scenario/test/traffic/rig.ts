import { type Address, parseIpv4, Simulation } from '@chainwalk/core';
import { Node } from '../../src/node.ts';
import { setUp } from '../../src/player.ts';
import { Cpus, type CpusOptions } from '../../src/traffic/cpus.ts';
import { type Endpoint, type EndpointOptions, endpointBehind } from '../../src/traffic/endpoint.ts';
import { Network, type NetworkOptions } from '../../src/traffic/network.ts';

export const MS = 1_000_000;
export const S = 1_000_000_000;
export const HOST = ip('192.168.1.10');

export function ip(text: string): Address {
  return parseIpv4(text)!;
}

/** A router with clients behind eth0 and servers behind cni0. */
export class Rig {
  readonly node: Node;
  readonly simulation: Simulation;
  readonly cpus: Cpus | undefined;
  readonly network: Network;

  constructor(
    options: NetworkOptions & { seed?: number; processors?: CpusOptions; commands?: readonly string[] } = {},
  ) {
    this.simulation = new Simulation({ seed: options.seed ?? 1 });
    this.node = new Node(this.simulation);
    setUp(this.node, {
      interfaces: [
        { name: 'eth0', addresses: ['192.168.1.10/24'] },
        { name: 'cni0', addresses: ['10.244.1.1/24'] },
      ],
      sysctls: { 'net.ipv4.ip_forward': 1 },
      steps: [],
    });
    for (const line of options.commands ?? []) this.sh(line);
    this.cpus = options.processors === undefined ? undefined : new Cpus(this.node.host, options.processors);
    this.network = new Network(this.node.host, {
      ...options,
      ...(this.cpus === undefined ? {} : { cpus: this.cpus }),
    });
  }

  sh(line: string): string {
    const done = this.node.sh(line);
    if (done.status !== 0) throw new Error(`${line}: ${done.stderr}`);
    return done.stdout;
  }

  client(address = '192.168.1.50', options: EndpointOptions = {}): Endpoint {
    return endpointBehind(this.network, 'eth0', ip(address), options);
  }

  pod(address = '10.244.1.5', options: EndpointOptions = {}): Endpoint {
    return endpointBehind(this.network, 'cni0', ip(address), options);
  }

  run(until: number): void {
    this.simulation.run(until);
  }
}
