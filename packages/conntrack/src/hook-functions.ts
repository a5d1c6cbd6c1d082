import {
  ACCEPT,
  type Family,
  Hook,
  type HookFunction,
  type HookState,
  type Packet,
  PROTOCOL,
  Priority,
  STOLEN,
  type Verdict,
} from '@chainwalk/core';
import { ctOf } from './connection.ts';
import type { Conntrack } from './conntrack.ts';
import { CtInfo, directionOf, isUntracked } from './ctinfo.ts';
import { Status } from './status.ts';
import { templateOf } from './template.ts';

/**
 * Registers everything that tracking does to packets (`ipv4_conntrack_ops`), and answers with what takes it away again:
 * putting fragments together, tracking, helpers and confirmation, connections of the stack's answers.
 */
export function registerHooks(conntrack: Conntrack): readonly (() => void)[] {
  const { host } = conntrack;
  const family: Family = 'ipv4';
  const on = (hook: Hook, priority: number, name: string, fn: HookFunction): (() => void) =>
    host.hooks.register({ family, hook, priority, name, fn });
  const defrag: HookFunction = (packet, state) => putTogether(conntrack, packet, state);
  const track: HookFunction = (packet, state) => conntrack.track(packet, state);
  const trackLocal: HookFunction = (packet, state) =>
    packet.isFragment ? leaveFragment(packet) : conntrack.track(packet, state);
  const confirm: HookFunction = (packet, state) => helpAndConfirm(conntrack, packet, state);

  host.attachConnection = (answer, offender) => conntrack.attach(answer, offender);
  relearnWindows(conntrack);
  return [
    on(Hook.PREROUTING, Priority.CONNTRACK_DEFRAG, 'ipv4_conntrack_defrag', defrag),
    on(Hook.LOCAL_OUT, Priority.CONNTRACK_DEFRAG, 'ipv4_conntrack_defrag', defrag),
    on(Hook.PREROUTING, Priority.CONNTRACK, 'ipv4_conntrack_in', track),
    on(Hook.LOCAL_OUT, Priority.CONNTRACK, 'ipv4_conntrack_local', trackLocal),
    on(Hook.POSTROUTING, Priority.CONNTRACK_CONFIRM, 'ipv4_confirm', confirm),
    on(Hook.LOCAL_IN, Priority.CONNTRACK_CONFIRM, 'ipv4_confirm', confirm),
    // A packet that ends without having been confirmed takes its connection with it.
    host.observe((event) => conntrack.forget(event.packet), ['drop']),
    () => {
      host.attachConnection = undefined;
    },
  ];
}

/** Windows of established connections are learnt anew after a time without hooks (`nf_ct_tcp_fixup`). */
function relearnWindows(conntrack: Conntrack): void {
  for (const ct of conntrack.table.passing()) {
    const state = ct.protocol === PROTOCOL.tcp ? ct.tcp : undefined;
    if (state === undefined) continue;
    state.forgetWindows();
    ct.data = state;
  }
}

/** Fragments are put together before anybody sees them (`ipv4_conntrack_defrag`). */
function putTogether(conntrack: Conntrack, packet: Packet, state: HookState): Verdict {
  if (!packet.isFragment || isUntracked(packet)) return ACCEPT;
  const user = state.hook === Hook.PREROUTING ? 'conntrack-in' : 'conntrack-out';
  return conntrack.host.fragmentation.gather(packet, user) ? ACCEPT : STOLEN;
}

/** A local sender that wants its fragments left alone: not tracked, and no template may fool later rules. */
function leaveFragment(packet: Packet): Verdict {
  if (templateOf(packet) !== undefined) packet.nfct = undefined;
  return ACCEPT;
}

/** The last hook function of a packet: helper, sequence numbers, confirmation (`ipv4_confirm`, `nf_confirm`). */
function helpAndConfirm(conntrack: Conntrack, packet: Packet, state: HookState): Verdict {
  const ct = ctOf(packet);
  if (ct === undefined) return ACCEPT;
  if (packet.ctinfo !== CtInfo.RELATED_REPLY && ct.extensions !== undefined) {
    const { helper } = ct.extensions;
    if (helper !== undefined) {
      const verdict = helper.help(packet, ct, conntrack, state);
      if (verdict.kind !== 'accept') return verdict;
    }
    // What came back in through `lo` was adjusted on its way out (`nf_is_loopback_packet`).
    const isBack = packet.inDevice?.kind === 'loopback';
    if (ct.has(Status.SEQ_ADJUST) && !isBack) ct.extensions.sequence?.adjust(packet, directionOf(packet.ctinfo));
  }
  if (!ct.isConfirmed) return conntrack.confirm(packet, ct);
  conntrack.events.deliver(ct);
  return ACCEPT;
}
