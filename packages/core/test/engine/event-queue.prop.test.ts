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
});
