import { Conntrack, runConntrack } from '@chainwalk/conntrack';
import { type CommandResult, fail, Host, runIp, runSysctl, type Simulation, splitWords } from '@chainwalk/core';
import { Ipvs, runIpvsadm } from '@chainwalk/ipvs';
import { Netfilter, runIpset, runIptables } from '@chainwalk/netfilter';
import type { Tools } from '../sync/tools.ts';

/**
 * A host with rules, sets, connections and IPVS, and the tools that kube-proxy uses. `@chainwalk/scenario` has a fuller
 * one; this is as much as this package needs to walk packets through what it wrote.
 */
export class SimulatedNode implements Tools {
  readonly host: Host;
  readonly conntrack: Conntrack;
  readonly netfilter: Netfilter;
  readonly ipvs: Ipvs;

  constructor(simulation: Simulation, name = 'node') {
    this.host = new Host(simulation, { name });
    this.conntrack = new Conntrack(this.host);
    this.netfilter = new Netfilter(this.host, this.conntrack);
    this.ipvs = new Ipvs(this.host, this.conntrack);
  }

  run(argv: readonly string[], stdin = ''): CommandResult {
    switch (argv[0]) {
      case 'iptables':
      case 'iptables-restore':
      case 'iptables-save':
        return runIptables(this.netfilter, argv, stdin);
      case 'ipset':
        return runIpset(this.netfilter.sets, argv.slice(1), stdin);
      case 'ipvsadm':
        return runIpvsadm(this.ipvs, argv, stdin);
      case 'conntrack':
        return runConntrack(this.conntrack, argv.slice(1));
      case 'ip':
        return runIp(this.host, argv);
      case 'sysctl':
        return runSysctl(this.host.sysctl, argv);
      default:
        return fail(127, `${argv[0] ?? ''}: command not found`);
    }
  }

  /** A command line, split as a shell splits it. */
  sh(line: string, stdin = ''): CommandResult {
    return this.run(splitWords(line) ?? [], stdin);
  }
}
