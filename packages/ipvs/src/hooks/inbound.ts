import type { Packet } from '@chainwalk/core';
import type { IpvsContext } from '../context.ts';
import type { HeaderView } from '../header-view.ts';
import type { IpvsProtocol } from '../protocols/protocol.ts';

/** A packet that asks for a server: a client's own, or an ICMP error, whose `header` is then the one that it quotes. */
export interface Inbound {
  readonly ipvs: IpvsContext;
  readonly packet: Packet;
  readonly header: HeaderView;
  /** Of the header. */
  readonly protocol: IpvsProtocol;
}
