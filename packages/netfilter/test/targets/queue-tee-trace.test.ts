import { ACCEPT, drop } from '@chainwalk/core';
import { describe, expect, it } from 'vitest';
import { echo, lastLogged, router, tcp, udp } from './stories.ts';

describe('NFQUEUE', () => {
  it('drops without a listener, and accepts for this table with --queue-bypass', () => {
    expect(router('*filter\n-A FORWARD -j NFQUEUE\nCOMMIT\n').arrive(udp('10.0.1.9:1', '10.0.2.9:2'))).toEqual([
      'queue-no-listener',
    ]);
    const bypass = router('*filter\n-A FORWARD -j NFQUEUE --queue-bypass\n-A FORWARD -j DROP\nCOMMIT\n');
    expect(bypass.arrive(udp('10.0.1.9:1', '10.0.2.9:2'))).toHaveLength(1);
    expect(bypass.packetsOf('filter', 'FORWARD')).toEqual([1, 0]);
  });

  it('tells a local sender of nothing', () => {
    const { host } = router('*filter\n-A OUTPUT -p udp -j NFQUEUE\n-A OUTPUT -j DROP\nCOMMIT\n');
    expect(host.send(udp('10.0.1.1:1', '10.0.1.9:2'))).toBeUndefined();
    expect(host.send(tcp('10.0.1.1:1', '10.0.1.9:2'))).toBe('EPERM');
  });

  it('asks whoever listens to its number', () => {
    const story = router(
      '*filter\n-A FORWARD -p udp -j NFQUEUE --queue-num 3\n-A FORWARD -j NFQUEUE --queue-num 4\nCOMMIT\n',
    );
    story.host.hooks.listen(3, () => ACCEPT);
    story.host.hooks.listen(4, () => drop('netfilter-drop'));
    expect(story.arrive(udp('10.0.1.9:1', '10.0.2.9:2'))).toHaveLength(1);
    expect(story.arrive(tcp('10.0.1.9:1', '10.0.2.9:2'))).toEqual(['netfilter-drop']);
  });

  it('balances over queues by addresses and protocol, both directions into one', () => {
    const story = router('*filter\n-A FORWARD -j NFQUEUE --queue-balance 10:17\nCOMMIT\n');
    const seen: number[] = [];
    for (let number = 0; number < 100; number++) {
      story.host.hooks.listen(number, () => {
        seen.push(number);
        return ACCEPT;
      });
    }
    for (let i = 2; i < 200; i++) {
      story.arrive(udp(`10.0.1.${i}:1`, '10.0.2.9:2'));
      story.arrive(udp('10.0.2.9:2', `10.0.1.${i}:1`), 'eth1');
    }
    const pairs = Array.from({ length: seen.length / 2 }, (_, i) => [seen[2 * i], seen[2 * i + 1]]);
    expect(pairs.every(([there, back]) => there === back)).toBe(true);
    expect([...new Set(seen)].sort()).toEqual([10, 11, 12, 13, 14, 15, 16, 17]);
  });

  it('follows the one CPU with --queue-cpu-fanout', () => {
    const story = router('*filter\n-A FORWARD -j NFQUEUE --queue-balance 10:17 --queue-cpu-fanout\nCOMMIT\n');
    story.host.hooks.listen(10, () => ACCEPT);
    for (let i = 2; i < 20; i++) expect(story.arrive(udp(`10.0.1.${i}:1`, '10.0.2.9:2'))).toHaveLength(1);
  });
});

describe('TEE', () => {
  it('sends a copy with its addresses, DF and one less to live, before the original goes on', () => {
    const { arrive, out } = router('*mangle\n-A PREROUTING -j TEE --gateway 10.0.1.50\nCOMMIT\n');
    expect(arrive(udp('10.0.1.9:1000', '10.0.2.9:53'))).toEqual([
      'eth0 < udp 10.0.1.9:1000 > 10.0.2.9:53 ttl 63 len 28',
      'eth1 < udp 10.0.1.9:1000 > 10.0.2.9:53 ttl 63 len 28',
    ]);
    expect(out().map((packet) => packet.dontFragment)).toEqual([true, false]);
  });

  it('does not age a copy that is made behind routing, and does not track it', () => {
    const { arrive, packetsOf, net } = router(
      '*mangle\n-A FORWARD -j TEE --gateway 10.0.1.50\n-A OUTPUT -m conntrack --ctstate UNTRACKED\nCOMMIT\n',
    );
    expect(arrive(udp('10.0.1.9:1000', '10.0.2.9:53'))[0]).toBe('eth0 < udp 10.0.1.9:1000 > 10.0.2.9:53 ttl 63 len 28');
    expect(packetsOf('mangle', 'OUTPUT')).toEqual([1]);
    expect(net.conntrack.count).toBe(1);
  });

  it('copies no copy that is under way', () => {
    const { arrive, packetsOf } = router(
      '*mangle\n-A FORWARD -j TEE --gateway 10.0.1.50\n-A POSTROUTING -j TEE --gateway 10.0.1.51\nCOMMIT\n',
    );
    expect(arrive(udp('10.0.1.9:1000', '10.0.2.9:53'))).toHaveLength(3);
    expect(packetsOf('mangle', 'POSTROUTING')).toEqual([3]);
  });

  it('sends nothing where there is no way to the gateway, and leaves by --oif', () => {
    const lost = router('*mangle\n-A PREROUTING -j TEE --gateway 9.9.9.9\nCOMMIT\n');
    expect(lost.arrive(udp('10.0.1.9:1000', '10.0.2.9:53'))).toHaveLength(1);
    const bound = router('*mangle\n-A PREROUTING -j TEE --gateway 9.9.9.9 --oif eth0\nCOMMIT\n');
    expect(bound.arrive(udp('10.0.1.9:1000', '10.0.2.9:53'))[0]).toContain('eth0 < ');
  });

  it('ends copying to itself, which Linux never does', () => {
    const { arrive, packetsOf } = router(
      '*mangle\n-A PREROUTING -j TEE --gateway 10.0.1.1\n-A PREROUTING -j TEE --gateway 10.0.2.1\nCOMMIT\n',
    );
    arrive(echo('10.0.1.9', '10.0.2.9'));
    expect(packetsOf('mangle', 'PREROUTING')[0]).toBeLessThan(2000);
  });
});

describe('TRACE', () => {
  it('has every later match and policy logged, and nothing of a packet that it did not meet', () => {
    const { arrive, host } = router(
      '*raw\n:USER -\n-A PREROUTING -p udp -j TRACE\n-A PREROUTING -j USER\n-A USER -p udp\nCOMMIT\n*filter\n-A FORWARD -j ACCEPT\nCOMMIT\n',
    );
    arrive(tcp('10.0.1.9:1000', '10.0.2.9:80'));
    expect(host.log.total).toBe(0);
    arrive(udp('10.0.1.9:1000', '10.0.2.9:53'));
    expect(host.log.since(0).map(({ text, level }) => `${level} ${text.split(' ')[1]}`)).toEqual([
      '4 raw:PREROUTING:rule:2',
      '4 raw:USER:rule:1',
      '4 raw:USER:return:2',
      '4 raw:PREROUTING:policy:3',
      '4 filter:FORWARD:policy:1',
    ]);
  });
});

describe('LOG', () => {
  it('writes at its level and goes on', () => {
    const { arrive, host, packetsOf } = router(
      '*filter\n-A FORWARD -j LOG --log-prefix "fwd: " --log-level debug\n-A FORWARD -j ACCEPT\nCOMMIT\n',
    );
    arrive(udp('10.0.1.9:1000', '10.0.2.9:53'));
    expect(host.log.since(0)).toMatchObject([{ level: 7 }]);
    expect(lastLogged(host)).toBe(
      'fwd: IN=eth0 OUT=eth1 MAC= SRC=10.0.1.9 DST=10.0.2.9 LEN=28 TOS=0x00 PREC=0x00 TTL=63 ID=7 PROTO=UDP SPT=1000 DPT=53 LEN=8 ',
    );
    expect(packetsOf('filter', 'FORWARD')).toEqual([1, 1]);
  });
});
