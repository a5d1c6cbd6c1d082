import { attachBody, Packet } from '@chainwalk/core';
import { describe, expect, it } from 'vitest';
import { runConntrack } from '../../src/index.ts';
import recording from '../fixtures/trackers-linux-6.1.json' with { type: 'json' };
import { ip, Router } from '../support/router.ts';

/**
 * Sequences of packets of SCTP, DCCP, GRE and UDP-Lite, made at random, which a raw socket sent through OUTPUT of Linux
 * 6.1.176 in both directions: direction, bytes behind the IP header, whether the sender was refused, and what
 * `conntrack -L` printed then, without use counts.
 */
interface Flow {
  readonly protocol: number;
  readonly steps: readonly (readonly [direction: number, body: string, result: string, listing: string])[];
}

/** Timeouts apart: the kernel's clock went on while the tool started. */
const withoutTimeout = (line: string): string => line.replace(/^(\S+ +\d+) \d+ /, '$1 ');
const timeoutOf = (line: string): number => Number(/^\S+ +\d+ (\d+)/.exec(line)?.[1] ?? 0);
const linesOf = (text: string): string[] =>
  text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => line.replace(/ use=\d+/, ''))
    .sort();

describe.each([
  [132, 'SCTP'],
  [33, 'DCCP'],
  [47, 'GRE'],
  [136, 'UDP-Lite'],
] as const)('packets of protocol %i', (protocol, name) => {
  const flows = (recording as unknown as readonly Flow[]).filter((flow) => flow.protocol === protocol);

  it.each(flows.map((flow, number) => [number, flow] as const))(
    `lead ${name} flow %i to the kernel's states`,
    (_, flow) => {
      const router = new Router({ buckets: 512 });
      router.sysctl('net.netfilter.nf_conntrack_acct', 1);
      router.ip('route add 10.9.0.0/16 dev eth1');
      for (const [number, [direction, body, result, listing]] of flow.steps.entries()) {
        const bytes = Uint8Array.from(body.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
        const [client, server] = [ip('10.9.0.1'), ip('10.9.0.2')];
        const packet = new Packet({
          src: direction === 0 ? client : server,
          dst: direction === 0 ? server : client,
          protocol,
        });
        attachBody(packet, bytes, bytes.length);
        const { error } = router.send(packet);
        const ours = linesOf(runConntrack(router.conntrack, ['-L', '-p', String(protocol)]).stdout);
        const theirs = linesOf(listing);
        const where = `packet ${number + 1}`;
        expect([error ?? 'sent', ...ours.map(withoutTimeout)], where).toEqual([result, ...theirs.map(withoutTimeout)]);
        for (const [at, line] of ours.entries()) {
          expect(Math.abs(timeoutOf(line) - timeoutOf(theirs[at]!)), where).toBeLessThanOrEqual(2);
        }
      }
    },
  );
});
