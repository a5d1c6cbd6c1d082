import { type Host, tickTime, wheelTick } from '@chainwalk/core';
import type { Nfct } from '../nfct.ts';
import type { Destination } from '../services/destination.ts';
import type { IpvsSysctls } from '../sysctls.ts';
import { Connection, type ConnectionParameters } from './connection.ts';
import { ConnectionTable } from './connection-table.ts';

/** Seconds that a new entry gets before its first packet sets a state. */
const INITIAL_SECONDS = 3;
/** Seconds after which an entry that could not expire tries again. */
const RETRY_SECONDS = 60;
/** Port that a template gets when its server is gone, so that it is found no more. */
const STALE_PORT = 0xffff;

/**
 * The life of connections: made, bound to a server, kept alive by packets, expired by timers (`ip_vs_conn.c`).
 *
 * Invariant: a server's counts are those of the connections bound to it.
 */
export class Connections {
  readonly table: ConnectionTable;
  readonly #host: Host;
  readonly #sysctls: IpvsSysctls;
  readonly #nfct: Nfct;
  /** Whether IPVS ever had a service: until then nothing is to be killed in conntrack. */
  enabled = false;

  constructor(host: Host, sysctls: IpvsSysctls, nfct: Nfct, tableBits: number) {
    this.#host = host;
    this.#sysctls = sysctls;
    this.#nfct = nfct;
    this.table = new ConnectionTable(tableBits, host.simulation.random.stream('ipvs-hash'), host.meter);
  }

  /** A new entry, bound and in the table (`ip_vs_conn_new`). Its timer begins with the first {@link put}. */
  create(parameters: ConnectionParameters, destination: Destination | undefined): Connection {
    const connection = new Connection(parameters, INITIAL_SECONDS * this.#host.hz);
    if (destination !== undefined) {
      connection.noOutput = parameters.method !== 'masq';
      connection.destination = destination;
      destination.references++;
      destination.bound(connection);
    }
    connection.nfct = this.#sysctls.conntrack.value !== 0;
    if (connection.kind !== 'one-packet') this.table.insert(connection);
    return connection;
  }

  /** Makes one entry part of another (`ip_vs_control_add`). */
  control(connection: Connection, control: Connection): void {
    connection.control = control;
    control.controls++;
  }

  /** A packet is done with its entry: the timer starts anew; a single datagram's entry ends (`ip_vs_conn_put`). */
  put(connection: Connection): void {
    if (connection.kind === 'one-packet') this.#end(connection);
    else this.#arm(connection, this.#host.jiffies + connection.timeout);
  }

  /** Ends an entry with the next tick (`ip_vs_conn_expire_now`). */
  expireNow(connection: Connection): void {
    const now = this.#host.jiffies;
    if (connection.event !== undefined && connection.expires > now) this.#arm(connection, now);
  }

  /** Ends an entry at once, if nothing depends on it (`ip_vs_conn_del`). */
  delete(connection: Connection): void {
    if (connection.event === undefined) return;
    this.#disarm(connection);
    if (connection.control !== undefined) connection.timeout = 0;
    this.#expire(connection);
  }

  /** Seconds until an entry is due, as listings show them. */
  remainingSeconds(connection: Connection): number {
    return Math.max(0, Math.floor((connection.expires - this.#host.jiffies) / this.#host.hz));
  }

  /** Makes a template unfindable because its server cannot be used any more (`ip_vs_check_template`). */
  retire(template: Connection): void {
    if (template.virtualPort === STALE_PORT || !this.table.remove(template)) return;
    template.serverPort = STALE_PORT;
    template.virtualPort = STALE_PORT;
    template.clientPort = 0;
    this.table.insert(template);
  }

  /** Ends the connections of servers that are gone (`ip_vs_expire_nodest_conn_flush`). */
  flushWithoutServer(): void {
    for (const connection of [...this.table.entries()]) {
      if (!connection.hashed || connection.destination === undefined || connection.destination.available) continue;
      if (connection.controls > 0) continue;
      const { control } = connection;
      this.delete(connection);
      if (control !== undefined && control.controls === 0) this.delete(control);
    }
  }

  #arm(connection: Connection, expires: number): void {
    const now = this.#host.jiffies;
    connection.expires = expires;
    connection.firesAt = wheelTick(expires, now);
    // A pending event that comes early looks again then: packets that restart the timer cost no queue operation.
    if (connection.event !== undefined) {
      if (connection.eventAt <= connection.firesAt) return;
      this.#host.simulation.cancel(connection.event);
    }
    this.#schedule(connection);
  }

  #schedule(connection: Connection): void {
    connection.eventAt = connection.firesAt;
    connection.event = this.#host.simulation.scheduleAt(tickTime(this.#host, connection.firesAt), () =>
      this.#fire(connection),
    );
  }

  #disarm(connection: Connection): void {
    if (connection.event !== undefined) this.#host.simulation.cancel(connection.event);
    connection.event = undefined;
  }

  #fire(connection: Connection): void {
    connection.event = undefined;
    if (connection.firesAt > connection.eventAt) this.#schedule(connection);
    else this.#expire(connection);
  }

  /** `ip_vs_conn_expire`. */
  #expire(connection: Connection): void {
    if (connection.controls > 0) {
      connection.timeout = RETRY_SECONDS * this.#host.hz;
      this.#arm(connection, this.#host.jiffies + connection.timeout);
      return;
    }
    this.table.remove(connection);
    this.#end(connection);
  }

  #end(connection: Connection): void {
    const { control } = connection;
    if (control !== undefined) {
      connection.control = undefined;
      control.controls--;
      // Whoever was deleted before its time takes its template along, unless that served an established connection.
      const forced = connection.timeout === 0;
      if (forced && control.controls === 0 && !(control.isTemplate && control.state !== 0)) this.delete(control);
    }
    if (connection.nfct && connection.kind !== 'one-packet' && this.enabled && connection.clientPort !== 0) {
      this.#nfct.kill(
        connection.protocol,
        connection.clientAddress,
        connection.clientPort,
        connection.virtualAddress,
        connection.virtualPort,
      );
    }
    const { destination } = connection;
    if (destination === undefined) return;
    destination.references--;
    destination.unbound(connection);
  }
}
