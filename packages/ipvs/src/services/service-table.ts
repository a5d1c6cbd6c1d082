import type { Address, Family, Meter } from '@chainwalk/core';
import { foldAddress } from '../hash/fold-address.ts';
import type { ServiceKey } from './config.ts';
import type { Service } from './service.ts';

const BUCKETS = 256;
/** Port of FTP, whose data connections belong to the service of the control connection. */
export const FTP_PORT = 21;
/** Port that a server opens FTP data connections from. */
export const FTP_DATA_PORT = 20;
/** Ports below this one need a privilege (`ip_unprivileged_port_start`). */
const UNPRIVILEGED = 1024;

/**
 * One of the kernel's two tables of services: 256 buckets that never grow, new services at the head (`ip_vs_svc_table`,
 * `ip_vs_svc_fwm_table`). A map finds the service; the meter is told what the walk along the bucket would have compared,
 * so that 100,000 services show as the 390 probes that they are in Linux.
 *
 * The kernel mixes the address of its namespace into the hash, which differs from boot to boot; here it is 0.
 */
class HashedServices<Key> {
  readonly #byKey = new Map<Key, Service>();
  readonly #buckets: Service[][] = Array.from({ length: BUCKETS }, () => []);

  get(key: Key, bucket: number, meter: Meter): Service | undefined {
    const found = this.#byKey.get(key);
    const chain = this.#buckets[bucket]!;
    meter.ipvsServiceProbes += found === undefined ? chain.length : chain.length - place(chain, found);
    return found;
  }

  peek(key: Key): Service | undefined {
    return this.#byKey.get(key);
  }

  add(key: Key, bucket: number, service: Service): void {
    this.#byKey.set(key, service);
    this.#buckets[bucket]!.push(service);
  }

  remove(key: Key, bucket: number, service: Service): void {
    this.#byKey.delete(key);
    const chain = this.#buckets[bucket]!;
    chain.splice(place(chain, service), 1);
  }

  /** Bucket by bucket, the newest first: the order in which the kernel lists them. */
  *[Symbol.iterator](): Generator<Service> {
    for (const chain of this.#buckets) for (let at = chain.length - 1; at >= 0; at--) yield chain[at]!;
  }
}

/** The virtual services of one host, found by address or by mark. */
export class ServiceTable {
  readonly #byAddress = new HashedServices<string>();
  readonly #byMark = new HashedServices<string>();
  readonly #meter: Meter;
  readonly #counts: Record<Family, number> = { ipv4: 0, ipv6: 0 };
  /** Services on port 21, and on port 0: while there are any, look-ups that miss go on. */
  #ftpServices = 0;
  #anyPortServices = 0;

  constructor(meter: Meter) {
    this.#meter = meter;
  }

  /** How many services a family has. */
  count(family: Family): number {
    return this.#counts[family];
  }

  add(service: Service): void {
    const { settings } = service;
    if (settings.fwmark === 0)
      this.#byAddress.add(
        addressKey(settings),
        addressBucket(settings.protocol, settings.address, settings.port),
        service,
      );
    else this.#byMark.add(markKey(settings.family, settings.fwmark), settings.fwmark % BUCKETS, service);
    this.#counts[settings.family]++;
    if (settings.port === FTP_PORT) this.#ftpServices++;
    else if (settings.port === 0) this.#anyPortServices++;
  }

  remove(service: Service): void {
    const { settings } = service;
    if (settings.fwmark === 0)
      this.#byAddress.remove(
        addressKey(settings),
        addressBucket(settings.protocol, settings.address, settings.port),
        service,
      );
    else this.#byMark.remove(markKey(settings.family, settings.fwmark), settings.fwmark % BUCKETS, service);
    this.#counts[settings.family]--;
    if (settings.port === FTP_PORT) this.#ftpServices--;
    else if (settings.port === 0) this.#anyPortServices--;
  }

  /** The service of exactly this key, for commands: nothing is metered. */
  exact(key: ServiceKey): Service | undefined {
    return key.fwmark === 0
      ? this.#byAddress.peek(addressKey(key))
      : this.#byMark.peek(markKey(key.family, key.fwmark));
  }

  /**
   * The service that takes a packet (`ip_vs_service_find`): by its mark, else by protocol, address and port, else as FTP
   * data, else by address alone.
   */
  find(family: Family, mark: number, protocol: number, address: Address, port: number): Service | undefined {
    if (mark !== 0) {
      this.#meter.ipvsServiceLookups++;
      const found = this.#byMark.get(markKey(family, mark), mark % BUCKETS, this.#meter);
      if (found !== undefined) return found;
    }
    let found = this.#lookUp(protocol, address, port);
    if (
      found === undefined &&
      protocol === 6 &&
      this.#ftpServices > 0 &&
      (port === FTP_DATA_PORT || port >= UNPRIVILEGED)
    ) {
      found = this.#lookUp(protocol, address, FTP_PORT);
    }
    if (found === undefined && this.#anyPortServices > 0) found = this.#lookUp(protocol, address, 0);
    return found;
  }

  #lookUp(protocol: number, address: Address, port: number): Service | undefined {
    this.#meter.ipvsServiceLookups++;
    return this.#byAddress.get(
      `${protocol}/${String(address)}/${port}`,
      addressBucket(protocol, address, port),
      this.#meter,
    );
  }

  /** All services in the kernel's order: by address, then by mark. */
  *[Symbol.iterator](): Generator<Service> {
    yield* this.#byAddress;
    yield* this.#byMark;
  }
}

function addressKey(key: ServiceKey): string {
  return `${key.protocol}/${String(key.address)}/${key.port}`;
}

function markKey(family: Family, mark: number): string {
  return `${family}/${mark}`;
}

/** `ip_vs_svc_hashkey`. */
function addressBucket(protocol: number, address: Address, port: number): number {
  return (protocol ^ foldAddress(address) ^ (port >>> 8) ^ port) & (BUCKETS - 1);
}

/** Where a service stands in its bucket, which is sorted by age. */
function place(chain: readonly Service[], service: Service): number {
  let low = 0;
  let high = chain.length - 1;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (chain[middle]!.sequence < service.sequence) low = middle + 1;
    else high = middle;
  }
  return low;
}
