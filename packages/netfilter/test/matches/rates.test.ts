import { describe, expect, it } from 'vitest';
import { creditsPerJiffy } from '../../src/matches/limit.ts';
import { Story, times, udp } from './story.ts';

const one = () => udp(9, 9);

describe('-m limit', () => {
  it('starts full and gives back one packet a period', () => {
    const rule = new Story('-m limit --limit 10/sec --limit-burst 3');
    expect(rule.pattern(times(5, one))).toBe('xxx..');
    expect(rule.wait(100).pattern(times(2, one))).toBe('x.');
    expect(rule.wait(90).pattern([one()])).toBe('.');
    expect(rule.wait(10).pattern([one()])).toBe('x');
    expect(rule.wait(3_600_000).pattern(times(5, one))).toBe('xxx..');
  });

  it('sees time in ticks: what a tick is worth depends on HZ', () => {
    expect([100, 250, 1000].map(creditsPerJiffy)).toEqual([256, 128, 32]);
    // 300/s is a period of 33/10000 s: a third of a tick at HZ=100, so three packets a tick come back.
    const coarse = new Story('-m limit --limit 300/sec --limit-burst 10', { hz: 100 });
    coarse.pattern(times(10, one));
    expect(coarse.wait(9).pattern(times(4, one))).toBe('....');
    expect(coarse.wait(1).pattern(times(4, one))).toBe('xxx.');
    const fine = new Story('-m limit --limit 300/sec --limit-burst 10', { hz: 1000 });
    fine.pattern(times(10, one));
    expect(fine.wait(4).pattern(times(2, one))).toBe('x.');
  });

  it('fills up anew when any command changes the table', () => {
    const rule = new Story('-m limit --limit 1/hour --limit-burst 2');
    expect(rule.pattern(times(3, one))).toBe('xx.');
    rule.run('iptables -t filter -A FORWARD -p tcp');
    expect(rule.pattern(times(3, one))).toBe('xx.');
    rule.run('iptables -t mangle -A FORWARD -p tcp');
    expect(rule.pattern(times(3, one))).toBe('...');
  });

  it('is refused where 32 bits do not hold rate and burst', () => {
    expect(() => new Story('-m limit --limit 1/day --limit-burst 5')).toThrow();
    expect(() => new Story('-m limit --limit 10/sec --limit-burst 0')).toThrow();
  });
});

describe('-m statistic', () => {
  it('counts from the rule being loaded, not from the first packet of a cycle', () => {
    expect(new Story('-m statistic --mode nth --every 3 --packet 0').pattern(times(7, one))).toBe('x..x..x');
    expect(new Story('-m statistic --mode nth --every 3 --packet 2').pattern(times(7, one))).toBe('..x..x.');
    expect(new Story('-m statistic --mode nth ! --every 3 --packet 1').pattern(times(6, one))).toBe('x.xx.x');
    const rule = new Story('-m statistic --mode nth --every 3 --packet 0');
    rule.arrives(one());
    rule.run('iptables -Z');
    expect(rule.matches(one())).toBe(true);
  });

  it('takes its chance from the stream "statistic"', () => {
    expect(new Story('-m statistic --mode random --probability 1').pattern(times(9, one))).toBe('xxxxxxxxx');
    expect(new Story('-m statistic --mode random --probability 0').pattern(times(9, one))).toBe('.........');
    const half = () => new Story('-m statistic --mode random --probability 0.5').pattern(times(400, one));
    expect(half()).toBe(half());
    const hits = half().replaceAll('.', '').length;
    expect(hits).toBeGreaterThan(150);
    expect(hits).toBeLessThan(250);
  });
});

describe('-m quota', () => {
  it('matches until a packet does not fit, and then never again', () => {
    const rule = new Story('-m quota --quota 100');
    const small = () => udp(9, 9, { payloadLength: 12 });
    expect(rule.pattern([small(), small(), udp(9, 9, { payloadLength: 100 }), one(), one()])).toBe('xx...');
    rule.run('iptables -A FORWARD -p tcp');
    expect(rule.matches(one())).toBe(true);
  });

  it('inverted, matches from then on', () => {
    expect(new Story('-m quota ! --quota 60').pattern(times(4, one))).toBe('..xx');
  });
});
