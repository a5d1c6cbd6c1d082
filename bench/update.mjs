// What changing the configuration costs in Linux, by the model, beside what was measured there.
//
//   node bench/update.mjs [--sizes 125,1250]      # Services of 8 rules
import { LINUX_6_18_MEASURED, PUBLISHED_2017, updateCost } from '../packages/core/dist/index.js';
import { rendered } from './lib/cluster.mjs';
import { numbers, report, round } from './lib/measure.mjs';
import { resizesOf } from './lib/sets.mjs';

/** iptables-legacy 1.8.9 and ipset on Linux 6.18, milliseconds by Services. */
const MEASURED = {
  'restore of all': { 125: 17, 1250: 167, 5000: 689, 20000: 3279 },
  'one rule': { 125: 8, 1250: 68, 5000: 201, 20000: 899 },
  'KUBE-SERVICES alone': { 125: 9, 1250: 86, 5000: 282, 20000: 1116 },
  'ipset restore of all': { 125: 5, 1250: 18, 5000: 79, 20000: 188 },
  'one ipset member': { 125: 3.6, 1250: 3.7, 5000: 4.2, 20000: 4.3 },
};

/** What `ipset restore` read: as many members as Services, into the 1,024 buckets that a set begins with. */
function setOf(services) {
  const members = Array.from(
    { length: services },
    (_, i) => `add s 10.${96 + (i >> 16)}.${(i >> 8) & 255}.${i & 255},80`,
  );
  return ['create s hash:ip,port hashsize 1024 maxelem 65536', ...members, ''].join('\n');
}

for (const services of numbers('sizes', '125,1250,5000,20000')) {
  const { nat, jumps } = rendered(services, 'iptables').ruleset;
  const tableRules = nat.rules.length + jumps.filter((jump) => jump.table === 'nat').length;
  const updates = {
    'restore of all': { kind: 'iptables', lines: tableRules, tableRules },
    'one rule': { kind: 'iptables', lines: 1, tableRules },
    'KUBE-SERVICES alone': { kind: 'iptables', lines: services, tableRules },
    'ipset restore of all': { kind: 'ipset', members: services, resizes: resizesOf(setOf(services)) },
    'one ipset member': { kind: 'ipset', members: 1 },
    'one IPVS server': { kind: 'ipvsadm', servers: 1 },
  };
  for (const [what, update] of Object.entries(updates)) {
    const ms = updateCost(LINUX_6_18_MEASURED, update) / 1e6;
    const measured = MEASURED[what]?.[services];
    report({
      experiment: 'update',
      services,
      'nat rules': tableRules,
      what,
      'model ms': round(ms),
      ...(measured === undefined ? {} : { 'measured ms': measured, ratio: round(ms / measured) }),
      'model of 2017 ms': round(updateCost(PUBLISHED_2017, update) / 1e6),
    });
  }
}
