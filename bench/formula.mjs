// Prices that users write as formulas over what the meter counts, with mathjs, which is loaded only when one is asked
// for. Alone, it prices a first packet through 1,000 Services:
//
//   node bench/formula.mjs 'rules * 5.3 + matches * 8.5 + conntrackInserts * 1060'
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

/** A function from counts to the value of a formula over their names, such as `rules * 5 + sqrt(setProbes)`. */
export async function formulaOf(text) {
  const require = createRequire(new URL('../packages/cli/package.json', import.meta.url));
  const { create, all } = require('mathjs');
  const math = create(all);
  const code = math.compile(text);
  // What a formula could reach beyond arithmetic is taken away once it is compiled.
  const refuse = () => {
    throw new Error('not in a formula');
  };
  math.import(
    { import: refuse, createUnit: refuse, evaluate: refuse, parse: refuse, simplify: refuse, derivative: refuse },
    { override: true },
  );
  return (counts) => {
    const value = code.evaluate({ ...counts });
    if (typeof value !== 'number' || !Number.isFinite(value)) throw new Error(`${text} is no finite number`);
    return value;
  };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { LINUX_6_18_MEASURED, price } = await import('../packages/core/dist/index.js');
  const { nodeWith, rendered, segment } = await import('./lib/cluster.mjs');
  const text = process.argv[2];
  if (text === undefined) {
    console.error("a formula over the meter's counts is needed, such as 'rules * 5'");
    process.exit(2);
  }
  const formula = await formulaOf(text);
  const { host } = nodeWith(rendered(1000, 'iptables'), 1);
  const before = host.meter.snapshot();
  host.receive(host.device('eth0'), segment(0, 2000, 999));
  const counts = host.meter.since(before);
  console.log(`counts:  ${JSON.stringify(Object.fromEntries(Object.entries(counts).filter(([, n]) => n > 0)))}`);
  console.log(`formula: ${formula(counts)}`);
  console.log(`${LINUX_6_18_MEASURED.name}: ${Math.round(price(LINUX_6_18_MEASURED, counts))} ns`);
}
