import { describe, expect, it } from 'vitest';
import { Director, segment } from '../director.ts';

const VIP = '10.96.0.1';
const CLIENT = '198.51.100.1';
const SERVER = '10.244.1.1';

function lab(): Director {
  const made = new Director({ virtual: [VIP] });
  made.ipvsadm(`-A -t ${VIP}:80 -s rr`);
  made.ipvsadm(`-a -t ${VIP}:80 -r ${SERVER}:8080 -m`);
  made.inject('c1', segment(CLIENT, 4000, VIP, 80, 'S'));
  made.inject('c1', segment(CLIENT, 4000, VIP, 80, 'A'));
  return made;
}

const left = (director: Director, packet: Parameters<Director['inject']>[1], device = 'c1'): string =>
  director
    .inject(device, packet)
    .filter((event) => event.kind === 'transmit')
    .map((event) => event.device)
    .join();

describe('a server that is removed', () => {
  it('leaves requests unanswered, and its own answers still come from the virtual address', () => {
    const director = lab();
    director.ipvsadm(`-d -t ${VIP}:80 -r ${SERVER}:8080`);
    expect(left(director, segment(CLIENT, 4000, VIP, 80, 'A'))).toBe('');
    expect(left(director, segment(CLIENT, 4000, VIP, 80, 'S'))).toBe('');
    const [answer] = director
      .inject('s1', segment(SERVER, 8080, CLIENT, 4000, 'A'))
      .filter((event) => event.kind === 'transmit');
    expect(answer!.packet.ports!.sport).toBe(80);
  });

  it('comes back with its connections and counts when it is added again within two minutes', () => {
    const director = lab();
    director.ipvsadm(`-d -t ${VIP}:80 -r ${SERVER}:8080`);
    director.wait(100);
    director.ipvsadm(`-a -t ${VIP}:80 -r ${SERVER}:8080 -m`);
    const server = [...director.ipvs.services][0]!.destinations[0]!;
    expect(server.activeConnections).toBe(1);
    expect(left(director, segment(CLIENT, 4000, VIP, 80, 'A'))).toBe('s1');
  });

  it('comes back even with a new service of the same address', () => {
    const director = lab();
    director.ipvsadm('-C');
    expect(director.host.hooks.all()).toHaveLength(0);
    director.ipvsadm(`-A -t ${VIP}:80 -s wlc`);
    director.ipvsadm(`-a -t ${VIP}:80 -r ${SERVER}:8080 -m`);
    expect([...director.ipvs.services][0]!.destinations[0]!.activeConnections).toBe(1);
    expect(left(director, segment(CLIENT, 4000, VIP, 80, 'A'))).toBe('s1');
  });

  it('is forgotten some time after its last connection', () => {
    const director = lab();
    director.ipvsadm(`-d -t ${VIP}:80 -r ${SERVER}:8080`);
    director.simulation.run();
    director.ipvsadm(`-a -t ${VIP}:80 -r ${SERVER}:8080 -m`);
    director.wait(2.1);
    expect([...director.ipvs.services][0]!.destinations[0]!.stats.shown().conns).toBe(0);
  });

  it('takes its connections along with expire_nodest_conn', () => {
    const director = lab();
    director.sysctl('net.ipv4.vs.expire_nodest_conn', 1);
    director.ipvsadm(`-d -t ${VIP}:80 -r ${SERVER}:8080`);
    expect(director.ipvs.connections.table.count).toBe(1);
    director.wait(0.03);
    expect(director.ipvs.connections.table.count).toBe(0);
  });
});

describe('the hook functions', () => {
  it('are there only while a service is, at the kernel’s priorities', () => {
    const director = new Director();
    const shape = (): string[] => director.host.hooks.all().map((ops) => `${ops.hook} ${ops.priority} ${ops.name}`);
    expect(shape()).toEqual([]);
    director.ipvsadm(`-A -t ${VIP}:80`);
    director.ipvsadm(`-A -t ${VIP}:81`);
    expect(shape()).toEqual([
      '1 98 ip_vs_out_hook',
      '1 99 ip_vs_in_hook',
      '2 99 ip_vs_forward_icmp',
      '2 100 ip_vs_out_hook',
      '3 -99 ip_vs_out_hook',
      '3 -98 ip_vs_in_hook',
    ]);
    director.ipvsadm(`-D -t ${VIP}:80`);
    expect(shape()).toHaveLength(6);
    director.ipvsadm(`-D -t ${VIP}:81`);
    expect(shape()).toEqual([]);
  });
});

describe('the configuration', () => {
  it('is a value: untouched services are the same objects after a change', () => {
    const director = new Director();
    director.ipvsadm(`-A -t ${VIP}:80 -s rr`);
    director.ipvsadm(`-A -t ${VIP}:81 -s rr`);
    const before = director.ipvs.config;
    expect(director.ipvs.config).toBe(before);
    director.ipvsadm(`-a -t ${VIP}:81 -r ${SERVER}:80 -m`);
    const after = director.ipvs.config;
    expect(after.services[0]).toBe(before.services[0]);
    expect(after.services[1]).not.toBe(before.services[1]);
    expect(before.services[1]!.destinations).toHaveLength(0);
  });

  it('can be put back, and what stays keeps its connections', () => {
    const director = lab();
    const before = director.ipvs.config;
    director.ipvsadm(`-A -t ${VIP}:90 -s wlc`);
    director.ipvsadm(`-E -t ${VIP}:80 -s wlc -p 60`);
    director.ipvsadm(`-a -t ${VIP}:80 -r 10.244.1.2:8080 -m`);
    director.ipvsadm(`-e -t ${VIP}:80 -r ${SERVER}:8080 -m -w 7`);
    director.ipvs.replaceConfig(before);
    expect(director.ipvs.config).toEqual(before);
    expect([...director.ipvs.services][0]!.destinations[0]!.activeConnections).toBe(1);
  });
});

describe('what is not modelled', () => {
  it('is refused with a word about it', () => {
    const director = new Director();
    for (const line of [
      '-A -f 5 -6 -s rr',
      '-A -t [fd00::1]:80',
      '--start-daemon master',
      `-A -t ${VIP}:80 --pe sip`,
    ]) {
      expect(() => director.ipvsadm(line)).toThrow();
    }
  });
});
