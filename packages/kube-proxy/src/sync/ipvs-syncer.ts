import type { Simulation } from '@chainwalk/core';
import { cidrContains } from '../api/ip-text.ts';
import { restoreInput, rulesOf } from '../iptables/ruleset.ts';
import { buildIpvsState, type IpvsServiceParts, ipvsServiceParts } from '../ipvs/build.ts';
import { SET_KEYS, type SetKey } from '../ipvs/sets.ts';
import { type IpvsState, type VirtualServer, virtualServerKey } from '../ipvs/state.ts';
import type { ServiceEntry } from '../model/cluster.ts';
import type { ProxySettings } from '../model/settings.ts';
import { NO_WORK } from './cost.ts';
import { GracefulTermination } from './graceful-termination.ts';
import { IptablesHost } from './iptables-host.ts';
import { serviceName } from './iptables-syncer.ts';
import { type ExistingServer, IpvsHost, realServerText, serverOptions, serverWords } from './ipvs-host.ts';
import type { ModeSyncer, SyncInput, SyncPlan } from './mode-syncer.ts';
import type { Tools } from './tools.ts';

type MemberChange = readonly ['add' | 'del', SetKey, string];

/**
 * IPVS mode's syncs: virtual servers, sets and addresses are compared with what is there and changed one by one; the few
 * rules are written whole each time.
 */
export class IpvsSyncer implements ModeSyncer {
  readonly termination: GracefulTermination;
  readonly #settings: ProxySettings;
  readonly #iptables: IptablesHost;
  readonly #host: IpvsHost;
  readonly #parts = new WeakMap<ServiceEntry, IpvsServiceParts>();
  #members: ReadonlyMap<SetKey, ReadonlySet<string>> | undefined;
  #servers: Map<string, ExistingServer> | undefined;
  #addresses = new Set<string>();

  constructor(simulation: Simulation, tools: Tools, settings: ProxySettings) {
    this.#settings = settings;
    this.#iptables = new IptablesHost(tools);
    this.#host = new IpvsHost(tools, settings.family);
    this.termination = new GracefulTermination(simulation, this.#host);
    this.termination.onDeleted = (server, real) => {
      this.#servers?.get(virtualServerKey(server))?.weights.delete(real);
    };
  }

  isIntact(): boolean {
    return true;
  }

  stop(): void {
    this.termination.stop();
  }

  plan(input: SyncInput): SyncPlan {
    const state = buildIpvsState(
      input.entries.map((entry) => this.#partsOf(entry)),
      this.#settings,
    );
    const text = restoreInput(state.ruleset);
    const members = this.#memberChanges(state);
    const servers = this.#serverChanges(state);
    const bound = state.addresses.filter((address) => !this.#addresses.has(address)).length;
    const filter = rulesOf(state.ruleset.filter).length;
    const nat = rulesOf(state.ruleset.nat).length;
    return {
      kind: 'full',
      work: {
        ...NO_WORK,
        commands: 1 + 2 * state.ruleset.jumps.length + members.length,
        lines: filter + nat,
        tableRules: filter + nat,
        setMembers: members.length,
        servers,
        addresses: bound,
      },
      rules: { filter: { total: filter, written: filter }, nat: { total: nat, written: nat } },
      noLocalInternal: this.#count(input.entries, (parts) => parts.noLocalInternal),
      noLocalExternal: this.#count(input.entries, (parts) => parts.noLocalExternal),
      bytes: text.length,
      commit: () => this.#commit(state, text),
    };
  }

  #partsOf(entry: ServiceEntry): IpvsServiceParts {
    let parts = this.#parts.get(entry);
    if (parts === undefined) this.#parts.set(entry, (parts = ipvsServiceParts(entry, this.#settings)));
    return parts;
  }

  /** Services, each once, however many ports it has. */
  #count(entries: readonly ServiceEntry[], holds: (parts: IpvsServiceParts) => boolean): number {
    return new Set(entries.filter((entry) => holds(this.#partsOf(entry))).map(serviceName)).size;
  }

  #commit(state: IpvsState, text: string): string | undefined {
    const first = this.#servers === undefined;
    if (first) {
      this.#host.prepare();
      this.#members = this.#host.members();
      this.#servers = this.#host.servers();
    }
    const added = state.addresses.filter((address) => !this.#addresses.has(address));
    this.#host.bind(added);
    for (const server of state.virtualServers) this.#syncServer(server, first);
    this.#host.changeMembers(this.#memberChanges(state));
    this.#members = state.sets;
    this.#iptables.ensureJumps(state.ruleset);
    const failure = this.#iptables.restore(text);
    for (const address of added) this.#addresses.add(address);
    if (failure !== undefined) return failure;
    const wanted = new Set(state.addresses);
    const superfluous = [...this.#addresses].filter((address) => !wanted.has(address));
    this.#host.unbind(superfluous);
    this.#addresses = wanted;
    this.#deleteServers(new Set(state.virtualServers.map(virtualServerKey)));
    return undefined;
  }

  #memberChanges(state: IpvsState): readonly MemberChange[] {
    const changes: MemberChange[] = [];
    for (const key of SET_KEYS) {
      const wanted = state.sets.get(key)!;
      const existing = this.#members?.get(key) ?? new Set<string>();
      if (wanted === existing) continue;
      for (const entry of existing) if (!wanted.has(entry)) changes.push(['del', key, entry]);
      for (const entry of wanted) if (!existing.has(entry)) changes.push(['add', key, entry]);
    }
    return changes;
  }

  /** How many commands virtual and real servers will take. */
  #serverChanges(state: IpvsState): number {
    let changes = 0;
    const wanted = new Set<string>();
    for (const server of state.virtualServers) {
      const key = virtualServerKey(server);
      wanted.add(key);
      const existing = this.#servers?.get(key);
      if (existing === undefined) changes += 1 + server.realServers.length;
      else {
        if (!sameOptions(existing, server)) changes++;
        const reals = new Set(server.realServers.map(realServerText));
        for (const real of reals) if (!existing.weights.has(real)) changes++;
        for (const real of existing.weights.keys()) if (!reals.has(real)) changes++;
      }
    }
    for (const key of this.#servers?.keys() ?? []) if (!wanted.has(key)) changes++;
    return changes;
  }

  #syncServer(server: VirtualServer, first: boolean): void {
    const key = virtualServerKey(server);
    const words = serverWords(server);
    const lines: string[] = [];
    let existing = this.#servers!.get(key);
    if (existing === undefined) {
      lines.push(`-A ${words} ${serverOptions(server)}`);
      const { address, port, protocol } = server;
      existing = { address, port, protocol, scheduler: '', persistentSeconds: 0, weights: new Map() };
      this.#servers!.set(key, existing);
    } else if (!sameOptions(existing, server)) lines.push(`-E ${words} ${serverOptions(server)}`);
    existing.scheduler = server.scheduler;
    existing.persistentSeconds = server.persistentSeconds;
    const wanted = new Set<string>();
    for (const entry of server.realServers) {
      const real = realServerText(entry);
      wanted.add(real);
      const weight = existing.weights.get(real);
      if (weight !== undefined && this.termination.isLeaving(server, real)) {
        this.termination.takeBack(server, real);
        lines.push(`-a ${words} -r ${real} -m -w 1`);
      } else if (weight === undefined) lines.push(`-a ${words} -r ${real} -m -w 1`);
      else if (first && weight !== 1) lines.push(`-e ${words} -r ${real} -m -w 1`);
      existing.weights.set(real, 1);
    }
    this.#host.ipvs(lines);
    for (const real of [...existing.weights.keys()]) {
      if (wanted.has(real) || this.termination.isLeaving(server, real)) continue;
      if (this.termination.remove(server, real)) existing.weights.delete(real);
      else existing.weights.set(real, 0);
    }
  }

  #deleteServers(wanted: ReadonlySet<string>): void {
    const { excludeCIDRs } = this.#settings.config.ipvs;
    for (const [key, server] of [...this.#servers!]) {
      if (wanted.has(key) || excludeCIDRs.some((cidr) => cidrContains(cidr, server.address))) continue;
      if (server.address.includes(':') !== (this.#settings.family === 'ipv6')) continue;
      this.#host.ipvs([`-D ${serverWords(server)}`]);
      this.termination.forget(server);
      this.#servers!.delete(key);
    }
  }
}

function sameOptions(existing: ExistingServer, server: VirtualServer): boolean {
  return existing.scheduler === server.scheduler && existing.persistentSeconds === server.persistentSeconds;
}
