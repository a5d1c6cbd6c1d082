#!/usr/bin/env node
// Asks the real tools again for everything in fixtures/recorded.json.
//
//   node record.mjs [--write]
//
// Needs root or unprivileged user namespaces, and iptables-legacy 1.8.9. Each case runs in a network namespace of its
// own. Prints every answer that is not the recorded one; --write records the real answers instead.
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const file = new URL('fixtures/recorded.json', import.meta.url);
const TOOLS = {
  iptables: 'iptables-legacy',
  'iptables-restore': 'iptables-legacy-restore',
  'iptables-save': 'iptables-legacy-save',
};

if (process.argv[2] === '--play') {
  const steps = JSON.parse(readFileSync(0, 'utf8'));
  const answers = steps.map(({ run: [tool, ...args], stdin = '' }) => {
    const { status, stdout } = spawnSync(TOOLS[tool], args, { input: stdin, encoding: 'utf8' });
    return { status, stdout: stdout.replace(/^#.*\n/gm, '') };
  });
  process.stdout.write(JSON.stringify(answers));
} else {
  const cases = JSON.parse(readFileSync(file, 'utf8'));
  const env = { ...process.env, XTABLES_LOCKFILE: join(tmpdir(), 'chainwalk-record.lock') };
  let differ = 0;
  for (const steps of cases) {
    const played = spawnSync('unshare', ['-rn', process.execPath, process.argv[1], '--play'], {
      input: JSON.stringify(steps),
      encoding: 'utf8',
      env,
    });
    if (played.status !== 0) throw new Error(played.stderr);
    JSON.parse(played.stdout).forEach((answer, index) => {
      const step = steps[index];
      if (step.status === answer.status && step.stdout === answer.stdout) return;
      differ++;
      console.log(
        step.run.join(' '),
        step.stdin ?? '',
        '\nrecorded:',
        step.status,
        step.stdout,
        '\nreal:',
        answer.status,
        answer.stdout,
      );
      Object.assign(step, answer);
    });
  }
  if (process.argv.includes('--write')) {
    const lines = cases.map((steps) => ` [\n${steps.map((step) => `  ${JSON.stringify(step)}`).join(',\n')}\n ]`);
    writeFileSync(file, `[\n${lines.join(',\n')}\n]\n`);
  }
  console.log(`${cases.length} cases, ${differ} answers differ`);
  process.exitCode = differ === 0 ? 0 : 1;
}
