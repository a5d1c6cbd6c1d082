import { readFileSync } from 'node:fs';
import { Host, Simulation, splitWords } from '@chainwalk/core';
import { describe, expect, it } from 'vitest';
import { Ipvs, runIpvsadm } from '../../src/index.ts';

type Recorded = readonly [command: string, status: number, stdout: string, stderr: string];

/**
 * Words and numbers that are odd, wrong, or in an odd order, with what ipvsadm 1.31 printed on Linux 6.1. Each session
 * begins on a new host. Left out is what is refused here: IPv6, persistence engines, the daemon.
 */
const sessions = JSON.parse(
  readFileSync(new URL('../fixtures/ipvsadm-words.json', import.meta.url), 'utf8'),
) as readonly (readonly Recorded[])[];

describe('ipvsadm reads words as the real tool does', () => {
  it.each(sessions.map((session, index) => [index, session] as const))('session %i', (_, session) => {
    const ipvs = new Ipvs(new Host(new Simulation()));
    for (const [command, status, stdout, stderr] of session) {
      const result = runIpvsadm(ipvs, splitWords(command)!, '');
      expect({ command, ...result }).toEqual({ command, status, stdout, stderr });
    }
  });

  it.each([
    ['-A -t [::1]:80', 'IPv6 services are not modelled by chainwalk'],
    ['-A -f 1 -6', 'IPv6 services are not modelled by chainwalk'],
    ['-A -t 10.96.0.1:80 --pe sip', 'persistence engines are not modelled by chainwalk'],
    ['--start-daemon master', 'the connection synchronization daemon is not modelled by chainwalk'],
  ])('%s is refused with a reason', (command, reason) => {
    const ipvs = new Ipvs(new Host(new Simulation()));
    expect(runIpvsadm(ipvs, command.split(' ')).stderr).toBe(`${reason}\n`);
    expect([...ipvs.services]).toEqual([]);
  });
});
