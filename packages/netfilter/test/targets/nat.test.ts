import { describe, expect, it } from 'vitest';
import { echo, router, tcp, udp } from './stories.ts';

const nat = (...rules: readonly string[]): string => `*nat\n${rules.map((rule) => `-A ${rule}\n`).join('')}COMMIT\n`;

describe('SNAT', () => {
  it('changes the source, and the destination of answers back', () => {
    const { arrive, packetsOf } = router(nat('POSTROUTING -o eth1 -j SNAT --to-source 10.0.2.77'));
    expect(arrive(udp('10.0.1.9:1000', '10.0.2.9:53'))).toEqual([
      'eth1 < udp 10.0.2.77:1000 > 10.0.2.9:53 ttl 63 len 28',
    ]);
    expect(arrive(udp('10.0.2.9:53', '10.0.2.77:1000'), 'eth1')).toEqual([
      'eth0 < udp 10.0.2.9:53 > 10.0.1.9:1000 ttl 63 len 28',
    ]);
    arrive(udp('10.0.1.9:1000', '10.0.2.9:53'));
    // The nat table is asked about the first packet only.
    expect(packetsOf('nat', 'POSTROUTING')).toEqual([1]);
  });

  it('to one port leaves the second connection to the same end without a tuple', () => {
    const { arrive } = router(nat('POSTROUTING -p udp -j SNAT --to-source 10.0.2.77:4000'));
    expect(arrive(udp('10.0.1.9:1000', '10.0.2.9:53'))[0]).toContain('10.0.2.77:4000');
    expect(arrive(udp('10.0.1.9:1001', '10.0.2.8:53'))[0]).toContain('10.0.2.77:4000');
    expect(arrive(udp('10.0.1.9:1002', '10.0.2.9:53'))).toEqual(['conntrack-clash']);
  });

  it('with a range of addresses keeps a pair of ends together', () => {
    const { arrive } = router(nat('POSTROUTING -j SNAT --to-source 10.0.2.70-10.0.2.79'));
    const sources = [1, 2, 3, 4].map(
      (port) => / (10\.0\.2\.7\d):/.exec(arrive(udp(`10.0.1.9:${port}`, '10.0.2.9:53'))[0]!)?.[1],
    );
    expect(new Set(sources).size).toBe(1);
  });

  it('in INPUT changes what the socket sees', () => {
    const { arrive } = router(nat('INPUT -j SNAT --to-source 10.0.1.200'));
    expect(arrive(echo('10.0.1.9', '10.0.1.1'))[0]).toContain('icmp 10.0.1.200 > 10.0.1.1');
  });
});

describe('DNAT', () => {
  it('changes address and port, and answers come from the old ones', () => {
    const { arrive } = router(nat('PREROUTING -p tcp --dport 80 -j DNAT --to-destination 10.0.2.9:8080'));
    expect(arrive(tcp('10.0.1.9:1000', '10.0.1.1:80'))).toEqual([
      'eth1 < tcp 10.0.1.9:1000 > 10.0.2.9:8080 S ttl 63 len 40',
    ]);
    expect(arrive(tcp('10.0.2.9:8080', '10.0.1.9:1000', { flags: 'SA', ack: 101 }), 'eth1')).toEqual([
      'eth0 < tcp 10.0.1.1:80 > 10.0.1.9:1000 SA ttl 63 len 40',
    ]);
  });

  it('with a port alone keeps the address', () => {
    const { arrive } = router(nat('PREROUTING -p udp -j DNAT --to-destination :5353'));
    expect(arrive(udp('10.0.1.9:1000', '10.0.2.9:53'))).toEqual([
      'eth1 < udp 10.0.1.9:1000 > 10.0.2.9:5353 ttl 63 len 28',
    ]);
  });

  it('with a base shifts ports one to one', () => {
    const { arrive } = router(nat('PREROUTING -p udp -j DNAT --to-destination 10.0.2.9:5000-5009/80'));
    for (const [port, mapped] of [
      [80, 5000],
      [83, 5003],
      [89, 5009],
    ]) {
      expect(arrive(udp(`10.0.1.9:${port}`, `10.0.1.1:${port}`))[0]).toContain(`> 10.0.2.9:${mapped} `);
    }
  });

  it('with a range of ports keeps a port that lies in it and draws one otherwise', () => {
    const { arrive } = router(nat('PREROUTING -p udp -j DNAT --to-destination 10.0.2.9:5000-5009'));
    expect(arrive(udp('10.0.1.9:1000', '10.0.1.1:5004'))[0]).toContain('> 10.0.2.9:5004 ');
    expect(arrive(udp('10.0.1.9:1001', '10.0.1.1:80'))[0]).toMatch(/> 10\.0\.2\.9:500\d /);
  });

  it('of a local sender routes the packet anew', () => {
    const { send } = router(nat('OUTPUT -p udp -j DNAT --to-destination 10.0.2.9'));
    expect(send(udp('10.0.1.1:1000', '10.0.1.9:53'))).toEqual(['eth1 < udp 10.0.1.1:1000 > 10.0.2.9:53 ttl 64 len 28']);
  });
});

describe('MASQUERADE', () => {
  it('takes the address of the device that the packet leaves by', () => {
    const { arrive } = router(nat('POSTROUTING -o eth1 -j MASQUERADE'));
    expect(arrive(udp('10.0.1.9:1000', '10.0.2.9:53'))).toEqual([
      'eth1 < udp 10.0.2.1:1000 > 10.0.2.9:53 ttl 63 len 28',
    ]);
  });

  it('maps to the ports that it is given', () => {
    const { arrive } = router(nat('POSTROUTING -p udp -j MASQUERADE --to-ports 6000'));
    expect(arrive(udp('10.0.1.9:1000', '10.0.2.9:53'))[0]).toContain('10.0.2.1:6000 >');
  });
});

describe('REDIRECT', () => {
  it('goes to the address of the device that the packet came in on', () => {
    const { arrive } = router(nat('PREROUTING -p udp -j REDIRECT --to-ports 8080'));
    expect(arrive(udp('10.0.1.9:1000', '10.0.2.9:53'))[0]).toBe(
      'eth0: udp 10.0.1.9:1000 > 10.0.1.1:8080 ttl 64 len 28',
    );
  });

  it('goes to 127.0.0.1 for local senders', () => {
    const { send } = router(nat('OUTPUT -p udp -j REDIRECT'));
    expect(send(udp('10.0.1.1:1000', '10.0.2.9:53'))[0]).toBe('lo: udp 10.0.1.1:1000 > 127.0.0.1:53 ttl 64 len 28');
  });

  it('drops what came in on a device without an address', () => {
    const { arrive, host } = router(nat('PREROUTING -j REDIRECT'));
    host.configure((config) => {
      config.interfaces.find(({ name }) => name === 'eth0')!.addresses = [];
    });
    expect(arrive(udp('10.0.1.9:1000', '10.0.2.9:53'))).toEqual(['nat-no-address']);
  });
});

describe('NETMAP', () => {
  it('maps hosts of a network one to one, destinations on the way in and sources on the way out', () => {
    const { arrive } = router(
      nat(
        'PREROUTING -d 10.9.0.0/24 -j NETMAP --to 10.0.2.0/24',
        'POSTROUTING -s 10.0.1.0/24 -j NETMAP --to 10.8.0.0/16',
      ),
    );
    expect(arrive(udp('10.0.1.9:1000', '10.9.0.77:53'))).toEqual([
      'eth1 < udp 10.8.1.9:1000 > 10.0.2.77:53 ttl 63 len 28',
    ]);
  });
});
