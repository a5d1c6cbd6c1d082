/**
 * One address of a service port, from an EndpointSlice. Conditions are already resolved: an absent `ready` or `serving`
 * means true, an absent `terminating` false.
 */
export interface Endpoint {
  readonly ip: string;
  readonly port: number;
  /** `ip:port`, with brackets around an IPv6 address: its name in rules, chains and comments. */
  readonly text: string;
  /** '' if no node is known; such an endpoint is local to none. */
  readonly nodeName: string;
  readonly ready: boolean;
  readonly serving: boolean;
  readonly terminating: boolean;
  readonly zone: string;
  /** Zones and nodes that shall use it; empty if there is no hint. */
  readonly zoneHints: readonly string[];
  readonly nodeHints: readonly string[];
}

/** `ip:port` or `[ip]:port`. */
export function endpointText(ip: string, port: number): string {
  return ip.includes(':') ? `[${ip}]:${port}` : `${ip}:${port}`;
}

/**
 * One endpoint for each `ip:port`, sorted by that text as text (so `10.0.0.10:80` stands before `10.0.0.9:80`). Where
 * slices give the same one twice, the copy on `node` wins, else the first.
 */
export function mergeEndpoints(endpoints: readonly Endpoint[], node: string): readonly Endpoint[] {
  const byText = new Map<string, Endpoint>();
  for (const endpoint of endpoints) {
    const known = byText.get(endpoint.text);
    if (known === undefined || (known.nodeName !== node && endpoint.nodeName === node))
      byText.set(endpoint.text, endpoint);
  }
  return [...byText.values()].sort((a, b) => (a.text < b.text ? -1 : a.text > b.text ? 1 : 0));
}
