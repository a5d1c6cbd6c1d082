// What practitioners say about cost, each beside the figure of the model and the reason where they differ.
//
//   node bench/claims.mjs
import { LINUX_6_18_MEASURED, price, updateCost } from '../packages/core/dist/index.js';
import { nodeWith, rendered, segment } from './lib/cluster.mjs';
import { report, round } from './lib/measure.mjs';

const rulesOf = (services, pods) => rendered(services, 'iptables', pods).iptablesSave.match(/^-A/gm).length;

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

const say = (claim, claimed, model, why) => report({ experiment: 'claims', claim, claimed, model, why });
const ms = (update) => round(updateCost(LINUX_6_18_MEASURED, update) / 1e6);

say(
  '500 Services make many rules',
  'more than 30,000',
  `${rulesOf(500, 1)} with 1 pod each, ${rulesOf(500, 10)} with 10, ${rulesOf(500, 20)} with 20`,
  'three rules a pod and two a Service: it takes some twenty pods each',
);
const few = firstPacket(1);
const many = firstPacket(500);
say(
  '500 Services raise the latency of traversal',
  'by 300 %',
  `by ${round((many / few - 1) * 100)} % (${round(few / 1000)} to ${round(many / 1000)} us, first packets only)`,
  'half of 500 rules in the cache are 1.3 us; established packets walk none of them',
);
const large = firstPacket(10_000);
say(
  'above 10,000 rules latency visibly rises',
  'visibly; of the order of a millisecond',
  `${round(large / 1000)} us for a first packet with 10,000 Services`,
  'only the rules of KUBE-SERVICES are walked, half of them on average',
);
const nat = rulesOf(1, 1000);
say(
  'one pod of 1,000 going away rewrites the rest',
  'a full rewrite',
  `${ms({ kind: 'iptables', lines: nat, tableRules: nat })} ms for all ${nat} rules; ${ms({ kind: 'ipvsadm', servers: 1 })} ms for one IPVS server`,
  'kube-proxy rewrites the Service that changed, and the kernel copies the table whatever changes',
);
const bytes = 488 * (rulesOf(200, 10) - rulesOf(100, 10));
say(
  'memory of iptables a Service',
  '0.5 MB',
  `${round(bytes / 100 / 1000)} kB with 10 pods`,
  '488 bytes a rule; what the claim counts beside them it does not say',
);
