import { describe, expect, it } from 'vitest';
import { Simulation } from '../../src/engine/simulation.ts';
import { SECOND } from '../../src/engine/time.ts';
import { InvariantError } from '../../src/invariant.ts';

describe('Simulation', () => {
  it('shows each event its own due time, and ties in the order of scheduling', () => {
    const simulation = new Simulation();
    const seen: string[] = [];
    simulation.schedule(2 * SECOND, () => seen.push(`late ${simulation.now / SECOND}`));
    simulation.schedule(SECOND, () => seen.push(`first ${simulation.now / SECOND}`));
    simulation.schedule(SECOND, () => seen.push(`second ${simulation.now / SECOND}`));
    simulation.run();
    expect(seen).toEqual(['first 1', 'second 1', 'late 2']);
  });

  it('runs events due exactly at the end of a run, and then stands at the end', () => {
    const simulation = new Simulation();
    let ran = 0;
    simulation.schedule(5, () => ran++);
    simulation.schedule(6, () => ran++);
    simulation.run(5);
    expect([ran, simulation.now, simulation.pending]).toEqual([1, 5, 1]);
  });

  it('lets an event schedule another for the same moment', () => {
    const simulation = new Simulation();
    const seen: number[] = [];
    simulation.schedule(3, () => simulation.schedule(0, () => seen.push(simulation.now)));
    simulation.run(3);
    expect(seen).toEqual([3]);
  });

  it('cancels an event once', () => {
    const simulation = new Simulation();
    const handle = simulation.schedule(1, () => expect.fail('it was cancelled'));
    expect(simulation.cancel(handle)).toBe(true);
    expect(simulation.cancel(handle)).toBe(false);
    simulation.run();
  });

  it('refuses to schedule in the past or at a fraction of a nanosecond', () => {
    const simulation = new Simulation();
    simulation.run(10);
    expect(() => simulation.scheduleAt(9, () => {})).toThrow(InvariantError);
    expect(() => simulation.schedule(0.5, () => {})).toThrow(InvariantError);
    expect(() => simulation.schedule(Number.NaN, () => {})).toThrow(InvariantError);
  });

  it('lets an error of an event reach whoever runs it', () => {
    const simulation = new Simulation();
    simulation.schedule(1, () => {
      throw new Error('boom');
    });
    expect(() => simulation.run()).toThrow('boom');
  });
});
