import {
  type Device,
  formatAddress,
  type HostEvent,
  type Ipv4Address,
  isRouteFailure,
  Packet,
  PROTOCOL,
  parseIpv4,
  refuse,
  sctpHeader,
  TCP_FLAG,
  Trace,
  tcpHeader,
  udpHeader,
} from '@chainwalk/core';
import { hostPort } from '../ipvs/state.ts';
import type { Protocol } from '../model/service-port.ts';
import { OUTSIDE } from './node-setup.ts';
import type { SimulatedNode } from './simulated-node.ts';

/** A first packet of a connection: who to whom. */
export interface FlowSpec {
  readonly from: string;
  readonly to: string;
  readonly port: number;
  readonly protocol: Protocol;
  /** Default 40000. */
  readonly sourcePort?: number;
}

/** Where a connection's first packet ended. */
export type Fate =
  /**
   * At this address and port, which is not where it was sent to. `masqueraded` tells whether MASQUERADE saw to its
   * source, which stays as it was where the node itself is the client.
   */
  | { readonly kind: 'endpoint'; readonly endpoint: string; readonly masqueraded: boolean }
  /** Routed on as it was, but perhaps for its source. */
  | { readonly kind: 'passed'; readonly masqueraded: boolean }
  /** To a process of the node itself. */
  | { readonly kind: 'delivered' }
  /** Answered with an ICMP error. */
  | { readonly kind: 'rejected' }
  | { readonly kind: 'dropped'; readonly at: string };

/** A fate and the walk that led to it. */
export interface Walk {
  readonly fate: Fate;
  /** The source that the packet had in the end; '' if it went nowhere. */
  readonly source: string;
  readonly trace: Trace;
}

/** `10.0.0.1:80`, `DROP`, `REJECT`, `ACCEPT` or `-`, as the tables of cases write outcomes. */
export function fateText(fate: Fate): string {
  switch (fate.kind) {
    case 'endpoint':
      return fate.endpoint;
    case 'passed':
      return '-';
    case 'delivered':
      return 'ACCEPT';
    case 'rejected':
      return 'REJECT';
    case 'dropped':
      return 'DROP';
  }
}

/** Whether the source was rewritten. */
export function isMasqueraded(fate: Fate): boolean {
  return (fate.kind === 'endpoint' || fate.kind === 'passed') && fate.masqueraded;
}

/** The packet that opens a connection. @throws InputError for an address that is none */
export function openingPacket(flow: FlowSpec): Packet {
  const src = addressOf(flow.from);
  const dst = addressOf(flow.to);
  const sport = flow.sourcePort ?? 40000;
  const protocol = PROTOCOL[flow.protocol];
  switch (flow.protocol) {
    case 'tcp':
      return new Packet({ src, dst, protocol, transport: tcpHeader({ sport, dport: flow.port, flags: TCP_FLAG.SYN }) });
    case 'udp':
      return new Packet({ src, dst, protocol, transport: udpHeader(sport, flow.port, 32), payloadLength: 32 });
    case 'sctp':
      return new Packet({ src, dst, protocol, transport: sctpHeader(sport, flow.port), payload: INIT_CHUNK });
  }
}

/** An SCTP INIT chunk without parameters: type 1, length 20, an initiate tag, one stream each way. */
const INIT_CHUNK = Uint8Array.of(1, 0, 0, 20, 0, 0, 0, 1, 0, 1, 0, 0, 0, 1, 0, 1, 0, 0, 0, 1);

function addressOf(text: string): Ipv4Address {
  return parseIpv4(text) ?? refuse('invalid-address', `"${text}" is no IPv4 address`);
}

/**
 * Sends the first packet of a connection into a node and tells where it ends. The node's own addresses send from a
 * local process; a pod's packet comes in by its link, everybody else's from outside.
 */
export function walk(node: SimulatedNode, flow: FlowSpec): Walk {
  const packet = openingPacket(flow);
  const trace = new Trace(packet);
  packet.trace = trace;
  const events: HostEvent[] = [];
  const stop = node.host.observe((event) => {
    events.push({ ...event, packet: event.packet.clone() });
  });
  try {
    if (node.host.addressType(packet.src) === 'local') node.host.send(packet, { uid: 0, gid: 0 });
    else node.host.receive(entry(node, packet), packet);
  } finally {
    stop();
  }
  const last = events.find((event) => event.kind !== 'drop' && isRequest(event.packet, flow));
  const source = last === undefined ? '' : formatAddress(last.packet.src);
  return { fate: fateOf(flow, events, wasMasqueraded(trace)), source, trace };
}

/** The link by which an answer to the packet would leave. */
function entry(node: SimulatedNode, packet: Packet): Device {
  const route = node.host.routeOutput({
    destination: packet.src,
    source: undefined,
    tos: 0,
    mark: 0,
    outDevice: undefined,
  });
  return isRouteFailure(route) ? node.host.device(OUTSIDE)! : route.device;
}

/** Whether a rule with MASQUERADE matched. */
function wasMasqueraded(trace: Trace): boolean {
  return trace.steps.some((step) => step.kind === 'rule' && step.outcome === 'matched' && step.target === 'MASQUERADE');
}

function fateOf(flow: FlowSpec, events: readonly HostEvent[], masqueraded: boolean): Fate {
  const asked = `${flow.to}:${flow.port}`;
  let delivered = false;
  for (const event of events) {
    if (event.kind === 'drop' || !isRequest(event.packet, flow)) continue;
    // What a process of the node took may go on as a connection of that process.
    if (event.kind === 'deliver' && event.listener !== undefined) {
      delivered = true;
      continue;
    }
    const { dst, src, ports } = event.packet;
    const to = hostPort({ address: formatAddress(dst), port: ports!.dport });
    if (to !== asked) {
      return { kind: 'endpoint', endpoint: to, masqueraded: masqueraded || formatAddress(src) !== flow.from };
    }
    return event.kind === 'deliver' ? { kind: 'delivered' } : { kind: 'passed', masqueraded };
  }
  if (delivered) return { kind: 'delivered' };
  if (events.some((event) => event.kind !== 'drop' && event.packet.protocol === PROTOCOL.icmp))
    return { kind: 'rejected' };
  const dropped = events.find((event) => event.kind === 'drop');
  return { kind: 'dropped', at: dropped?.kind === 'drop' ? `${dropped.at}: ${dropped.reason}` : 'nowhere' };
}

/** The request itself, however rewritten, not an answer to it. */
function isRequest(packet: Packet, flow: FlowSpec): boolean {
  if (packet.protocol !== PROTOCOL[flow.protocol] || packet.ports === undefined) return false;
  const { transport } = packet;
  if (transport?.kind === 'tcp') return transport.flags === TCP_FLAG.SYN;
  if (transport?.kind === 'udp') return packet.payloadLength === 32;
  return packet.payload.length === INIT_CHUNK.length && packet.payload[0] === 1;
}
