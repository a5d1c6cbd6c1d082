// How time and memory are measured here: processor time, because other programs share the machine; shortest of some
// rounds; and a calibration loop beside each result, because the machine itself is not always equally fast.
import { execFileSync } from 'node:child_process';
import { arch, cpus, loadavg, platform, release, totalmem } from 'node:os';

/** The value of `--name VALUE`, or `fallback`. */
export function option(name, fallback) {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? fallback : process.argv[at + 1];
}

export function numbers(name, fallback) {
  return option(name, fallback).split(',').map(Number);
}

/** Processor time of this process, in nanoseconds. */
export function processorTime() {
  const { user, system } = process.cpuUsage();
  return (user + system) * 1000;
}

/** Processor time that `work` takes, in nanoseconds. */
export function timed(work) {
  const start = processorTime();
  work();
  return processorTime() - start;
}

/** The shortest of `rounds` runs of `work`, in nanoseconds. */
export function shortest(rounds, work) {
  let best = Number.POSITIVE_INFINITY;
  for (let round = 0; round < rounds; round++) best = Math.min(best, timed(work));
  return best;
}

/** Bytes that are in use after a collection; needs `--expose-gc` to be exact. */
export function memory() {
  // More than once: the memory of typed arrays that nobody has is given back behind the collection that finds them.
  for (let i = 0; i < 4; i++) globalThis.gc?.();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

/** Nanoseconds an element of a plain scan over 4 MiB: the yardstick that other figures are a multiple of. */
export function calibration() {
  const column = new Int32Array(1 << 20);
  for (let i = 0; i < column.length; i++) column[i] = Math.imul(i, 2_654_435_761);
  let hits = 0;
  const scan = () => {
    for (let i = 0; i < column.length; i++) if ((column[i] & 0xffff) === 0x1234) hits++;
  };
  scan();
  const best = shortest(20, scan) / column.length;
  if (hits === 0) throw new Error('the calibration loop found nothing');
  return round(best);
}

/** Four significant digits. */
export function round(value) {
  return Number(Number(value).toPrecision(4));
}

/** A generator of 32-bit numbers. */
export function xorshift(seed) {
  let x = seed;
  return () => {
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    return x >>> 0;
  };
}

/** The kind of machine, without its name. */
export function environment() {
  const git = (...words) => {
    try {
      return execFileSync('git', words, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
    } catch {
      return 'unknown';
    }
  };
  const processors = cpus();
  return {
    machine: `${processors.length} x ${processors[0]?.model ?? arch()}, ${Math.round(totalmem() / 2 ** 30)} GiB`,
    system: `${platform()} ${release().split('-')[0]}`,
    node: process.version,
    commit: git('rev-parse', '--short', 'HEAD'),
    load: round(loadavg()[0]),
  };
}

/** Prints one result. */
export function report(row) {
  console.log(JSON.stringify(row));
}
