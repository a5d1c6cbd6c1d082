import { readFileSync } from 'node:fs';
import { CaptureReader, Simulation } from '@chainwalk/core';
import { describe, expect, it } from 'vitest';
import { Node } from '../src/node.ts';
import { setUp } from '../src/player.ts';
import { readScenarios } from '../src/read.ts';
import { Replay } from '../src/replay.ts';

// Real traffic that tcpdump captured on a real router, and what its kernel said afterwards: examples/51-replay-real-traffic.
const folder = new URL('../../../examples/51-replay-real-traffic/', import.meta.url);
const read = (name: string) => readFileSync(new URL(name, folder));
const kernel = JSON.parse(read('kernel.json').toString()) as {
  'iptables-save -c': string[];
  'conntrack -L -o extended': string[];
  'listed, seconds after the first packet': number;
};

function replayed(change: (rules: string) => string = (rules) => rules): Replay {
  const node = new Node(new Simulation());
  setUp(node, readScenarios(change(read('host.yaml').toString()), 'host.yaml')[0]!);
  const replay = new Replay(node, {
    inMap: new Map([
      ['2', 'eth0'],
      ['3', 'cni0'],
    ]),
  });
  const reader = new CaptureReader('capture.pcap');
  for (const packet of reader.write(read('capture.pcap'))) replay.play(packet);
  reader.end();
  expect(reader.fault).toBeUndefined();
  node.simulation.run(Math.round(kernel['listed, seconds after the first packet'] * 1e9));
  return replay;
}

const sorted = (lines: Iterable<string>) => [...lines].filter((line) => line !== '' && !line.startsWith('#')).sort();

describe('a capture of real traffic', () => {
  const replay = replayed();
  const drawn = replay.output!.differences;

  it('leaves the node as it left the kernel, but for two ports drawn at random', () => {
    expect(replay.output).toMatchObject({ onlyCaptured: 0, onlyPlayed: 0 });
    expect(replay.output!.same).toBeGreaterThan(150);
    expect(drawn.map(({ kind }) => kind)).toEqual(['drawn', 'drawn']);
    const choice = /^(tcp|udp) 10\.244\.7\.1:(\d+) > 10\.244\.7\.6:/;
    for (const { captured, played } of drawn) {
      // A port above 1023 gives way to another one above 1023.
      expect(Number(choice.exec(captured!)![2])).toBeGreaterThan(1023);
      expect(Number(choice.exec(played!)![2])).toBeGreaterThan(1023);
      expect(choice.exec(played!)![1]).toBe(choice.exec(captured!)![1]);
    }
  });

  it('counts at every rule what the kernel counted', () => {
    const saved = replay.node.sh('iptables-save -c').stdout.split('\n');
    expect(sorted(saved)).toEqual(sorted(kernel['iptables-save -c']));
  });

  it('leaves the connections of the kernel, with their states, timeouts and counters', () => {
    const port = (packet: string) => /:(\d+) >/.exec(packet)![1]!;
    const there = new Map(drawn.map(({ captured, played }) => [port(played!), port(captured!)]));
    const listed = replay.node
      .sh('conntrack -L -o extended')
      .stdout.split('\n')
      .map((line) => line.replace(/(?<=dport=)\d+/g, (own) => there.get(own) ?? own));
    expect(sorted(listed)).toEqual(sorted(kernel['conntrack -L -o extended']));
  });

  it.each([
    ['a rule that masquerades is not there', (rules: string) => rules.replace(/.*-o cni0 -j MASQUERADE\n/, '')],
    ['a reset is a silent drop', (rules: string) => rules.replace('-j REJECT --reject-with tcp-reset', '-j DROP')],
    ['servers are taken in another order', (rules: string) => rules.replace('--every 2', '--every 3')],
    ['segments may be longer', (rules: string) => rules.replace('--set-mss 1200', '--set-mss 1300')],
  ])('would tell if %s', (_, change) => {
    const { onlyCaptured, onlyPlayed, drawn: changed } = replayed(change).output!;
    expect(onlyCaptured + onlyPlayed + changed).toBeGreaterThan(replay.output!.drawn);
  });
});
