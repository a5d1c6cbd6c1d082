// The rules of a real Kubernetes node, and where packets go in them.
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const chainwalk = here('../../packages/cli/bin/chainwalk.js');
const colour = process.stdout.isTTY ? 'always' : 'never';

function run(title, args) {
  console.log(`${title}\n$ chainwalk ${args.map((word) => (/[\s>*]/.test(word) ? `'${word}'` : word)).join(' ')}\n`);
  // Colours go to a terminal; the command itself sees a pipe.
  console.log(
    execFileSync(process.execPath, [chainwalk, ...args, '--colour', colour], { cwd: here('.'), encoding: 'utf8' }),
  );
}

const node = ['--rules', 'node/rules.v4', '--addr', 'node/addr.json', '--route', 'node/route.json'];

run('1. A pod asks a Service by its cluster IP: which rules decide, and which pod answers?', [
  'trace',
  ...node,
  '--in',
  'cni0',
  'tcp 10.244.1.30:40000 > 10.96.12.34:80 S',
]);
run('2. Somebody outside knocks at the NodePort.', [
  'trace',
  ...node,
  '--in',
  'eth0',
  'tcp 192.168.1.77:51000 > 192.168.1.10:30031 S',
]);
run('3. A Service without endpoints, asked from a pod.', [
  'trace',
  ...node,
  '--in',
  'cni0',
  'tcp 10.244.1.30:40001 > 10.96.77.8:80 S',
]);
run('4. A stranger tries to log in to the node.', [
  'trace',
  ...node,
  '--in',
  'eth0',
  'tcp 203.0.113.9:60000 > 192.168.1.10:22 S',
]);
run('5. A conversation, played packet by packet, and the state that it leaves behind.', ['run', 'conversation.yaml']);
