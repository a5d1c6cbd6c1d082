import { PROTOCOL } from '@chainwalk/core';
import { describe, expect, it } from 'vitest';
import { hashlimitTables } from '../../src/matches/hashlimit.ts';
import { ip, Story, times, udp } from './story.ts';

const from = (last: number) => udp(9, 9, { src: `10.0.0.${last}` });

describe('-m hashlimit', () => {
  it('gives each source a bucket of its own', () => {
    const rule = new Story(
      '-m hashlimit --hashlimit-name h --hashlimit-upto 2/sec --hashlimit-burst 2 --hashlimit-mode srcip',
    );
    expect(rule.pattern([from(2), from(2), from(2), from(3), from(3), from(3)])).toBe('xx.xx.');
    expect(rule.wait(500).pattern([from(2), from(2)])).toBe('x.');
  });

  it('groups addresses under a mask, and above is the opposite of upto', () => {
    const rule = new Story(
      '-m hashlimit --hashlimit-name h --hashlimit-above 1/hour --hashlimit-burst 1 --hashlimit-mode srcip --hashlimit-srcmask 31',
    );
    expect(rule.pattern([from(2), from(3), from(4), from(5)])).toBe('.x.x');
  });

  it('counts bytes in chunks of sixteen, and refills an empty bucket as often as the burst says', () => {
    const rule = new Story('-m hashlimit --hashlimit-name h --hashlimit-upto 1kb/s');
    const big = () => udp(9, 9, { payloadLength: 472 });
    expect(rule.pattern(times(4, big))).toBe('xx..');
    expect(rule.wait(400).pattern(times(4, big))).toBe('....');
    expect(rule.wait(600).pattern(times(4, big))).toBe('xx..');
    const bursting = new Story('-m hashlimit --hashlimit-name h --hashlimit-upto 1kb/s --hashlimit-burst 1mb');
    expect(bursting.pattern(times(2100, big)).indexOf('.')).toBe(2050);
  });

  it('with rate-match judges a window of time by the one before', () => {
    const rule = new Story(
      '-m hashlimit --hashlimit-name h --hashlimit-above 5/sec --hashlimit-burst 1 --hashlimit-htable-expire 9000 --hashlimit-rate-match',
    );
    // A window may have the rate and the burst together: six packets.
    expect(rule.pattern(times(8, () => from(2)))).toBe('......xx');
    // Eight were more than five, so the next window is over from its first packet on.
    expect(rule.wait(1000).pattern(times(2, () => from(2)))).toBe('xx');
    expect(rule.wait(1000).pattern(times(2, () => from(2)))).toBe('..');
  });

  it('forgets a key that was idle, when the collector comes by', () => {
    const rule = new Story(
      '-m hashlimit --hashlimit-name h --hashlimit-upto 1/hour --hashlimit-burst 1 --hashlimit-mode srcip --hashlimit-htable-expire 300 --hashlimit-htable-gcinterval 1000',
    );
    expect(rule.pattern([from(2), from(2)])).toBe('x.');
    expect(rule.wait(990).matches(from(2))).toBe(false);
    expect(rule.wait(990).matches(from(2))).toBe(false);
    expect(rule.wait(1020).matches(from(2))).toBe(true);
  });

  it('drops packets that find no room, and those whose ports are cut off', () => {
    const story = new Story(
      '-m hashlimit --hashlimit-name h --hashlimit-upto 1/sec --hashlimit-mode srcip,srcport --hashlimit-htable-size 2 --hashlimit-htable-max 2',
    );
    for (const last of [2, 3, 4]) story.arrives(from(last));
    expect([...story.counts, story.passed]).toEqual([2, 2]);
    story.arrives(ip(PROTOCOL.tcp, { src: '10.0.0.2', payload: new Uint8Array(2) }));
    expect(story.passed).toBe(2);
  });

  it('keeps its table while a rule names it, with the parameters of the first', () => {
    const story = new Story('-m hashlimit --hashlimit-name h --hashlimit-upto 1/hour --hashlimit-burst 1');
    story.arrives(from(2));
    story.run('iptables -A INPUT -m hashlimit --hashlimit-name h --hashlimit-upto 1000/sec --hashlimit-burst 99');
    story.arrives(from(2));
    expect(story.counts).toEqual([1, 0]);
    expect(hashlimitTables(story.net).get('h')!.format()).toBe(
      '3600 0.0.0.0:0->0.0.0.0:0 0 395824183200000000 395824183200000000\n',
    );
    expect(() =>
      story.run('iptables -A INPUT -m hashlimit --hashlimit-name h --hashlimit-upto 1/sec --hashlimit-rate-match'),
    ).toThrow();
    story.run('iptables -F INPUT');
    expect(hashlimitTables(story.net).size).toBe(0);
  });
});
