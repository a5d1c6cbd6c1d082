import { describe, expect, it } from 'vitest';
import { Director, segment } from './director.ts';
import { sequences } from './fixtures.ts';

const VIP = '10.96.0.1';
const CLIENT = '198.51.100.1';

function director(): Director {
  const made = new Director({ virtual: [VIP] });
  made.ipvsadm(`-A -t ${VIP}:80 -s rr`);
  made.ipvsadm(`-a -t ${VIP}:80 -r 10.244.1.1:8080 -m`);
  return made;
}

describe('the defence against floods', () => {
  it('drop_packet drops the new connections that the kernel dropped, and nothing of old ones', () => {
    const { drop_packet, am_droprate, new_connection_syns } = sequences.drop_packet;
    const lab = director();
    lab.sysctl('net.ipv4.vs.am_droprate', am_droprate);
    lab.sysctl('net.ipv4.vs.drop_packet', drop_packet);
    let fates = '';
    for (let port = 4000; fates.length < new_connection_syns.length; port++) {
      const sent = lab.inject('c1', segment(CLIENT, port, VIP, 80, 'S')).some((event) => event.kind === 'transmit');
      fates += sent ? '.' : 'D';
      if (sent)
        expect(lab.inject('c1', segment(CLIENT, port, VIP, 80, 'A')).some((event) => event.kind === 'transmit')).toBe(
          true,
        );
    }
    expect(fates).toBe(new_connection_syns);
  });

  it('drop_entry thins out half-open connections and leaves fresh established ones', () => {
    const lab = director();
    for (let port = 4000; port < 4300; port++) lab.inject('c1', segment(CLIENT, port, VIP, 80, 'S'));
    for (let port = 4000; port < 4050; port++) lab.inject('c1', segment(CLIENT, port, VIP, 80, 'A'));
    lab.sysctl('net.ipv4.vs.drop_entry', 3);
    lab.wait(24);
    const left = [...lab.ipvs.connections.table.entries()];
    // A bucket survives 24 rounds of 128 draws out of 4096 with probability 0.47.
    const halfOpen = left.filter((entry) => entry.state === 3).length;
    expect(halfOpen).toBeGreaterThan(80);
    expect(halfOpen).toBeLessThan(160);
    expect(left.length - halfOpen).toBe(50);
    const server = [...lab.ipvs.services][0]!.destinations[0]!;
    expect(server.activeConnections).toBe(left.length);
  });

  it('modes that wait for memory to run short do nothing, and mode 2 reads back as 1', () => {
    const lab = director();
    lab.sysctl('net.ipv4.vs.drop_packet', 2);
    expect(lab.host.sysctl.read('net.ipv4.vs.drop_packet')).toBe(1);
    lab.inject('c1', segment(CLIENT, 4000, VIP, 80, 'S'));
    expect(lab.state(CLIENT, 4000)).toBe('SYN_RECV');
    expect(lab.host.sysctl.write('net.ipv4.vs.secure_tcp', 4)).toBe('invalid');
  });

  it('comes to an end when nothing is left to drop', () => {
    const lab = director();
    lab.sysctl('net.ipv4.vs.drop_entry', 3);
    lab.inject('c1', segment(CLIENT, 4000, VIP, 80, 'S'));
    lab.simulation.run();
    expect(lab.ipvs.connections.table.count).toBe(0);
  });
});
