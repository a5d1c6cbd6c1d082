import type { PacketSpec, Step } from '../format.ts';
import type { Draw } from './draw.ts';
import type { HostPlan, Peer } from './host.ts';
import { drawDestination, otherPayload, payload } from './packets.ts';
import type { Plan } from './plan.ts';

/** Who talks to whom: a peer or this host itself (`from` is then missing), and an address that packets are sent to. */
export interface Flow {
  readonly id: string;
  readonly from: Peer | undefined;
  readonly source: string;
  readonly destination: string;
  readonly sport: number;
  readonly dport: number;
  /** The device of the destination, where it is a peer: its packets can then be written out instead of being answers. */
  readonly behind: string | undefined;
}

const ERRORS = [
  [3, 3],
  [3, 1],
  [3, 0],
  [11, 0],
  [12, 0],
  [5, 1],
] as const;

/** A flow; with few ports and peers to choose from, so that tuples are used again and clash. */
export function drawFlow(draw: Draw, host: HostPlan, index: number): Flow {
  const from = draw.chance(0.22) ? undefined : draw.pick(host.peers);
  const destination = drawDestination(draw, host, from);
  return {
    id: `c${index}`,
    from,
    source: from?.address ?? draw.pick(host.local).address,
    destination,
    sport: draw.pick([40000, 40001, 1024, 40002]),
    dport: draw.pick([80, 443, 53, 8080, 22, 30080]),
    behind: host.peers.find((peer) => peer.address === destination)?.device,
  };
}

/** Makes the steps of a flow's two sides. */
class Sides {
  readonly #flow: Flow;
  readonly #proto: string | number;
  /** Answers come back on the path of what went out, or are packets of their own that may not fit. */
  readonly #answers: boolean;
  #asked = false;

  constructor(flow: Flow, proto: string | number, answers: boolean) {
    this.#flow = flow;
    this.#proto = proto;
    this.#answers = answers || flow.behind === undefined;
  }

  client(fields: PacketSpec): Step {
    const { id, from, source, destination, sport, dport } = this.#flow;
    const ports = this.#hasPorts ? { sport, dport } : {};
    const first = !this.#asked;
    this.#asked = true;
    return {
      ...(first ? { id } : {}),
      ...(from === undefined ? {} : { in: from.device }),
      packet: { src: source, dst: destination, proto: this.#proto, ...ports, ...fields },
    };
  }

  server(fields: PacketSpec): Step {
    const { id, source, destination, sport, dport, behind } = this.#flow;
    if (this.#answers && this.#asked) return { reply: id, packet: fields };
    const ports = this.#hasPorts ? { sport: dport, dport: sport } : {};
    const packet = { src: destination, dst: source, proto: this.#proto, ...ports, ...fields };
    return behind === undefined ? { packet } : { in: behind, packet };
  }

  get #hasPorts(): boolean {
    return this.#proto === 'tcp' || this.#proto === 'udp';
  }

  error(draw: Draw): Step {
    const [type, code] = draw.pick(ERRORS);
    return { reply_error: this.#flow.id, type, code };
  }
}

/** A TCP connection: some of a handshake, data, and an end, with what goes wrong on real networks. */
function tcp(draw: Draw, flow: Flow, answers: boolean): Step[] {
  const sides = new Sides(flow, 'tcp', answers);
  const steps: Step[] = [];
  let [client, server] = [100, 500];
  const acked = (): PacketSpec => ({ seq: client, ack: server });
  const acking = (): PacketSpec => ({ seq: server, ack: client });
  const handshake = draw.weighted([
    [10, 'whole'],
    [1, 'no-ack'],
    [1, 'mid-stream'],
    [0.7, 'simultaneous'],
    [0.7, 'syn-ack-first'],
    [0.7, 'lone'],
  ] as const);
  if (handshake === 'syn-ack-first') steps.push(sides.server({ flags: 'SA', seq: server, ack: client + 1 }));
  if (handshake !== 'mid-stream') {
    steps.push(sides.client({ flags: draw.chance(0.06) ? 'SEC' : 'S', seq: client, ack: 0 }));
    if (draw.chance(0.1)) steps.push(sides.client({ flags: 'S', seq: client, ack: 0 }));
  } else steps.push(sides.client({ flags: 'A', seq: client, ack: server }));
  if (handshake === 'lone') return steps;
  client += 1;
  if (handshake === 'simultaneous') steps.push(sides.server({ flags: 'S', seq: server, ack: 0 }));
  if (handshake === 'whole' && draw.chance(0.08)) {
    steps.push(sides.server({ flags: 'RA', seq: 0, ack: client }));
    return draw.chance(0.5) ? steps : [...steps, sides.client({ flags: 'S', seq: 900, ack: 0 })];
  }
  steps.push(sides.server({ flags: 'SA', seq: server, ack: client, ...(draw.chance(0.08) ? { win: 0 } : {}) }));
  server += 1;
  if (handshake !== 'no-ack') steps.push(sides.client({ flags: 'A', ...acked() }));
  for (let round = draw.int(0, 4); round > 0; round--) {
    const size = draw.pick([10, 30, 200, 1400]);
    draw.weighted<() => void>([
      [
        6,
        () => {
          steps.push(sides.client({ flags: 'PA', ...acked(), payload: size }));
          client += size;
          if (draw.chance(0.7)) steps.push(sides.server({ flags: 'A', ...acking() }));
        },
      ],
      [
        4,
        () => {
          steps.push(sides.server({ flags: 'PA', ...acking(), payload: size }));
          server += size;
          if (draw.chance(0.7)) steps.push(sides.client({ flags: 'A', ...acked() }));
        },
      ],
      [0.7, () => steps.push(sides.client({ flags: 'PA', seq: client - 10, ack: server, payload: 10 }))],
      [0.7, () => steps.push(sides.client({ flags: 'A', seq: client + draw.pick([100000, 66000, 70]), ack: server }))],
      [0.5, () => steps.push(sides.server({ flags: 'A', seq: server, ack: client + draw.pick([5000, 100000]) }))],
      [0.5, () => steps.push(sides.client({ flags: 'S', seq: client + 5000, ack: 0 }))],
      [0.4, () => steps.push(sides.server({ flags: 'SA', seq: server, ack: client }))],
      [0.4, () => steps.push(sides.client({ flags: draw.pick(['', 'FPU', 'SF', 'U', 'SR']), ...acked() }))],
      [0.4, () => steps.push(sides.client({ flags: 'A', ...acked(), win: 0 }))],
      [0.4, () => steps.push(sides.error(draw))],
    ])();
  }
  draw.weighted<() => void>([
    [
      6,
      () => {
        steps.push(sides.client({ flags: 'FA', ...acked() }));
        client += 1;
        if (draw.chance(0.3)) steps.push(sides.server({ flags: 'A', ...acking() }));
        if (draw.chance(0.15)) {
          steps.push(sides.server({ flags: 'PA', ...acking(), payload: 20 }));
          server += 20;
        }
        steps.push(sides.server({ flags: 'FA', ...acking() }));
        server += 1;
        if (draw.chance(0.85)) steps.push(sides.client({ flags: 'A', ...acked() }));
      },
    ],
    [
      2,
      () => {
        steps.push(sides.server({ flags: 'FA', ...acking() }));
        server += 1;
        steps.push(sides.client({ flags: 'A', ...acked() }));
        if (draw.chance(0.6)) steps.push(sides.client({ flags: 'FA', ...acked() }));
        client += 1;
        if (draw.chance(0.5)) steps.push(sides.server({ flags: 'A', ...acking() }));
      },
    ],
    [1, () => steps.push(sides.client({ flags: draw.pick(['R', 'RA']), seq: client, ack: draw.pick([0, server]) }))],
    [
      1,
      () =>
        steps.push(
          sides.server({
            flags: draw.pick(['R', 'RA']),
            seq: draw.pick([server, server, server + 70000, 0]),
            ack: client,
          }),
        ),
    ],
    [0.6, () => steps.push(sides.client({ flags: 'R', seq: client + draw.pick([1, 1000, 100000]) }))],
    [3, () => undefined],
  ])();
  // The same tuple again, as a client does that has few ports.
  if (draw.chance(0.2)) {
    steps.push(sides.client({ flags: 'S', seq: 70000, ack: 0 }));
    if (draw.chance(0.6))
      steps.push(
        sides.server({ flags: 'SA', seq: 90000, ack: 70001 }),
        sides.client({ flags: 'A', seq: 70001, ack: 90001 }),
      );
  }
  return steps;
}

function udp(draw: Draw, flow: Flow, answers: boolean): Step[] {
  const sides = new Sides(flow, 'udp', answers);
  const steps = [sides.client({ payload: payload(draw) })];
  for (let round = draw.int(0, 4); round > 0; round--) {
    steps.push(
      draw.weighted<() => Step>([
        [3, () => sides.server({ payload: draw.pick([0, 10, 100]) })],
        [2, () => sides.client({ payload: draw.pick([0, 20]) })],
        [1, () => sides.error(draw)],
      ])(),
    );
  }
  return steps;
}

function ping(draw: Draw, flow: Flow, answers: boolean): Step[] {
  const sides = new Sides(flow, 'icmp', answers);
  const id = draw.pick([7, 8, 9]);
  const steps: Step[] = [];
  for (let seq = 1; seq <= draw.int(1, 3); seq++) {
    steps.push(sides.client({ type: 8, code: 0, id, seq, payload: draw.pick([0, 16]) }));
    if (draw.chance(0.75)) steps.push(sides.server({ type: 0, code: 0, id, seq, payload: draw.pick([0, 16]) }));
    else if (draw.chance(0.5)) steps.push(sides.error(draw));
  }
  return steps;
}

/** Packets of a protocol without ports, as far as connection tracking looks: translation cannot tell its flows apart. */
function other(draw: Draw, flow: Flow, answers: boolean): Step[] {
  const sides = new Sides(flow, draw.pick([47, 132, 50, 33, 136, 253]), answers);
  const steps = [sides.client({ payload: otherPayload(draw) })];
  for (let round = draw.int(0, 3); round > 0; round--) {
    steps.push(
      draw.weighted<() => Step>([
        [3, () => sides.server({ payload: otherPayload(draw) })],
        [2, () => sides.client({ payload: otherPayload(draw) })],
        [1, () => sides.error(draw)],
      ])(),
    );
  }
  return steps;
}

/** The steps of one flow, in order. */
export function drawConversation(draw: Draw, flow: Flow, plan: Plan): Step[] {
  const answers = plan.nat || plan.base === 'ipvs' || draw.chance(0.3);
  const make = draw.weighted([
    [plan.base === 'ipvs' ? 12 : 7, tcp],
    [4, udp],
    [plan.base === 'ipvs' ? 0.7 : 2, ping],
    [plan.base === 'ipvs' ? 0.1 : 0.7, other],
  ] as const);
  const steps = make(draw, flow, answers);
  // Loss: some of it never arrives.
  return draw.chance(0.12) ? steps.filter((_, place) => place === 0 || !draw.chance(0.2)) : steps;
}

/** Flows side by side, each in its own order. */
export function interleaved(draw: Draw, flows: readonly (readonly Step[])[]): Step[] {
  const queues = flows.filter((flow) => flow.length > 0).map((flow) => [...flow]);
  const steps: Step[] = [];
  let current = 0;
  while (queues.length > 0) {
    if (draw.chance(0.45)) current = draw.int(0, queues.length - 1);
    current = Math.min(current, queues.length - 1);
    steps.push(queues[current]!.shift()!);
    if (queues[current]!.length === 0) queues.splice(current, 1);
  }
  return steps;
}
