import { readdirSync, readFileSync } from 'node:fs';
import { MILLISECOND, SECOND } from '@chainwalk/core';
import { describe, expect, it } from 'vitest';
import { runIpset } from '../../src/ipset/run-ipset.ts';
import { runIptables } from '../../src/iptables/run.ts';
import { emptyWorld } from '../targets/world.ts';
import { parseSessions, type RecordedSession } from './session-file.ts';

const FOLDER = new URL('../corpus-ipset/', import.meta.url);
/** Starting a tool takes a guest longer than one tick, but not two: what was set to 60 seconds then shows 59. */
const COMMAND_TIME = 30 * MILLISECOND;

/** Our text with the timeouts of the recording, where they are no more than three seconds apart: the guest takes its time. */
function withTimeoutsOf(recorded: string, ours: string): string {
  const given = [...recorded.matchAll(/ timeout (\d+)/g)].map((match) => Number(match[1]));
  let at = 0;
  return ours.replace(/ timeout (\d+)/g, (whole, seconds: string) => {
    const other = given[at++] ?? Number.NaN;
    return Math.abs(other - Number(seconds)) <= 3 ? ` timeout ${other}` : whole;
  });
}

function replay(session: RecordedSession): void {
  const { simulation, net } = emptyWorld();
  for (const { line, argv, stdin, stdout, stderr, status } of session.commands) {
    simulation.run(simulation.now + COMMAND_TIME);
    const [tool, ...words] = argv;
    if (tool === 'sleep') {
      simulation.run(simulation.now + Number(words[0]) * SECOND);
      continue;
    }
    if (tool === 'iptables') {
      const result = runIptables(net, argv);
      expect({ status: result.status, stdout: result.stdout }, `line ${line}`).toEqual({ status, stdout });
      continue;
    }
    const sorted = words.includes('-s') || words.includes('-sorted');
    const normal = (text: string): string => (sorted ? text.split('\n').sort().join('\n') : text);
    const result = runIpset(net.sets, words, stdin);
    const ours = { ...result, stdout: withTimeoutsOf(normal(stdout), normal(result.stdout)) };
    expect(ours, `line ${line}: ${argv.join(' ')}`).toEqual({ status, stdout: normal(stdout), stderr });
  }
}

for (const file of readdirSync(FOLDER).filter((name) => name.endsWith('.t'))) {
  describe(`ipset says what the real one said in ${file}`, () => {
    for (const session of parseSessions(readFileSync(new URL(file, FOLDER), 'utf8'))) {
      it(session.title, () => replay(session));
    }
  });
}

describe('ipset create', () => {
  it.each([
    ['a hash:ip timeout -1 range 10.0.0.0/24', 2, "Unknown argument: `range'"],
    ['a bitmap:ip,mac timeout x maxelem 5 range 10.0.0.0/24', 2, "Unknown argument: `maxelem'"],
    ['a hash:ip family foo range 10.0.0.0/24', 1, 'unknown inet family foo'],
    ['a hash:ip timeout -1', 1, "'-1' is out of range"],
  ])('%s: all names and the family are looked at before any other value', (words, status, message) => {
    const { net } = emptyWorld();
    const result = runIpset(net.sets, ['create', ...words.split(' ')]);
    expect(result).toMatchObject({ status, stderr: expect.stringContaining(message) as string });
  });
});
