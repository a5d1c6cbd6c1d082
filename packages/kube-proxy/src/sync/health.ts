import type { Cluster } from '../model/cluster.ts';

/** What an HTTP health check is answered. */
export interface HealthAnswer {
  readonly status: 200 | 503;
  readonly body: string;
}

/**
 * What the node answers on a Service's health check port: whether a load balancer shall send traffic here. 200 with at
 * least one ready endpoint on this node and a healthy proxy. `undefined` if the Service has no such port.
 */
export function serviceHealth(cluster: Cluster, service: string, proxyHealthy: boolean): HealthAnswer | undefined {
  const entries = cluster.entriesOf(service);
  const first = entries[0];
  if (first === undefined || first.port.healthCheckNodePort === 0) return undefined;
  const local = new Set<string>();
  for (const { endpoints } of entries) {
    for (const endpoint of endpoints)
      if (endpoint.ready && endpoint.nodeName === cluster.nodeName) local.add(endpoint.ip);
  }
  const [namespace, name] = service.split('/') as [string, string];
  return {
    status: local.size > 0 && proxyHealthy ? 200 : 503,
    body: JSON.stringify({
      service: { namespace, name },
      localEndpoints: local.size,
      serviceProxyHealthy: proxyHealthy,
    }),
  };
}
