import type { Draw } from './draw.ts';
import type { Surroundings } from './ruleset.ts';

/** Rules for the built-in chains of a table, by chain: to stand in front of all others. */
export type Idioms = ReadonlyMap<string, readonly string[]>;

/** The port of a translation that has no other. */
export const ONLY_PORT = 1024;

const MARK_WORDS = [
  '--set-mark 0x1',
  '--set-xmark 0x2/0x3',
  '--or-mark 0x4000',
  '--and-mark 0xfffffffe',
  '--xor-mark 0x5',
  '--set-xmark 0x30/0xf0',
  '--set-mark 0x10/0x10',
] as const;
const MARKS_SEEN = ['0x1', '0x2/0x3', '0x4000/0x4000', '0x1/0x1', '0x30/0xf0', '0x0', '0x4/0x4', '0x10/0x10'] as const;

/** What nearly every ruleset that people keep has somewhere: each draws whether it is there. */
export function drawIdioms(draw: Draw, { plan, host }: Surroundings, table: string): Idioms {
  const idioms = new Map<string, string[]>();
  const add = (chain: string, ...rules: readonly string[]): void => {
    idioms.set(chain, [...(idioms.get(chain) ?? []), ...rules]);
  };
  const outside = host.devices[0]!;
  const inside = host.peers.find((peer) => peer.device !== outside)?.address ?? '10.0.0.5';
  if (table === 'mangle') {
    if (plan.stateful && draw.chance(0.25)) {
      for (const chain of ['PREROUTING', 'OUTPUT']) add(chain, '-j CONNMARK --restore-mark');
      add('POSTROUTING', `-j CONNMARK --save-mark${draw.chance(0.3) ? ' --nfmask 0xff --ctmask 0xff' : ''}`);
    }
    if (draw.chance(0.35)) {
      for (const chain of ['PREROUTING', 'OUTPUT']) {
        add(
          chain,
          ...draw.many(2, 4, () => `${draw.pick(['', '', '-p tcp ', '-p udp '])}-j MARK ${draw.pick(MARK_WORDS)}`),
        );
      }
      // Rules without a target only count.
      for (const chain of ['FORWARD', 'INPUT', 'POSTROUTING'])
        add(chain, ...draw.some(MARKS_SEEN, 2, 5).map((mark) => `-m mark --mark ${mark}`));
    }
    if (draw.chance(0.1)) add('FORWARD', '-p tcp -m tcp --tcp-flags SYN,RST SYN -j TCPMSS --clamp-mss-to-pmtu');
    if (draw.chance(0.1)) add('PREROUTING', '-p udp -j DSCP --set-dscp-class EF', '-p tcp -j TOS --set-tos 0x10/0x3f');
  }
  if (table === 'filter') {
    if (plan.stateful && draw.chance(0.2)) {
      for (const chain of ['INPUT', 'FORWARD'])
        add(chain, '-m conntrack --ctstate INVALID -j DROP', '-m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT');
    }
    if (draw.chance(0.15)) add('INPUT', '-i lo -j ACCEPT');
    if (plan.stateful && draw.chance(0.12)) {
      const ssh = '-p tcp -m tcp --dport 22 -m conntrack --ctstate NEW -m recent --name SSH';
      add('INPUT', `${ssh} --set`, `${ssh} --update --seconds 60 --hitcount ${draw.pick([2, 3])} -j DROP`);
    }
    if (draw.chance(0.12)) {
      add('FORWARD', `-m limit --limit 5/hour --limit-burst ${draw.pick([1, 3])} -j LOG --log-prefix "forward: "`);
    }
    if (plan.stateful && draw.chance(0.15)) {
      for (const state of ['NEW', 'ESTABLISHED', 'RELATED', 'INVALID', 'SNAT', 'DNAT', 'UNTRACKED']) {
        for (const chain of ['INPUT', 'FORWARD', 'OUTPUT']) add(chain, `-m conntrack --ctstate ${state}`);
      }
    }
  }
  if (table === 'filter' || table === 'mangle') {
    // What looks into protocols that few rules are about.
    if (draw.chance(0.14)) {
      const rules = [
        '-p sctp -m sctp --dport 0',
        '-p sctp -m sctp --chunk-types any INIT',
        '-p esp -m esp --espspi 0:9',
        '-p ah -m ah --ahspi 0',
        '-p esp -m esp --espspi 256',
        '-p ah -m ah ! --ahspi 0:100',
      ];
      for (const chain of ['INPUT', 'FORWARD']) add(chain, ...draw.some(rules, 2, 6));
    }
    if (draw.chance(0.06))
      add('FORWARD', '-m ecn --ecn-ip-ect 0', '-p tcp -m ecn --ecn-tcp-ece', '-m ecn ! --ecn-ip-ect 2');
    if (plan.stateful && draw.chance(0.08))
      add(
        'FORWARD',
        `-m connlabel --label ${draw.int(0, 3)} --set`,
        '-m connlabel --label 1',
        '-m connlabel ! --label 2',
        '-m helper ! --helper ftp',
        '-m cluster --cluster-total-nodes 2 --cluster-local-node 1 --cluster-hash-seed 0xdeadbeef',
      );
  }
  if (table === 'nat') {
    // One port for all: the second connection to the same destination finds it taken.
    if (draw.chance(0.1))
      add('POSTROUTING', `-p ${draw.pick(['tcp', 'tcp', 'udp'])} -j MASQUERADE --to-ports ${ONLY_PORT}`);
    const bare = host.interfaces.find(({ addresses }) => addresses?.length === 0);
    if (bare !== undefined) add('PREROUTING', `-i ${bare.name} -p ${draw.pick(['tcp', 'udp'])} -j REDIRECT`);
    if (draw.chance(0.35)) add('POSTROUTING', `-o ${outside} -j MASQUERADE`);
    if (draw.chance(0.25))
      add(
        'PREROUTING',
        `-i ${outside} -p tcp -m tcp --dport ${draw.pick([80, 443, 8080])} -j DNAT --to-destination ${inside}:${draw.pick([80, 8080])}`,
      );
    if (draw.chance(0.1)) add('POSTROUTING', `-s ${inside} -d ${inside} -j MASQUERADE`);
    if (draw.chance(0.1)) add('PREROUTING', '-p tcp -m tcp --dport 22 -j REDIRECT --to-ports 30080');
  }
  if (table === 'raw' && plan.stateful && draw.chance(0.1)) {
    for (const chain of ['PREROUTING', 'OUTPUT']) add(chain, '-p udp -m udp --dport 53 -j CT --notrack');
  }
  return idioms;
}
