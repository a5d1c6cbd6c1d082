import type { Address, EventHandle, Family } from '@chainwalk/core';
import type { ForwardMethod } from '../services/config.ts';
import type { Destination } from '../services/destination.ts';

/** What a connection is made of. */
export interface ConnectionParameters {
  readonly family: Family;
  /** 0 for templates of services by mark. */
  readonly protocol: number;
  readonly clientAddress: Address;
  readonly clientPort: number;
  readonly virtualAddress: Address;
  readonly virtualPort: number;
  readonly serverAddress: Address;
  readonly serverPort: number;
  readonly kind: ConnectionKind;
  readonly method: ForwardMethod | 'bypass';
  readonly fwmark: number;
}

/**
 * - `connection`: one between a client and its server
 * - `template`: what sticks a client to a server; it has no packets of its own
 * - `one-packet`: a single datagram's, never in the table
 */
export type ConnectionKind = 'connection' | 'template' | 'one-packet';

/**
 * An entry of the connection table (`struct ip_vs_conn`).
 *
 * Invariant: `controls` is the number of entries whose `control` is this one; while it is above 0 the entry does not
 * expire.
 */
export class Connection {
  readonly family: Family;
  readonly protocol: number;
  readonly clientAddress: Address;
  clientPort: number;
  readonly virtualAddress: Address;
  virtualPort: number;
  readonly serverAddress: Address;
  serverPort: number;
  readonly kind: ConnectionKind;
  readonly method: ForwardMethod | 'bypass';
  readonly fwmark: number;
  /** `undefined` for bypassing connections. */
  destination: Destination | undefined = undefined;
  /** The template, or the connection, that it belongs to. */
  control: Connection | undefined = undefined;
  controls = 0;
  /** Number in the protocol's list of states; of a template, 1 once it is assured. */
  state = 0;
  /** Not counted as active (`IP_VS_CONN_F_INACTIVE`). */
  inactive = true;
  /** No packet of the server has been seen, nor is one expected here (`IP_VS_CONN_F_NOOUTPUT`). */
  noOutput = false;
  /** Uses connection tracking (`IP_VS_CONN_F_NFCT`); fixed when it is made. */
  nfct = false;
  /** Whether it is in the table. */
  hashed = false;
  /** Packets of the client. */
  packetsIn = 0;
  /** In ticks; the timer restarts with it at each packet. */
  timeout: number;
  /** Tick at which the timer is due, as listings show it. */
  expires = 0;
  /** Tick at which the timer wheel will really fire. */
  firesAt = 0;
  /** Tick of the pending event, which may be earlier than {@link firesAt}. */
  eventAt = 0;
  event: EventHandle | undefined = undefined;
  /** Age: newer entries have larger numbers and stand further ahead in their bucket. */
  sequence = 0;
  bucket = 0;
  /** Neighbours among the entries of one client address and port: newer and older. */
  newer: Connection | undefined = undefined;
  older: Connection | undefined = undefined;

  constructor(parameters: ConnectionParameters, initialTimeout: number) {
    this.family = parameters.family;
    this.protocol = parameters.protocol;
    this.clientAddress = parameters.clientAddress;
    this.clientPort = parameters.clientPort;
    this.virtualAddress = parameters.virtualAddress;
    this.virtualPort = parameters.virtualPort;
    this.serverAddress = parameters.serverAddress;
    this.serverPort = parameters.serverPort;
    this.kind = parameters.kind;
    this.method = parameters.method;
    this.fwmark = parameters.fwmark;
    this.timeout = initialTimeout;
  }

  get isTemplate(): boolean {
    return this.kind === 'template';
  }

  /** Marks the template behind it as one that led to an established connection (`ip_vs_control_assure_ct`). */
  assureTemplate(): void {
    if (this.control?.kind === 'template') this.control.state = 1;
  }
}
