import { expect, it } from 'vitest';
import { parseIpv4 } from '../../src/address/ipv4.ts';
import { Packet } from '../../src/packet/packet.ts';
import { type Step, Trace } from '../../src/trace/trace.ts';

it('steps that are made later stand where they were added, and are made when they are read', () => {
  const trace = new Trace(new Packet({ src: parseIpv4('10.0.0.1')!, dst: parseIpv4('10.0.0.2')!, protocol: 47 }));
  let made = 0;
  const note = (text: string): Step => ({ kind: 'connection', text });
  trace.add(note('a'));
  trace.addLater(() => {
    made++;
    return [note('b'), note('c')];
  });
  trace.add(note('d'));
  expect(made).toBe(0);
  expect(trace.steps).toEqual(['a', 'b', 'c', 'd'].map(note));
  expect(trace.steps).toHaveLength(4);
  expect(made).toBe(1);
  trace.add(note('e'));
  expect(trace.steps).toEqual(['a', 'b', 'c', 'd', 'e'].map(note));
});

it('a walk without an end is given up before it fills the memory', () => {
  const trace = new Trace(new Packet({ src: parseIpv4('10.0.0.1')!, dst: parseIpv4('10.0.0.2')!, protocol: 47 }));
  const step: Step = { kind: 'connection', text: 'a' };
  for (let i = 0; i < 1_000_000; i++) trace.add(step);
  expect(() => trace.add(step)).toThrow('a packet takes more than 1000000 steps');
  expect(() => trace.addLater(() => [step])).toThrow('a packet takes more than 1000000 steps');
});
