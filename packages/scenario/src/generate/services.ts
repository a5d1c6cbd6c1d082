import type { Draw } from './draw.ts';
import { type HostPlan, type Peer, PODS, SERVICE_ADDRESSES } from './host.ts';

/** A virtual service as `ipvsadm` names it, and where its clients send. */
export interface ServicePlan {
  /** `-t A:P`, `-u A:P` or `-f MARK`. */
  readonly key: string;
  readonly proto: 'tcp' | 'udp';
  readonly address: string;
  readonly port: number;
  /** The mark that its packets need, for a service of a mark. */
  readonly mark?: number;
  /** `A:P` of its real servers. */
  readonly servers: readonly string[];
}

/** Schedulers whose choice is not left to chance. */
export const SCHEDULERS = [
  'rr',
  'wrr',
  'lc',
  'wlc',
  'sh',
  'dh',
  'mh',
  'sed',
  'nq',
  'fo',
  'ovf',
  'lblc',
  'lblcr',
] as const;

export interface ServicesPlan {
  readonly services: readonly ServicePlan[];
  /** `ipvsadm -R` text. */
  readonly text: string;
  readonly sysctls: Readonly<Record<string, string>>;
}

/** The address of a real server: a pod, now and then this host itself or one outside. */
function server(draw: Draw, port: number): string {
  const address = draw.weighted([
    [12, draw.pick(PODS)],
    [0.5, '192.168.1.10'],
    [0.5, '192.168.1.77'],
    [0.3, '10.244.1.1'],
  ]);
  return `${address}:${port}`;
}

/** The way to a real server, with what `ipvsadm -a` takes. Direct routing and tunnels keep the service's port. */
export function serverOptions(draw: Draw): string {
  const method = draw.weighted([
    [20, '-m'],
    [1.5, '-g'],
    [0.7, '-i'],
  ]);
  const weight = draw.weighted([
    [8, 1],
    [2, 2],
    [2, 3],
    [1, 0],
    [0.5, 10],
  ]);
  const thresholds = draw.chance(0.06) ? ` -x ${draw.pick([1, 2])}${draw.chance(0.5) ? ' -y 1' : ''}` : '';
  return `${method} -w ${weight}${thresholds}`;
}

/** IPVS services, their servers, and the sysctls that change how they behave. */
export function drawServices(draw: Draw): ServicesPlan {
  const services: ServicePlan[] = [];
  const lines: string[] = [];
  const candidates = draw.shuffled([
    { key: `-t ${SERVICE_ADDRESSES[0]}:80`, proto: 'tcp', address: SERVICE_ADDRESSES[0], port: 80, target: 8080 },
    { key: `-u ${SERVICE_ADDRESSES[0]}:53`, proto: 'udp', address: SERVICE_ADDRESSES[0], port: 53, target: 5353 },
    { key: `-t ${SERVICE_ADDRESSES[1]}:443`, proto: 'tcp', address: SERVICE_ADDRESSES[1], port: 443, target: 8443 },
    { key: '-t 192.168.1.10:30080', proto: 'tcp', address: '192.168.1.10', port: 30080, target: 8080 },
    { key: '-f 1', proto: 'tcp', address: SERVICE_ADDRESSES[1], port: 8000, target: 8000, mark: 1 },
    { key: `-t ${SERVICE_ADDRESSES[1]}:0`, proto: 'tcp', address: SERVICE_ADDRESSES[1], port: 9000, target: 0 },
  ] as const);
  for (const candidate of candidates.slice(0, draw.int(1, 3))) {
    const { target, ...rest } = candidate;
    const marked = 'mark' in candidate;
    const wild = target === 0;
    const options = [
      `-s ${draw.pick(SCHEDULERS)}`,
      // Any port needs persistence.
      ...(wild || draw.chance(0.18)
        ? [`-p ${draw.pick([10800, 300, 60])}${draw.chance(0.25) ? ' -M 255.255.255.0' : ''}`]
        : []),
      ...(candidate.proto === 'udp' && draw.chance(0.15) ? ['-o'] : []),
    ];
    if (/-s (sh|mh)/.test(options[0]!) && draw.chance(0.3))
      options.push(`-b ${options[0]!.slice(3)}-${draw.pick(['port', 'fallback'])}`);
    lines.push(`-A ${candidate.key} ${options.join(' ')}`);
    const servers = [...new Set(draw.many(0, 4, () => server(draw, wild ? 0 : target)))];
    for (const real of servers)
      lines.push(`-a ${candidate.key} -r ${real} ${marked || wild ? `-m -w ${draw.int(0, 3)}` : serverOptions(draw)}`);
    services.push({ ...rest, servers });
  }
  return { services, text: lines.map((line) => `${line}\n`).join(''), sysctls: sysctls(draw) };
}

function sysctls(draw: Draw): Record<string, string> {
  const rare = (name: string, values: readonly string[], probability = 0.08): Record<string, string> =>
    draw.chance(probability) ? { [`net.ipv4.vs.${name}`]: draw.pick(values) } : {};
  return {
    'net.ipv4.vs.conntrack': draw.chance(0.7) ? '1' : '0',
    ...rare('conn_reuse_mode', ['0', '1', '2'], 0.3),
    ...rare('expire_nodest_conn', ['1'], 0.2),
    ...rare('expire_quiescent_template', ['1']),
    ...rare('sloppy_tcp', ['1']),
    ...rare('snat_reroute', ['0', '1']),
    ...rare('schedule_icmp', ['1']),
    ...rare('nat_icmp_send', ['1'], 0.12),
    ...rare('ignore_tunneled', ['1'], 0.03),
    ...rare('secure_tcp', ['3'], 0.04),
    ...rare('cache_bypass', ['1'], 0.03),
  };
}

/** Rules of a node that runs IPVS, as kube-proxy has them and as people write them. */
export function drawServiceRules(
  draw: Draw,
  services: readonly ServicePlan[],
  stateful: { readonly nat: boolean; readonly trace: boolean },
): string {
  const marks = services.flatMap(({ mark, address, port }) =>
    mark === undefined
      ? []
      : [`-A PREROUTING -d ${address} -p tcp -m tcp --dport ${port} -j MARK --set-xmark ${mark}/0xffffffff`],
  );
  const tables: string[] = [];
  if (stateful.trace) tables.push('*raw\n-A PREROUTING -j TRACE\n-A OUTPUT -j TRACE\nCOMMIT\n');
  if (marks.length > 0) tables.push(`*mangle\n${marks.join('\n')}\nCOMMIT\n`);
  if (stateful.nat) {
    const service = draw.pick(services);
    tables.push(
      `*nat\n${draw
        .some(
          [
            `-A PREROUTING -d 10.96.0.0/16 -j MARK --set-xmark 0x4000/0x4000`,
            `-A OUTPUT -d 10.96.0.0/16 -j MARK --set-xmark 0x4000/0x4000`,
            `-A POSTROUTING -m mark --mark 0x4000/0x4000 -j MASQUERADE`,
            `-A POSTROUTING -m ipvs --vaddr ${service.address}/32 --vport ${service.port} -j MASQUERADE`,
            `-A POSTROUTING -m ipvs --ipvs --vdir ORIGINAL -j SNAT --to-source 10.244.1.1`,
            `-A POSTROUTING -s 10.244.0.0/16 ! -d 10.244.0.0/16 -j MASQUERADE`,
            `-A PREROUTING -p tcp -m tcp --dport 8081 -j DNAT --to-destination ${service.address}:${service.port}`,
          ],
          1,
          4,
        )
        .join('\n')}\nCOMMIT\n`,
    );
  }
  if (draw.chance(0.8)) {
    const rules = draw.some(
      [
        '-A INPUT -m ipvs --ipvs -j ACCEPT',
        '-A INPUT -d 10.96.0.0/16 -m conntrack --ctstate NEW -j RETURN',
        '-A INPUT -m conntrack --ctstate INVALID -j DROP',
        '-A FORWARD -d 10.244.0.0/16 -j ACCEPT',
        '-A FORWARD -m ipvs --ipvs -j ACCEPT',
        '-A FORWARD -m ipvs --vdir REPLY --vmethod MASQ -j ACCEPT',
        '-A FORWARD -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT',
        '-A FORWARD -m conntrack --ctstate INVALID -j DROP',
        '-A OUTPUT -m ipvs ! --ipvs -j ACCEPT',
        '-A OUTPUT -m conntrack --ctstate NEW -d 10.244.0.0/16 -j ACCEPT',
      ],
      0,
      5,
    );
    tables.push(`*filter\n${rules.map((rule) => `${rule}\n`).join('')}COMMIT\n`);
  }
  return tables.join('');
}

/** A client's destination and port when it uses this service. */
export function flowTo(
  service: ServicePlan,
  host: HostPlan,
): { destination: string; dport: number; behind: Peer['device'] | undefined } {
  return {
    destination: service.address,
    dport: service.port,
    behind: host.peers.find((peer) => peer.address === service.address)?.device,
  };
}
