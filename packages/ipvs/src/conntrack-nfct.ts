import { type Conntrack, ctOf, directionOf } from '@chainwalk/conntrack';
import {
  ACCEPT,
  type Address,
  type Family,
  type Ipv4Address,
  ipv4ToBits,
  type Packet,
  PROTOCOL,
  type Verdict,
} from '@chainwalk/core';
import type { Nfct } from './nfct.ts';

/** Connection tracking as IPVS uses it (`net/netfilter/ipvs/ip_vs_nfct.c`). */
export class ConntrackNfct implements Nfct {
  readonly #conntrack: Conntrack;

  constructor(conntrack: Conntrack) {
    this.#conntrack = conntrack;
  }

  isConfirmed(packet: Packet): boolean {
    return ctOf(packet)?.isConfirmed === true;
  }

  notrack(packet: Packet): void {
    if (packet.nfct !== undefined) this.#conntrack.untrack(packet);
  }

  reset(packet: Packet): void {
    this.#conntrack.forget(packet);
    packet.nfct = undefined;
    packet.ctinfo = 0;
  }

  alterReply(packet: Packet, side: 'source' | 'destination', address: Address, port: number): void {
    const ct = ctOf(packet);
    if (ct === undefined || ct.isConfirmed || ct.isDying || directionOf(packet.ctinfo) !== 0) return;
    const bits = ipv4ToBits(address as Ipv4Address) | 0;
    const ports = ct.portBits(1);
    // An ICMP error carries the connection of what it quotes; ports mean something else there.
    const hasPorts = ct.protocol !== PROTOCOL.icmp && ct.protocol !== PROTOCOL.icmpv6;
    if (side === 'source') {
      ct.alterReply(bits, ct.destinationBits(1), hasPorts ? (port << 16) | (ports & 0xffff) : ports);
    } else ct.alterReply(ct.sourceBits(1), bits, hasPorts ? (ports & ~0xffff) | port : ports);
    packet.trace?.add({ kind: 'connection', text: 'IPVS changes who is expected to answer' });
  }

  confirm(packet: Packet): Verdict {
    const ct = ctOf(packet);
    return ct === undefined || ct.isConfirmed ? ACCEPT : this.#conntrack.confirm(packet, ct);
  }

  kill(protocol: number, src: Address, sport: number, dst: Address, dport: number): void {
    const found = this.#conntrack.find({ protocol, src, sport, dst, dport });
    if (found !== undefined) this.#conntrack.kill(found.ct);
  }

  require(family: Family): () => void {
    return this.#conntrack.require(family);
  }
}
