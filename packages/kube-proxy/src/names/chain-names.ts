import type { Protocol, ServicePort } from '../model/service-port.ts';
import { sha256 } from './sha256.ts';

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/**
 * The 16 characters that name a service port's chains: the head of the base32 text (RFC 4648) of the SHA-256 of what is
 * hashed. 10 bytes give exactly 16 characters, so nothing is padded.
 */
export function chainHash(hashed: string): string {
  const digest = sha256(hashed);
  let text = '';
  let bits = 0;
  let held = 0;
  for (let i = 0; i < 10; i++) {
    bits = ((bits << 8) | digest[i]!) & 0xffff;
    held += 8;
    while (held >= 5) {
      held -= 5;
      text += ALPHABET.charAt((bits >>> held) & 31);
    }
  }
  return text;
}

/** `KUBE-SEP-...`: one endpoint of one service port (`name` is its name string); the same address under two service ports has two chains. */
export function endpointChain(name: string, protocol: Protocol, endpoint: string): string {
  return `KUBE-SEP-${chainHash(name + protocol + endpoint)}`;
}

/** Whether kube-proxy takes a chain for one of its own per-service chains, which it may delete. */
export function isServiceChain(chain: string): boolean {
  return /^KUBE-(SVC|SVL|EXT|FW|SEP|XLB)-/.test(chain);
}

/** All names of a service port's chains. */
export interface ChainNames {
  readonly svc: string;
  readonly svl: string;
  readonly ext: string;
  readonly fw: string;
  readonly xlb: string;
  /** By endpoint text, `ip:port`. */
  readonly sep: (endpoint: string) => string;
}

const cache = new WeakMap<ServicePort, { current?: ChainNames; legacy?: ChainNames }>();

/**
 * The names of a service port's chains, computed once for each version of it. `legacy` is the naming of releases up to
 * about 1.16, where an unnamed port still left its colon in the hashed text.
 */
export function chainNamesOf(port: ServicePort, legacy: boolean): ChainNames {
  let known = cache.get(port);
  if (known === undefined) cache.set(port, (known = {}));
  const had = legacy ? known.legacy : known.current;
  if (had !== undefined) return had;
  const name = nameString(port, legacy);
  const hash = chainHash(name + port.protocol);
  const endpoints = new Map<string, string>();
  const names: ChainNames = {
    svc: `KUBE-SVC-${hash}`,
    svl: `KUBE-SVL-${hash}`,
    ext: `KUBE-EXT-${hash}`,
    fw: `KUBE-FW-${hash}`,
    xlb: `KUBE-XLB-${hash}`,
    sep: (endpoint) => {
      let chain = endpoints.get(endpoint);
      if (chain === undefined) endpoints.set(endpoint, (chain = endpointChain(name, port.protocol, endpoint)));
      return chain;
    },
  };
  if (legacy) known.legacy = names;
  else known.current = names;
  return names;
}

/** `namespace/name:port`; current releases leave the colon out where the port has no name, old ones never did. */
export function nameString(port: ServicePort, legacy = false): string {
  const base = `${port.namespace}/${port.name}`;
  return port.portName === '' && !legacy ? base : `${base}:${port.portName}`;
}
