import type { Family } from '@chainwalk/core';
import { createLine, SET_KEYS, type SetKey, setName } from '../ipvs/sets.ts';
import { DUMMY_DEVICE, hostPort, type RealServer, type VirtualServer, virtualServerKey } from '../ipvs/state.ts';
import type { Protocol } from '../model/service-port.ts';
import type { Tools } from './tools.ts';

const FLAGS: Readonly<Record<Protocol, string>> = { tcp: '-t', udp: '-u', sctp: '--sctp-service' };

/** A virtual server as the host has it. */
export interface ExistingServer {
  readonly address: string;
  readonly port: number;
  readonly protocol: Protocol;
  scheduler: string;
  persistentSeconds: number;
  /** Weight by `ip:port`. */
  readonly weights: Map<string, number>;
}

/** Open and ending connections of a real server. */
export interface ConnectionCounts {
  readonly active: number;
  readonly inactive: number;
}

/** ipset, ipvsadm and the dummy device of a host, through its tools. */
export class IpvsHost {
  readonly #tools: Tools;
  readonly #family: Family;

  constructor(tools: Tools, family: Family) {
    this.#tools = tools;
    this.#family = family;
  }

  /** Makes the dummy device and the sets that are missing. */
  prepare(): void {
    this.#tools.run(['ip', 'link', 'add', DUMMY_DEVICE, 'type', 'dummy']);
    this.#tools.run(
      ['ipset', 'restore', '-exist'],
      `${SET_KEYS.map((key) => createLine(key, this.#family)).join('\n')}\n`,
    );
  }

  /** Changes members of sets. */
  changeMembers(changes: readonly (readonly ['add' | 'del', SetKey, string])[]): void {
    if (changes.length === 0) return;
    const lines = changes.map(([verb, key, entry]) => `${verb} ${setName(key, this.#family)} ${entry}`);
    this.#tools.run(['ipset', 'restore', '-exist'], `${lines.join('\n')}\n`);
  }

  /** The members of kube-proxy's sets now. */
  members(): ReadonlyMap<SetKey, ReadonlySet<string>> {
    const byName = new Map(SET_KEYS.map((key) => [setName(key, this.#family), key]));
    const found = new Map<SetKey, Set<string>>(SET_KEYS.map((key) => [key, new Set<string>()]));
    const { stdout } = this.#tools.run(['ipset', 'save']);
    for (const [, name, entry] of stdout.matchAll(/^add (\S+) (\S+)/gm)) {
      const key = byName.get(name!);
      if (key !== undefined) found.get(key)!.add(entry!);
    }
    return found;
  }

  bind(addresses: readonly string[]): void {
    for (const address of addresses) this.#tools.run(['ip', 'addr', 'add', this.#host(address), 'dev', DUMMY_DEVICE]);
  }

  unbind(addresses: readonly string[]): void {
    for (const address of addresses) this.#tools.run(['ip', 'addr', 'del', this.#host(address), 'dev', DUMMY_DEVICE]);
  }

  #host(address: string): string {
    return `${address}/${address.includes(':') ? 128 : 32}`;
  }

  /** Runs lines as `ipvsadm -R` takes them. */
  ipvs(lines: readonly string[]): void {
    if (lines.length > 0) this.#tools.run(['ipvsadm', '-R'], `${lines.join('\n')}\n`);
  }

  /** The virtual servers now, by key. */
  servers(): Map<string, ExistingServer> {
    const found = new Map<string, ExistingServer>();
    const { stdout } = this.#tools.run(['ipvsadm', '-Sn']);
    for (const line of stdout.split('\n')) {
      const words = line.trim().split(/\s+/);
      const [verb, flag, text] = words;
      const protocol = (Object.keys(FLAGS) as Protocol[]).find((name) => FLAGS[name] === flag);
      if (protocol === undefined || text === undefined) continue;
      const at = text.lastIndexOf(':');
      const address = text.slice(0, at).replace(/[[\]]/g, '');
      const port = Number(text.slice(at + 1));
      const key = virtualServerKey({ address, port, protocol });
      const value = (option: string): string | undefined => {
        const place = words.indexOf(option);
        return place < 0 ? undefined : words[place + 1];
      };
      if (verb === '-A') {
        const persistentSeconds = Number(value('-p') ?? 0);
        found.set(key, {
          address,
          port,
          protocol,
          scheduler: value('-s') ?? '',
          persistentSeconds,
          weights: new Map(),
        });
      } else found.get(key)?.weights.set(value('-r')!, Number(value('-w') ?? 1));
    }
    return found;
  }

  /** Connections of one real server, as `ipvsadm -Ln` counts them; `undefined` if it is gone. */
  connections(
    server: Pick<VirtualServer, 'address' | 'port' | 'protocol'>,
    real: string,
  ): ConnectionCounts | undefined {
    const { stdout } = this.#tools.run(['ipvsadm', '-Ln', FLAGS[server.protocol], hostPort(server)]);
    for (const line of stdout.split('\n')) {
      const words = line.trim().split(/\s+/);
      if (words[0] === '->' && words[1] === real) return { active: Number(words[4]), inactive: Number(words[5]) };
    }
    return undefined;
  }
}

/** `-t IP:PORT`, `-u ...`. */
export function serverWords(server: Pick<VirtualServer, 'address' | 'port' | 'protocol'>): string {
  return `${FLAGS[server.protocol]} ${hostPort(server)}`;
}

/** The options of a virtual server. */
export function serverOptions(server: Pick<VirtualServer, 'scheduler' | 'persistentSeconds'>): string {
  const persistent = server.persistentSeconds === 0 ? '' : ` -p ${server.persistentSeconds}`;
  return `-s ${server.scheduler}${persistent}${server.scheduler === 'mh' ? ' -b mh-port' : ''}`;
}

/** `ip:port` of a real server. */
export function realServerText(real: Pick<RealServer, 'address' | 'port'>): string {
  return hostPort(real);
}
