import { type Diagnostic, InputError, refuse, renderTrace, Simulation, Trace } from '@chainwalk/core';
import { Node, packetFromSpec, readHost, SCENARIO_SYSCTLS, setUp } from '@chainwalk/scenario';
import type { Command } from 'commander';
import { readText } from '../files.ts';
import { loadAddresses, loadRoutes } from '../host-files.ts';
import { addColour, wholeNumber } from '../option-values.ts';
import { complain, painter, print, wantsColour } from '../output.ts';
import { PACKET_SYNTAX, parsePacket } from '../packet-syntax.ts';

interface TraceOptions {
  readonly rules?: string;
  readonly ipset?: string;
  readonly ipvs?: string;
  readonly addr?: string;
  readonly route?: string;
  readonly host?: string;
  readonly in?: string;
  readonly sysctl: readonly string[];
  readonly allRules?: boolean;
  readonly json?: boolean;
  readonly seed: number;
  readonly colour: 'auto' | 'always' | 'never';
}

/** `chainwalk trace`: where does one packet go, and why. */
export function addTrace(program: Command): void {
  const command = program
    .command('trace')
    .description('show the way of one packet through a host, and why it goes there')
    .argument('<packet>', PACKET_SYNTAX)
    .option('--rules <file>', 'what iptables-save prints')
    .option('--ipset <file>', 'what ipset save prints')
    .option('--ipvs <file>', 'what ipvsadm -Sn prints')
    .option('--addr <file>', 'what "ip -j addr" prints')
    .option('--route <file>', 'what "ip -j route" prints')
    .option('--host <file>', 'a scenario file whose host is used (its steps are not played)')
    .option('--in <device>', 'the device it arrives on; without it, a process of the host sends it')
    .option(
      '--sysctl <name=value>',
      'a kernel parameter; may be given more than once',
      (value: string, all: string[]) => [...all, value],
      [] as string[],
    )
    .option('--all-rules', 'also show the rules that did not match, and why')
    .option('--json', 'print the steps as JSON')
    .option('--seed <number>', 'seed of the random streams', wholeNumber, 1)
    .addHelpText(
      'after',
      "\nThe host forwards (net.ipv4.ip_forward=1) unless --sysctl says otherwise.\n\nExample:\n  chainwalk trace --rules rules.v4 --addr addr.json --route route.json --in eth0 'tcp 10.0.0.9:40000 > 10.0.0.1:443 S'",
    )
    .action((packet: string, options: TraceOptions) => tracePacket(packet, options));
  addColour(command);
}

function tracePacket(text: string, options: TraceOptions): void {
  const described = parsePacket(text);
  const node = buildNode(options);
  const packet = packetFromSpec(described.spec);
  packet.mark = described.mark;
  const trace = new Trace(packet);
  packet.trace = trace;
  if (options.in === undefined) {
    const error = node.host.send(packet, { uid: 0, gid: 0 });
    if (error !== undefined) complain(`the sender sees ${error}`);
  } else {
    const device = node.host.device(options.in);
    if (device === undefined) {
      const known = node.host.devices.map((other) => other.name).join(', ');
      refuse('unknown-device', `--in: the host has no device "${options.in}"`, undefined, `its devices are: ${known}`);
    }
    node.host.receive(device, packet);
  }
  if (options.json === true) print(`${JSON.stringify(trace, undefined, 1)}\n`);
  else {
    const paint = painter(wantsColour(options.colour, process.stdout));
    print(renderTrace(trace, { paint, allRules: options.allRules === true }));
  }
}

/** The host that files describe. Every fault names its file. @throws InputError */
function buildNode(options: Omit<TraceOptions, 'colour' | 'json'>): Node {
  const node = new Node(new Simulation({ seed: options.seed }));
  if (options.host !== undefined) {
    if (options.addr !== undefined || options.route !== undefined)
      refuse('two-hosts', '--host already says which addresses and routes there are; leave out --addr and --route');
    setUp(node, readHost(readText(options.host), options.host));
  } else {
    for (const [name, value] of Object.entries(SCENARIO_SYSCTLS)) node.host.sysctl.write(name, value);
  }
  if (options.addr !== undefined) loadAddresses(node.host, readText(options.addr), options.addr);
  if (options.route !== undefined) loadRoutes(node.host, readText(options.route), options.route);
  if (options.addr === undefined && options.host === undefined) {
    complain('warning: without --addr or --host this host has no address but 127.0.0.1 and no route');
    if (options.in !== undefined && options.in !== 'lo') {
      const name = options.in;
      node.host.configure((config) => {
        config.interfaces.push({ name, kind: 'device', up: true, mtu: 1500, group: 0, addresses: [] });
      });
    }
  }
  for (const setting of options.sysctl) {
    const done = node.run(['sysctl', '-w', setting]);
    if (done.status !== 0) refuse('bad-sysctl', `--sysctl ${setting}: ${done.stderr.trim()}`);
  }
  load(node, ['ipset', 'restore'], options.ipset);
  load(node, ['iptables-restore', '-c'], options.rules);
  load(node, ['ipvsadm', '-R'], options.ipvs);
  return node;
}

function load(node: Node, argv: readonly string[], file: string | undefined): void {
  if (file === undefined) return;
  const done = node.run(argv, readText(file));
  if (done.status === 0) return;
  const faults: Diagnostic[] = [{ severity: 'error', code: 'tool-refused', message: `${file}: ${done.stderr.trim()}` }];
  throw new InputError(faults);
}
