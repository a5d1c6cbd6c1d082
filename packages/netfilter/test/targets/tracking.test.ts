import { ctOf, EventBit, isUntracked } from '@chainwalk/conntrack';
import { describe, expect, it } from 'vitest';
import { echo, load, router, tcp, udp } from './stories.ts';
import { loadRule } from './world.ts';

const TRACKED = '*filter\n-A FORWARD -m conntrack --ctstate NEW\n-A FORWARD -m conntrack --ctstate UNTRACKED\nCOMMIT\n';

describe('NOTRACK and CT --notrack', () => {
  it.each(['NOTRACK', 'CT --notrack', 'CT --notrack --zone 7'])('%s: no connection, state UNTRACKED', (target) => {
    const { arrive, packetsOf, net } = router(`*raw\n-A PREROUTING -p udp -j ${target}\nCOMMIT\n${TRACKED}`);
    arrive(udp('10.0.1.9:1000', '10.0.2.9:53'));
    arrive(tcp('10.0.1.9:1000', '10.0.2.9:80'));
    expect(packetsOf('filter', 'FORWARD')).toEqual([1, 1]);
    expect(net.conntrack.count).toBe(1);
  });

  it('do not need connection tracking themselves; CT without --notrack does', () => {
    expect(
      router('*raw\n-A PREROUTING -j NOTRACK\n-A PREROUTING -j CT --notrack\nCOMMIT\n').net.conntrack.isActive,
    ).toBe(false);
    const story = router('*raw\n-A PREROUTING -j CT\nCOMMIT\n');
    expect(story.net.conntrack.isActive).toBe(true);
    load(story, '*raw\nCOMMIT\n');
    expect(story.net.conntrack.isActive).toBe(false);
  });

  it('leave a packet alone that has its connection from the way out through lo', () => {
    const { send, net } = router(`*raw\n-A PREROUTING -j NOTRACK\nCOMMIT\n${TRACKED}`);
    send(echo('10.0.1.1', '10.0.1.1'));
    expect(net.conntrack.count).toBe(1);
  });
});

describe('CT', () => {
  it('puts connections of one tuple into zones that do not meet', () => {
    const { arrive, net, host } = router(
      `*raw\n-A PREROUTING -i eth0 -j CT --zone 1\n-A PREROUTING -i eth1 -j CT --zone 2\nCOMMIT\n${TRACKED}`,
    );
    arrive(udp('10.0.1.9:1000', '10.0.2.9:53'), 'eth0');
    arrive(udp('10.0.1.9:1000', '10.0.2.9:53'), 'eth1');
    expect(net.conntrack.count).toBe(2);
    expect(host.log.total).toBe(0);
  });

  it('takes a zone from the mark, and one direction of it', () => {
    const { arrive, host, net } = router(
      `*raw\n-A PREROUTING -j MARK --set-mark 0x10005\n-A PREROUTING -j CT --zone-orig mark\nCOMMIT\n${TRACKED}`,
    );
    let zone: unknown;
    host.observe((event) => {
      if (event.kind === 'transmit') zone = ctOf(event.packet)?.zone;
    });
    arrive(udp('10.0.1.9:1000', '10.0.2.9:53'));
    expect(zone).toMatchObject({ id: 5, directions: 'original' });
    expect(net.conntrack.count).toBe(1);
  });

  it.each([
    ['--zone 1', '--zone 1'],
    ['--zone 0x10', '--zone 16'],
    ['--zone-orig 5', '--zone-orig 5'],
    ['--zone-reply 6', '--zone-reply 6'],
    ['--zone mark', '--zone mark'],
    ['--zone MARK', '--zone mark'],
    ['--zone-reply mark', '--zone-reply mark'],
    ['--zone-orig 0', ''],
    ['--zone-orig 1 --zone-reply 2', '--zone 2'],
    ['--zone 1 --zone-orig 2', '--zone-orig 2'],
    ['--zone-orig mark --zone 4', '--zone-orig mark'],
    ['--zone 3 --ctevents new', '--ctevents new --zone 3'],
    ['--zone 3 --notrack', '--notrack --zone 3'],
  ])('a kernel with zones saves %s as %s', (given, saved) => {
    expect(loadRule('raw', 'PREROUTING', `-j CT ${given}`)).toEqual({ saved: [`-j CT ${saved}`.trimEnd()] });
  });

  it('gives a connection its helper', () => {
    const { arrive, host } = router(`*raw\n-A PREROUTING -p tcp --dport 21 -j CT --helper ftp\nCOMMIT\n${TRACKED}`);
    const helpers: (string | undefined)[] = [];
    host.observe((event) => {
      if (event.kind === 'transmit') helpers.push(ctOf(event.packet)?.helper?.name);
    });
    arrive(tcp('10.0.1.9:1000', '10.0.2.9:21'));
    arrive(tcp('10.0.1.9:1000', '10.0.2.9:22'));
    expect(helpers).toEqual(['ftp', undefined]);
  });

  it('lets only the events be told that it names', () => {
    const { arrive, host } = router(
      `*raw\n-A PREROUTING -p udp -j CT --ctevents new,destroy\n-A PREROUTING -p tcp -j CT --expevents new\nCOMMIT\n${TRACKED}`,
    );
    const masks: (number | undefined)[] = [];
    host.observe((event) => {
      if (event.kind === 'transmit') masks.push(ctOf(event.packet)?.extensions?.eventMask);
    });
    arrive(udp('10.0.1.9:1000', '10.0.2.9:53'));
    arrive(tcp('10.0.1.9:1000', '10.0.2.9:22'));
    arrive(echo('10.0.1.9', '10.0.2.9'));
    expect(masks[0]).toBe(masks[0]! & 0xffff);
    expect(masks.slice(1)).toEqual([0, undefined]);
    expect(Object.keys(EventBit)).toContain('NEW');
  });

  it('marks what it does not track', () => {
    const { arrive, host } = router('*raw\n-A PREROUTING -j CT --notrack\nCOMMIT\n');
    let untracked = false;
    host.observe((event) => {
      if (event.kind === 'transmit') untracked = isUntracked(event.packet);
    });
    arrive(udp('10.0.1.9:1000', '10.0.2.9:53'));
    expect(untracked).toBe(true);
  });
});
