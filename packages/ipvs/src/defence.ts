import { type EventHandle, type Host, tickTime } from '@chainwalk/core';
import type { Connection } from './connections/connection.ts';
import type { Connections } from './connections/connections.ts';
import type { ProtocolData } from './protocols/protocol.ts';
import { protocolOf } from './protocols/protocols.ts';
import type { IpvsSysctls } from './sysctls.ts';
import { PeriodicClock } from './timers.ts';

/** Mode that is always on; 1 and 2 wait for memory to run short. */
const ALWAYS = 3;
/** One bucket in so many is looked at each second. */
const BUCKET_SHARE = 32;
/** Seconds of silence after which an established entry may be dropped. */
const IDLE_SECONDS = 60;
/** Entries with more packets than this are safe. */
const FEW_PACKETS = 8;

/**
 * What IPVS does under attack (`update_defense_level`, `ip_vs_ctl.c`): drop every n-th new connection, drop half-open
 * entries, and distrust clients' handshakes. Memory never runs short here, so that modes 1 and 2 stand by for ever.
 */
export class Defence {
  readonly #host: Host;
  readonly #clock: PeriodicClock;
  readonly #tcp: ProtocolData;
  #sysctls: IpvsSysctls | undefined;
  #connections: Connections | undefined;
  /** Every how many new connections one is dropped; 0 for none. */
  #dropRate = 0;
  #dropCounter = 0;
  #dropsEntries = false;
  #event: EventHandle | undefined;
  /** Countdowns by number of packets (`todrop_counter`). */
  readonly #countdown: number[] = new Array<number>(FEW_PACKETS + 1).fill(0);

  constructor(host: Host, tcp: ProtocolData) {
    this.#host = host;
    this.#tcp = tcp;
    this.#clock = new PeriodicClock(host, host.hz);
  }

  /** Gives it what it works on, once that exists. */
  attach(sysctls: IpvsSysctls, connections: Connections): void {
    this.#sysctls = sysctls;
    this.#connections = connections;
  }

  /** A parameter was written; the answer is the mode that is kept. Mode 2, without need, falls back to 1 at once. */
  setMode(name: 'drop_entry' | 'drop_packet' | 'secure_tcp', mode: number): number {
    const on = mode === ALWAYS;
    switch (name) {
      case 'drop_entry':
        this.#dropsEntries = on;
        if (on) this.#schedule();
        break;
      case 'drop_packet':
        this.#dropRate = on ? (this.#sysctls?.amDroprate.value ?? 0) : 0;
        break;
      case 'secure_tcp':
        this.#tcp.secure = on;
        break;
    }
    return mode === 2 ? 1 : mode;
  }

  /** `am_droprate` changed: it counts from the next second on. */
  rateChanged(): void {
    if (this.#dropRate !== 0) this.#schedule();
  }

  /** A connection entered the table; if entries are being dropped, the rounds go on. */
  connectionAdded(): void {
    if (this.#dropsEntries) this.#schedule();
  }

  /** Whether this new connection is the one to drop (`ip_vs_todrop`). */
  dropsNew(): boolean {
    if (this.#dropRate === 0) return false;
    if (--this.#dropCounter > 0) return false;
    this.#dropCounter = this.#dropRate;
    return true;
  }

  #schedule(): void {
    if (this.#event !== undefined) return;
    void this.#clock.count;
    this.#event = this.#host.simulation.scheduleAt(tickTime(this.#host, this.#clock.nextTick), () => this.#round());
  }

  /** Once a second, as long as there is something to do. */
  #round(): void {
    this.#event = undefined;
    if (this.#sysctls?.dropPacket.value === ALWAYS) this.#dropRate = this.#sysctls.amDroprate.value;
    if (!this.#dropsEntries || this.#connections === undefined) return;
    this.#dropRandomEntries(this.#connections);
    if (this.#connections.table.count > 0) this.#schedule();
  }

  /** `ip_vs_random_dropentry`. */
  #dropRandomEntries(connections: Connections): void {
    const random = this.#host.simulation.random.stream('ipvs-drop-entry');
    const { table } = connections;
    for (let round = 0; round < table.size / BUCKET_SHARE; round++) {
      for (const connection of table.bucket(random.below(table.size))) {
        if (connection.hashed && connection.controls === 0 && this.#mayDrop(connection)) connections.delete(connection);
      }
    }
  }

  #mayDrop(connection: Connection): boolean {
    if (connection.isTemplate) {
      if (connection.destination?.service.settings.onePacket === true) return this.#isIdle(connection);
      return connection.state === 0;
    }
    const fate = protocolOf(connection.protocol)?.dropEntry(connection.state) ?? 'rate';
    return fate === 'drop' || (fate === 'rate' && this.#isIdle(connection));
  }

  /** Silent for a minute, and the n-th of those with n packets (`todrop_entry`). */
  #isIdle(connection: Connection): boolean {
    const idleSince = connection.expires - connection.timeout;
    if (this.#host.jiffies < idleSince + IDLE_SECONDS * this.#host.hz) return false;
    const packets = connection.packetsIn;
    if (packets === 0 || packets > FEW_PACKETS) return false;
    if (--this.#countdown[packets]! > 0) return false;
    this.#countdown[packets] = packets;
    return true;
  }
}
