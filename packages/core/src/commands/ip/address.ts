import { type Address, formatAddress } from '../../address/address.ts';
import { networkOf, parseInterfaceAddress, prefixContains, prefixOf } from '../../address/prefix.ts';
import type { Host } from '../../net/host.ts';
import { type AddressConfig, type RouteConfig, type Scope, TABLE } from '../../net/host-config.ts';
import { deviceIn, flushDeviceRoutes, kernel, nextChange, Refusal, scopeOf, Words } from './words.ts';

/** `ip address add|change|replace|delete|flush`. */
export function address(host: Host, verb: string | undefined, rest: readonly string[]): void {
  const words = new Words(rest);
  let local: string | undefined;
  let device: string | undefined;
  let scope: Scope | undefined;
  let networkRoute: AddressConfig['networkRoute'];
  for (let word = words.next(); word !== undefined; word = words.next()) {
    if (word === 'dev') device = words.value('dev');
    else if (word === 'scope') scope = scopeOf(words.value('scope'));
    else if (word === 'local') local = words.value('local');
    // The kernel finds out by itself.
    else if (word === 'secondary') continue;
    else if (word === 'noprefixroute') networkRoute = 'never';
    else if (word === 'brd' || word === 'broadcast' || word === 'label') words.value(word);
    else if (local === undefined) local = word;
    else throw new Refusal(255, `Error: either "local" is duplicate, or "${word}" is a garbage.`);
  }
  if (verb === 'flush') {
    const routes = routesWithSources(host, device, []);
    host.configure((config) => {
      const target = deviceIn(config, device);
      target.addresses = [];
      config.routes = routes as typeof config.routes;
      flushDeviceRoutes(config, target.name);
    });
    return;
  }
  const parsed = local === undefined ? undefined : parseInterfaceAddress(local);
  if (parsed === undefined) throw new Refusal(1, `Error: any valid prefix is expected rather than "${local ?? ''}".`);
  if (device === undefined) throw new Refusal(255, 'Not enough information: "dev" argument is required.');
  if (verb === 'add' || verb === 'replace' || verb === 'change') {
    // Looked at outside of the edit: inside, each address looked at would be made a draft, and a node may have thousands.
    const before = host.config.interfaces.find((entry) => entry.name === device);
    if (before?.addresses.some((entry) => entry.address === parsed.address && entry.length === parsed.length)) {
      if (verb === 'add') throw kernel('File exists');
      return;
    }
    const secondary = before !== undefined && isSecondary(before, parsed);
    host.configure((config) => {
      const target = deviceIn(config, device);
      const since = nextChange(config);
      target.addresses.push({
        ...parsed,
        scope: scope ?? defaultScope(parsed.address),
        secondary,
        since,
        ...(networkRoute === undefined ? {} : { networkRoute }),
      });
    });
  } else if (verb === 'delete') {
    const before = host.config.interfaces.find((entry) => entry.name === device)?.addresses ?? [];
    const gone = before.find(
      (entry) => entry.address === parsed.address && (local?.includes('/') !== true || entry.length === parsed.length),
    );
    const network = gone === undefined ? undefined : prefixOf(gone.address, gone.length);
    // Without promote_secondaries the rest of its network goes with a primary address.
    const stays = (entry: AddressConfig): boolean =>
      entry !== gone &&
      !(
        network !== undefined &&
        !gone!.secondary &&
        entry.secondary &&
        entry.length === gone!.length &&
        prefixContains(network, entry.address)
      );
    const left = before.filter(stays);
    const routes = routesWithSources(host, device, left);
    host.configure((config) => {
      const target = deviceIn(config, device);
      if (gone === undefined) throw kernel('Cannot assign requested address');
      target.addresses = left as typeof target.addresses;
      config.routes = routes as typeof config.routes;
      if (left.length === 0) flushDeviceRoutes(config, target.name);
    });
  } else throw new Refusal(255, `Command "${verb ?? ''}" is unknown, try "ip address help".`);
}

/** The routes that stay when a device has only these addresses left: those of table main go with the source that they name. */
function routesWithSources(
  host: Host,
  device: string | undefined,
  left: readonly AddressConfig[],
): readonly RouteConfig[] {
  const elsewhere = host.config.interfaces.filter((entry) => entry.name !== device).flatMap((entry) => entry.addresses);
  const kept = new Set([...left, ...elsewhere].map((entry) => entry.address));
  return host.config.routes.filter(
    (entry) => entry.source === undefined || entry.table !== TABLE.main || kept.has(entry.source),
  );
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
