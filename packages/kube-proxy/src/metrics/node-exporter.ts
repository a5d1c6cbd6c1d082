import { type Labels, MetricsRegistry } from './registry.ts';

/** The labels of a real server in node_exporter's ipvs collector, all of which are on by default. */
export type BackendLabel = 'local_address' | 'local_port' | 'remote_address' | 'remote_port' | 'proto' | 'local_mark';
const BACKEND_LABELS: readonly BackendLabel[] = [
  'local_address',
  'local_port',
  'remote_address',
  'remote_port',
  'proto',
  'local_mark',
];

const TOTALS = [
  ['node_ipvs_connections_total', 'Connections that IPVS made.'],
  ['node_ipvs_incoming_packets_total', 'Packets from clients.'],
  ['node_ipvs_outgoing_packets_total', 'Packets to clients.'],
  ['node_ipvs_incoming_bytes_total', 'Bytes from clients.'],
  ['node_ipvs_outgoing_bytes_total', 'Bytes to clients.'],
] as const;

/**
 * What node_exporter's ipvs collector makes of `/proc/net/ip_vs_stats` and `/proc/net/ip_vs`. Real servers that agree in
 * the labels asked for are summed.
 */
export function nodeExporterIpvs(
  stats: string,
  services: string,
  labels: readonly BackendLabel[] = BACKEND_LABELS,
): string {
  const registry = new MetricsRegistry();
  const line = stats.split('\n')[2]?.trim().split(/\s+/) ?? [];
  for (const [index, [name, help]] of TOTALS.entries()) {
    registry.declare(name, 'counter', help);
    registry.set(name, Number.parseInt(line[index] ?? '0', 16));
  }
  registry.declare('node_ipvs_backend_connections_active', 'gauge', 'Active connections of a real server.');
  registry.declare('node_ipvs_backend_connections_inactive', 'gauge', 'Inactive connections of a real server.');
  registry.declare('node_ipvs_backend_weight', 'gauge', 'Weight of a real server.');
  let service: Partial<Record<BackendLabel, string>> = {};
  for (const text of services.split('\n')) {
    const words = text.trim().split(/\s+/);
    const [first, second] = words;
    if (first === 'TCP' || first === 'UDP' || first === 'SCTP') {
      const [local_address, local_port] = endpoint(second!);
      service = { proto: first, local_address, local_port, local_mark: '' };
    } else if (first === 'FWM') service = { proto: first, local_address: '', local_port: '0', local_mark: second! };
    else if (first === '->' && second !== 'RemoteAddress:Port') {
      const [remote_address, remote_port] = endpoint(second!);
      const all: Partial<Record<BackendLabel, string>> = { ...service, remote_address, remote_port };
      const chosen: Labels = Object.fromEntries(labels.map((label) => [label, all[label] ?? '']));
      registry.add('node_ipvs_backend_weight', chosen, Number(words[3]));
      registry.add('node_ipvs_backend_connections_active', chosen, Number(words[4]));
      registry.add('node_ipvs_backend_connections_inactive', chosen, Number(words[5]));
    }
  }
  return registry.text();
}

/** `C0A80016:0CEA` as its address and port. */
function endpoint(hex: string): readonly [string, string] {
  const at = hex.lastIndexOf(':');
  const bits = Number.parseInt(hex.slice(0, at), 16);
  const address = [24, 16, 8, 0].map((shift) => (bits >>> shift) & 255).join('.');
  return [address, String(Number.parseInt(hex.slice(at + 1), 16))];
}
