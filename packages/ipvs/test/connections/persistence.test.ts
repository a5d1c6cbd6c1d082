import { formatAddress } from '@chainwalk/core';
import { describe, expect, it } from 'vitest';
import { runIpvsadm } from '../../src/index.ts';
import { Director, datagram, segment } from '../director.ts';

const VIP = '10.96.0.1';

/** A persistent TCP service with three servers in turn. */
function sticky(options: string, service = `-t ${VIP}:80`): Director {
  const lab = new Director({ virtual: [VIP, '10.97.0.1'] });
  lab.ipvsadm(`-A ${service} -s rr ${options}`);
  for (const server of [1, 2, 3])
    lab.ipvsadm(`-a ${service} -r 10.244.1.${server}${service.startsWith('-f') ? '' : ':8080'} -m`);
  return lab;
}

function serverOf(lab: Director, client: string, port: number): string {
  return formatAddress(lab.connection(client, port)!.serverAddress);
}

function listed(lab: Director): readonly string[] {
  return runIpvsadm(lab.ipvs, ['-Lnc']).stdout.trimEnd().split('\n').slice(2).sort();
}

/** The line of the only template that is assured. */
function template(lab: Director): string | undefined {
  return listed(lab).find((line) => line.includes('ASSURED'));
}

describe('a persistent service', () => {
  it('keeps a client with its server, and everybody of a network with -M', () => {
    const lab = sticky('-p 60 -M 255.255.255.0');
    for (const [index, client] of ['198.51.100.1', '198.51.100.2', '203.0.113.9'].entries()) {
      lab.inject('c1', segment(client, 4000 + index, VIP, 80, 'S'));
    }
    expect(serverOf(lab, '198.51.100.1', 4000)).toBe('10.244.1.3');
    expect(serverOf(lab, '198.51.100.2', 4001)).toBe('10.244.1.3');
    expect(serverOf(lab, '203.0.113.9', 4002)).toBe('10.244.1.2');
    expect(listed(lab)).toEqual([
      'TCP 01:00  NONE        198.51.100.0:0     10.96.0.1:80       10.244.1.3:8080',
      'TCP 01:00  NONE        203.0.113.0:0      10.96.0.1:80       10.244.1.2:8080',
      'TCP 01:00  SYN_RECV    198.51.100.1:4000  10.96.0.1:80       10.244.1.3:8080',
      'TCP 01:00  SYN_RECV    198.51.100.2:4001  10.96.0.1:80       10.244.1.3:8080',
      'TCP 01:00  SYN_RECV    203.0.113.9:4002   10.96.0.1:80       10.244.1.2:8080',
    ]);
  });

  it('shows a template as ASSURED once a connection of it was established', () => {
    const lab = sticky('-p 60');
    lab.inject('c1', segment('198.51.100.1', 4000, VIP, 80, 'S'));
    lab.inject('c1', segment('198.51.100.1', 4000, VIP, 80, 'A'));
    expect(listed(lab)[0]).toContain('ASSURED');
  });

  it('starts the template’s timer with each connection, not with data, and retries every minute while one lives', () => {
    const lab = sticky('-p 10');
    lab.inject('c1', segment('198.51.100.1', 4000, VIP, 80, 'S'));
    lab.wait(5);
    lab.inject('c1', segment('198.51.100.1', 4000, VIP, 80, 'A'));
    expect(template(lab)).toMatch(/^TCP 00:05 {2}ASSURED/);
    lab.inject('c1', segment('198.51.100.1', 4001, VIP, 80, 'S'));
    expect(template(lab)).toMatch(/^TCP 00:10 {2}ASSURED/);
    lab.wait(11);
    // From now on its timeout is a minute, also for those who come new.
    expect(template(lab)).toMatch(/^TCP 00:59 {2}ASSURED/);
    lab.inject('c1', segment('198.51.100.1', 4002, VIP, 80, 'S'));
    expect(template(lab)).toMatch(/^TCP 01:00 {2}ASSURED/);
  });

  it('on port 0 keeps one template for all ports of a protocol', () => {
    const lab = sticky('-p 60', `-t ${VIP}:0`);
    for (const [index, port] of [80, 443, 22].entries())
      lab.inject('c1', segment('198.51.100.1', 4000 + index, VIP, port, 'S'));
    expect(lab.ipvs.connections.table.count).toBe(4);
    expect(new Set([4000, 4001, 4002].map((port) => serverOf(lab, '198.51.100.1', port))).size).toBe(1);
    expect(listed(lab).filter((line) => line.includes(':0 '))).toHaveLength(1);
  });

  it('by mark keeps one template for all protocols, addresses and ports, under the mark', () => {
    const lab = sticky('-p 60', '-f 7');
    const packets = [
      segment('198.51.100.1', 4000, VIP, 80, 'S'),
      segment('198.51.100.1', 4001, '10.97.0.1', 443, 'S'),
      datagram('198.51.100.1', 4002, VIP, 53),
    ];
    for (const packet of packets) {
      packet.mark = 7;
      lab.inject('c1', packet);
    }
    expect(listed(lab)).toContain('IP  01:00  NONE        198.51.100.1:0     0.0.0.7:0          10.244.1.3:0');
    expect(lab.ipvs.connections.table.count).toBe(4);
    // A server without a port of its own gets the client's.
    expect(lab.connection('198.51.100.1', 4001)!.serverPort).toBe(443);
  });

  it('goes on to a server of weight 0, unless expire_quiescent_template retires the template', () => {
    const lab = sticky('-p 60');
    lab.inject('c1', segment('198.51.100.1', 4000, VIP, 80, 'S'));
    lab.ipvsadm(`-e -t ${VIP}:80 -r 10.244.1.3:8080 -m -w 0`);
    lab.inject('c1', segment('198.51.100.1', 4001, VIP, 80, 'S'));
    expect(serverOf(lab, '198.51.100.1', 4001)).toBe('10.244.1.3');
    lab.sysctl('net.ipv4.vs.expire_quiescent_template', 1);
    lab.inject('c1', segment('198.51.100.1', 4002, VIP, 80, 'S'));
    expect(serverOf(lab, '198.51.100.1', 4002)).toBe('10.244.1.2');
    expect(listed(lab).filter((line) => line.includes('10.96.0.1:65535'))).toHaveLength(1);
  });

  it('counts templates apart, and keeps their server over its threshold', () => {
    const lab = sticky('-p 60');
    lab.ipvsadm(`-e -t ${VIP}:80 -r 10.244.1.3:8080 -m -x 1`);
    for (const port of [4000, 4001]) lab.inject('c1', segment('198.51.100.1', port, VIP, 80, 'S'));
    const server = [...lab.ipvs.services][0]!.find(lab.connection('198.51.100.1', 4000)!.serverAddress, 8080)!;
    expect([server.totalConnections, server.persistentConnections, server.overloaded]).toEqual([2, 1, true]);
  });
});

describe('one-packet scheduling', () => {
  it('keeps nothing in the table, counts each datagram as a connection, and leaves answers alone', () => {
    const lab = new Director({ virtual: [VIP] });
    lab.ipvsadm(`-A -u ${VIP}:53 -s rr -o`);
    for (const server of [1, 2]) lab.ipvsadm(`-a -u ${VIP}:53 -r 10.244.1.${server}:53 -m`);
    const chosen = [1, 2, 3].map(() => {
      const sent = lab
        .inject('c1', datagram('198.51.100.1', 4000, VIP, 53))
        .find((event) => event.kind === 'transmit')!;
      return formatAddress(sent.packet.dst);
    });
    expect(chosen).toEqual(['10.244.1.2', '10.244.1.1', '10.244.1.2']);
    expect(lab.ipvs.connections.table.count).toBe(0);
    const [answer] = lab
      .inject('s1', datagram('10.244.1.2', 53, '198.51.100.1', 4000))
      .filter((event) => event.kind === 'transmit');
    expect(formatAddress(answer!.packet.src)).toBe('10.244.1.2');
    lab.wait(2.1);
    const service = [...lab.ipvs.services][0]!;
    expect(service.stats.shown().conns).toBe(3);
    expect(service.destinations.map((entry) => entry.totalConnections)).toEqual([0, 0]);
  });
});
