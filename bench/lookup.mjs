// Look-up cost against the number of Services: what Linux would visit and compare, and what that costs there.
//
//   node bench/lookup.mjs [--sizes 10,100,1000] [--mode iptables|ipvs] [--formula 'rules * 5']
//
// One first packet and one of the established connection to each of 40 Services spread evenly over all: with Services
// equally popular, percentiles over them are percentiles of latency. Counts are exact and the same on every machine.
import { LINUX_6_18_MEASURED, price } from '../packages/core/dist/index.js';
import { formulaOf } from './formula.mjs';
import { nodeWith, rendered, segment } from './lib/cluster.mjs';
import { numbers, option, report, round } from './lib/measure.mjs';

const SAMPLES = 40;
const mode = option('mode', 'iptables');
const seed = Number(option('seed', '1'));
const text = option('formula', undefined);
const formula = text === undefined ? undefined : await formulaOf(text);

const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;
const percentile = (values, share) => [...values].sort((a, b) => a - b)[Math.ceil(share * values.length) - 1];

function summary(counts) {
  const prices = counts.map((one) => price(LINUX_6_18_MEASURED, one));
  const of = (name) => round(mean(counts.map((one) => one[name])));
  return {
    rules: of('rules'),
    'rule bytes': of('ruleBytes'),
    'match calls': of('matches'),
    'set look-ups': of('setLookups'),
    'conntrack probes': of('conntrackProbes'),
    'ipvs probes': round(of('ipvsServiceProbes') + of('ipvsConnectionProbes')),
    ns: round(mean(prices)),
    p50: round(percentile(prices, 0.5)),
    p90: round(percentile(prices, 0.9)),
    ...(formula === undefined ? {} : { formula: round(mean(counts.map(formula))) }),
  };
}

for (const services of numbers('sizes', '10,100,1000,5000,10000,30000,40000')) {
  const node = nodeWith(rendered(services, mode), seed);
  const { host } = node;
  const device = host.device('eth0');
  const cost = (packet) => {
    const before = host.meter.snapshot();
    host.receive(device, packet);
    return host.meter.since(before);
  };
  const first = [];
  const established = [];
  for (let i = 0; i < SAMPLES; i++) {
    const service = Math.floor(((i + 0.5) / SAMPLES) * services);
    first.push(cost(segment(0, 2000 + i, service)));
    established.push(cost(segment(0, 2000 + i, service)));
  }
  for (const [packet, counts] of Object.entries({ first, established })) {
    report({ experiment: 'lookup', seed, mode, services, packet, ...summary(counts) });
  }
}
