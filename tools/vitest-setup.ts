/**
 * Every property test of a run shares one fast-check seed: `CHAINWALK_SEED` where it is set (CI sets it from the run),
 * else a fixed one. A failure prints the seed and the path, and setting `CHAINWALK_SEED` replays it.
 */
import fc from 'fast-check';

const seed = Number(process.env['CHAINWALK_SEED'] ?? 20_261_121);
const numRuns = Number(process.env['CHAINWALK_RUNS'] ?? 100);
fc.configureGlobal({ seed, numRuns, verbose: 1 });
