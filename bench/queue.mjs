// The event queue: take the next event out and put one in, with so many pending.
//
//   node bench/queue.mjs [--times uniform,bimodal] [--sizes 1000,10000]
import { EventQueue } from '../packages/core/dist/index.js';
import { calibration, numbers, option, report, round, shortest, xorshift } from './lib/measure.mjs';

const seed = Number(option('seed', '1'));
const HOLDS = 300_000;
const ROUNDS = 5;

/** How much later an event is due that is put in, in nanoseconds. */
const DELAYS = {
  // Up to a second.
  uniform: (random) => random() % 1e9,
  // What a host is like: most within a millisecond, a tenth up to twelve hours later. With fewer than a thousand pending
  // so many holds would take more than the 104 days that simulated time can be.
  bimodal: (random) => (random() % 10 > 0 ? random() % 1e6 : Math.floor((random() / 2 ** 32) * 12 * 3600e9)),
};

for (const times of option('times', 'uniform,bimodal').split(',')) {
  for (const pending of numbers('sizes', '1000,10000,100000,1000000')) {
    const random = xorshift(seed);
    // Drawn before the clock starts, so that the queue alone is measured.
    const delays = Float64Array.from({ length: HOLDS }, () => DELAYS[times](random));
    const queue = new EventQueue();
    for (let i = 0; i < pending; i++) queue.push(DELAYS[times](random), i);
    const hold = () => {
      for (let i = 0; i < HOLDS; i++) {
        const now = queue.peekTime();
        queue.push(now + delays[i], queue.pop());
      }
    };
    hold();
    const each = shortest(ROUNDS, hold) / HOLDS;
    report({
      experiment: 'queue',
      seed,
      times,
      pending,
      'ns a hold': round(each),
      'holds/s': Math.round(1e9 / each),
      'calibration ns': calibration(),
    });
  }
}
