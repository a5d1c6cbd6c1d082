import {
  type Address,
  type Duration,
  type EventHandle,
  MILLISECOND,
  Packet,
  PROTOCOL,
  SECOND,
  type SimTime,
  type Simulation,
  TCP_FLAG,
  type TcpHeader,
  tcpHeader,
} from '@chainwalk/core';

/** What an endpoint's TCP is set to; the defaults are Linux's. */
export interface TcpSettings {
  /** SYNs sent again before the connection is given up: after 1 s, 2 s, 4 s ... (`tcp_syn_retries`). Default 6. */
  readonly synRetries?: number;
  /** `tcp_synack_retries`. Default 5. */
  readonly synAckRetries?: number;
  /** Data sent again before the connection is given up (`tcp_retries2`). Default 15. */
  readonly retries?: number;
  /** Bytes of a segment; there is no path MTU discovery. Default 1460. */
  readonly mss?: number;
  /** Segments that may be under way. Default 10. */
  readonly window?: number;
  /** How long the closing side keeps its port. Default 60 s. */
  readonly timeWait?: Duration;
  /** How long it waits for the other side to close as well (`tcp_fin_timeout`). Default 60 s. */
  readonly finTimeout?: Duration;
}

/** Why a connection ended: closed by both sides, or not. */
export type TcpEnd = 'closed' | 'refused' | 'reset' | 'timed-out' | 'unreachable';

/** Who uses a connection. */
export interface TcpUser {
  /** The handshake is done. */
  readonly connected?: () => void;
  /** A whole message has come. */
  readonly message?: () => void;
  /** The other side sends no more. */
  readonly peerClosed?: () => void;
  /** It is gone; told exactly once, and never for {@link TcpConnection.abort}. */
  readonly ended?: (end: TcpEnd) => void;
}

export interface TcpConnectionOptions {
  readonly simulation: Simulation;
  readonly settings: TcpSettings;
  readonly local: Address;
  readonly localPort: number;
  readonly remote: Address;
  readonly remotePort: number;
  /** The first sequence number. */
  readonly initial: number;
  readonly send: (packet: Packet) => void;
  /** Whatever becomes of it, its endpoint forgets it when this is called. */
  readonly forget: () => void;
}

const INITIAL_TIMEOUT: Duration = SECOND;
/** Of a connection whose SYN had to be sent again, so that no round trip is known (RFC 6298, 5.7). */
const FALLBACK_TIMEOUT: Duration = 3 * SECOND;
const LEAST_TIMEOUT: Duration = 200 * MILLISECOND;
const MOST_TIMEOUT: Duration = 120 * SECOND;

/**
 * One side of a TCP connection, as far as drops have consequences: handshake, messages cut into segments, cumulative
 * acknowledgement, retransmission with exponential backoff (RFC 6298), both ways of closing, TIME_WAIT, resets. PSH marks
 * the end of a message. After a timeout it goes back to the first segment not acknowledged, and doubles from one segment
 * up to the window; there is no fast retransmit, no selective acknowledgement and no delayed acknowledgement.
 *
 * Invariant: what was sent, not acknowledged and not given up has a timer running.
 */
export class TcpConnection {
  readonly remote: Address;
  readonly remotePort: number;
  readonly localPort: number;
  user: TcpUser = {};
  /** Packets sent again. */
  retransmissions = 0;
  #state: 'closed' | 'syn-sent' | 'syn-received' | 'established' | 'time-wait' = 'closed';
  readonly #options: TcpConnectionOptions;
  readonly #mss: number;
  readonly #window: number;
  // Positions in the stream that we send: 0 is the SYN, data begin at 1, the FIN follows the last byte.
  #acked = 0;
  #next = 0;
  #furthest = 0;
  #end = 1;
  #isClosing = false;
  /** Ends of messages not yet acknowledged. */
  readonly #messages: number[] = [];
  #congestion: number;
  /** The next sequence number that we want. */
  #wanted = 0;
  #peerClosed = false;
  #closedFirst = false;
  #owesAck = false;
  #timer: EventHandle | undefined;
  #timeout = INITIAL_TIMEOUT;
  #smoothed: number | undefined;
  #variance = 0;
  #tries = 0;
  /** A segment whose round trip is being measured: the position after it, and when it left. */
  #probe: { readonly position: number; readonly sent: SimTime } | undefined;

  constructor(options: TcpConnectionOptions) {
    this.#options = options;
    this.remote = options.remote;
    this.remotePort = options.remotePort;
    this.localPort = options.localPort;
    this.#mss = options.settings.mss ?? 1460;
    this.#window = (options.settings.window ?? 10) * this.#mss;
    this.#congestion = this.#window;
  }

  get isTimeWait(): boolean {
    return this.#state === 'time-wait';
  }

  /** Begins as a client. */
  open(): void {
    this.#state = 'syn-sent';
    this.#sendSyn();
  }

  /** Begins as a server, with the client's SYN. */
  accept(syn: TcpHeader): void {
    this.#state = 'syn-received';
    this.#wanted = (syn.seq + 1) >>> 0;
    this.#sendSyn();
  }

  /** Sends a message of so many bytes, at least one. Precondition: {@link close} was not called. */
  send(bytes: number): void {
    if (this.#isClosing || this.#state === 'closed' || this.#state === 'time-wait') return;
    this.#end += Math.max(1, Math.round(bytes));
    this.#messages.push(this.#end);
    this.#flush();
  }

  /** Sends no more after what was already given. */
  close(): void {
    if (this.#isClosing || this.#state === 'closed' || this.#state === 'time-wait') return;
    this.#isClosing = true;
    this.#closedFirst = !this.#peerClosed;
    this.#flush();
  }

  /** Gives up at once: a reset is sent if the other side knows of us, and the user hears nothing more. */
  abort(): void {
    if (this.#state === 'closed') return;
    if (this.#state !== 'syn-sent' && this.#state !== 'time-wait') {
      this.#transmit(this.#next, TCP_FLAG.RST | TCP_FLAG.ACK, 0);
    }
    this.user = {};
    this.#finish('reset');
  }

  /** An ICMP error quoted one of our packets: it ends a connection that is being opened (RFC 1122, 4.2.3.9). */
  unreachable(isRefusal: boolean): void {
    if (this.#state === 'syn-sent') this.#finish(isRefusal ? 'refused' : 'unreachable');
  }

  receive(tcp: TcpHeader, payloadLength: number): void {
    const isSyn = (tcp.flags & TCP_FLAG.SYN) !== 0;
    const isAck = (tcp.flags & TCP_FLAG.ACK) !== 0;
    if (this.#state === 'syn-sent') return this.#receiveInSynSent(tcp, isSyn, isAck);
    if (this.#state === 'closed') return;
    const ahead = (tcp.seq - this.#wanted) | 0;
    if ((tcp.flags & TCP_FLAG.RST) !== 0) {
      if (ahead === 0) this.#finish('reset');
      return;
    }
    if (isSyn) {
      // The client did not hear us; or it begins anew and has to hear that we still have the old connection.
      if (this.#state === 'syn-received' && ahead === -1) this.#retransmit();
      else this.#sendAck();
      return;
    }
    if (!isAck) return;
    this.#acknowledged(tcp.ack);
    if ((this.#state as string) === 'closed') return;
    const isFin = (tcp.flags & TCP_FLAG.FIN) !== 0;
    if (payloadLength > 0 || isFin) {
      this.#owesAck = true;
      if (ahead === 0 && this.#state === 'established') {
        this.#wanted = (this.#wanted + payloadLength + (isFin ? 1 : 0)) >>> 0;
        if (payloadLength > 0 && (tcp.flags & TCP_FLAG.PSH) !== 0) this.user.message?.();
        if (isFin && !this.#peerClosed) {
          this.#peerClosed = true;
          this.user.peerClosed?.();
        }
      }
    }
    if ((this.#state as string) === 'closed') return;
    this.#flush();
    if (this.#owesAck) this.#sendAck();
    this.#settle();
  }

  #receiveInSynSent(tcp: TcpHeader, isSyn: boolean, isAck: boolean): void {
    const isOurs = isAck && tcp.ack === (this.#options.initial + 1) >>> 0;
    if ((tcp.flags & TCP_FLAG.RST) !== 0) {
      if (isOurs) this.#finish('refused');
      return;
    }
    if (isAck && !isOurs) {
      // It answers to an older connection: let it forget that one; our SYN goes out again when its timer ends.
      this.#options.send(this.#packet(tcp.ack, 0, TCP_FLAG.RST, 0));
      return;
    }
    if (!isSyn || !isAck) return;
    this.#wanted = (tcp.seq + 1) >>> 0;
    this.#state = 'established';
    this.#acknowledged(tcp.ack);
    this.#sendAck();
    this.user.connected?.();
  }

  #acknowledged(ack: number): void {
    const advance = (ack - (this.#options.initial + this.#acked)) | 0;
    const position = this.#acked + advance;
    if (advance <= 0 || position > this.#furthest) return;
    const { now } = this.#options.simulation;
    if (this.#probe !== undefined && position >= this.#probe.position) {
      this.#measured(now - this.#probe.sent);
      this.#probe = undefined;
    } else if (this.#tries > 0) {
      this.#timeout = this.#smoothed === undefined ? FALLBACK_TIMEOUT : this.#settledTimeout();
    }
    this.#acked = position;
    this.#next = Math.max(this.#next, position);
    this.#tries = 0;
    this.#congestion = Math.min(this.#window, this.#congestion + this.#mss);
    while (this.#messages.length > 0 && this.#messages[0]! <= position) this.#messages.shift();
    this.#arm();
    if (this.#state === 'syn-received') {
      this.#state = 'established';
      this.user.connected?.();
    }
  }

  /** Smoothed round trip and its variation give the timeout (RFC 6298). */
  #measured(trip: Duration): void {
    if (this.#smoothed === undefined) {
      this.#smoothed = trip;
      this.#variance = trip / 2;
    } else {
      this.#variance = 0.75 * this.#variance + 0.25 * Math.abs(this.#smoothed - trip);
      this.#smoothed = 0.875 * this.#smoothed + 0.125 * trip;
    }
    this.#timeout = this.#settledTimeout();
  }

  #settledTimeout(): Duration {
    return Math.round(Math.min(MOST_TIMEOUT, this.#smoothed! + Math.max(LEAST_TIMEOUT, 4 * this.#variance)));
  }

  /** Sends what the window allows, and the FIN after the last byte. */
  #flush(): void {
    if (this.#state !== 'established') return;
    while (this.#next < this.#end && this.#next - this.#acked < this.#congestion) {
      let messageEnd = this.#end;
      for (const end of this.#messages) {
        if (end > this.#next) {
          messageEnd = end;
          break;
        }
      }
      const bytes = Math.min(this.#mss, messageEnd - this.#next);
      const flags = this.#next + bytes === messageEnd ? TCP_FLAG.ACK | TCP_FLAG.PSH : TCP_FLAG.ACK;
      this.#sendSegment(flags, bytes, bytes);
    }
    if (this.#isClosing && this.#next === this.#end) this.#sendSegment(TCP_FLAG.FIN | TCP_FLAG.ACK, 0, 1);
  }

  #sendSyn(): void {
    this.#sendSegment(this.#state === 'syn-sent' ? TCP_FLAG.SYN : TCP_FLAG.SYN | TCP_FLAG.ACK, 0, 1);
  }

  /** Sends from the next position on; `occupies` counts SYN and FIN as one. */
  #sendSegment(flags: number, bytes: number, occupies: number): void {
    const from = this.#next;
    this.#next += occupies;
    if (from < this.#furthest) {
      this.retransmissions++;
      this.#probe = undefined;
    } else this.#probe ??= { position: this.#next, sent: this.#options.simulation.now };
    this.#furthest = Math.max(this.#furthest, this.#next);
    if (this.#timer === undefined) this.#arm();
    this.#transmit(from, flags, bytes);
  }

  #sendAck(): void {
    this.#transmit(this.#next, TCP_FLAG.ACK, 0);
  }

  #transmit(position: number, flags: number, bytes: number): void {
    if ((flags & TCP_FLAG.ACK) !== 0) this.#owesAck = false;
    const ack = (flags & TCP_FLAG.ACK) === 0 ? 0 : this.#wanted;
    this.#options.send(this.#packet((this.#options.initial + position) >>> 0, ack, flags, bytes));
  }

  #packet(seq: number, ack: number, flags: number, bytes: number): Packet {
    const { local, remote, localPort, remotePort } = this.#options;
    return new Packet({
      src: local,
      dst: remote,
      protocol: PROTOCOL.tcp,
      dontFragment: true,
      transport: tcpHeader({ sport: localPort, dport: remotePort, seq, ack, flags }),
      payloadLength: bytes,
    });
  }

  #arm(): void {
    const { simulation } = this.#options;
    if (this.#timer !== undefined) simulation.cancel(this.#timer);
    this.#timer = undefined;
    if (this.#acked === this.#furthest) return;
    this.#timer = simulation.schedule(this.#timeout, () => this.#expired());
  }

  #expired(): void {
    this.#timer = undefined;
    const { settings } = this.#options;
    const limit =
      this.#state === 'syn-sent'
        ? (settings.synRetries ?? 6)
        : this.#state === 'syn-received'
          ? (settings.synAckRetries ?? 5)
          : (settings.retries ?? 15);
    if (++this.#tries > limit) return this.#finish('timed-out');
    this.#timeout = Math.min(MOST_TIMEOUT, this.#timeout * 2);
    this.#retransmit();
  }

  /** Goes back to the first segment that was not acknowledged. */
  #retransmit(): void {
    this.#next = this.#acked;
    this.#congestion = this.#mss;
    if (this.#state === 'syn-sent' || this.#state === 'syn-received') this.#sendSyn();
    else this.#flush();
  }

  /** Once both sides have closed, the one that began keeps the port for a while. */
  #settle(): void {
    if (this.#state !== 'established' || !this.#isClosing || this.#acked !== this.#end + 1) return;
    const { simulation, settings } = this.#options;
    if (this.#peerClosed) {
      const wait = this.#closedFirst ? (settings.timeWait ?? 60 * SECOND) : 0;
      if (wait === 0) return this.#finish('closed');
      this.#state = 'time-wait';
      if (this.#timer !== undefined) simulation.cancel(this.#timer);
      this.#timer = simulation.schedule(wait, () => this.#finish('closed'));
    } else if (this.#timer === undefined) {
      this.#timer = simulation.schedule(settings.finTimeout ?? 60 * SECOND, () => this.#finish('closed'));
    }
  }

  #finish(end: TcpEnd): void {
    if (this.#timer !== undefined) this.#options.simulation.cancel(this.#timer);
    this.#timer = undefined;
    this.#state = 'closed';
    this.#options.forget();
    this.user.ended?.(end);
  }
}
