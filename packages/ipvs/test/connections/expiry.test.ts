import { wheelTick } from '@chainwalk/core';
import { describe, expect, it } from 'vitest';
import { Director, datagram, segment } from '../director.ts';

const VIP = '10.96.0.1';
const CLIENT = '198.51.100.1';

function lab(): Director {
  const made = new Director({ virtual: [VIP] });
  made.ipvsadm(`-A -t ${VIP}:80 -s rr`);
  made.ipvsadm(`-a -t ${VIP}:80 -r 10.244.1.1:8080 -m`);
  made.ipvsadm(`-A -u ${VIP}:53 -s rr`);
  made.ipvsadm(`-a -u ${VIP}:53 -r 10.244.1.1:53 -m`);
  return made;
}

/** Seconds until the table is empty, to the tick. */
function lifetime(director: Director): number {
  const start = director.simulation.now;
  while (director.ipvs.connections.table.count > 0) director.wait(0.01);
  return (director.simulation.now - start) / 1e9;
}

describe('the timer wheel', () => {
  it('is late by no more than an eighth of the delay, and never early', () => {
    for (const now of [0, 1, 7, 1000, 123_457]) {
      for (const delay of [1, 5, 62, 63, 100, 300, 503, 504, 1000, 4031, 4032, 6000, 30_000, 90_000, 1_080_000]) {
        const fires = wheelTick(now + delay, now);
        expect(fires).toBeGreaterThan(now + delay);
        expect(fires - now - delay).toBeLessThanOrEqual(Math.max(1, delay / 7.8));
      }
    }
  });

  it.each([
    // Seconds asked for, and the range that was measured on the kernel.
    [1, 1.01, 1.08],
    [3, 3.01, 3.08],
    [6, 6.01, 6.64],
    [20, 20.01, 20.64],
    [45, 45.01, 50.12],
  ])('expires an entry of %i s after %f to %f s', (seconds, least, most) => {
    const director = lab();
    director.ipvsadm(`--set 0 0 ${seconds}`);
    director.wait(0.37);
    director.inject('c1', datagram(CLIENT, 4000, VIP, 53));
    const lived = lifetime(director);
    expect(lived).toBeGreaterThanOrEqual(least);
    expect(lived).toBeLessThanOrEqual(most + 0.01);
  });
});

describe('an entry', () => {
  it('lives on with packets of either direction, and takes a changed timeout at its next packet', () => {
    const director = lab();
    director.inject('c1', datagram(CLIENT, 4000, VIP, 53));
    director.wait(200);
    director.inject('s1', datagram('10.244.1.1', 53, CLIENT, 4000));
    director.wait(200);
    expect(director.ipvs.connections.table.count).toBe(1);
    director.ipvsadm('--set 0 0 20');
    expect(director.ipvs.connections.remainingSeconds(director.connection(CLIENT, 4000)!)).toBe(100);
    director.inject('c1', datagram(CLIENT, 4000, VIP, 53));
    expect(director.ipvs.connections.remainingSeconds(director.connection(CLIENT, 4000)!)).toBe(20);
    director.wait(21);
    expect(director.ipvs.connections.table.count).toBe(0);
  });

  it('leaves its server with balanced counts when it ends', () => {
    const director = lab();
    for (let port = 4000; port < 4020; port++) director.inject('c1', segment(CLIENT, port, VIP, 80, 'S'));
    for (let port = 4000; port < 4010; port++) director.inject('c1', segment(CLIENT, port, VIP, 80, 'A'));
    for (let port = 4000; port < 4005; port++) director.inject('c1', segment(CLIENT, port, VIP, 80, 'FA'));
    const server = [...director.ipvs.services].find((service) => service.settings.protocol === 6)!.destinations[0]!;
    expect([server.activeConnections, server.inactiveConnections]).toEqual([15, 5]);
    director.simulation.run();
    expect([server.activeConnections, server.inactiveConnections, server.references]).toEqual([0, 0, 0]);
  });

  it('costs one event of the queue however many packets it sees', () => {
    const director = lab();
    director.inject('c1', datagram(CLIENT, 4000, VIP, 53));
    const pending = director.simulation.pending;
    for (let i = 0; i < 100; i++) {
      director.wait(0.5);
      director.inject('c1', datagram(CLIENT, 4000, VIP, 53));
    }
    expect(director.simulation.pending).toBe(pending);
  });
});
