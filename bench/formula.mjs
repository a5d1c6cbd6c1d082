// Prices that users write as formulas over what the meter counts, with mathjs, which is loaded only when one is asked
// for. Alone, it prices a first packet through 1,000 Services:
//
//   node bench/formula.mjs 'rules * 5.3 + matches * 8.5 + conntrackInserts * 1060'
import { fileURLToPath } from 'node:url';
import { formulaOf } from '../packages/cli/dist/formula.js';

export { formulaOf };

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
