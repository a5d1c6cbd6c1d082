import { describe, expect, it } from 'vitest';
import { playScenario } from '../src/player.ts';

describe('a configuration that a tool refuses', () => {
  it.each([
    ['in its last line', '-A -t 10.0.0.1:80\n-a -t 10.0.0.1:80 -r 224.0.0.1 -m\n'],
    [
      'before its last line',
      '-A -t 10.0.0.1:80\n-a -t 10.0.0.1:80 -r 224.0.0.1 -m\n-a -t 10.0.0.1:80 -r 10.0.0.2 -m\n',
    ],
  ])('ipvsadm -R, %s', (_, ipvs) => {
    expect(() => playScenario({ name: 'refused', ipvs, steps: [] })).toThrow('ipvsadm -R: Invalid operation');
  });
});
