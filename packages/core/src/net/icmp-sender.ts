import type { Address } from '../address/address.ts';
import { IPV4_ANY } from '../address/ipv4.ts';
import { Packet } from '../packet/packet.ts';
import { encodeQuote } from '../packet/quote.ts';
import { icmpHeader, isIcmpError, PROTOCOL } from '../packet/transport.ts';
import type { Host } from './host.ts';
import { type InetPeer, InetPeers } from './inet-peers.ts';
import { buildOptions, echoOptions } from './ip-options.ts';
import type { OutputFlow } from './output-route.ts';
import { isDelivered, isRouteFailure, type Route } from './route.ts';
import { KERNEL_SOCKET } from './socket.ts';

/** Highest ICMP type that Linux knows (`NR_ICMP_TYPES`); errors about higher ones are never sent. */
const HIGHEST_TYPE = 18;
/** Types about which nobody is told: the errors, and those that Linux only discards (`icmp_pointers[].error`). */
const UNANSWERED: readonly number[] = [1, 2, 3, 4, 5, 6, 7, 9, 10, 11, 12];
/** Longest ICMP error that Linux sends, IP header included (RFC 1812). */
const LONGEST_ERROR = 576;
/** Token bucket of one destination (`XRLIM_BURST_FACTOR`): six errors at once. */
const PEER_BURST = 6;
/** Token bucket of `ip_error`, in errors: five at once, one a second. */
const ROUTE_ERROR_BURST_SECONDS = 5;

/** Redirects that a source may ignore before it gets no more (`ip_rt_redirect_number`). */
const MOST_REDIRECTS = 9;

/**
 * Sends the ICMP errors of this host (`__icmp_send`), within Linux's limits. Rates are counted in kernel ticks.
 *
 * A kernel for several CPUs has one ICMP socket for each and takes its lock while a message goes out
 * (`icmp_xmit_lock`). So an ICMP message of this host brings about no other: what rejects an echo reply in OUTPUT drops it
 * and stays silent. A kernel for one CPU has no such lock.
 */
export class IcmpSender {
  readonly #host: Host;
  readonly #peers = new InetPeers();
  #locked = false;
  #credit = 0;
  #stamp: number | undefined;

  constructor(host: Host) {
    this.#host = host;
  }

  /**
   * Answers `offender` with an ICMP error, unless Linux would stay silent: later fragments, frames not addressed to this
   * host, broadcasts, errors about errors, rate limits, no way back. `rest` is the lower half of the second word (the
   * MTU of 3/4), `gateway` the whole word (redirects). `held` are the offender's bytes where it is known from a quotation
   * alone, and all that can be quoted again. Precondition: `offender.route` is set if it came this far.
   * @returns whether an error was sent
   */
  send(offender: Packet, type: number, code: number, rest = 0, gateway?: Address, held?: Uint8Array): boolean {
    const host = this.#host;
    if (offender.packetType !== 'host' && offender.packetType !== 'outgoing') return false;
    const offenderRoute = offender.route;
    if (offenderRoute?.type === 'broadcast' || offenderRoute?.type === 'multicast') return false;
    if (offender.fragmentOffset !== 0) return false;
    if (isIcmpError(type) && offender.protocol === PROTOCOL.icmp) {
      const inner = offender.transport;
      // Of a header cut short the type alone counts.
      const about = inner?.kind === 'icmp' ? inner.type : offender.payloadLength > 0 ? (offender.payload[0] ?? 0) : 255;
      if (about > HIGHEST_TYPE || UNANSWERED.includes(about)) return false;
    }
    const isLimited = offender.inDevice?.kind !== 'loopback' && this.isLimited(type, code);
    if ((isLimited && !this.#hasCredit()) || this.#locked) return false;

    const delivered = isDelivered(offenderRoute);
    // To 0.0.0.0 one talks to oneself; the answer needs an address that exists.
    let source: Address | undefined = delivered && offender.dst !== IPV4_ANY ? offender.dst : undefined;
    const receivedOn = offender.receivedOn === undefined ? offender.inDevice : (offender.receivedOn ?? undefined);
    if (!delivered && host.sysctls.icmpErrorsUseInboundIfaddr.value !== 0 && receivedOn !== undefined) {
      source = host.selectAddress(receivedOn, offender.src);
    }
    const tos = isIcmpError(type) ? (offender.tos & 0x1e) | 0xc0 : offender.tos;
    const mark = host.sysctls.fwmarkReflect.value !== 0 ? offender.mark : 0;
    const flow = { destination: offender.src, source, tos, mark };
    const route = host.routeOutput(flow);
    if (isRouteFailure(route)) return false;
    if (isLimited && !this.#peerAllows(offender.src, route)) return false;

    const echo = offender.optionMarks === undefined ? undefined : echoOptions(host, offender);
    if (echo === undefined && offender.optionMarks !== undefined) return false;
    const room = Math.min(route.mtu, LONGEST_ERROR) - 20 - 8 - (echo?.bytes.length ?? 0);
    const payload = held?.slice(0, room) ?? encodeQuote(offender, room);
    const second = gateway === undefined ? rest : (gateway as unknown as number);
    const answer = new Packet({
      src: route.source ?? offender.dst,
      dst: offender.src,
      protocol: PROTOCOL.icmp,
      ttl: host.sysctls.defaultTtl.value,
      tos,
      id: host.simulation.random.stream('ip-id').below(65536),
      transport: icmpHeader(type, code, second >>> 16, second & 0xffff),
      payload,
    });
    if (echo !== undefined) buildOptions(host, answer, echo);
    answer.mark = mark;
    answer.packetType = 'outgoing';
    answer.socket = KERNEL_SOCKET;
    answer.ignoreDf = true;
    answer.route = route;
    if (route.type === 'multicast') answer.ttl = 1;
    if (offender.trace !== undefined) {
      answer.trace = offender.trace.branch(`ICMP ${type}/${code}`, answer);
      answer.trace.add({ kind: 'send', by: 'the IP stack' });
    }
    host.attachConnection?.(answer, offender);
    this.holdLock(() => host.sendAnswer(answer));
    return true;
  }

  /** Sends an ICMP message of this host, which no other can interrupt. */
  holdLock(send: () => void): void {
    this.#locked = this.#host.smp;
    send();
    this.#locked = false;
  }

  /**
   * `ip_rt_send_redirect`: tells a neighbour that it could have asked the gateway itself. The packet is forwarded too.
   * The pause after each redirect is twice the one before, and nine are enough until the source was silent for 20 s.
   */
  sendRedirect(packet: Packet, route: Route): void {
    const { hz, jiffies } = this.#host;
    const load = Math.floor(hz / 50);
    const peer = this.#peer(packet.src);
    if (jiffies > peer.last + (load << (MOST_REDIRECTS + 1))) {
      peer.tokens = 0;
      peer.redirects = 0;
    }
    if (peer.redirects >= MOST_REDIRECTS) {
      peer.last = jiffies;
      return;
    }
    if (peer.redirects > 0 && jiffies <= peer.last + (load << peer.redirects)) return;
    const { gateway } = route;
    // A gateway that is the host itself says no more than "on this link".
    const target = gateway === undefined || this.#host.addressType(gateway) === 'local' ? packet.dst : gateway;
    this.send(packet, 5, 1, 0, target);
    peer.last = jiffies;
    peer.redirects++;
  }

  /** Whether `ip_error` may answer this source now: five at once, then one a second. */
  mayReportRouteError(source: Address): boolean {
    const { hz } = this.#host;
    const peer = this.#refill(source, ROUTE_ERROR_BURST_SECONDS * hz);
    if (peer.tokens < hz) return false;
    peer.tokens -= hz;
    return true;
  }

  /** Whether an ICMP message of a limited kind may answer `destination` now, by a route that there is. */
  mayReply(flow: OutputFlow): boolean {
    if (!this.#hasCredit()) return false;
    const route = this.#host.routeOutput(flow);
    return !isRouteFailure(route) && this.#peerAllows(flow.destination, route);
  }

  /**
   * Whether the bucket that all limited messages of this host share has something left (`icmp_global_allow`). It is filled
   * once it is empty.
   */
  #hasCredit(): boolean {
    if (this.#credit > 0) return true;
    const { hz, jiffies, sysctls } = this.#host;
    // Never asked before counts as long ago: the bucket starts full.
    const elapsed = this.#stamp === undefined ? hz : Math.min(jiffies - this.#stamp, hz);
    if (elapsed < hz / 50) return false;
    const gained = Math.floor((sysctls.icmpMsgsPerSec.value * elapsed) / hz);
    if (gained === 0) return false;
    this.#stamp = jiffies;
    this.#credit = Math.min(this.#credit + gained, sysctls.icmpMsgsBurst.value);
    return true;
  }

  /** Whether limits are for messages of this kind: every type but those of the mask is free, and so are path MTUs. */
  isLimited(type: number, code: number): boolean {
    const { sysctls } = this.#host;
    if (type > HIGHEST_TYPE) return false;
    if (type === 3 && code === 4) return false;
    return ((1 << type) & sysctls.icmpRatemask.value) !== 0;
  }

  /**
   * The bucket of one destination: `icmp_ratelimit` for each message, six at once (`inet_peer_xrlim_allow`). What passes
   * takes from the bucket of all too: up to two tokens, so that nobody can count them from outside.
   */
  #peerAllows(destination: Address, route: Route): boolean {
    if (route.device.kind !== 'loopback') {
      const timeout = Math.ceil((this.#host.sysctls.icmpRatelimit.value * this.#host.hz) / 1000);
      const peer = this.#refill(destination, PEER_BURST * timeout);
      if (peer.tokens < timeout) return false;
      peer.tokens -= timeout;
    }
    this.#credit -= this.#host.simulation.random.stream('icmp-global').below(3);
    return true;
  }

  #peer(address: Address): InetPeer {
    return this.#peers.of(address, this.#host.jiffies, this.#host.hz);
  }

  #refill(address: Address, most: number): InetPeer {
    const now = this.#host.jiffies;
    const peer = this.#peer(address);
    peer.tokens = Math.min(peer.tokens + now - peer.last, most);
    peer.last = now;
    return peer;
  }
}
