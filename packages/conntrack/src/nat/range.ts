import type { Address } from '@chainwalk/core';

/** Which half of a tuple a binding changes (`enum nf_nat_manip_type`). */
export type Manip = 'src' | 'dst';

/**
 * What a NAT rule allows (`struct nf_nat_range2`). What is absent is left as it is: no address means only ports are
 * mapped, no port means ports change only where they must.
 */
export interface NatRange {
  /** First and last address (NF_NAT_RANGE_MAP_IPS). */
  readonly addresses?: { readonly min: Address; readonly max: Address } | undefined;
  /** First and last port, or ICMP identifier (NF_NAT_RANGE_PROTO_SPECIFIED). */
  readonly ports?: { readonly min: number; readonly max: number } | undefined;
  /** Ports are shifted by their distance to this one (NF_NAT_RANGE_PROTO_OFFSET). */
  readonly basePort?: number | undefined;
  /** `--random` or `--random-fully`, which 6.1 treats alike. */
  readonly random?: boolean | undefined;
  /** `--persistent`: the destination has no say in the choice of an address. */
  readonly persistent?: boolean | undefined;
}

/** A range of one address. */
export function toAddress(address: Address, rest?: NatRange): NatRange {
  const addresses = { min: address, max: address };
  return rest === undefined ? { addresses } : { ...rest, addresses };
}
