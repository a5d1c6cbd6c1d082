import { Conntrack, runConntrack } from '@chainwalk/conntrack';
import {
  type Command,
  type CommandResult,
  fail,
  Host,
  type KernelVersion,
  runIp,
  runSysctl,
  type Simulation,
  splitWords,
} from '@chainwalk/core';
import { Ipvs, runIpvsadm } from '@chainwalk/ipvs';
import { type ExtensionRegistry, Netfilter, runIpset, runIptables } from '@chainwalk/netfilter';

export interface NodeOptions {
  readonly name?: string;
  readonly hz?: number;
  readonly uptime?: number;
  readonly kernel?: KernelVersion;
  readonly smp?: boolean;
  /** Matches and targets, where a user has more of their own. */
  readonly extensions?: ExtensionRegistry;
}

/**
 * A whole Linux node: a host with connection tracking, rules, sets and IPVS, and the tools that configure it under their
 * own names.
 */
export class Node {
  readonly simulation: Simulation;
  readonly host: Host;
  readonly conntrack: Conntrack;
  readonly netfilter: Netfilter;
  readonly ipvs: Ipvs;
  readonly #commands: ReadonlyMap<string, Command>;

  constructor(simulation: Simulation, options: NodeOptions = {}) {
    this.simulation = simulation;
    this.host = new Host(simulation, {
      ...(options.name === undefined ? {} : { name: options.name }),
      ...(options.hz === undefined ? {} : { hz: options.hz }),
      ...(options.uptime === undefined ? {} : { uptime: options.uptime }),
      ...(options.kernel === undefined ? {} : { kernel: options.kernel }),
      ...(options.smp === undefined ? {} : { smp: options.smp }),
    });
    this.conntrack = new Conntrack(this.host);
    this.netfilter = new Netfilter(
      this.host,
      this.conntrack,
      options.extensions === undefined ? {} : { extensions: options.extensions },
    );
    this.ipvs = new Ipvs(this.host, this.conntrack);
    const iptables: Command = (argv, stdin) => runIptables(this.netfilter, argv, stdin);
    this.#commands = new Map<string, Command>([
      ['iptables', iptables],
      ['iptables-legacy', iptables],
      ['iptables-restore', iptables],
      ['iptables-legacy-restore', iptables],
      ['iptables-save', iptables],
      ['iptables-legacy-save', iptables],
      ['ipset', (argv, stdin) => runIpset(this.netfilter.sets, argv.slice(1), stdin)],
      ['ipvsadm', (argv, stdin) => runIpvsadm(this.ipvs, argv, stdin)],
      ['conntrack', (argv, stdin) => runConntrack(this.conntrack, argv.slice(1), stdin)],
      ['ip', (argv) => runIp(this.host, argv)],
      ['sysctl', (argv) => runSysctl(this.host.sysctl, argv)],
    ]);
  }

  /** The names of the tools. */
  get commands(): readonly string[] {
    return [...this.#commands.keys()];
  }

  /** Runs a tool by its words. An unknown one answers 127, as a shell does. */
  run(argv: readonly string[], stdin = ''): CommandResult {
    const name = argv[0]?.replace(/^.*\//, '') ?? '';
    const command = this.#commands.get(name);
    return command === undefined ? fail(127, `${name}: command not found`) : command(argv, stdin);
  }

  /** Runs a command line, split as a shell splits it. */
  sh(line: string, stdin = ''): CommandResult {
    const words = splitWords(line);
    return words === undefined ? fail(2, 'sh: Syntax error: Unterminated quoted string') : this.run(words, stdin);
  }
}
