import type { HostPlan } from './host.ts';
import type { Plan } from './plan.ts';
import type { SetPlan } from './sets.ts';

/** Where a rule stands, and what it may refer to. */
export interface RuleContext {
  readonly plan: Plan;
  readonly host: HostPlan;
  readonly sets: readonly SetPlan[];
  readonly table: string;
  readonly chain: string;
  /** The hooks that reach the chain: a built-in chain's own, or those of all that jump to a user's chain. */
  readonly hooks: ReadonlySet<string>;
  /** Chains that a rule here may jump to without a loop. */
  readonly targets: readonly string[];
}

/** Whether every hook that reaches a rule is among these. */
export const onlyFrom = (context: RuleContext, ...hooks: readonly string[]): boolean =>
  [...context.hooks].every((hook) => hooks.includes(hook));
