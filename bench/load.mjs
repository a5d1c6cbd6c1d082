// Loading and saving rules as kube-proxy writes them: time, memory, and that the save gives back every byte.
//
//   node --expose-gc bench/load.mjs [--sizes 1250,12500]      # Services of 8 rules
import { Simulation } from '../packages/core/dist/index.js';
import { bareNode, nodeNetwork } from '../packages/kube-proxy/dist/index.js';
import { rendered, segment } from './lib/cluster.mjs';
import { calibration, memory, numbers, option, processorTime, report, round } from './lib/measure.mjs';

const seed = Number(option('seed', '1'));
/** The tables of a save without remarks; in which order they stand is the tool's business. */
const tables = (text) =>
  text
    .replace(/^#.*\n/gm, '')
    .split(/^(?=\*)/m)
    .sort()
    .join('');

for (const services of numbers('sizes', '125,1250,5000,20000')) {
  const state = rendered(services, 'iptables');
  const text = state.iptablesSave;
  const rules = text.match(/^-A/gm).length;
  const node = bareNode(new Simulation({ seed }), nodeNetwork(state.settings, state.entries));
  const before = memory();
  const clock = performance.now();
  let start = processorTime();
  const { status, stderr } = node.run(['iptables-restore'], text);
  const load = processorTime() - start;
  const wall = performance.now() - clock;
  if (status !== 0) throw new Error(stderr);
  const bytes = memory() - before;
  start = processorTime();
  const saved = node.run(['iptables-save']).stdout;
  const save = processorTime() - start;
  // The chains that a packet comes to are compiled and indexed for the first one.
  start = processorTime();
  node.host.receive(node.host.device('eth0'), segment(0, 2000, services - 1));
  const first = processorTime() - start;
  report({
    experiment: 'load',
    seed,
    services,
    rules,
    'load s': round(load / 1e9),
    'load wall s': round(wall / 1000),
    'first packet s': round(first / 1e9),
    'us a rule': round(load / 1000 / rules),
    'save s': round(save / 1e9),
    'heap MB': round(bytes / 1e6),
    'bytes a rule': round(bytes / rules),
    'saved the same': tables(saved) === tables(text),
    'calibration ns': calibration(),
  });
}
