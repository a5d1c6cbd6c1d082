import type { Host } from '../net/host.ts';
import { type CommandResult, fail, succeed } from './command.ts';
import { address } from './ip/address.ts';
import { link } from './ip/link.ts';
import { route } from './ip/route.ts';
import { rule } from './ip/rule.ts';
import { Refusal } from './ip/words.ts';

/**
 * The commands of iproute2 that change a host: `ip addr add|del|flush`, `ip link add|del|set`, `ip route
 * add|append|prepend|replace|change|del|flush`, `ip rule add|del`. Each is one edit of the immutable configuration.
 */
export function runIp(host: Host, argv: readonly string[]): CommandResult {
  const words = argv.slice(1);
  while (words[0] === '-4' || words[0] === '-family') words.splice(0, words[0] === '-4' ? 1 : 2);
  const [object, verb, ...rest] = words;
  try {
    switch (abbreviated(object, ['address', 'link', 'route', 'rule'])) {
      case 'address':
        address(host, abbreviated(verb, ['add', 'change', 'replace', 'delete', 'flush']), rest);
        break;
      case 'link':
        link(host, abbreviated(verb, ['add', 'set', 'delete']), rest);
        break;
      case 'route':
        route(host, abbreviated(verb, ['add', 'append', 'prepend', 'replace', 'change', 'delete', 'flush']), rest);
        break;
      case 'rule':
        rule(host, abbreviated(verb, ['add', 'delete', 'flush']), rest);
        break;
      default:
        throw new Refusal(1, `Object "${object ?? ''}" is unknown, try "ip help".`);
    }
  } catch (refusal) {
    if (refusal instanceof Refusal) return fail(refusal.status, refusal.message);
    throw refusal;
  }
  return succeed();
}

/** iproute2 takes any beginning of a word; the first in its list wins. */
function abbreviated(word: string | undefined, list: readonly string[]): string | undefined {
  return word === undefined || word === '' ? undefined : list.find((full) => full.startsWith(word));
}
