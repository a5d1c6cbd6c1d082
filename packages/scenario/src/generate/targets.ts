import type { Draw, Weighted } from './draw.ts';
import { port } from './matches.ts';
import { onlyFrom, type RuleContext } from './rule-context.ts';

const MARKS = ['0x1', '0x2', '0x4000/0x4000', '0x0/0x1', '0xff/0xff'] as const;

/** An address that traffic is sent to by DNAT: hosts on either side, this host, or one nobody has. */
function destination(draw: Draw, context: RuleContext): string {
  return draw.weighted([
    [6, draw.pick(context.host.peers).address],
    [1, draw.pick(context.host.local).address],
    [0.3, draw.pick(context.host.odd.filter((address) => !address.startsWith('2') && address !== '127.0.0.1'))],
  ]);
}

const REJECTS = [
  'icmp-port-unreachable',
  'icmp-net-unreachable',
  'icmp-host-unreachable',
  'icmp-proto-unreachable',
  'icmp-net-prohibited',
  'icmp-host-prohibited',
  'icmp-admin-prohibited',
] as const;

function reject(draw: Draw, protocol: string | undefined): string {
  if (protocol === 'tcp' && draw.chance(0.4)) return '-j REJECT --reject-with tcp-reset';
  return draw.chance(0.3) ? '-j REJECT' : `-j REJECT --reject-with ${draw.pick(REJECTS)}`;
}

const log = (draw: Draw): string =>
  `-j LOG${draw.chance(0.6) ? ` --log-prefix "${draw.pick(['x: ', 'drop ', 'a'])}"` : ''}${draw.chance(0.3) ? ` --log-level ${draw.pick([4, 7, 'debug', 'info'])}` : ''}${draw.chance(0.15) ? draw.pick([' --log-uid', ' --log-tcp-options', ' --log-ip-options', ' --log-tcp-sequence']) : ''}`;

const connmark = (draw: Draw): string =>
  `-j CONNMARK ${draw.pick(['--save-mark', '--restore-mark', '--set-mark 0x1', '--set-xmark 0x4000/0x4000', '--restore-mark --nfmask 0xff --ctmask 0xff', '--and-mark 0xff', '--or-mark 0x10'])}`;

const mark = (draw: Draw): string =>
  `-j MARK ${draw.pick([...MARKS.map((value) => `--set-xmark ${value}`), '--set-mark 0x1', '--and-mark 0xfe', '--or-mark 0x4000', '--xor-mark 0x3'])}`;

/** Rewrites of addresses, as the hooks that reach the rule allow them. */
function translation(draw: Draw, context: RuleContext, protocol: string | undefined): string {
  const ports = protocol === 'tcp' || protocol === 'udp';
  const makers: Weighted<() => string>[] = [];
  if (onlyFrom(context, 'PREROUTING', 'OUTPUT')) {
    makers.push([
      6,
      () =>
        `-j DNAT --to-destination ${destination(draw, context)}${ports && draw.chance(0.6) ? `:${port(draw)}` : ''}${draw.chance(0.04) ? ' --persistent' : ''}`,
    ]);
    makers.push([0.6, () => `-j DNAT --to-destination 10.0.0.5-10.0.0.6${draw.chance(0.3) ? ' --persistent' : ''}`]);
    if (ports) makers.push([0.4, () => `-j DNAT --to-destination :${port(draw)}`]);
    makers.push([2, () => `-j REDIRECT${ports && draw.chance(0.6) ? ` --to-ports ${port(draw)}` : ''}`]);
  }
  if (onlyFrom(context, 'POSTROUTING', 'INPUT')) {
    makers.push([
      5,
      () =>
        `-j SNAT --to-source ${draw.weighted([
          [5, draw.pick(context.host.local).address],
          [1, '10.0.0.200'],
          [0.6, '10.0.0.200-10.0.0.203'],
        ])}${ports && draw.chance(0.15) ? ':1024-65535' : ''}${draw.chance(0.05) ? ' --persistent' : ''}`,
    ]);
  }
  if (onlyFrom(context, 'POSTROUTING'))
    makers.push([5, () => `-j MASQUERADE${ports && draw.chance(0.12) ? ' --to-ports 1024-65535' : ''}`]);
  makers.push([1, () => `-j NETMAP --to ${draw.pick(['10.0.0.0/24', '172.16.5.0/24', '192.168.1.48/30'])}`]);
  return draw.weighted(makers)();
}

const into = (draw: Draw, context: RuleContext): string =>
  `${draw.chance(0.25) ? '-g' : '-j'} ${draw.pick(context.targets)}`;

/** How a rule ends: what it does with the packet, or where it sends it. Without a target it only counts. */
export function drawTarget(draw: Draw, context: RuleContext, protocol: string | undefined): string {
  const { plan, table } = context;
  const makers: Weighted<() => string>[] = [
    [5, () => '-j ACCEPT'],
    [1.5, () => '-j RETURN'],
    [0.3, () => ''],
  ];
  if (context.targets.length > 0) makers.push([4, () => into(draw, context)]);
  if (table !== 'nat') makers.push([table === 'filter' ? 4 : 1.5, () => '-j DROP']);
  if (table === 'filter') {
    makers.push([3.5, () => reject(draw, protocol)], [2.5, () => log(draw)]);
    makers.push([0.2, () => `-j NFLOG --nflog-group 1 --nflog-prefix "n"`]);
    makers.push([0.2, () => `-j NFQUEUE --queue-num ${draw.int(0, 3)}${draw.chance(0.5) ? ' --queue-bypass' : ''}`]);
    makers.push([0.15, () => `-j AUDIT --type ${draw.pick(['accept', 'drop', 'reject'])}`]);
  }
  if (table === 'mangle') {
    makers.push([5, () => mark(draw)]);
    makers.push([
      1.5,
      () =>
        `-j TOS ${draw.pick(['--set-tos 0x10/0xff', '--set-tos 0xb8', '--set-tos Minimize-Delay', '--and-tos 0xf0', '--xor-tos 0x04'])}`,
    ]);
    makers.push([1.5, () => `-j DSCP ${draw.pick(['--set-dscp 0x2e', '--set-dscp-class AF11', '--set-dscp 0'])}`]);
    makers.push([
      1.5,
      () => `-j TTL ${draw.pick(['--ttl-set 64', '--ttl-inc 5', '--ttl-dec 1', '--ttl-set 1', '--ttl-dec 70'])}`,
    ]);
    if (protocol === 'tcp')
      makers.push([
        0.7,
        () =>
          `-m tcp --tcp-flags SYN,RST SYN -j TCPMSS ${onlyFrom(context, 'FORWARD', 'OUTPUT', 'POSTROUTING') && draw.chance(0.6) ? '--clamp-mss-to-pmtu' : '--set-mss 1000'}`,
      ]);
    if (onlyFrom(context, 'FORWARD', 'OUTPUT', 'POSTROUTING'))
      makers.push([0.3, () => `-j CLASSIFY --set-class 1:${draw.int(1, 9)}`]);
    if (protocol === 'udp' || protocol === 'tcp') makers.push([0.2, () => '-j CHECKSUM --checksum-fill']);
    if ((protocol === 'udp' || protocol === 'tcp') && onlyFrom(context, 'PREROUTING'))
      makers.push([0.1, () => '-j TPROXY --on-port 15001 --tproxy-mark 0x1/0x1']);
    makers.push([0.2, () => `-j TEE --gateway ${draw.pick(context.host.peers).address}`]);
    if (plan.stateful) makers.push([3, () => connmark(draw)]);
  }
  if (table === 'nat') makers.push([14, () => translation(draw, context, protocol)], [0.5, () => mark(draw)]);
  if (table === 'raw' && plan.stateful) {
    makers.push([1.5, () => '-j CT --notrack'], [1, () => '-j NOTRACK']);
    makers.push([0.2, () => '-j CT --ctevents new,destroy']);
    if (protocol === 'tcp') makers.push([0.3, () => '-j CT --helper ftp']);
  }
  const addable = context.sets.filter(
    (set) => set.type !== 'list:set' && !set.type.startsWith('bitmap:ip') && set.type !== 'hash:net,net',
  );
  if (addable.length > 0 && (plan.base === 'ipset' || draw.chance(0.1))) {
    makers.push([plan.base === 'ipset' ? 3 : 0.5, () => setTarget(draw, addable, plan.timed)]);
  }
  return draw.weighted(makers)();
}

function setTarget(draw: Draw, sets: RuleContext['sets'], timed: boolean): string {
  const set = draw.pick(sets);
  const directions = Array.from({ length: set.dimensions }, () => draw.pick(['src', 'dst'])).join(',');
  const extra =
    set.timeout && draw.chance(0.5)
      ? draw.pick([
          ' --timeout 300',
          ' --exist',
          ' --exist --timeout 30',
          ...(timed ? [' --timeout 1', ' --exist --timeout 1'] : []),
        ])
      : draw.chance(0.2)
        ? ' --exist'
        : '';
  return draw.chance(0.75)
    ? `-j SET --add-set ${set.name} ${directions}${extra}`
    : `-j SET --del-set ${set.name} ${directions}`;
}
