#!/usr/bin/env node
// Text conformance: what do the real tools accept, and how do they save it?
//
//   node corpus.mjs [FILE.t...] [--write] [--messages]
//
// Without files: all of packages/netfilter/test/corpus and packages/ipvs/test/corpus. Prints every line whose recorded
// answer is not the real one. --write records the real answers in the files instead, --messages prints what the tools
// said of the lines that they refuse. Exit status: 0 all as recorded, 1 not, 2 bad use.
//
// A corpus file has one case a line; `#` starts a comment line. A header says what the following lines are:
//
//   :filter INPUT,FORWARD      rules, tried with `-A` in each of these chains of this table
//   :ipset                     commands of `ipset restore`, several with ` | ` between them
//   :ipvsadm                   commands of `ipvsadm -R`, likewise
//
// and a case is one of
//
//   RULE ; = ; OK              accepted, and saved as it is written
//   RULE ; SAVED ; OK          accepted, and saved as SAVED; several lines have ` | ` between them
//   RULE ; ; FAIL              refused
//   RULE                       not asked yet
//
// Semicolons and bars within double quotes are text. Rules may refer to the chains USER and OTHER and to the sets at
// the top of guest/corpus.py. Of an ipset, `initval` is left out, and the members of hash types are sorted.

import { existsSync, readdirSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runInGuest } from './guest.mjs';

const FOLDERS = ['../packages/netfilter/test/corpus/', '../packages/ipvs/test/corpus/'];

/**
 * A case: a line of a corpus file.
 * @typedef {{ file: string, line: number, kind: 'iptables' | 'ipset' | 'ipvsadm', table: string, chains: string[],
 *   text: string, verdict: 'OK' | 'FAIL' | undefined, saved: string[] }} Case
 */

/** Splits at a separator that stands outside double quotes; blanks around the parts go. */
export function splitOutsideQuotes(text, separator) {
  const parts = [];
  let start = 0;
  let quoted = false;
  for (let i = 0; i < text.length; i++) {
    if (text[i] === '\\' && quoted) i++;
    else if (text[i] === '"') quoted = !quoted;
    else if (!quoted && text.startsWith(separator, i)) {
      parts.push(text.slice(start, i));
      start = i + separator.length;
      i = start - 1;
    }
  }
  parts.push(text.slice(start));
  return parts.map((part) => part.trim());
}

const lines = (text) => splitOutsideQuotes(text, ' | ');

/**
 * The cases of a corpus file.
 * @returns {Case[]}
 */
export function parseCorpus(text, file = '') {
  const cases = [];
  let header;
  text.split('\n').forEach((raw, index) => {
    const content = raw.trim();
    if (content === '' || content.startsWith('#')) return;
    const bad = (why) => new Error(`${file}:${index + 1}: ${why}: ${content}`);
    if (content.startsWith(':')) {
      const [name, chains] = content.slice(1).split(/\s+/);
      const kind = name === 'ipset' || name === 'ipvsadm' ? name : 'iptables';
      if (kind === 'iptables' && !chains) throw bad('a table needs chains');
      header = { kind, table: kind === 'iptables' ? name : '', chains: chains?.split(',') ?? [] };
      return;
    }
    if (!header) throw bad('no header like ":filter INPUT" before');
    const [rule, saved, verdict, ...more] = splitOutsideQuotes(content, ';');
    if (more.length > 0 || (verdict === undefined) !== (saved === undefined)) throw bad('not RULE ; SAVED ; VERDICT');
    if (verdict !== undefined && verdict !== 'OK' && verdict !== 'FAIL') throw bad('a verdict is OK or FAIL');
    cases.push({
      file,
      line: index + 1,
      ...header,
      text: rule,
      verdict,
      saved: verdict !== 'OK' ? [] : saved === '=' ? lines(rule) : lines(saved),
    });
  });
  return cases;
}

/** The line of a case with its answer. */
export function formatCase({ text }, answer) {
  if (!answer.ok) return `${text} ; ; FAIL`;
  const saved = answer.saved.join(' | ');
  return `${text} ; ${saved === text ? '=' : saved} ; OK`;
}

/** The text of `ipset save` as it can be written down: without what is random, and with no time gone by. */
function normalSets(saved, commands) {
  // A second begins to pass at once: what was given as 60 reads 59.
  const given = new Set(commands.map((command) => Number(/ timeout (\d+)/.exec(command)?.[1])));
  const rounded = (whole, seconds) => (given.has(Number(seconds) + 1) ? ` timeout ${Number(seconds) + 1}` : whole);
  const sets = [];
  for (const line of saved) {
    if (line.startsWith('create ')) sets.push({ head: line.replace(/ initval 0x[0-9a-f]+/, ''), members: [] });
    else sets.at(-1)?.members.push(line.replace(/ timeout (\d+)/, rounded));
  }
  return sets.flatMap(({ head, members }) => [head, ...(/^create \S+ hash:/.test(head) ? members.sort() : members)]);
}

/** The questions that the guest is asked about a case: a rule is tried in each of its chains. */
function questionsOf(one) {
  if (one.kind !== 'iptables') return [{ kind: one.kind, commands: lines(one.text) }];
  return one.chains.map((chain) => ({ kind: one.kind, table: one.table, chain, rule: one.text }));
}

/**
 * Asks the real tools.
 * @param {Case[]} cases
 * @returns {Promise<{ ok: boolean, saved: string[], message: string, byChain?: string[] }[]>} an answer for each case;
 *   `byChain` says which chain answered what where a rule's chains do not agree
 */
export async function askTools(cases) {
  const questions = cases.map(questionsOf);
  const total = questions.flat().length;
  const guest = await runInGuest('exec /usr/bin/python3 "$CHAINWALK_GUEST/corpus.py" cases.json answers.json', {
    seconds: 60 + total / 2,
    files: { 'cases.json': JSON.stringify(questions.flat()) },
    read: ['answers.json'],
  });
  if (guest.ended !== 'done' || guest.status !== 0) {
    throw new Error(`the guest: ${guest.ended}\n${guest.stderr || guest.console}`);
  }
  const answers = JSON.parse(guest.read['answers.json']);
  return cases.map((one, i) => {
    const own = answers.splice(0, questions[i].length);
    const texts = own.map(({ ok, saved, message }) => (ok ? saved.join(' | ') : `FAIL (${message})`));
    const agree = own.every((answer, k) => answer.ok === own[0].ok && (!answer.ok || texts[k] === texts[0]));
    const answer = own[0];
    if (one.kind === 'ipset') answer.saved = normalSets(answer.saved, lines(one.text));
    return agree ? answer : { ...answer, byChain: texts.map((text, k) => `${one.chains[k]}: ${text}`) };
  });
}

/** What is wrong with the recorded answer of a case, or undefined. */
function complaint(one, answer) {
  const place = `${one.file}:${one.line}: ${one.text}`;
  const said = answer.ok || !answer.message ? [] : [`    ${answer.message}`];
  if (answer.byChain) {
    const advice = '  the chains do not agree; give them headers and lines of their own';
    return [place, advice, ...answer.byChain.map((line) => `    ${line}`)].join('\n');
  }
  const real = formatCase(one, answer);
  if (one.verdict === undefined) return [place, `  + ${real}`, ...said].join('\n');
  const recorded = formatCase(one, { ok: one.verdict === 'OK', saved: one.saved });
  return recorded === real ? undefined : [place, `  - ${recorded}`, `  + ${real}`, ...said].join('\n');
}

/** Writes the answers into the file's lines; comments and layout stay. */
function record(file, answered) {
  const content = readFileSync(file, 'utf8').split('\n');
  for (const [one, answer] of answered) if (!answer.byChain) content[one.line - 1] = formatCase(one, answer);
  writeFileSync(file, content.join('\n'));
}

function allFiles() {
  return FOLDERS.map((folder) => fileURLToPath(new URL(folder, import.meta.url)))
    .filter((folder) => existsSync(folder))
    .flatMap((folder) =>
      readdirSync(folder)
        .filter((name) => name.endsWith('.t'))
        .sort()
        .map((name) => join(folder, name)),
    );
}

/** The command; also behind `oracle --corpus`. Returns the exit status. */
export async function main(words) {
  const write = words.includes('--write');
  const messages = words.includes('--messages');
  const named = words.filter((word) => !['--write', '--messages'].includes(word));
  if (named.some((word) => word.startsWith('-'))) {
    console.error('usage: corpus.mjs [FILE.t...] [--write] [--messages]');
    return 2;
  }
  const files = named.length > 0 ? named : allFiles();
  const cases = files.flatMap((file) => parseCorpus(readFileSync(file, 'utf8'), file));
  if (cases.length === 0) {
    console.error('no cases');
    return 2;
  }
  const answers = await askTools(cases);
  const refused = cases.map((one, i) => [one, answers[i]]).filter(([, answer]) => !answer.ok);
  if (messages)
    for (const [one, { message }] of refused) console.log(`${one.file}:${one.line}: ${one.text}\n    ${message}`);
  const wrong = cases
    .map((one, i) => (write && !answers[i].byChain ? undefined : complaint(one, answers[i])))
    .filter((text) => text !== undefined);
  for (const text of wrong) console.log(text);
  for (const file of write ? files : []) {
    const answered = cases.map((one, i) => [one, answers[i]]).filter(([one]) => one.file === file);
    record(file, answered);
  }
  console.log(`${cases.length - wrong.length} of ${cases.length} cases ${write ? 'recorded' : 'as recorded'}`);
  return wrong.length > 0 ? 1 : 0;
}

if (process.argv[1] && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  try {
    process.exitCode = await main(process.argv.slice(2));
  } catch (error) {
    console.error(`corpus: ${error.message}`);
    process.exitCode = 2;
  }
}
