// How busy new connections keep a core: 10,000 Services, 1,000 connections a second, as Tigera measured it.
//
//   node bench/cpu.mjs [--services 10000] [--seconds 1]
//
// Clients are pods of the node, so that every packet of a connection crosses it: ten of them with one request and its
// answer. In 1.12 KUBE-SERVICES had two rules a Service; the Service asked is the last one, or all alike.

import { clusterIp, podIp, rendered } from './lib/cluster.mjs';
import { option, report, round } from './lib/measure.mjs';
import { OWN_PODS, play, trafficNode } from './lib/traffic.mjs';

const services = Number(option('services', '10000'));
const seconds = Number(option('seconds', '1'));
const vip = (i) => `${clusterIp(i)}:80`;
/** One pod a Service: how many there are changes only which rule of the Service's own chain is taken. */
const pods = `${podIp(0)}-${podIp(services - 1)}`;

for (const [what, mode, generation, rate, requests, targets, published] of [
  ['iptables, rules of 1.12, the last Service', 'iptables', '1.12', 1000, 1, vip(services - 1), '27 to 35 %'],
  ['iptables, rules of 1.12, all alike', 'iptables', '1.12', 1000, 1, `${clusterIp(0)}-${vip(services - 1)}`, ''],
  ['iptables, rules of today, the last Service', 'iptables', 'current', 1000, 1, vip(services - 1), ''],
  ['iptables, rules of 1.12, 100 requests a connection', 'iptables', '1.12', 10, 100, vip(services - 1), 'about 2 %'],
  ['IPVS', 'ipvs', 'current', 1000, 1, vip(services - 1), 'about 8 %, syncs included'],
]) {
  const node = trafficNode(rendered(services, mode, 1, generation));
  const { cpus, clients, network } = play(
    node,
    `
duration: ${seconds}s
cpus: { cores: 1 }
servers: [{ name: pods, device: eth0, addresses: ${pods}, port: 8080 }]
clients:
  - name: c
    kind: open-loop
    device: cni0
    addresses: ${OWN_PODS}
    targets: ${targets}
    arrivals: { regular: ${rate} }
    requestsPerConnection: ${requests}
`,
  );
  const [core] = cpus.cores;
  const [{ connections, outcomes, sent }] = clients;
  report({
    experiment: 'cpu',
    what,
    services,
    'connections/s': rate,
    'requests a connection': requests,
    'packets a connection': round(network.arrived / connections.opened),
    'us a connection': round(core.softirq / 1000 / connections.opened),
    'share of a core %': round(core.utilisation * 100),
    published,
    answered: outcomes.answered === sent,
  });
}
