import { readFileSync } from 'node:fs';
import { Host, parseIpv4, Simulation } from '@chainwalk/core';
import { describe, expect, it } from 'vitest';
import { Ipvs, runIpvsadm } from '../../src/index.ts';

interface Recorded {
  readonly command: string;
  readonly stdin?: string;
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Command after command with what ipvsadm 1.31 printed, recorded on Linux 6.1. */
const recorded = JSON.parse(
  readFileSync(new URL('../fixtures/ipvsadm-commands.json', import.meta.url), 'utf8'),
) as readonly Recorded[];

/** What is not modelled, or differs from boot to boot: the kernel's own order of services. */
const SKIPPED: ReadonlySet<string> = new Set(['-Ln --nosort']);

function newIpvs(): Ipvs {
  const host = new Host(new Simulation());
  host.configure((config) => {
    for (const address of ['10.96.0.1', '172.16.0.1']) {
      config.interfaces[0]!.addresses.push({
        address: parseIpv4(address)!,
        length: 32,
        scope: 'global',
        secondary: false,
      });
    }
  });
  return new Ipvs(host);
}

/**
 * Whether the tool's order of services is an order at all. It compares marks and addresses by their signed difference;
 * where two are 2^31 apart or more, the result depends on the kernel's own order, which differs from boot to boot.
 */
function isOrdered(ipvs: Ipvs): boolean {
  const services = [...ipvs.services].map((service) => service.settings);
  const far = (a: number, b: number): boolean => Math.abs(a - b) >= 2 ** 31;
  return services.every((a) =>
    services.every(
      (b) =>
        !far(a.fwmark, b.fwmark) &&
        (a.fwmark !== b.fwmark || a.protocol !== b.protocol || !far(a.address as number, b.address as number)),
    ),
  );
}

/** The lines of a listing with services sorted, each followed by its servers. */
function withoutOrder(text: string): readonly string[] {
  const blocks: string[] = [];
  for (const line of text.split('\n')) {
    if (/^( {2}->|-a )/.test(line) && blocks.length > 0) blocks[blocks.length - 1] += `\n${line}`;
    else blocks.push(line);
  }
  return blocks.sort();
}

describe('ipvsadm prints what the real tool printed', () => {
  const ipvs = newIpvs();
  it.each(recorded.map((entry, index) => [index, entry.command, entry] as const))('%i: %s', (_, command, entry) => {
    if (SKIPPED.has(command)) return;
    const result = runIpvsadm(
      ipvs,
      command.split(' ').filter((word) => word !== ''),
      entry.stdin ?? '',
    );
    expect({ status: result.status, stderr: result.stderr }).toEqual({ status: entry.status, stderr: entry.stderr });
    if (isOrdered(ipvs)) expect(result.stdout).toBe(entry.stdout);
    else expect(withoutOrder(result.stdout)).toEqual(withoutOrder(entry.stdout));
  });
});
