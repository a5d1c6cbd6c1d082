import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SCHEDULERS } from '../../src/schedulers/registry.ts';
import type { Scheduler } from '../../src/schedulers/scheduler.ts';
import type { Destination } from '../../src/services/destination.ts';
import { Bench } from './harness.ts';

/** What may happen to a service. */
const ACTION = fc.oneof(
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('add' as const), weight: fc.nat(5), limit: fc.constantFrom(0, 0, 0, 2) }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('remove' as const), at: fc.nat(7) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('edit' as const), at: fc.nat(7), weight: fc.nat(5) }) },
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('pick' as const), client: fc.nat(), wanted: fc.nat(3) }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('activate' as const), at: fc.nat(30) }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('close' as const), at: fc.nat(30) }) },
);

/** A connection that was opened to a picked server. */
interface Open {
  readonly server: Destination;
  active: boolean;
}

/** Plays actions on a scheduler; `picked` is told of every pick, before the connection is opened. */
function play(
  bench: Bench,
  actions: readonly (typeof ACTION extends fc.Arbitrary<infer T> ? T : never)[],
  picked: (server: Destination | undefined) => void,
): void {
  const open: Open[] = [];
  let number = 0;
  for (const action of actions) {
    const servers = bench.destinations;
    switch (action.kind) {
      case 'add':
        if (servers.length < 8) bench.add(++number, action.weight, action.limit);
        break;
      case 'remove':
        if (servers.length > 0) bench.remove(servers[action.at % servers.length]!);
        break;
      case 'edit':
        if (servers.length > 0) bench.edit(servers[action.at % servers.length]!, action.weight);
        break;
      case 'pick': {
        const server = bench.pick(action.client, 40000, action.wanted);
        picked(server);
        if (server !== undefined) {
          server.bound({ isTemplate: false, inactive: true });
          open.push({ server, active: false });
        }
        break;
      }
      case 'activate': {
        const entry = open[action.at];
        if (entry !== undefined && !entry.active) {
          entry.active = true;
          entry.server.activeConnections++;
        }
        break;
      }
      case 'close': {
        const [entry] = open.splice(action.at, 1);
        entry?.server.unbound({ isTemplate: false, inactive: !entry.active });
        break;
      }
    }
  }
}

/** lblc keeps a cached server past its threshold, as the kernel does. */
const PASSES_THRESHOLD: ReadonlySet<string> = new Set(['lblc']);

/** Never a server that is removed, quiescent, or, but for lblc's cache, at its threshold. */
function itPicksOnlyUsableServers(scheduler: Scheduler, flags: number): void {
  it('picks only servers that exist, have a weight, and are below their threshold', () => {
    fc.assert(
      fc.property(fc.array(ACTION, { maxLength: 80 }), (actions) => {
        const bench = new Bench(scheduler, flags);
        play(bench, actions, (server) => {
          if (server === undefined) return;
          expect(bench.destinations).toContain(server);
          expect(server.weight).toBeGreaterThan(0);
          if (!PASSES_THRESHOLD.has(scheduler.name)) expect(server.overloaded).toBe(false);
        });
      }),
      { numRuns: 150 },
    );
  });
}

/** The hashing ones refuse the clients of a server that is away, and ovf one that is full. */
const MAY_REFUSE: ReadonlySet<string> = new Set(['sh', 'dh', 'mh', 'ovf']);

/** While one server could serve, it does. */
function itServesWhileItCan(scheduler: Scheduler, flags: number): void {
  it('refuses nobody while a server is usable', () => {
    fc.assert(
      fc.property(fc.array(ACTION, { maxLength: 80 }), (actions) => {
        const bench = new Bench(scheduler, flags);
        play(bench, actions, (server) => {
          const usable = bench.destinations.some((entry) => entry.weight > 0 && !entry.overloaded);
          if (usable) expect(server).toBeDefined();
        });
      }),
      { numRuns: 150 },
    );
  });
}

/** The same commands and clients give the same servers. */
function itIsDeterministic(scheduler: Scheduler, flags: number): void {
  it('does the same again when everything is done again', () => {
    fc.assert(
      fc.property(fc.array(ACTION, { maxLength: 60 }), fc.integer(), (actions, seed) => {
        const runs = [0, 1].map(() => {
          const picks: (number | undefined)[] = [];
          play(new Bench(scheduler, flags, seed), actions, (server) =>
            picks.push(server?.address as number | undefined),
          );
          return picks;
        });
        expect(runs[0]).toEqual(runs[1]);
      }),
      { numRuns: 40 },
    );
  });
}

/** An inspection of servers is never free. */
function itIsMetered(scheduler: Scheduler, flags: number): void {
  it('tells the meter which servers it looked at', () => {
    const bench = new Bench(scheduler, flags);
    for (let number = 1; number <= 5; number++) bench.add(number, 1);
    const before = bench.meter.ipvsDestinations;
    expect(bench.pick(1)).toBeDefined();
    expect(bench.meter.ipvsDestinations).toBeGreaterThan(before);
  });
}

describe.each(SCHEDULERS.map((scheduler) => [scheduler.name, scheduler] as const))('%s', (name, scheduler) => {
  describe.each(scheduler.flags === undefined ? [0] : [0, 1, 2, 3])('with flags %i', (flags) => {
    itPicksOnlyUsableServers(scheduler, flags);
    // With the fall-back flag sh finds a usable server if any bucket holds one, so it may still refuse a weightless set.
    if (!MAY_REFUSE.has(name)) itServesWhileItCan(scheduler, flags);
    itIsDeterministic(scheduler, flags);
    itIsMetered(scheduler, flags);
  });
});
