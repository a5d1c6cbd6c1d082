import { type Ipv4Address, ipv4ToBits, jhash2, type Packet, queue } from '@chainwalk/core';
import { badOption, KernelRefusal, type TargetExtension } from '../x_tables/extension.ts';
import { parseUnsigned, parseUnsignedList } from '../x_tables/values.ts';

interface NfqueueInfo {
  /** The first queue, and how many there are. */
  readonly number: number;
  readonly total: number;
  /** Without a listener, packets are accepted instead of dropped. */
  readonly bypass: boolean;
  /** The queue follows the CPU instead of the packet's addresses. */
  readonly cpuFanout: boolean;
}

/** What spreads packets over queues: a number drawn once (`jhash_initval`). */
interface NfqueueState {
  readonly seed: number;
  readonly release: () => void;
}

/**
 * `-j NFQUEUE`: hands the packet to a process that decides about it ({@link HookRegistry.listen}). Of several queues one
 * is taken by a hash of both addresses and the protocol, the same for both directions; or by the CPU, of which there is
 * one.
 *
 * Kernel: `net/netfilter/xt_NFQUEUE.c`, `nfqueue_tg_v3`, `nfqueue_hash`.
 */
export const nfqueueTarget: TargetExtension<NfqueueInfo, NfqueueState> = {
  name: 'NFQUEUE',
  options: [
    { name: 'queue-num', args: 1, excludes: ['queue-balance'] },
    { name: 'queue-balance', args: 1, excludes: ['queue-num'] },
    { name: 'queue-bypass', args: 0 },
    { name: 'queue-cpu-fanout', args: 0, requires: ['queue-balance'] },
  ],
  size: 40,

  parse(options) {
    const info = { number: 0, total: 1, bypass: false, cpuFanout: false };
    for (const option of options) {
      const text = option.values[0] ?? '';
      if (option.name === 'queue-bypass') info.bypass = true;
      else if (option.name === 'queue-cpu-fanout') info.cpuFanout = true;
      else if (option.name === 'queue-num') {
        info.number = parseUnsigned(text, 0xffff) ?? badOption(option, `"${text}" is no number from 0 to 65535`);
      } else {
        const [first, last] = parseUnsignedList(text, 0xffff) ?? [];
        if (first === undefined || last === undefined || first >= last) {
          badOption(option, `"${text}" is no range of queues`, 'write FIRST:LAST');
        }
        info.number = first;
        info.total = last - first + 1;
      }
    }
    return info;
  },

  save: ({ number, total, bypass, cpuFanout }) =>
    (total === 1 ? ` --queue-num ${number}` : ` --queue-balance ${number}:${number + total - 1}`) +
    (bypass ? ' --queue-bypass' : '') +
    (cpuFanout ? ' --queue-cpu-fanout' : ''),

  list: ({ number, total, bypass, cpuFanout }) =>
    (total === 1 ? ` NFQUEUE num ${number}` : ` NFQUEUE balance ${number}:${number + total - 1}`) +
    (bypass ? ' bypass' : '') +
    (cpuFanout ? ' cpu-fanout' : ''),

  check({ total }) {
    // Sixteen bits hold the number of queues, so that all of them are none.
    if (total > 0xffff) throw new KernelRefusal('EINVAL', 'NFQUEUE can balance over 65535 queues at most');
  },

  compile({ number, total, bypass, cpuFanout }) {
    const only = queue(number, bypass);
    return {
      createState: (net) => {
        const draw = (): number => net.host.simulation.random.stream('nfqueue').u32();
        const { value, release } = net.named('NFQUEUE', 'seed', draw);
        return { seed: value, release };
      },
      destroyState: ({ release }) => release(),
      apply: (packet, _, { seed }) =>
        total === 1 || cpuFanout ? only : queue(number + spread(packet, seed, total), bypass),
    };
  },
};

function spread(packet: Packet, seed: number, total: number): number {
  const source = ipv4ToBits(packet.src as Ipv4Address);
  const destination = ipv4ToBits(packet.dst as Ipv4Address);
  const [low, high] = source < destination ? [source, destination] : [destination, source];
  const hash = jhash2(Uint32Array.of(low, high, packet.protocol), 3, seed);
  return Math.floor((hash * total) / 0x1_0000_0000);
}
