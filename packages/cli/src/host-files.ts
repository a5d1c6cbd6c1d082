import {
  type AddressConfig,
  addRoutes,
  type Host,
  InputError,
  type InterfaceConfig,
  isSecondary,
  parseAddress,
  refuse,
} from '@chainwalk/core';
import { jsonFault } from './json-fault.ts';

/** One link as `ip -j addr` prints it, as far as chainwalk reads it. */
interface LinkJson {
  readonly ifname?: unknown;
  readonly mtu?: unknown;
  readonly flags?: unknown;
  readonly linkinfo?: { readonly info_kind?: unknown };
  readonly addr_info?: unknown;
}

/** One of its addresses. */
interface AddressJson {
  readonly family?: unknown;
  readonly local?: unknown;
  readonly prefixlen?: unknown;
  readonly scope?: unknown;
}

function readArray(text: string, source: string, command: string): readonly unknown[] {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    const before = text.slice(0, jsonFault(text)).split('\n');
    const place = { source, line: before.length, column: before.at(-1)!.length + 1 };
    throw new InputError([
      { severity: 'error', code: 'syntax', message: 'this is not JSON', place, hint: `make it with "${command}"` },
    ]);
  }
  if (!Array.isArray(value))
    refuse('not-ip-json', `${source}: this is not what "${command}" prints`, { source, line: 1, column: 1 });
  return value;
}

/** Gives a host the devices and addresses of `ip -j addr`. Only IPv4 addresses count; `lo` is there already. */
export function loadAddresses(host: Host, text: string, source: string): void {
  const names = new Set(host.devices.map((device) => device.name));
  const devices: InterfaceConfig[] = [];
  for (const entry of readArray(text, source, 'ip -j addr') as readonly LinkJson[]) {
    const name = entry?.ifname;
    if (typeof name !== 'string') refuse('not-ip-json', `${source}: an entry has no "ifname"`);
    if (name === 'lo') continue;
    if (!/^[^\s/]{1,15}$/.test(name))
      refuse('not-ip-json', `${source}: "${name}" is no name of a device: 1 to 15 characters, no blank and no slash`);
    if (names.has(name)) refuse('not-ip-json', `${source}: the device ${name} is there twice`);
    names.add(name);
    devices.push(deviceOf(name, entry, source));
  }
  host.configure((config) => {
    for (const device of devices) config.interfaces.push(device as (typeof config.interfaces)[number]);
  });
}

function deviceOf(name: string, entry: LinkJson, source: string): InterfaceConfig {
  const flags = Array.isArray(entry.flags) ? entry.flags : [];
  const addresses: AddressConfig[] = [];
  const device: InterfaceConfig = {
    name,
    kind: entry.linkinfo?.info_kind === 'dummy' || /^(dummy|kube-ipvs)/.test(name) ? 'dummy' : 'device',
    up: flags.includes('UP'),
    mtu: typeof entry.mtu === 'number' && entry.mtu >= 68 && entry.mtu <= 65535 ? entry.mtu : 1500,
    group: 0,
    addresses,
  };
  for (const info of (Array.isArray(entry.addr_info) ? entry.addr_info : []) as readonly AddressJson[]) {
    if (info?.family !== 'inet' || typeof info.local !== 'string') continue;
    const address = parseAddress(info.local);
    const length = Number.isInteger(info.prefixlen) ? (info.prefixlen as number) : -1;
    if (address === undefined || length < 0 || length > 32)
      refuse(
        'not-ip-json',
        `${source}: ${name} has the address "${info.local}/${String(info.prefixlen)}", which is none`,
      );
    const scope = info.scope === 'host' || info.scope === 'link' ? info.scope : 'global';
    addresses.push({ address, length, scope, secondary: isSecondary(device, { address, length }) });
  }
  return device;
}

/** Adds the routes of `ip -j route`; those that addresses bring by themselves are passed over. */
export function loadRoutes(host: Host, text: string, source: string): void {
  const routes: string[][] = [];
  for (const entry of readArray(text, source, 'ip -j route') as readonly (Record<string, unknown> | null)[]) {
    if (entry === null) refuse('not-ip-json', `${source}: an entry is null`);
    if (entry['protocol'] === 'kernel' && entry['gateway'] === undefined) continue;
    const words = [String(entry['type'] ?? ''), String(entry['dst'] ?? 'default')].filter((word) => word !== '');
    for (const [key, word] of [
      ['gateway', 'via'],
      ['dev', 'dev'],
      ['prefsrc', 'src'],
      ['metric', 'metric'],
      ['table', 'table'],
    ] as const) {
      if (entry[key] !== undefined) words.push(word, String(entry[key]));
    }
    if (Array.isArray(entry['flags']) && entry['flags'].includes('onlink')) words.push('onlink');
    routes.push(words);
  }
  const refused = addRoutes(host, routes);
  if (refused !== undefined)
    refuse('bad-route', `${source}: route "${routes[refused.index]!.join(' ')}": ${refused.message}`);
}
