import type { Draw } from './draw.ts';
import type { Plan } from './plan.ts';

/** A set and how rules may look into it. */
export interface SetPlan {
  readonly name: string;
  readonly type: string;
  /** Directions that `--match-set` takes, one for each dimension. */
  readonly dimensions: number;
  readonly timeout: boolean;
  readonly counters: boolean;
  /** A member of it, as `ipset add` takes it. */
  readonly member: (draw: Draw) => string;
}

const HOSTS = [
  '10.0.0.5',
  '10.0.0.6',
  '192.168.1.50',
  '192.168.1.51',
  '8.8.8.8',
  '172.16.5.5',
  '10.0.0.99',
  '10.0.0.1',
  '203.0.113.7',
];
const NETS = [
  '10.0.0.0/24',
  '172.16.0.0/16',
  '8.0.0.0/8',
  '192.168.1.48/30',
  '192.168.0.0/16',
  '203.0.113.7',
  '172.16.5.0/24',
  '10.0.0.4/31',
];
const PORTS = [80, 443, 53, 22, 8080, 40000, 1024, 65535];

const host = (draw: Draw): string => draw.pick(HOSTS);
const net = (draw: Draw): string => draw.pick(NETS);
const protocolPort = (draw: Draw): string =>
  draw.weighted([
    [5, `tcp:${draw.pick(PORTS)}`],
    [4, `udp:${draw.pick(PORTS)}`],
    [1, 'icmp:echo-request'],
    [1, `tcp:${draw.pick(['2000-2009', '1-20', '40001-40010'])}`],
  ]);

type Kind = Pick<SetPlan, 'type' | 'dimensions' | 'member'> & { readonly options?: string };

const KINDS: readonly Kind[] = [
  { type: 'hash:ip', dimensions: 1, member: host },
  { type: 'hash:net', dimensions: 1, member: net },
  { type: 'hash:ip,port', dimensions: 2, member: (draw) => `${host(draw)},${protocolPort(draw)}` },
  { type: 'bitmap:port', dimensions: 1, options: 'range 0-65535', member: (draw) => String(draw.pick(PORTS)) },
  { type: 'hash:ip,port,ip', dimensions: 3, member: (draw) => `${host(draw)},${protocolPort(draw)},${host(draw)}` },
  { type: 'hash:ip,port,net', dimensions: 3, member: (draw) => `${host(draw)},${protocolPort(draw)},${net(draw)}` },
  { type: 'hash:net,port', dimensions: 2, member: (draw) => `${net(draw)},${protocolPort(draw)}` },
  { type: 'hash:net,iface', dimensions: 2, member: (draw) => `${net(draw)},${draw.pick(['eth0', 'eth1', 'eth2'])}` },
  { type: 'hash:net,net', dimensions: 2, member: (draw) => `${net(draw)},${net(draw)}` },
  {
    type: 'bitmap:ip',
    dimensions: 1,
    options: 'range 10.0.0.0/24',
    member: (draw) => draw.pick(HOSTS.filter((a) => a.startsWith('10.0.0.'))),
  },
  { type: 'hash:ip,mark', dimensions: 2, member: (draw) => `${host(draw)},${draw.pick(['0x0', '0x1', '0x4000'])}` },
];

const basic = (name: string, kind: Kind): SetPlan => ({ ...kind, name, timeout: false, counters: false });

/** The sets of a scenario as `ipset restore` text, and what rules need to know of them. */
export function drawSets(draw: Draw, plan: Plan): { readonly sets: readonly SetPlan[]; readonly text: string } {
  if (!plan.sets) return { sets: [], text: '' };
  const rich = plan.base === 'ipset' || draw.chance(0.15);
  const sets: SetPlan[] = rich
    ? draw.many(1, 4, (index) => {
        const kind = draw.weighted(KINDS.map((kind, place) => [place < 4 ? 3 : 1, kind] as const));
        return { ...basic(`set${index}`, kind), timeout: draw.chance(0.25), counters: draw.chance(0.3) };
      })
    : [basic('hosts', KINDS[0]!), basic('nets', KINDS[1]!), basic('svc', KINDS[2]!), basic('ports', KINDS[3]!)];
  const lines = sets.map((set) => createLine(draw, set, rich));
  for (const set of sets) {
    const members = new Set(draw.many(1, rich ? 8 : 3, () => set.member(draw)));
    for (const member of members) lines.push(`add ${set.name} ${member}${memberOptions(draw, set)}`);
  }
  const listed = sets.filter((set) => set.dimensions === 1);
  if (rich && listed.length > 0 && draw.chance(0.25)) {
    lines.push('create all list:set');
    for (const { name } of draw.shuffled(listed)) lines.push(`add all ${name}`);
    sets.push({
      name: 'all',
      type: 'list:set',
      dimensions: 1,
      timeout: false,
      counters: false,
      member: () => listed[0]!.name,
    });
  }
  return { sets, text: lines.map((line) => `${line}\n`).join('') };
}

function createLine(draw: Draw, set: SetPlan, rich: boolean): string {
  const kind = KINDS.find((kind) => kind.type === set.type)!;
  const options = [
    ...(kind.options === undefined ? [] : [kind.options]),
    ...(rich && set.type.startsWith('hash:') && draw.chance(0.2) ? [`hashsize ${draw.pick([64, 128, 1024])}`] : []),
    ...(rich && set.type.startsWith('hash:') && draw.chance(0.12) ? [`maxelem ${draw.pick([64, 1000])}`] : []),
    ...(set.timeout ? [`timeout ${draw.pick([60, 600, 0])}`] : []),
    ...(set.counters ? ['counters'] : []),
  ];
  return ['create', set.name, set.type, ...options].join(' ');
}

/** What may stand behind a member of a set. */
export function memberOptions(draw: Draw, set: SetPlan): string {
  const parts = [
    ...(set.timeout && draw.chance(0.4) ? [`timeout ${draw.pick([30, 300, 0])}`] : []),
    ...(set.counters && draw.chance(0.2) ? [`packets ${draw.int(1, 9)} bytes ${draw.int(100, 900)}`] : []),
    ...(set.type.includes('net') && draw.chance(0.1) ? ['nomatch'] : []),
  ];
  return parts.map((part) => ` ${part}`).join('');
}
