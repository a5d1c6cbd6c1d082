import { InvariantError, ipv4FromBits, Meter, Packet } from '@chainwalk/core';
import { describe, expect, it } from 'vitest';
import { ConnectionRows } from '../src/connection-rows.ts';
import { ConnectionTable } from '../src/connection-table.ts';
import { attach, ctOf, DEFAULT_ZONE, Status, TcpState, type Tuple, zoneOf } from '../src/index.ts';

const tuple = (sport: number): Tuple => ({
  src: ipv4FromBits(0xc0a80001),
  dst: ipv4FromBits(0x0a000001),
  protocol: 6,
  sport,
  dport: 80,
});
const inverse = ({ src, dst, protocol, sport, dport }: Tuple): Tuple => ({
  src: dst,
  dst: src,
  protocol,
  sport: dport,
  dport: sport,
});

function world() {
  const host = { walks: 0 };
  const rows = new ConnectionRows(host);
  const table = new ConnectionTable(8, 1, rows);
  const open = (sport: number, zone = DEFAULT_ZONE) => {
    const ct = table.make(tuple(sport), inverse(tuple(sport)), zone);
    const state = new TcpState();
    state.lastSeq = sport;
    ct.data = state;
    ct.mark = sport;
    table.insert(ct);
    return ct;
  };
  return { host, rows, table, open };
}

describe('the rows of connections', () => {
  it('are found from both sides however many there are, and when some of them are gone', () => {
    const { host, rows } = world();
    const table = new ConnectionTable(5000, 1, rows);
    const meter = new Meter();
    const made = Array.from({ length: 30_000 }, (_, i) => {
      const original = { ...tuple(i & 0xff), dst: ipv4FromBits(0x0a000000 + (i >> 8)) };
      const ct = table.make(original, inverse(original), DEFAULT_ZONE);
      ct.timeout = 1;
      table.insert(ct);
      return { slot: ct.slot, original };
    });
    const find = (side: Tuple) => table.find(side, DEFAULT_ZONE, table.hashTuple(side, 0), 0, () => {}, meter);
    const lost = (isGone: (i: number) => boolean) =>
      made.filter(({ slot, original }, i) => {
        const nodes = isGone(i) ? [-1, -1] : [slot * 2, slot * 2 + 1];
        return find(original) !== nodes[0] || find(inverse(original)) !== nodes[1];
      });
    expect(lost(() => false)).toEqual([]);
    for (let i = 0; i < made.length; i += 3) table.remove(rows.of(made[i]!.slot));
    host.walks++;
    expect(lost((i) => i % 3 === 0)).toEqual([]);
  });

  it('are not used again once their number of uses would come a second time', () => {
    const { host, table, open } = world();
    const first = open(1);
    const { slot } = first;
    let last = first;
    for (let use = 1; use < 0xffff; use++) {
      table.remove(last);
      host.walks++;
      last = open(1 + (use & 0xff));
      if (last.slot !== slot) throw new Error(`not used again after ${use} uses`);
    }
    expect(last.is(first)).toBe(false);
    table.remove(last);
    host.walks++;
    expect(open(1).slot).not.toBe(slot);
    expect(last.isStale).toBe(false);
  });

  it('know the device of masquerading, however many devices there are, until another connection has the row', () => {
    const { host, rows, table, open } = world();
    const indices = [1, 254, 255, 70_000, 0];
    const all = indices.map((index, i) => {
      const ct = open(i);
      ct.masqueradeIndex = index;
      return ct;
    });
    expect(all.map((ct) => rows.of(ct.slot).masqueradeIndex)).toEqual(indices);
    const kept = all.map((ct) => ct.keep());
    for (const ct of all) table.remove(ct);
    host.walks++;
    const next = open(9);
    expect(kept.map((ct) => ct.masqueradeIndex)).toEqual(indices);
    expect([next.masqueradeIndex, open(10).masqueradeIndex, open(11).masqueradeIndex]).toEqual([0, 0, 0]);
  });

  it('are used again only when the packet that was under way is gone', () => {
    const { host, table, open } = world();
    const first = open(1);
    const { slot } = first;
    table.remove(first);
    expect(open(2).slot).not.toBe(slot);
    expect([first.original, first.mark, first.tcp?.lastSeq]).toEqual([tuple(1), 1, 1]);
    host.walks++;
    expect(open(3).slot).toBe(slot);
  });

  it('leave what was kept readable for ever, the windows and extensions too', () => {
    const { host, table, open } = world();
    const kept = open(1, zoneOf(7)).keep();
    kept.extend().labels = 5n;
    table.remove(kept);
    host.walks++;
    const next = open(2);
    expect(next.is(kept)).toBe(false);
    expect([kept.original, kept.mark, kept.tcp?.lastSeq, kept.zone.id, kept.labels]).toEqual([tuple(1), 1, 1, 7, 5n]);
    expect([next.mark, next.tcp?.lastSeq, next.zone.id, next.extensions]).toEqual([2, 2, 0, undefined]);
    kept.mark = 9;
    kept.timeout = 9;
    kept.status |= Status.ASSURED;
    const state = kept.tcp!;
    state.lastSeq = 9;
    kept.data = state;
    expect([kept.tcp?.lastSeq, kept.timeout, kept.status]).toEqual([9, 9, Status.ASSURED]);
    expect([next.timeout, next.status]).toEqual([0, 0]);
    expect([next.mark, next.tcp?.lastSeq]).toEqual([2, 2]);
  });

  it('give a packet that somebody kept too long no other connection', () => {
    const { host, rows, table, open } = world();
    const first = open(1);
    const packet = new Packet({ src: tuple(1).src, dst: tuple(1).dst, protocol: 6 });
    attach(packet, first, 0);
    // So many others that the object at hand is no longer the one that is used again.
    for (let i = 0; i < 2000; i++) open(1000 + i);
    expect(rows.of(first.slot)).not.toBe(first);
    expect(rows.of(first.slot).is(first)).toBe(true);
    table.remove(first);
    expect(ctOf(packet)?.mark).toBe(1);
    host.walks++;
    const next = open(2);
    expect(next.slot).toBe(first.slot);
    expect(ctOf(packet)).toBeUndefined();
    expect(next.is(first)).toBe(false);
    expect(() => first.keep()).toThrow(InvariantError);
    expect(next.keep()).toBe(next);
  });

  it('count what was made and neither confirmed nor given up', () => {
    const { rows, table } = world();
    const ct = table.make(tuple(1), inverse(tuple(1)), DEFAULT_ZONE);
    const other = table.make(tuple(2), inverse(tuple(2)), DEFAULT_ZONE);
    expect(rows.pending).toBe(2);
    table.insert(ct);
    expect(rows.settlePending(ct.slot)).toBe(false);
    expect(rows.settlePending(other.slot)).toBe(true);
    expect([rows.pending, table.size]).toEqual([0, 1]);
  });
});
