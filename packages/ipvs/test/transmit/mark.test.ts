import { ACCEPT, Hook, type IpvsMark, Priority } from '@chainwalk/core';
import { describe, expect, it } from 'vitest';
import { Director, ip, segment } from '../director.ts';

const VIP = '10.96.0.1';
const CLIENT = '198.51.100.1';

/** What a rule with `-m ipvs` sees in POSTROUTING. */
function marks(director: Director): (IpvsMark | undefined)[] {
  const seen: (IpvsMark | undefined)[] = [];
  director.host.hooks.register({
    family: 'ipv4',
    hook: Hook.POSTROUTING,
    priority: Priority.MANGLE,
    name: 'probe',
    fn: (packet) => {
      seen.push(packet.ipvs);
      return ACCEPT;
    },
  });
  return seen;
}

describe('the mark on a packet', () => {
  it('names the connection of a request, whatever the method, and none of an answer', () => {
    const director = new Director({ virtual: [VIP, '10.96.0.2'] });
    director.ipvsadm(`-A -t ${VIP}:80 -s rr`);
    director.ipvsadm(`-a -t ${VIP}:80 -r 10.244.1.1:8080 -m`);
    director.ipvsadm('-A -t 10.96.0.2:80 -s rr');
    director.ipvsadm('-a -t 10.96.0.2:80 -r 10.244.1.1 -g');
    const seen = marks(director);
    director.inject('c1', segment(CLIENT, 4000, VIP, 80, 'S'));
    director.inject('c1', segment(CLIENT, 4001, '10.96.0.2', 80, 'S'));
    director.inject('s1', segment('10.244.1.1', 8080, CLIENT, 4000, 'SA'));
    expect(seen.map((mark) => mark?.connection)).toEqual([
      { protocol: 6, virtualAddress: ip(VIP), virtualPort: 80, controlPort: undefined, method: 'masq' },
      { protocol: 6, virtualAddress: ip('10.96.0.2'), virtualPort: 80, controlPort: undefined, method: 'route' },
      undefined,
    ]);
  });

  it('tells the port of the template, which is 0 for a service on all ports', () => {
    const director = new Director({ virtual: [VIP] });
    director.ipvsadm(`-A -t ${VIP}:0 -s rr -p`);
    director.ipvsadm(`-a -t ${VIP}:0 -r 10.244.1.1 -m`);
    const seen = marks(director);
    director.inject('c1', segment(CLIENT, 4000, VIP, 443, 'S'));
    expect(seen[0]?.connection).toMatchObject({ virtualPort: 443, controlPort: 0 });
  });

  it('names nothing in a tunnel, where the outer packet is of no protocol that IPVS knows', () => {
    const director = new Director({ virtual: [VIP] });
    director.ipvsadm(`-A -t ${VIP}:80 -s rr`);
    director.ipvsadm(`-a -t ${VIP}:80 -r 10.244.1.1 -i`);
    const seen = marks(director);
    director.inject('c1', segment(CLIENT, 4000, VIP, 80, 'S'));
    expect(seen).toHaveLength(1);
    expect(seen[0]).toBeDefined();
    expect(seen[0]?.connection).toBeUndefined();
  });

  it('costs a look-up only if somebody asks', () => {
    const director = new Director({ virtual: [VIP] });
    director.ipvsadm(`-A -t ${VIP}:80 -s rr`);
    director.ipvsadm(`-a -t ${VIP}:80 -r 10.244.1.1:8080 -m`);
    const seen = marks(director);
    director.inject('c1', segment(CLIENT, 4000, VIP, 80, 'S'));
    const before = director.host.meter.ipvsConnectionLookups;
    expect(seen[0]?.connection).toBeDefined();
    expect(director.host.meter.ipvsConnectionLookups).toBe(before + 1);
  });
});
