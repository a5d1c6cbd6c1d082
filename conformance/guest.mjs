// Runs commands and plays scenarios on a real kernel, from the host's side: in user-mode Linux guests, or on this machine's
// own kernel in namespaces.

import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** What lets a kernel run a script, and how that kernel's player is started. */
const KERNELS = {
  6.1: { launcher: './guest/boot.sh', player: '', place: 'the guest' },
  own: { launcher: './guest/namespace.sh', player: '--own', place: 'the player' },
};

/** Guests and namespaces under way and their directories: both end with this process, whatever ends it. */
const running = new Map();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.on(signal, () => {
    for (const [child, work] of running) {
      child.kill('SIGTERM');
      rmSync(work, { recursive: true, force: true });
    }
    process.exit(1);
  });
}

/**
 * Boots a guest, or makes namespaces, where a shell script runs in a directory of its own.
 * @param {string} script
 * @param {{ seconds: number, kernel?: '6.1' | 'own', files?: Record<string, string>, read?: string[] }} options `files`
 *   are put into the directory before, `read` are taken from it afterwards (missing ones are '')
 * @returns {Promise<{ ended: 'done' | 'died' | 'timeout', status: number | undefined, stdout: string, stderr: string,
 *   console: string, read: Record<string, string> }>}
 */
export async function runInGuest(script, { seconds, kernel = '6.1', files = {}, read = [] }) {
  const work = mkdtempSync(join(tmpdir(), 'chainwalk-guest-'));
  try {
    for (const [name, text] of Object.entries({ ...files, 'run.sh': script })) writeFileSync(join(work, name), text);
    const launcher = fileURLToPath(new URL(KERNELS[kernel].launcher, import.meta.url));
    const child = spawn(launcher, [work, String(Math.ceil(seconds))], { stdio: ['ignore', 'ignore', 'pipe'] });
    running.set(child, work);
    let complaint = '';
    child.stderr.on('data', (data) => (complaint += data));
    const code = await new Promise((resolve, reject) => {
      child.on('error', reject);
      child.on('close', resolve);
    });
    running.delete(child);
    if (code === 2) throw new Error(complaint.trim());
    const take = (name) => (existsSync(join(work, name)) ? readFileSync(join(work, name), 'utf8') : '');
    const status = take('status');
    return {
      ended: code === 0 ? 'done' : code === 124 ? 'timeout' : 'died',
      status: status === '' ? undefined : Number(status),
      stdout: take('stdout'),
      stderr: take('stderr'),
      console: take('console'),
      read: Object.fromEntries(read.map((name) => [name, take(name)])),
    };
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** Seconds that a scenario may take: its own time (played up to three times if the machine is busy) and its tools. */
const allowance = (scenario) => {
  const own = Math.max(0, ...scenario.steps.map((step) => step.at ?? 0)) / 1000;
  return 3 * own + 6 + 0.5 * scenario.steps.filter((step) => step.run !== undefined).length;
};

/** Plays [index, scenario] pairs in one guest, in as many boots as it takes; one that kills the kernel is given up. */
async function playInTurn(queue, { kernel, onResult, onNote }) {
  const { player, place } = KERNELS[kernel];
  let rest = queue;
  while (rest.length > 0) {
    const seconds = 60 + rest.reduce((sum, [, scenario]) => sum + allowance(scenario), 0);
    const command = `exec /usr/bin/python3 "$CHAINWALK_GUEST/play.py" ${player} scenarios.json results.jsonl`;
    const guest = await runInGuest(command, {
      kernel,
      seconds,
      files: { 'scenarios.json': JSON.stringify(rest) },
      read: ['results.jsonl'],
    });
    const done = new Set();
    for (const line of guest.read['results.jsonl'].split('\n')) {
      // The last line is cut short if the kernel died while it was written.
      if (!line.endsWith('}')) continue;
      const { index, result, late } = JSON.parse(line);
      done.add(index);
      onResult(index, result, late);
    }
    if (guest.stderr.trim() !== '') onNote(guest.stderr.trim());
    const left = rest.filter(([index]) => !done.has(index));
    if (left.length > 0) {
      const [[index, scenario]] = left;
      const why = guest.ended === 'timeout' ? `${place} ran out of time` : `${place} died`;
      onNote(`${why} at ${scenario.name}; it said:\n${guest.console.trim().split('\n').slice(-25).join('\n')}`);
      onResult(index, { name: scenario.name ?? '', failed: why }, 0);
      left.shift();
    }
    rest = left;
  }
}

/**
 * Plays scenarios on a real kernel.
 * @param {object[]} scenarios
 * @param {{ jobs?: number, kernel?: '6.1' | 'own', onNote?: (text: string) => void }} [options] `jobs` guests run side
 *   by side; `own` is this machine's kernel, which takes root
 * @returns {Promise<object[]>} the results, in the order of the scenarios
 */
export async function playScenarios(scenarios, { jobs = 1, kernel = '6.1', onNote = () => {} } = {}) {
  const results = new Array(scenarios.length);
  const queues = Array.from({ length: Math.min(jobs, scenarios.length) }, () => []);
  // Dealt out like cards, so that the long ones of a tier are shared.
  for (const [index, scenario] of scenarios.entries()) queues[index % queues.length].push([index, scenario]);
  const onResult = (index, result, late) => {
    results[index] = result;
    if (late > 0) onNote(`${result.name}: a step was ${late} ms late; its counts of time may be off`);
  };
  await Promise.all(queues.map((queue) => playInTurn(queue, { kernel, onResult, onNote })));
  return results;
}
