import type fc from 'fast-check';
import type { Scenario, Step } from '../format.ts';
import { drawCommand } from './commands.ts';
import { drawConversation, drawFlow, interleaved } from './conversations.ts';
import { type Draw, drawn } from './draw.ts';
import { drawHost, type HostPlan } from './host.ts';
import { ONLY_PORT } from './idioms.ts';
import { drawKubeRules, kubeIpvsRules } from './kube.ts';
import { drawPacketStep } from './packets.ts';
import { drawPlan, FEATURES, type Feature, type Plan } from './plan.ts';
import { drawRoutingPacket } from './routing.ts';
import { drawRuleset } from './ruleset.ts';
import { drawServiceRules, drawServices, flowTo, type ServicePlan } from './services.ts';
import { drawSets, type SetPlan } from './sets.ts';

/** A scenario and what it was made to be about. */
export interface GeneratedScenario {
  readonly plan: Plan;
  readonly scenario: Scenario;
}

/** The configuration of a host: all but its devices and the steps. */
interface Configuration {
  readonly sets: readonly SetPlan[];
  readonly services: readonly ServicePlan[];
  readonly sysctls: Readonly<Record<string, string>>;
  readonly ipset: string;
  readonly iptables: string;
  readonly ipvs: string;
}

function drawConfiguration(draw: Draw, plan: Plan, host: HostPlan): Configuration {
  const nothing = { sets: [], services: [], sysctls: {}, ipset: '', iptables: '', ipvs: '' };
  if (plan.base === 'kube' && draw.chance(0.65)) {
    const { services, iptables } = drawKubeRules(draw, plan.trace);
    return { ...nothing, services, iptables };
  }
  if (plan.base === 'kube' || plan.base === 'ipvs') {
    const { services, text, sysctls } = drawServices(draw);
    const all = { ...nothing, services, ipvs: text, sysctls };
    if (plan.base === 'kube') return { ...all, ...kubeIpvsRules(services, plan.trace) };
    return {
      ...all,
      iptables: draw.chance(0.8) ? drawServiceRules(draw, services, plan) : drawRuleset(draw, { plan, host, sets: [] }),
    };
  }
  const { sets, text } = drawSets(draw, plan);
  return {
    ...nothing,
    sets,
    ipset: text,
    iptables: drawRuleset(draw, { plan, host, sets }),
    sysctls: trackingSysctls(draw, plan),
  };
}

/** Settings of connection tracking; with times, timeouts short enough to see them pass. */
function trackingSysctls(draw: Draw, plan: Plan): Record<string, string> {
  if (!plan.stateful) return {};
  const set = (name: string, value: string, probability: number): Record<string, string> =>
    draw.chance(probability) ? { [`net.netfilter.nf_conntrack_${name}`]: value } : {};
  return {
    ...set('tcp_be_liberal', '1', 0.1),
    ...set('tcp_loose', '0', 0.12),
    ...set('tcp_max_retrans', '1', 0.04),
    ...set('tcp_ignore_invalid_rst', '1', 0.04),
    ...set('checksum', '0', 0.03),
    ...set('acct', '0', 0.04),
    // A table this small is full of connections that may not be thrown out.
    ...set('max', draw.pick(['1', '2', '4']), plan.base === 'conntrack' ? 0.06 : 0.01),
    ...(plan.timed && plan.base !== 'limit'
      ? {
          ...set('udp_timeout', draw.pick(['1', '2']), 0.6),
          ...set('udp_timeout_stream', draw.pick(['1', '3']), 0.4),
          ...set('icmp_timeout', '1', 0.5),
          ...set('tcp_timeout_syn_sent', '1', 0.4),
          ...set('tcp_timeout_established', '2', 0.3),
          ...set('tcp_timeout_time_wait', '1', 0.4),
          ...set('tcp_timeout_close', '1', 0.3),
        }
      : {}),
  };
}

/** Packets of one scenario: single ones, conversations side by side, and flows to the services. */
function drawTraffic(draw: Draw, plan: Plan, host: HostPlan, { services, iptables }: Configuration): Step[] {
  if (plan.base === 'limit') return draw.many(8, 16, () => drawPacketStep(draw, host, plan));
  if (plan.base === 'filter' || (plan.base === 'ipset' && !plan.stateful)) {
    return draw.many(4, 14, () => drawPacketStep(draw, host, plan));
  }
  if (plan.base === 'routing') {
    const packets = draw.many(4, 12, () => [drawRoutingPacket(draw, host, plan)]);
    const flows = draw.many(0, 2, (index) => drawConversation(draw, drawFlow(draw, host, index), plan));
    return interleaved(draw, [...packets, ...flows]);
  }
  // Where translation has one port only, clients that want the same thing at once.
  const wanted = iptables.includes(`--to-ports ${ONLY_PORT}\n`) && draw.chance(0.8) ? draw.pick(host.peers) : undefined;
  const balanced = plan.base === 'ipvs' || services.length > 0;
  const flows = draw.many(1, balanced ? 8 : 4, (index) => {
    const own = drawFlow(draw, host, index);
    const flow = wanted === undefined ? own : { ...own, destination: wanted.address, dport: 80, behind: wanted.device };
    const service = services.length > 0 && draw.chance(0.9) ? draw.pick(services) : undefined;
    // Masqueraded clients with one port would make a kernel pick another at random.
    const sport = draw.chance(0.7) ? 41000 + index : flow.sport;
    const aimed = service === undefined ? flow : { ...flow, ...flowTo(service, host), sport };
    if (service === undefined) return drawConversation(draw, aimed, plan);
    // Schedulers see more when many connections only begin.
    const begun = (steps: Step[]): Step[] => (draw.chance(0.45) ? steps.slice(0, draw.int(1, 3)) : steps);
    const steps = begun(drawConversation(draw, aimed, plan));
    // The protocol of the service, unless the conversation should miss it.
    return steps.every((step) => step.packet?.proto === undefined || step.packet.proto === service.proto) ||
      draw.chance(0.1)
      ? steps
      : begun(drawConversation(draw, aimed, plan));
  });
  const single = draw.many(0, plan.base === 'ipvs' || plan.base === 'kube' ? 3 : 7, () => [
    drawPacketStep(draw, host, plan),
  ]);
  // A server that talks first, from a port that it serves.
  const unasked = services.flatMap(({ servers }) => servers);
  if (unasked.length > 0 && draw.chance(0.25)) {
    const [src, sport] = draw.pick(unasked).split(':');
    const packet = { src: src!, dst: draw.pick(host.peers).address, proto: draw.pick(['tcp', 'udp']), dport: 41000 };
    const flags = packet.proto === 'tcp' ? { flags: draw.pick(['SA', 'A', 'S', 'R']), seq: 1, ack: 1 } : {};
    const device = host.peers.find(({ address }) => address === src)?.device;
    if (device !== undefined) single.push([{ in: device, packet: { ...packet, sport: Number(sport), ...flags } }]);
  }
  return interleaved(draw, [...flows, ...single]);
}

/** A second way out for what a rule has marked. */
function policyRouting(draw: Draw): Step[] {
  return [
    { run: `ip route add default via ${draw.pick(['10.0.0.254 dev eth1', '172.16.0.254 dev eth2'])} table 100` },
    {
      run: `ip rule add fwmark ${draw.pick(['0x1', '0x4000/0x4000', '0x1/0x1'])} ${draw.pick(['table 100', 'table 100', 'prohibit', 'unreachable', 'blackhole'])}`,
    },
  ];
}

/** Gives steps their times, in milliseconds; the whole takes a few seconds, since a kernel plays it in real time. */
function withTimes(draw: Draw, steps: readonly Step[]): Step[] {
  let now = 0;
  return steps.map((step, index) => {
    // A tool takes its time, also where a machine is busy.
    if (steps[index - 1]?.run !== undefined) now += 300;
    else if (now < 3500)
      now += draw.weighted([
        [6, 0],
        [1, 10],
        [1, 50],
        [2, 350],
        [1, 700],
        [0.7, 1000],
        [0.7, 1400],
        [0.3, 2010],
      ]);
    return { at: now, ...step };
  });
}

/** Gives steps times that lie wide apart, or close together. */
function spaced(draw: Draw, steps: readonly Step[]): Step[] {
  let now = 0;
  return steps.map((step) => {
    const at = now;
    now += step.run === undefined ? draw.pick([0, 20, 100, 250]) : 300;
    return { at, ...step };
  });
}

/** A scenario about one of these features. */
function drawScenario(draw: Draw, features: readonly Feature[] = FEATURES): GeneratedScenario {
  const plan = drawPlan(draw, features);
  const host = drawHost(draw, plan);
  const configuration = drawConfiguration(draw, plan, host);
  const { sets, services } = configuration;
  let steps = drawTraffic(draw, plan, host, configuration);
  if (plan.changes) {
    const context = { plan, host, sets, services };
    const commands = draw.many(2, Math.max(3, Math.floor(steps.length / 2)), () => [drawCommand(draw, context)]);
    steps = interleaved(draw, [steps, ...commands]);
  }
  if (host.devices.includes('eth1') && draw.chance(0.16)) steps = [...policyRouting(draw), ...steps];
  if (plan.timed) steps = withTimes(draw, steps);
  // Redirects pause for ticks, so that it counts how long after each other packets come.
  else if (Object.keys(host.sysctls).some((name) => name.endsWith('.send_redirects'))) steps = spaced(draw, steps);
  const scenario: Scenario = {
    name: plan.feature,
    interfaces: host.interfaces,
    routes: host.routes,
    sysctls: { ...host.sysctls, ...configuration.sysctls },
    ...(configuration.ipset === '' ? {} : { ipset: configuration.ipset }),
    ...(configuration.ipvs === '' ? {} : { ipvs: configuration.ipvs }),
    ...(configuration.iptables === '' ? {} : { iptables: configuration.iptables }),
    steps,
  };
  return { plan, scenario };
}

/**
 * Scenarios about any of these features, valid by construction: a kernel accepts their configuration, and nothing in
 * them is left to a kernel's chance but the ports that address translation picks after a clash.
 */
export function arbScenario(features: readonly Feature[] = FEATURES): fc.Arbitrary<GeneratedScenario> {
  return drawn((draw) => drawScenario(draw, features));
}
