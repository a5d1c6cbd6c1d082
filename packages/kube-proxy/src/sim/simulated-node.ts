import { Conntrack, runConntrack } from '@chainwalk/conntrack';
import {
  type CommandResult,
  fail,
  Host,
  runIp,
  runSysctl,
  type Simulation,
  splitWords,
  succeed,
} from '@chainwalk/core';
import { Ipvs, runIpvsadm } from '@chainwalk/ipvs';
import { DEFAULT_EXTENSIONS, type ExtensionRegistry, Netfilter, runIpset, runIptables } from '@chainwalk/netfilter';
import type { Tools } from '../sync/tools.ts';
import { physdev } from './physdev.ts';

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
    this.netfilter = new Netfilter(this.host, this.conntrack, { extensions: extensions() });
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
      case 'nfacct':
        return this.#account(argv.slice(1));
      default:
        return fail(127, `${argv[0] ?? ''}: command not found`);
    }
  }

  /** A command line, split as a shell splits it. */
  sh(line: string, stdin = ''): CommandResult {
    return this.run(splitWords(line) ?? [], stdin);
  }

  /** `nfacct add NAME` and `nfacct get NAME`. */
  #account([verb, name = '']: readonly string[]): CommandResult {
    const known = this.netfilter.peekNamed('nfacct').get(name) as Account | undefined;
    if (verb === 'add') {
      if (known !== undefined) return fail(1, 'nfacct v1.0.2: error: File exists');
      this.netfilter.named<Account>('nfacct', name, () => ({ packets: 0, bytes: 0, quota: undefined }));
      return succeed();
    }
    if (verb !== 'get' || known === undefined) return fail(1, 'nfacct v1.0.2: error: No such file or directory');
    const digits = (value: number): string => String(value).padStart(20, '0');
    return succeed(`{ pkts = ${digits(known.packets)}, bytes = ${digits(known.bytes)} } = ${name};\n`);
  }
}

/** An accounting object as `-m nfacct` counts in it. */
interface Account {
  packets: number;
  bytes: number;
  readonly quota: undefined;
}

/** Every match that kube-proxy's rules use. */
function extensions(): ExtensionRegistry {
  return DEFAULT_EXTENSIONS.match('physdev') === undefined
    ? DEFAULT_EXTENSIONS.with({ matches: [physdev] })
    : DEFAULT_EXTENSIONS;
}
