import { describe, expect, it } from 'vitest';
import { Director, segment } from '../director.ts';
import { sequences } from '../fixtures.ts';

const VIP = '10.96.0.1';
const CLIENT = '198.51.100.1';

describe('a server with thresholds', () => {
  it.each(sequences.threshold_release)('-x $x -y $y accepts $accepts and reopens at $reopens_when_total_is', (row) => {
    const director = new Director({ virtual: [VIP] });
    director.ipvsadm(`-A -t ${VIP}:80 -s rr`);
    director.ipvsadm(`-a -t ${VIP}:80 -r 10.244.1.1:8080 -m -x ${row.x} -y ${row.y}`);
    const server = [...director.ipvs.services][0]!.destinations[0]!;
    for (let port = 1; port <= row.x + 4; port++) director.inject('c1', segment(CLIENT, 4000 + port, VIP, 80, 'S'));
    expect(server.totalConnections).toBe(row.accepts);
    for (let port = 1; server.overloaded; port++) {
      director.ipvs.connections.delete(director.connection(CLIENT, 4000 + port)!);
    }
    expect(server.totalConnections).toBe(row.reopens_when_total_is);
  });

  it('opens at once when an edit raises the upper threshold, and not when it stays the same', () => {
    const director = new Director({ virtual: [VIP] });
    director.ipvsadm(`-A -t ${VIP}:80 -s rr`);
    director.ipvsadm(`-a -t ${VIP}:80 -r 10.244.1.1:8080 -m -x 2`);
    const server = [...director.ipvs.services][0]!.destinations[0]!;
    for (let port = 1; port <= 2; port++) director.inject('c1', segment(CLIENT, 4000 + port, VIP, 80, 'S'));
    expect(server.overloaded).toBe(true);
    director.ipvsadm(`-e -t ${VIP}:80 -r 10.244.1.1:8080 -m -x 2`);
    expect(server.overloaded).toBe(true);
    director.ipvsadm(`-e -t ${VIP}:80 -r 10.244.1.1:8080 -m -x 10`);
    expect(server.overloaded).toBe(false);
  });

  it('is not closed by an edit below what it has, but by the next connection that it gets', () => {
    const director = new Director({ virtual: [VIP] });
    director.ipvsadm(`-A -t ${VIP}:80 -s rr`);
    director.ipvsadm(`-a -t ${VIP}:80 -r 10.244.1.1:8080 -m`);
    const server = [...director.ipvs.services][0]!.destinations[0]!;
    for (const port of [4001, 4002, 4003]) director.inject('c1', segment(CLIENT, port, VIP, 80, 'S'));
    director.ipvsadm(`-e -t ${VIP}:80 -r 10.244.1.1:8080 -m -x 1`);
    expect(server.overloaded).toBe(false);
    director.inject('c1', segment(CLIENT, 4004, VIP, 80, 'S'));
    expect(server).toMatchObject({ totalConnections: 4, overloaded: true });
    director.inject('c1', segment(CLIENT, 4005, VIP, 80, 'S'));
    expect(server.totalConnections).toBe(4);
    director.ipvsadm(`-e -t ${VIP}:80 -r 10.244.1.1:8080 -m`);
    expect(server.overloaded).toBe(false);
  });

  it('counts 256 inactive connections for an active one', () => {
    const director = new Director({ virtual: [VIP] });
    director.ipvsadm(`-A -t ${VIP}:80 -s wlc`);
    director.ipvsadm(`-a -t ${VIP}:80 -r 10.244.1.1:8080 -m`);
    const server = [...director.ipvs.services][0]!.destinations[0]!;
    director.inject('c1', segment(CLIENT, 4001, VIP, 80, 'S'));
    expect([server.activeConnections, server.inactiveConnections, server.overhead]).toEqual([1, 0, 256]);
    for (const flags of ['A', 'R']) director.inject('c1', segment(CLIENT, 4001, VIP, 80, flags));
    expect([server.activeConnections, server.inactiveConnections, server.overhead]).toEqual([0, 1, 1]);
  });
});
