import { type Address, formatAddress } from '../../address/address.ts';
import { networkOf, parseInterfaceAddress, prefixContains, prefixOf } from '../../address/prefix.ts';
import type { Host } from '../../net/host.ts';
import type { Scope } from '../../net/host-config.ts';
import { deviceIn, flushDeviceRoutes, kernel, Refusal, scopeOf, Words } from './words.ts';

/** `ip address add|change|replace|delete|flush`. */
export function address(host: Host, verb: string | undefined, rest: readonly string[]): void {
  const words = new Words(rest);
  let local: string | undefined;
  let device: string | undefined;
  let scope: Scope | undefined;
  for (let word = words.next(); word !== undefined; word = words.next()) {
    if (word === 'dev') device = words.value('dev');
    else if (word === 'scope') scope = scopeOf(words.value('scope'));
    else if (word === 'local') local = words.value('local');
    else if (word === 'brd' || word === 'broadcast' || word === 'label') words.value(word);
    else if (local === undefined) local = word;
    else throw new Refusal(255, `Error: either "local" is duplicate, or "${word}" is a garbage.`);
  }
  if (verb === 'flush') {
    host.configure((config) => {
      const target = deviceIn(config, device);
      target.addresses = [];
      flushDeviceRoutes(config, target.name);
    });
    return;
  }
  const parsed = local === undefined ? undefined : parseInterfaceAddress(local);
  if (parsed === undefined) throw new Refusal(1, `Error: any valid prefix is expected rather than "${local ?? ''}".`);
  if (device === undefined) throw new Refusal(255, 'Not enough information: "dev" argument is required.');
  if (verb === 'add' || verb === 'replace' || verb === 'change') {
    host.configure((config) => {
      const target = deviceIn(config, device);
      if (target.addresses.some((entry) => entry.address === parsed.address && entry.length === parsed.length)) {
        if (verb === 'add') throw kernel('File exists');
        return;
      }
      target.addresses.push({
        ...parsed,
        scope: scope ?? defaultScope(parsed.address),
        secondary: isSecondary(target, parsed),
      });
    });
  } else if (verb === 'delete') {
    host.configure((config) => {
      const target = deviceIn(config, device);
      const at = target.addresses.findIndex(
        (entry) => entry.address === parsed.address && (!local!.includes('/') || entry.length === parsed.length),
      );
      if (at < 0) throw kernel('Cannot assign requested address');
      const [gone] = target.addresses.splice(at, 1);
      // Without promote_secondaries the rest of its network goes with a primary address.
      if (!gone!.secondary) {
        const network = prefixOf(gone!.address as Address, gone!.length);
        target.addresses = target.addresses.filter(
          (entry) =>
            !(entry.secondary && entry.length === gone!.length && prefixContains(network, entry.address as Address)),
        );
      }
      const kept = new Set(config.interfaces.flatMap((entry) => entry.addresses.map((one) => one.address)));
      config.routes = config.routes.filter((entry) => entry.source === undefined || kept.has(entry.source));
      if (target.addresses.length === 0) flushDeviceRoutes(config, target.name);
    });
  } else throw new Refusal(255, `Command "${verb ?? ''}" is unknown, try "ip address help".`);
}

/** Whether an earlier address of the device covers the same network (`IFA_F_SECONDARY`). */
export function isSecondary(
  device: {
    readonly addresses: readonly { readonly address: unknown; readonly length: number; readonly secondary: boolean }[];
  },
  added: { readonly address: Address; readonly length: number },
): boolean {
  return device.addresses.some(
    (entry) =>
      !entry.secondary &&
      entry.length === added.length &&
      networkOf(entry.address as Address, entry.length) === networkOf(added.address, added.length),
  );
}

function defaultScope(address: Address): Scope {
  return formatAddress(address).startsWith('127.') ? 'host' : 'global';
}
