import type { SysctlDeclaration, SysctlTable } from './sysctl.ts';

/**
 * Of each device: links have no ARP here, no sender is sent to a better gateway, martians are not logged, and neither source
 * routes nor IPsec are there.
 */
const OF_DEVICES: Readonly<Record<string, number>> = {
  accept_redirects: 1,
  accept_source_route: 0,
  arp_accept: 0,
  arp_announce: 0,
  arp_filter: 0,
  arp_ignore: 0,
  arp_notify: 0,
  disable_policy: 0,
  disable_xfrm: 0,
  drop_gratuitous_arp: 0,
  drop_unicast_in_l2_multicast: 0,
  log_martians: 0,
  proxy_arp: 0,
  proxy_arp_pvlan: 0,
  secure_redirects: 1,
  tag: 0,
};

/** Bytes of `net.ipv4`, of sockets and of TCP connections that end here, of which this host has none. */
const BYTES: Readonly<Record<string, number>> = {
  icmp_ignore_bogus_error_responses: 1,
  ip_early_demux: 1,
  ip_forward_update_priority: 1,
  ip_nonlocal_bind: 0,
  tcp_early_demux: 1,
  tcp_ecn: 2,
  tcp_fwmark_accept: 0,
  tcp_sack: 1,
  tcp_syncookies: 1,
  tcp_timestamps: 1,
  tcp_window_scaling: 1,
  udp_early_demux: 1,
};

const OTHERS: readonly SysctlDeclaration[] = [
  { name: 'net.ipv4.tcp_tw_reuse', default: 2, min: 0, max: 2 },
  { name: 'net.ipv4.tcp_fin_timeout', default: 60, max: 21474836 },
  { name: 'net.ipv4.tcp_keepalive_time', default: 7200, max: 21474836 },
];

/** Declares parameters that nodes set and that change nothing of what is modelled: nobody reads them here. */
export function declareSysctlsWithoutEffect(table: SysctlTable): void {
  for (const [name, value] of Object.entries(OF_DEVICES)) table.declarePerDevice(name, { default: value });
  for (const [name, value] of Object.entries(BYTES))
    table.declare({ name: `net.ipv4.${name}`, default: value, min: 0, max: 255 });
  for (const declaration of OTHERS) table.declare(declaration);
}
