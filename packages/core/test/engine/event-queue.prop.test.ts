import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EventQueue } from '../../src/engine/event-queue.ts';

type Operation = { kind: 'push'; time: number } | { kind: 'pop' } | { kind: 'remove'; which: number };

const operations = fc.array(
  fc.oneof(
    { weight: 5, arbitrary: fc.record({ kind: fc.constant('push' as const), time: fc.nat(20) }) },
    { weight: 3, arbitrary: fc.record({ kind: fc.constant('pop' as const) }) },
    { weight: 3, arbitrary: fc.record({ kind: fc.constant('remove' as const), which: fc.nat() }) },
  ) as fc.Arbitrary<Operation>,
  { maxLength: 400 },
);

/** Delays from nothing to beyond a hundred days: one kind of time alone, or all mixed. */
const DELAYS = {
  none: () => 0,
  same: () => 1000,
  'nanoseconds, few': (random: () => number) => Math.floor(random() * 40),
  microseconds: (random: () => number) => Math.floor(random() * 1e6),
  'a second': (random: () => number) => Math.floor(random() * 1e9),
  minutes: (random: () => number) => Math.floor(random() * 300e9),
  'five days': () => 5 * 86_400e9,
  'microseconds or days': (random: () => number) => Math.floor(random() * (random() < 0.1 ? 5 * 86_400e9 : 1e6)),
  'any magnitude': (random: () => number) => Math.floor(2 ** (random() * 52)),
  'powers of two': (random: () => number) => 2 ** Math.floor(random() * 50) - Math.floor(random() * 2),
};

const bursts = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constantFrom('push' as const, 'pop and push' as const),
      count: fc.nat(400),
      delay: fc.constantFrom(...(Object.keys(DELAYS) as (keyof typeof DELAYS)[])),
    }),
  },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('pop' as const), count: fc.nat(600) }) },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant('remove' as const), count: fc.nat(600), recent: fc.boolean() }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('remove next' as const), count: fc.nat(300) }) },
);

/** Numbers from 0 to 1: drawing each of thousands from the property's own source would take most of its time. */
function generator(seed: number): () => number {
  let state = seed | 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}

/** Bytes of typed arrays in use after a collection. */
async function memory(): Promise<number> {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  // More than once: what is found is given back behind the collection.
  for (let i = 0; i < 4; i++) {
    collect();
    await new Promise((done) => setTimeout(done, 5));
  }
  return process.memoryUsage().arrayBuffers;
}

/** What the queue has to behave like: entries in order of (time, serial), searched by halves. */
class SortedList {
  readonly #entries: { time: number; serial: number }[] = [];
  readonly #times = new Map<number, number>();

  get size(): number {
    return this.#entries.length;
  }

  get first(): { time: number; serial: number } | undefined {
    return this.#entries[0];
  }

  add(time: number, serial: number): void {
    this.#times.set(serial, time);
    this.#entries.splice(this.#place(time, serial), 0, { time, serial });
  }

  shift(): { time: number; serial: number } | undefined {
    const first = this.#entries.shift();
    if (first !== undefined) this.#times.delete(first.serial);
    return first;
  }

  remove(serial: number): boolean {
    const time = this.#times.get(serial);
    if (time === undefined) return false;
    this.#times.delete(serial);
    this.#entries.splice(this.#place(time, serial), 1);
    return true;
  }

  #place(time: number, serial: number): number {
    let low = 0;
    let high = this.#entries.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      const entry = this.#entries[middle]!;
      if (entry.time < time || (entry.time === time && entry.serial < serial)) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

describe('EventQueue', () => {
  it('behaves like a list sorted by (time, insertion), whatever is pushed, popped and removed', () => {
    fc.assert(
      fc.property(operations, (list) => {
        const queue = new EventQueue<number>();
        let model: { time: number; serial: number }[] = [];
        const handles: { handle: number; serial: number }[] = [];
        let serial = 0;
        for (const operation of list) {
          if (operation.kind === 'push') {
            handles.push({ handle: queue.push(operation.time, serial), serial });
            model.push({ time: operation.time, serial: serial++ });
          } else if (operation.kind === 'pop') {
            model.sort((a, b) => a.time - b.time || a.serial - b.serial);
            expect(queue.peekTime()).toBe(model[0]?.time);
            expect(queue.pop()).toBe(model.shift()?.serial);
          } else if (handles.length > 0) {
            const { handle, serial: victim } = handles[operation.which % handles.length]!;
            const pending = model.some((entry) => entry.serial === victim);
            expect(queue.remove(handle)).toBe(pending);
            model = model.filter((entry) => entry.serial !== victim);
          }
          expect(queue.size).toBe(model.length);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('behaves so in bursts of hundreds, wherever their times lie and whatever is taken back', () => {
    fc.assert(
      fc.property(fc.array(bursts, { maxLength: 30 }), fc.integer(), (list, seed) => {
        const random = generator(seed);
        const queue = new EventQueue<number>();
        const model = new SortedList();
        const handles: number[] = [];
        let now = 0;
        for (const burst of list) {
          for (let i = 0; i < burst.count; i++) {
            if (burst.kind === 'push' || burst.kind === 'pop and push') {
              if (burst.kind === 'pop and push') {
                const next = model.shift();
                expect(queue.pop()).toBe(next?.serial);
                now = next?.time ?? now;
              }
              const time = Math.min(now + DELAYS[burst.delay](random), Number.MAX_SAFE_INTEGER);
              model.add(time, handles.push(queue.push(time, handles.length)) - 1);
            } else if (burst.kind === 'remove' && handles.length > 0) {
              const victim = Math.floor((burst.recent ? 1 - random() / 8 : random()) * handles.length);
              expect(queue.remove(handles[victim]!)).toBe(model.remove(victim));
            } else if (burst.kind === 'remove next') {
              const next = model.first;
              expect(queue.peekTime()).toBe(next?.time);
              if (next !== undefined) expect(queue.remove(handles[next.serial]!)).toBe(model.remove(next.serial));
            } else if (burst.kind === 'pop') {
              const next = model.shift();
              if (i % 2 === 0) expect(queue.peekTime()).toBe(next?.time);
              expect(queue.pop()).toBe(next?.serial);
              now = next?.time ?? now;
            }
            expect(queue.size).toBe(model.size);
          }
        }
        for (let next = model.shift(); next !== undefined; next = model.shift()) {
          expect(queue.peekTime()).toBe(next.time);
          expect(queue.pop()).toBe(next.serial);
        }
        expect(queue.peekTime()).toBeUndefined();
        expect(queue.pop()).toBeUndefined();
      }),
      { numRuns: 150 },
    );
  });

  it('keeps ties in order of insertion when far ones become near, near ones far, and time goes back', () => {
    const queue = new EventQueue<number>();
    const model = new SortedList();
    for (let serial = 0; serial < 3000; serial++) {
      // Seven times, the later ones first, and each of them again and again.
      const time = (7 - (serial % 7)) * 2 ** 40;
      queue.push(time, serial);
      model.add(time, serial);
      if (serial % 5 === 0) expect(queue.pop()).toBe(model.shift()!.serial);
    }
    for (let next = model.shift(); next !== undefined; next = model.shift()) expect(queue.pop()).toBe(next.serial);
  });

  it('holds a million events and gives them back in order', () => {
    const queue = new EventQueue<number>();
    let state = 12345;
    for (let i = 0; i < 1_000_000; i++) {
      state = (Math.imul(state, 1103515245) + 12345) >>> 0;
      queue.push(state % 100_000, i);
    }
    let last = -1;
    let lastSerial = -1;
    for (let i = 0; i < 1_000_000; i++) {
      const time = queue.peekTime()!;
      const serial = queue.pop()!;
      if (time < last || (time === last && serial < lastSerial)) expect.fail(`out of order at ${i}`);
      last = time;
      lastSerial = serial;
    }
    expect(queue.size).toBe(0);
  });

  it('does not let an old handle cancel a new event in the same slot', () => {
    const queue = new EventQueue<string>();
    const old = queue.push(1, 'old');
    queue.pop();
    queue.push(2, 'new');
    expect(queue.remove(old)).toBe(false);
    expect(queue.pop()).toBe('new');
  });

  it('gives memory back after many events, whether it is empty then or not', async () => {
    for (const rest of [0, 1, 20]) {
      const before = await memory();
      const queue = new EventQueue<number>();
      const random = generator(7);
      let handles: number[] = [];
      for (let i = 0; i < rest; i++) queue.push(2 ** 50 + i, i);
      for (let i = 0; i < 200_000; i++) handles.push(queue.push(Math.floor(random() * 1e9), i));
      for (let i = 0; i < 200_000; i += 2) queue.remove(handles[i]!);
      handles = [];
      expect((await memory()) - before).toBeGreaterThan(4e6);
      while (queue.size > rest) queue.pop();
      for (let i = 0; i < 1000; i++) {
        queue.push(2e9, i);
        queue.pop();
      }
      // Slots before the last one that is taken stay.
      expect((await memory()) - before).toBeLessThan(rest === 20 ? 2e6 : 500_000);
      expect(queue.size).toBe(rest);
    }
  });

  it('stays small when events are pushed and taken back for ever', async () => {
    const queue = new EventQueue<number>();
    for (let i = 0; i < 1000; i++) queue.push(i, i);
    const before = await memory();
    for (let i = 0; i < 300_000; i++) queue.remove(queue.push(5 * 86_400e9 + i * 1000, i));
    expect((await memory()) - before).toBeLessThan(500_000);
    expect(queue.size).toBe(1000);
  });

  it('takes no more than a few steps an event, wherever their times lie', () => {
    for (const [name, delay] of Object.entries(DELAYS)) {
      const queue = new EventQueue<number>();
      const random = generator(3);
      for (let i = 0; i < 100_000; i++) queue.push(delay(random), i);
      // Most steps take back what is next, and one in a thousand lets hundreds of events come before it.
      let handles: number[] = [];
      for (let i = 0; i < 100_000; i++) {
        const now = queue.peekTime()!;
        if (handles.length > 0) queue.remove(handles.pop()!);
        else queue.pop();
        if (i % 1000 === 0) handles = Array.from({ length: 600 }, (_, j) => queue.push(now + 600 - j, j));
      }
      // Some 50 ms; what moves all of them for each burst, or looks through them for the next one, outlasts the test.
      expect(queue.peekTime(), name).toBeDefined();
    }
  });

  it('is not slowed down by a crowd just behind a busy time', () => {
    const queue = new EventQueue<number>();
    const crowd = 2 ** 45;
    for (let i = 0; i < 200_000; i++) queue.push(crowd + i * 1024, i);
    let popped = 0;
    for (let idle = 40; idle > 25; idle--) {
      for (let round = 0; round < 20; round++) {
        const now = crowd - 2 ** idle + round * 1000;
        expect(queue.peekTime()).toBe(crowd);
        for (let i = 0; i < 700; i++) queue.push(now + i, i);
        for (let i = 0; i < 700; i++) if (queue.pop() === i) popped++;
      }
    }
    expect(popped).toBe(15 * 20 * 700);
  });

  it('refuses times that it could not order', () => {
    const queue = new EventQueue<number>();
    for (const time of [-1, 2 ** 53 + 2, Number.NaN, Number.POSITIVE_INFINITY])
      expect(() => queue.push(time, 0)).toThrow(/has a time/);
    expect(queue.size).toBe(0);
  });
});
