import type { Draw, Weighted } from './draw.ts';
import { onlyFrom, type RuleContext } from './rule-context.ts';

/** What a rule has matched on so far, as far as others depend on it. */
export const PORTS = [22, 53, 80, 443, 1024, 8080, 30080, 40000, 40001, 65535] as const;
const MASKS = [32, 24, 16, 8, 25, 28] as const;
const MARKS = ['0x1', '0x0', '0x2/0x3', '0x4000/0x4000', '0x0/0xff', '0x1/0x1'] as const;
const STATES = [
  'NEW',
  'ESTABLISHED',
  'RELATED,ESTABLISHED',
  'INVALID',
  'NEW,RELATED',
  'UNTRACKED',
  'NEW,INVALID',
] as const;

const not = (draw: Draw, probability = 0.2): string => (draw.chance(probability) ? '! ' : '');

export function port(draw: Draw): number {
  return draw.pick(PORTS);
}

function portRange(draw: Draw): string {
  if (!draw.chance(0.35)) return String(port(draw));
  const [low, high] = [port(draw), port(draw)].sort((a, b) => a - b);
  if (low === high) return String(low);
  return draw.weighted([
    [8, `${low}:${high}`],
    [1, `:${high}`],
    [1, `${low}:`],
  ]);
}

function address(draw: Draw, context: RuleContext): string {
  const known = [...context.host.peers, ...context.host.local].map((peer) => peer.address);
  const one = draw.chance(0.1) ? draw.pick(context.host.odd) : draw.pick(known);
  return draw.chance(0.15) ? one : `${one}/${draw.pick(MASKS)}`;
}

function device(draw: Draw, context: RuleContext): string {
  return draw.weighted([
    [10, draw.pick(context.host.devices)],
    [2, 'eth+'],
    [1, 'lo'],
    [1, '+'],
  ]);
}

/** Addresses, devices and protocol: what every rule can have without a module. */
export function coreMatches(
  draw: Draw,
  context: RuleContext,
): { readonly words: string[]; readonly protocol: string | undefined } {
  const words: string[] = [];
  if (draw.chance(0.3)) words.push(`${not(draw)}-s ${address(draw, context)}`);
  if (draw.chance(0.35)) words.push(`${not(draw)}-d ${address(draw, context)}`);
  const builtIn =
    context.chain === context.chain.toUpperCase() && context.hooks.size === 1 && context.hooks.has(context.chain);
  if (draw.chance(0.15) && !(builtIn && (context.chain === 'OUTPUT' || context.chain === 'POSTROUTING'))) {
    words.push(`${not(draw)}-i ${device(draw, context)}`);
  }
  if (draw.chance(0.12) && !(builtIn && (context.chain === 'INPUT' || context.chain === 'PREROUTING'))) {
    words.push(`${not(draw)}-o ${device(draw, context)}`);
  }
  const protocol = draw.weighted<string | undefined>([
    [8, undefined],
    [8, 'tcp'],
    [5, 'udp'],
    [3, 'icmp'],
    [0.4, '47'],
    [0.8, 'sctp'],
    [0.6, '50'],
    [0.6, '51'],
    [0.2, draw.pick(['33', '136', '253'])],
  ]);
  if (protocol === undefined) return { words, protocol };
  const negated = draw.chance(0.06);
  words.push(`${negated ? '! ' : ''}-p ${protocol}`);
  return { words, protocol: negated ? undefined : protocol };
}

/** The match that a protocol brings with it, where the rule has one. */
export function protocolMatches(draw: Draw, protocol: string | undefined): string[] {
  if (protocol === 'icmp') {
    return draw.chance(0.6)
      ? [
          `-m icmp ${not(draw)}--icmp-type ${draw.pick(['8', '0', '3', '11', '3/3', '3/1', 'echo-request', 'any', 'ttl-exceeded'])}`,
        ]
      : [];
  }
  if (protocol !== 'tcp' && protocol !== 'udp') return [];
  if (draw.chance(0.35)) {
    const list = draw.many(1, 4, () => portRange(draw).replace(/^:/, '0:').replace(/:$/, ':65535')).join(',');
    return [`-m multiport ${not(draw)}${draw.pick(['--dports', '--sports', '--ports'])} ${list}`];
  }
  const words: string[] = [];
  if (draw.chance(0.3)) words.push(`${not(draw)}--sport ${portRange(draw)}`);
  if (draw.chance(0.6)) words.push(`${not(draw)}--dport ${portRange(draw)}`);
  if (protocol === 'tcp' && draw.chance(0.3)) {
    words.push(
      draw.weighted([
        [
          4,
          `${not(draw)}--tcp-flags ${draw.pick(['SYN,ACK SYN', 'SYN,ACK ACK', 'RST RST', 'FIN,SYN,RST,ACK SYN', 'FIN,SYN,RST,PSH,ACK,URG NONE', 'ALL FIN,PSH,URG', 'ACK,FIN FIN'])}`,
        ],
        [2, `${not(draw)}--syn`],
        [0.5, `${not(draw, 0.5)}--tcp-option ${draw.pick([2, 3, 8])}`],
      ]),
    );
  }
  return words.length > 0 || draw.chance(0.1) ? [[`-m ${protocol}`, ...words].join(' ')] : [];
}

type Maker = (draw: Draw, context: RuleContext, protocol: string | undefined) => string;

const STATELESS: readonly Weighted<Maker>[] = [
  [4, (draw) => `-m mark ${not(draw)}--mark ${draw.pick(MARKS)}`],
  [
    4,
    (draw) => {
      const side = draw.pick(['--src-type', '--dst-type']);
      return `-m addrtype ${not(draw)}${side} ${draw.weighted([
        [4, 'LOCAL'],
        [2, 'UNICAST'],
        [1, 'BROADCAST'],
        [1, 'MULTICAST'],
        [1, 'LOCAL,UNICAST'],
        [0.5, 'UNSPEC'],
        [0.3, 'UNREACHABLE,PROHIBIT,BLACKHOLE'],
      ])}`;
    },
  ],
  [
    3,
    (draw) =>
      `-m comment --comment ${draw.pick(['"a b"', 'z', '"say \\"hi\\""', 'k8s:x/y', "it's"].map((text) => (text === "it's" ? '"it\'s"' : text)))}`,
  ],
  [
    2,
    (draw) =>
      `-m iprange ${not(draw)}${draw.pick(['--src-range', '--dst-range'])} ${draw.pick(['10.0.0.1-10.0.0.5', '192.168.1.40-192.168.1.60', '10.0.0.5-10.0.0.50', '8.8.8.8-8.8.8.8'])}`,
  ],
  [2, (draw) => `-m length ${not(draw)}--length ${draw.pick(['28', '40', '28:100', '100:65535', ':40', '40:'])}`],
  [2, (draw) => `-m ttl ${draw.pick(['--ttl-eq 64', '--ttl-eq 63', '--ttl-lt 10', '--ttl-gt 60', '! --ttl-eq 1'])}`],
  [1.5, (draw) => `-m tos ${not(draw)}--tos ${draw.pick(['0x10/0x3f', '0xb8/0xff', '0x0', 'Minimize-Delay', '0x08'])}`],
  [
    1.5,
    (draw) => `-m dscp ${not(draw)}${draw.pick(['--dscp 0x2e', '--dscp 0', '--dscp-class EF', '--dscp-class CS1'])}`,
  ],
  [1, (draw) => `-m pkttype ${not(draw)}--pkt-type ${draw.pick(['unicast', 'broadcast', 'multicast'])}`],
  [
    2,
    (draw) => {
      const every = draw.int(2, 4);
      return draw.chance(0.9)
        ? `-m statistic --mode nth ${not(draw, 0.1)}--every ${every} --packet ${draw.int(0, every - 1)}`
        : `-m statistic --mode random ${not(draw, 0.3)}--probability ${draw.pick(['1', '0', '1.0'])}`;
    },
  ],
  [
    0.6,
    (draw) =>
      `-m u32 ${not(draw)}--u32 "${draw.pick(['6&0xFF=17', '0>>22&0x3C@0>>16=53', '2&0xFFFF=0x28:0x100', '6&0xFF=1&&4&0x1FFF=0', '8&0xFF000000>>24=0x40,0x3f'])}"`,
  ],
  [0.3, (draw) => `-m quota ${not(draw)}--quota ${draw.pick([40, 100, 300])}`],
  [0.4, (draw) => `-m ecn ${not(draw)}--ecn-ip-ect ${draw.int(0, 3)}`],
  [0.2, (draw) => `-m cpu ${not(draw)}--cpu ${draw.pick([0, 0, 1])}`],
  [
    0.2,
    (draw) =>
      `-m string --string "${draw.pick(['abc', 'GET'])}" --algo ${draw.pick(['bm', 'kmp'])}${draw.chance(0.3) ? ' --from 20 --to 60' : ''}`,
  ],
  [
    0.2,
    (draw) => `-m string --hex-string "|00 00 00 00|" --algo ${draw.pick(['bm', 'kmp'])} --from ${draw.pick([0, 40])}`,
  ],
  [
    0.2,
    (draw) =>
      `-m time ${not(draw, 0.3)}--weekdays ${draw.pick(['Mon,Tue,Wed,Thu,Fri,Sat,Sun', 'Sat,Sun,Mon,Fri,Thu,Wed,Tue'])}`,
  ],
];

const STATEFUL: readonly Weighted<Maker>[] = [
  [
    14,
    (draw) =>
      `-m conntrack ${not(draw)}--ctstate ${draw.weighted([...STATES.map((state) => [2, state] as const), [1, 'DNAT'], [1, 'SNAT'], [0.5, 'SNAT,DNAT,NEW']])}`,
  ],
  [3, (draw) => `-m state ${not(draw)}--state ${draw.pick(STATES)}`],
  [3, (draw) => `-m connmark ${not(draw)}--mark ${draw.pick(MARKS)}`],
  [
    3,
    (draw, context) => {
      const someone = address(draw, context);
      return `-m conntrack ${not(draw)}${draw.pick([
        `--ctorigsrc ${someone}`,
        `--ctorigdst ${someone}`,
        `--ctreplsrc ${someone}`,
        `--ctrepldst ${someone}`,
        `--ctproto ${draw.pick(['tcp', 'udp', '1'])}`,
        `--ctstatus ${draw.pick(['ASSURED', 'SEEN_REPLY', 'CONFIRMED', 'NONE', 'ASSURED,CONFIRMED'])}`,
        `--ctorigdstport ${port(draw)}`,
        `--ctorigsrcport ${draw.pick(['40000:40001', '1024:65535'])}`,
        `--ctreplsrcport ${port(draw)}`,
        `--ctexpire ${draw.pick(['0:20', '40:200', '100:600000'])}`,
      ])}`;
    },
  ],
  [1, (draw) => `-m conntrack --ctdir ${draw.pick(['ORIGINAL', 'REPLY'])} --ctstate ${draw.pick(STATES)}`],
  [
    0.6,
    (draw) =>
      `-m connbytes ${not(draw)}--connbytes ${draw.pick(['1:3', '2', '0:100', '100:', '40:200'])} --connbytes-dir ${draw.pick(['original', 'reply', 'both'])} --connbytes-mode ${draw.pick(['packets', 'bytes', 'avgpkt'])}`,
  ],
  [0.5, (draw) => `-m helper ${not(draw, 0.4)}--helper ftp`],
  [0.8, (draw) => `-m connlabel ${not(draw)}--label ${draw.int(0, 3)}${draw.chance(0.6) ? ' --set' : ''}`],
  [
    0.5,
    (draw) =>
      `-m cluster --cluster-total-nodes ${draw.pick([2, 2, 3])} ${not(draw)}--cluster-local-node ${draw.pick([1, 2])} --cluster-hash-seed ${draw.pick(['0xdeadbeef', '7'])}`,
  ],
];

/** Forgets what is gone once a tick: without times, nobody can say in which one a packet came. */
const ofConnections: Maker = (draw) =>
  `-m connlimit ${draw.pick(['--connlimit-above', '--connlimit-upto'])} ${draw.pick([1, 2, 3])} --connlimit-mask ${draw.pick([32, 24, 0])} ${draw.pick(['--connlimit-saddr', '--connlimit-daddr'])}`;

const ofSets: Maker = (draw, context) => {
  const set = draw.pick(context.sets);
  const directions = Array.from({ length: set.dimensions }, () => draw.pick(['src', 'dst'])).join(',');
  const extra =
    set.counters && draw.chance(0.3)
      ? draw.pick([' --packets-gt 1', ' --bytes-lt 300', ' ! --packets-eq 2', ' ! --update-counters'])
      : '';
  return `-m set ${not(draw)}--match-set ${set.name} ${directions}${extra}`;
};

const ofIpvs: Maker = (draw) =>
  `-m ipvs ${draw.weighted([
    [4, '--ipvs'],
    [2, `${not(draw)}--vaddr 10.96.0.1/32 --vport 80`],
    [1, '! --ipvs'],
    [1, `--vdir ${draw.pick(['ORIGINAL', 'REPLY'])}`],
    [1, `${not(draw)}--vmethod ${draw.pick(['MASQ', 'GATE'])}`],
    [1, `${not(draw)}--vproto ${draw.pick(['tcp', 'udp'])}`],
    [0.5, `--vportctl 80`],
  ])}`;

const ofSockets: Maker = (draw) =>
  `-m owner ${not(draw)}${draw.pick(['--uid-owner 0', '--gid-owner 0', '--uid-owner 1000', '--socket-exists'])}`;
const ofReversePath: Maker = (draw) =>
  `-m rpfilter ${draw.pick(['--invert', '--loose', '', '--validmark', '--accept-local'])}`.trim();
const ofMac: Maker = (draw) => `-m mac ${not(draw, 0.3)}--mac-source 02:00:00:00:00:01`;
const ofGroup: Maker = (draw) => `-m devgroup ${not(draw)}--src-group ${draw.pick(['0x0', '0x1'])}`;
const ofRealm: Maker = (draw) => `-m realm ${not(draw)}--realm ${draw.pick(['0x0', '0x5'])}`;
const ofBridge: Maker = (draw) =>
  `-m physdev ${not(draw, 0.6)}${draw.pick(['--physdev-in tap0', '--physdev-is-in', '--physdev-is-bridged'])}`;
/** `direction` is in or out. */
const ofTransformation =
  (direction: string): Maker =>
  (draw) =>
    `-m policy --dir ${direction} --pol ${draw.pick(['none', 'ipsec', 'ipsec --reqid 1 --proto esp'])}`;
const ofListener: Maker = (draw) => `-m socket ${draw.pick(['', '--transparent', '--nowildcard'])}`.trim();
const ofEcn: Maker = (draw) =>
  `-m ecn ${not(draw)}${draw.pick(['--ecn-tcp-ece', '--ecn-tcp-cwr', '--ecn-ip-ect 0', '--ecn-ip-ect 2'])}`;
const ofSctp: Maker = (draw) =>
  `-m sctp ${not(draw)}${draw.pick(['--dport 0', '--sport 0', '--dport 0', '--dport 80', '--chunk-types any INIT', '--chunk-types all DATA'])}`;
const ofMss: Maker = (draw) => `-m tcpmss ${not(draw)}--mss ${draw.pick(['1:536', '1460'])}`;

/** One match that needs a module. */
export function moduleMatch(draw: Draw, context: RuleContext, protocol: string | undefined): string {
  const { plan } = context;
  const heavy = (list: readonly Weighted<Maker>[], share: number): Weighted<Maker>[] => {
    const total = list.reduce((sum, [weight]) => sum + weight, 0);
    return list.map(([weight, make]) => [(weight / total) * share, make]);
  };
  const makers: Weighted<Maker>[] = [...heavy(STATELESS, 1)];
  if (plan.stateful && (context.table !== 'raw' || draw.chance(0.5))) makers.push(...heavy(STATEFUL, 1));
  if (plan.timed && plan.stateful && context.table !== 'raw') makers.push([0.15, ofConnections]);
  if (context.sets.length > 0) makers.push([plan.base === 'ipset' ? 2 : 0.12, ofSets]);
  if (plan.base === 'ipvs') makers.push([0.8, ofIpvs]);
  if (onlyFrom(context, 'OUTPUT', 'POSTROUTING')) makers.push([0.08, ofSockets]);
  if (onlyFrom(context, 'PREROUTING') && (context.table === 'raw' || context.table === 'mangle'))
    makers.push([0.08, ofReversePath]);
  if (onlyFrom(context, 'PREROUTING', 'INPUT', 'FORWARD')) makers.push([0.02, ofMac], [0.02, ofGroup]);
  if (onlyFrom(context, 'INPUT', 'FORWARD', 'OUTPUT', 'POSTROUTING')) makers.push([0.06, ofRealm]);
  makers.push([0.03, ofBridge]);
  if (onlyFrom(context, 'PREROUTING', 'INPUT', 'FORWARD')) makers.push([0.03, ofTransformation('in')]);
  if (onlyFrom(context, 'FORWARD', 'OUTPUT', 'POSTROUTING')) makers.push([0.03, ofTransformation('out')]);
  if (onlyFrom(context, 'PREROUTING', 'INPUT')) makers.push([0.03, ofListener]);
  if (protocol === 'tcp') makers.push([0.08, ofMss], [0.04, ofEcn]);
  if (protocol === 'sctp') makers.push([3, ofSctp]);
  if (protocol === '50') makers.push([3, (draw) => `-m esp ${not(draw)}--espspi ${draw.pick(['0', '0:100', '256'])}`]);
  if (protocol === '51') makers.push([3, (draw) => `-m ah ${not(draw)}--ahspi ${draw.pick(['0', '0:100', '256'])}`]);
  return draw.weighted(makers)(draw, context, protocol);
}

/** Matches that remember: rates and counts. Used where steps have times. */
export function countingMatch(draw: Draw): string {
  return draw.weighted<() => string>([
    [
      4,
      () =>
        `-m limit --limit ${draw.pick(['5/hour', '1/sec', '2/sec', '10/min', '1/min', '100/sec'])} --limit-burst ${draw.int(1, 4)}`,
    ],
    [
      3,
      () =>
        `-m hashlimit ${draw.pick(['--hashlimit-upto', '--hashlimit-above'])} ${draw.pick(['1/sec', '10/min', '2/sec', '5/hour', '100kb/s'])} ${'--hashlimit-burst 3 '}--hashlimit-mode ${draw.pick(['srcip', 'dstip', 'srcip,dstport', 'srcip,srcport,dstip,dstport'])} --hashlimit-name h${draw.int(0, 2)}`.replace(
          /(kb\/s) --hashlimit-burst 3/,
          '$1',
        ),
    ],
    [
      5,
      () =>
        `-m recent --name ${draw.pick(['a', 'b'])} ${draw.pick(['--set', '--rcheck --seconds 2', '--update --seconds 2 --hitcount 2', '--remove', '--rcheck --hitcount 3', '--update --seconds 1', '--rcheck --seconds 1 --reap', '--rcheck --rttl'])}${draw.chance(0.3) ? ' --rdest' : ''}`,
    ],
    [
      3,
      () =>
        `-m connbytes --connbytes ${draw.pick(['2:4', '3', '0:1', '100:200'])} --connbytes-dir ${draw.pick(['original', 'both', 'reply'])} --connbytes-mode ${draw.pick(['packets', 'bytes', 'avgpkt'])}`,
    ],
    [2, () => `-m quota --quota ${draw.pick([60, 120, 300])}`],
    [
      2,
      () =>
        `-m connlimit ${draw.pick(['--connlimit-above', '--connlimit-upto'])} ${draw.int(1, 3)} --connlimit-mask ${draw.pick([32, 24])}`,
    ],
    [2, () => `-m statistic --mode nth --every ${draw.pick([2, 3, 4])} --packet ${draw.pick([0, 1])}`],
    [1, () => `-m conntrack --ctexpire ${draw.pick(['0:28', '100:118', '1:10'])}`],
  ])();
}
