#!/usr/bin/env node
// Plants faults, one at a time, in copies of the built packages, and tells after how many generated scenarios the
// comparison with the real kernel finds each.
//
//   node planted-faults.mjs [--seed N] [--runs N] [--recordings FILE]
//
// The kernel plays the scenarios once, or its answers come from FILE: an array of {scenario, kernel} (which is written if
// it is not there), or the lines that `npm run conformance -- --answers FILE` keeps, the first N of them. A scenario that differs without any fault is left out. Exit status: 0 every fault was found, 1 some
// were not, 2 bad use. Needs a build.

import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));

/** What is wrong, where, and how the built file says it right and wrong. */
const FAULTS = [
  ['core: a router takes two from the ttl', 'core/dist/net/host.js', 'packet.ttl = ttl - 1;', 'packet.ttl = ttl - 2;'],
  ['core: ICMP errors lose their precedence', 'core/dist/net/icmp-sender.js', '| 0xc0', '| 0x00'],
  [
    'core: the strict reverse path filter is loose',
    'core/dist/net/core-sysctls.js',
    'return Math.max(this.#all.rpFilter.value, this.#of(device).rpFilter.value);',
    'return 2 & Math.max(this.#all.rpFilter.value, this.#of(device).rpFilter.value);',
  ],
  [
    'conntrack: a UDP timeout is off by ten seconds',
    'conntrack/dist/sysctls.js',
    "seconds('udp_timeout', 30)",
    "seconds('udp_timeout', 40)",
  ],
  [
    'conntrack: a FIN in ESTABLISHED is not seen',
    'conntrack/dist/trackers/tcp-table.js',
    "'xx4466678x', // FIN",
    "'xx4366678x', // FIN",
  ],
  [
    'conntrack: the left edge of the window is gone',
    'conntrack/dist/trackers/tcp-window.js',
    '!after(end, leftEdge)',
    'false',
  ],
  [
    'netfilter: a byte counter is off by one',
    'netfilter/dist/x_tables/walk.js',
    'counted.bytes += length;',
    'counted.bytes += length + 1;',
  ],
  [
    'netfilter: the first rule of a chain that is jumped to is skipped',
    'netfilter/dist/x_tables/walk.js',
    'index = 0;\n                continue;',
    'index = 1;\n                continue;',
  ],
  [
    'netfilter: a range of ports loses its end',
    'netfilter/dist/matches/multiport.js',
    'port <= range.max',
    'port < range.max',
  ],
  [
    'netfilter: MARK sets bits and never clears any',
    'netfilter/dist/targets/mark.js',
    '(before & ~mask) ^ value',
    'before | value',
  ],
  [
    'netfilter: limit forgets what it has given',
    'netfilter/dist/matches/limit.js',
    'credit >= cost ? credit - cost : credit',
    'credit',
  ],
  [
    'ipvs: a tie goes to the last server',
    'ipvs/dist/schedulers/least.js',
    'leastLoad * candidate.weight > candidateLoad * least.weight',
    'leastLoad * candidate.weight >= candidateLoad * least.weight',
  ],
  [
    'ipvs: a TCP timeout is off by ten seconds',
    'ipvs/dist/protocols/tcp-states.js',
    '[2, 15 * 60, 2 * 60, 60,',
    '[2, 15 * 60, 2 * 60, 50,',
  ],
  [
    'ipvs: inactive connections are one too many',
    'ipvs/dist/services/destination.js',
    'this.totalConnections - this.activeConnections, 0',
    'this.totalConnections - this.activeConnections, 1',
  ],
  [
    'ipvs: rr stays where it is',
    'ipvs/dist/schedulers/rr.js',
    'for (let step = 1; step <=',
    'for (let step = 0; step <',
  ],
];

function options(words) {
  const given = { seed: '1', runs: '300' };
  while (words.length > 0) {
    const word = words.shift();
    if (!['--seed', '--runs', '--recordings'].includes(word) || words.length === 0) {
      console.error('usage: planted-faults.mjs [--seed N] [--runs N] [--recordings FILE]');
      process.exit(2);
    }
    given[word.slice(2)] = words.shift();
  }
  return given;
}

/** Scenarios with the kernel's answers. */
function recordings({ seed, runs, recordings: file }, work) {
  if (file !== undefined && existsSync(file)) {
    const text = readFileSync(file, 'utf8');
    if (text.trimStart().startsWith('[')) return JSON.parse(text);
    const answers = text
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line));
    // Those that were asked for once more are there already.
    return answers.filter(({ again }) => again === undefined).slice(0, Number(runs));
  }
  const list = join(work, 'scenarios.json');
  const out = file ?? join(work, 'recordings.json');
  const run = (...words) =>
    execFileSync(process.execPath, words, { maxBuffer: 1 << 30, stdio: ['ignore', 'pipe', 'inherit'] });
  writeFileSync(list, run(join(ROOT, 'conformance/dist/main.js'), '--list', '--runs', runs, '--seed', seed));
  try {
    run(join(ROOT, 'conformance/oracle.mjs'), '--pairs', list, '-o', out);
  } catch (error) {
    if (!existsSync(out)) throw error; // otherwise it says that some were refused
  }
  return JSON.parse(readFileSync(out, 'utf8'));
}

/** Indices of the recordings that the scenario package under this root plays differently. */
function differing(root, file, only) {
  const code = `
    import { readFileSync } from 'node:fs';
    import { compareResults, playScenario } from ${JSON.stringify(pathToFileURL(join(root, 'packages/scenario/dist/index.js')).href)};
    const only = ${JSON.stringify(only ?? null)};
    const found = [];
    for (const [index, { scenario, kernel }] of JSON.parse(readFileSync(${JSON.stringify(file)}, 'utf8')).entries()) {
      if (only !== null && !only.includes(index)) continue;
      if (kernel.failed !== undefined) { if (only === null) found.push(index); continue; }
      let equal = false;
      try { equal = compareResults(playScenario(scenario), kernel, scenario).length === 0; } catch {}
      if (!equal) { found.push(index); if (only !== null) break; }
    }
    console.log(JSON.stringify(found));`;
  return JSON.parse(execFileSync(process.execPath, ['--input-type=module', '-e', code], { encoding: 'utf8' }));
}

const given = options(process.argv.slice(2));
const work = mkdtempSync(join(tmpdir(), 'chainwalk-faults-'));
try {
  const all = recordings(given, work);
  const file = join(work, 'all.json');
  writeFileSync(file, JSON.stringify(all));
  const before = new Set(differing(ROOT, file));
  const good = all.map((_, index) => index).filter((index) => !before.has(index));
  console.log(`${all.length} scenarios, ${good.length} of them equal without a fault`);
  const copy = join(work, 'tree');
  cpSync(join(ROOT, 'packages'), join(copy, 'packages'), {
    recursive: true,
    verbatimSymlinks: true,
    filter: (path) => !/\/(src|test)(\/|$)/.test(path.slice(ROOT.length)),
  });
  symlinkSync(join(ROOT, 'node_modules'), join(copy, 'node_modules'));
  let missed = 0;
  for (const [what, path, right, wrong] of FAULTS) {
    const target = join(copy, 'packages', path);
    const text = readFileSync(target, 'utf8');
    if (!text.includes(right)) {
      console.log(`${what}: CANNOT BE PLANTED, ${path} no longer says ${JSON.stringify(right)}`);
      missed++;
      continue;
    }
    writeFileSync(target, text.replace(right, wrong));
    const [first] = differing(copy, file, good);
    writeFileSync(target, text);
    if (first === undefined) missed++;
    console.log(
      `${what}: ${first === undefined ? 'NOT FOUND' : `found by scenario ${first + 1}, ${all[first].scenario.name}`}`,
    );
  }
  console.log(`${FAULTS.length - missed} of ${FAULTS.length} faults found`);
  process.exitCode = missed === 0 ? 0 : 1;
} finally {
  rmSync(work, { recursive: true, force: true });
}
