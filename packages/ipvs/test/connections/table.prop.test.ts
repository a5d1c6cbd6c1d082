import { type Address, ipv4FromBits, Meter, RandomStreams } from '@chainwalk/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Connection, type ConnectionKind } from '../../src/connections/connection.ts';
import { ConnectionTable } from '../../src/connections/connection-table.ts';

/** What a list does instead of a hash table: newest first, found by walking. */
class Model {
  entries: Connection[] = [];
}

interface Real {
  readonly table: ConnectionTable;
  readonly meter: Meter;
}

type Method = 'masq' | 'route';

const address = (number: number): Address => ipv4FromBits(0x0a000000 + number);
const client = fc.nat(2);
const port = fc.constantFrom(0, 1000, 1001);
const virtual = fc.nat(1);
const server = fc.nat(1);

class Insert implements fc.Command<Model, Real> {
  readonly #fields: readonly [number, number, number, number, Method, ConnectionKind];
  constructor(fields: readonly [number, number, number, number, Method, ConnectionKind]) {
    this.#fields = fields;
  }
  check(): boolean {
    return true;
  }
  run(model: Model, real: Real): void {
    const [clientNumber, clientPort, virtualNumber, serverNumber, method, kind] = this.#fields;
    const connection = new Connection(
      {
        family: 'ipv4',
        protocol: 6,
        clientAddress: address(clientNumber),
        clientPort: kind === 'template' ? 0 : clientPort,
        virtualAddress: address(100 + virtualNumber),
        virtualPort: 80,
        serverAddress: address(200 + serverNumber),
        serverPort: 8080,
        kind,
        method,
        fwmark: 0,
      },
      1,
    );
    real.table.insert(connection);
    model.entries.unshift(connection);
  }
  toString(): string {
    return `insert(${this.#fields.join(', ')})`;
  }
}

class Remove implements fc.Command<Model, Real> {
  readonly #at: number;
  constructor(at: number) {
    this.#at = at;
  }
  check(model: Model): boolean {
    return model.entries.length > 0;
  }
  run(model: Model, real: Real): void {
    const [connection] = model.entries.splice(this.#at % model.entries.length, 1);
    expect(real.table.remove(connection!)).toBe(true);
    expect(real.table.remove(connection!)).toBe(false);
  }
  toString(): string {
    return `remove(${this.#at})`;
  }
}

/** Looks something up in both, and counts what a walk along the bucket compares. */
class LookUp implements fc.Command<Model, Real> {
  readonly #fields: readonly ['in' | 'out' | 'template', number, number, number, number];
  constructor(fields: readonly ['in' | 'out' | 'template', number, number, number, number]) {
    this.#fields = fields;
  }
  check(): boolean {
    return true;
  }
  run(model: Model, { table, meter }: Real): void {
    const [kind, clientNumber, clientPort, virtualNumber, serverNumber] = this.#fields;
    const from = address(clientNumber);
    const to = address(100 + virtualNumber);
    const before = meter.ipvsConnectionProbes;
    let found: Connection | undefined;
    let expected: Connection | undefined;
    let key = clientPort;
    if (kind === 'in') {
      found = table.findIn(6, from, clientPort, to, 80);
      expected = model.entries.find(
        (entry) =>
          clientPort !== 0 &&
          entry.clientAddress === from &&
          entry.clientPort === clientPort &&
          entry.virtualAddress === to,
      );
    } else if (kind === 'template') {
      key = 0;
      found = table.findTemplate(6, from, to, 80);
      expected = model.entries.find(
        (entry) => entry.kind === 'template' && entry.clientAddress === from && entry.virtualAddress === to,
      );
    } else {
      const source = address(200 + serverNumber);
      found = table.findOut(6, source, 8080, from, clientPort);
      expected = model.entries.find(
        (entry) =>
          entry.clientAddress === from &&
          entry.clientPort === clientPort &&
          entry.method === 'masq' &&
          entry.serverAddress === source,
      );
    }
    expect(found).toBe(expected);
    const probes = meter.ipvsConnectionProbes - before;
    // All entries of one client port share a bucket, and a hit stops the walk.
    const same = model.entries.filter((entry) => entry.clientAddress === from && entry.clientPort === key);
    if (expected === undefined) expect(probes).toBeGreaterThanOrEqual(same.length);
    else {
      const bucket = table.bucket(expected.bucket);
      expect(probes).toBe(bucket.indexOf(expected) + 1);
    }
  }
  toString(): string {
    return `find(${this.#fields.join(', ')})`;
  }
}

class List implements fc.Command<Model, Real> {
  check(): boolean {
    return true;
  }
  run(model: Model, { table }: Real): void {
    const listed = [...table.entries()];
    expect(table.count).toBe(model.entries.length);
    expect(new Set(listed)).toEqual(new Set(model.entries));
    // Within a bucket the newest comes first.
    for (const [index, entry] of listed.entries()) {
      const next = listed[index + 1];
      if (next?.bucket === entry.bucket) expect(entry.sequence).toBeGreaterThan(next.sequence);
    }
  }
  toString(): string {
    return 'list()';
  }
}

describe('the connection table', () => {
  it.each([8, 12])('with %i bits finds what a plain list finds, the newest first', (bits) => {
    const commands = [
      fc
        .tuple(
          client,
          port,
          virtual,
          server,
          fc.constantFrom<Method>('masq', 'route'),
          fc.constantFrom<ConnectionKind>('connection', 'connection', 'template'),
        )
        .map((fields) => new Insert(fields)),
      fc.nat(50).map((at) => new Remove(at)),
      fc
        .tuple(fc.constantFrom('in' as const, 'out' as const, 'template' as const), client, port, virtual, server)
        .map((fields) => new LookUp(fields)),
      fc.constant(new List()),
    ];
    fc.assert(
      fc.property(fc.commands(commands, { maxCommands: 60 }), fc.integer(), (sequence, seed) => {
        const meter = new Meter();
        const table = new ConnectionTable(bits, new RandomStreams(seed).stream('hash'), meter);
        fc.modelRun(() => ({ model: new Model(), real: { table, meter } }), sequence);
      }),
      { numRuns: 150 },
    );
  });

  it('takes 8 to 27 bits and else the default of 12', () => {
    const size = (bits: number): number =>
      new ConnectionTable(bits, new RandomStreams(1).stream('h'), new Meter()).size;
    expect([7, 8, 12, 20, 27, 28, 0].map(size)).toEqual([4096, 256, 4096, 1048576, 134217728, 4096, 4096]);
  });

  it('spreads clients over its buckets evenly (chi-square, 99.99 %)', () => {
    const table = new ConnectionTable(8, new RandomStreams(5).stream('hash'), new Meter());
    const parameters = {
      family: 'ipv4',
      protocol: 6,
      virtualAddress: address(1),
      virtualPort: 80,
      serverAddress: address(2),
      serverPort: 80,
      kind: 'connection',
      method: 'masq',
      fwmark: 0,
    } as const;
    for (let i = 0; i < 25_600; i++) {
      table.insert(new Connection({ ...parameters, clientAddress: address(i >> 8), clientPort: 1024 + (i & 255) }, 1));
    }
    let statistic = 0;
    for (let bucket = 0; bucket < 256; bucket++) statistic += (table.bucket(bucket).length - 100) ** 2 / 100;
    // 255 degrees of freedom: mean 255, standard deviation 22.6.
    expect(statistic).toBeLessThan(255 + 4 * 22.6);
  });
});
