import type { Address } from '@chainwalk/core';
import { ipv4Bits } from '../bits.ts';

/** Which half of a tuple a binding changes (`enum nf_nat_manip_type`). */
export type Manip = 'src' | 'dst';

/** What a {@link NatRange} is made of. */
export interface NatRangeFields {
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

/**
 * What a NAT rule allows (`struct nf_nat_range2`). What is absent is left as it is: no address means only ports are
 * mapped, no port means ports change only where they must. In one piece, since a node has one in each of many thousand rules.
 */
export class NatRange {
  readonly hasAddresses: boolean;
  /** First and last address as signed integers. */
  firstAddress: number;
  lastAddress: number;
  hasPorts: boolean;
  firstPort: number;
  lastPort: number;
  /** -1 if there is none. */
  readonly basePort: number;
  readonly isRandom: boolean;
  readonly isPersistent: boolean;

  constructor({ addresses, ports, basePort, random, persistent }: NatRangeFields) {
    this.hasAddresses = addresses !== undefined;
    this.firstAddress = addresses === undefined ? 0 : ipv4Bits(addresses.min);
    this.lastAddress = addresses === undefined ? 0 : ipv4Bits(addresses.max);
    this.hasPorts = ports !== undefined;
    this.firstPort = ports?.min ?? 0;
    this.lastPort = ports?.max ?? 0;
    this.basePort = basePort ?? -1;
    this.isRandom = random === true;
    this.isPersistent = persistent === true;
  }

  /**
   * Becomes the range of one address, as a signed integer, and of one port, or of none if that is -1. For whoever asks for many
   * such ranges, one after the other. Precondition: it was made with an address and nothing else.
   */
  become(address: number, port: number): this {
    this.firstAddress = address;
    this.lastAddress = address;
    this.hasPorts = port >= 0;
    this.firstPort = port;
    this.lastPort = port;
    return this;
  }
}

/** A range of one address. */
export function toAddress(address: Address, rest?: NatRangeFields): NatRange {
  const addresses = { min: address, max: address };
  return new NatRange(rest === undefined ? { addresses } : { ...rest, addresses });
}

/**
 * Ranges of one address that is not known before a packet comes, as of a rule that takes that of a device. Packets of one rule
 * mostly want the same one, so the last is kept.
 */
export class RangeToAddress {
  readonly #rest: NatRangeFields;
  #address: Address | undefined;
  #range: NatRange | undefined;

  /** @param rest what is the same for all addresses */
  constructor(rest: NatRangeFields) {
    this.#rest = rest;
  }

  of(address: Address): NatRange {
    if (this.#range === undefined || this.#address !== address) {
      this.#address = address;
      this.#range = toAddress(address, this.#rest);
    }
    return this.#range;
  }
}
