// What a variant's packet does, counted by the meter of a simulated host that is set up by the same commands.
import {
  ipv4FromBits,
  Meter,
  Packet,
  price,
  Simulation,
  udpHeader,
  updateCost,
} from '../../packages/core/dist/index.js';
import { Node } from '../../packages/scenario/dist/index.js';
import { device } from '../lib/host.mjs';

const SOURCE = 0x0a63_0001;
const PAYLOAD = 18;
/** As in sender.py: each run meets destinations from everywhere. */
const STRIDE = 7919;
const FIRST_ADDRESS = 0x0a40_0000;
/** How many packets are counted and averaged, where they differ. */
const SAMPLE = 512;

function simulated(variant, buckets) {
  const node = new Node(new Simulation({ seed: 1 }));
  const run = (argv, stdin) => {
    const { status, stderr } = node.run(argv, stdin);
    if (status !== 0) throw new Error(`${variant.name}: chainwalk does not take "${argv.join(' ')}": ${stderr}`);
  };
  node.host.configure((draft) => {
    draft.interfaces.push(device('sink', SOURCE, 24));
  });
  run(['ip', 'route', 'add', '10.64.0.0/10', 'via', '10.99.0.2']);
  run(['sysctl', '-w', `net.netfilter.nf_conntrack_buckets=${buckets}`]);
  run(['sysctl', '-w', `net.netfilter.nf_conntrack_max=${4 * buckets}`]);
  for (const { argv, stdin, kernel } of variant.setup ?? []) {
    if (!kernel)
      run(
        argv.filter((word) => word !== '-w' || argv[0] === 'sysctl'),
        stdin,
      );
  }
  return node;
}

/** The packet of flow `i`, as sender.py sends it. */
function packetOf(variant, i) {
  const { services } = variant;
  const client = services === undefined ? 40_000 : 1024 + (i % 64_000);
  return new Packet({
    src: ipv4FromBits(SOURCE),
    dst: ipv4FromBits(FIRST_ADDRESS + (services === undefined ? i : (i * STRIDE) % services)),
    protocol: 17,
    transport: udpHeader(client, 80, PAYLOAD),
    payloadLength: PAYLOAD,
  });
}

/**
 * Mean counts, but those that are 0, of the packets that a variant times: later packets of its flows, or first packets where it has `fresh`.
 *
 * @param {number} buckets of the kernel's conntrack table
 */
export function countsOf(variant, buckets) {
  const { host } = simulated(variant, buckets);
  const flows = variant.flows ?? 1;
  const send = (i) => {
    const errno = host.send(packetOf(variant, i));
    if (errno !== undefined) throw new Error(`${variant.name}: the packet was not sent: ${errno}`);
  };
  for (let i = 0; i < flows; i++) send(i);
  const sample = Math.min(SAMPLE, variant.fresh ?? flows);
  const first = variant.fresh === undefined ? 0 : flows;
  const stride = variant.fresh === undefined ? Math.floor(flows / sample) : 1;
  const before = host.meter.snapshot();
  for (let i = 0; i < sample; i++) send(first + i * stride);
  const counts = host.meter.since(before);
  if (counts.transmitted !== sample)
    throw new Error(`${variant.name}: ${counts.transmitted} of ${sample} packets left`);
  const counted = Object.entries(counts).filter(([, count]) => count > 0);
  return Object.fromEntries(counted.map(([name, count]) => [name, count / sample]));
}

/**
 * What the model says of a figure: the price of what was counted for its variant, less that of its base, each.
 *
 * @param row a row of results: `update`, or `counts`, `baseCounts` and `per`; neither if no model prices it
 */
export function modelled(model, row) {
  if (row.update !== undefined) return updateCost(model, row.update);
  if (row.counts === undefined) return undefined;
  const priced = (counts) => (counts === undefined ? 0 : price(model, { ...NOTHING, ...counts }));
  return (priced(row.counts) - priced(row.baseCounts)) / row.per;
}

const NOTHING = new Meter().snapshot();
