import { formatIpv4, Hook, type Ipv4Address, isRouteFailure, type Packet } from '@chainwalk/core';
import { type ActionParam, badOption, CONTINUE, KernelRefusal, type TargetExtension } from '../x_tables/extension.ts';
import { cutUtf8 } from '../x_tables/utf8.ts';
import { parseHostAddress } from '../x_tables/values.ts';

interface TeeInfo {
  readonly gateway: Ipv4Address;
  /** Device to leave by; '' for what the route to the gateway says. At most 15 bytes. */
  readonly oif: string;
}

interface TeeState {
  readonly copies: Copies;
  readonly release: () => void;
}

/** How many copies of copies one instant may see. */
const MOST_COPIES_OF_COPIES = 1000;

/** What all TEE rules of a host share. */
class Copies {
  /** While a copy is being sent nothing is copied (`nf_skb_duplicated`). */
  underWay = false;
  readonly #made = new WeakSet<Packet>();
  #instant = -1;
  #ofCopies = 0;

  /**
   * Whether one more copy may be made. A copy that comes back in through `lo` is copied again, which in Linux can go on
   * for ever; here time does not pass meanwhile, so there is an end to it.
   */
  admit(original: Packet, now: number): boolean {
    if (!this.#made.has(original)) return true;
    if (now !== this.#instant) {
      this.#instant = now;
      this.#ofCopies = 0;
    }
    return ++this.#ofCopies <= MOST_COPIES_OF_COPIES;
  }

  note(copy: Packet): void {
    this.#made.add(copy);
  }
}

/**
 * `-j TEE`: sends a copy to another host, addresses unchanged, and goes on with the original. The copy is untracked, must
 * not be fragmented, and has crossed OUTPUT and POSTROUTING before the original's next rule is looked at. Before routing
 * it loses one of its time to live, so that two hosts cannot play ball with it for ever.
 *
 * Kernel: `net/netfilter/xt_TEE.c`, `nf_dup_ipv4`.
 */
export const teeTarget: TargetExtension<TeeInfo, TeeState> = {
  name: 'TEE',
  options: [
    { name: 'gateway', args: 1, mandatory: true },
    { name: 'oif', args: 1 },
  ],
  size: 72,

  parse(options) {
    const option = options.find(({ name }) => name === 'gateway');
    const text = option?.values[0] ?? '';
    const gateway = parseHostAddress(text) ?? badOption(option, `"${text}" is no IPv4 address`);
    return { gateway, oif: cutUtf8(options.find(({ name }) => name === 'oif')?.values[0] ?? '', 15) };
  },

  save: ({ gateway, oif }) => ` --gateway ${formatIpv4(gateway)}${oif === '' ? '' : ` --oif ${oif}`}`,
  list: ({ gateway, oif }) => ` TEE gw:${formatIpv4(gateway)}${oif === '' ? '' : ` oif=${oif}`}`,

  check({ gateway }) {
    if (gateway === 0) throw new KernelRefusal('EINVAL', 'TEE needs a gateway other than 0.0.0.0');
  },

  compile(info) {
    return {
      createState: (net) => {
        const { value, release } = net.named('TEE', 'copies', () => new Copies());
        return { copies: value, release };
      },
      destroyState: ({ release }) => release(),
      apply: (packet, par, { copies }) => {
        if (copies.underWay) return CONTINUE;
        copies.underWay = true;
        try {
          duplicate(packet, par, info, copies);
        } finally {
          copies.underWay = false;
        }
        return CONTINUE;
      },
    };
  },
};

function duplicate(packet: Packet, { host, hook }: ActionParam, { gateway, oif }: TeeInfo, copies: Copies): void {
  const route = host.routeOutput({
    destination: gateway,
    source: undefined,
    tos: packet.tos & 0x1e,
    mark: 0,
    // A device that is not there is no restriction.
    outDevice: oif === '' ? undefined : host.device(oif),
  });
  if (isRouteFailure(route)) return;
  const copy = packet.clone();
  copy.joinFragments();
  copy.nfct = undefined;
  copy.ctinfo = UNTRACKED;
  // `pskb_copy` leaves the socket behind.
  copy.socket = undefined;
  copy.dontFragment = true;
  // It shares its fragments with the packet, and so is not sent on in the same.
  if (copy.reassembled !== undefined) copy.reassembled = { ...copy.reassembled, lengths: [] };
  if (hook === Hook.PREROUTING || hook === Hook.LOCAL_IN) copy.ttl = (copy.ttl - 1) & 255;
  if (!copies.admit(packet, host.simulation.now)) return host.drop(copy, 'backlog-full', 'TEE');
  copies.note(copy);
  copy.route = route;
  // Only POSTROUTING sees it, as the device that the copy came in on.
  copy.receivedOn = packet.receivedOn === undefined ? (packet.inDevice ?? null) : packet.receivedOn;
  copy.inDevice = route.device;
  if (packet.trace !== undefined) {
    copy.trace = packet.trace.branch(`TEE to ${formatIpv4(gateway)}`, copy);
    copy.trace.add({ kind: 'send', by: 'TEE' });
  }
  host.sendAnswer(copy);
}

/** `IP_CT_UNTRACKED`. */
const UNTRACKED = 7;
