import { formatAddress, type Packet } from '@chainwalk/core';
import { describe, expect, it } from 'vitest';
import type { Destination } from '../../src/index.ts';
import { Director, datagram, type Seen, segment } from '../director.ts';
import { type SequenceStep, sequences } from '../fixtures.ts';

type Scenario = (typeof sequences.scheduler_scenarios)[number];

/** Where a packet went, `ADDRESS:PORT`; null if it went to no server. */
function chosen(events: readonly Seen[]): string | null {
  const sent = events.find((event) => event.kind === 'transmit' && event.device === 's1');
  return sent === undefined ? null : `${formatAddress(sent.packet.dst)}:${sent.packet.ports!.dport}`;
}

/** The ICMP error that answered, as `TYPE/CODE`. */
function refusal(events: readonly Seen[]): string | null {
  const sent = events.find((event) => event.kind === 'transmit' && event.packet.transport?.kind === 'icmp');
  if (sent?.packet.transport?.kind !== 'icmp') return null;
  return `${sent.packet.transport.type}/${sent.packet.transport.code}`;
}

class Play {
  readonly director: Director;
  readonly #mark: number;
  readonly #servers = new Map<string, string>();

  constructor(scenario: Scenario) {
    const virtual = new Set(scenario.steps.filter((step) => step.op !== 'ipvsadm').map((step) => step.dst));
    this.director = new Director({ virtual: [...virtual] });
    this.#mark = scenario.service.fwmark;
  }

  step(step: SequenceStep): void {
    const { src, sport, dst, dport } = step;
    switch (step.op) {
      case 'ipvsadm':
        this.director.ipvsadm(step.cmd);
        return;
      case 'syn':
        this.#open(step, segment(src, sport, dst, dport, 'S'));
        return;
      case 'udp':
        this.#open(step, datagram(src, sport, dst, dport));
        return;
      case 'pkt':
        if (step.dir === 'in') this.#in(segment(src, sport, dst, dport, step.flags));
        else {
          const [address, port] = this.#servers.get(`${src}:${sport}>${dst}:${dport}`)!.split(':');
          this.director.inject('s1', segment(address!, Number(port), src, sport, step.flags));
        }
        expect(this.director.state(src, sport)).toBe(step.state);
        return;
    }
  }

  #in(packet: Packet): readonly Seen[] {
    packet.mark = this.#mark;
    return this.director.inject('c1', packet);
  }

  #open(step: SequenceStep, packet: Packet): void {
    const events = this.#in(packet);
    const server = chosen(events);
    // A server on port 0 gets the packet on the port that the client asked for.
    const expected = step.chosen?.replace(/:0$/, `:${step.dport}`) ?? null;
    expect({ chosen: server, icmp: refusal(events) }).toEqual({ chosen: expected, icmp: step.icmp });
    if (server !== null) this.#servers.set(`${step.src}:${step.sport}>${step.dst}:${step.dport}`, server);
  }
}

function name(entry: Destination): string {
  return `${formatAddress(entry.address)}:${entry.port}`;
}

describe('every scheduler picks the server that the kernel picked', () => {
  it.each(sequences.scheduler_scenarios)('in $name', (scenario) => {
    const play = new Play(scenario);
    const names = (): string[] => [...play.director.ipvs.services][0]!.destinations.map(name);
    let seenOrder: string[] | undefined;
    for (const step of scenario.steps) {
      if (step.op !== 'ipvsadm') seenOrder ??= names();
      play.step(step);
    }
    expect(seenOrder).toEqual(scenario.kernel_list_order);
    const service = [...play.director.ipvs.services][0]!;
    const counts = service.destinations.map((entry) => [
      name(entry),
      { weight: entry.weight, active: entry.activeConnections, inact: entry.inactiveConnections },
    ]);
    expect(Object.fromEntries(counts)).toEqual(scenario.final);
  });
});
