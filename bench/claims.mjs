// What practitioners say about cost, each beside the figure of the model and the reason where they differ.
//
//   node bench/claims.mjs [--quick]
//
// Experiments on simulated processors and clients are rows of their own: `wrk` (a load tester in a closed loop),
// `concurrency` (packets among so many connections) and `table full` (clients that find no room).
import { LINUX_6_18_MEASURED, price, updateCost } from '../packages/core/dist/index.js';
import { clusterIp, nodeWith, podIp, rendered, segment } from './lib/cluster.mjs';
import { report, round } from './lib/measure.mjs';
import { OWN_PODS, play, trafficNode } from './lib/traffic.mjs';

const quick = process.argv.includes('--quick');
const rulesOf = (services, pods) => rendered(services, 'iptables', pods).iptablesSave.match(/^-A/gm).length;
const vips = (services) => `${clusterIp(0)}-${clusterIp(services - 1)}:80`;
const pods = (count) => `${podIp(0)}-${podIp(count - 1)}`;

/** Mean price of a first packet over 20 Services. */
function firstPacket(services) {
  const { host } = nodeWith(rendered(services, 'iptables', 1), 1);
  let total = 0;
  for (let i = 0; i < 20; i++) {
    const before = host.meter.snapshot();
    host.receive(host.device('eth0'), segment(0, 2000 + i, Math.floor(((i + 0.5) / 20) * services)));
    total += price(LINUX_6_18_MEASURED, host.meter.since(before));
  }
  return total / 20;
}

const say = (number, claim, claimed, model, why) =>
  report({ experiment: 'claims', table: 'claims', '#': number, claim, claimed, model, why });
const ms = (update) => round(updateCost(LINUX_6_18_MEASURED, update) / 1e6);

/** Mean price of a first and of a later packet while so many connections are open, 500 Services of 10 pods. */
function concurrency(mode, connections) {
  const { host } = nodeWith(rendered(500, mode, 10), 1);
  const device = host.device('eth0');
  const open = (i) => segment(Math.floor(i / 50_000), 1024 + (i % 50_000), i % 500);
  const cost = (packet) => {
    const before = host.meter.snapshot();
    host.receive(device, packet);
    return price(LINUX_6_18_MEASURED, host.meter.since(before));
  };
  const samples = 500;
  let first = 0;
  for (let i = 0; i < connections; i++) {
    if (i < connections - samples) host.receive(device, open(i));
    else first += cost(open(i));
  }
  let known = 0;
  for (let i = 0; i < samples; i++) known += cost(open(Math.floor((i * connections) / samples)));
  const row = { mode, connections, 'ns, first packet': round(first / samples), 'ns, known': round(known / samples) };
  report({ experiment: 'claims', table: 'concurrency', ...row });
  return row;
}

/** A load tester with 1,000 connections through Services of 10 pods, on four cores. Its pods take 12.5 ms for an answer. */
function wrk(mode, services, isKept) {
  const milliseconds = quick ? 60 : 400;
  const endpoints = Math.min(10, Math.floor(60_000 / services));
  const node = trafficNode(rendered(services, mode, endpoints));
  const { clients, cpus } = play(
    node,
    `
duration: ${milliseconds}ms
network: { delay: 100us }
cpus: { cores: 4 }
servers: [{ name: pods, device: eth0, addresses: ${pods(services * endpoints)}, port: 8080, service: 12.5ms }]
clients:
  - name: wrk
    kind: closed-loop
    clients: 1000
    device: cni0
    addresses: ${OWN_PODS}
    targets: ${vips(services)}
    requestsPerConnection: ${isKept ? 1_000_000 : 1}
    until: ${milliseconds}ms
drain: 1s
`,
  );
  const [{ latency, throughput, connections, outcomes, sent }] = clients;
  const busy = cpus.cores.reduce((sum, core) => sum + core.utilisation, 0) / cpus.cores.length;
  const row = {
    mode,
    services,
    connection: isKept ? 'kept' : 'for each request',
    'answers/s': Math.round(throughput),
    'P50 ms': round(latency.p50 / 1e6),
    'P99 ms': round(latency.p99 / 1e6),
    'cores busy %': round(busy * 100),
    'connections opened %': round((100 * connections.established) / connections.opened),
    'requests answered %': round((100 * outcomes.answered) / (sent - clients[0].inFlight)),
  };
  report({ experiment: 'claims', table: 'wrk', ...row });
  return row;
}

/** Clients of which half vanish find a table of 2,000 entries; twenty new ones a second come for 20 s. */
function tableFull(mode, what, settings) {
  const node = trafficNode(rendered(2, mode, 2), 28, [
    'sysctl -w net.netfilter.nf_conntrack_max=2000',
    ...settings.map(([name, value]) => `sysctl -w net.netfilter.${name}=${value}`),
  ]);
  const { clients, network } = play(
    node,
    `
duration: 700s
drain: 15s
servers: [{ name: pods, device: eth0, addresses: ${pods(4)}, port: 8080 }]
clients:
  # Each keeps its connection and falls silent: its next request would come in an hour.
  - name: silent
    kind: closed-loop
    clients: 2000
    device: cni0
    addresses: 10.247.1.1
    targets: ${vips(1)}
    requestsPerConnection: 2
    think: 1h
    until: 1s
  - name: late
    kind: open-loop
    device: cni0
    addresses: 10.247.1.2
    targets: ${vips(1)}
    arrivals: { poisson: 20 }
    timeout: 10s
    from: 680s
`,
  );
  const late = clients[1];
  const row = {
    mode,
    what,
    sent: late.sent,
    'answered %': round((100 * late.outcomes.answered) / late.sent),
    'SYN again': late.retried,
    'P99 s': late.outcomes.answered === 0 ? undefined : round(late.latency.p99 / 1e9),
    'SYNs dropped': network.drops['conntrack-table-full'] ?? 0,
  };
  report({ experiment: 'claims', table: 'table full', ...row });
  return row;
}

say(
  '15',
  '500 Services make many rules',
  'more than 30,000',
  `${rulesOf(500, 1)} with 1 pod each, ${rulesOf(500, 10)} with 10, ${rulesOf(500, 20)} with 20`,
  'three rules a pod and two a Service: it takes some twenty pods each',
);
const large = firstPacket(10_000);
say(
  '15',
  'above 10,000 rules latency visibly rises',
  'visibly; of the order of a millisecond',
  `${round(large / 1000)} us for a first packet with 10,000 Services`,
  'only the rules of KUBE-SERVICES are walked, half of them on average',
);
// Half a bucket is compared.
const each = LINUX_6_18_MEASURED.prices.ipvsServiceProbes.nanoseconds / 256 / 2;
say(
  '15',
  'IPVS is stable at 100,000 Services',
  'stable',
  `ipset refuses Service 65,537; beyond it a first packet would cost ${round((100_000 * each) / 1000)} us more`,
  `kube-proxy makes its sets for 65,536 members; the kernel has 256 buckets for services, ${round(each)} ns a Service`,
);
const few = firstPacket(1);
const many = firstPacket(500);
say(
  '16',
  '500 Services raise the latency of traversal',
  'by 300 %',
  `by ${round((many / few - 1) * 100)} % (${round(few / 1000)} to ${round(many / 1000)} us, first packets only)`,
  'half of 500 rules in the cache are 1.3 us; established packets walk none of them',
);
const sizes = quick ? [1000, 5000] : [1000, 5000, 20_000, 100_000];
const among = Object.fromEntries(
  ['iptables', 'ipvs'].map((mode) => [mode, sizes.map((size) => concurrency(mode, size))]),
);
const span = (rows, name) => `${rows[0][name]} to ${rows.at(-1)[name]} ns`;
say(
  '16',
  'iptables degrades sharply above 5,000 connections, IPVS carries over 100,000',
  'sharply',
  ['iptables', 'ipvs']
    .map((mode) => `${mode}: ${span(among[mode], 'ns, known')} for a packet among ${sizes[0]} to ${sizes.at(-1)}`)
    .join('; '),
  'rules are walked by first packets only. IPVS has a table of its own besides, of 4,096 buckets unless conn_tab_bits says more',
);

const tests = [
  ['iptables', 500, true],
  ['ipvs', 500, true],
  ['iptables', 500, false],
  ['ipvs', 500, false],
  ...(quick
    ? []
    : [
        ['iptables', 10_000, false],
        ['iptables', 20_000, false],
        ['ipvs', 20_000, false],
      ]),
].map((one) => wrk(...one));
const [keptRules, keptIpvs, newRules, newIpvs] = tests;
const worst = tests.filter((row) => row.mode === 'iptables').at(-1);
say(
  '17',
  '1,000 connections of wrk, 500 Services of 10 pods: answers a second',
  '78,000 with IPVS, 23,000 with iptables',
  `${keptIpvs['answers/s']} and ${keptRules['answers/s']}; a connection for each request ${newIpvs['answers/s']} and ${newRules['answers/s']}`,
  `with 500 Services the rules cost 1.3 us a connection; ${worst['answers/s']} are what ${worst.services} Services leave of four cores`,
);
say(
  '17',
  'the same: P99',
  '12 ms with IPVS, 89 ms with iptables',
  `${keptIpvs['P99 ms']} and ${keptRules['P99 ms']} ms; ${worst['P99 ms']} ms in iptables mode with ${worst.services} Services`,
  '1,000 connections at 78,000 answers a second wait 12.8 ms on average, more than the P99 claimed: pods are given 12.5 ms here',
);
say(
  '17',
  'the same: connections that succeed',
  '99.999 % with IPVS, 98.4 % with iptables',
  `${newIpvs['connections opened %']} and ${newRules['connections opened %']} %`,
  'neither mode drops below its limits; a full table of connections does, in both (28)',
);
const nat500 = rulesOf(500, 10);
const restore = ms({ kind: 'iptables', lines: nat500, tableRules: nat500 });
const one = ms({ kind: 'iptables', lines: 50, tableRules: nat500 });
const ipvsSync = ms({ kind: 'ipvsadm', servers: 5500 });
say(
  '17',
  'the same: time to sync rules',
  '0.3 s with IPVS, 8.7 s with iptables',
  `${ipvsSync} ms for all servers, ${restore} ms for all ${nat500} rules, ${one} ms for one Service`,
  'a restore took 17 to 20 us a rule here; 8.7 s would be 540 us a rule',
);
say(
  '17',
  'the same: processor of kube-proxy',
  '15 % with IPVS, 62 % with iptables',
  `${round(ipvsSync / 10)} and ${round(restore / 10)} % at one full sync a second, ${round(one / 10)} % at one changed Service a second`,
  'how often Services changed is not said; by default kube-proxy syncs no more than once a second',
);
const bytes = 488 * (rulesOf(200, 10) - rulesOf(100, 10));
say(
  '18',
  'memory of iptables a Service',
  '0.5 MB',
  `${round(bytes / 100 / 1000)} kB with 10 pods`,
  '488 bytes a rule; what the claim counts beside them it does not say',
);
say(
  '18',
  'memory of IPVS',
  'a constant 30 MB',
  `${round((500 * 11 * 512) / 1e6)} MB for 500 Services of 10 pods, if each service and server takes 512 bytes`,
  'it grows with Services as well, a tenth as fast; 30 MB are more than these entries can be',
);
const nat = rulesOf(1, 1000);
say(
  '21',
  'one pod of 1,000 going away rewrites the rest',
  'a full rewrite',
  `${ms({ kind: 'iptables', lines: nat, tableRules: nat })} ms for all ${nat} rules; ${ms({ kind: 'ipvsadm', servers: 1 })} ms for one IPVS server`,
  'kube-proxy rewrites the Service that changed, and the kernel copies the table whatever changes',
);
const jitter = rulesOf(10_000, 10);
say(
  '21',
  'a full rewrite made a service jitter for 2 s',
  '2 s',
  `${ms({ kind: 'iptables', lines: jitter, tableRules: jitter })} ms for all ${jitter} rules of 10,000 Services of 10 pods`,
  'packets are not held up while it lasts: the kernel swaps the table at its end; what waits is the next change',
);
const ESTABLISHED = 'nf_conntrack_tcp_timeout_established';
const full = ['iptables', 'ipvs'].map((mode) =>
  [
    ['as it is', []],
    ['nf_conntrack_max twice as large', [['nf_conntrack_max', 4000]]],
    [`${ESTABLISHED}=600`, [[ESTABLISHED, 600]]],
  ].map(([what, settings]) => tableFull(mode, what, settings)),
);
say(
  '28',
  'a full table drops new connections, in IPVS mode too',
  'new connections are dropped',
  full.map(([row]) => `${row.mode}: ${row['answered %']} % answered, ${row['SYNs dropped']} SYNs dropped`).join('; '),
  'confirmed: nothing but the table decides',
);
say(
  '28',
  'a larger table and a shorter timeout are first aid',
  'nf_conntrack_max=1048576, timeout_established=600',
  full
    .map(([{ mode }, more, shorter]) => `${mode}: ${more['answered %']} and ${shorter['answered %']} % answered`)
    .join('; '),
  'confirmed; a larger table only lasts longer where clients vanish (see time to full)',
);
