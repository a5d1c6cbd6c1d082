import { TCP_STATE_NAMES } from '@chainwalk/conntrack';
import { DROP_REASONS, hookName, type Trace } from '@chainwalk/core';
import { SCHEDULERS } from '@chainwalk/ipvs';
import { DEFAULT_EXTENSIONS } from '@chainwalk/netfilter';
import { Player, type Scenario } from '@chainwalk/scenario';

const KINDS = [
  'matches that matched',
  'matches that did not',
  'targets',
  'hook functions',
  'connection states of packets',
  'TCP states, from and to',
  'IPVS schedulers',
  'IPVS states',
  'drop reasons',
  'answers of the host',
  'kinds of ipsets',
  'commands',
] as const;
type Kind = (typeof KINDS)[number];

/** What no scenario can bring about, and why. */
const BEYOND_SCENARIOS: Readonly<Partial<Record<Kind, Readonly<Record<string, string>>>>> = {
  'matches that matched': {
    mac: 'links of a scenario have no MAC addresses, and packets on them never match, not even with `!`',
    nfacct: 'a rule needs an accounting object, and no tool of a scenario makes one',
  },
  'matches that did not': {
    comment: 'it always matches',
    nfacct: 'as above',
  },
  'IPVS schedulers': {
    twos: 'the kernel that judges was built without it',
  },
  'drop reasons': {
    'conntrack-chain-too-long': 'it takes hundreds of thousands of connections',
    'conntrack-frag': 'packets arrive whole',
    'icmp-checksum': 'checksums are correct',
    'ip-checksum': 'checksums are correct',
    'ip-header': 'headers are correct',
    'jump-stack': 'the depth of jumps is checked when a table is loaded',
    'not-for-us': 'links have no MAC addresses: every packet is for this host',
    'other-host': 'links have no MAC addresses: every packet is for this host',
    'packet-too-big': 'packets do not have DF',
    'reassembly-error': 'packets arrive whole',
    'reassembly-timeout': 'packets arrive whole',
    'source-route': 'packets have no options',
    'tcp-checksum': 'checksums are correct',
  },
};

/** What must come up some day; what has not is a fault of the generators. */
const EXPECTED: Readonly<Partial<Record<Kind, readonly string[]>>> = {
  'matches that matched': DEFAULT_EXTENSIONS.matchNames,
  'matches that did not': DEFAULT_EXTENSIONS.matchNames,
  targets: DEFAULT_EXTENSIONS.targetNames,
  'drop reasons': Object.keys(DROP_REASONS),
  'IPVS schedulers': SCHEDULERS.map((scheduler) => scheduler.name),
  'connection states of packets': ['NEW', 'ESTABLISHED', 'RELATED', 'INVALID', 'UNTRACKED'],
};

/** Counts what scenarios exercise, by playing them with their packets' walks written down. */
export class Coverage {
  readonly #counts = new Map<Kind, Map<string, number>>(KINDS.map((kind) => [kind, new Map<string, number>()]));
  #scenarios = 0;
  #steps = 0;
  #unplayable = 0;

  /** Plays a scenario and counts; one that cannot be played counts for nothing. */
  add(scenario: Scenario): void {
    let player: Player;
    try {
      player = new Player(scenario, { traces: true });
      let states = new Map<string, string>();
      for (const _ of scenario.steps) {
        player.step();
        states = this.#transitions(player, states);
      }
    } catch {
      this.#unplayable++;
      return;
    }
    this.#scenarios++;
    this.#steps += scenario.steps.length;
    for (const { trace } of player.traces) this.#walk(trace);
    for (const [, type] of (scenario.ipset ?? '').matchAll(/^create \S+ (\S+)/gm))
      this.#count('kinds of ipsets', type!);
    const services = `${scenario.ipvs ?? ''}\n${scenario.steps.map((step) => step.run ?? '').join('\n')}`;
    for (const [, name] of services.matchAll(/^(?:ipvsadm )?-[AE] -[tuf] \S+ -s (\S+)/gm))
      this.#count('IPVS schedulers', name!);
    for (const { run } of scenario.steps) {
      const [tool, ...words] = run?.split(' ') ?? [];
      const verb =
        tool === 'iptables' || tool === 'ipvsadm'
          ? words.find((word) => /^-[A-Z]/.test(word) || word.startsWith('-n'))
          : words[0];
      if (tool !== undefined) this.#count('commands', `${tool} ${verb ?? ''}`.trim());
    }
  }

  #count(kind: Kind, name: string): void {
    const counts = this.#counts.get(kind)!;
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }

  #walk(trace: Trace): void {
    for (const step of trace.steps) {
      if (step.kind === 'rule') {
        if (step.outcome !== 'matched') this.#count('matches that did not', step.outcome.failed);
        else {
          for (const [, match] of step.text.matchAll(/(?:^| )-m (\S+)/g)) this.#count('matches that matched', match!);
          const target = /(?:^| )-j (\S+)/.exec(step.text)?.[1];
          if (target !== undefined && /^[A-Z]+$/.test(target)) this.#count('targets', target);
        }
      } else if (step.kind === 'hook') this.#count('hook functions', `${hookName(step.hook)} ${step.function}`);
      else if (step.kind === 'drop') this.#count('drop reasons', step.reason);
      else if (step.kind === 'connection') {
        const state = /^(NEW|ESTABLISHED|RELATED|INVALID|UNTRACKED)\b/.exec(step.text)?.[1];
        if (state !== undefined) this.#count('connection states of packets', state);
      } else if (step.kind === 'change' && step.to === 'UNTRACKED')
        this.#count('connection states of packets', step.to);
      else if (step.kind === 'ipvs') {
        const state = /^(TCP|UDP|SCTP) ([A-Z_]+),/.exec(step.text);
        if (state !== null) this.#count('IPVS states', `${state[1]} ${state[2]}`);
      } else if (step.kind === 'answer') {
        this.#count('answers of the host', step.what);
        this.#walk(step.trace);
      }
    }
  }

  /** Compares the connection table with what it was, and counts the changes of TCP states. */
  #transitions(player: Player, before: Map<string, string>): Map<string, string> {
    const now = new Map<string, string>();
    for (const line of player.node.sh('conntrack -L -p tcp').stdout.split('\n')) {
      const found = /^tcp +6 \d+ (\S+) (src=\S+ dst=\S+ sport=\d+ dport=\d+)/.exec(line);
      if (found === null) continue;
      const [, state, tuple] = found;
      now.set(tuple!, state!);
      const old = before.get(tuple!) ?? 'NONE';
      if (old !== state && TCP_STATE_NAMES.includes(state!))
        this.#count('TCP states, from and to', `${old} > ${state}`);
    }
    return now;
  }

  /** What never came up and should have, by kind. */
  missing(): ReadonlyMap<string, readonly string[]> {
    return new Map(
      Object.entries(EXPECTED).map(([kind, names]) => [
        kind,
        names.filter((name) => !(this.#counts.get(kind as Kind)!.has(name) || isBeyond(kind as Kind, name))),
      ]),
    );
  }

  /** All counts as Markdown. */
  table(): string {
    const refused =
      this.#unplayable === 0 ? '' : ` ${this.#unplayable} more have a configuration that the tools refuse.`;
    const lines = [`${this.#scenarios} scenarios with ${this.#steps} steps.${refused}`, ''];
    lines.push('| | exercised, and how often | never |', '| --- | --- | --- |');
    const missing = this.missing();
    for (const [kind, counts] of this.#counts) {
      const seen = [...counts]
        .sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1))
        .map(([name, count]) => `${name} ${count}`);
      lines.push(`| ${kind} | ${seen.join(', ').replaceAll('|', '\\|')} | ${missing.get(kind)?.join(', ') ?? ''} |`);
    }
    lines.push('', 'What no generated scenario can reach:', '', '| | | why |', '| --- | --- | --- |');
    for (const [kind, names] of Object.entries(BEYOND_SCENARIOS)) {
      for (const [name, why] of Object.entries(names)) lines.push(`| ${kind} | ${name} | ${why} |`);
    }
    return `${lines.join('\n')}\n`;
  }
}

const isBeyond = (kind: Kind, name: string): boolean => Object.hasOwn(BEYOND_SCENARIOS[kind] ?? {}, name);
