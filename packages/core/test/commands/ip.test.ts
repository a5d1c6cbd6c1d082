import { describe, expect, it } from 'vitest';
import { formatAddress, parseAddress } from '../../src/address/address.ts';
import { parseIpv4 } from '../../src/address/ipv4.ts';
import { splitWords } from '../../src/commands/command.ts';
import { addRoutes } from '../../src/commands/ip/add-routes.ts';
import { runIp } from '../../src/commands/ip.ts';
import { Simulation } from '../../src/engine/simulation.ts';
import { flowTo } from '../../src/net/fib-route.ts';
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

  it('brings no route to its network with noprefixroute', () => {
    const { host: made, ip } = host();
    ip('addr add 10.0.0.1/24 dev d0 noprefixroute');
    expect(made.config.interfaces[1]!.addresses[0]!.networkRoute).toBe('never');
    expect([ip('link set d0 down'), ip('link set d0 up'), ip('route del 10.0.0.0/24')]).toEqual([0, 0, 2]);
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

  it('asks the next rule after a route that throws', () => {
    const { host: made, ip } = host();
    ip('addr add 10.0.0.1/24 dev d0');
    ip('route add 9.0.0.0/8 dev d0 advmss 500');
    expect(ip('route add throw 9.9.0.0/16 table 100')).toBe(0);
    ip('route add blackhole 9.0.0.0/8 table 100');
    ip('rule add from all table 100');
    const found = ['9.9.0.1', '9.8.0.1'].map((text) => made.fib.lookup(flowTo(parseIpv4(text)!)));
    expect(found.map((one) => (typeof one === 'string' ? one : one.type))).toEqual(['unicast', 'blackhole']);
  });

  it('looks for a gateway among routes to links alone, and takes the host itself for one that says no more', () => {
    const { host: made, ip } = host();
    ip('addr add 10.0.0.1/24 dev d0');
    ip('route add blackhole 10.0.0.6/32');
    ip('route add 10.0.0.96/28 via 10.0.0.9');
    const added = ['via 10.0.0.6', 'via 10.0.0.99', 'via 10.0.0.1', 'dev d0 src 127.0.0.5'];
    expect(added.map((words, i) => ip(`route add 1.0.${i}.0/24 ${words}`))).toEqual([0, 0, 0, 0]);
    expect(made.config.routes.slice(2).map((route) => route.device)).toEqual(['d0', 'd0', 'd0', 'd0']);
    const refused = [
      '1.1.0.0/24 via 10.0.0.5 scope link',
      '1.1.1.0/24 via 10.0.0.1 onlink dev d0',
      'blackhole 1.1.2.0/24 dev d0',
    ];
    expect(refused.map((words) => ip(`route add ${words}`))).toEqual([2, 2, 2]);
  });

  it('adds thousands of routes through gateways, each of which is looked up among those before it', () => {
    const { host: made, ip } = host();
    ip('addr add 10.0.0.1/24 dev d0');
    for (let i = 0; i < 5000; i++)
      expect(ip(`route add 20.${i >> 8}.${i & 255}.0/24 via 10.0.0.${2 + (i % 5)}`)).toBe(0);
    expect(ip('route add 20.0.0.0/24 via 10.0.0.2')).toBe(2);
    expect(ip('route add 30.0.0.0/24 via 40.0.0.1')).toBe(2);
    expect(made.config.routes).toHaveLength(5000);
  });
});

describe('addRoutes', () => {
  it('adds a hundred thousand routes of a router as one change', () => {
    const { host: made, ip } = host();
    ip('addr add 10.0.0.1/24 dev d0');
    const lines = Array.from({ length: 100_000 }, (_, i) =>
      `${20 + (i >> 16)}.${(i >> 8) & 255}.${i & 255}.0/24 via 10.0.0.${2 + (i % 5)}`.split(' '),
    );
    let changes = 0;
    const configure = made.configure.bind(made);
    made.configure = (recipe) => {
      changes++;
      return configure(recipe);
    };
    expect(addRoutes(made, lines)).toBeUndefined();
    expect(changes).toBe(1);
    expect(made.config.routes).toHaveLength(100_000);
    expect(ip('route add 20.0.0.0/24 via 10.0.0.2')).toBe(2);
    expect(ip('route add 30.0.0.0/24 via 10.0.0.2')).toBe(0);
  });

  it('takes a gateway that an earlier route of the same file leads to', () => {
    const { host: made, ip } = host();
    ip('addr add 10.0.0.1/24 dev d0');
    const beyond = ['20.0.0.0/24', 'via', '30.0.0.1'];
    expect(addRoutes(made, [beyond, ['30.0.0.0/24', 'dev', 'd0']])).toEqual({
      index: 0,
      message: 'Error: Nexthop has invalid gateway.',
    });
    expect(made.config.routes).toEqual([]);
    expect(addRoutes(made, [['30.0.0.0/24', 'dev', 'd0'], beyond])).toBeUndefined();
    expect(made.config.routes).toHaveLength(2);
  });
});

describe('ip route, where an address brought one', () => {
  it('deletes it once, and it comes back with its device', () => {
    const { ip } = host();
    ip('addr add 10.0.0.1/24 dev d0');
    expect([ip('route add 10.0.0.0/24 dev d0'), ip('route del 10.0.0.0/24'), ip('route del 10.0.0.0/24')]).toEqual([
      2, 0, 2,
    ]);
    expect([ip('link set d0 down'), ip('link set d0 up'), ip('route del 10.0.0.0/24 dev d0')]).toEqual([0, 0, 0]);
  });

  it('replaces it, and flushes it with its device', () => {
    const { host: made, ip } = host();
    ip('addr add 10.0.0.1/24 dev d0');
    expect(ip('route replace prohibit 10.0.0.0/24')).toBe(0);
    expect(made.config.routes.map(({ type, since }) => [type, since])).toEqual([['prohibit', 2]]);
    expect([ip('route del 10.0.0.0/24'), ip('route del 10.0.0.0/24')]).toEqual([0, 2]);
    ip('link set d0 down');
    ip('link set d0 up');
    expect([ip('route flush dev d0'), ip('route del 10.0.0.0/24')]).toEqual([0, 2]);
  });
});

describe('ip route', () => {
  it('takes no network with bits of hosts, and no local route without a device', () => {
    const { ip } = host();
    expect([
      ip('route add 10.0.0.1/16 dev d0'),
      ip('route del 10.0.0.1/16'),
      ip('route add local 10.0.0.1'),
      ip('route add local 10.0.0.1 dev lo'),
      ip('route add blackhole 10.9.0.0/16 dev lo'),
      ip('route add blackhole 10.9.0.0/16'),
    ]).toEqual([2, 2, 2, 0, 2, 0]);
  });

  it('has nothing twice, and puts what is prepended first', () => {
    const { host: made, ip } = host();
    ip('addr add 10.0.0.1/24 dev d0');
    expect([
      ip('route add 10.9.0.0/16 via 10.0.0.9'),
      ip('route append 10.9.0.0/16 via 10.0.0.9'),
      ip('route append 10.9.0.0/16 via 10.0.0.8'),
      ip('route prepend 10.9.0.0/16 via 10.0.0.7'),
      ip('route replace 10.9.0.0/16 via 10.0.0.8'),
      ip('route replace 10.9.0.0/16 via 10.0.0.7'),
    ]).toEqual([0, 2, 0, 0, 2, 0]);
    const [first] = [...made.config.routes].sort((a, b) => (a.since ?? 0) - (b.since ?? 0));
    expect(formatAddress(first!.gateway!)).toBe('10.0.0.7');
    ip('route del 10.9.0.0/16');
    expect(made.config.routes.map((route) => formatAddress(route.gateway!)).sort()).toEqual(['10.0.0.8', '10.0.0.9']);
  });

  it('goes on with the next rule behind a route of type throw', () => {
    const { host: made, ip } = host();
    ip('addr add 10.0.0.1/24 dev d0');
    ip('route add blackhole default table 7');
    ip('rule add table 7');
    const found = (): unknown => {
      const route = made.fib.lookup({ ...flowTo(parseAddress('10.0.0.9')!) });
      return typeof route === 'string' ? route : route.type;
    };
    expect(found()).toBe('blackhole');
    expect(ip('route add throw 10.0.0.0/24 table 7')).toBe(0);
    expect(found()).toBe('unicast');
  });
});

describe('ip rule del', () => {
  it('takes the first rule that has what is given, whatever else it has', () => {
    const { host: made, ip } = host();
    ip('rule add from 10.0.0.0/8 table 7');
    ip('rule add to 10.0.0.0/8 fwmark 1 table 8');
    expect([ip('rule del table 9'), ip('rule del from 10.0.0.0/9'), ip('rule del fwmark 1')]).toEqual([2, 2, 0]);
    expect([ip('rule del table 7'), ip('rule del table 7')]).toEqual([0, 2]);
    expect(made.config.rules).toHaveLength(3);
  });
});
