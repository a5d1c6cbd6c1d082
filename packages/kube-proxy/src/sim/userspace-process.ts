import {
  formatAddress,
  type Ipv4Address,
  Packet,
  PROTOCOL,
  parseIpv4,
  TCP_FLAG,
  tcpHeader,
  udpHeader,
} from '@chainwalk/core';
import type { Rendered } from '../render.ts';
import { UserspaceBalancer } from '../userspace/balancer.ts';
import type { SimulatedNode } from './simulated-node.ts';

/**
 * The kube-proxy process of userspace mode on a simulated node, as far as first packets go: it listens on the local port
 * of each service port, and for every connection that comes it opens one to an endpoint, from the node's own address.
 * A client whose service has no endpoint is let in and then closed on.
 * @returns ends the process
 */
export function runUserspaceProcess(node: SimulatedNode, rendered: Rendered): () => void {
  const balancer = new UserspaceBalancer();
  const ends: (() => void)[] = [];
  let nextPort = 50000;
  for (const { entry, proxyPort } of rendered.proxyPorts) {
    const { protocol } = entry.port;
    // The real one never learned SCTP.
    if (protocol === 'sctp') continue;
    ends.push(
      node.host.listen({
        protocol: PROTOCOL[protocol],
        port: proxyPort,
        receive: (packet) => {
          const endpoint = balancer.pick(entry, formatAddress(packet.src), node.host.simulation.now);
          if (endpoint === undefined || !opens(packet)) return;
          const at = endpoint.lastIndexOf(':');
          const dst = parseIpv4(endpoint.slice(0, at)) as Ipv4Address;
          const port = Number(endpoint.slice(at + 1));
          nextPort = nextPort >= 60000 ? 50000 : nextPort + 1;
          const src = parseIpv4(rendered.settings.node.primary.ipv4 ?? '127.0.0.1') as Ipv4Address;
          node.host.send(opening(src, dst, nextPort, port, packet), { uid: 0, gid: 0 });
        },
      }),
    );
  }
  return () => {
    for (const end of ends) end();
  };
}

function opens(packet: Packet): boolean {
  return packet.transport?.kind !== 'tcp' || packet.transport.flags === TCP_FLAG.SYN;
}

function opening(src: Ipv4Address, dst: Ipv4Address, sport: number, dport: number, from: Packet): Packet {
  const { protocol, payloadLength } = from;
  if (protocol === PROTOCOL.tcp) {
    return new Packet({ src, dst, protocol, transport: tcpHeader({ sport, dport, flags: TCP_FLAG.SYN }) });
  }
  return new Packet({ src, dst, protocol, transport: udpHeader(sport, dport, payloadLength), payloadLength });
}
