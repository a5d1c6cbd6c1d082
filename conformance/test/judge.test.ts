import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { playScenario, type Scenario } from '@chainwalk/scenario';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Answers } from '../src/answers.ts';
import { judge } from '../src/judge.ts';

/** Three packets, of which `limit` lets one through, or all if a tick lies between them. */
const limited = (name: string, at?: number, rate = '100/sec'): Scenario => ({
  name,
  interfaces: [{ name: 'eth0', addresses: ['192.168.1.10/24'] }],
  iptables: `*filter\n-A INPUT -m limit --limit ${rate} --limit-burst 1 -j ACCEPT\nCOMMIT\n`,
  steps: [0, 1, 2].map((index) => ({
    ...(at === undefined ? {} : { at: index * at }),
    in: 'eth0',
    packet: { src: '192.168.1.50', dst: '192.168.1.10', proto: 'udp', sport: 1, dport: 2 },
  })),
});

/** Two clients with one port ask the same server behind one address, and are answered. */
const translated = (): Scenario => ({
  name: 'clash',
  interfaces: [
    { name: 'eth0', addresses: ['192.168.1.10/24'] },
    { name: 'eth1', addresses: ['10.0.0.1/24'] },
  ],
  iptables: '*nat\n-A POSTROUTING -o eth1 -j MASQUERADE\nCOMMIT\n',
  steps: ['192.168.1.50', '192.168.1.51'].flatMap((src, index) => [
    { id: `c${index}`, in: 'eth0', packet: { src, dst: '10.0.0.5', proto: 'udp', sport: 40000, dport: 53 } },
    { reply: `c${index}`, packet: { payload: 10 } },
    { reply_error: `c${index}`, type: 3, code: 3 },
  ]),
});

describe('judging by answers that are kept, without a kernel', () => {
  let folder: string;
  let answers: Answers;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'judge-'));
    answers = new Answers(join(folder, 'answers.jsonl'));
  });
  afterAll(() => {
    answers.close();
    rmSync(folder, { recursive: true });
  });

  it('agrees with a kernel that was as fast, or slower than its ticks where the scenario leaves that open', async () => {
    const scenario = limited('at once');
    for (const kernel of [playScenario(scenario), playScenario(limited('slowly', 10))]) {
      answers.put(scenario, { kernel });
      expect(await judge([scenario], { answers })).toMatchObject([{ outcome: 'equal', differences: [] }]);
    }
    const [first, ...others] = limited('with commands').steps;
    const withCommand = {
      ...limited('with commands', undefined, '20/sec'),
      steps: [first!, { run: 'conntrack -C' }, ...others],
    };
    const slowly = {
      ...withCommand,
      steps: withCommand.steps.map((step, index) => ({ ...step, at: [0, 10, 110, 120][index]! })),
    };
    answers.put(withCommand, { kernel: playScenario(slowly) });
    expect(await judge([withCommand], { answers })).toMatchObject([{ outcome: 'equal' }]);
  });

  it('differs where the scenario says when its packets come', async () => {
    const scenario = limited('in time', 1);
    answers.put(scenario, { kernel: playScenario(limited('slowly', 10)) });
    const [judged] = await judge([scenario], { answers, twice: false });
    expect(judged?.outcome).toBe('different');
    expect(judged?.differences.length).toBeGreaterThan(0);
  });

  it('agrees with tools that looked late, and with nobody who looked too late', async () => {
    const add = 'add s 192.0.2.1 timeout 1\n';
    const scenario: Scenario = {
      name: 'about to expire',
      ipset: `create s hash:ip timeout 0\n${add}`,
      steps: [{ at: 800, run: 'ipset test s 192.0.2.2' }],
    };
    answers.put(scenario, { kernel: playScenario(scenario, { look: 300 }) });
    expect(playScenario(scenario).ipset).toContain(add);
    expect(await judge([scenario], { answers })).toMatchObject([{ outcome: 'equal' }]);
    const longer = { ...scenario, ipset: scenario.ipset!.replace('timeout 1', 'timeout 3') };
    answers.put(longer, { kernel: playScenario(longer, { look: 3000 }) });
    expect(await judge([longer], { answers, twice: false })).toMatchObject([{ outcome: 'different' }]);
  });

  it('agrees where only ports differ that translation picks at random, as long as they stay together', async () => {
    const scenario = translated();
    const kernel = playScenario(scenario);
    const text = JSON.stringify(kernel);
    const [, port] = /"sport":(\d{4,5}),"dport":53/.exec(text.replace(/"sport":40000,/g, ''))!;
    const as = (other: string) => JSON.parse(text.replaceAll(new RegExp(`\\b${port}\\b`, 'g'), other));
    const half = JSON.parse(text.replaceAll(`dport=${port}`, 'dport=31415'));
    for (const [answer, outcome] of [
      [as('31415'), 'ports'],
      [half, 'unstable'],
    ] as const) {
      answers.put(scenario, { kernel: answer, again: as('2222') });
      expect(await judge([scenario], { answers })).toMatchObject([{ outcome }]);
    }
  });

  it('leaves out what the kernel itself has said otherwise, and does not ask again', async () => {
    const scenario = limited('by chance', 1);
    const kernel = playScenario(limited('slowly', 10));
    const again = { ...kernel, iptables: '' };
    answers.put(scenario, { kernel, again });
    expect(await judge([scenario], { answers })).toMatchObject([{ outcome: 'unstable' }]);
  });
});
