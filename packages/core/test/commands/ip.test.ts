import { describe, expect, it } from 'vitest';
import { formatAddress } from '../../src/address/address.ts';
import { splitWords } from '../../src/commands/command.ts';
import { runIp } from '../../src/commands/ip.ts';
import { Simulation } from '../../src/engine/simulation.ts';
import { Host } from '../../src/net/host.ts';

function host(): { host: Host; ip: (line: string) => number; addresses: () => string[] } {
  const made = new Host(new Simulation());
  const ip = (line: string): number => runIp(made, splitWords(`ip ${line}`)!).status;
  ip('link add d0 type dummy');
  ip('link set d0 up');
  const addresses = (): string[] =>
    made.config.interfaces[1]!.addresses.map(
      (entry) => `${formatAddress(entry.address)}/${entry.length}${entry.secondary ? ' secondary' : ''}`,
    );
  return { host: made, ip, addresses };
}

describe('ip address', () => {
  it('adds once, and knows which address covers a network first', () => {
    const { ip, addresses } = host();
    expect([
      ip('addr add 10.0.0.1/24 dev d0'),
      ip('addr add 10.0.0.2/24 dev d0'),
      ip('addr add 10.0.0.1/24 dev d0'),
    ]).toEqual([0, 0, 2]);
    expect(ip('addr replace 10.0.0.1/24 dev d0')).toBe(0);
    expect(addresses()).toEqual(['10.0.0.1/24', '10.0.0.2/24 secondary']);
  });

  it('takes the secondary addresses of a network away with its primary one, and routes that prefer them as source', () => {
    const { host: made, ip, addresses } = host();
    for (const text of ['10.0.0.1/24', '10.0.0.2/24', '10.1.0.1/24']) ip(`addr add ${text} dev d0`);
    ip('route add 10.9.0.0/16 dev d0 src 10.0.0.2');
    ip('route add 10.8.0.0/16 dev d0 src 10.1.0.1');
    expect(ip('addr del 10.0.0.1/24 dev d0')).toBe(0);
    expect(addresses()).toEqual(['10.1.0.1/24']);
    expect(made.config.routes.map((route) => formatAddress(route.prefix.network))).toEqual(['10.8.0.0']);
    expect(ip('addr del 10.1.0.1/24 dev d0')).toBe(0);
    expect(made.config.routes).toEqual([]);
  });

  it('says what the kernel would of what is not there', () => {
    const { ip } = host();
    expect([
      ip('addr del 10.0.0.1/24 dev d0'),
      ip('addr add 10.0.0.1/24 dev nope'),
      ip('addr add 10.0.0.1/40 dev d0'),
      ip('addr add 10.0.0.1/24'),
    ]).toEqual([2, 1, 1, 255]);
  });

  it('binds thousands of addresses', () => {
    const { ip, addresses } = host();
    for (let i = 0; i < 1000; i++) expect(ip(`addr add 10.96.${i >> 8}.${i & 255}/32 dev d0`)).toBe(0);
    expect(addresses()).toHaveLength(1000);
  });

  it('knows no scope and no table that only every object has', () => {
    const { ip } = host();
    for (const word of ['constructor', 'toString', '__proto__'])
      expect([
        ip(`addr add 10.0.0.1/24 dev d0 scope ${word}`),
        ip(`route add 10.9.0.0/16 dev d0 table ${word}`),
      ]).toEqual([1, 1]);
  });

  it('adds and deletes thousands of routes', () => {
    const { host: made, ip } = host();
    const routes = Array.from({ length: 2000 }, (_, i) => `blackhole 10.${i >> 8}.${i & 255}.0/24`);
    for (const route of routes) expect(ip(`route add ${route}`)).toBe(0);
    expect(ip(`route add ${routes[0]}`)).toBe(2);
    for (const route of routes) expect(ip(`route del ${route}`)).toBe(0);
    expect(made.config.routes).toEqual([]);
  });
});
