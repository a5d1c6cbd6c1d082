import { describe, expect, it } from 'vitest';
import { chunk, Director, segment } from '../director.ts';
import { sequences } from '../fixtures.ts';

const VIP = '10.96.0.1';
const CLIENT = '198.51.100.1';
const SERVER = '10.244.1.1';
const METHOD: Readonly<Record<string, string>> = { masq: '-m', dr: '-g' };

describe('a connection walks through the states that the kernel recorded', () => {
  it.each(sequences.tcp_state_walks)('TCP, $name, secure_tcp $secure_tcp', (walk) => {
    const director = new Director({ virtual: [VIP] });
    director.sysctl('net.ipv4.vs.conn_reuse_mode', walk.conn_reuse_mode);
    director.sysctl('net.ipv4.vs.secure_tcp', walk.secure_tcp);
    director.ipvsadm(`-A -t ${VIP}:80 -s rr`);
    director.ipvsadm(`-a -t ${VIP}:80 -r ${SERVER}:8080 ${METHOD[walk.method]!}`);
    for (let conn = 0; conn < walk.conns; conn++) director.inject('c1', segment(CLIENT, 4000 + conn, VIP, 80, 'S'));
    const [server, port] = walk.method === 'masq' ? [SERVER, 8080] : [VIP, 80];
    for (const [at, [conn, direction, flags, state]] of walk.steps.entries()) {
      const client = 4000 + conn;
      if (direction === 'in') director.inject('c1', segment(CLIENT, client, VIP, 80, flags));
      else director.inject('s1', segment(server, port, CLIENT, client, flags));
      expect(director.state(CLIENT, client), `step ${at}: ${direction} ${flags}`).toBe(state);
    }
    const destination = [...director.ipvs.services][0]!.destinations[0]!;
    expect({ active: destination.activeConnections, inact: destination.inactiveConnections }).toEqual(walk.final);
  });

  it.each(sequences.sctp_state_walks)('SCTP, $name', (walk) => {
    const director = new Director({ virtual: [VIP] });
    director.sysctl('net.ipv4.vs.conn_reuse_mode', 0);
    director.ipvsadm(`-A --sctp-service ${VIP}:80 -s rr`);
    director.ipvsadm(`-a --sctp-service ${VIP}:80 -r ${SERVER}:8080 -m`);
    for (let conn = 0; conn < walk.conns; conn++) director.inject('c1', chunk(CLIENT, 4000 + conn, VIP, 80, 1));
    for (const [at, [conn, direction, type, state]] of walk.steps.entries()) {
      if (direction === 'in') director.inject('c1', chunk(CLIENT, 4000 + conn, VIP, 80, type));
      else director.inject('s1', chunk(SERVER, 8080, CLIENT, 4000 + conn, type));
      expect(director.state(CLIENT, 4000 + conn), `step ${at}: ${direction} chunk ${type}`).toBe(state);
    }
  });

  it('SCTP, an ABORT bundled behind a cookie', () => {
    const director = new Director({ virtual: [VIP] });
    director.ipvsadm(`-A --sctp-service ${VIP}:80 -s rr`);
    director.ipvsadm(`-a --sctp-service ${VIP}:80 -r ${SERVER}:8080 -m`);
    director.inject('c1', chunk(CLIENT, 4000, VIP, 80, 1));
    director.inject('s1', chunk(SERVER, 8080, CLIENT, 4000, 2));
    director.inject('c1', chunk(CLIENT, 4000, VIP, 80, 10, 6));
    expect(director.state(CLIENT, 4000)).toBe('CLOSED');
  });
});

describe('the first packet of a TCP client', () => {
  it.each(sequences.first_packet_tcp)('$flags with sloppy_tcp $sloppy_tcp makes $state', (first) => {
    const director = new Director({ virtual: [VIP] });
    director.sysctl('net.ipv4.vs.sloppy_tcp', first.sloppy_tcp);
    director.ipvsadm(`-A -t ${VIP}:80 -s rr`);
    director.ipvsadm(`-a -t ${VIP}:80 -r ${SERVER}:8080 -m`);
    director.inject('c1', segment(CLIENT, 4000, VIP, 80, first.flags));
    expect(director.state(CLIENT, 4000)).toBe(first.state ?? undefined);
    expect(director.ipvs.connections.table.count).toBe(first.entry_created ? 1 : 0);
  });
});
