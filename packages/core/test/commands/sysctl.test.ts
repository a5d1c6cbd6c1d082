import { describe, expect, it } from 'vitest';
import { runSysctl } from '../../src/commands/sysctl.ts';
import { Simulation } from '../../src/engine/simulation.ts';
import { Host } from '../../src/net/host.ts';

const NAME = 'net.ipv4.conf.all.rp_filter';

function setUp(): { run: (...words: string[]) => { status: number; stdout: string }; value: () => number | undefined } {
  const host = new Host(new Simulation());
  return {
    run: (...words) => {
      const { status, stdout } = runSysctl(host.sysctl, ['sysctl', ...words]);
      return { status, stdout };
    },
    value: () => host.sysctl.read(NAME),
  };
}

// As procps 4.0.2 and Linux 6.1 answer.
describe('sysctl -w', () => {
  it.each([
    ['1', 1],
    [' 2 ', 2],
    ['-1', -1],
    ['0x1f', 31],
    ['010', 8],
    ['1 2', 1],
    ['1\t2', 1],
    ['00000000000000000001', 1],
    ['2147483647', 2147483647],
    ['-2147483648', -2147483648],
  ])('takes %j as %i and prints it as it was written', (text, value) => {
    const host = setUp();
    expect(host.run('-w', `${NAME}=${text}`)).toEqual({ status: 0, stdout: `${NAME} = ${text.trim()}\n` });
    expect(host.value()).toBe(value);
  });

  it.each([
    '',
    ' ',
    'abc',
    '1x',
    '+1',
    '08',
    '0x',
    '-',
    '--1',
    '1,2',
    '=1',
    '2147483648',
    '-2147483649',
    '000000000000000000001',
  ])('refuses %j', (text) => {
    const host = setUp();
    expect(host.run('-w', `${NAME}=${text}`)).toEqual({ status: 1, stdout: '' });
    expect(host.value()).toBe(0);
  });

  it('needs a value, and stops at the word that has none', () => {
    const host = setUp();
    expect(host.run('-w', NAME, `${NAME}=1`)).toEqual({ status: 1, stdout: '' });
    expect(host.value()).toBe(0);
    expect(host.run(`${NAME}=1`)).toEqual({ status: 0, stdout: `${NAME} = 1\n` });
  });

  it('prints names with dots, and only what it is asked for', () => {
    const host = setUp();
    expect(host.run('-w', 'net/ipv4/conf/all/rp_filter=1').stdout).toBe(`${NAME} = 1\n`);
    expect(host.run('net/ipv4/conf/all/rp_filter').stdout).toBe(`${NAME} = 1\n`);
    expect(host.run('-nw', `${NAME}=2`).stdout).toBe('2\n');
    expect(host.run('-N', NAME).stdout).toBe(`${NAME}\n`);
    expect(host.run('-qw', `${NAME}=1`)).toEqual({ status: 0, stdout: '' });
  });

  it('passes over unknown names with -e, and goes on behind them without', () => {
    const host = setUp();
    expect(host.run('-e', '-w', 'net.nosuch=1')).toEqual({ status: 0, stdout: '' });
    expect(host.run('-w', 'net.nosuch=1', `${NAME}=1`)).toEqual({ status: 1, stdout: `${NAME} = 1\n` });
  });
});
