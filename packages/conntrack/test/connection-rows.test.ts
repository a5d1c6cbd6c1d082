import { InvariantError, ipv4FromBits, Packet } from '@chainwalk/core';
import { describe, expect, it } from 'vitest';
import { ConnectionRows } from '../src/connection-rows.ts';
import { ConnectionTable } from '../src/connection-table.ts';
import { attach, ctOf, DEFAULT_ZONE, TcpState, type Tuple, zoneOf } from '../src/index.ts';

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
    const state = kept.tcp!;
    state.lastSeq = 9;
    kept.data = state;
    expect(kept.tcp?.lastSeq).toBe(9);
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
