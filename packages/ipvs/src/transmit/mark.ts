import type { Address, IpvsMark, Packet } from '@chainwalk/core';
import type { IpvsContext } from '../context.ts';
import { viewOf } from '../header-view.ts';
import { type IpvsProtocol, portsOf } from '../protocols/protocol.ts';
import { protocolOf } from '../protocols/protocols.ts';

/** A packet that IPVS has handled and that no connection can be found for. */
export const HANDLED: IpvsMark = {};

/**
 * The mark of a request on its way to the server: whoever asks finds the connection by looking up the packet turned
 * round, as `-m ipvs` does in Linux. The look-up happens, and is metered, when it is asked for.
 */
export class RequestMark implements IpvsMark {
  readonly #ipvs: IpvsContext;
  readonly #protocol: IpvsProtocol;
  readonly #server: Address;
  readonly #serverPort: number;
  readonly #client: Address;
  readonly #clientPort: number;

  private constructor(ipvs: IpvsContext, protocol: IpvsProtocol, packet: Packet, client: number, server: number) {
    this.#ipvs = ipvs;
    this.#protocol = protocol;
    this.#server = packet.dst;
    this.#serverPort = server;
    this.#client = packet.src;
    this.#clientPort = client;
  }

  /** The mark of a packet as it is now, its addresses rewritten. */
  static of(ipvs: IpvsContext, packet: Packet): IpvsMark {
    const protocol = protocolOf(packet.protocol);
    const ports = protocol === undefined ? undefined : portsOf(viewOf(packet), protocol);
    if (protocol === undefined || ports === undefined) return HANDLED;
    return new RequestMark(ipvs, protocol, packet, ports.client, ports.server);
  }

  get connection(): IpvsMark['connection'] {
    const found = this.#ipvs.connections.table.findOut(
      this.#protocol.keptAs ?? this.#protocol.number,
      this.#server,
      this.#serverPort,
      this.#client,
      this.#clientPort,
    );
    if (found === undefined) return undefined;
    return {
      protocol: this.#protocol.number,
      virtualAddress: found.virtualAddress,
      virtualPort: found.virtualPort,
      controlPort: found.control?.virtualPort,
      method: found.method,
    };
  }
}
