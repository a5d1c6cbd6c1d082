import type { Packet } from '@chainwalk/core';
import type { Connection } from '../connections/connection.ts';
import type { HeaderView } from '../header-view.ts';

/** Which way a packet goes: from the client, or from the server. */
export type Direction = 'input' | 'output';

/** What a table of states is looked up by: a connection whose replies go past this host only sees one side. */
export type TableDirection = Direction | 'inputOnly';

/** Whether a packet without a connection may begin one. */
export type Admission = 'schedule' | 'pass' | 'drop';

/** The parameters that decide about first packets. */
export interface AdmissionRules {
  readonly sloppyTcp: boolean;
  readonly sloppySctp: boolean;
}

/** The per-host part of a protocol (`struct ip_vs_proto_data`): timeouts by state, in ticks, and which table is in use. */
export interface ProtocolData {
  readonly timeouts: number[];
  secure: boolean;
}

/** A protocol that IPVS balances (`struct ip_vs_protocol`). */
export interface IpvsProtocol {
  readonly number: number;
  /** As listings print it. */
  readonly name: string;
  /** Names of the states by number; state 0 is where an entry begins. */
  readonly states: readonly string[];
  /** Seconds by state. */
  readonly timeouts: readonly number[];
  /** Whether a packet without a connection may begin one; not asked about quoted packets. */
  admits(packet: Packet, rules: AdmissionRules): Admission;
  /** Whether the packet begins a connection of its own even where an entry exists (`is_new_conn`). */
  isNew(packet: Packet): boolean;
  /** Whether an entry in this state gives way to a new connection of the same tuple (`is_new_conn_expected`). */
  givesWay(connection: Connection, reuseMode: number): boolean;
  /** Changes state and timeout (`state_transition`); absent where a protocol has neither. */
  transition?(connection: Connection, direction: Direction, packet: Packet, data: ProtocolData): void;
  /** Ports under which its connections are kept, where these are not those of the packet. */
  readonly fixedPort?: number;
  /** Protocol under which its connections are kept, where that is another one. */
  readonly keptAs?: number;
  /** How `drop_entry` treats a state: `drop` at once, `rate` if long idle, `keep`. */
  dropEntry(state: number): 'drop' | 'rate' | 'keep';
}

/** The fields of a header that any protocol needs to be found. */
export function portsOf(header: HeaderView, protocol: IpvsProtocol): { client: number; server: number } | undefined {
  if (protocol.fixedPort !== undefined) return { client: protocol.fixedPort, server: protocol.fixedPort };
  if (header.sport === undefined || header.dport === undefined) return undefined;
  return header.inverse
    ? { client: header.dport, server: header.sport }
    : { client: header.sport, server: header.dport };
}

/** Enters a state: its timeout, and the server's active count. */
export function enterState(
  connection: Connection,
  state: number,
  active: boolean,
  established: boolean,
  data: ProtocolData,
): void {
  if (state !== connection.state) {
    const { destination } = connection;
    if (destination !== undefined) {
      if (!connection.inactive && !active) {
        destination.activeConnections--;
        connection.inactive = true;
      } else if (connection.inactive && active) {
        destination.activeConnections++;
        connection.inactive = false;
      }
    }
    if (established) connection.assureTemplate();
    connection.state = state;
  }
  connection.timeout = data.timeouts[state]!;
}

/** Which table a direction looks up, given what has been seen of the server (`IP_VS_CONN_F_NOOUTPUT`). */
export function tableDirection(connection: Connection, direction: Direction): TableDirection {
  if (!connection.noOutput) return direction;
  if (direction === 'input') return 'inputOnly';
  connection.noOutput = false;
  return direction;
}
