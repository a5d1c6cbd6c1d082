import { CtInfo } from '@chainwalk/conntrack';
import {
  attachBody,
  drop,
  encodeBody,
  fold,
  internetSum,
  Packet,
  PROTOCOL,
  TCP_FLAG,
  tcpResetFor,
} from '@chainwalk/core';
import { type ActionParam, badOption, KernelRefusal, NO_DEMANDS, type TargetExtension } from '../x_tables/extension.ts';

/** How a packet is rejected: the name that iptables-save prints, its short form, and the ICMP code of type 3. */
interface RejectType {
  readonly name: string;
  readonly alias: string;
  /** Absent: a TCP reset. */
  readonly code?: number;
}

/** In the order in which a prefix of a name is looked for. */
const TYPES: readonly RejectType[] = [
  { name: 'icmp-net-unreachable', alias: 'net-unreach', code: 0 },
  { name: 'icmp-host-unreachable', alias: 'host-unreach', code: 1 },
  { name: 'icmp-proto-unreachable', alias: 'proto-unreach', code: 2 },
  { name: 'icmp-port-unreachable', alias: 'port-unreach', code: 3 },
  { name: 'icmp-net-prohibited', alias: 'net-prohib', code: 9 },
  { name: 'icmp-host-prohibited', alias: 'host-prohib', code: 10 },
  { name: 'tcp-reset', alias: 'tcp-rst' },
  { name: 'icmp-admin-prohibited', alias: 'admin-prohib', code: 13 },
];

const PORT_UNREACHABLE = TYPES[3]!;
const REJECTED = drop('netfilter-reject');

/** Protocols whose checksum does not cover the payload, or is none: they are answered without a test. */
const UNTESTED: ReadonlySet<number> = new Set([
  PROTOCOL.gre,
  PROTOCOL.ah,
  PROTOCOL.esp,
  PROTOCOL.sctp,
  PROTOCOL.udplite,
  PROTOCOL.dccp,
]);

/**
 * `-j REJECT`: drops the packet and tells its sender, by an ICMP error of type 3 or a TCP reset.
 *
 * Nobody is told of a later fragment, of a packet with a wrong checksum, of one that was not addressed to this host on
 * the link, or of one to a broadcast address; nor of an ICMP error, nor with a reset of a reset. ICMP errors are limited
 * by {@link Host.icmp}; resets are not.
 *
 * Kernel: `net/ipv4/netfilter/ipt_REJECT.c`, `nf_send_unreach` and `nf_send_reset` of `nf_reject_ipv4.c`.
 */
export const rejectTarget: TargetExtension<RejectType, undefined> = {
  name: 'REJECT',
  options: [{ name: 'reject-with', args: 1 }],
  size: 40,
  sharesInfo: true,
  demands: NO_DEMANDS,
  tables: ['filter'],
  hooks: ['INPUT', 'FORWARD', 'OUTPUT'],

  parse([option]) {
    if (option === undefined) return PORT_UNREACHABLE;
    const text = option.values[0]!.toLowerCase();
    const type = TYPES.find(({ name, alias }) => name.startsWith(text) || alias.startsWith(text));
    if (type === undefined)
      badOption(
        option,
        `unknown reject type "${option.values[0]!}"`,
        `use one of ${TYPES.map(({ name }) => name).join(', ')}`,
      );
    return type;
  },

  save: ({ name }) => ` --reject-with ${name}`,
  list: ({ name }) => ` reject-with ${name}`,

  check({ code }, { ip }) {
    if (code === undefined && (ip.protocol?.number !== PROTOCOL.tcp || ip.protocol.inverted)) {
      throw new KernelRefusal('EINVAL', 'REJECT --reject-with tcp-reset needs -p tcp');
    }
  },

  compile({ code }) {
    return {
      apply: (packet, par) => {
        if (code === undefined) sendReset(packet, par);
        else if (packet.fragmentOffset === 0 && hasGoodChecksum(packet, par)) par.host.icmp.send(packet, 3, code);
        return REJECTED;
      },
    };
  },
};

/** Whether the transport checksum is right, as far as the kernel looks at it (`nf_reject_verify_csum`, `nf_ip_checksum`). */
function hasGoodChecksum(packet: Packet, { net }: ActionParam): boolean {
  const { protocol, transport } = packet;
  if (UNTESTED.has(protocol)) return true;
  if (transport?.kind === 'udp' && !transport.hasChecksum) return true;
  // The sum begins with the IP header, whose checksum is not made anew when its options are written into. What conntrack
  // found right before that stays right.
  if (packet.optionMarks !== undefined && packet.optionMarks.stale !== 0) {
    const isTested = net.conntrack.isActive && packet.ctinfo !== CtInfo.UNTRACKED && transport !== undefined;
    if (!isTested || packet.moreFragments) return false;
  }
  if (transport !== undefined && !packet.moreFragments) return !packet.badChecksum;
  if (transport?.kind === 'tcp' || transport?.kind === 'udp') return holdsInPart(packet);
  // A TCP or UDP header that is cut short holds none.
  if (protocol === PROTOCOL.tcp || protocol === PROTOCOL.udp) return false;
  // Of a protocol that it does not know Linux expects what ICMP does: that all words add up to 0xffff, or are zero.
  const sum = fold(internetSum(encodeBody(packet)));
  return sum === 0xffff || sum === 0;
}

/** Whether a first fragment alone has the checksum of its datagram, as it has by chance. */
function holdsInPart(packet: Packet): boolean {
  const body = encodeBody(packet);
  const part = packet.clone();
  part.moreFragments = false;
  attachBody(part, body, body.length);
  return !part.badChecksum;
}

/** Answers with a RST (`nf_send_reset`), whose state its connection follows where it is in the table. */
function sendReset(packet: Packet, par: ActionParam): void {
  const { host } = par;
  const tcp = packet.transport;
  if (tcp?.kind !== 'tcp' || !hasGoodChecksum(packet, par) || (tcp.flags & TCP_FLAG.RST) !== 0) return;
  if (packet.route?.type === 'broadcast' || packet.route?.type === 'multicast') return;
  const answer = new Packet({
    src: packet.dst,
    dst: packet.src,
    protocol: PROTOCOL.tcp,
    ttl: host.sysctls.defaultTtl.value,
    dontFragment: true,
    transport: tcpResetFor(tcp, packet.bodyLength - tcp.dataOffset * 4),
  });
  answer.packetType = 'outgoing';
  if (host.sysctls.fwmarkReflect.value !== 0) answer.mark = packet.mark;
  if (packet.trace !== undefined) {
    answer.trace = packet.trace.branch('TCP reset', answer);
    answer.trace.add({ kind: 'send', by: 'REJECT' });
  }
  // The device that the rejected packet's socket is bound to counts for the way back; the socket itself does not.
  answer.socket = packet.socket;
  const unroutable = host.routeMeHarder(answer) !== undefined;
  answer.socket = undefined;
  if (unroutable || answer.length > answer.route!.mtu) return;
  host.attachConnection?.(answer, packet);
  par.net.conntrack.setClosing(packet);
  host.sendAnswer(answer);
}
