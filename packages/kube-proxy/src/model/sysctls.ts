import { SECOND } from '@chainwalk/core';
import type { ProxyMode } from '../api/proxy-config.ts';
import type { ProxySettings } from './settings.ts';

/** Kernel parameters by name, with the values that kube-proxy writes. */
export type Sysctls = Readonly<Record<string, number>>;

/** What kube-proxy sets when it starts. `kernel` is `major.minor`, which decides about conn_reuse_mode. */
export function proxySysctls(
  mode: ProxyMode,
  settings: ProxySettings,
  kernel: readonly [number, number] = [6, 1],
): Sysctls {
  return { ...conntrackSysctls(settings), ...modeSysctls(mode, settings, kernel) };
}

function conntrackSysctls(settings: ProxySettings): Sysctls {
  const { conntrack } = settings.config;
  const sysctls: Record<string, number> = {};
  if (conntrack.maxPerCore > 0) {
    sysctls['net.netfilter.nf_conntrack_max'] = Math.max(conntrack.min, conntrack.maxPerCore * settings.node.cpus);
  }
  const timeouts = [
    ['tcp_timeout_established', conntrack.tcpEstablishedTimeout],
    ['tcp_timeout_close_wait', conntrack.tcpCloseWaitTimeout],
    ['udp_timeout', conntrack.udpTimeout],
    ['udp_timeout_stream', conntrack.udpStreamTimeout],
  ] as const;
  for (const [name, duration] of timeouts) {
    if (duration > 0) sysctls[`net.netfilter.nf_conntrack_${name}`] = Math.floor(duration / SECOND);
  }
  if (conntrack.tcpBeLiberal) sysctls['net.netfilter.nf_conntrack_tcp_be_liberal'] = 1;
  return sysctls;
}

function modeSysctls(mode: ProxyMode, settings: ProxySettings, [major, minor]: readonly [number, number]): Sysctls {
  if (mode === 'iptables') return settings.localhostNodePorts ? { 'net.ipv4.conf.all.route_localnet': 1 } : {};
  if (mode !== 'ipvs') return {};
  const version = major * 1000 + minor;
  return {
    'net.ipv4.vs.conntrack': 1,
    // Before 5.9 a reused client port cost a second's wait in mode 1, before 4.1 the setting was not to be had.
    ...(version >= 4001 && version < 5009 ? { 'net.ipv4.vs.conn_reuse_mode': 0 } : {}),
    'net.ipv4.vs.expire_nodest_conn': 1,
    'net.ipv4.vs.expire_quiescent_template': 1,
    'net.ipv4.ip_forward': 1,
    ...(settings.config.ipvs.strictARP
      ? { 'net.ipv4.conf.all.arp_ignore': 1, 'net.ipv4.conf.all.arp_announce': 2 }
      : {}),
  };
}
