import { readdirSync, readFileSync } from 'node:fs';
import { Host, InputError, Simulation } from '@chainwalk/core';
import { describe, expect, it } from 'vitest';
import { Ipvs, runIpvsadm } from '../../src/index.ts';

const folder = new URL('../corpus/', import.meta.url);

interface Case {
  readonly commands: readonly string[];
  readonly saved: readonly string[];
  readonly accepted: boolean;
}

/** Lines of a corpus file: commands, what `ipvsadm -Sn` then says (`=` for the commands themselves), OK or FAIL. */
function casesOf(file: string): readonly (readonly [string, Case])[] {
  const parts = (text: string, by: string): string[] => text.split(by).map((part) => part.trim());
  return readFileSync(new URL(file, folder), 'utf8')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#') && !line.startsWith(':'))
    .map((line) => {
      const [text = '', saved = '', verdict] = parts(line, ';');
      const commands = parts(text, ' | ');
      const lines = saved === '=' ? commands : saved === '' ? [] : parts(saved, ' | ');
      return [text, { commands, saved: lines, accepted: verdict === 'OK' }] as const;
    });
}

describe.each(readdirSync(folder).filter((file) => file.endsWith('.t')))('the real tool says of %s', (file) => {
  it.each(casesOf(file))('%s', (_, { commands, saved, accepted }) => {
    const ipvs = new Ipvs(new Host(new Simulation()));
    const done = runIpvsadm(ipvs, ['-R'], `${commands.join('\n')}\n`);
    expect(done.status === 0 && done.stderr === '').toBe(accepted);
    if (!accepted) return;
    const printed = runIpvsadm(ipvs, ['-Sn']).stdout;
    expect(printed.split('\n').filter((line) => line !== '')).toEqual(saved);
    // What was saved makes the same services again; marks from 2^31 on are printed signed and do not.
    if (printed.includes('-f -')) return;
    const again = new Ipvs(new Host(new Simulation()));
    expect(runIpvsadm(again, ['-R'], printed).status).toBe(0);
    expect(runIpvsadm(again, ['-Sn']).stdout).toBe(printed);
  });
});

describe('a service of IPv6', () => {
  it('is refused with a word about it, by the tool and by the program', () => {
    const ipvs = new Ipvs(new Host(new Simulation()));
    expect(runIpvsadm(ipvs, ['-A', '-f', '5', '-6']).stderr).toMatch(/not modelled/);
    const settings = ipvs.config.services[0];
    expect(settings).toBeUndefined();
    expect(() =>
      ipvs.addService({
        family: 'ipv6',
        protocol: 6,
        address: 1n as never,
        port: 80,
        fwmark: 0,
        scheduler: 'rr',
        schedulerFlags: 0,
        persistent: false,
        timeout: 0,
        netmask: 0,
        onePacket: false,
      }),
    ).toThrow(InputError);
  });
});
