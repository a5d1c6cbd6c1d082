// Generated traffic from the command line: what `chainwalk load` says, and that a seed says it all.
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const chainwalk = fileURLToPath(new URL('../../packages/cli/bin/chainwalk.js', import.meta.url));
const run = (...words) =>
  execFileSync(process.execPath, [chainwalk, 'load', 'load.yaml', '--host', 'host.yaml', ...words], {
    encoding: 'utf8',
  });

console.log('$ chainwalk load load.yaml --host host.yaml');
console.log(run());
const twice = ['--json', '--seed', '7', '--duration', '1s'];
const reports = [run(...twice), run(...twice)];
console.log(`the same seed again, byte for byte: ${reports[0] === reports[1]}`);
