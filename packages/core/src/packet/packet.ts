import type { Address, Family } from '../address/address.ts';
import { familyOf } from '../address/address.ts';
import type { MacAddress } from '../address/mac.ts';
import type { Device } from '../net/device.ts';
import type { Route } from '../net/route.ts';
import type { Socket } from '../net/socket.ts';
import type { Trace } from '../trace/trace.ts';
import { internetSum } from './checksum.ts';
import { cloneTransport, NO_BYTES, PROTOCOL, type Transport, transportLength } from './transport.ts';

/** How the link layer addressed a frame (`skb->pkt_type`, `PACKET_*`). */
export type PacketType = 'host' | 'broadcast' | 'multicast' | 'otherhost' | 'outgoing' | 'loopback';

/** The link-layer header a packet arrived with; absent on point-to-point layer-3 links. */
export interface LinkHeader {
  readonly source: MacAddress;
  readonly destination: MacAddress;
  /** EtherType, 0x0800 for IPv4. */
  readonly type: number;
}

/**
 * What IPVS knows of a packet that it has handled, for whoever matches on it (`-m ipvs`) without knowing IPVS.
 * Its presence is Linux's `skb->ipvs_property`.
 */
export interface IpvsMark {
  /** The connection that an out-look-up on the inverted packet finds: present on rewritten requests only. */
  readonly connection?:
    | {
        readonly protocol: number;
        readonly virtualAddress: Address;
        readonly virtualPort: number;
        /** Virtual port of the template or connection that this one belongs to; `undefined` if it is on its own. */
        readonly controlPort: number | undefined;
        readonly method: 'masq' | 'local' | 'tunnel' | 'route' | 'bypass';
      }
    | undefined;
}

/**
 * What Linux has read of the IP options of a packet (`struct ip_options`): where the recorded route and the timestamps begin
 * among them, -1 without; and whether this host has its address and the time to write there.
 */
export interface OptionMarks {
  route: number;
  writesRoute: boolean;
  times: number;
  writesAddress: boolean;
  writesTime: boolean;
  /** Where a security label begins. */
  label: number;
  /** How much the header adds up to beyond what its checksum says, as a number of ones' complement: 0 if it is right. */
  stale: number;
}

/** What a packet keeps of the fragments that it was put together from. */
export interface Reassembled {
  /** Length of the longest, header included (`IPCB->frag_max_size`). */
  readonly longest: number;
  /** Bytes behind the header of each, in order. Their sum is the packet's unless something changed its length since. */
  readonly lengths: readonly number[];
  /** The longest must not be cut, and nor must pieces that the packet is cut into anew (`IPSKB_FRAG_PMTU`). */
  readonly dontFragment: boolean;
}

/** The fields that make a packet; everything else starts as Linux starts it. */
export interface PacketFields {
  readonly src: Address;
  readonly dst: Address;
  readonly protocol: number;
  readonly ttl?: number;
  readonly tos?: number;
  readonly id?: number;
  readonly dontFragment?: boolean;
  readonly moreFragments?: boolean;
  /** In units of eight bytes, as on the wire. */
  readonly fragmentOffset?: number;
  readonly options?: Uint8Array;
  readonly transport?: Transport | undefined;
  readonly payload?: Uint8Array;
  readonly payloadLength?: number;
}

/**
 * A packet in flight: the IP header, the transport header, the payload, and what Linux keeps in `struct sk_buff` beside
 * them. Mutable and owned by whoever handles it at the moment; {@link Packet.clone} for anybody who keeps one.
 *
 * Invariant: `transport` is present exactly if the protocol is one that `transport.ts` models, the packet is no later
 * fragment, and the bytes of the header were all there.
 * Invariant: `payload.length <= payloadLength`; bytes beyond `payload.length` are zero (so a thousand-byte payload that
 * nobody looks into costs nothing, and a capture cut short keeps its lengths).
 */
export class Packet {
  src: Address;
  dst: Address;
  /** IANA number, 0 to 255. */
  protocol: number;
  /** 0 to 255. */
  ttl: number;
  /** The whole byte: DSCP and ECN. */
  tos: number;
  id: number;
  dontFragment: boolean;
  moreFragments: boolean;
  /** In units of eight bytes, as on the wire. */
  fragmentOffset: number;
  /** IP options, a multiple of four bytes. */
  options: Uint8Array;
  transport: Transport | undefined;
  payload: Uint8Array;
  payloadLength: number;

  /**
   * By how much the transport checksum was wrong on arrival, as a difference of ones' complement, for SCTP as the bits that
   * differ; 0 if it was right. Whoever changes a field adjusts a checksum, so that it stays wrong by as much.
   * Protocols whose header is not modelled have none.
   */
  checksumFault = 0;
  /** The checksum field of a first fragment: it covers bytes that are not here, so it cannot be computed. */
  fragmentChecksum: number | undefined = undefined;
  /** `skb->mark`, unsigned 32 bits: `-j MARK`, `ip rule fwmark`, IPVS services by mark. */
  mark = 0;
  /** `skb->priority`: the class that `-j CLASSIFY` chose, 32 bits. */
  priority = 0;
  packetType: PacketType = 'host';
  link: LinkHeader | undefined = undefined;
  /** The device it came in on (`skb->dev` on the way in); absent for locally made packets until they cross `lo`. */
  inDevice: Device | undefined = undefined;
  /**
   * The device that it was received on, where `inDevice` says another (`skb_iif` beside `skb->dev`): a copy that is on its
   * way out has both. `null`: it was made here.
   */
  receivedOn: Device | null | undefined = undefined;
  /** The cached routing decision (`skb_dst`). Whoever invalidates it sets `undefined`. */
  route: Route | undefined = undefined;
  /** The local socket that sent it (`skb->sk`), gone once it has crossed a device. */
  socket: Socket | undefined = undefined;
  /** The connection, whose type only `packages/conntrack` knows (`skb->_nfct`). */
  nfct: object | undefined = undefined;
  /** How the packet relates to {@link nfct}: the numbers of `enum ip_conntrack_info`; 7 is IP_CT_UNTRACKED. */
  ctinfo = 0;
  ipvs: IpvsMark | undefined = undefined;
  /** `skb->nf_trace`: every rule that matches is logged from here on (`-j TRACE`). */
  nfTrace = false;
  /** The fragments that it was put together from; it is cut as they were when it is sent. */
  reassembled: Reassembled | undefined = undefined;
  /** What was read of its options; absent until it is routed, and of packets without any. */
  optionMarks: OptionMarks | undefined = undefined;
  /**
   * Whether it is cut to an MTU though it forbids that (`skb->ignore_df`): messages of the host's ICMP, what conntrack put
   * together again, what IPVS sends on. It shows where something forbids cutting later, as TEE does for its copies.
   */
  ignoreDf = false;
  /** Where the steps of its walk are written; absent unless somebody asked to see them. */
  trace: Trace | undefined = undefined;
  /** The payload whose sum {@link payloadSum} remembers. */
  #summed: Uint8Array = NO_BYTES;
  #sum = 0;

  constructor(fields: PacketFields) {
    this.src = fields.src;
    this.dst = fields.dst;
    this.protocol = fields.protocol;
    this.ttl = fields.ttl ?? 64;
    this.tos = fields.tos ?? 0;
    this.id = fields.id ?? 0;
    this.dontFragment = fields.dontFragment ?? false;
    this.moreFragments = fields.moreFragments ?? false;
    this.fragmentOffset = fields.fragmentOffset ?? 0;
    this.options = fields.options ?? NO_BYTES;
    this.transport = fields.transport;
    this.payload = fields.payload ?? NO_BYTES;
    this.payloadLength = fields.payloadLength ?? this.payload.length;
  }

  get family(): Family {
    return familyOf(this.src);
  }

  /** Whether the transport checksum is wrong. Nobody tests that of a copy which never left (`dev_loopback_xmit`). */
  get badChecksum(): boolean {
    return this.checksumFault !== 0 && this.packetType !== 'loopback';
  }

  /** Somebody needs it in one piece: it does not fall into the fragments that it came in any more (`skb_linearize`). */
  joinFragments(): void {
    if (this.reassembled !== undefined) this.reassembled = { ...this.reassembled, lengths: [] };
  }

  /** Bytes of the IP header with its options. */
  get headerLength(): number {
    return this.options === NO_BYTES ? 20 : 20 + this.options.length;
  }

  /** Bytes behind the IP header. */
  get bodyLength(): number {
    const { transport } = this;
    return (transport === undefined ? 0 : transportLength(transport)) + this.payloadLength;
  }

  /** The IP total length: what `-m length` tests and every counter adds. */
  get length(): number {
    return this.headerLength + this.bodyLength;
  }

  /** Whether it is a fragment, the first one included. */
  get isFragment(): boolean {
    return this.moreFragments || this.fragmentOffset !== 0;
  }

  /**
   * Source and destination port for every protocol that keeps them in its first four bytes (TCP, UDP, UDP-Lite, SCTP,
   * DCCP); `undefined` for other protocols, later fragments and cut headers.
   */
  get ports(): { readonly sport: number; readonly dport: number } | undefined {
    const transport = this.transport;
    if (transport !== undefined) return transport.kind === 'icmp' ? undefined : transport;
    if (this.fragmentOffset !== 0) return undefined;
    if (this.protocol !== PROTOCOL.udplite && this.protocol !== PROTOCOL.dccp) return undefined;
    if (this.payloadLength < 4) return undefined;
    // Bytes that are absent are zero.
    const [a = 0, b = 0, c = 0, d = 0] = this.payload;
    return { sport: (a << 8) | b, dport: (c << 8) | d };
  }

  /**
   * The sum of the 16-bit words of the payload, not folded: the greater part of every transport checksum. Computed once
   * for a payload, since nobody writes its bytes in place.
   */
  get payloadSum(): number {
    const { payload, payloadLength } = this;
    if (payload.length > payloadLength) return internetSum(payload, 0, 0, payloadLength);
    if (this.#summed !== payload) {
      this.#sum = internetSum(payload);
      this.#summed = payload;
    }
    return this.#sum;
  }

  /** A copy with its own headers and metadata; payload bytes are shared, since nobody writes them in place. */
  clone(): Packet {
    const copy = new Packet(this);
    copy.transport = this.transport === undefined ? undefined : cloneTransport(this.transport);
    copy.checksumFault = this.checksumFault;
    copy.fragmentChecksum = this.fragmentChecksum;
    copy.mark = this.mark;
    copy.priority = this.priority;
    copy.packetType = this.packetType;
    copy.link = this.link;
    copy.inDevice = this.inDevice;
    copy.receivedOn = this.receivedOn;
    copy.route = this.route;
    copy.socket = this.socket;
    copy.nfct = this.nfct;
    copy.ctinfo = this.ctinfo;
    copy.ipvs = this.ipvs;
    copy.nfTrace = this.nfTrace;
    copy.optionMarks = this.optionMarks;
    copy.reassembled = this.reassembled;
    copy.ignoreDf = this.ignoreDf;
    copy.trace = this.trace;
    copy.#summed = this.#summed;
    copy.#sum = this.#sum;
    return copy;
  }
}
