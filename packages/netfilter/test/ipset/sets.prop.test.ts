import {
  formatIpv4,
  Host,
  InputError,
  ipv4FromBits,
  ipv4Mask,
  Packet,
  SECOND,
  Simulation,
  tcpHeader,
} from '@chainwalk/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { restoreSets, runIpset, saveSets } from '../../src/ipset/run-ipset.ts';
import { SetRegistry } from '../../src/ipset/set-registry.ts';

function newSets(): { sets: SetRegistry; host: Host; simulation: Simulation } {
  const simulation = new Simulation();
  const host = new Host(simulation);
  return { sets: new SetRegistry(host), host, simulation };
}

/** Few bits, so that networks meet. */
const bits = fc.integer({ min: 0, max: 255 }).map((low) => (0x0a000000 + ((low & 0xf0) << 12) + (low & 15)) >>> 0);
const network = fc.record({ bits, length: fc.constantFrom(8, 12, 16, 24, 28, 30, 31, 32), nomatch: fc.boolean() });

describe('hash:net', () => {
  it('agrees with a list of networks that is searched from the longest to the shortest', () => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ network, remove: fc.boolean() }), { maxLength: 40 }),
        fc.array(bits, { minLength: 1, maxLength: 20 }),
        (changes, addresses) => {
          const { sets, host } = newSets();
          restoreSets(sets, 'create a hash:net hashsize 64 initval 1\n');
          const model = new Map<string, { bits: number; length: number; nomatch: boolean }>();
          for (const { network: net, remove } of changes) {
            const start = (net.bits & ipv4Mask(net.length)) >>> 0;
            const text = `${formatIpv4(ipv4FromBits(net.bits))}/${net.length}`;
            const key = `${start}/${net.length}`;
            const result = runIpset(
              sets,
              remove ? ['del', 'a', text] : ['add', 'a', text, ...(net.nomatch ? ['nomatch'] : [])],
            );
            expect(result.status).toBe(model.has(key) === remove ? 0 : 1);
            if (remove) model.delete(key);
            else if (!model.has(key)) model.set(key, { bits: start, length: net.length, nomatch: net.nomatch });
          }
          const query = { dim: 1, flags: 2, command: 0 };
          const context = { host, family: 'ipv4', inDevice: undefined, outDevice: undefined } as const;
          for (const address of addresses) {
            const best = [...model.values()]
              .filter((net) => (address & ipv4Mask(net.length)) >>> 0 === net.bits)
              .sort((a, b) => b.length - a.length)[0];
            const packet = new Packet({
              src: ipv4FromBits(address),
              dst: ipv4FromBits(1),
              protocol: 6,
              transport: tcpHeader({}),
            });
            expect(sets.test(0, packet, context, query)).toBe(best !== undefined && !best.nomatch);
            expect(sets.test(0, packet, context, { ...query, command: 128 })).toBe(best?.nomatch === true);
          }
        },
      ),
    );
  });
});

const address = bits.map((value) => formatIpv4(ipv4FromBits(value)));
const net = fc.tuple(address, fc.integer({ min: 1, max: 32 })).map(([ip, length]) => `${ip}/${length}`);
const port = fc.oneof(
  fc
    .tuple(fc.constantFrom('tcp', 'udp', 'sctp', 'udplite'), fc.integer({ min: 0, max: 65535 }))
    .map((pair) => pair.join(':')),
  fc.constantFrom('icmp:ping', 'icmp:3/1', 'icmp:200/7', 'gre:0', '250:0'),
);
const mac = fc
  .array(fc.integer({ min: 1, max: 255 }), { minLength: 6, maxLength: 6 })
  .map((bytes) => bytes.map((byte) => byte.toString(16).padStart(2, '0')).join(':'));
const iface = fc.constantFrom('eth0', 'eth1', 'physdev:eth0', 'ppp wildcard', 'lo');
const join = (...parts: fc.Arbitrary<unknown>[]) => fc.tuple(...parts).map((texts) => texts.join(','));

/** Elements of each type, some with an option that only this type has. */
const TYPES: Readonly<Record<string, fc.Arbitrary<string>>> = {
  'hash:ip': address,
  'hash:net': net,
  'hash:ip,port': join(address, port),
  'hash:ip,port,ip': join(address, port, address),
  'hash:ip,port,net': join(address, port, net),
  'hash:net,port': join(net, port),
  'hash:net,iface': join(net, iface),
  'hash:net,net': join(net, net),
  'hash:net,port,net': join(net, port, net),
  'hash:ip,mark': join(address, fc.integer({ min: 0, max: 0xffffffff })),
  'hash:mac': mac,
  'hash:ip,mac': join(address, mac),
  'bitmap:ip range 10.0.0.0-10.0.255.255': fc
    .integer({ min: 0, max: 65535 })
    .map((low) => formatIpv4(ipv4FromBits(0x0a000000 + low))),
  'bitmap:ip,mac range 10.0.0.0-10.0.255.255': join(
    fc.integer({ min: 0, max: 65535 }).map((low) => formatIpv4(ipv4FromBits(0x0a000000 + low))),
    mac,
  ),
  'bitmap:port range 0-65535': fc.integer({ min: 0, max: 65535 }).map(String),
};
const options = fc.record({
  timeout: fc.option(fc.integer({ min: 0, max: 2147483 }), { nil: undefined }),
  packets: fc.option(fc.bigInt({ min: 0n, max: (1n << 64n) - 2n }), { nil: undefined }),
  bytes: fc.option(fc.bigInt({ min: 0n, max: (1n << 64n) - 2n }), { nil: undefined }),
  comment: fc.option(fc.stringMatching(/^[a-z #\\';,ü-]{1,40}$/), { nil: undefined }),
  skbmark: fc.option(fc.constantFrom('0x1', '0xff/0xf0', '0x0/0x1'), { nil: undefined }),
  skbprio: fc.option(fc.constantFrom('1:a', '0:1', 'ffff:ffff'), { nil: undefined }),
  skbqueue: fc.option(fc.integer({ min: 0, max: 65535 }), { nil: undefined }),
});

describe.each(Object.entries(TYPES))('%s', (type, element) => {
  it('reads what it saved, and saves the same', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(element, options), { maxLength: 60 }), fc.boolean(), (members, extended) => {
        const { sets } = newSets();
        const hash = type.startsWith('hash') ? ' hashsize 64 bucketsize 4' : '';
        runIpset(sets, `create a ${type}${hash}${extended ? ' timeout 60 counters comment skbinfo' : ''}`.split(' '));
        for (const [text, given] of members) {
          const words = ['add', '-exist', 'a', ...text.split(' ')];
          if (extended)
            for (const [name, value] of Object.entries(given)) if (value !== undefined) words.push(name, String(value));
          const { status, stderr } = runIpset(sets, words);
          if (status !== 0) expect(stderr).toMatch(/CIDR|Null-valued/);
        }
        const saved = saveSets(sets);
        const again = newSets().sets;
        restoreSets(again, saved);
        // In another order of adding, members of one bucket change places.
        expect(saveSets(again).split('\n').sort()).toEqual(saved.split('\n').sort());
      }),
      { numRuns: 30 },
    );
  });

  it('holds exactly what was added and not deleted, however often it grew', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(element, fc.boolean()), { maxLength: 200 }), (changes) => {
        const { sets } = newSets();
        const hash = type.startsWith('hash') ? ' hashsize 64 bucketsize 2' : '';
        runIpset(sets, `create a ${type}${hash}`.split(' '));
        let count = 0;
        for (const [text, remove] of changes) {
          const [member = '', ...rest] = text.split(' ');
          const { status } = runIpset(sets, remove ? ['del', 'a', member] : ['add', 'a', member, ...rest]);
          if (status === 0) count += remove ? -1 : 1;
        }
        const set = sets.find('a')!;
        expect(set.elementCount()).toBe(count);
        expect([...set.members()]).toHaveLength(count);
        sets.flush('a');
        expect(set.elementCount()).toBe(0);
      }),
      { numRuns: 20 },
    );
  });
});

describe('whatever is written', () => {
  const word = fc.oneof(
    fc.constantFrom(
      'create',
      'add',
      'del',
      'test',
      'destroy',
      'flush',
      'rename',
      'swap',
      'list',
      'save',
      'a',
      'b',
      'l',
    ),
    fc.constantFrom(
      'hash:ip',
      'hash:net',
      'hash:ip,port',
      'hash:net,iface',
      'bitmap:ip',
      'bitmap:port',
      'list:set',
      'hash:mac',
    ),
    fc.constantFrom(
      'timeout',
      'counters',
      'comment',
      'hashsize',
      'maxelem',
      'range',
      'netmask',
      'family',
      'inet6',
      'nomatch',
      '-exist',
    ),
    fc.constantFrom(
      '10.0.0.1',
      '10.0.0.0/24',
      '0.0.0.0/0',
      '10.0.0.1-10.0.0.9',
      '10.0.0.1,80',
      '10.0.0.0/24,tcp:1-5',
      '5',
      '0-65535',
    ),
    fc.constantFrom(
      '-1',
      '4294967296',
      '0x',
      '""',
      '"',
      '[',
      ']',
      ',',
      '-',
      '/',
      ':',
      'tcp:',
      '1.2.3.4.5.6.7',
      '::/0',
      '99999999999999999999999999',
    ),
    fc.string({ maxLength: 12 }),
  );
  const line = fc.array(word, { maxLength: 7 }).map((words) => words.join(' '));

  it('restore ends in diagnostics with a line, never in anything else', () => {
    fc.assert(
      fc.property(fc.array(line, { maxLength: 12 }), fc.boolean(), (lines, prepared) => {
        const { sets, simulation } = newSets();
        if (prepared)
          restoreSets(
            sets,
            'create a hash:net timeout 1\ncreate b bitmap:port range 0-9\ncreate l list:set\nadd l a\n',
          );
        try {
          restoreSets(sets, lines.join('\n'), 'sets');
        } catch (error) {
          if (!(error instanceof InputError)) throw error;
          expect(error.diagnostics[0]!.place).toMatchObject({ source: 'sets', column: 1 });
        }
        simulation.run(10 * SECOND);
        const saved = saveSets(sets);
        // Names are any bytes: those with blanks cannot be read back.
        if (sets.sets.every((set) => /^[^\s"#-][^\s"]*$/.test(set.name))) {
          const again = newSets().sets;
          restoreSets(again, saved);
          expect(saveSets(again)).toBe(saved);
        }
      }),
      { numRuns: 2000 },
    );
  });

  it('a command line ends with a status, too', () => {
    fc.assert(
      fc.property(fc.array(fc.array(word, { maxLength: 6 }), { maxLength: 8 }), (commands) => {
        const { sets } = newSets();
        for (const argv of commands) expect([0, 1, 2]).toContain(runIpset(sets, argv).status);
      }),
      { numRuns: 1000 },
    );
  });
});
