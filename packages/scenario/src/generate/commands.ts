import type { Step } from '../format.ts';
import type { Draw, Weighted } from './draw.ts';
import { drawRoutingCommand } from './routing.ts';
import { CHAINS, drawRuleFor, type Surroundings } from './ruleset.ts';
import { SCHEDULERS, type ServicePlan, serverOptions } from './services.ts';
import { memberOptions } from './sets.ts';

/** What commands may be about. */
export interface CommandContext extends Surroundings {
  readonly services: readonly ServicePlan[];
}

type Maker = () => Step;
const run = (command: string, stdin?: string): Step => ({ run: command, ...(stdin === undefined ? {} : { stdin }) });

function iptables(draw: Draw, context: CommandContext): Step {
  const table = draw.pick(
    context.plan.nat ? ['filter', 'nat', 'filter', 'mangle'] : ['filter', 'filter', 'mangle', 'raw'],
  );
  const chain = draw.pick(CHAINS[table]!);
  const rule = (): string => drawRuleFor(draw, context, table, chain);
  const at = (): number => draw.pick([1, 1, 2, 3, 9]);
  const on = `iptables -t ${table}`;
  return draw.weighted<Maker>([
    [
      6,
      () =>
        run(
          `${on} ${draw.pick(['-nvL', '-nL', '-nvxL', `-nvL ${chain} --line-numbers`, `-vxnL ${chain} 1`, '-S', `-S ${chain}`, `-vS ${chain}`])}`,
        ),
    ],
    [3, () => run(`${on} -A ${chain} ${rule()}`)],
    [3, () => run(`${on} -I ${chain} ${draw.chance(0.5) ? `${at()} ` : ''}${rule()}`)],
    [2, () => run(`${on} -D ${chain} ${draw.chance(0.7) ? at() : rule()}`)],
    [1.5, () => run(`${on} -R ${chain} ${at()} ${rule()}`)],
    [0.7, () => run(`${on} -C ${chain} ${rule()}`)],
    [1.5, () => run(`${on} -Z${draw.chance(0.5) ? ` ${chain}${draw.chance(0.2) ? ' 1' : ''}` : ''}`)],
    [1, () => run(`${on} -F ${draw.pick([chain, chain, 'U0'])}`)],
    [1, () => run(`${on} -N ${draw.pick(['C1', 'U0', 'C2'])}`)],
    [0.7, () => run(`${on} -X${draw.chance(0.5) ? ` ${draw.pick(['C1', 'U0', 'U2'])}` : ''}`)],
    [0.5, () => run(`${on} -E ${draw.pick(['C1 C2', 'U0 V0', 'U1 U2'])}`)],
    [1, () => run(`${on} -P ${chain} ${draw.pick(['DROP', 'ACCEPT'])}`)],
    [0.5, () => run('iptables-save -c')],
    [
      0.7,
      () => run('iptables-restore --noflush', `*${table}\n:N0 - [0:0]\n-A N0 ${rule()}\n-A ${chain} -j N0\nCOMMIT\n`),
    ],
    [
      0.3,
      () =>
        run(
          draw.pick(['iptables-restore -c', 'iptables-restore']),
          `*${table}\n:${chain} ACCEPT [5:500]\n[3:300] -A ${chain} ${rule()}\nCOMMIT\n`,
        ),
    ],
  ])();
}

function ipset(draw: Draw, context: CommandContext): Step {
  const set = draw.pick(context.sets);
  const member = set.member(draw);
  return draw.weighted<Maker>([
    [
      4,
      () =>
        run(
          `ipset add ${set.name} ${member}${set.type === 'list:set' ? '' : memberOptions(draw, set)}${draw.chance(0.3) ? ' -exist' : ''}`,
        ),
    ],
    [3, () => run(`ipset del ${set.name} ${member}`)],
    [2, () => run(`ipset test ${set.name} ${member}`)],
    [
      2,
      () =>
        run(
          draw.pick([
            'ipset list',
            `ipset list ${set.name}`,
            'ipset list -n',
            `ipset list ${set.name} -t`,
            'ipset save',
            `ipset save ${set.name}`,
          ]),
        ),
    ],
    [0.6, () => run(`ipset flush ${set.name}`)],
    [0.5, () => run(`ipset destroy ${draw.pick([set.name, 'extra', 'none'])}`)],
    [0.7, () => run(`ipset create ${draw.pick(['extra', set.name])} hash:ip`)],
    [0.5, () => run(`ipset swap ${set.name} ${draw.pick([...context.sets.map((other) => other.name), 'extra'])}`)],
    [0.3, () => run(`ipset rename ${set.name} renamed`)],
  ])();
}

function ipvsadm(draw: Draw, context: CommandContext): Step {
  const service = draw.pick(context.services);
  const server =
    service.servers.length > 0 && draw.chance(0.8)
      ? draw.pick(service.servers)
      : `10.244.1.9:${service.servers[0]?.split(':')[1] ?? '8080'}`;
  const plain = service.key.startsWith('-f') || service.key.endsWith(':0');
  const how = (): string => (plain ? `-m -w ${draw.int(0, 3)}` : serverOptions(draw));
  return draw.weighted<Maker>([
    [4, () => run(`ipvsadm -e ${service.key} -r ${server} ${how()}`)],
    [3, () => run(`ipvsadm -a ${service.key} -r ${server} ${how()}`)],
    [3, () => run(`ipvsadm -d ${service.key} -r ${server}`)],
    [
      2,
      () =>
        run(
          `ipvsadm -E ${service.key} -s ${draw.pick(SCHEDULERS)}${draw.chance(0.2) || service.key.endsWith(':0') ? ' -p 600' : ''}`,
        ),
    ],
    [
      4,
      () =>
        run(draw.pick(['ipvsadm -Ln', 'ipvsadm -Sn', 'ipvsadm -Ln --exact', 'ipvsadm -Lnc', 'ipvsadm -Ln --timeout'])),
    ],
    [0.5, () => run(`ipvsadm -D ${service.key}`)],
    [0.5, () => run(`ipvsadm -A ${draw.pick([service.key, '-t 10.96.0.1:81'])} -s rr`)],
    [0.3, () => run(`ipvsadm --set ${draw.pick(['600 60 100', '0 0 10', '900 0 0'])}`)],
    [0.2, () => run('ipvsadm -C')],
    [0.2, () => run('ipvsadm -Z')],
  ])();
}

function conntrack(draw: Draw, context: CommandContext): Step {
  const peer = draw.pick(context.host.peers).address;
  return run(
    draw.weighted([
      [3, 'conntrack -L'],
      [1, 'conntrack -L -o extended'],
      [1, `conntrack -L -p ${draw.pick(['tcp', 'udp', 'icmp'])}`],
      [1, `conntrack -L -s ${peer}`],
      [2, `conntrack -D -s ${peer}`],
      [
        1,
        `conntrack -D -p ${draw.pick(['tcp', 'udp'])}${draw.chance(0.5) ? ` --dport ${draw.pick([80, 53, 443])}` : ''}`,
      ],
      [1, `conntrack -D -d ${peer}`],
      [1, 'conntrack -F'],
      [0.5, 'conntrack -C'],
    ]),
  );
}

function network(draw: Draw, context: CommandContext): Step {
  const device = draw.pick(context.host.interfaces.filter(({ kind }) => kind !== 'dummy')).name;
  return run(
    draw.weighted([
      [2, `ip addr add ${draw.pick(['10.0.0.3/24', '10.9.0.1/24', '192.168.1.12/24'])} dev ${device}`],
      [1, `ip addr del ${draw.pick(context.host.local).address}/24 dev ${device}`],
      [2, `ip route add ${draw.pick(['198.51.100.0/24', '203.0.113.0/24', '8.8.8.8/32'])} dev ${device}`],
      [1, 'ip route del default'],
      [
        1,
        `ip route replace default via ${device === 'eth1' ? '10.0.0.254' : '192.168.1.2'} dev ${device === 'eth1' ? 'eth1' : 'eth0'}`,
      ],
      [1, `ip link set dev ${device} down`],
      [1, `ip link set dev ${device} up`],
      [1, `ip rule add fwmark 0x1 ${draw.pick(['unreachable', 'table 100', 'prohibit', 'blackhole'])}`],
      [1, `sysctl -w net.ipv4.ip_forward=${draw.int(0, 1)}`],
      [1, `sysctl -w net.ipv4.conf.${device}.rp_filter=${draw.int(0, 2)}`],
      [
        context.plan.stateful ? 1 : 0,
        `sysctl -w net.netfilter.${draw.pick(['nf_conntrack_tcp_be_liberal=1', 'nf_conntrack_tcp_loose=0', 'nf_conntrack_udp_timeout=100', 'nf_conntrack_tcp_timeout_established=1000', 'nf_conntrack_acct=0'])}`,
      ],
    ]),
  );
}

/** A change of the host, or a look at it, in the words of the tools. */
export function drawCommand(draw: Draw, context: CommandContext): Step {
  const { plan } = context;
  if (plan.base === 'routing' && draw.chance(0.85)) return drawRoutingCommand(draw, context.host);
  const makers: Weighted<(draw: Draw, context: CommandContext) => Step>[] = [
    [plan.base === 'ipvs' || plan.base === 'ipset' ? 2 : 8, iptables],
    [plan.base === 'filter' ? 0.7 : 0.5, network],
  ];
  if (context.sets.length > 0) makers.push([plan.base === 'ipset' ? 8 : 1, ipset]);
  if (context.services.some(({ key }) => key.startsWith('-')) && plan.base === 'ipvs') makers.push([6, ipvsadm]);
  if (plan.stateful) makers.push([1.2, conntrack]);
  return draw.weighted(makers)(draw, context);
}
