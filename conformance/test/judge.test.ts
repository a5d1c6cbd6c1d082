import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { playScenario, type Scenario } from '@chainwalk/scenario';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Answers } from '../src/answers.ts';
import { judge } from '../src/judge.ts';

/** Three packets, of which `limit` lets one through, or all if a tick lies between them. */
const limited = (name: string, at?: number): Scenario => ({
  name,
  interfaces: [{ name: 'eth0', addresses: ['192.168.1.10/24'] }],
  iptables: '*filter\n-A INPUT -m limit --limit 100/sec --limit-burst 1 -j ACCEPT\nCOMMIT\n',
  steps: [0, 1, 2].map((index) => ({
    ...(at === undefined ? {} : { at: index * at }),
    in: 'eth0',
    packet: { src: '192.168.1.50', dst: '192.168.1.10', proto: 'udp', sport: 1, dport: 2 },
  })),
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
  });

  it('differs where the scenario says when its packets come', async () => {
    const scenario = limited('in time', 1);
    answers.put(scenario, { kernel: playScenario(limited('slowly', 10)) });
    const [judged] = await judge([scenario], { answers, twice: false });
    expect(judged?.outcome).toBe('different');
    expect(judged?.differences.length).toBeGreaterThan(0);
  });

  it('leaves out what the kernel itself has said otherwise, and does not ask again', async () => {
    const scenario = limited('by chance', 1);
    const kernel = playScenario(limited('slowly', 10));
    const again = { ...kernel, iptables: '' };
    answers.put(scenario, { kernel, again });
    expect(await judge([scenario], { answers })).toMatchObject([{ outcome: 'unstable' }]);
  });
});
