import type { CreateAttributes } from './attributes.ts';
import { createBitmapIp } from './bitmap-ip.ts';
import { createBitmapIpMac } from './bitmap-ip-mac.ts';
import { createBitmapPort } from './bitmap-port.ts';
import { hashIp } from './hash-ip.ts';
import { hashIpMac } from './hash-ip-mac.ts';
import { hashIpMark } from './hash-ip-mark.ts';
import { hashIpPort } from './hash-ip-port.ts';
import { hashIpPortIp } from './hash-ip-port-ip.ts';
import { hashIpPortNet } from './hash-ip-port-net.ts';
import { hashMac } from './hash-mac.ts';
import { hashNet } from './hash-net.ts';
import { hashNetIface } from './hash-net-iface.ts';
import { hashNetNet } from './hash-net-net.ts';
import { hashNetPort } from './hash-net-port.ts';
import { hashNetPortNet } from './hash-net-port-net.ts';
import { HashSet } from './hash-set.ts';
import type { HashType } from './hash-type.ts';
import type { IpSet, SetExtensions } from './ip-set.ts';
import { ListSet } from './list-set.ts';
import { SetCode } from './set-error.ts';
import type { SetRegistry } from './set-registry.ts';

const HASH_TYPES: ReadonlyMap<string, HashType> = new Map(
  [
    hashIp,
    hashIpMac,
    hashIpMark,
    hashIpPort,
    hashIpPortIp,
    hashIpPortNet,
    hashMac,
    hashNet,
    hashNetIface,
    hashNetNet,
    hashNetPort,
    hashNetPortNet,
  ].map((type) => [type.name, type]),
);

/** Makes a set of any type; not yet in the registry. The answer may be the code with which the kernel refuses it. */
export function createSet(
  typeName: string,
  name: string,
  attributes: CreateAttributes,
  registry: SetRegistry,
): IpSet | number {
  const { host } = registry;
  const extensions: SetExtensions = {
    timeout: attributes.timeout,
    counters: attributes.counters === true,
    comment: attributes.comment === true,
    skbinfo: attributes.skbinfo === true,
    forceadd: attributes.forceadd === true,
  };
  const hashType = HASH_TYPES.get(typeName);
  if (hashType !== undefined) return HashSet.create(hashType, name, attributes, extensions, host);
  switch (typeName) {
    case 'bitmap:ip':
      return createBitmapIp(name, attributes, extensions, host);
    case 'bitmap:ip,mac':
      return createBitmapIpMac(name, attributes, extensions, host);
    case 'bitmap:port':
      return createBitmapPort(name, attributes, extensions, host);
    case 'list:set':
      return new ListSet(name, attributes.size, extensions, registry);
    default:
      return SetCode.FIND_TYPE;
  }
}
