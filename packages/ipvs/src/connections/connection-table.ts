import { type Address, jhash3words, type Meter, type RandomStream, swapBytes } from '@chainwalk/core';
import { foldAddress } from '../hash/fold-address.ts';
import type { Connection } from './connection.ts';

/** Bits of the table's size when nothing else is asked for (`CONFIG_IP_VS_TAB_BITS`). */
export const DEFAULT_TABLE_BITS = 12;
const FEWEST_BITS = 8;
const MOST_BITS = 27;

type TupleKey = number | bigint;

/**
 * The table of connections: hash buckets by client address, client port and protocol; new entries at a bucket's head
 * (`ip_vs_conn_tab`, `ip_vs_conn.c`). Virtual and real server are not part of the hash, so whatever one client port has
 * open is in one bucket.
 *
 * Look-ups find their entry through an index by client, in constant time however full the table is, and report to the
 * meter how many entries the kernel would have compared on its walk along the bucket.
 *
 * Invariant: each bucket is sorted by age; an entry's place in it, counted from the newest, is what a hit costs.
 */
export class ConnectionTable {
  /** Number of buckets, a power of two. */
  readonly size: number;
  readonly #meter: Meter;
  readonly #seed: number;
  /** Oldest first, so that adding is cheap. */
  readonly #buckets = new Map<number, Connection[]>();
  /** The newest entry of each client address and port, by protocol; older ones hang on it. */
  readonly #clients = new Map<number, Map<TupleKey, Connection>>();
  #sequence = 0;
  #count = 0;

  /** A number of bits out of range is ignored, as the kernel does. */
  constructor(bits: number, random: RandomStream, meter: Meter) {
    const inRange = Number.isInteger(bits) && bits >= FEWEST_BITS && bits <= MOST_BITS;
    this.size = 2 ** (inRange ? bits : DEFAULT_TABLE_BITS);
    this.#seed = random.u32() | 0;
    this.#meter = meter;
  }

  /** How many entries it holds. */
  get count(): number {
    return this.#count;
  }

  /** Adds an entry at the head of its bucket. */
  insert(connection: Connection): void {
    this.#meter.ipvsInserts++;
    connection.sequence = this.#sequence++;
    connection.bucket = this.#bucketOf(connection.protocol, connection.clientAddress, connection.clientPort);
    connection.hashed = true;
    let bucket = this.#buckets.get(connection.bucket);
    if (bucket === undefined) {
      bucket = [];
      this.#buckets.set(connection.bucket, bucket);
    }
    bucket.push(connection);
    let clients = this.#clients.get(connection.protocol);
    if (clients === undefined) {
      clients = new Map();
      this.#clients.set(connection.protocol, clients);
    }
    const key = tupleKey(connection.clientAddress, connection.clientPort);
    const head = clients.get(key);
    connection.older = head;
    if (head !== undefined) head.newer = connection;
    clients.set(key, connection);
    this.#count++;
  }

  /** Takes an entry out; false if it was not in. */
  remove(connection: Connection): boolean {
    if (!connection.hashed) return false;
    connection.hashed = false;
    const bucket = this.#buckets.get(connection.bucket)!;
    bucket.splice(placeOf(bucket, connection), 1);
    if (bucket.length === 0) this.#buckets.delete(connection.bucket);
    const { newer, older } = connection;
    if (older !== undefined) older.newer = newer;
    if (newer !== undefined) newer.older = older;
    else {
      const clients = this.#clients.get(connection.protocol)!;
      const key = tupleKey(connection.clientAddress, connection.clientPort);
      if (older === undefined) clients.delete(key);
      else clients.set(key, older);
    }
    connection.newer = undefined;
    connection.older = undefined;
    this.#count--;
    return true;
  }

  /** The connection that a client's packet belongs to (`ip_vs_conn_in_get`). A client port of 0 never matches. */
  findIn(
    protocol: number,
    client: Address,
    clientPort: number,
    virtual: Address,
    virtualPort: number,
  ): Connection | undefined {
    this.#meter.ipvsConnectionLookups++;
    let found: Connection | undefined;
    if (clientPort !== 0) {
      found = this.#newestOf(protocol, client, clientPort);
      while (found !== undefined && (found.virtualPort !== virtualPort || found.virtualAddress !== virtual))
        found = found.older;
    }
    this.#meter.ipvsConnectionProbes += this.#probes(found, protocol, client, clientPort);
    return found;
  }

  /**
   * The connection that a server's packet belongs to (`ip_vs_conn_out_get`): its source is the real server where
   * addresses are rewritten, else the virtual one. Of several, the newest.
   */
  findOut(
    protocol: number,
    source: Address,
    sourcePort: number,
    client: Address,
    clientPort: number,
  ): Connection | undefined {
    this.#meter.ipvsConnectionLookups++;
    let found = this.#newestOf(protocol, client, clientPort);
    while (found !== undefined && !answersFor(found, source, sourcePort)) found = found.older;
    this.#meter.ipvsConnectionProbes += this.#probes(found, protocol, client, clientPort);
    return found;
  }

  /** The template that sticks a client to a server (`ip_vs_ct_in_get`). */
  findTemplate(protocol: number, client: Address, virtual: Address, virtualPort: number): Connection | undefined {
    this.#meter.ipvsTemplateLookups++;
    let found = this.#newestOf(protocol, client, 0);
    while (
      found !== undefined &&
      !(found.kind === 'template' && found.virtualPort === virtualPort && found.virtualAddress === virtual)
    ) {
      found = found.older;
    }
    this.#meter.ipvsConnectionProbes += this.#probes(found, protocol, client, 0);
    return found;
  }

  /** The entries of one bucket, the newest first. */
  bucket(number: number): readonly Connection[] {
    return this.#buckets.get(number)?.toReversed() ?? [];
  }

  /** All entries in the order in which the kernel lists them: bucket by bucket, the newest first. */
  *entries(): Generator<Connection> {
    const used = [...this.#buckets.keys()].sort((a, b) => a - b);
    for (const number of used) yield* this.bucket(number);
  }

  #newestOf(protocol: number, client: Address, clientPort: number): Connection | undefined {
    return this.#clients.get(protocol)?.get(tupleKey(client, clientPort));
  }

  /** Entries that a walk along the bucket compares: up to the hit, or all. */
  #probes(found: Connection | undefined, protocol: number, client: Address, clientPort: number): number {
    if (found === undefined) return this.#buckets.get(this.#bucketOf(protocol, client, clientPort))?.length ?? 0;
    const bucket = this.#buckets.get(found.bucket)!;
    return bucket.length - placeOf(bucket, found);
  }

  #bucketOf(protocol: number, client: Address, clientPort: number): number {
    const port = ((clientPort & 0xff) << 8) | (clientPort >>> 8);
    return jhash3words(swapBytes(foldAddress(client)), port, protocol, this.#seed) & (this.size - 1);
  }
}

function tupleKey(address: Address, port: number): TupleKey {
  return typeof address === 'number' ? address * 65536 + port : ((address as bigint) << 16n) | BigInt(port);
}

function answersFor(connection: Connection, source: Address, port: number): boolean {
  return connection.method === 'masq'
    ? connection.serverPort === port && connection.serverAddress === source
    : connection.virtualPort === port && connection.virtualAddress === source;
}

/** Where an entry stands in its bucket, which is sorted by age. */
function placeOf(bucket: readonly Connection[], connection: Connection): number {
  let low = 0;
  let high = bucket.length - 1;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (bucket[middle]!.sequence < connection.sequence) low = middle + 1;
    else high = middle;
  }
  return low;
}
