// The event queue: take the next event out and put one in, with so many pending.
//
//   node bench/queue.mjs [--sizes 1000,10000]
import { EventQueue } from '../packages/core/dist/index.js';
import { calibration, numbers, option, report, round, shortest, xorshift } from './lib/measure.mjs';

const seed = Number(option('seed', '1'));
const HOLDS = 300_000;

for (const pending of numbers('sizes', '1000,10000,100000,1000000')) {
  const queue = new EventQueue();
  const random = xorshift(seed);
  let now = 0;
  for (let i = 0; i < pending; i++) queue.push(random() % 1e9, i);
  const hold = () => {
    for (let i = 0; i < HOLDS; i++) {
      now = queue.peekTime();
      queue.push(now + (random() % 1e9), queue.pop());
    }
  };
  hold();
  const each = shortest(5, hold) / HOLDS;
  report({
    experiment: 'queue',
    seed,
    pending,
    'ns a hold': round(each),
    'holds/s': Math.round(1e9 / each),
    'calibration ns': calibration(),
  });
}
