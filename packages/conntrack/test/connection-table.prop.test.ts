import { type Ipv4Address, ipv4FromBits, ipv4ToBits, Meter } from '@chainwalk/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Connection } from '../src/connection.ts';
import { ConnectionRows } from '../src/connection-rows.ts';
import { ConnectionTable, TOO_LONG } from '../src/connection-table.ts';
import { DEFAULT_ZONE, type Tuple, type Zone, zoneId, zoneOf } from '../src/index.ts';

/** Few enough tuples that they collide, few enough buckets that chains grow. */
const arbTuple: fc.Arbitrary<Tuple> = fc
  .record({ src: fc.nat(3), dst: fc.nat(3), sport: fc.nat(2), dport: fc.nat(2), protocol: fc.constantFrom(6, 17) })
  .map(({ src, dst, ...rest }) => ({
    src: ipv4FromBits(0xc0a80000 + src),
    dst: ipv4FromBits(0x0a000000 + dst),
    ...rest,
  }));
const arbZone: fc.Arbitrary<Zone> = fc.constantFrom(DEFAULT_ZONE, zoneOf(7), zoneOf(7, 'original'), zoneOf(7, 'reply'));

interface Model {
  /** Every connection in the table, in no order. */
  readonly live: Set<Connection>;
  now: number;
}
interface Real {
  readonly table: ConnectionTable;
  readonly meter: Meter;
}

const key = (tuple: Tuple, zone: number): string =>
  `${String(tuple.src)} ${String(tuple.dst)} ${tuple.sport} ${tuple.dport} ${tuple.protocol} ${zone}`;
const keyOf = (ct: Connection, direction: 0 | 1): string => key(ct.tuple(direction), zoneId(ct.zone, direction));
const keys = (model: Model): Set<string> => new Set([...model.live].flatMap((ct) => [keyOf(ct, 0), keyOf(ct, 1)]));

class Insert implements fc.Command<Model, Real> {
  readonly original: Tuple;
  readonly reply: Tuple;
  readonly zone: Zone;
  readonly life: number;
  constructor(original: Tuple, reply: Tuple, zone: Zone, life: number) {
    this.original = original;
    this.reply = reply;
    this.zone = zone;
    this.life = life;
  }
  check(model: Model): boolean {
    const taken = keys(model);
    const own = [
      key(this.original, zoneId(this.zone, 0)),
      key({ ...this.reply, protocol: this.original.protocol }, zoneId(this.zone, 1)),
    ];
    return own[0] !== own[1] && !own.some((word) => taken.has(word));
  }
  run(model: Model, real: Real): void {
    const ct = real.table.make(this.original, { ...this.reply, protocol: this.original.protocol }, this.zone);
    ct.timeout = model.now + this.life;
    real.table.insert(ct);
    model.live.add(ct);
  }
  toString(): string {
    return `insert ${key(this.original, 0)}`;
  }
}

class Remove implements fc.Command<Model, Real> {
  readonly pick: number;
  constructor(pick: number) {
    this.pick = pick;
  }
  check(model: Model): boolean {
    return model.live.size > 0;
  }
  run(model: Model, real: Real): void {
    const ct = [...model.live][this.pick % model.live.size]!;
    real.table.remove(ct);
    model.live.delete(ct);
  }
  toString(): string {
    return `remove ${this.pick}`;
  }
}

class Find implements fc.Command<Model, Real> {
  readonly tuple: Tuple;
  readonly zone: Zone;
  constructor(tuple: Tuple, zone: Zone) {
    this.tuple = tuple;
    this.zone = zone;
  }
  check(): boolean {
    return true;
  }
  run(model: Model, real: Real): void {
    for (const direction of [0, 1] as const) {
      const number = zoneId(this.zone, direction);
      const collect = (ct: Connection): void => {
        // What is collected on the way was expired, and is gone from here on.
        expect(ct.timeout - model.now).toBeLessThanOrEqual(0);
        real.table.remove(ct);
        model.live.delete(ct);
      };
      const hash = real.table.hashTuple(this.tuple, number);
      const node = real.table.find(this.tuple, this.zone, hash, model.now, collect, real.meter);
      const wanted = [...model.live].find(
        (ct) =>
          ct.timeout - model.now > 0 &&
          ([0, 1] as const).some((side) => matches(ct, side, this.tuple, this.zone, number)),
      );
      if (node < 0) expect(wanted).toBeUndefined();
      else expect(real.table.at(node)).toBe(wanted);
    }
  }
  toString(): string {
    return `find ${key(this.tuple, 0)}`;
  }
}

/** Found under `number` exactly if a node's own zone number is the one that was hashed, and its side agrees. */
function matches(ct: Connection, side: 0 | 1, tuple: Tuple, zone: Zone, number: number): boolean {
  return (
    key(ct.tuple(side), 0) === key(tuple, 0) &&
    zoneId(ct.zone, side) === zoneId(zone, side) &&
    zoneId(ct.zone, side) === number
  );
}

class Search implements fc.Command<Model, Real> {
  readonly tuple: Tuple;
  readonly zone: Zone;
  readonly direction: 0 | 1;
  readonly limit: number;
  constructor(tuple: Tuple, zone: Zone, direction: 0 | 1, limit: number) {
    this.tuple = tuple;
    this.zone = zone;
    this.direction = direction;
    this.limit = limit;
  }
  check(): boolean {
    return true;
  }
  run(_model: Model, { table }: Real): void {
    const { src, dst, sport, dport, protocol } = this.tuple;
    const words = [
      ipv4ToBits(src as Ipv4Address) | 0,
      ipv4ToBits(dst as Ipv4Address) | 0,
      (sport << 16) | dport,
    ] as const;
    const keyed = [0, 1].map((side) => protocol | (zoneId(this.zone, side as 0 | 1) << 8)) as [number, number];
    const bucket = table.bucketOf(table.hashTuple(this.tuple, zoneId(this.zone, this.direction)));
    let wanted = -1;
    let passed = 0;
    for (let node = table.first(bucket); node >= 0 && wanted === -1; node = table.next(node)) {
      if (table.hasTuple(node, ...words, keyed[node & 1]!)) wanted = node;
      else if (passed++ > this.limit) wanted = TOO_LONG;
    }
    expect(table.search(...words, ...keyed, this.direction, this.limit)).toBe(wanted);
  }
  toString(): string {
    return `search ${key(this.tuple, 0)} of direction ${this.direction}, ${this.limit} at most`;
  }
}

class Wait implements fc.Command<Model, Real> {
  readonly ticks: number;
  constructor(ticks: number) {
    this.ticks = ticks;
  }
  check(): boolean {
    return true;
  }
  run(model: Model): void {
    model.now += this.ticks;
  }
  toString(): string {
    return `wait ${this.ticks}`;
  }
}

class Resize implements fc.Command<Model, Real> {
  readonly buckets: number;
  constructor(buckets: number) {
    this.buckets = buckets;
  }
  check(): boolean {
    return true;
  }
  run(model: Model, real: Real): void {
    real.table.resize(this.buckets);
    expect(real.table.buckets).toBe(this.buckets);
    const chains = real.table.chainLengths();
    expect(chains.reduce((sum, count, length) => sum + count * length, 0)).toBe(2 * model.live.size);
  }
  toString(): string {
    return `resize ${this.buckets}`;
  }
}

describe('the table of connections', () => {
  it('agrees with a naive set: nothing is lost, found under a wrong tuple, or counted twice', () => {
    const commands = [
      fc.tuple(arbTuple, arbTuple, arbZone, fc.integer({ min: 1, max: 50 })).map((args) => new Insert(...args)),
      fc.nat(100).map((pick) => new Remove(pick)),
      fc.tuple(arbTuple, arbZone).map((args) => new Find(...args)),
      fc
        .tuple(arbTuple, arbZone, fc.constantFrom(0 as const, 1 as const), fc.nat(9))
        .map((args) => new Search(...args)),
      fc.integer({ min: 1, max: 20 }).map((ticks) => new Wait(ticks)),
      fc.integer({ min: 1, max: 9 }).map((buckets) => new Resize(buckets)),
    ];
    fc.assert(
      fc.property(fc.commands(commands, { maxCommands: 80 }), fc.nat(), (steps, seed) => {
        const setup = (): { model: Model; real: Real } => ({
          model: { live: new Set(), now: 1000 },
          real: { table: new ConnectionTable(3, seed, new ConnectionRows({ walks: 0 })), meter: new Meter() },
        });
        let state: { model: Model; real: Real } | undefined;
        fc.modelRun(() => {
          state = setup();
          return state;
        }, steps);
        const { model, real } = state!;
        expect(real.table.size).toBe(model.live.size);
        expect(new Set(real.table)).toEqual(model.live);
      }),
      { numRuns: 300 },
    );
  });
});
