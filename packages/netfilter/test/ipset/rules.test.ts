import { Device, icmpHeader, Packet, parseIpv4, parseMac, SECOND, tcpHeader, udpHeader } from '@chainwalk/core';
import { describe, expect, it } from 'vitest';
import type { PacketContext } from '../../src/ipset/ip-set.ts';
import { restoreSets, runIpset, saveSets } from '../../src/ipset/run-ipset.ts';
import { runIptables } from '../../src/iptables/run.ts';
import type { TableName } from '../../src/x_tables/rule.ts';
import { emptyWorld, readCorpus, restore, type World } from '../targets/world.ts';
import { CORPUS_SETS } from './corpus-sets.ts';

function worldWith(sets: string): World {
  const world = emptyWorld();
  restoreSets(world.net.sets, sets);
  return world;
}

describe('the text of the match and the target is what iptables 1.8.9 takes and saves', () => {
  for (const name of ['set', 'SET']) {
    it(name, () => {
      const differences: string[] = [];
      for (const { place, table, chains, rule, saved } of readCorpus(name)) {
        for (const chain of chains) {
          const { net } = worldWith(CORPUS_SETS);
          const result = restore(net, table, [`-A ${chain} ${rule}`]);
          const rules = net.table(table as TableName).chains.find((one) => one.name === chain)?.rules ?? [];
          const ours = result.status === 0 ? rules.map((one) => net.ruleText(one)) : undefined;
          if (ours?.join(' | ') !== saved?.join(' | ')) {
            differences.push(
              `${place} ${chain}: ${rule}\n  real ${saved?.join(' | ')}\n  ours ${ours?.join(' | ')} ${result.stderr}`,
            );
          }
        }
      }
      expect(differences.join('\n')).toBe('');
    });
  }
});

const ip = (text: string) => parseIpv4(text)!;

function tcp(src: string, dst: string, sport = 1000, dport = 80): Packet {
  return new Packet({ src: ip(src), dst: ip(dst), protocol: 6, transport: tcpHeader({ sport, dport }) });
}

/** Whether a packet is in a set, looked up by these directions. */
function lookUp(
  world: World,
  set: string,
  directions: string,
  packet: Packet,
  devices: Partial<PacketContext> = {},
): boolean {
  const flags = directions.split(',').reduce((bits, word, index) => bits | (word === 'src' ? 2 << index : 0), 0);
  const query = { dim: directions.split(',').length, flags, command: 0 };
  const context: PacketContext = {
    host: world.host,
    family: 'ipv4',
    inDevice: undefined,
    outDevice: undefined,
    ...devices,
  };
  return world.net.sets.test(world.net.sets.indexOf(set)!, packet, context, query);
}

describe('a packet is looked up', () => {
  it('by fewer directions than the set has dimensions: never, by more: the rest is ignored', () => {
    const world = worldWith('create a hash:ip,port\nadd a 10.0.0.1,80\n');
    expect(lookUp(world, 'a', 'dst', tcp('1.1.1.1', '10.0.0.1'))).toBe(false);
    expect(lookUp(world, 'a', 'dst,dst', tcp('1.1.1.1', '10.0.0.1'))).toBe(true);
    expect(lookUp(world, 'a', 'dst,dst,src,src', tcp('1.1.1.1', '10.0.0.1'))).toBe(true);
    expect(lookUp(world, 'a', 'dst,src', tcp('1.1.1.1', '10.0.0.1'))).toBe(false);
  });

  it('with the protocol of its own: the same port of UDP is another member', () => {
    const world = worldWith(
      'create a hash:ip,port\nadd a 10.0.0.1,udp:80\nadd a 10.0.0.1,icmp:ping\nadd a 10.0.0.1,gre:0\n',
    );
    expect(lookUp(world, 'a', 'dst,dst', tcp('1.1.1.1', '10.0.0.1'))).toBe(false);
    const udp = new Packet({ src: ip('1.1.1.1'), dst: ip('10.0.0.1'), protocol: 17, transport: udpHeader(5, 80, 0) });
    expect(lookUp(world, 'a', 'dst,dst', udp)).toBe(true);
    const ping = new Packet({ src: ip('1.1.1.1'), dst: ip('10.0.0.1'), protocol: 1, transport: icmpHeader(8, 0) });
    expect(lookUp(world, 'a', 'dst,src', ping)).toBe(true);
    expect(lookUp(world, 'a', 'dst,src', new Packet({ src: ip('1.1.1.1'), dst: ip('10.0.0.1'), protocol: 47 }))).toBe(
      true,
    );
  });

  it('without its port when it is a later fragment: then never', () => {
    const world = worldWith(
      'create a bitmap:port range 0-65535\nadd a 0-65535\ncreate b hash:ip,port\nadd b 10.0.0.1,tcp:0\n',
    );
    const fragment = new Packet({ src: ip('1.1.1.1'), dst: ip('10.0.0.1'), protocol: 6, fragmentOffset: 5 });
    expect(lookUp(world, 'a', 'dst', fragment)).toBe(false);
    expect(lookUp(world, 'b', 'dst,dst', fragment)).toBe(false);
  });

  it('in the most specific network first, where nomatch says no', () => {
    const world = worldWith('create a hash:net\nadd a 10.0.0.0/8\nadd a 10.1.0.0/16 nomatch\nadd a 10.1.1.0/24\n');
    expect(lookUp(world, 'a', 'src', tcp('10.2.0.1', '1.1.1.1'))).toBe(true);
    expect(lookUp(world, 'a', 'src', tcp('10.1.2.1', '1.1.1.1'))).toBe(false);
    expect(lookUp(world, 'a', 'src', tcp('10.1.1.1', '1.1.1.1'))).toBe(true);
    expect(lookUp(world, 'a', 'src', tcp('11.1.1.1', '1.1.1.1'))).toBe(false);
  });

  it('with the device that it came in by or leaves by', () => {
    const world = worldWith('create a hash:net,iface\nadd a 10.0.0.0/8,eth0\nadd a 0.0.0.0/0,eth wildcard\n');
    const inDevice = new Device('eth0', 2, 'device');
    const other = new Device('eth1', 3, 'device');
    expect(lookUp(world, 'a', 'src,src', tcp('10.0.0.1', '1.1.1.1'), { inDevice })).toBe(true);
    expect(lookUp(world, 'a', 'src,dst', tcp('10.0.0.1', '1.1.1.1'), { inDevice })).toBe(false);
    // The more specific network is there, though not with this device: no shorter one is tried.
    expect(lookUp(world, 'a', 'src,src', tcp('10.0.0.1', '1.1.1.1'), { inDevice: other })).toBe(false);
    expect(lookUp(world, 'a', 'src,src', tcp('11.0.0.1', '1.1.1.1'), { inDevice: other })).toBe(true);
    expect(lookUp(world, 'a', 'src,dst', tcp('11.0.0.1', '1.1.1.1'), { outDevice: other })).toBe(true);
  });

  it('by the MAC address of its frame, if it came in one', () => {
    const world = worldWith(
      'create a hash:mac\nadd a 02:00:00:00:00:01\ncreate b bitmap:ip,mac range 10.0.0.0/24\nadd b 10.0.0.1\n',
    );
    const packet = tcp('10.0.0.1', '1.1.1.1');
    expect(lookUp(world, 'a', 'src', packet)).toBe(false);
    packet.link = { source: parseMac('02:00:00:00:00:01')!, destination: parseMac('02:00:00:00:00:02')!, type: 0x800 };
    expect(lookUp(world, 'a', 'src', packet)).toBe(true);
    expect(lookUp(world, 'a', 'dst', packet)).toBe(false);
    // A member without a MAC address learns it from the first packet.
    expect(lookUp(world, 'b', 'src,src', packet)).toBe(true);
    expect(saveSets(world.net.sets)).toContain('add b 10.0.0.1,02:00:00:00:00:01\n');
    packet.link = { ...packet.link, source: parseMac('02:00:00:00:00:09')! };
    expect(lookUp(world, 'b', 'src,src', packet)).toBe(false);
  });

  it('by mark, under the mask of the set', () => {
    const world = worldWith('create a hash:ip,mark markmask 0xff\nadd a 10.0.0.1,0x12\n');
    const packet = tcp('10.0.0.1', '1.1.1.1');
    packet.mark = 0x3412;
    expect(lookUp(world, 'a', 'src,src', packet)).toBe(true);
  });

  it('in all sets of a list that have no more dimensions than directions were given', () => {
    const world = worldWith(
      'create a hash:ip,port\nadd a 10.0.0.1,80\ncreate b hash:ip\nadd b 10.0.0.2\ncreate l list:set\nadd l a\nadd l b\n',
    );
    expect(lookUp(world, 'l', 'dst', tcp('1.1.1.1', '10.0.0.1'))).toBe(false);
    expect(lookUp(world, 'l', 'dst,dst', tcp('1.1.1.1', '10.0.0.1'))).toBe(true);
    expect(lookUp(world, 'l', 'dst', tcp('1.1.1.1', '10.0.0.2'))).toBe(true);
  });

  it('and counted at the member, and what it cost', () => {
    const world = worldWith('create a hash:net counters\nadd a 10.0.0.0/8\nadd a 10.1.0.0/16\nadd a 10.1.1.0/24\n');
    const before = world.host.meter.snapshot();
    expect(lookUp(world, 'a', 'src', tcp('10.9.0.1', '1.1.1.1'))).toBe(true);
    expect(world.host.meter.since(before)).toMatchObject({ setLookups: 1, setProbes: 3 });
    expect(saveSets(world.net.sets)).toContain('add a 10.0.0.0/8 packets 1 bytes 40\n');
  });

  it('and counted apart in a set that is larger than what a cache keeps of it', () => {
    const members = Array.from({ length: 12_000 }, (_, i) => `add b 10.1.${i >> 8}.${i & 255},80\n`);
    const world = worldWith(`create a hash:ip,port\nadd a 10.1.0.1,80\ncreate b hash:ip,port\n${members.join('')}`);
    const spent = (name: string, packet: Packet): { setLookups: number; largeSetLookups: number } => {
      const before = world.host.meter.snapshot();
      expect(lookUp(world, name, 'src,src', packet)).toBe(true);
      return world.host.meter.since(before);
    };
    const packet = tcp('10.1.0.1', '1.1.1.1', 80);
    expect(spent('a', packet)).toMatchObject({ setLookups: 1, largeSetLookups: 0 });
    expect(spent('b', packet)).toMatchObject({ setLookups: 1, largeSetLookups: 1 });
    // Its member is in the cache by now; that of the next packet is not.
    expect(spent('b', packet)).toMatchObject({ setLookups: 1, largeSetLookups: 0 });
    expect(spent('b', tcp('10.1.0.1', '1.1.1.1', 80))).toMatchObject({ setLookups: 1, largeSetLookups: 1 });
  });

  it('until the time of the member is over', () => {
    const world = worldWith('create a hash:ip timeout 5\nadd a 10.0.0.1\nadd a 10.0.0.2 timeout 0\n');
    world.simulation.run(5 * SECOND);
    expect(lookUp(world, 'a', 'src', tcp('10.0.0.1', '1.1.1.1'))).toBe(true);
    world.simulation.run(5 * SECOND + SECOND / 100);
    expect(lookUp(world, 'a', 'src', tcp('10.0.0.1', '1.1.1.1'))).toBe(false);
    world.simulation.run(500 * SECOND);
    expect(lookUp(world, 'a', 'src', tcp('10.0.0.2', '1.1.1.1'))).toBe(true);
  });
});

/** Lets packets of `src` run through rules in PREROUTING of mangle; the answer is what becomes of the last. */
function play(world: World, rules: readonly string[], ...sources: string[]): Packet {
  const result = runIptables(
    world.net,
    ['iptables-restore'],
    `*mangle\n${rules.map((rule) => `-A PREROUTING ${rule}\n`).join('')}COMMIT\n`,
  );
  if (result.status !== 0) throw new Error(result.stderr);
  let last: Packet | undefined;
  for (const source of sources) {
    last = tcp(source, '127.0.0.1');
    world.host.receive(world.host.device('lo')!, last);
  }
  return last!;
}

describe('-j SET', () => {
  it('adds what a packet says and takes it out, with a timeout of its own', () => {
    const world = worldWith('create a hash:ip timeout 100\ncreate b hash:ip,port\nadd b 127.0.0.9,80\n');
    play(world, ['-j SET --add-set a src --timeout 5'], '127.0.0.9');
    expect(saveSets(world.net.sets)).toContain('add a 127.0.0.9 timeout 5\n');
    world.simulation.run(2 * SECOND);
    play(world, ['-j SET --add-set a src --timeout 5'], '127.0.0.9');
    expect(saveSets(world.net.sets)).toContain('add a 127.0.0.9 timeout 3\n');
    play(world, ['-j SET --add-set a src --exist'], '127.0.0.9');
    expect(saveSets(world.net.sets)).toContain('add a 127.0.0.9 timeout 100\n');
    play(world, ['-j SET --del-set a src --add-set b src,dst'], '127.0.0.9');
    expect(saveSets(world.net.sets)).not.toContain('add a');
  });

  it('takes the comment from a member that it adds again', () => {
    const world = worldWith('create a hash:ip comment counters initval 1\nadd a 127.0.0.9 comment "mine" packets 5\n');
    play(world, ['-j SET --add-set a src'], '127.0.0.9');
    expect(saveSets(world.net.sets)).toContain('add a 127.0.0.9 packets 5 bytes 0 comment "mine"\n');
    play(world, ['-j SET --add-set a src --exist'], '127.0.0.9');
    expect(saveSets(world.net.sets)).toContain('add a 127.0.0.9 packets 1 bytes 40\n');
  });

  it('adds to a hash:net with the longest prefix that is there', () => {
    const world = worldWith('create a hash:net initval 1\n');
    play(world, ['-j SET --add-set a src'], '127.0.0.9');
    expect(saveSets(world.net.sets)).toContain('add a 127.0.0.9\n');
    runIpset(world.net.sets, ['flush', 'a']);
    runIpset(world.net.sets, ['add', 'a', '10.0.0.0/24']);
    runIpset(world.net.sets, ['add', 'a', '10.0.0.0/8']);
    play(world, ['-j SET --add-set a src'], '127.0.7.9');
    expect(saveSets(world.net.sets)).toContain('add a 127.0.7.0/24\n');
  });

  it('maps what the member says to the mark', () => {
    const world = worldWith('create a hash:ip skbinfo\nadd a 127.0.0.9 skbmark 0x12/0xff\n');
    expect(play(world, ['-j MARK --set-mark 0x3434', '-j SET --map-set a src --map-mark'], '127.0.0.9').mark).toBe(
      0x3412,
    );
    expect(play(world, ['-j MARK --set-mark 0x3434', '-j SET --map-set a src --map-mark'], '127.0.0.8').mark).toBe(
      0x3434,
    );
  });
});

describe('a rule holds its sets', () => {
  it('by index: they cannot go while it is there, and a swap changes what it sees', () => {
    const world = worldWith('create a hash:ip\nadd a 127.0.0.8\ncreate b hash:ip\nadd b 127.0.0.9\n');
    const rules = ['-m set --match-set a src -j MARK --set-mark 1'];
    expect(play(world, rules, '127.0.0.9').mark).toBe(0);
    expect(runIpset(world.net.sets, ['destroy', 'a'])).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('in use'),
    });
    expect(runIpset(world.net.sets, ['rename', 'a', 'c'])).toMatchObject({ status: 1 });
    expect(runIpset(world.net.sets, ['swap', 'a', 'b'])).toMatchObject({ status: 0 });
    const packet = tcp('127.0.0.9', '127.0.0.1');
    world.host.receive(world.host.device('lo')!, packet);
    expect(packet.mark).toBe(1);
    expect(runIptables(world.net, 'iptables -t mangle -S PREROUTING').stdout).toContain('--match-set a src');
    expect(runIpset(world.net.sets, ['destroy', 'a']).status).toBe(1);
    expect(runIpset(world.net.sets, ['destroy', 'b']).status).toBe(0);
    expect(runIptables(world.net, 'iptables -t mangle -F').status).toBe(0);
    expect(runIpset(world.net.sets, ['destroy', 'a']).status).toBe(0);
  });

  it('with --return-nomatch, exactly the exceptions match', () => {
    const world = worldWith('create a hash:net\nadd a 127.0.0.0/8\nadd a 127.0.1.0/24 nomatch\n');
    const rules = ['-m set --match-set a src --return-nomatch -j MARK --set-mark 1'];
    expect(play(world, rules, '127.0.0.9').mark).toBe(0);
    expect(play(world, rules, '127.0.1.9').mark).toBe(1);
  });

  it('with counters compared after they were moved, unless they are not to move', () => {
    const world = worldWith('create a hash:ip counters\nadd a 127.0.0.9\n');
    const rules = ['-m set --match-set a src --packets-gt 1 -j MARK --set-mark 1'];
    expect(play(world, rules, '127.0.0.9').mark).toBe(0);
    expect(play(world, rules, '127.0.0.9').mark).toBe(1);
    const still = ['-m set --match-set a src ! --update-counters --packets-eq 2 -j MARK --set-mark 1'];
    expect(play(world, still, '127.0.0.9', '127.0.0.9').mark).toBe(1);
  });
});
