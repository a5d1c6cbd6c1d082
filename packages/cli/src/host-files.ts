import { type Host, InputError, isSecondary, parseAddress, parseRoute, refuse, runIp } from '@chainwalk/core';
import { jsonFault } from './json-fault.ts';

/** One link as `ip -j addr` prints it, as far as chainwalk reads it. */
interface LinkJson {
  readonly ifname?: unknown;
  readonly mtu?: unknown;
  readonly flags?: unknown;
  readonly linkinfo?: { readonly info_kind?: unknown };
  readonly addr_info?: unknown;
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
  for (const entry of readArray(text, source, 'ip -j addr') as readonly LinkJson[]) {
    const name = entry?.ifname;
    if (typeof name !== 'string') refuse('not-ip-json', `${source}: an entry has no "ifname"`);
    if (name === 'lo') continue;
    const flags = Array.isArray(entry.flags) ? entry.flags : [];
    const up = flags.includes('UP');
    const mtu = typeof entry.mtu === 'number' && entry.mtu >= 68 && entry.mtu <= 65535 ? entry.mtu : 1500;
    const kind = entry.linkinfo?.info_kind === 'dummy' || /^(dummy|kube-ipvs)/.test(name) ? 'dummy' : 'device';
    host.configure((config) => {
      const device = { name, kind: kind as 'dummy' | 'device', up, mtu, group: 0, addresses: [] as never[] };
      for (const info of (Array.isArray(entry.addr_info) ? entry.addr_info : []) as {
        family?: unknown;
        local?: unknown;
        prefixlen?: unknown;
        scope?: unknown;
      }[]) {
        if (info.family !== 'inet' || typeof info.local !== 'string') continue;
        const address = parseAddress(info.local);
        const length = Number(info.prefixlen);
        if (address === undefined || !(length >= 0 && length <= 32))
          refuse(
            'not-ip-json',
            `${source}: ${name} has the address "${info.local}/${String(info.prefixlen)}", which is none`,
          );
        const scope = info.scope === 'host' || info.scope === 'link' ? info.scope : 'global';
        const secondary = isSecondary(device, { address, length });
        (device.addresses as unknown[]).push({ address, length, scope, secondary });
      }
      config.interfaces.push(device);
    });
  }
}

/** Adds the routes of `ip -j route`; those that addresses bring by themselves are passed over. */
export function loadRoutes(host: Host, text: string, source: string): void {
  for (const entry of readArray(text, source, 'ip -j route') as readonly Record<string, unknown>[]) {
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
    const parsed = parseRoute(words, host);
    if (typeof parsed === 'string') refuse('bad-route', `${source}: route "${words.join(' ')}": ${parsed}`);
    const done = runIp(host, ['ip', 'route', 'add', ...words]);
    if (done.status !== 0) refuse('bad-route', `${source}: route "${words.join(' ')}": ${done.stderr.trim()}`);
  }
}
