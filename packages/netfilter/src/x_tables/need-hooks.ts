import type { HookName } from '@chainwalk/core';
import { type CheckContext, KernelRefusal } from './extension.ts';

/**
 * The kernel's test that a rule is reached only from hooks where its match or target makes sense (`xt_check_match`).
 * @throws KernelRefusal EINVAL
 */
export function needHooks(context: CheckContext, name: string, ...hooks: HookName[]): void {
  const wrong = context.hooks.find((hook) => !hooks.includes(hook));
  if (wrong !== undefined)
    throw new KernelRefusal('EINVAL', `${name} is not possible in ${wrong}, only in ${hooks.join(', ')}`);
}
