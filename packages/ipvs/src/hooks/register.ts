import { ACCEPT, type Family, Hook, type HookFunction, PROTOCOL, Priority } from '@chainwalk/core';
import type { IpvsContext } from '../context.ts';
import { inboundIcmp } from './icmp-in.ts';
import { inHook } from './in-hook.ts';
import { outHook } from './out-hook.ts';

/**
 * Registers the six hook functions of a family (`ip_vs_ops4`); the answer takes them away.
 *
 * ```
 * LOCAL_IN    98 out, 99 in      after filter, before nat INPUT
 * FORWARD     99 icmp, 100 out   after filter
 * LOCAL_OUT  -99 out, -98 in     after nat OUTPUT, before filter
 * ```
 */
export function registerHooks(ipvs: IpvsContext, family: Family): () => void {
  const { hooks } = ipvs.host;
  const outFn: HookFunction = (packet, state) => outHook(ipvs, packet, state);
  const inFn: HookFunction = (packet, state) => inHook(ipvs, packet, state);
  const forwardIcmp: HookFunction = (packet, state) => {
    if (packet.protocol !== PROTOCOL.icmp) return ACCEPT;
    const verdict = inboundIcmp(ipvs, packet, state);
    return verdict === 'unrelated' ? ACCEPT : verdict;
  };
  const registrations = [
    { hook: Hook.LOCAL_IN, priority: Priority.NAT_SRC - 2, name: 'ip_vs_out_hook', fn: outFn },
    { hook: Hook.LOCAL_IN, priority: Priority.NAT_SRC - 1, name: 'ip_vs_in_hook', fn: inFn },
    { hook: Hook.LOCAL_OUT, priority: Priority.NAT_DST + 1, name: 'ip_vs_out_hook', fn: outFn },
    { hook: Hook.LOCAL_OUT, priority: Priority.NAT_DST + 2, name: 'ip_vs_in_hook', fn: inFn },
    { hook: Hook.FORWARD, priority: 99, name: 'ip_vs_forward_icmp', fn: forwardIcmp },
    { hook: Hook.FORWARD, priority: 100, name: 'ip_vs_out_hook', fn: outFn },
  ].map((ops) => hooks.register({ family, ...ops }));
  return () => {
    for (const undo of registrations) undo();
  };
}
