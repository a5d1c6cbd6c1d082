// How a set's table grows while members are added.
import { Simulation } from '../../packages/core/dist/index.js';
import { Node } from '../../packages/scenario/dist/index.js';

/** Where a table is doubled depends on the number that its hash begins with, which is drawn for each set. */
const SEEDS = [1, 2, 3, 4, 5];

/** How often the table of the one set that `ipset restore` makes from this text is doubled on the way, on average. */
export function resizesOf(text) {
  const size = (words) => Number(/hashsize (\d+)/.exec(words)[1]);
  let doubled = 0;
  for (const seed of SEEDS) {
    const node = new Node(new Simulation({ seed }));
    const { status, stderr } = node.run(['ipset', 'restore'], text);
    if (status !== 0) throw new Error(`ipset restore: ${stderr}`);
    doubled += Math.log2(size(node.sh('ipset list -t').stdout) / size(text));
  }
  return doubled / SEEDS.length;
}
