import { formatAddress, ipv4FromBits } from '@chainwalk/core';
import type { Ipvs } from '../ipvs.ts';
import { HOST_NETMASK, type TunnelConfig } from '../services/config.ts';
import type { Destination } from '../services/destination.ts';
import type { Service } from '../services/service.ts';
import { orderedDestinations, orderedServices } from './list.ts';
import { endpoint, flagNames, METHOD_OPTION, serviceOption } from './names.ts';

/** `ipvsadm -S`: commands that make the same services again. Thresholds are not among them, as in the real tool. */
export function saveServices(ipvs: Ipvs, numeric: boolean): string {
  let text = '';
  for (const service of orderedServices(ipvs)) {
    text += saveService(service, numeric);
    for (const destination of orderedDestinations(service)) text += saveDestination(service, destination, numeric);
  }
  return text;
}

function saveService(service: Service, numeric: boolean): string {
  const { settings } = service;
  let text = `-A ${serviceOption(settings, numeric)} -s ${settings.scheduler}`;
  if (settings.persistent) {
    text += ` -p ${settings.timeout}`;
    if (settings.netmask !== HOST_NETMASK) text += ` -M ${formatAddress(ipv4FromBits(settings.netmask))}`;
  }
  if (settings.onePacket) text += ' -o';
  const flags = flagNames(settings.schedulerFlags, service.scheduler?.scheduler);
  return `${text}${flags === undefined ? '' : ` -b ${flags}`}\n`;
}

function saveDestination(service: Service, destination: Destination, numeric: boolean): string {
  const { settings } = service;
  const server = endpoint(destination.address, destination.port, settings.protocol, numeric);
  const method = METHOD_OPTION[destination.method];
  const start = `-a ${serviceOption(settings, numeric)} -r ${server} ${method} -w ${destination.weight}`;
  return `${start}${destination.method === 'tunnel' ? tunnelOptions(destination.tunnel) : ''}\n`;
}

const CHECKSUM_OPTION: Readonly<Record<TunnelConfig['checksum'], string>> = {
  none: '--tun-nocsum',
  csum: '--tun-csum',
  remcsum: '--tun-remcsum',
};

function tunnelOptions(tunnel: TunnelConfig): string {
  switch (tunnel.type) {
    case 'ipip':
      return ' --tun-type ipip';
    case 'gue':
      return ` --tun-type gue --tun-port ${tunnel.port} ${CHECKSUM_OPTION[tunnel.checksum]}`;
    case 'gre':
      return ` --tun-type gre ${CHECKSUM_OPTION[tunnel.checksum]}`;
  }
}
