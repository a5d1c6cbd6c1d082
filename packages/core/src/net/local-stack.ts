import { IPV4_ANY, IPV4_LOOPBACK } from '../address/ipv4.ts';
import { Packet } from '../packet/packet.ts';
import { encodeQuote, Quote } from '../packet/quote.ts';
import { tcpResetFor } from '../packet/tcp-reset.ts';
import { type IcmpHeader, icmpHeader, isIcmpError, PROTOCOL, TCP_FLAG } from '../packet/transport.ts';
import { udpliteFault } from '../packet/udplite.ts';
import { attachBody, encodeBody } from '../packet/wire.ts';
import type { Device } from './device.ts';
import type { Host } from './host.ts';
import { buildOptions, echoOptions } from './ip-options.ts';
import type { OutputFlow } from './output-route.ts';
import { isDelivered } from './route.ts';
import { KERNEL_SOCKET, type Listener } from './socket.ts';
import { specificAddress } from './specific-address.ts';
import { millisecondsOfDay } from './time-of-day.ts';

/** Protocols whose senders hear of ICMP errors. */
const HEAR_ERRORS: readonly number[] = [PROTOCOL.icmp, PROTOCOL.tcp, PROTOCOL.udp];

/**
 * What becomes of a packet that reached this host (`ip_local_deliver_finish` and the protocols above it). Nobody listens
 * unless {@link LocalStack.listen} was called, so TCP gets a RST, UDP a port unreachable, an echo request its reply.
 */
export class LocalStack {
  readonly #host: Host;
  readonly #listeners: Listener[] = [];

  constructor(host: Host) {
    this.#host = host;
  }

  listen(listener: Listener): () => void {
    this.#listeners.push(listener);
    return () => {
      const at = this.#listeners.indexOf(listener);
      if (at >= 0) this.#listeners.splice(at, 1);
    };
  }

  /** Who would get this packet. */
  listenerFor(packet: Packet): Listener | undefined {
    const port = packet.ports?.dport ?? 0;
    return this.#listeners.find(
      (entry) =>
        entry.protocol === packet.protocol &&
        (packet.protocol === PROTOCOL.icmp || entry.port === port) &&
        (entry.address === undefined || entry.address === packet.dst),
    );
  }

  /** Precondition: whole (not a fragment) and past LOCAL_IN. */
  deliver(packet: Packet, device: Device): void {
    const listener = this.listenerFor(packet);
    this.#host.delivered(packet, device, listener);
    if (listener !== undefined && !packet.badChecksum) return listener.receive(packet, device);
    switch (packet.protocol) {
      case PROTOCOL.icmp:
        return this.#icmp(packet);
      case PROTOCOL.tcp:
        return this.#tcp(packet);
      case PROTOCOL.udp:
      case PROTOCOL.udplite:
        return this.#udp(packet);
      case PROTOCOL.igmp:
      case PROTOCOL.pim:
        return this.#drop(packet, 'consumed-locally');
      default:
        this.#host.icmp.send(packet, 3, 2);
        return this.#drop(packet, 'unknown-protocol');
    }
  }

  /** A closed port answers RST (`tcp_v4_send_reset`), but never to a RST nor to a broadcast. */
  #tcp(packet: Packet): void {
    const tcp = packet.transport;
    if (tcp?.kind !== 'tcp' || packet.packetType !== 'host') return this.#drop(packet, 'no-socket');
    if (tcp.dataOffset < 5 || tcp.dataOffset * 4 > packet.bodyLength) return this.#drop(packet, 'no-socket');
    if (packet.badChecksum) return this.#drop(packet, 'tcp-checksum');
    if ((tcp.flags & TCP_FLAG.RST) !== 0 || packet.route?.type !== 'local') return this.#drop(packet, 'no-socket');
    const answer = new Packet({
      src: packet.dst,
      dst: packet.src,
      protocol: PROTOCOL.tcp,
      ttl: this.#host.sysctls.defaultTtl.value,
      tos: packet.tos & 0xfc,
      dontFragment: true,
      transport: tcpResetFor(tcp, packet.payloadLength),
    });
    this.#answer(packet, answer, 'TCP reset');
    this.#drop(packet, 'no-socket');
  }

  #udp(packet: Packet): void {
    // `nf_reset_ct`: from here on the packet has no connection, so its error is tracked like any packet of our own.
    packet.nfct = undefined;
    packet.ctinfo = 0;
    let held: Uint8Array | undefined;
    if (packet.protocol === PROTOCOL.udp) {
      const udp = packet.transport;
      if (udp?.kind !== 'udp' || udp.length < 8 || udp.length > 8 + packet.payloadLength)
        return this.#drop(packet, 'no-socket');
      if (cutToLength(packet, udp.length).badChecksum) return this.#drop(packet, 'udp-checksum');
      if (udp.length < 8 + packet.payloadLength) held = encodeQuote(packet, packet.headerLength + udp.length);
    } else if (udpliteFault(packet) !== undefined) return this.#drop(packet, 'udp-checksum');
    if (isDelivered(packet.route)) this.#host.icmp.send(packet, 3, 3, 0, undefined, held);
    this.#drop(packet, 'no-socket');
  }

  /** `icmp_rcv`: echo and timestamp requests are answered, everything else is heard in silence. */
  #icmp(packet: Packet): void {
    const icmp = packet.transport;
    if (icmp?.kind !== 'icmp') return this.#drop(packet, 'icmp-ignored');
    if (packet.badChecksum) return this.#drop(packet, 'icmp-checksum');
    const { sysctls } = this.#host;
    const toMany = packet.route?.type === 'broadcast' || packet.route?.type === 'multicast';
    if (toMany && (icmp.type === 8 || icmp.type === 13) && sysctls.icmpEchoIgnoreBroadcasts.value !== 0) {
      return this.#drop(packet, 'icmp-ignored');
    }
    if (icmp.type === 8) {
      if (sysctls.icmpEchoIgnoreAll.value !== 0) return this.#drop(packet, 'icmp-ignored');
      this.#icmpReply(packet, icmpHeader(0, icmp.code, icmp.id, icmp.seq), packet.payload, packet.payloadLength);
    } else if (icmp.type === 13) {
      // Fewer bytes than a type needs are not answered; the reply carries three timestamps whatever came in.
      if (packet.payloadLength < 4) return this.#drop(packet, 'icmp-ignored');
      this.#icmpReply(packet, icmpHeader(14, 0, icmp.id, icmp.seq), this.#timestamps(packet), 12);
    }
    if (icmp.type === 3 && icmp.code === 4 && !toMany) this.#tooBig(packet, icmp.seq);
    this.#drop(packet, isIcmpError(icmp.type) ? 'consumed-locally' : 'icmp-ignored');
  }

  /**
   * An error says that a packet was too big for a link (`icmp_unreach`): whoever sent it hears of that, and the route to its
   * destination has that MTU. Nobody is asked whether a sender is still there; of other protocols none is known.
   */
  #tooBig(packet: Packet, mtu: number): void {
    const quote = Quote.of(packet.payload);
    const mode = this.#host.sysctls.noPmtuDisc.value;
    if (quote === undefined || !HEAR_ERRORS.includes(quote.protocol) || mode === 2) return;
    // Only TCP checks that it is really meant (`icmp_strict_tag_validation`).
    if (mode === 3 && quote.protocol !== PROTOCOL.tcp) return;
    // Who is not to discover path MTUs takes the MTU of 0 that stands for "unknown".
    this.#host.pathMtus.learn(quote.src, quote.dst, mode === 0 || mode === 3 ? mtu : 0);
  }

  /** Originate as received, then receive and transmit time in milliseconds of the day (RFC 792). */
  #timestamps(packet: Packet): Uint8Array {
    const bytes = new Uint8Array(12);
    bytes.set(packet.payload.subarray(0, 4));
    const day = millisecondsOfDay(this.#host.simulation);
    const view = new DataView(bytes.buffer);
    view.setUint32(4, day);
    view.setUint32(8, day);
    return bytes;
  }

  #icmpReply(request: Packet, header: IcmpHeader, payload: Uint8Array, payloadLength: number): void {
    const answer = new Packet({
      src: specificAddress(this.#host, request),
      dst: request.src,
      protocol: PROTOCOL.icmp,
      ttl: this.#host.sysctls.defaultTtl.value,
      tos: request.tos,
      id: this.#host.simulation.random.stream('ip-id').below(65536),
      transport: header,
      payload,
      payloadLength,
    });
    answer.ignoreDf = true;
    const { icmp } = this.#host;
    if (icmp.isLimited(header.type, header.code) && !icmp.mayReply(this.#flowOf(request, answer))) return;
    icmp.holdLock(() => this.#answer(request, answer, 'ICMP reply'));
  }

  #answer(request: Packet, answer: Packet, what: string): void {
    answer.socket = KERNEL_SOCKET;
    const flow = this.#flowOf(request, answer);
    answer.mark = flow.mark;
    if (request.trace !== undefined) {
      answer.trace = request.trace.branch(what, answer);
      answer.trace.add({ kind: 'send', by: 'the local stack' });
    }
    // Who is nobody yet is taken for this host.
    if (answer.dst === IPV4_ANY) answer.dst = answer.src === IPV4_ANY ? IPV4_LOOPBACK : answer.src;
    if (request.optionMarks !== undefined) {
      const echo = echoOptions(this.#host, request);
      if (echo === undefined) return;
      buildOptions(this.#host, answer, echo);
    }
    this.#host.output(answer, flow);
  }

  #flowOf(request: Packet, answer: Packet): OutputFlow {
    return {
      destination: answer.dst,
      source: answer.src === IPV4_ANY ? undefined : answer.src,
      tos: answer.tos,
      mark: this.#host.sysctls.fwmarkReflect.value !== 0 ? request.mark : 0,
    };
  }

  #drop(packet: Packet, reason: Parameters<Host['drop']>[1]): void {
    this.#host.drop(packet, reason, 'the local stack');
  }
}

/** A datagram that says to be shorter than its packet is cut, and its checksum covers what is left (`pskb_trim_rcsum`). */
function cutToLength(packet: Packet, length: number): Packet {
  if (length === 8 + packet.payloadLength) return packet;
  const cut = packet.clone();
  attachBody(cut, encodeBody(packet).subarray(0, length), length);
  return cut;
}
