import type { Draw } from './draw.ts';
import { PODS, SERVICE_ADDRESSES } from './host.ts';
import type { ServicePlan } from './services.ts';

/** A Service port as kube-proxy's iptables mode writes it. */
interface KubePort extends ServicePlan {
  readonly name: string;
  readonly hash: string;
  readonly nodePort: number | undefined;
  readonly externalLocal: boolean;
  readonly affinity: boolean;
}

const MASQUERADE_MARK = '0x4000/0x4000';
const NODE = '192.168.1.10';

/** Chain names end in 16 letters and digits that kube-proxy takes from a hash; any will do here. */
const HASHES = ['XPGD46QRK7WJZT7O', 'GNZBNJ2PO5MGZ6GT', 'X27LE4BHSL4DOUIK', '4SW47YFZTEDKD3PK'] as const;

export interface KubePlan {
  readonly services: readonly ServicePlan[];
  readonly iptables: string;
}

/** The rules that kube-proxy writes in iptables mode, for up to four Service ports. */
export function drawKubeRules(draw: Draw, trace: boolean): KubePlan {
  const ports: KubePort[] = draw
    .some(
      [
        { name: 'ns1/web:http', proto: 'tcp', address: SERVICE_ADDRESSES[0], port: 80, target: 8080 },
        { name: 'kube-system/kube-dns:dns', proto: 'udp', address: SERVICE_ADDRESSES[0], port: 53, target: 5353 },
        { name: 'ns2/api:https', proto: 'tcp', address: SERVICE_ADDRESSES[1], port: 443, target: 8443 },
        { name: 'ns3/other', proto: 'tcp', address: SERVICE_ADDRESSES[1], port: 8080, target: 8080 },
      ] as const,
      1,
      4,
    )
    .map(({ target, ...rest }, index) => ({
      ...rest,
      key: rest.name,
      hash: HASHES[index]!,
      servers: draw.some(PODS, 0, 3).map((pod) => `${pod}:${target}`),
      nodePort: draw.chance(0.5) ? 30080 + index : undefined,
      externalLocal: draw.chance(0.2),
      affinity: draw.chance(0.2),
    }));
  const nat: string[] = [];
  const chains = new Set<string>(['KUBE-SERVICES', 'KUBE-NODEPORTS', 'KUBE-POSTROUTING', 'KUBE-MARK-MASQ']);
  const filterServices: string[] = [];
  const external: string[] = [];
  for (const port of ports) writePort(draw, port, nat, chains, filterServices, external);
  const services = [
    ...ports,
    ...ports.flatMap((port) => (port.nodePort === undefined ? [] : [{ ...port, address: NODE, port: port.nodePort }])),
  ];
  const tables = [
    ...(trace ? ['*raw\n-A PREROUTING -j TRACE\n-A OUTPUT -j TRACE\nCOMMIT\n'] : []),
    '*mangle\n:KUBE-PROXY-CANARY - [0:0]\nCOMMIT\n',
    [
      '*filter',
      ...[
        'KUBE-SERVICES',
        'KUBE-EXTERNAL-SERVICES',
        'KUBE-FORWARD',
        'KUBE-NODEPORTS',
        'KUBE-PROXY-FIREWALL',
        'KUBE-FIREWALL',
      ].map((name) => `:${name} - [0:0]`),
      '-A INPUT -m conntrack --ctstate NEW -m comment --comment "kubernetes load balancer firewall" -j KUBE-PROXY-FIREWALL',
      '-A INPUT -m comment --comment "kubernetes health check service ports" -j KUBE-NODEPORTS',
      '-A INPUT -m conntrack --ctstate NEW -m comment --comment "kubernetes externally-visible service portals" -j KUBE-EXTERNAL-SERVICES',
      '-A INPUT -j KUBE-FIREWALL',
      '-A FORWARD -m comment --comment "kubernetes forwarding rules" -j KUBE-FORWARD',
      '-A FORWARD -m conntrack --ctstate NEW -m comment --comment "kubernetes service portals" -j KUBE-SERVICES',
      '-A FORWARD -m conntrack --ctstate NEW -m comment --comment "kubernetes externally-visible service portals" -j KUBE-EXTERNAL-SERVICES',
      '-A OUTPUT -m conntrack --ctstate NEW -m comment --comment "kubernetes service portals" -j KUBE-SERVICES',
      '-A OUTPUT -j KUBE-FIREWALL',
      '-A KUBE-FIREWALL ! -s 127.0.0.0/8 -d 127.0.0.0/8 -m comment --comment "block incoming localnet connections" -m conntrack ! --ctstate RELATED,ESTABLISHED,DNAT -j DROP',
      '-A KUBE-FORWARD -m conntrack --ctstate INVALID -j DROP',
      `-A KUBE-FORWARD -m comment --comment "kubernetes forwarding rules" -m mark --mark ${MASQUERADE_MARK} -j ACCEPT`,
      '-A KUBE-FORWARD -m comment --comment "kubernetes forwarding conntrack rule" -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT',
      ...filterServices,
      ...external,
      'COMMIT',
      '',
    ].join('\n'),
    [
      '*nat',
      ...[...chains].map((name) => `:${name} - [0:0]`),
      '-A PREROUTING -m comment --comment "kubernetes service portals" -j KUBE-SERVICES',
      '-A OUTPUT -m comment --comment "kubernetes service portals" -j KUBE-SERVICES',
      '-A POSTROUTING -m comment --comment "kubernetes postrouting rules" -j KUBE-POSTROUTING',
      `-A KUBE-POSTROUTING -m mark ! --mark ${MASQUERADE_MARK} -j RETURN`,
      '-A KUBE-POSTROUTING -j MARK --set-xmark 0x4000/0x0',
      // Without the --random-fully that kube-proxy adds: no two kernels would pick the same port.
      '-A KUBE-POSTROUTING -m comment --comment "kubernetes service traffic requiring SNAT" -j MASQUERADE',
      `-A KUBE-MARK-MASQ -j MARK --set-xmark ${MASQUERADE_MARK}`,
      ...nat,
      '-A KUBE-SERVICES ! -d 127.0.0.0/8 -m comment --comment "kubernetes service nodeports; NOTE: this must be the last rule in this chain" -m addrtype --dst-type LOCAL -j KUBE-NODEPORTS',
      'COMMIT',
      '',
    ].join('\n'),
  ];
  return { services, iptables: tables.join('') };
}

/** The chains and rules of one Service port. Its dice are counters, since chance differs from one kernel to the next. */
function writePort(
  draw: Draw,
  port: KubePort,
  nat: string[],
  chains: Set<string>,
  filterServices: string[],
  external: string[],
): void {
  const { name, hash, proto } = port;
  const to = `-d ${port.address}/32 -p ${proto} -m comment --comment "${name} cluster IP" -m ${proto} --dport ${port.port}`;
  if (port.servers.length === 0) {
    filterServices.push(
      `-A KUBE-SERVICES -d ${port.address}/32 -p ${proto} -m comment --comment "${name} has no endpoints" -m ${proto} --dport ${port.port} -j REJECT --reject-with icmp-port-unreachable`,
    );
    if (port.nodePort !== undefined) {
      external.push(
        `-A KUBE-EXTERNAL-SERVICES -p ${proto} -m comment --comment "${name} has no endpoints" -m addrtype --dst-type LOCAL -m ${proto} --dport ${port.nodePort} -j REJECT --reject-with icmp-port-unreachable`,
      );
    }
    return;
  }
  const service = `KUBE-SVC-${hash}`;
  chains.add(service);
  nat.push(`-A KUBE-SERVICES ${to} -j ${service}`, `-A ${service} ! -s 10.244.0.0/16 ${to} -j KUBE-MARK-MASQ`);
  if (port.nodePort !== undefined) {
    const entry = `KUBE-EXT-${hash}`;
    chains.add(entry);
    nat.push(
      `-A KUBE-NODEPORTS -p ${proto} -m comment --comment "${name}" -m ${proto} --dport ${port.nodePort} -j ${entry}`,
    );
    if (port.externalLocal) {
      nat.push(
        `-A ${entry} -s 10.244.0.0/16 -m comment --comment "pod traffic for ${name} external destinations" -j ${service}`,
      );
      nat.push(
        `-A ${entry} -m comment --comment "masquerade LOCAL traffic for ${name} external destinations" -m addrtype --src-type LOCAL -j KUBE-MARK-MASQ`,
      );
      nat.push(
        `-A ${entry} -m comment --comment "route LOCAL traffic for ${name} external destinations" -m addrtype --src-type LOCAL -j ${service}`,
      );
    } else {
      nat.push(
        `-A ${entry} -m comment --comment "masquerade traffic for ${name} external destinations" -j KUBE-MARK-MASQ`,
        `-A ${entry} -j ${service}`,
      );
    }
  }
  const nth = draw.chance(0.8);
  const endpoints = port.servers.map((server, place) => ({ server, chain: `KUBE-SEP-${hash.slice(0, 14)}${place}A` }));
  if (port.affinity) {
    for (const { server, chain } of endpoints)
      nat.push(
        `-A ${service} -m comment --comment "${name} -> ${server}" -m recent --rcheck --seconds 10800 --reap --name ${chain} --mask 255.255.255.255 --rsource -j ${chain}`,
      );
  }
  for (const [place, { server, chain }] of endpoints.entries()) {
    const left = endpoints.length - place;
    const dice =
      left === 1
        ? ''
        : nth
          ? ` -m statistic --mode nth --every ${left} --packet 0`
          : ` -m statistic --mode random --probability ${place === 0 ? '1.00000000000' : '0.00000000000'}`;
    chains.add(chain);
    nat.push(`-A ${service} -m comment --comment "${name} -> ${server}"${dice} -j ${chain}`);
    nat.push(`-A ${chain} -s ${server.replace(/:.*/, '')}/32 -m comment --comment "${name}" -j KUBE-MARK-MASQ`);
    const remember = port.affinity ? ` -m recent --set --name ${chain} --mask 255.255.255.255 --rsource` : '';
    nat.push(
      `-A ${chain} -p ${proto} -m comment --comment "${name}"${remember} -m ${proto} -j DNAT --to-destination ${server}`,
    );
  }
}

/** IPVS mode: the sets that kube-proxy keeps, and its rules, which are the same for any number of Services. */
export function kubeIpvsRules(
  services: readonly ServicePlan[],
  trace: boolean,
): { readonly ipset: string; readonly iptables: string } {
  const members = services
    .filter(({ address }) => address !== NODE)
    .map(({ address, proto, port }) => `add KUBE-CLUSTER-IP ${address},${proto}:${port}`);
  const nodePorts = services
    .filter(({ address, proto }) => address === NODE && proto === 'tcp')
    .map(({ port }) => `add KUBE-NODE-PORT-TCP ${port}`);
  const loops = services.flatMap(({ proto, servers }) =>
    servers.map((server) => {
      const [address, port] = server.split(':');
      return `add KUBE-LOOP-BACK ${address},${proto}:${port},${address}`;
    }),
  );
  const ipset = [
    'create KUBE-CLUSTER-IP hash:ip,port family inet hashsize 1024 maxelem 65536',
    'create KUBE-LOOP-BACK hash:ip,port,ip family inet hashsize 1024 maxelem 65536',
    'create KUBE-NODE-PORT-TCP bitmap:port range 0-65535',
    ...new Set([...members, ...nodePorts, ...loops]),
    '',
  ].join('\n');
  const iptables = [
    ...(trace ? ['*raw', '-A PREROUTING -j TRACE', '-A OUTPUT -j TRACE', 'COMMIT'] : []),
    '*nat',
    ...['KUBE-SERVICES', 'KUBE-POSTROUTING', 'KUBE-NODE-PORT', 'KUBE-LOAD-BALANCER', 'KUBE-MARK-MASQ'].map(
      (name) => `:${name} - [0:0]`,
    ),
    '-A PREROUTING -m comment --comment "kubernetes service portals" -j KUBE-SERVICES',
    '-A OUTPUT -m comment --comment "kubernetes service portals" -j KUBE-SERVICES',
    '-A POSTROUTING -m comment --comment "kubernetes postrouting rules" -j KUBE-POSTROUTING',
    '-A KUBE-SERVICES -s 127.0.0.0/8 -j RETURN',
    '-A KUBE-SERVICES ! -s 10.244.0.0/16 -m comment --comment "Kubernetes service cluster ip + port for masquerade purpose" -m set --match-set KUBE-CLUSTER-IP dst,dst -j KUBE-MARK-MASQ',
    '-A KUBE-SERVICES -m addrtype --dst-type LOCAL -j KUBE-NODE-PORT',
    '-A KUBE-SERVICES -m set --match-set KUBE-CLUSTER-IP dst,dst -j ACCEPT',
    '-A KUBE-NODE-PORT -p tcp -m comment --comment "Kubernetes nodeport TCP port for masquerade purpose" -m set --match-set KUBE-NODE-PORT-TCP dst -j KUBE-MARK-MASQ',
    '-A KUBE-POSTROUTING -m comment --comment "Kubernetes endpoints dst ip:port, source ip for solving hairpin purpose" -m set --match-set KUBE-LOOP-BACK dst,dst,src -j MASQUERADE',
    `-A KUBE-POSTROUTING -m mark ! --mark ${MASQUERADE_MARK} -j RETURN`,
    '-A KUBE-POSTROUTING -j MARK --set-xmark 0x4000/0x0',
    '-A KUBE-POSTROUTING -m comment --comment "kubernetes service traffic requiring SNAT" -j MASQUERADE',
    `-A KUBE-MARK-MASQ -j MARK --set-xmark ${MASQUERADE_MARK}`,
    'COMMIT',
    '*filter',
    ...['KUBE-FORWARD', 'KUBE-NODE-PORT', 'KUBE-PROXY-FIREWALL', 'KUBE-IPVS-FILTER', 'KUBE-IPVS-OUT-FILTER'].map(
      (name) => `:${name} - [0:0]`,
    ),
    '-A INPUT -m comment --comment "kubernetes ipvs access filter" -j KUBE-IPVS-FILTER',
    '-A INPUT -m comment --comment "kube-proxy firewall rules" -j KUBE-PROXY-FIREWALL',
    '-A INPUT -m comment --comment "kubernetes health check rules" -j KUBE-NODE-PORT',
    '-A FORWARD -m comment --comment "kube-proxy firewall rules" -j KUBE-PROXY-FIREWALL',
    '-A FORWARD -m comment --comment "kubernetes forwarding rules" -j KUBE-FORWARD',
    '-A OUTPUT -m comment --comment "kubernetes ipvs access filter" -j KUBE-IPVS-OUT-FILTER',
    '-A KUBE-IPVS-FILTER -m set --match-set KUBE-CLUSTER-IP dst,dst -j RETURN',
    '-A KUBE-IPVS-FILTER -m conntrack --ctstate NEW -m set --match-set KUBE-NODE-PORT-TCP dst -j REJECT --reject-with icmp-port-unreachable',
    `-A KUBE-FORWARD -m comment --comment "kubernetes forwarding rules" -m mark --mark ${MASQUERADE_MARK} -j ACCEPT`,
    '-A KUBE-FORWARD -m comment --comment "kubernetes forwarding conntrack rule" -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT',
    'COMMIT',
    '',
  ].join('\n');
  return { ipset, iptables };
}
