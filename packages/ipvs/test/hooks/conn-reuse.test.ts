import { formatAddress } from '@chainwalk/core';
import { describe, expect, it } from 'vitest';
import { Director, segment } from '../director.ts';
import { sequences } from '../fixtures.ts';

const VIP = '10.96.0.1';
const CLIENT = '198.51.100.1';
const PORT = 4000;

/** Packets after the first SYN that lead to a state: direction and flags. */
const WAYS: Readonly<Record<string, Readonly<Record<string, readonly (readonly ['in' | 'out', string])[]>>>> = {
  masq: {
    ESTABLISHED: [['in', 'A']],
    FIN_WAIT: [
      ['in', 'A'],
      ['out', 'FA'],
    ],
    CLOSE_WAIT: [
      ['in', 'A'],
      ['in', 'FA'],
    ],
    TIME_WAIT: [
      ['in', 'A'],
      ['in', 'FA'],
      ['out', 'FA'],
    ],
    CLOSE: [
      ['in', 'A'],
      ['out', 'R'],
    ],
  },
  dr: {
    ESTABLISHED: [['in', 'A']],
    FIN_WAIT: [
      ['in', 'A'],
      ['in', 'FA'],
    ],
    CLOSE: [
      ['in', 'A'],
      ['in', 'R'],
    ],
  },
};

/** A director with three servers in turn, and one connection to the first in line that has reached a state. */
function established(method: string, state: string, mode: number): Director {
  const lab = new Director({ virtual: [VIP] });
  lab.sysctl('net.ipv4.vs.conn_reuse_mode', mode);
  lab.ipvsadm(`-A -t ${VIP}:80 -s rr`);
  for (const server of [1, 2, 3]) {
    lab.ipvsadm(`-a -t ${VIP}:80 -r 10.244.1.${server}:80 ${method === 'masq' ? '-m' : '-g'}`);
  }
  lab.inject('c1', segment(CLIENT, PORT, VIP, 80, 'S'));
  for (const [direction, flags] of WAYS[method]![state]!) {
    if (direction === 'in') lab.inject('c1', segment(CLIENT, PORT, VIP, 80, flags));
    else lab.inject('s1', segment('10.244.1.3', 80, CLIENT, PORT, flags));
  }
  expect(lab.state(CLIENT, PORT)).toBe(state);
  return lab;
}

describe('a SYN on the port of an old connection', () => {
  it.each(sequences.conn_reuse)('$method, mode $conn_reuse_mode, $state_before: goes to $syn_goes_to', (row) => {
    const lab = established(row.method, row.state_before, row.conn_reuse_mode);
    const first = lab.connection(CLIENT, PORT)!;
    expect(formatAddress(first.serverAddress)).toBe(row.old_rs);
    lab.inject('c1', segment(CLIENT, PORT, VIP, 80, 'S'));
    const entry = lab.connection(CLIENT, PORT)!;
    expect(formatAddress(entry.serverAddress)).toBe(row.syn_goes_to);
    expect(lab.state(CLIENT, PORT)).toBe(row.state_after);
    expect(entry !== first).toBe(row.rescheduled);
    // The old entry is gone with the next tick.
    lab.wait(0.02);
    expect(lab.ipvs.connections.table.count).toBe(1);
  });

  it('moves away from a server of weight 0 with expire_nodest_conn, whatever the state', () => {
    const lab = established('masq', 'ESTABLISHED', 1);
    lab.sysctl('net.ipv4.vs.expire_nodest_conn', 1);
    lab.ipvsadm(`-e -t ${VIP}:80 -r 10.244.1.3:80 -m -w 0`);
    lab.inject('c1', segment(CLIENT, PORT, VIP, 80, 'S'));
    expect(formatAddress(lab.connection(CLIENT, PORT)!.serverAddress)).toBe('10.244.1.2');
  });

  it('stays with a persistent service', () => {
    const lab = new Director({ virtual: [VIP] });
    lab.ipvsadm(`-A -t ${VIP}:80 -s rr -p 60`);
    for (const server of [1, 2, 3]) lab.ipvsadm(`-a -t ${VIP}:80 -r 10.244.1.${server}:80 -m`);
    for (const flags of ['S', 'A', 'R']) lab.inject('c1', segment(CLIENT, PORT, VIP, 80, flags));
    expect(lab.state(CLIENT, PORT)).toBe('CLOSE');
    const first = lab.connection(CLIENT, PORT);
    lab.inject('c1', segment(CLIENT, PORT, VIP, 80, 'S'));
    expect(lab.connection(CLIENT, PORT)).toBe(first);
  });
});
