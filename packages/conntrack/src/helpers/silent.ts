import { ACCEPT, type Packet, PROTOCOL, refuse } from '@chainwalk/core';
import { CtInfo, directionOf } from '../ctinfo.ts';
import type { Helper } from '../helper.ts';
import { Direction } from '../tuple.ts';

/** What is known of a helper that is not modelled: enough to know the packets in which it finds nothing. */
interface Silent extends Pick<Helper, 'name' | 'protocols' | 'maxExpected' | 'expectTimeout'> {
  /** Whether it looks at TCP only once both sides have spoken. */
  readonly waits: boolean;
  /** Whether it might announce a connection on account of this packet. */
  readonly announces: (packet: Packet, direction: Direction) => boolean;
  /** Seconds that a packet makes the connection live, if any. */
  readonly refreshes?: (packet: Packet, direction: Direction) => number | undefined;
}

/**
 * The helpers of Linux whose announcements are not modelled, as they are while they have nothing to announce: rules may
 * assign them, packets pass, and those that are read for announcements may make the connection live longer. The first
 * packet in which such a helper might find something is an error, since what it opens would be missing from then on.
 *
 * Kernel: `nf_conntrack_amanda.c`, `nf_conntrack_broadcast.c`, `nf_conntrack_tftp.c`, `nf_conntrack_sip.c`,
 * `nf_conntrack_irc.c`, `nf_conntrack_pptp.c`, `nf_conntrack_sane.c`, `nf_conntrack_h323_main.c`.
 */
export const SILENT_HELPERS: readonly Helper[] = [
  silent({
    name: 'amanda',
    protocols: [PROTOCOL.udp],
    maxExpected: 4,
    expectTimeout: 180,
    waits: false,
    announces: (packet, direction) => direction === Direction.REPLY && textOf(packet).includes('CONNECT '),
    refreshes: (_, direction) => (direction === Direction.REPLY ? 300 : undefined),
  }),
  broadcast('netbios-ns', 3),
  broadcast('snmp', 30),
  silent({
    name: 'tftp',
    protocols: [PROTOCOL.udp],
    maxExpected: 1,
    expectTimeout: 300,
    waits: false,
    // A request to read or to write.
    announces: (packet) => ['\0\x01', '\0\x02'].includes(textOf(packet).slice(0, 2)),
  }),
  silent({
    name: 'sip',
    protocols: [PROTOCOL.udp, PROTOCOL.tcp],
    maxExpected: 1,
    expectTimeout: 180,
    waits: true,
    announces: (packet) => /sip\/2\.0/i.test(textOf(packet)),
    refreshes: (packet) => (packet.payloadLength > 0 ? 3600 : undefined),
  }),
  silent({
    name: 'irc',
    protocols: [PROTOCOL.tcp],
    maxExpected: 8,
    expectTimeout: 300,
    waits: true,
    announces: (packet, direction) => direction === Direction.ORIGINAL && textOf(packet).includes(' :\x01DCC '),
  }),
  silent({
    name: 'pptp',
    protocols: [PROTOCOL.tcp],
    maxExpected: 2,
    expectTimeout: 300,
    waits: true,
    // The magic cookie of a control message.
    announces: (packet) => textOf(packet).startsWith('\x1a\x2b\x3c\x4d', 4),
  }),
  silent({
    name: 'sane',
    protocols: [PROTOCOL.tcp],
    maxExpected: 1,
    expectTimeout: 300,
    waits: true,
    // SANE_NET_START, whose answer names a port.
    announces: (packet, direction) =>
      direction === Direction.ORIGINAL && packet.payloadLength === 8 && textOf(packet).startsWith('\0\0\0\x07'),
  }),
  h323('RAS', PROTOCOL.udp, 32),
  h323('Q.931', PROTOCOL.tcp, 20),
  h323('H.245', PROTOCOL.udp, 18),
];

function silent({ waits, announces, refreshes, ...helper }: Silent): Helper {
  return {
    ...helper,
    help(packet, ct, conntrack) {
      const { ctinfo } = packet;
      const isTcp = ct.protocol === PROTOCOL.tcp;
      if (waits && isTcp && ctinfo !== CtInfo.ESTABLISHED && ctinfo !== CtInfo.ESTABLISHED_REPLY) return ACCEPT;
      const direction = directionOf(ctinfo);
      const seconds = refreshes?.(packet, direction);
      if (seconds !== undefined) conntrack.prolong(ct, conntrack.ticks(seconds));
      if (announces(packet, direction)) {
        const message = `a packet in which the helper ${helper.name} may find a connection: that is not modelled`;
        refuse('not-modelled', message, undefined, 'do not assign this helper');
      }
      return ACCEPT;
    },
  };
}

/** Announces who may answer a broadcast that this host itself sends. */
function broadcast(name: string, expectTimeout: number): Helper {
  return silent({
    name,
    protocols: [PROTOCOL.udp],
    maxExpected: 1,
    expectTimeout,
    waits: false,
    announces: ({ socket, route }, direction) =>
      socket !== undefined && direction === Direction.ORIGINAL && route?.type === 'broadcast',
  });
}

/** Reads messages in PER, of which zeros are the least: nothing is announced by them. */
function h323(name: string, protocol: number, maxExpected: number): Helper {
  return silent({
    name,
    protocols: [protocol],
    maxExpected,
    expectTimeout: 240,
    waits: true,
    announces: ({ payload, payloadLength }) => payload.subarray(0, payloadLength).some((byte) => byte !== 0),
  });
}

/** The payload as characters, as far as the packet spells it out: what follows is NUL. */
function textOf({ payload, payloadLength }: Packet): string {
  return String.fromCharCode(...payload.subarray(0, Math.min(payloadLength, 4096)));
}
