import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseIpv4 } from '../../src/address/ipv4.ts';
import { parsePrefix } from '../../src/address/prefix.ts';
import { splitWords } from '../../src/commands/command.ts';
import { addRoutes } from '../../src/commands/ip/add-routes.ts';
import { runIp } from '../../src/commands/ip.ts';
import { Simulation } from '../../src/engine/simulation.ts';
import { Fib } from '../../src/net/fib.ts';
import { Host } from '../../src/net/host.ts';
import { type HostConfig, TABLE } from '../../src/net/host-config.ts';

// Few of each, so that routes meet each other, their gateways and the addresses.
const device = fc.constantFrom('d0', 'd1');
const network = fc.constantFrom(
  '10.0.0.0/24',
  '10.0.0.0/16',
  '10.1.0.0/24',
  '10.1.0.0/25',
  '10.1.0.7',
  'default',
  'fd00::/24',
);
const address = fc.constantFrom('10.0.0.1', '10.0.0.2', '10.1.0.1', '10.1.0.7');
const held = fc.tuple(address, fc.constantFrom('/16', '/24', '/32')).map((parts) => parts.join(''));
const optional = (words: fc.Arbitrary<string>) => fc.oneof({ weight: 3, arbitrary: fc.constant('') }, words);
const through = fc.oneof(
  fc.tuple(address, optional(device.map((name) => `dev ${name}`))).map(([via, dev]) => `via ${via} ${dev}`),
  fc.tuple(device, optional(address.map((from) => `src ${from}`))).map(([dev, src]) => `dev ${dev} ${src}`),
);
const details = fc
  .tuple(
    optional(fc.constantFrom('metric 1', 'metric 2')),
    optional(fc.constant('tos 0x10')),
    optional(fc.constantFrom('table 100', 'table local')),
  )
  .map((words) => words.join(' '));
const arbRoute = fc.oneof(
  { weight: 3, arbitrary: fc.tuple(network, through, details).map((words) => words.join(' ')) },
  fc.tuple(fc.constantFrom('blackhole', 'unreachable', 'local'), network, details).map((words) => words.join(' ')),
);

type Step = (host: Host) => unknown;
const command = (line: fc.Arbitrary<string>): fc.Arbitrary<Step> =>
  line.map((text) =>
    Object.assign((host: Host) => runIp(host, splitWords(`ip ${text}`)!), { [fc.toStringMethod]: () => text }),
  );
const words = (...parts: readonly (string | fc.Arbitrary<string>)[]): fc.Arbitrary<string> =>
  fc.tuple(...parts.map((part) => (typeof part === 'string' ? fc.constant(part) : part))).map((all) => all.join(' '));

/** A change without commands: a route of no time before, instead of or behind another. */
const written = fc
  .tuple(network, fc.nat(3), fc.nat(1), device, fc.nat(2), fc.constantFrom(TABLE.main, TABLE.main, TABLE.local))
  .map(
    ([to, at, metric, by, instead, table]): Step =>
      (host) =>
        host.configure((config) => {
          config.routes.splice(at, instead, {
            type: 'unicast',
            prefix: parsePrefix(to === 'default' ? '0.0.0.0/0' : to)!,
            table,
            metric,
            tos: 0,
            device: by,
            scope: 'link',
          });
        }),
  );

/** A change without commands: a route goes by another device, up or down. */
const moved = fc.tuple(fc.nat(3), device).map(
  ([at, by]): Step =>
    (host) =>
      host.configure((config) => {
        if (config.routes[at] !== undefined) config.routes[at].device = by;
      }),
);

const arbStep: fc.Arbitrary<Step> = fc.oneof(
  { weight: 8, arbitrary: command(words('route', fc.constantFrom('add', 'append'), arbRoute)) },
  { weight: 4, arbitrary: command(words('route', fc.constantFrom('replace', 'change'), arbRoute)) },
  { weight: 4, arbitrary: command(words('route del', network, details)) },
  { weight: 1, arbitrary: command(words('route flush', optional(fc.constantFrom('dev d0', 'dev d1', 'table local')))) },
  { weight: 2, arbitrary: command(words('addr', fc.constantFrom('add', 'del'), held, 'dev', device)) },
  { weight: 4, arbitrary: command(words('link set', device, fc.constantFrom('up', 'down'))) },
  { weight: 1, arbitrary: command(words('rule', fc.constantFrom('add', 'del'), 'fwmark 1 table 100 pref 50')) },
  {
    weight: 2,
    arbitrary: fc.array(arbRoute, { maxLength: 4 }).map(
      (routes): Step =>
        (host) =>
          addRoutes(
            host,
            routes.map((text) => splitWords(text)!),
          ),
    ),
  },
  { weight: 3, arbitrary: written },
  { weight: 3, arbitrary: moved },
);

function newHost(): Host {
  const host = new Host(new Simulation());
  for (const line of ['link add d0 type dummy', 'link add d1 type dummy', 'link set d0 up', 'link set d1 up']) {
    runIp(host, splitWords(`ip ${line}`)!);
  }
  runIp(host, ['ip', 'addr', 'add', '10.0.0.1/24', 'dev', 'd0']);
  return host;
}

const DESTINATIONS = [
  '10.0.0.1',
  '10.0.0.2',
  '10.0.0.255',
  '10.0.9.9',
  '10.1.0.1',
  '10.1.0.7',
  '10.1.0.200',
  '8.8.8.8',
];

/**
 * All that a Fib can be asked.
 * @param next the one that is asked next: the same, which knows ranges after a while, or each time a new one, which does not
 */
function answersOf(next: () => Fib): unknown {
  const fib = next();
  const answers: unknown[] = [];
  for (const text of DESTINATIONS) {
    const destination = parseIpv4(text)!;
    answers.push(fib.hasAddress(destination), fib.localType(destination, undefined), fib.localType(destination, 'd1'));
    for (const tos of [0, 0x10]) {
      for (const [mark, outDevice] of [[0], [1], [0, 'd0'], [0, 'd1']] as [number, string?][]) {
        answers.push(next().lookup({ destination, source: undefined, tos, mark, inDevice: undefined, outDevice }));
      }
    }
  }
  return [answers, [...fib.addresses], fib.hasCustomRouting];
}

describe('Fib', () => {
  it('answers after any steps as one that is made of the last configuration at once, and so do all earlier ones', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(arbStep, fc.nat(3)), { minLength: 5, maxLength: 25 }), (steps) => {
        const host = newHost();
        const seen: { readonly config: HostConfig; readonly fib: Fib }[] = [];
        for (const [step, asked] of steps) {
          step(host);
          if (asked === 0) continue;
          seen.push({ config: host.config, fib: host.fib });
          expect(answersOf(() => host.fib)).toEqual(answersOf(() => new Fib(host.config)));
        }
        for (const { config, fib } of seen) {
          expect(answersOf(() => fib)).toEqual(answersOf(() => new Fib(config)));
          host.replaceConfig(config);
          expect(host.fib).toBe(fib);
        }
      }),
      { numRuns: 600 },
    );
  });
});

describe('addRoutes', () => {
  it('adds what ip route add would one by one, and nothing if it would refuse one', () => {
    fc.assert(
      fc.property(fc.array(arbStep, { maxLength: 6 }), fc.array(arbRoute, { maxLength: 6 }), (before, routes) => {
        const host = newHost();
        for (const step of before) step(host);
        const { config } = host;
        const lines = routes.map((text) => splitWords(text)!);
        const refused = addRoutes(host, lines);
        const atOnce = host.config;
        host.replaceConfig(config);
        const results = lines.map((line) => runIp(host, ['ip', 'route', 'add', ...line]));
        const first = results.findIndex(({ status }) => status !== 0);
        if (refused === undefined) {
          expect(first).toBe(-1);
          expect(atOnce).toEqual(host.config);
        } else {
          expect(refused).toEqual({ index: first, message: results[first]!.stderr.trim() });
          expect(atOnce).toBe(config);
        }
      }),
      { numRuns: 400 },
    );
  });
});
