// Asks the real kernel.
//
//   oracle FILE.json... [-o OUT.json]                       plays scenarios, prints an array of results
//   oracle --pairs FILE.json... [-o OUT.json]               the same, printed as an array of {scenario, kernel}
//   oracle --record FILE.json... [-o OUT.json]              the same, played twice; those that did not get the same
//                                                           result both times are left out and named on stderr
//   oracle --check FILE.json...                             replays recordings {scenario, kernel} and compares
//   oracle --sh 'COMMANDS' | --sh-file FILE [--seconds N]   runs shell commands in a fresh guest
//   oracle --corpus [FILE.t...] [--write] [--messages]      text conformance: see corpus.mjs
//
// A file holds one scenario, an array of them, or an array of {scenario, ...}; `-` is the standard input. --jobs N plays
// in N guests side by side. --kernel own plays on this machine's own kernel, as root. Exit status: 0 well, 1 something failed or differs, 2 bad use; of --sh that of the commands.

import { readFileSync, writeFileSync } from 'node:fs';
import { main as checkCorpus } from './corpus.mjs';
import { playScenarios, runInGuest } from './guest.mjs';

const USAGE = readFileSync(new URL(import.meta.url), 'utf8')
  .split('\n')
  .filter((line) => line.startsWith('//'))
  .map((line) => line.slice(3))
  .join('\n');

class Misuse extends Error {}

// The rule of what is equal is chainwalk's own and needs a build; nothing else here does, so it is loaded when needed.
const comparison = async () => ({
  ...(await import('./compare.mjs')),
  ...(await import('@chainwalk/scenario/compare')),
});

function options(words) {
  const given = { files: [], jobs: 1, seconds: 60, kernel: '6.1' };
  const value = (option) => {
    if (words.length === 0) throw new Misuse(`${option} needs a value`);
    return words.shift();
  };
  while (words.length > 0) {
    const word = words.shift();
    if (word === '-o') given.output = value(word);
    else if (word === '--jobs' || word === '--seconds') {
      const number = Number(value(word));
      if (!(number >= 1)) throw new Misuse(`${word} needs a number from 1`);
      given[word.slice(2)] = Math.floor(number);
    } else if (word === '--kernel') {
      given.kernel = value(word);
      if (!['6.1', 'own'].includes(given.kernel)) throw new Misuse('--kernel is 6.1 or own');
    } else if (word === '--sh') given.script = value(word);
    else if (word === '--sh-file') given.script = readFileSync(value(word), 'utf8');
    else if (['--check', '--pairs', '--record'].includes(word)) given[word.slice(2)] = true;
    else if (word === '--help' || word === '-h') given.help = true;
    else if (word.startsWith('-') && word !== '-') throw new Misuse(`unknown option ${word}`);
    else given.files.push(word);
  }
  return given;
}

async function shell({ script, seconds, kernel }) {
  const guest = await runInGuest(script, { seconds, kernel });
  process.stdout.write(guest.stdout);
  process.stderr.write(guest.stderr);
  if (guest.ended !== 'done') {
    console.error(
      guest.ended === 'timeout' ? `the guest ran out of its ${seconds} s` : `the guest died:\n${guest.console}`,
    );
    return 1;
  }
  return guest.status;
}

const readEntries = (files) =>
  files
    .flatMap((file) => JSON.parse(readFileSync(file === '-' ? 0 : file, 'utf8')))
    .map((entry) => (entry.scenario ? entry : { scenario: entry }));

/** Plays scenarios, and says which could not be played. */
async function results(scenarios, { jobs, kernel }) {
  const played = await playScenarios(scenarios, { jobs, kernel, onNote: (text) => console.error(text) });
  for (const { name, failed } of played) if (failed !== undefined) console.error(`${name}: ${failed}`);
  return played;
}

const allPlayed = (played) => (played.every(({ failed }) => failed === undefined) ? 0 : 1);

function write(value, { output }) {
  const text = `${JSON.stringify(value, null, 1)}\n`;
  if (output === undefined) process.stdout.write(text);
  else writeFileSync(output, text);
}

async function play(given) {
  const scenarios = readEntries(given.files).map(({ scenario }) => scenario);
  const played = await results(scenarios, given);
  write(given.pairs ? played.map((kernel, i) => ({ scenario: scenarios[i], kernel })) : played, given);
  return allPlayed(played);
}

async function record(given) {
  const { compareResults, formatDifference } = await comparison();
  const scenarios = readEntries(given.files).map(({ scenario }) => scenario);
  const [played, again] = [await results(scenarios, given), await results(scenarios, given)];
  const recordings = scenarios.map((scenario, i) => ({ scenario, kernel: played[i] }));
  const stable = recordings.filter(({ scenario, kernel }, i) => {
    const differences = compareResults(kernel, again[i], scenario);
    for (const difference of differences)
      console.error(`left out: ${formatDifference(difference, { names: ['once', 'again'] })}`);
    return differences.length === 0 && kernel.failed === undefined;
  });
  write(stable, given);
  return allPlayed(played);
}

async function check(given) {
  const { compareLists, formatDifference, resultsOf } = await comparison();
  const entries = readEntries(given.files);
  const played = await results(
    entries.map(({ scenario }) => scenario),
    given,
  );
  const { compared, equal, differences } = compareLists(resultsOf(entries), resultsOf(played));
  for (const difference of differences) console.log(formatDifference(difference, { names: ['recorded', 'kernel'] }));
  console.log(`${equal} of ${compared} scenarios equal`);
  return equal === compared ? 0 : 1;
}

try {
  const words = process.argv.slice(2);
  const given = words[0] === '--corpus' ? { corpus: words.slice(1) } : options(words);
  if (given.corpus) process.exitCode = await checkCorpus(given.corpus);
  else if (given.help) console.log(USAGE);
  else if (given.script !== undefined) process.exitCode = await shell(given);
  else if (given.files.length === 0) throw new Misuse('nothing to do');
  else process.exitCode = await (given.check ? check : given.record ? record : play)(given);
} catch (error) {
  console.error(error instanceof Misuse ? `${error.message}\n\n${USAGE}` : `oracle: ${error.message}`);
  process.exitCode = 2;
}
