import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Answers } from '../src/answers.ts';

const scenario = (name: string, dport = 1) => ({
  name,
  interfaces: [{ name: 'eth0', addresses: ['192.168.1.10/24'] }],
  steps: [{ in: 'eth0', packet: { src: '192.168.1.50', dst: '192.168.1.10', proto: 'udp', sport: 1, dport } }],
});
const said = (name: string) => ({ kernel: { name, steps: [{ events: [] }] } });

describe('the answers of a kernel', () => {
  let folder: string;
  let file: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'answers-'));
    file = join(folder, 'answers.jsonl');
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('are found by what a scenario says, not by its name or the order of its keys', () => {
    const answers = new Answers(file);
    answers.put(scenario('a'), said('ä'));
    const { steps, interfaces } = scenario('a');
    expect(answers.get({ steps, interfaces, name: 'other' })).toMatchObject(said('ä'));
    expect(answers.get(scenario('a', 2))).toBeUndefined();
    answers.close();
  });

  it('outlive the process, and the last one counts', () => {
    const first = new Answers(file);
    first.put(scenario('a'), said('once'));
    first.put(scenario('b', 2), said('ß'));
    first.put(scenario('a'), { ...said('once'), again: { name: 'twice' } });
    first.close();
    const second = new Answers(file);
    expect(second.size).toBe(2);
    expect(second.get(scenario('a'))?.again).toEqual({ name: 'twice' });
    expect(second.get(scenario('b', 2))?.kernel.name).toBe('ß');
    second.close();
  });

  it('are more than fit into one read', () => {
    const first = new Answers(file);
    for (let port = 1; port <= 3000; port++) first.put(scenario('a'.repeat(500), port), said(String(port)));
    first.close();
    expect(readFileSync(file).length).toBeGreaterThan(2 ** 20);
    const second = new Answers(file);
    for (const port of [1, 1500, 3000]) expect(second.get(scenario('', port))?.kernel.name).toBe(String(port));
    second.close();
  });

  it.each([
    ['in its middle', '{"scenario":{"steps":[]},"ker'],
    ['before its end', `${JSON.stringify({ scenario: scenario('c', 3), ...said('c'.repeat(1000)) })}`],
  ])('go on behind a line that was cut short %s', (_, cut) => {
    const first = new Answers(file);
    first.put(scenario('a'), said('a'));
    first.close();
    appendFileSync(file, cut);
    const second = new Answers(file);
    second.put(scenario('b', 2), said('b'));
    second.close();
    const third = new Answers(file);
    expect(third.size).toBe(2);
    expect(third.get(scenario('b', 2))).toMatchObject(said('b'));
    third.close();
  });

  it('do not hold what the guest failed to say', () => {
    const answers = new Answers(file);
    answers.put(scenario('a'), { kernel: { name: 'a', failed: 'the guest ran out of time' } });
    expect(answers.get(scenario('a'))).toBeUndefined();
    answers.put(scenario('a'), { kernel: { name: 'a', failed: 'iptables-restore: line 2 failed' } });
    expect(answers.get(scenario('a'))?.kernel.failed).toContain('line 2');
    answers.close();
  });

  it.each(['[1, 2]\n', '{"a":\n', 'no JSON at all\n{"scenario":{"steps":[]},"kernel":{}}\n'])(
    'refuse a file of %j',
    (text) => {
      writeFileSync(file, text);
      expect(() => new Answers(file)).toThrow('holds no answers');
      expect(readFileSync(file, 'utf8')).toBe(text);
    },
  );
});
