import type { ExtensionRegistry } from '../x_tables/extension.ts';
import type { AddressTest, DeviceName, IpTest, Rule, RuleTarget } from '../x_tables/rule.ts';

/**
 * Whether two rules are the same for `-D` and `-C`: iptables compares the entries byte by byte, private parts of the
 * extensions apart. Two infos are the same here if they print the same, which is what those bytes come to.
 */
export function sameRule(a: Rule, b: Rule, registry: ExtensionRegistry): boolean {
  if (a === b) return true;
  if (!sameTests(a.ip, b.ip) || a.matches.length !== b.matches.length) return false;
  if (!sameTarget(a.target, b.target, registry)) return false;
  return a.matches.every((match, index) => {
    const other = b.matches[index]!;
    if (match.name !== other.name) return false;
    if (match.info === other.info) return true;
    const extension = registry.match(match.name)!;
    return extension.save(match.info) === extension.save(other.info);
  });
}

function sameTests(a: IpTest, b: IpTest): boolean {
  return (
    sameAddress(a.src, b.src) &&
    sameAddress(a.dst, b.dst) &&
    sameDevice(a.inDevice, b.inDevice) &&
    sameDevice(a.outDevice, b.outDevice) &&
    a.protocol?.number === b.protocol?.number &&
    a.protocol?.inverted === b.protocol?.inverted &&
    a.fragment?.inverted === b.fragment?.inverted
  );
}

function sameAddress(a: AddressTest | undefined, b: AddressTest | undefined): boolean {
  return a === b || (a?.network === b?.network && a?.mask === b?.mask && a?.inverted === b?.inverted);
}

/** A lone `+` compares nothing of the name, so that it equals no name at all. */
function sameDevice(a: DeviceName | undefined, b: DeviceName | undefined): boolean {
  if (a === b) return true;
  if ((a?.inverted ?? false) !== (b?.inverted ?? false)) return false;
  return (a?.name ?? '') === (b?.name ?? '') && (a?.wildcard ?? true) === (b?.wildcard ?? true);
}

function sameTarget(a: RuleTarget | undefined, b: RuleTarget | undefined, registry: ExtensionRegistry): boolean {
  if (a === b) return true;
  if (a === undefined || b === undefined) return false;
  switch (a.kind) {
    case 'verdict':
      return b.kind === 'verdict' && a.verdict === b.verdict;
    case 'jump':
    case 'goto':
      return b.kind === a.kind && a.chain === b.chain;
    case 'extension': {
      if (b.kind !== 'extension' || a.name !== b.name) return false;
      const extension = registry.target(a.name)!;
      return extension.save(a.info) === extension.save(b.info);
    }
  }
}
