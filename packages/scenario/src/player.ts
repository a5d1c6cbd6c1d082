import {
  addRoutes,
  type Device,
  type HostEvent,
  InputError,
  isSecondary,
  MILLISECOND,
  type Packet,
  parseInterfaceAddress,
  refuse,
  Simulation,
  Trace,
} from '@chainwalk/core';
import type { PacketSpec, Scenario, ScenarioResult, Step, StepResult } from './format.ts';
import { Node, type NodeOptions } from './node.ts';
import { answerTo, errorAbout, fieldsOf, packetFromSpec } from './packet-spec.ts';

/** The sysctls of every scenario; its own go over them. */
export const SCENARIO_SYSCTLS: Readonly<Record<string, number>> = {
  'net.ipv4.ip_forward': 1,
  'net.ipv4.conf.all.rp_filter': 0,
  'net.ipv4.conf.default.rp_filter': 0,
  'net.ipv4.conf.all.send_redirects': 0,
  'net.ipv4.conf.default.send_redirects': 0,
  // No limit on ICMP: nothing is of a limited kind.
  'net.ipv4.icmp_ratelimit': 0,
  'net.ipv4.icmp_ratemask': 0,
  'net.netfilter.nf_conntrack_acct': 1,
};

/** Sysctls that exist only where IPv6 does; a scenario may set them in vain. */
const PROTOCOLS_HEARD: ReadonlySet<number> = new Set([1, 6, 17]);

/** How long after the last step its result is listed. */
const LOOKING = 50 * MILLISECOND;

/** How long the tool of a step takes to start. */
const TOOL_START = 20 * MILLISECOND;

const TRACE_LINE = /^TRACE: (\S+)/;

export interface PlayOptions extends NodeOptions {
  /** Also keeps the walk of every packet, for pictures and explanations. */
  readonly traces?: boolean;
  /** Seed that goes over the scenario's own. */
  readonly seed?: number;
  /** Milliseconds from the last step until tools look at the state at the end. Default: as long as they take to start. */
  readonly look?: number;
}

/** What a packet of one step went through. */
export interface StepTrace {
  readonly step: number;
  readonly trace: Trace;
}

/**
 * Builds the host of a scenario and plays its steps. {@link Player.result} is what a kernel's result is compared with;
 * the node stays there to be looked at.
 */
export class Player {
  readonly scenario: Scenario;
  readonly node: Node;
  readonly traces: StepTrace[] = [];
  readonly #results: StepResult[] = [];
  readonly #wentOut = new Map<string, { readonly device: Device; readonly packet: Packet }>();
  readonly #keepTraces: boolean;
  readonly #look: number;
  #current: StepResult = { events: [] };
  #identity: string | undefined;
  #logged = 0;

  /** @throws InputError if the scenario's configuration is refused by a tool */
  constructor(scenario: Scenario, options: PlayOptions = {}) {
    this.scenario = scenario;
    this.#keepTraces = options.traces === true;
    this.#look = options.look === undefined ? LOOKING : Math.round(options.look * MILLISECOND);
    const simulation = new Simulation({ seed: options.seed ?? scenario.seed ?? 1 });
    const kernel = options.kernel ?? scenario.kernel;
    this.node = new Node(simulation, kernel === undefined ? options : { ...options, kernel });
    setUp(this.node, scenario);
    this.#logged = this.node.host.log.total;
    this.node.host.observe((event) => this.#observe(event));
  }

  /** Plays every step that is left. */
  play(): this {
    while (this.#results.length < this.scenario.steps.length) this.step();
    return this;
  }

  /** Plays the next step and answers with what happened. */
  step(): StepResult {
    const step = this.scenario.steps[this.#results.length]!;
    const { simulation } = this.node;
    // What timers do before the step belongs to the step before it.
    if (step.at !== undefined) {
      const due = Math.round(step.at * MILLISECOND);
      if (due > simulation.now) simulation.run(due);
    }
    this.#finishStep();
    const result: StepResult = { events: [] };
    this.#current = result;
    this.#results.push(result);
    this.#identity = step.id;
    try {
      this.#play(step, result);
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      const prefix = `step ${this.#results.length}: `;
      throw new InputError(error.diagnostics.map((fault) => ({ ...fault, message: prefix + fault.message })));
    }
    this.#collectLog();
    return result;
  }

  /** The result so far, with the state of the host as its tools print it. */
  result(): ScenarioResult {
    // The tools take time to start, and what is due at once has happened when they look.
    const { simulation } = this.node;
    simulation.run(simulation.now + this.#look);
    this.#finishStep();
    const print = (line: string): string => {
      const done = this.node.sh(line);
      if (done.status !== 0)
        throw new InputError([{ severity: 'error', code: 'tool-failed', message: `${line}: ${done.stderr}` }]);
      return done.stdout;
    };
    return {
      name: this.scenario.name ?? '',
      steps: this.#results,
      iptables: print('iptables-save -c'),
      conntrack: print('conntrack -L -o extended')
        .split('\n')
        .filter((line) => line !== ''),
      ipvs: print('ipvsadm -Ln --exact'),
      ipvs_conns: print('ipvsadm -Lnc'),
      ipset: print('ipset save'),
    };
  }

  #startTool(): void {
    const { simulation } = this.node;
    simulation.run(simulation.now + TOOL_START);
  }

  #play(step: Step, result: StepResult): void {
    const { host } = this.node;
    if (step.run !== undefined) {
      this.#startTool();
      const done = this.node.sh(step.run, step.stdin ?? '');
      result.status = done.status;
      result.stdout = done.stdout;
      return;
    }
    if (step.reply !== undefined || step.reply_error !== undefined) {
      const origin = this.#wentOut.get(step.reply ?? step.reply_error ?? '');
      if (origin === undefined) result.skipped = true;
      else {
        const answer =
          step.reply !== undefined
            ? answerTo(origin.packet, step.packet ?? {})
            : errorAbout(origin.packet, step.type ?? 3, step.code ?? 0);
        host.receive(origin.device, this.#traced(answer));
      }
      return;
    }
    const packet = this.#traced(packetFromSpec(step.packet as PacketSpec));
    if (step.in === undefined) {
      const error = host.send(packet, { uid: 0, gid: 0 });
      if (error !== undefined) result.error = error;
      return;
    }
    const device = host.device(step.in);
    if (device?.kind !== 'device') {
      const known = host.devices.filter((other) => other.kind === 'device').map((other) => other.name);
      refuse(
        'unknown-device',
        `there is no device "${step.in}" for a packet to arrive on`,
        undefined,
        `devices are: ${known.join(', ') || 'none'}`,
      );
    }
    // A link that is down takes nothing, and nobody hears of it.
    if (device.up) host.receive(device, packet);
  }

  #traced(packet: Packet): Packet {
    if (this.#keepTraces) {
      packet.trace = new Trace(packet);
      this.traces.push({ step: this.#results.length - 1, trace: packet.trace });
    }
    return packet;
  }

  #observe(event: HostEvent): void {
    if (event.kind === 'transmit' && event.device.kind === 'device') {
      this.#current.events.push({ out: event.device.name, packet: fieldsOf(event.packet) });
      if (this.#identity !== undefined) {
        // Of several packets the one counts that a reader of all devices in order would find first.
        const known = this.#wentOut.get(this.#identity);
        if (known === undefined || event.device.index < known.device.index) {
          this.#wentOut.set(this.#identity, { device: event.device, packet: event.packet.clone() });
        }
      }
    } else if (event.kind === 'deliver' && PROTOCOLS_HEARD.has(event.packet.protocol)) {
      this.#current.events.push({ deliver: event.device.name, packet: fieldsOf(event.packet) });
    }
  }

  #finishStep(): void {
    if (this.#results.length > 0) this.#collectLog();
  }

  #collectLog(): void {
    const { log } = this.node.host;
    for (const { text } of log.since(this.#logged)) {
      const line = TRACE_LINE.exec(text)?.[1];
      if (line !== undefined) (this.#current.trace ??= []).push(line);
    }
    this.#logged = log.total;
  }
}

/** Configures a node as a scenario says. @throws InputError with what the tool said */
export function setUp(node: Node, scenario: Scenario): void {
  const { host } = node;
  const write = (name: string, value: string | number): void => {
    const number = Number(value);
    if (!Number.isInteger(number)) refuse('bad-sysctl', `sysctl ${name}: "${value}" is no whole number`);
    const fault = host.sysctl.write(name, number);
    if (fault === 'unknown')
      refuse('unknown-sysctl', `sysctl ${name} is not known`, undefined, 'FIDELITY.md lists those that are modelled');
    if (fault !== undefined)
      refuse('bad-sysctl', `sysctl ${name}: ${fault === 'invalid' ? `${value} is out of range` : 'cannot be written'}`);
  };
  for (const [name, value] of Object.entries(SCENARIO_SYSCTLS)) write(name, value);
  host.configure((config) => {
    for (const spec of scenario.interfaces ?? []) {
      const up = spec.up ?? true;
      const device = {
        name: spec.name,
        kind: spec.kind ?? ('device' as const),
        up,
        mtu: spec.mtu ?? 1500,
        group: 0,
        addresses: [] as { address: never; length: number; scope: 'global' | 'host'; secondary: boolean }[],
      };
      for (const text of spec.addresses ?? []) {
        const parsed = parseInterfaceAddress(text);
        if (parsed === undefined)
          refuse('bad-address', `interface ${spec.name}: "${text}" is no address`, undefined, 'write A.B.C.D/LENGTH');
        const secondary = isSecondary(device, parsed);
        device.addresses.push({
          address: parsed.address as never,
          length: parsed.length,
          scope: text.startsWith('127.') ? 'host' : 'global',
          secondary,
        });
      }
      config.interfaces.push(device);
    }
  });
  for (const [name, value] of Object.entries(scenario.sysctls ?? {})) write(name, value);
  const routes = scenario.routes ?? [];
  const refused = addRoutes(
    host,
    routes.map((text) => text.split(/\s+/).filter(Boolean)),
  );
  if (refused !== undefined) refuse('bad-route', `route "${routes[refused.index]!}": ${refused.message}`);
  const load = (argv: readonly string[], text: string | undefined): void => {
    if (text === undefined || text === '') return;
    const done = node.run(argv, text);
    // `ipvsadm -R` goes on after what the kernel refused, and its status is that of the last line.
    const refused = done.status !== 0 || (argv[0] === 'ipvsadm' && done.stderr !== '');
    if (refused) refuse('tool-refused', `${argv.join(' ')}: ${done.stderr.trim()}`);
  };
  load(['ipset', 'restore'], scenario.ipset);
  load(['iptables-restore'], scenario.iptables);
  load(['ipvsadm', '-R'], scenario.ipvs);
}

/** Plays a scenario from beginning to end. */
export function playScenario(scenario: Scenario, options: PlayOptions = {}): ScenarioResult {
  return new Player(scenario, options).play().result();
}
