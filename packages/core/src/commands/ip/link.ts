import type { Host } from '../../net/host.ts';
import type { MutableHostConfig } from '../../net/host-config.ts';
import { deviceIn, flushDeviceRoutes, kernel, type MutableInterface, nextChange, Refusal, Words } from './words.ts';

/** Flags of links that a point-to-point link without ARP has no use for. */
const WITHOUT_EFFECT: readonly string[] = ['arp', 'multicast', 'allmulticast', 'promisc', 'trailers', 'dynamic'];

/** `ip link add|set|delete`. */
export function link(host: Host, verb: string | undefined, rest: readonly string[]): void {
  const words = new Words(rest);
  let name: string | undefined;
  let kind: string | undefined;
  const changes: ((device: MutableInterface, config: MutableHostConfig) => void)[] = [];
  for (let word = words.next(); word !== undefined; word = words.next()) {
    if (word === 'dev' || word === 'name') name = words.value(word);
    else if (word === 'type') kind = words.value('type');
    else if (word === 'up') {
      changes.push((device, config) => {
        if (!device.up) {
          device.upSince = nextChange(config);
          for (const entry of device.addresses) if (entry.networkRoute === 'deleted') delete entry.networkRoute;
        }
        device.up = true;
      });
    } else if (word === 'down') {
      changes.push((device, config) => {
        if (device.up) flushDeviceRoutes(config, device.name);
        device.up = false;
      });
    } else if (word === 'mtu') {
      const mtu = words.number('mtu', 2147483647);
      if (mtu < 68) throw kernel('Invalid argument');
      changes.push((device) => {
        // Dummies and lo know no largest one.
        if (device.kind === 'device' && mtu > 65535) throw kernel('Invalid argument');
        device.mtu = mtu;
      });
    } else if (word === 'group') {
      const group = words.value('group');
      const number = group === 'default' ? 0 : Number(group);
      if (!Number.isInteger(number)) throw new Refusal(1, 'Error: argument "group" is wrong: Invalid "group" value');
      changes.push((device) => {
        device.group = number;
      });
    } else if (word === 'txqueuelen' || word === 'qlen' || word === 'txqlen') words.number(word);
    else if (WITHOUT_EFFECT.includes(word)) {
      const state = words.value(word);
      if (state !== 'on' && state !== 'off')
        throw new Refusal(255, `Error: argument of "${word}" must be "on" or "off", not "${state}"`);
    } else if (name === undefined) name = word;
    else throw new Refusal(1, `Error: either "dev" is duplicate, or "${word}" is a garbage.`);
  }
  if (name === undefined) throw new Refusal(255, 'Not enough information: "dev" argument is required.');
  if (verb === 'add') {
    if (kind !== 'dummy')
      throw new Refusal(2, `Error: Unknown device type "${kind ?? ''}": only dummy devices can be added.`);
    if (name.length > 15 || /[\s/]/.test(name))
      throw new Refusal(255, `Error: argument "${name}" is wrong: "name" not a valid ifname`);
    host.configure((config) => {
      if (config.interfaces.some((entry) => entry.name === name)) throw kernel('File exists');
      const device = {
        name: name!,
        kind: 'dummy' as const,
        up: false,
        mtu: 1500,
        group: 0,
        addresses: [],
      };
      for (const change of changes) change(device, config);
      config.interfaces.push(device);
    });
  } else if (verb === 'delete') {
    host.configure((config) => {
      const device = deviceIn(config, name);
      if (device.kind !== 'dummy') throw kernel('Operation not supported');
      config.interfaces = config.interfaces.filter((entry) => entry.name !== name);
      flushDeviceRoutes(config, name!);
    });
  } else if (verb === 'set') {
    host.configure((config) => {
      const device = deviceIn(config, name);
      for (const change of changes) change(device, config);
    });
  } else throw new Refusal(255, `Command "${verb ?? ''}" is unknown, try "ip link help".`);
}
