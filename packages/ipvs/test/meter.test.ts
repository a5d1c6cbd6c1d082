import { describe, expect, it } from 'vitest';
import { Director, segment } from './director.ts';

const VIP = '10.96.0.1';
const CLIENT = '198.51.100.1';

/** What one packet cost. */
function cost(lab: Director, device: string, packet: ReturnType<typeof segment>): Record<string, number> {
  const before = lab.host.meter.snapshot();
  lab.inject(device, packet);
  const spent = lab.host.meter.since(before);
  return Object.fromEntries(Object.entries(spent).filter(([name, count]) => name.startsWith('ipvs') && count !== 0));
}

function lab(options = ''): Director {
  const made = new Director({ virtual: [VIP] });
  made.ipvsadm(`-A -t ${VIP}:80 -s rr ${options}`);
  made.ipvsadm(`-a -t ${VIP}:80 -r 10.244.1.1:8080 -m`);
  return made;
}

describe('the meter', () => {
  it('counts the look-ups that the kernel does for each kind of packet', () => {
    const director = lab();
    // Out-look-up and in-look-up miss, one service, one connection.
    expect(cost(director, 'c1', segment(CLIENT, 4000, VIP, 80, 'S'))).toEqual({
      ipvsConnectionLookups: 2,
      ipvsServiceLookups: 1,
      ipvsServiceProbes: 1,
      ipvsDestinations: 1,
      ipvsInserts: 1,
    });
    expect(cost(director, 'c1', segment(CLIENT, 4000, VIP, 80, 'A'))).toMatchObject({ ipvsConnectionLookups: 2 });
    // An answer: one look-up, and that is a hit.
    expect(cost(director, 's1', segment('10.244.1.1', 8080, CLIENT, 4000, 'A'))).toEqual({
      ipvsConnectionLookups: 1,
      ipvsConnectionProbes: 1,
    });
    // A stranger on its way through pays one miss.
    expect(cost(director, 's1', segment('10.244.1.9', 22, '203.0.113.1', 5000, 'A'))).toEqual({
      ipvsConnectionLookups: 1,
    });
    // An ACK without an entry costs no look-up of a service.
    expect(cost(director, 'c1', segment(CLIENT, 4001, VIP, 80, 'A'))['ipvsServiceLookups']).toBeUndefined();
  });

  it('counts the template of a persistent service, and both entries', () => {
    expect(cost(lab('-p 60'), 'c1', segment(CLIENT, 4000, VIP, 80, 'S'))).toMatchObject({
      ipvsTemplateLookups: 1,
      ipvsInserts: 2,
    });
  });

  it('asks for port 0 only while a service has it', () => {
    const director = lab();
    expect(cost(director, 'c1', segment(CLIENT, 4000, VIP, 81, 'S'))['ipvsServiceLookups']).toBe(1);
    director.ipvsadm(`-A -t ${VIP}:0 -s rr -p`);
    expect(cost(director, 'c1', segment(CLIENT, 4001, VIP, 81, 'S'))['ipvsServiceLookups']).toBe(2);
  });

  it('shows that the table of services has 256 buckets and never grows', () => {
    const director = lab();
    const probes = (): number => cost(director, 'c1', segment(CLIENT, ++port, VIP, 80, 'S'))['ipvsServiceProbes']!;
    let port = 4000;
    expect(probes()).toBe(1);
    // Ports of one address spread over the buckets; every 257th or so is in the way.
    for (let other = 1024; other < 1024 + 2560; other++) director.ipvsadm(`-A -t ${VIP}:${other} -s rr`);
    expect(probes()).toBe(11);
  });

  it('tells that who has many connections from one port shares a bucket', () => {
    const director = new Director({ virtual: [VIP, '10.96.0.2', '10.96.0.3'] });
    for (const vip of [VIP, '10.96.0.2', '10.96.0.3']) {
      director.ipvsadm(`-A -t ${vip}:80 -s rr`);
      director.ipvsadm(`-a -t ${vip}:80 -r 10.244.1.1:8080 -m`);
      director.inject('c1', segment(CLIENT, 4000, vip, 80, 'S'));
    }
    // The oldest of three entries in one bucket.
    expect(cost(director, 'c1', segment(CLIENT, 4000, VIP, 80, 'A'))['ipvsConnectionProbes']).toBe(3);
    // Several virtual addresses lead to the same server and port: an answer is taken for the newest.
    const [answer] = director
      .inject('s1', segment('10.244.1.1', 8080, CLIENT, 4000, 'A'))
      .filter((event) => event.kind === 'transmit');
    expect(answer!.packet.src).toBe(director.ipvs.config.services[2]!.address);
  });
});
