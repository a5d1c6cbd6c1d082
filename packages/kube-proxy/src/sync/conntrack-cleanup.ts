import type { ServiceEntry } from '../model/cluster.ts';
import type { Tools } from './tools.ts';

/** A tracked UDP connection, as `conntrack -L` shows its two tuples. */
interface UdpConnection {
  readonly source: string;
  readonly destination: string;
  readonly sourcePort: number;
  readonly port: number;
  /** Where answers come from: the endpoint, if the connection was rewritten to one. */
  readonly answeredBy: string;
}

/**
 * Deletes UDP connections that still lead to endpoints that no longer serve. UDP has no end of connection: a client that
 * keeps sending would keep the entry, and with it the old endpoint, for ever. A service without any serving endpoint is
 * left alone, since there is nowhere else to go; TCP and SCTP notice by themselves.
 * @returns how many were deleted
 */
export function cleanStaleConnections(entries: readonly ServiceEntry[], tools: Tools): number {
  const byAddress = new Map<string, ReadonlySet<string>>();
  const byNodePort = new Map<number, ReadonlySet<string>>();
  for (const { port, endpoints } of entries) {
    if (port.protocol !== 'udp') continue;
    const serving = new Set(
      endpoints.filter((endpoint) => endpoint.serving || endpoint.ready).map((endpoint) => endpoint.ip),
    );
    if (serving.size === 0) continue;
    for (const ip of [port.clusterIP, ...port.externalIPs, ...port.loadBalancerVIPs]) {
      byAddress.set(`${ip} ${port.port}`, serving);
    }
    if (port.nodePort !== 0) byNodePort.set(port.nodePort, serving);
  }
  if (byAddress.size === 0) return 0;
  let deleted = 0;
  for (const connection of udpConnections(tools)) {
    const serving = byAddress.get(`${connection.destination} ${connection.port}`) ?? byNodePort.get(connection.port);
    if (serving === undefined || serving.has(connection.answeredBy)) continue;
    const { status } = tools.run([
      'conntrack',
      '-D',
      '-p',
      'udp',
      '--orig-src',
      connection.source,
      '--orig-dst',
      connection.destination,
      '--orig-port-src',
      String(connection.sourcePort),
      '--orig-port-dst',
      String(connection.port),
    ]);
    if (status === 0) deleted++;
  }
  return deleted;
}

function udpConnections(tools: Tools): readonly UdpConnection[] {
  const { stdout } = tools.run(['conntrack', '-L', '-p', 'udp']);
  const found: UdpConnection[] = [];
  for (const line of stdout.split('\n')) {
    const sources = [...line.matchAll(/\bsrc=(\S+)/g)];
    const destination = /\bdst=(\S+)/.exec(line)?.[1];
    const sourcePort = /\bsport=(\d+)/.exec(line)?.[1];
    const port = /\bdport=(\d+)/.exec(line)?.[1];
    if (sources.length !== 2 || destination === undefined || sourcePort === undefined || port === undefined) continue;
    found.push({
      source: sources[0]![1]!,
      destination,
      sourcePort: Number(sourcePort),
      port: Number(port),
      answeredBy: sources[1]![1]!,
    });
  }
  return found;
}
