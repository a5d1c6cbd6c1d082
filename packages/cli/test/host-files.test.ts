import { formatAddress, Host, InputError, Simulation } from '@chainwalk/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { loadAddresses, loadRoutes } from '../src/host-files.ts';

const ADDR = JSON.stringify([
  {
    ifname: 'lo',
    flags: ['LOOPBACK', 'UP'],
    mtu: 65536,
    addr_info: [{ family: 'inet', local: '127.0.0.1', prefixlen: 8, scope: 'host' }],
  },
  {
    ifname: 'eth0',
    flags: ['UP'],
    mtu: 1400,
    addr_info: [
      { family: 'inet', local: '10.0.0.1', prefixlen: 24, scope: 'global' },
      { family: 'inet6', local: 'fe80::1', prefixlen: 64, scope: 'link' },
    ],
  },
  {
    ifname: 'kube-ipvs0',
    flags: ['NOARP'],
    mtu: 1500,
    addr_info: [{ family: 'inet', local: '10.96.0.1', prefixlen: 32, scope: 'global' }],
  },
]);
const ROUTE = JSON.stringify([
  { dst: 'default', gateway: '10.0.0.254', dev: 'eth0', flags: [] },
  { dst: '10.0.0.0/24', dev: 'eth0', protocol: 'kernel', scope: 'link', prefsrc: '10.0.0.1', flags: [] },
  { type: 'blackhole', dst: '10.9.0.0/16', flags: [] },
]);

describe('what ip prints', () => {
  it('makes the devices, addresses and routes of a host', () => {
    const host = new Host(new Simulation());
    loadAddresses(host, ADDR, 'addr.json');
    loadRoutes(host, ROUTE, 'route.json');
    expect(host.devices.map(({ name, kind, up, mtu }) => ({ name, kind, up, mtu }))).toEqual([
      { name: 'lo', kind: 'loopback', up: true, mtu: 65536 },
      { name: 'eth0', kind: 'device', up: true, mtu: 1400 },
      { name: 'kube-ipvs0', kind: 'dummy', up: false, mtu: 1500 },
    ]);
    expect([...host.fib.addresses.keys()].map(formatAddress)).toEqual(['127.0.0.1', '10.0.0.1', '10.96.0.1']);
    expect(
      host.config.routes.map(({ type, gateway }) => [type, gateway === undefined ? '' : formatAddress(gateway)]),
    ).toEqual([
      ['unicast', '10.0.0.254'],
      ['blackhole', ''],
    ]);
  });

  it('is refused with its place when it is no JSON, and with its file when it is something else', () => {
    const host = new Host(new Simulation());
    expect(() => loadAddresses(host, '[{"ifname": }]', 'addr.json')).toThrow('addr.json:1:13: error: this is not JSON');
    expect(() => loadAddresses(host, '{}', 'addr.json')).toThrow('not what "ip -j addr" prints');
    expect(() => loadRoutes(host, '[{"dst":"10.0.0.0/40","dev":"eth0"}]', 'route.json')).toThrow(
      'route.json: route "10.0.0.0/40 dev eth0"',
    );
  });

  it.each([
    ['an entry that is null', '[null]', 'addr.json: an entry has no "ifname"'],
    ['a device twice', '[{"ifname":"a"},{"ifname":"a"}]', 'addr.json: the device a is there twice'],
    ['a long name', `[{"ifname":"${'x'.repeat(16)}"}]`, 'is no name of a device'],
    ['a name with a slash', '[{"ifname":"a/b"}]', 'is no name of a device'],
    [
      'a length that is none',
      '[{"ifname":"a","addr_info":[{"family":"inet","local":"1.1.1.1","prefixlen":null}]}]',
      'addr',
    ],
    ['many levels', `${'['.repeat(200_000)}${']'.repeat(200_000)}`, 'an entry has no "ifname"'],
    ['many open levels', '['.repeat(200_000), 'addr.json:1:200001: error: this is not JSON'],
  ])('is refused with %s', (_, text, message) => {
    const host = new Host(new Simulation());
    expect(() => loadAddresses(host, text, 'addr.json')).toThrow(message);
    expect(host.devices).toHaveLength(1);
  });

  it('is refused with a route that is null', () => {
    const host = new Host(new Simulation());
    expect(() => loadRoutes(host, '[null]', 'route.json')).toThrow('route.json: an entry is null');
  });

  it('may be thousands of devices', () => {
    const host = new Host(new Simulation());
    loadAddresses(host, JSON.stringify(Array.from({ length: 20_000 }, (_, i) => ({ ifname: `e${i}` }))), 'addr.json');
    expect(host.devices).toHaveLength(20_001);
  });

  it('may be tens of thousands of routes through a gateway', () => {
    const host = new Host(new Simulation());
    loadAddresses(host, ADDR, 'addr.json');
    const routes = Array.from({ length: 20_000 }, (_, i) => ({
      dst: `20.${i >> 8}.${i & 255}.0/24`,
      gateway: '10.0.0.254',
      dev: 'eth0',
    }));
    loadRoutes(host, JSON.stringify(routes), 'route.json');
    expect(host.config.routes).toHaveLength(20_000);
  });

  it('damaged, gives diagnostics and nothing else', () => {
    const damage = fc
      .tuple(
        fc.constantFrom(ADDR, ROUTE),
        fc.nat(),
        fc.constantFrom('', '0', 'null', '"', '{}', '[]', '-1', '"x"', ','),
      )
      .map(([text, at, piece]) => {
        const tokens = [...text.matchAll(/"[^"]*"|\d+|[[\]{},:]/g)];
        const token = tokens[at % tokens.length]!;
        return text.slice(0, token.index) + piece + text.slice(token.index + token[0].length);
      });
    fc.assert(
      fc.property(damage, fc.boolean(), (text, asRoutes) => {
        const host = new Host(new Simulation());
        try {
          if (asRoutes) loadAddresses(host, ADDR, 'addr.json');
          (asRoutes ? loadRoutes : loadAddresses)(host, text, 'hostile.json');
        } catch (error) {
          if (!(error instanceof InputError)) throw error;
          expect(error.message).toContain('hostile.json');
        }
      }),
      { numRuns: 1500 },
    );
  });
});
