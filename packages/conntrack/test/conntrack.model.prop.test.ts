import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Status } from '../src/index.ts';
import { icmp, Router, udp } from './support/router.ts';

/** A flow as somebody would write it down who never heard of hash tables. */
interface Flow {
  readonly name: string;
  readonly created: number;
  deadline: number;
  replied: boolean;
  assured: boolean;
  packets: [number, number];
}
interface Model {
  readonly flows: Map<string, Flow>;
  now: number;
}

const clientOf = (flow: number): [string, number] => [`192.168.1.${50 + (flow & 1)}`, 40000 + (flow >> 1)];

/** UDP of flow 0 to 5, echo requests of flow 6 and 7. */
class Send implements fc.Command<Model, Router> {
  readonly flow: number;
  readonly isReply: boolean;
  constructor(flow: number, isReply: boolean) {
    this.flow = flow;
    this.isReply = isReply;
  }
  check(): boolean {
    return true;
  }
  run(model: Model, router: Router): void {
    const isIcmp = this.flow >= 6;
    const [client, port] = clientOf(this.flow);
    const server = '10.0.0.5';
    const packet = isIcmp
      ? icmp(this.isReply ? server : client, this.isReply ? client : server, this.isReply ? 0 : 8, port)
      : this.isReply
        ? udp(server, 53, client, port)
        : udp(client, port, server, 53);
    const name = String(this.flow);
    const known = model.flows.get(name);
    const live = known !== undefined && known.deadline > model.now ? known : undefined;
    const outcome = router.receive(packet);
    if (live === undefined) {
      model.flows.delete(name);
      // An answer to nothing: no connection for ICMP; for UDP one of its own, the other way round, which is taken back.
      if (this.isReply) {
        expect(outcome.seen).toBe(isIcmp ? 'INVALID' : 'NEW');
        if (!isIcmp) router.conntrack.removeWhere((ct) => ct.original.sport === 53 && ct.original.dport === port);
        return;
      }
      expect(outcome.seen).toBe('NEW');
      model.flows.set(name, {
        name,
        created: model.now,
        deadline: model.now + 30,
        replied: false,
        assured: false,
        packets: [1, 0],
      });
      return;
    }
    expect(outcome.seen).toBe(live.replied || this.isReply ? 'ESTABLISHED' : 'NEW');
    const isStream = !isIcmp && live.replied && model.now - live.created > 2;
    live.deadline = model.now + (isStream ? 120 : 30);
    if (isStream) live.assured = true;
    if (this.isReply) live.replied = true;
    live.packets[this.isReply ? 1 : 0]++;
  }
  toString(): string {
    return `${this.isReply ? 'reply' : 'send'} ${this.flow}`;
  }
}

class Wait implements fc.Command<Model, Router> {
  readonly seconds: number;
  constructor(seconds: number) {
    this.seconds = seconds;
  }
  check(): boolean {
    return true;
  }
  run(model: Model, router: Router): void {
    router.wait(this.seconds);
    model.now += this.seconds;
  }
  toString(): string {
    return `wait ${this.seconds}`;
  }
}

class Delete implements fc.Command<Model, Router> {
  readonly flow: number;
  constructor(flow: number) {
    this.flow = flow;
  }
  check(): boolean {
    return true;
  }
  run(model: Model, router: Router): void {
    const [client, port] = clientOf(this.flow);
    const isIcmp = this.flow >= 6;
    const known = model.flows.get(String(this.flow));
    const wasLive = known !== undefined && known.deadline > model.now;
    const removed = router.conntrack.find({
      src: udp(client, 0, '10.0.0.5', 0).src,
      dst: udp('10.0.0.5', 0, client, 0).src,
      protocol: isIcmp ? 1 : 17,
      sport: port,
      dport: isIcmp ? 8 << 8 : 53,
    });
    expect(removed !== undefined).toBe(wasLive);
    if (removed !== undefined) router.conntrack.kill(removed.ct);
    model.flows.delete(String(this.flow));
  }
  toString(): string {
    return `delete ${this.flow}`;
  }
}

/** A listing collects what is expired, and shows the rest as the model has it. */
class List implements fc.Command<Model, Router> {
  check(): boolean {
    return true;
  }
  run(model: Model, router: Router): void {
    compare(model, router);
  }
  toString(): string {
    return 'list';
  }
}

function compare(model: Model, router: Router): void {
  const { conntrack } = router;
  conntrack.collectExpired();
  const ours = [...conntrack.table].map((ct) =>
    [
      ct.protocol === 1 ? 6 + ((ct.source(0) as unknown as number) & 1) : 0,
      ct.original.sport,
      ct.source(0),
      conntrack.remainingSeconds(ct),
      ct.has(Status.SEEN_REPLY),
      ct.has(Status.ASSURED),
      ct.accounting?.originalPackets,
      ct.accounting?.replyPackets,
    ].join(' '),
  );
  const theirs = [...model.flows.values()]
    .filter((flow) => flow.deadline > model.now)
    .map((flow) => {
      const number = Number(flow.name);
      const [client, port] = clientOf(number);
      const src = udp(client, 0, client, 0).src;
      const kind = number >= 6 ? 6 + ((src as unknown as number) & 1) : 0;
      return [kind, port, src, flow.deadline - model.now, flow.replied, flow.assured, ...flow.packets].join(' ');
    });
  expect(ours.sort()).toEqual(theirs.sort());
  expect(conntrack.count).toBe(theirs.length);
}

describe('connections on a router', () => {
  it('are what a naive diary of flows says, whatever is sent, awaited, deleted or listed', () => {
    const flow = fc.integer({ min: 0, max: 7 });
    const commands = [
      fc.tuple(flow, fc.boolean()).map((args) => new Send(...args)),
      fc.constantFrom(1, 2, 3, 10, 29, 30, 31, 119, 120).map((seconds) => new Wait(seconds)),
      flow.map((number) => new Delete(number)),
      fc.constant(new List()),
    ];
    fc.assert(
      fc.property(fc.commands(commands, { maxCommands: 60 }), (steps) => {
        const model: Model = { flows: new Map(), now: 0 };
        const router = new Router({ buckets: 512 });
        router.sysctl('net.netfilter.nf_conntrack_acct', 1);
        fc.modelRun(() => ({ model, real: router }), steps);
        compare(model, router);
      }),
      { numRuns: 60 },
    );
  });
});
