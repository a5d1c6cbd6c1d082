import { SetCode } from './set-error.ts';

/** What `ipset` says when the kernel answers a command with a code below 0. */
const TEXT: Readonly<Partial<Record<number, string>>> = {
  [SetCode.NOENT]: 'The set with the given name does not exist',
  [SetCode.EEXIST]: 'Set cannot be created: set with the same name already exists',
  [SetCode.NOMEM]: 'Kernel error received: Cannot allocate memory',
  [SetCode.INVAL]: 'Kernel error received: Invalid argument',
  [SetCode.PROTOCOL]: 'Kernel error received: ipset protocol error',
  [SetCode.MAX_SETS]: 'Kernel error received: maximal number of sets reached, cannot create more.',
  [SetCode.BUSY]: 'Set cannot be destroyed: it is in use by a kernel component',
  [SetCode.TYPE_MISMATCH]: 'The sets cannot be swapped: their type does not match',
  [SetCode.INVALID_CIDR]: 'The value of the CIDR parameter of the IP address is invalid',
  [SetCode.INVALID_NETMASK]: 'The value of the netmask parameter is invalid',
  [SetCode.INVALID_MARKMASK]: 'The value of the markmask parameter is invalid',
  [SetCode.INVALID_FAMILY]: 'Protocol family not supported by the set type',
  [SetCode.TIMEOUT]: 'Timeout cannot be used: set was created without timeout support',
  [SetCode.REFERENCED]: 'Set cannot be renamed: it is in use by another system',
  [SetCode.IPADDR_IPV4]: 'An IPv4 address is expected, but not received',
  [SetCode.IPADDR_IPV6]: 'An IPv6 address is expected, but not received',
  [SetCode.COUNTER]: 'Packet/byte counters cannot be used: set was created without counter support',
  [SetCode.COMMENT]: 'Comment cannot be used: set was created without comment support',
  [SetCode.SKBINFO]: 'Skbinfo mapping cannot be used: set was created without skbinfo support',
  [SetCode.BITMAP_RANGE]: 'Element is out of the range of the set',
  [SetCode.BITMAP_RANGE_SIZE]: 'The range you specified exceeds the size limit of the set type',
  [SetCode.HASH_FULL]: 'Hash is full, cannot add more elements',
  [SetCode.HASH_ELEM]: 'Null-valued element, cannot be stored in a hash type of set',
  [SetCode.INVALID_PROTO]: 'Invalid protocol specified',
  [SetCode.MISSING_PROTO]: 'Protocol missing, but must be specified',
  [SetCode.HASH_RANGE_UNSUPPORTED]: 'Range is not supported in the "net" component of the element',
  [SetCode.HASH_RANGE]: 'Invalid range, covers the whole address space',
  [SetCode.LIST_NAME]: 'Set to be added/deleted/tested as element does not exist.',
  [SetCode.LIST_LOOP]: 'Sets with list:set type cannot be added to the set.',
  [SetCode.LIST_BEFORE]: 'No reference set specified.',
  [SetCode.LIST_NAMEREF]: "The set to which you referred with 'before' or 'after' does not exist.",
  [SetCode.LIST_FULL]: 'The set is full, more elements cannot be added.',
  [SetCode.LIST_REF_EXIST]: "The set to which you referred with 'before' or 'after' is not added to the set.",
  [SetCode.RANGE_TOO_LARGE]: 'chainwalk adds or deletes at most 16777216 elements with one command: split the range',
};

/** The words for a code, which depend on the command in some cases. */
export function kernelMessage(code: number, command: string): string {
  if (code === SetCode.EXIST) {
    return command === 'del'
      ? "Element cannot be deleted from the set: it's not added"
      : "Element cannot be added to the set: it's already added";
  }
  if (code === SetCode.EXIST_SETNAME2) {
    return command === 'swap'
      ? 'Sets cannot be swapped: the second set does not exist'
      : 'Set cannot be renamed: a set with the new name already exists';
  }
  return TEXT[code] ?? `Undecoded error ${-code} received from kernel`;
}
