import { once } from 'node:events';
import { Simulation } from '@chainwalk/core';
import {
  type LatencySummary,
  Load,
  type LoadReport,
  Node,
  OUTCOMES,
  readHost,
  readLoad,
  setUp,
  TrafficCapture,
} from '@chainwalk/scenario';
import { SingleBar } from 'cli-progress';
import { type Command, InvalidArgumentError } from 'commander';
import { openForWriting, readText, refuseSameFile } from '../files.ts';
import { formulaOf } from '../formula.ts';
import { inlineMore } from '../inlining.ts';
import { wholeNumber } from '../option-values.ts';
import { print } from '../output.ts';

interface LoadCommandOptions {
  readonly host: string;
  readonly seed?: number;
  readonly duration?: number;
  readonly out?: string;
  readonly json?: boolean;
}

/** `chainwalk load`: generated traffic through a host. */
export function addLoad(program: Command): void {
  program
    .command('load')
    .description('let simulated clients and servers talk through a host, and tell latency, throughput and drops')
    .argument('<spec>', 'a file that says who asks whom, YAML or JSON (docs/traffic.md)')
    .requiredOption('--host <file>', 'a scenario file whose host is used (its steps are not played)')
    .option('--seed <number>', "seed of the random streams, over the host file's own", wholeNumber)
    .option('--duration <time>', 'over the duration of the file, as in 10s or 500ms', time)
    .option('--out <file>', 'write what crossed the devices of the host as pcapng, which replay can play')
    .option('--json', 'print the report as JSON; times are nanoseconds')
    .addHelpText('after', '\nExample:\n  chainwalk load load.yaml --host host.yaml --duration 10s --out traffic.pcapng')
    .action((spec: string, options: LoadCommandOptions) => runLoad(spec, options));
}

function time(text: string): number {
  const [, number, unit] = /^(\d+(?:\.\d+)?)(us|ms|s|m)$/.exec(text) ?? [];
  const units: Readonly<Record<string, number>> = { us: 1e3, ms: 1e6, s: 1e9, m: 60e9 };
  if (unit === undefined) throw new InvalidArgumentError('Write a number and a unit: 10s, 500ms.');
  return Math.round(Number(number) * units[unit]!);
}

async function runLoad(file: string, options: LoadCommandOptions): Promise<void> {
  if (options.out !== undefined) for (const read of [file, options.host]) refuseSameFile(read, options.out);
  const scenario = readHost(readText(options.host), options.host);
  const node = new Node(new Simulation({ seed: options.seed ?? scenario.seed ?? 1 }));
  setUp(node, scenario);
  const devices = node.host.devices.filter((device) => device.kind === 'device').map((device) => device.name);
  const read = readLoad(readText(file), file, { devices });
  const spec = options.duration === undefined ? read : { ...read, duration: options.duration };
  const formula = spec.cpus?.formula;
  const load = new Load(
    node,
    spec,
    formula === undefined ? {} : { price: await formulaOf(formula, `${file}: cpus.formula`) },
  );
  const capture = options.out === undefined ? undefined : new TrafficCapture(load.network);
  const stream = options.out === undefined ? undefined : openForWriting(options.out);
  const bar = new SingleBar({ format: 'load {bar} {percentage}% of {total} ms', hideCursor: true });
  const showsProgress = process.stderr.isTTY === true;
  if (showsProgress) bar.start(Math.ceil(spec.duration / 1e6), 0);
  inlineMore();
  while (!load.isOver) {
    load.step();
    for (const chunk of capture?.take() ?? []) stream!.write(chunk);
    if (stream?.writableNeedDrain === true) await once(stream, 'drain');
    if (showsProgress) bar.update(Math.min(load.elapsed, spec.duration) / 1e6);
  }
  if (showsProgress) bar.stop();
  if (stream !== undefined) {
    stream.end();
    await once(stream, 'finish');
  }
  const report = load.report();
  print(options.json === true ? `${JSON.stringify(report, undefined, 1)}\n` : describe(report));
}

/** A time in the largest unit that leaves a number above 1. */
function shortTime(nanoseconds: number): string {
  const [divisor, unit] = (
    [
      [1e9, 's'],
      [1e6, 'ms'],
      [1e3, 'us'],
    ] as const
  ).find(([one]) => nanoseconds >= one) ?? [1, 'ns'];
  return `${Number((nanoseconds / divisor).toPrecision(4))} ${unit}`;
}

function share(part: number, whole: number): string {
  return whole === 0 ? '-' : `${((100 * part) / whole).toFixed(3).replace(/\.?0+$/, '')} %`;
}

function table(rows: readonly (readonly string[])[]): string {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  const line = (row: readonly string[]): string =>
    row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!))).join('  ');
  return rows.map((row) => `${line(row).trimEnd()}\n`).join('');
}

function quantiles({ p50, p90, p99, max }: LatencySummary): string[] {
  return [p50, p90, p99, max].map(shortTime);
}

function describe(report: LoadReport): string {
  const asked = report.clients.filter((client) => client.kind !== 'syn-flood');
  let text = `${shortTime(report.elapsed)} simulated\n`;
  if (asked.length > 0) {
    text += '\n# requests\n';
    text += table([
      ['', 'sent', 'answered', 'success', 'answers/s', 'P50', 'P90', 'P99', 'longest', 'sent again'],
      ...asked.map((client) => [
        client.name,
        String(client.sent),
        String(client.outcomes.answered),
        share(client.outcomes.answered, client.sent),
        String(Math.round(client.throughput)),
        ...(client.outcomes.answered === 0 ? ['-', '-', '-', '-'] : quantiles(client.latency)),
        String(client.retries),
      ]),
    ]);
    for (const { name, outcomes, inFlight } of asked) {
      const bad = OUTCOMES.filter((outcome) => outcome !== 'answered' && outcomes[outcome] > 0);
      const words = [...bad.map((outcome) => `${outcomes[outcome]} ${outcome}`)];
      if (inFlight > 0) words.push(`${inFlight} not over`);
      if (words.length > 0) text += `${name}: ${words.join(', ')}\n`;
    }
    const opened = asked.filter((client) => client.connections.opened > 0);
    if (opened.length > 0) {
      text += '\n# connections\n';
      text += table([
        ['', 'opened', 'established', 'failed', 'success'],
        ...opened.map(({ name, connections }) => [
          name,
          ...[connections.opened, connections.established, connections.failed].map(String),
          share(connections.established, connections.opened),
        ]),
      ]);
    }
  }
  for (const client of report.clients)
    if (client.kind === 'syn-flood') text += `\n# flood ${client.name}\n${client.sent} SYNs sent\n`;
  if (report.cpus !== undefined) {
    const { cores, wait, service, latency } = report.cpus;
    text += '\n# packets in the host\n';
    text += table([
      ['', 'P50', 'P90', 'P99', 'longest'],
      ['waiting', ...quantiles(wait)],
      ['being served', ...quantiles(service)],
      ['both', ...quantiles(latency)],
    ]);
    text += '\n# cores\n';
    text += table([
      ['', 'busy', 'softirq', 'process', 'served', 'dropped', 'most waiting'],
      ...cores.map((core, i) => [
        `core ${i}`,
        share(core.utilisation, 1),
        shortTime(core.softirq),
        shortTime(core.process),
        String(core.served),
        String(core.dropped),
        String(core.mostWaiting),
      ]),
    ]);
  }
  const { network } = report;
  const drops = Object.entries(network.drops).sort(([, a], [, b]) => b - a);
  const others: readonly (readonly [string, number])[] = [
    ['lost on the links', network.lost + network.transmittedLost],
    ['sent to an address that nobody has', network.unclaimed],
  ];
  text += `\n# packets\n${network.arrived} arrived, ${network.transmitted} left\n`;
  for (const [reason, count] of [...drops, ...others.filter(([, count]) => count > 0)])
    text += `${String(count).padStart(10)}  ${reason}\n`;
  text += `\n# servers\n${report.servers.map(({ name, received, answered }) => `${name}: ${received} requests, ${answered} answers\n`).join('')}`;
  return `${text}\n# connection tracking\n${report.connections} in the table\n`;
}
