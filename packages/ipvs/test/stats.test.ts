import { describe, expect, it } from 'vitest';
import { Director, datagram } from './director.ts';
import { sequences } from './fixtures.ts';

const VIP = '10.96.0.1';
const CLIENT = '198.51.100.1';

function busy(): Director {
  const lab = new Director({ virtual: [VIP] });
  lab.ipvsadm(`-A -u ${VIP}:53 -s rr`);
  lab.ipvsadm(`-a -u ${VIP}:53 -r 10.244.1.1:5353 -m`);
  return lab;
}

describe('the estimator', () => {
  it('smooths rates as the kernel does', () => {
    const lab = busy();
    const service = [...lab.ipvs.services][0]!;
    // Past the first look, so that all datagrams fall between two.
    lab.wait(2.1);
    for (let i = 0; i < 50; i++) lab.inject('c1', datagram(CLIENT, 4000, VIP, 53, 72));
    const { conns_or_pkts_per_s, bytes_per_s } = sequences.estimator;
    for (const [look, packets] of conns_or_pkts_per_s.entries()) {
      lab.wait(2.08);
      const { inpkts, inbytes } = service.stats.rates();
      expect([inpkts, inbytes], `look ${look}`).toEqual([packets, bytes_per_s[look]]);
    }
  });

  it('shows counts two seconds late, and -Z zeroes only what was shown', () => {
    const lab = busy();
    const service = [...lab.ipvs.services][0]!;
    lab.inject('c1', datagram(CLIENT, 4000, VIP, 53));
    expect(service.stats.shown().inpkts).toBe(0);
    lab.wait(2.1);
    expect(service.stats.shown()).toEqual({ conns: 1, inpkts: 1, outpkts: 0, inbytes: 30, outbytes: 0 });
    lab.inject('c1', datagram(CLIENT, 4000, VIP, 53));
    lab.ipvsadm('-Z');
    expect(service.stats.shown().inpkts).toBe(0);
    lab.wait(2.1);
    expect(service.stats.shown().inpkts).toBe(1);
    expect(lab.ipvs.total.shown().inpkts).toBe(1);
  });

  it('stands still with run_estimation off', () => {
    const lab = busy();
    const service = [...lab.ipvs.services][0]!;
    lab.sysctl('net.ipv4.vs.run_estimation', 0);
    lab.inject('c1', datagram(CLIENT, 4000, VIP, 53));
    lab.wait(10);
    expect(service.stats.shown().inpkts).toBe(0);
    lab.sysctl('net.ipv4.vs.run_estimation', 1);
    lab.wait(2.1);
    expect(service.stats.shown().inpkts).toBe(1);
  });
});
