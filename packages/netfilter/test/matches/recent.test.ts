import { describe, expect, it } from 'vitest';
import { recentTables } from '../../src/matches/recent.ts';
import { Story, times, udp } from './story.ts';

const from = (last: number, fields: object = {}) => udp(9, 9, { src: `10.0.0.${last}`, ...fields });

describe('-m recent', () => {
  it('remembers who was set, and forgets who was removed', () => {
    const story = new Story([
      '-m recent --rcheck',
      '-p udp --sport 1 -m recent --set',
      '-p udp --sport 2 -m recent --remove',
    ]);
    const from1 = (sport: number) => udp(sport, 9);
    for (const sport of [9, 1, 9, 2, 9]) story.arrives(from1(sport));
    expect(story.counts).toEqual([2, 1, 1]);
  });

  it('counts the stamps that are young enough', () => {
    const story = new Story('-m recent --update --seconds 1 --hitcount 3');
    story.run('iptables -I INPUT -p udp --sport 1 -m recent --set');
    const hit = () => story.counts[1]!;
    for (let i = 0; i < 3; i++) story.arrives(udp(1, 9)).wait(300);
    // The third --set was checked too, and an update that matches adds a stamp of its own.
    expect(hit()).toBe(1);
    story.arrives(udp(9, 9));
    expect(hit()).toBe(2);
    story.wait(2000).arrives(udp(9, 9));
    expect(hit()).toBe(2);
  });

  it('keeps a hundred addresses and lets the longest untouched go', () => {
    const story = new Story('-m recent --set --name many');
    for (let last = 1; last <= 120; last++) story.arrives(udp(9, 9, { src: `10.0.2.${last}` }));
    const text = recentTables(story.net).get('many')!.format();
    expect(text.trim().split('\n')).toHaveLength(100);
    expect(text).not.toContain('src=10.0.2.20 ');
    expect(text).toContain('src=10.0.2.21 ');
  });

  it('reaps one stale entry at a time, the oldest', () => {
    const story = new Story([
      '-p udp --sport 1 -m recent --set --name r',
      '-p udp --sport 9 -m recent --rcheck --seconds 1 --reap --name r',
    ]);
    story
      .arrives(from(2, {}))
      .arrives(udp(1, 9, { src: '10.0.0.2' }))
      .arrives(udp(1, 9, { src: '10.0.0.3' }));
    story
      .wait(5000)
      .arrives(udp(1, 9, { src: '10.0.0.4' }))
      .arrives(from(4));
    const text = recentTables(story.net).get('r')!.format();
    expect(text).not.toContain('10.0.0.2');
    expect(text).toContain('10.0.0.3');
  });

  it('compares the time to live with --rttl', () => {
    const story = new Story(['-p udp --sport 1 -m recent --set', '-p udp --sport 9 -m recent --rcheck --rttl']);
    story
      .arrives(udp(1, 9, { ttl: 60 }))
      .arrives(udp(9, 9, { ttl: 61 }))
      .arrives(udp(9, 9, { ttl: 60 }));
    expect(story.counts).toEqual([1, 1]);
  });

  it('shares a list by name under the first mask, as long as a rule names it', () => {
    const story = new Story(['-m recent --set --name net --mask 255.255.255.0', '-m recent --rcheck --name net']);
    story.arrives(from(7));
    expect(recentTables(story.net).get('net')!.format()).toMatch(
      /^src=10\.0\.0\.0 ttl: 64 last_seen: 0 oldest_pkt: 1 0\n$/,
    );
    story.run('iptables -D INPUT 1');
    story.arrives(from(200));
    expect(story.counts).toEqual([2]);
    story.run('iptables -F');
    expect(recentTables(story.net).size).toBe(0);
  });

  it('empties a list when a rule comes that counts further than its stamps reach', () => {
    const story = new Story('-m recent --set');
    story.arrives(from(2));
    story.run('iptables -A FORWARD -m recent --rcheck --hitcount 20');
    expect(recentTables(story.net).get('DEFAULT')!.format()).not.toBe('');
    story.run('iptables -A FORWARD -m recent --rcheck --hitcount 40');
    expect(recentTables(story.net).get('DEFAULT')!.format()).toBe('');
  });

  it('keeps its stamps in a ring, and takes orders through /proc', () => {
    const story = new Story('-m recent --set');
    for (const packet of times(40, () => from(2))) story.wait(10).arrives(packet);
    const table = recentTables(story.net).get('DEFAULT')!;
    expect(table.format()).toMatch(/last_seen: 40 oldest_pkt: 8 33, 34, .* 40, 9, 10, .*32\n$/);
    expect(table.write('+192.0.2.1\n')).toBe(true);
    expect(table.format()).toContain('src=192.0.2.1 ttl: 0');
    expect(table.write('-192.0.2.1\n')).toBe(true);
    expect(table.format()).not.toContain('192.0.2.1');
    expect([table.write('?'), table.write('+x'), table.write('/')]).toEqual([false, false, true]);
    expect(table.format()).toBe('');
  });
});
