/**
 * The five places where Linux asks others about an IP packet (`enum nf_inet_hooks`).
 *
 * ```
 *                        ┌──────── local process ────────┐
 *                        │                               │
 *                     INPUT (1)                      OUTPUT (3)
 *                        │                               │
 *                        │                            routing
 *                        │                               │
 * in ─ PREROUTING (0) ─ routing ─── FORWARD (2) ───────┴── POSTROUTING (4) ─ out
 * ```
 */
export const Hook = { PREROUTING: 0, LOCAL_IN: 1, FORWARD: 2, LOCAL_OUT: 3, POSTROUTING: 4 } as const;
export type Hook = (typeof Hook)[keyof typeof Hook];

/** The names that iptables gives the hooks, by number. */
export const HOOK_NAMES: readonly ['PREROUTING', 'INPUT', 'FORWARD', 'OUTPUT', 'POSTROUTING'] = [
  'PREROUTING',
  'INPUT',
  'FORWARD',
  'OUTPUT',
  'POSTROUTING',
];
export type HookName = (typeof HOOK_NAMES)[number];

/** The name that iptables gives a hook. */
export function hookName(hook: Hook): HookName {
  return HOOK_NAMES[hook];
}
