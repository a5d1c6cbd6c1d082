import { refuse } from '@chainwalk/core';
import { dh } from './dh.ts';
import { fo } from './fo.ts';
import { lblc } from './lblc.ts';
import { lblcr } from './lblcr.ts';
import { lc } from './lc.ts';
import { mh } from './mh.ts';
import { nq } from './nq.ts';
import { ovf } from './ovf.ts';
import { rr } from './rr.ts';
import type { Scheduler } from './scheduler.ts';
import { sed } from './sed.ts';
import { sh } from './sh.ts';
import { twos } from './twos.ts';
import { wlc } from './wlc.ts';
import { wrr } from './wrr.ts';

/** Every scheduler that Linux 6.1 has. */
export const SCHEDULERS: readonly Scheduler[] = [rr, wrr, lc, wlc, lblc, lblcr, dh, sh, sed, nq, fo, ovf, mh, twos];

/** The schedulers that a host knows by name: Linux's own, and those that its user registers. */
export class SchedulerRegistry {
  readonly #byName = new Map<string, Scheduler>(SCHEDULERS.map((scheduler) => [scheduler.name, scheduler]));

  /**
   * Adds a scheduler, or replaces one of the same name for services bound from now on.
   * @throws InputError if the name is `none`, empty, or longer than the 15 characters that the kernel's has room for
   */
  register<State>(scheduler: Scheduler<State>): void {
    const { name } = scheduler;
    if (name === 'none' || !/^\S{1,15}$/.test(name)) {
      refuse(
        'scheduler-name',
        `"${name}" cannot be the name of a scheduler`,
        undefined,
        'use 1 to 15 characters without blanks, not "none"',
      );
    }
    this.#byName.set(name, scheduler);
  }

  get(name: string): Scheduler | undefined {
    return this.#byName.get(name);
  }

  get names(): readonly string[] {
    return [...this.#byName.keys()];
  }
}
