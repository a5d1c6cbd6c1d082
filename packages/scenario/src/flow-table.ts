import { formatAddress, type Packet, protocolName } from '@chainwalk/core';

/** Packets and bytes of one kind. */
export interface Tally {
  packets: number;
  bytes: number;
}

/** One flow and what was counted of it. */
interface Flow extends Tally {
  readonly name: () => string;
}

const OTHERS = 'other flows';

/**
 * Counts packets by flow: protocol, addresses and ports. Asked once for every packet of a capture, so flows are found by
 * numbers and named only when somebody reads them.
 *
 * Invariant: no more flows than announced; what belongs to none of them is counted together.
 */
export class FlowTable {
  readonly #most: number;
  /** By protocol, then by source, then by destination; an address and a port make a number of 48 bits. */
  readonly #byProtocol = new Map<number, Map<number, Map<number, Flow>>>();
  readonly #flows: Flow[] = [];
  readonly #others: Tally = { packets: 0, bytes: 0 };

  constructor(most: number) {
    this.#most = most;
  }

  /** What is counted of the flow of an IPv4 packet: for whoever counts to add to. */
  of(packet: Packet): Tally {
    const { protocol, ports, src, dst } = packet;
    // Without ports one less than any port would give.
    const from = Number(src) * 65_537 + (ports?.sport ?? -1) + 1;
    const to = Number(dst) * 65_537 + (ports?.dport ?? -1) + 1;
    let bySource = this.#byProtocol.get(protocol);
    if (bySource === undefined) this.#byProtocol.set(protocol, (bySource = new Map()));
    let byDestination = bySource.get(from);
    const known = byDestination?.get(to);
    if (known !== undefined) return known;
    if (this.#flows.length >= this.#most) return this.#others;
    const sport = ports?.sport;
    const dport = ports?.dport;
    const end = (address: Packet['src'], port: number | undefined): string =>
      port === undefined ? formatAddress(address) : `${formatAddress(address)}:${port}`;
    const flow: Flow = {
      packets: 0,
      bytes: 0,
      name: () => `${protocolName(protocol)} ${end(src, sport)} > ${end(dst, dport)}`,
    };
    if (byDestination === undefined) bySource.set(from, (byDestination = new Map()));
    byDestination.set(to, flow);
    this.#flows.push(flow);
    return flow;
  }

  /** All flows by their names, in the order in which they began, those that were too many at the end. */
  tallies(): ReadonlyMap<string, Tally> {
    const named = new Map<string, Tally>();
    for (const { name, packets, bytes } of this.#flows) named.set(name(), { packets, bytes });
    if (this.#others.packets > 0) named.set(OTHERS, { ...this.#others });
    return named;
  }
}
