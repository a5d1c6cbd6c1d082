#!/usr/bin/env node
// Sessions with the real ipset (7.17 on Linux 6.1), recorded word for word.
//
//   node record.mjs [FILE.t...]      # plays each session in user-mode Linux and writes down what was answered
//
// A file holds sessions; each starts without sets.
//
//   == TITLE                begins a session
//   $ ipset ARGS            a command; 'single' and "double" quotes as in a shell, nothing else of it
//   $ sleep SECONDS         time goes by
//   $ iptables ARGS         for what ipset shows of rules: references
//   < LINE                  a line of the command's standard input
//   ! LINE                  what it wrote to standard error
//   ? STATUS                its exit status, if not 0
//   LINE                    what it wrote to standard output
//
// Lines beginning with # are comments. An empty line of output is written as a dot.

import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { runInGuest } from '../../../../conformance/guest.mjs';

const HERE = fileURLToPath(new URL('.', import.meta.url));

const PLAY = `
import json, shlex, subprocess, time
answers = []
for words, text in json.load(open('commands.json')):
    if words is None:
        subprocess.run('iptables -F; iptables -X; iptables -t mangle -F; ipset flush; ipset destroy', shell=True, capture_output=True)
        answers.append(None)
        continue
    argv = shlex.split(words)
    if argv[0] == 'sleep':
        time.sleep(float(argv[1]))
        answers.append(['', '', 0])
        continue
    try:
        done = subprocess.run(argv, input=text.encode(), capture_output=True, timeout=30)
        answers.append([done.stdout.decode(errors='replace'), done.stderr.decode(errors='replace'), done.returncode])
    except subprocess.TimeoutExpired:
        answers.append(['', 'no answer in time', 124])
json.dump(answers, open('answers.json', 'w'))
`;

const files = process.argv.slice(2);
if (files.length === 0)
  files.push(
    ...readdirSync(HERE)
      .filter((name) => name.endsWith('.t'))
      .map((name) => HERE + name),
  );

const kept = [];
const commands = [];
for (const file of files) {
  const lines = readFileSync(file, 'utf8').split('\n');
  for (const line of lines) {
    if (line.startsWith('== ')) {
      commands.push([null, '']);
      kept.push({ file, line });
    } else if (line.startsWith('$ ')) {
      commands.push([line.slice(2), '']);
      kept.push({ file, line, input: [], answer: commands.length - 1 });
    } else if (line.startsWith('<')) {
      kept.at(-1).input.push(line);
      commands.at(-1)[1] += `${line.slice(2)}\n`;
    } else if (line.startsWith('#')) {
      kept.push({ file, line });
    }
  }
}
const guest = await runInGuest('modprobe ip_set; modprobe iptable_filter; modprobe iptable_mangle; python3 play.py', {
  seconds: 600,
  files: { 'play.py': PLAY, 'commands.json': JSON.stringify(commands) },
  read: ['answers.json'],
});
if (guest.read['answers.json'] === '') {
  console.error(guest.ended, guest.stderr, guest.console.slice(-2000));
  process.exit(1);
}
const answers = JSON.parse(guest.read['answers.json']);
for (const file of files) {
  const out = [];
  for (const entry of kept) {
    if (entry.file !== file) continue;
    if (entry.line.startsWith('== ') && out.length > 0) out.push('');
    out.push(entry.line);
    if (entry.answer === undefined) continue;
    out.push(...entry.input);
    const [stdout, stderr, status] = answers[entry.answer];
    const split = (text) => (text === '' ? [] : text.replace(/\n$/, '').split('\n'));
    for (const line of split(stdout)) out.push(/^$|^[=$<!?#.] ?/.test(line) ? `. ${line}`.trimEnd() : line);
    for (const line of split(stderr)) out.push(`! ${line}`.trimEnd());
    if (status !== 0) out.push(`? ${status}`);
  }
  writeFileSync(file, `${out.join('\n')}\n`);
}
