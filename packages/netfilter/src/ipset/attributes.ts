import type { Address } from '@chainwalk/core';

/**
 * What the command line said of a member, taken apart: the netlink attributes that ipset sends to the kernel
 * (`IPSET_ATTR_*`). Absent means not given.
 */
export interface ElementAttributes {
  ip?: Address;
  ipTo?: Address;
  cidr?: number;
  ip2?: Address;
  ip2To?: Address;
  cidr2?: number;
  proto?: number;
  port?: number;
  portTo?: number;
  mark?: number;
  /** Six bytes. */
  ether?: Uint8Array;
  iface?: string;
  physdev?: boolean;
  wildcard?: boolean;
  nomatch?: boolean;
  /** A set's name, for lists. */
  setName?: string;
  reference?: { readonly where: 'before' | 'after'; readonly name: string };
  /** Seconds, at most 2^32 - 1. */
  timeout?: number;
  packets?: bigint;
  bytes?: bigint;
  comment?: string;
  skbmark?: { readonly mark: number; readonly mask: number };
  skbprio?: number;
  skbqueue?: number;
}

/** The parameters of `create`, likewise. */
export interface CreateAttributes {
  family?: 'inet' | 'inet6';
  hashsize?: number;
  maxelem?: number;
  bucketsize?: number;
  initval?: number;
  netmask?: number;
  markmask?: number;
  /** Bounds of a bitmap: addresses or ports. */
  ip?: Address;
  ipTo?: Address;
  cidr?: number;
  port?: number;
  portTo?: number;
  size?: number;
  timeout?: number;
  counters?: boolean;
  comment?: boolean;
  skbinfo?: boolean;
  forceadd?: boolean;
}
