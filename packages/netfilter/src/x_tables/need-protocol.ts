import { PROTOCOL } from '@chainwalk/core';
import { KernelRefusal, type RuleContext } from './extension.ts';

/**
 * The kernel's test that a rule with this match or target has `-p PROTOCOL`, not inverted (`xt_check_match`).
 * @throws KernelRefusal EINVAL
 */
export function needProtocol(context: RuleContext, name: string, ...protocols: (keyof typeof PROTOCOL)[]): void {
  const given = context.ip.protocol;
  if (given !== undefined && !given.inverted) {
    for (let i = 0; i < protocols.length; i++) if (PROTOCOL[protocols[i]!] === given.number) return;
  }
  throw new KernelRefusal('EINVAL', `${name} is only valid with ${protocols.map((word) => `-p ${word}`).join(' or ')}`);
}
