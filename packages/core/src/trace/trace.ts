import { refuse } from '../diagnostic.ts';
import type { Hook } from '../hook/hook.ts';
import type { DropReason } from '../net/drop-reason.ts';
import { describePacket } from '../packet/describe.ts';
import type { Packet } from '../packet/packet.ts';

/** One thing that happened to a packet, as data: every text and picture is rendered from these. */
export type Step =
  /** It arrived on a device, or came back in through `lo`. */
  | { readonly kind: 'receive'; readonly device: string }
  /** A local process, or the local stack, sent it. */
  | { readonly kind: 'send'; readonly by: string }
  /** A hook function was called. */
  | { readonly kind: 'hook'; readonly hook: Hook; readonly function: string; readonly priority: number }
  /**
   * A rule was visited. `number` counts from 1 inside the chain. `outcome` tells how far it got: `matched`, or the test
   * that failed (`source`, `destination`, `in`, `out`, `protocol`, `fragment`, or a match's name).
   */
  | {
      readonly kind: 'rule';
      readonly table: string;
      readonly chain: string;
      readonly number: number;
      readonly outcome: 'matched' | { readonly failed: string };
      /** What the rule then did, in iptables words: a verdict, a target's name, a chain's name, or '' for no target. */
      readonly target: string;
      /** The rule's text as iptables-save prints it. */
      readonly text: string;
    }
  /** A chain came to its end or to a RETURN: back to the caller, or to the policy of a base chain. */
  | {
      readonly kind: 'chain-end';
      readonly table: string;
      readonly chain: string;
      readonly number: number;
      readonly how: 'return' | 'policy';
      readonly verdict: string;
    }
  /** A routing decision. */
  | { readonly kind: 'route'; readonly direction: 'input' | 'output' | 'reroute'; readonly decision: string }
  /** A field of the packet changed. */
  | {
      readonly kind: 'change';
      readonly field: string;
      readonly from: string;
      readonly to: string;
      readonly by: string;
    }
  /** Something about the connection that it belongs to, in words (`NEW tcp ...`, `confirmed`). */
  | { readonly kind: 'connection'; readonly text: string }
  /** Something IPVS decided, in words. */
  | { readonly kind: 'ipvs'; readonly text: string }
  /** A hook function took it over. */
  | { readonly kind: 'stolen'; readonly hook: Hook; readonly function: string }
  | { readonly kind: 'drop'; readonly reason: DropReason; readonly at: string }
  | { readonly kind: 'transmit'; readonly device: string }
  | { readonly kind: 'deliver'; readonly device: string }
  /** The host answered with a packet of its own, whose walk is told in `trace`. */
  | { readonly kind: 'answer'; readonly what: string; readonly trace: Trace };

/** Entries of a trace before it is given up: chains can send a packet through each other by powers of two. */
const MOST_ENTRIES = 1_000_000;

/**
 * The walk of one packet. Tracing is off unless a packet carries one of these; then it costs one test of a field a step.
 */
export class Trace {
  /** The packet as it looked when the trace began. */
  readonly start: string;
  readonly #entries: (Step | (() => readonly Step[]))[] = [];
  #steps: readonly Step[] | undefined;

  constructor(packet: Packet) {
    this.start = describePacket(packet);
  }

  /** Everything that happened so far, in order. */
  get steps(): readonly Step[] {
    this.#steps ??= this.#entries.flatMap((entry) => (typeof entry === 'function' ? entry() : entry));
    return this.#steps;
  }

  add(step: Step): void {
    this.#push(step);
  }

  /**
   * Adds steps that are made when somebody reads them: a walk over ten thousand rules that do not match is told in a few
   * words, and spelt out only where it is shown. Precondition: `steps` answers the same whenever it is called, so it may
   * look at nothing that changes.
   */
  addLater(steps: () => readonly Step[]): void {
    this.#push(steps);
  }

  #push(entry: Step | (() => readonly Step[])): void {
    if (this.#entries.length === MOST_ENTRIES)
      refuse(
        'endless-walk',
        `a packet takes more than ${MOST_ENTRIES} steps, which Linux would stand still over`,
        undefined,
        'look for chains that each jump to the next several times',
      );
    this.#entries.push(entry);
    this.#steps = undefined;
  }

  /** The trace of a packet that the host makes because of this one. */
  branch(what: string, answer: Packet): Trace {
    const trace = new Trace(answer);
    this.add({ kind: 'answer', what, trace });
    return trace;
  }
}
