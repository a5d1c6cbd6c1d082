import { ipv4FromBits, Packet, tcpHeader } from '@chainwalk/core';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { FlowTable } from '../src/flow-table.ts';

const arbFlow = fc.record({
  src: fc.constantFrom(0, 1, 2, 0xc0a8_0001, 0xffff_ffff),
  dst: fc.constantFrom(0, 1, 0xffff_ffff),
  // With and without ports: port 65535 of one address stands next to no port of the following one.
  ports: fc.option(fc.tuple(fc.constantFrom(0, 1, 65_534, 65_535), fc.constantFrom(0, 65_535)), { nil: undefined }),
});

function packetOf({ src, dst, ports }: { src: number; dst: number; ports: [number, number] | undefined }): Packet {
  const ends = { src: ipv4FromBits(src), dst: ipv4FromBits(dst), protocol: 6 };
  return ports === undefined
    ? new Packet(ends)
    : new Packet({ ...ends, transport: tcpHeader({ sport: ports[0], dport: ports[1] }) });
}

it('keeps flows apart exactly if their addresses or ports differ, and loses no packet', () => {
  fc.assert(
    fc.property(fc.array(arbFlow, { maxLength: 60 }), fc.nat(20), (flows, most) => {
      const table = new FlowTable(most);
      for (const flow of flows) table.count(packetOf(flow), 7);
      const told = [...table.tallies().values()];
      expect(told.reduce((sum, { packets }) => sum + packets, 0)).toBe(flows.length);
      expect(told.every(({ packets, bytes }) => bytes === packets * 7)).toBe(true);
      const distinct = new Set(flows.map((flow) => JSON.stringify(flow))).size;
      expect(table.size).toBe(told.length);
      expect(told).toHaveLength(Math.min(distinct, most) + (distinct > most ? 1 : 0));
    }),
  );
});

it('names flows as people read them', () => {
  const table = new FlowTable(10);
  table.count(packetOf({ src: 0x0a00_0001, dst: 0x0a00_0002, ports: [1024, 80] }), 40);
  table.count(packetOf({ src: 0x0a00_0001, dst: 0x0a00_0002, ports: undefined }), 40);
  expect([...table.tallies().keys()]).toEqual(['tcp 10.0.0.1:1024 > 10.0.0.2:80', 'tcp 10.0.0.1 > 10.0.0.2']);
});

it('counts each of many flows by itself', () => {
  const table = new FlowTable(100_000);
  const flows = Array.from({ length: 3000 }, (_, i) => packetOf({ src: i % 50, dst: i, ports: [i % 7, i % 11] }));
  for (const [i, flow] of flows.entries()) for (let times = 0; times <= i % 3; times++) table.count(flow, i);
  const told = [...table.tallies().values()];
  expect(told).toEqual(flows.map((_, i) => ({ packets: 1 + (i % 3), bytes: i * (1 + (i % 3)) })));
});
