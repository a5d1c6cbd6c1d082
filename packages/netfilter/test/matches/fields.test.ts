import { type Address, PROTOCOL, parseMac, TCP_FLAG } from '@chainwalk/core';
import { describe, expect, it } from 'vitest';
import { accounts, addAccount, formatAccount } from '../../src/matches/account.ts';
import { address, ip, Story, tcp, udp } from './story.ts';

const bytes = (text: string) => Uint8Array.from(text, (character) => character.charCodeAt(0));

describe('matches on the IP header', () => {
  it('length is the total length, ends included', () => {
    const rule = new Story('-m length --length 30:40');
    expect([29, 30, 40, 41].map((total) => rule.matches(udp(9, 9, { payloadLength: total - 28 })))).toEqual([
      false,
      true,
      true,
      false,
    ]);
    expect(new Story('-m length --length 40:30').matches(udp(9, 9, { payloadLength: 7 }))).toBe(false);
  });

  it('ttl compares in four ways', () => {
    const of = (rule: string) => [63, 64, 65].map((ttl) => new Story(`-m ttl ${rule}`).matches(udp(9, 9, { ttl })));
    expect(of('--ttl-eq 64')).toEqual([false, true, false]);
    expect(of('! --ttl-eq 64')).toEqual([true, false, true]);
    expect(of('--ttl-lt 64')).toEqual([true, false, false]);
    expect(of('--ttl-gt 64')).toEqual([false, false, true]);
  });

  it('tos compares under a mask, dscp the upper six bits, ecn the lower two', () => {
    const hit = (rule: string, tos: number) => new Story(rule).matches(udp(9, 9, { tos }));
    expect([hit('-m tos --tos 0x10/0x3f', 0xd0), hit('-m tos --tos 0x10', 0xd0)]).toEqual([true, false]);
    expect(hit('-m tos --tos 0xff/0x0f', 0xff)).toBe(false);
    expect([hit('-m dscp --dscp-class EF', 0xb9), hit('-m dscp ! --dscp 46', 0xb9)]).toEqual([true, false]);
    expect([hit('-m ecn --ecn-ip-ect 1', 0xb9), hit('-m ecn ! --ecn-ip-ect 1', 0xb9)]).toEqual([true, false]);
  });

  it('ecn looks at TCP too', () => {
    const rule = new Story('-p tcp -m ecn --ecn-tcp-ece ! --ecn-tcp-cwr');
    expect(rule.matches(tcp({ flags: TCP_FLAG.ECE }))).toBe(true);
    expect(rule.matches(tcp({ flags: TCP_FLAG.ECE | TCP_FLAG.CWR }))).toBe(false);
  });

  it('iprange includes its ends, and holds nothing the wrong way round', () => {
    const rule = new Story('-m iprange --src-range 10.0.0.5-10.0.0.6');
    expect([4, 5, 6, 7].map((last) => rule.matches(udp(9, 9, { src: `10.0.0.${last}` })))).toEqual([
      false,
      true,
      true,
      false,
    ]);
    expect(new Story('-m iprange --src-range 10.0.0.9-10.0.0.1').matches(udp(9, 9))).toBe(false);
  });
});

describe('-m addrtype', () => {
  const hit = (rule: string, dst: string) =>
    new Story(`-m addrtype ${rule}`, { table: 'raw', chain: 'PREROUTING' }).matches(udp(9, 9, { dst }));

  it('asks the local table alone', () => {
    expect(hit('--dst-type LOCAL', '10.0.1.1')).toBe(true);
    expect(hit('--dst-type BROADCAST', '10.0.0.255')).toBe(true);
    expect(hit('--dst-type MULTICAST', '224.0.0.1')).toBe(true);
    expect(hit('--dst-type UNICAST', '10.0.1.77')).toBe(true);
    expect(hit('--dst-type UNICAST,LOCAL', '10.0.0.255')).toBe(false);
  });

  it('with a device counts only its own addresses', () => {
    expect(hit('--dst-type LOCAL --limit-iface-in', '10.0.1.1')).toBe(false);
    expect(hit('--dst-type UNICAST --limit-iface-in', '10.0.1.1')).toBe(true);
  });
});

describe('-m pkttype', () => {
  it('takes what the host itself makes for unicast', () => {
    const story = new Story(['-m pkttype --pkt-type unicast', '-m pkttype ! --pkt-type unicast'], { chain: 'OUTPUT' });
    story.arrives(udp(9, 9));
    expect(story.counts).toEqual([1, 0]);
  });
});

describe('-m u32', () => {
  it('reads words anywhere, follows header lengths, and fails outside of the packet', () => {
    const hit = (test: string, packet = udp(9, 53)) => new Story(`-m u32 --u32 "${test}"`).matches(packet);
    expect(hit('6&0xFF=17')).toBe(true);
    expect(hit('0>>22&0x3C@0&0xFFFF=53')).toBe(true);
    expect(hit('0>>22&0x3C@0&0xFFFF=53', udp(9, 53, { options: Uint8Array.from([1, 1, 1, 0]) }))).toBe(true);
    expect(hit('8>>24=63:65&&16=0x0a000001')).toBe(true);
    expect([hit('24=0:0xffffffff'), hit('25=0:0xffffffff')]).toEqual([true, false]);
    expect(hit('0@4294967292=0')).toBe(false);
  });
});

describe('-m string', () => {
  const packet = () => udp(9, 9, { payload: bytes('GET /index HTTP') });
  const hit = (options: string) => new Story(`-m string ${options}`).matches(packet());

  it('searches from the IP header on, within bounds that hold the whole string', () => {
    expect([hit('--algo bm --string index'), hit('--algo kmp --string Index')]).toEqual([true, false]);
    expect(hit('--algo bm --string INDEX --icase')).toBe(true);
    expect([hit('--algo bm --string GET --from 28'), hit('--algo bm --string GET --from 29')]).toEqual([true, false]);
    expect([hit('--algo bm --string GET --to 31'), hit('--algo bm --string GET --to 30')]).toEqual([true, false]);
    expect(hit('--algo bm --hex-string "|47 45|T" --from 20')).toBe(true);
    expect(hit('--algo bm ! --string POST')).toBe(true);
  });
});

describe('-m time', () => {
  // A simulation begins on 2026-01-01, a Thursday, at midnight.
  const at = (rule: string, hours: number) => new Story(`-m time ${rule}`).wait(hours * 3_600_000).matches(udp(9, 9));

  it('knows days of the week and of the month', () => {
    expect([at('--weekdays Thu', 23), at('--weekdays Thu', 24), at('! --weekdays Thu', 24)]).toEqual([
      true,
      false,
      true,
    ]);
    expect([at('--monthdays 1', 23), at('--monthdays 2,31', 24), at('--monthdays 31', 24 * 30)]).toEqual([
      true,
      true,
      true,
    ]);
  });

  it('reaches over midnight, and with --contiguous into the next day', () => {
    const night = '--timestart 22:00 --timestop 06:00';
    expect([5, 12, 23].map((hour) => at(night, hour))).toEqual([true, false, true]);
    expect([5, 29].map((hour) => at(`${night} --weekdays Thu`, hour))).toEqual([true, false]);
    expect([5, 29].map((hour) => at(`${night} --weekdays Thu --contiguous`, hour))).toEqual([false, true]);
  });

  it('ends with its dates', () => {
    const days = '--datestart 2026-01-02 --datestop 2026-01-03T12:00:00';
    expect([23, 24, 60, 61].map((hour) => at(days, hour))).toEqual([false, true, true, false]);
  });
});

describe('-m mac', () => {
  it('never matches a packet without a link header', () => {
    const framed = () => {
      const packet = udp(9, 9);
      packet.link = {
        source: parseMac('02:00:00:00:00:09')!,
        destination: parseMac('02:00:00:00:00:01')!,
        type: 0x800,
      };
      return packet;
    };
    expect(new Story('-m mac --mac-source 02:00:00:00:00:09').matches(framed())).toBe(true);
    expect(new Story('-m mac ! --mac-source 02:00:00:00:00:09').matches(framed())).toBe(false);
    expect(new Story('-m mac ! --mac-source 02:00:00:00:00:09').matches(udp(9, 9))).toBe(false);
  });
});

describe('-m physdev, -m policy', () => {
  it('know that no packet here comes through a bridge or through IPsec', () => {
    const rules = [
      '-m physdev --physdev-in eth0',
      '-m physdev --physdev-is-bridged',
      '-m physdev ! --physdev-in eth1 --physdev-out eth0',
      '-m physdev ! --physdev-in eth0',
      '-m physdev ! --physdev-is-in ! --physdev-out eth+ ! --physdev-is-bridged',
      '-m policy --dir in --pol ipsec',
      '-m policy --dir out --pol ipsec --reqid 1',
      '-m policy --dir in --pol none',
      '-m policy --dir out --pol none',
    ];
    const story = new Story(rules, { chain: 'FORWARD' });
    story.arrives(udp(9, 9, { dst: '10.0.1.5' }));
    expect(story.counts).toEqual([0, 0, 0, 1, 1, 0, 0, 1, 1]);
  });
});

describe('-m socket', () => {
  it('asks the listeners of the host, of which those without an address count with --nowildcard only', () => {
    const rules = [
      '-m socket',
      '-m socket --nowildcard',
      '-m socket --transparent',
      '-m socket --nowildcard --transparent',
    ];
    const counts = (listener: { address?: Address; port: number } | undefined, packet = udp(9, 53)) => {
      const story = new Story(rules, { table: 'mangle', chain: 'PREROUTING' });
      if (listener !== undefined) story.host.listen({ protocol: PROTOCOL.udp, receive: () => {}, ...listener });
      return story.arrives(packet).counts;
    };
    expect(counts(undefined)).toEqual([0, 0, 0, 0]);
    expect(counts({ port: 53 })).toEqual([0, 1, 0, 0]);
    expect(counts({ port: 53, address: address('10.0.0.1') })).toEqual([1, 1, 0, 0]);
    expect(counts({ port: 53, address: address('10.0.1.1') })).toEqual([0, 0, 0, 0]);
    expect(counts({ port: 53 }, tcp({ dport: 53 }))).toEqual([0, 0, 0, 0]);
  });
});

describe('-m devgroup, -m realm, -m cpu', () => {
  it('look at the device, the route, the processor', () => {
    const story = new Story(
      ['-m devgroup --src-group 7 --dst-group 0', '-m realm --realm 5', '-m cpu --cpu 0', '-m cpu --cpu 1'],
      {
        chain: 'FORWARD',
      },
    );
    story.host.configure((config) => {
      config.interfaces.find(({ name }) => name === 'eth0')!.group = 7;
      config.routes.push({
        type: 'unicast',
        prefix: { network: address('10.9.0.0'), length: 16 },
        table: 254,
        metric: 0,
        tos: 0,
        device: 'eth1',
        realm: 5,
        scope: 'link',
      });
    });
    story.arrives(udp(9, 9, { dst: '10.9.1.1' })).arrives(udp(9, 9, { dst: '10.0.1.7' }));
    expect(story.counts).toEqual([2, 1, 2, 0]);
  });
});

describe('-m owner', () => {
  const options = [
    '--uid-owner 0',
    '! --uid-owner 0',
    '--uid-owner 1-5',
    '--socket-exists',
    '! --socket-exists',
    '--gid-owner 9 --uid-owner 7',
  ];
  const sent = (socket?: object) => {
    const story = new Story(
      options.map((option) => `-m owner ${option}`),
      { chain: 'OUTPUT' },
    );
    const packet = udp(9, 9, { src: '10.0.0.1', dst: '10.0.1.9' });
    story.host.send(packet, socket);
    return story.counts;
  };

  it('asks who sent it; a process is root unless it says otherwise', () => {
    expect(sent()).toEqual([1, 0, 0, 1, 0, 0]);
    expect(sent({ uid: 7, gid: 9 })).toEqual([0, 1, 0, 1, 0, 1]);
  });

  it('knows no user of what the kernel itself sends', () => {
    expect(sent({})).toEqual([0, 1, 0, 1, 0, 0]);
  });

  it('in POSTROUTING sees no socket of a forwarded packet', () => {
    const story = new Story(
      options.map((option) => `-m owner ${option}`),
      { table: 'mangle', chain: 'POSTROUTING' },
    );
    story.arrives(udp(9, 9, { dst: '10.0.1.9' }));
    expect(story.counts).toEqual([0, 1, 0, 0, 1, 0]);
  });
});

describe('-m rpfilter', () => {
  it('holds if the answer would go where the packet came from', () => {
    const hit = (options: string, device: string, src = '10.0.0.9') =>
      new Story(`-m rpfilter ${options}`, { table: 'raw', chain: 'PREROUTING' }).matches(udp(9, 9, { src }), device);
    expect([hit('', 'eth0'), hit('', 'eth1'), hit('--invert', 'eth1'), hit('--loose', 'eth1')]).toEqual([
      true,
      false,
      true,
      true,
    ]);
    expect([hit('--loose', 'eth0', '203.0.113.1'), hit('', 'eth0', '10.0.1.1')]).toEqual([false, false]);
  });
});

describe('-m ipvs', () => {
  const marked = (connection?: object) => {
    const packet = udp(9, 53);
    packet.ipvs = (connection === undefined ? {} : { connection }) as typeof packet.ipvs;
    return packet;
  };
  const service = {
    protocol: PROTOCOL.udp,
    virtualAddress: address('10.96.0.10'),
    virtualPort: 53,
    controlPort: 0,
    method: 'masq',
  };

  it('--ipvs is about the mark, everything else about the connection', () => {
    expect([new Story('-m ipvs --ipvs').matches(marked()), new Story('-m ipvs ! --ipvs').matches(udp(9, 53))]).toEqual([
      true,
      true,
    ]);
    const hit = (options: string, connection?: object) => new Story(`-m ipvs ${options}`).matches(marked(connection));
    expect(hit('--vaddr 10.96.0.0/16 --vport 53 --vmethod MASQ --vproto udp', service)).toBe(true);
    expect([hit('! --vport 53', service), hit('! --vport 54', service), hit('! --vport 54')]).toEqual([
      false,
      true,
      false,
    ]);
    expect([hit('--vportctl 21', { ...service, controlPort: 21 }), hit('! --vportctl 21', service)]).toEqual([
      true,
      true,
    ]);
  });
});

describe('-m nfacct', () => {
  it('counts in an object that has to be there, and with a quota matches past it', () => {
    expect(() => new Story('-m nfacct --nfacct-name web')).toThrow();
    const story = new Story('-p tcp');
    const remove = addAccount(story.net, 'web', { unit: 'packets', amount: 2 });
    story.run('iptables -I INPUT -m nfacct --nfacct-name web');
    // The real iptables-save prints two blanks here.
    expect(story.run('iptables -S INPUT')).toContain('-A INPUT -m nfacct --nfacct-name  web\n');
    expect(story.pattern([1, 2, 3, 4].map(() => udp(9, 9)))).toBe('..xx');
    expect(formatAccount('web', accounts(story.net).get('web')!)).toBe(
      '{ pkts = 00000000000000000004, bytes = 00000000000000000112 } = web;',
    );
    remove();
    expect(accounts(story.net).has('web')).toBe(true);
    story.run('iptables -F INPUT');
    expect(accounts(story.net).has('web')).toBe(false);
  });
});

describe('-m comment', () => {
  it('always holds', () => {
    expect(new Story('-m comment --comment "why not"').matches(ip(PROTOCOL.gre))).toBe(true);
  });
});
