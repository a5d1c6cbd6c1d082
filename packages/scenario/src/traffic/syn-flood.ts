import {
  type Ipv4Address,
  ipv4FromBits,
  ipv4ToBits,
  Packet,
  PROTOCOL,
  type Prefix,
  type SimTime,
  TCP_FLAG,
  tcpHeader,
} from '@chainwalk/core';
import { type Arrivals, arrivalTimes } from './arrivals.ts';
import type { Target } from './endpoint.ts';
import type { Network } from './network.ts';

export interface SynFloodOptions {
  readonly name: string;
  readonly device: string;
  readonly arrivals: Arrivals;
  readonly until: SimTime;
  /** Where the SYNs say they come from: any address of this network, any port from 1024. Nobody there answers. */
  readonly sources: Prefix;
  readonly target: Target;
}

/** SYNs with false senders, which nobody follows up. What answers them is `unclaimed` in the counts of the network. */
export function synFlood(network: Network, options: SynFloodOptions): { readonly sent: number } {
  const { simulation } = network;
  const random = simulation.random.stream(options.name);
  const next = arrivalTimes(options.arrivals, simulation.random.stream(`${options.name} arrivals`));
  const { network: source, length } = options.sources;
  const base = ipv4ToBits(source as Ipv4Address);
  const size = 2 ** (32 - length);
  const began = simulation.now;
  const counts = { sent: 0 };
  const schedule = (): void => {
    const time = next();
    if (time === undefined || began + time >= options.until) return;
    simulation.scheduleAt(began + time, () => {
      counts.sent++;
      network.send(
        options.device,
        new Packet({
          src: ipv4FromBits(base + random.below(size)),
          dst: options.target.address,
          protocol: PROTOCOL.tcp,
          transport: tcpHeader({
            sport: 1024 + random.below(64512),
            dport: options.target.port,
            seq: random.u32(),
            flags: TCP_FLAG.SYN,
          }),
        }),
      );
      schedule();
    });
  };
  schedule();
  return counts;
}
