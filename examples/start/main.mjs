// What `npm start` shows: a node with 300 Services, once with kube-proxy's iptables rules and once with IPVS. The same
// capture goes through both; where its packets end, which way they take and what the look-ups cost stands side by side.
import { createReadStream, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  CaptureReader,
  LINUX_6_18_MEASURED,
  Packet,
  parseIpv4,
  price,
  Simulation,
  TCP_FLAG,
  tcpHeader,
} from '@chainwalk/core';
import { bareNode, compareModes, install, nodeNetwork, parseObjects, pathOf, render } from '@chainwalk/kube-proxy';
import { describeFate, Replay } from '@chainwalk/scenario';
import { growth } from '../../bench/lib/fit.mjs';
import { chart } from '../../bench/lib/svg.mjs';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const MODES = ['iptables', 'ipvs'];
const WORKER = 'worker-1';
const objects = parseObjects(readFileSync(here('cluster/services.yaml'), 'utf8'), 'cluster/services.yaml');
const report = [];
const say = (text = '') => {
  console.log(text);
  report.push(text);
};

/** Rows in columns: the first to the left, the rest to the right. */
function columns(rows) {
  const widths = rows[0].map((_, i) => Math.max(...rows.map((row) => String(row[i]).length)));
  const line = (row) => row.map((cell, i) => (i === 0 ? cell.padEnd(widths[0]) : String(cell).padStart(widths[i])));
  return rows.map((row) => `  ${line(row).join('  ').trimEnd()}`).join('\n');
}

/** The node as kube-proxy leaves it, with so many of the Services. */
function nodeIn(mode, services = objects.services.length) {
  const names = new Set(objects.services.slice(0, services).map(({ metadata }) => metadata.name));
  const some = {
    ...objects,
    services: objects.services.slice(0, services),
    endpointSlices: objects.endpointSlices.filter((slice) =>
      names.has(slice.metadata.labels['kubernetes.io/service-name']),
    ),
  };
  const state = render(some, { node: WORKER, mode, nfacct: false });
  const node = bareNode(new Simulation({ seed: 1 }), nodeNetwork(state.settings, state.entries));
  install(node, state);
  return { node, state };
}

/** Plays the capture; every packet's fate and what it cost by the prices measured on Linux 6.18. */
async function replayed(mode) {
  const { node, state } = nodeIn(mode);
  const { host } = node;
  const replay = new Replay({ host, simulation: host.simulation });
  const reader = new CaptureReader('cluster/traffic.pcapng');
  const packets = [];
  for await (const chunk of createReadStream(here('cluster/traffic.pcapng'))) {
    for (const captured of reader.write(chunk)) {
      const before = host.meter.snapshot();
      const { fate } = replay.play(captured);
      const counts = host.meter.since(before);
      packets.push({ fate: describeFate(fate), counts, ns: price(LINUX_6_18_MEASURED, counts) });
    }
  }
  reader.end();
  if (reader.fault !== undefined) throw new Error(reader.fault.message);
  return { rules: (state.iptablesSave.match(/^-A/gm) ?? []).length, connections: node.conntrack.count, packets };
}

/** The first packet of a connection from a pod. */
let port = 20_000;
const syn = (address, dport) =>
  new Packet({
    src: parseIpv4('10.244.1.30'),
    dst: parseIpv4(address),
    protocol: 6,
    transport: tcpHeader({ sport: port++, dport, seq: 1, flags: TCP_FLAG.SYN }),
  });

say(
  `A node of a cluster with ${objects.services.length} Services (cluster/services.yaml), in iptables and in IPVS mode.\n`,
);
const results = {};
for (const mode of MODES) results[mode] = await replayed(mode);

say(
  `1. A capture goes through both: ${results.iptables.packets.length} packets of two seconds (cluster/traffic.pcapng).\n`,
);
const fates = [...new Set(MODES.flatMap((mode) => results[mode].packets.map(({ fate }) => fate)))].sort();
const tally = (mode, test) => results[mode].packets.filter(test).length;
say(
  columns([
    ['what became of them', ...MODES],
    ...fates.map((fate) => [fate, ...MODES.map((mode) => tally(mode, (packet) => packet.fate === fate))]),
  ]),
);

say('\n2. What Linux would have done for them, a packet:\n');
const isFirst = ({ counts }) => counts.conntrackInserts > 0;
const kinds = [
  ['first of its connection', isFirst],
  ['every other', (packet) => !isFirst(packet)],
];
const mean = (list, of) => (list.length === 0 ? 0 : list.reduce((sum, one) => sum + of(one), 0) / list.length);
const figures = [
  ['rules visited', ({ counts }) => counts.rules],
  ['set look-ups', ({ counts }) => counts.setLookups],
  ['entries of IPVS compared', ({ counts }) => counts.ipvsServiceProbes + counts.ipvsConnectionProbes],
  ['nanoseconds, priced', ({ ns }) => ns],
];
say(
  columns([
    ['', ...kinds.flatMap(([kind]) => MODES.map((mode) => `${kind}, ${mode}`))],
    ...figures.map(([name, of]) => [
      name,
      ...kinds.flatMap(([, test]) => MODES.map((mode) => mean(results[mode].packets.filter(test), of).toFixed(1))),
    ]),
  ]),
);
say(
  `\n  rules in all: ${MODES.map((mode) => `${results[mode].rules} (${mode})`).join(', ')}; connections left: ${MODES.map((mode) => results[mode].connections).join(', ')}`,
);

const asked = objects.services.find(({ metadata }) => metadata.name === 'svc-286');
const to = `${asked.spec.clusterIP}:${asked.spec.ports[0].port}`;
say(`\n3. One packet's way in each: 10.244.1.30 asks ${asked.metadata.namespace}/${asked.metadata.name} at ${to}.\n`);
const { modes } = compareModes(objects, { node: WORKER, from: '10.244.1.30', to, modes: MODES, tries: 50 });
const ways = modes.map(({ walk }) => pathOf(walk.trace));
const width = Math.max(...ways[0].map((step) => step.length));
say(`  ${MODES[0].padEnd(width)}  ${MODES[1]}`);
for (let i = 0; i < Math.max(...ways.map((way) => way.length)); i++) {
  say(`  ${(ways[0][i] ?? '').padEnd(width)}  ${ways[1][i] ?? ''}`.trimEnd());
}

say('\n4. How the look-up of a first packet grows with the number of Services:\n');
const SIZES = [10, 25, 50, 100, 200, 300];
const curves = {};
for (const mode of MODES) {
  curves[mode] = SIZES.map((services) => {
    const { host } = nodeIn(mode, services + 1).node;
    const costs = [];
    const device = host.device('cni0');
    // One connection to each Service that has a pod, the DNS aside.
    for (const { spec, metadata } of objects.services.slice(1, services + 1)) {
      const slice = objects.endpointSlices.find(({ metadata: { name } }) => name === `${metadata.name}-1`);
      if (slice.endpoints.length === 0) continue;
      const before = host.meter.snapshot();
      host.receive(device, syn(spec.clusterIP, spec.ports[0].port));
      costs.push({ counts: host.meter.since(before) });
    }
    return {
      services,
      rules: mean(costs, ({ counts }) => counts.rules),
      ns: mean(costs, ({ counts }) => price(LINUX_6_18_MEASURED, counts)),
    };
  });
}
say(
  columns([
    ['Services', ...SIZES],
    ...MODES.map((mode) => [`rules visited, ${mode}`, ...curves[mode].map(({ rules }) => rules.toFixed(1))]),
    ...MODES.map((mode) => [`priced ns, ${mode}`, ...curves[mode].map(({ ns }) => ns.toFixed(0))]),
  ]),
);
say();
for (const mode of MODES) {
  const { law, linear } = growth(curves[mode].map(({ services, rules }) => [services, rules]));
  const order = law === 'constant' ? 'O(1)' : law === 'linear' ? 'O(n)' : 'O(log n)';
  const more =
    law === 'linear' ? `: ${linear.slope.toFixed(2)} more rules for each Service, R² ${linear.r2.toFixed(3)}` : '';
  say(`  ${mode}: ${order}, ${law}${more}`);
}

const out = here('report');
mkdirSync(out, { recursive: true });
const picture = (name, title, y, of) =>
  writeFileSync(
    `${out}/${name}.svg`,
    chart({
      title,
      x: 'Services',
      y,
      series: MODES.map((mode) => ({ name: mode, points: curves[mode].map((row) => [row.services, of(row)]) })),
    }),
  );
picture('rules', 'Rules visited by a first packet', 'rules', ({ rules }) => rules);
picture('cost', 'Cost of a first packet, priced as on Linux 6.18', 'nanoseconds', ({ ns }) => ns);
writeFileSync(
  `${out}/report.md`,
  `# 300 Services, two modes\n\n\`\`\`\n${report.join('\n')}\n\`\`\`\n\n![rules visited](rules.svg)\n\n![cost](cost.svg)\n`,
);
const shown = (name) => relative(here('../..'), `${out}/${name}`);
console.log(`\nWritten: ${shown('report.md')}, ${shown('rules.svg')}, ${shown('cost.svg')}`);
console.log('Next: examples/02-a-real-node traces packets through the rules of a real node, step by step.');
