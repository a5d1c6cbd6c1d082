import type { Family } from '../address/address.ts';
import type { Device } from '../net/device.ts';
import type { Host } from '../net/host.ts';
import type { Packet } from '../packet/packet.ts';
import type { Hook } from './hook.ts';
import { hookName } from './hook.ts';
import { ACCEPT, drop, type Verdict } from './verdict.ts';

/**
 * Where a packet is while hook functions look at it (`struct nf_hook_state`). In LOCAL_OUT `outDevice` stays the device
 * of the first routing decision for the whole hook, as in Linux; only POSTROUTING sees a new one.
 */
export interface HookState {
  readonly hook: Hook;
  readonly family: Family;
  readonly inDevice: Device | undefined;
  readonly outDevice: Device | undefined;
  readonly host: Host;
}

/** A function that Linux would register with `nf_register_net_hook`. It may change the packet. */
export type HookFunction = (packet: Packet, state: HookState) => Verdict;

/** One registration (`struct nf_hook_ops`). */
export interface HookOps {
  readonly family: Family;
  readonly hook: Hook;
  readonly priority: number;
  /** The kernel's name of the function, or the table's: what traces and pictures show. */
  readonly name: string;
  readonly fn: HookFunction;
}

/** Decides about packets that `NFQUEUE` hands out; registered by number. */
export type QueueListener = (packet: Packet, state: HookState) => Verdict;

const FAMILIES: readonly Family[] = ['ipv4', 'ipv6'];

/**
 * The functions on each hook of one host (`net->nf.hooks_ipv4` and its twin), and their walk.
 *
 * Invariant: a hook's list is sorted by priority, and among equals by registration (`nf_hook_entries_grow`). A list is
 * replaced, never changed, so a walk under way sees the list it began with.
 */
export class HookRegistry {
  readonly #lists: Record<Family, (readonly HookOps[])[]>;
  readonly #listeners = new Map<number, QueueListener>();
  /** The function that ended the last walk that did not end in `accept`, for messages. */
  stoppedBy = '';

  constructor() {
    const empty = (): (readonly HookOps[])[] => [[], [], [], [], []];
    this.#lists = { ipv4: empty(), ipv6: empty() };
  }

  /** Adds a function; the answer takes it away again and may be called once or more. */
  register(ops: HookOps): () => void {
    const { family, hook, priority, name, fn } = ops;
    const lists = this.#lists[family];
    const list = lists[hook]!;
    // All of one shape, whoever made them: the walk reads them for each packet.
    const entry: HookOps = { family, hook, priority, name, fn };
    const at = list.findIndex((other) => other.priority > priority);
    const next = [...list];
    next.splice(at < 0 ? list.length : at, 0, entry);
    lists[hook] = next;
    return () => {
      lists[hook] = lists[hook]!.filter((other) => other !== entry);
    };
  }

  /** The functions on one hook, in the order in which they run. */
  list(family: Family, hook: Hook): readonly HookOps[] {
    return this.#lists[family][hook]!;
  }

  /** Every registration of every hook, for pictures of the host. */
  all(): readonly HookOps[] {
    return FAMILIES.flatMap((family) => this.#lists[family].flat());
  }

  /** Lets `listener` decide about the packets of one queue; the answer ends that. */
  listen(number: number, listener: QueueListener): () => void {
    this.#listeners.set(number, listener);
    return () => {
      if (this.#listeners.get(number) === listener) this.#listeners.delete(number);
    };
  }

  /**
   * Runs the functions of a hook in order until one does not accept (`nf_hook_slow`). A `stolen` packet is no longer the
   * caller's; a `queue` verdict is resolved here, so the answer is never one.
   */
  run(packet: Packet, state: HookState): Exclude<Verdict, { kind: 'queue' }> {
    const list = this.#lists[state.family][state.hook]!;
    const { meter } = state.host;
    const { trace } = packet;
    for (let i = 0; i < list.length; i++) {
      const ops = list[i]!;
      meter.hookFunctions++;
      if (trace !== undefined)
        trace.add({ kind: 'hook', hook: state.hook, function: ops.name, priority: ops.priority });
      let verdict = ops.fn(packet, state);
      if (verdict === ACCEPT) continue;
      if (verdict.kind === 'queue') {
        const listener = this.#listeners.get(verdict.number);
        if (listener !== undefined) verdict = listener(packet, state);
        else verdict = verdict.bypass ? ACCEPT : drop('queue-no-listener');
      }
      // What user space answers may be another object that says the same.
      if (verdict.kind === 'accept') continue;
      if (verdict.kind === 'queue') return drop('queue-no-listener') as Exclude<Verdict, { kind: 'queue' }>;
      this.stoppedBy = ops.name;
      if (verdict.kind === 'drop') {
        packet.trace?.add({ kind: 'drop', reason: verdict.reason, at: `${hookName(state.hook)} ${ops.name}` });
      } else packet.trace?.add({ kind: 'stolen', hook: state.hook, function: ops.name });
      return verdict;
    }
    return ACCEPT as Exclude<Verdict, { kind: 'queue' }>;
  }
}
