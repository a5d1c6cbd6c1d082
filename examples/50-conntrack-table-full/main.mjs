// nf_conntrack: table full, dropping packet: what clients see of it, and what each first aid does, as numbers.
import { parseIpv4, SECOND, Simulation } from '@chainwalk/core';
import { closedLoop, endpointBehind, Network, Node, openLoop, serveTcp, setUp } from '@chainwalk/scenario';

const VIP = '10.96.0.1';
const PODS = ['10.244.1.5', '10.244.1.6'];
const GONE = 2000;
/** The load begins eleven minutes after the old clients vanished, and lasts thirty seconds. */
const BEGIN = 660 * SECOND;
const END = BEGIN + 30 * SECOND;

const MODES = {
  iptables: [
    `iptables -t nat -A PREROUTING -d ${VIP}/32 -p tcp --dport 80 -m statistic --mode random --probability 0.5 -j DNAT --to-destination ${PODS[0]}:8080`,
    `iptables -t nat -A PREROUTING -d ${VIP}/32 -p tcp --dport 80 -j DNAT --to-destination ${PODS[1]}:8080`,
  ],
  IPVS: [
    'sysctl -w net.ipv4.vs.conntrack=1',
    `ip addr add ${VIP}/32 dev eth0`,
    'iptables -t nat -A POSTROUTING -s 172.16.0.0/12 -j MASQUERADE',
    `ipvsadm -A -t ${VIP}:80 -s rr`,
    ...PODS.map((pod) => `ipvsadm -a -t ${VIP}:80 -r ${pod}:8080 -m`),
  ],
};

const MAX = 'sysctl -w net.netfilter.nf_conntrack_max';

function play(mode, settings, later) {
  const simulation = new Simulation({ seed: 28 });
  const node = new Node(simulation);
  setUp(node, {
    interfaces: [
      { name: 'eth0', addresses: ['192.168.1.10/16'] },
      { name: 'cni0', addresses: ['10.244.1.1/24'] },
    ],
    sysctls: { 'net.ipv4.ip_forward': 1 },
    steps: [],
  });
  const sh = (line) => {
    const done = node.sh(line);
    if (done.status !== 0) throw new Error(`${line}: ${done.stderr}`);
    return done.stdout;
  };
  for (const line of [...MODES[mode], `${MAX}=${GONE}`, ...settings]) sh(line);

  const network = new Network(node.host);
  for (const pod of PODS) serveTcp(endpointBehind(network, 'cni0', parseIpv4(pod)), 8080);
  const targets = { address: parseIpv4(VIP), port: 80 };

  // A pool of clients asks once, keeps its connections, and loses power.
  const pool = endpointBehind(network, 'eth0', parseIpv4('192.168.2.1'));
  closedLoop([pool], {
    name: 'pool',
    clients: GONE,
    targets,
    requestsPerConnection: { kind: 'constant', value: 2 },
    think: { kind: 'constant', value: 3600 * SECOND },
    until: 1,
  });
  simulation.run(SECOND);
  pool.detach();
  simulation.run(BEGIN);

  // Twenty new connections a second; their clients wait ten seconds for an answer.
  const clients = endpointBehind(network, 'eth0', parseIpv4('192.168.2.2'));
  const requests = openLoop([clients], {
    name: 'load',
    targets,
    arrivals: { kind: 'poisson', rate: 20 },
    timeout: 10 * SECOND,
    until: END,
  });
  simulation.run(BEGIN + 15 * SECOND);
  for (const line of later) sh(line);
  simulation.run(END + 15 * SECOND);
  return {
    report: requests.report(simulation.now),
    drops: network.counts().drops['conntrack-table-full'] ?? 0,
    log: node.host.log.since(0).filter((line) => line.text.includes('table full')),
  };
}

const COLUMNS = [28, 7, 10, 10, 10, 12, 12, 8];
const row = (cells) =>
  cells
    .map((cell, i) => (i === 0 ? String(cell).padEnd(COLUMNS[i]) : String(cell).padStart(COLUMNS[i])))
    .join('')
    .trimEnd();
const seconds = (time) => `${(time / SECOND).toFixed(4)} s`;

let line;
for (const mode of Object.keys(MODES)) {
  console.log(`\n${mode} mode, ${GONE} connections left by clients that are gone`);
  console.log(row(['', 'sent', 'answered', 'SYN again', 'gave up', 'P50', 'P99', 'drops']));
  for (const [title, settings, later] of [
    [`nf_conntrack_max=${GONE}`, [], []],
    ['max=4000 after 15 s', [], [`${MAX}=4000`]],
    ['max=4000 from the start', [`${MAX}=4000`], []],
    ['timeout_established=600', ['sysctl -w net.netfilter.nf_conntrack_tcp_timeout_established=600'], []],
  ]) {
    const { report, drops, log } = play(mode, settings, later);
    line ??= log[0]?.text;
    const { sent, outcomes, retried, latency } = report;
    const answered = outcomes.answered > 0;
    console.log(
      row([
        title,
        sent,
        outcomes.answered,
        retried,
        outcomes['timed-out'],
        answered ? seconds(latency.p50) : '-',
        answered ? seconds(latency.p99) : '-',
        drops,
      ]),
    );
  }
}
console.log(`\ndmesg: ${line}`);
