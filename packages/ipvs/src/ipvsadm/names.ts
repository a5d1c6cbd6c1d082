import { type Address, formatAddress, IPV4_LOOPBACK } from '@chainwalk/core';
import { protocolLabel } from '../protocols/protocols.ts';
import type { Scheduler } from '../schedulers/scheduler.ts';
import { type ForwardMethod, SCHEDULER_FLAG, type ServiceKey, type TunnelConfig } from '../services/config.ts';
import { portName } from './service-names.ts';

/** `ADDRESS:PORT`, by names unless `numeric`. The only address that has a name everywhere is that of `localhost`. */
export function endpoint(address: Address, port: number, protocol: number, numeric: boolean): string {
  if (numeric) return `${formatAddress(address)}:${port}`;
  return `${address === IPV4_LOOPBACK ? 'localhost' : formatAddress(address)}:${portName(port, protocol)}`;
}

/** How listings head a service: `TCP  10.96.0.1:80`, `FWM  5` (marks as signed numbers). */
export function serviceTitle(service: ServiceKey, numeric: boolean): string {
  if (service.fwmark !== 0) return `FWM  ${service.fwmark | 0}`;
  return `${protocolLabel(service.protocol).padEnd(4)} ${endpoint(service.address, service.port, service.protocol, numeric)}`;
}

/** How a saved command names a service: `-t 10.96.0.1:80`, `-f 5`. */
export function serviceOption(service: ServiceKey, numeric: boolean): string {
  if (service.fwmark !== 0) return `-f ${service.fwmark | 0}`;
  const name = endpoint(service.address, service.port, service.protocol, numeric);
  return `${service.protocol === 6 ? '-t' : service.protocol === 17 ? '-u' : '--sctp-service'} ${name}`;
}

const GENERAL_FLAGS = [
  { name: 'flag-1', bit: SCHEDULER_FLAG.first },
  { name: 'flag-2', bit: SCHEDULER_FLAG.second },
  { name: 'flag-3', bit: SCHEDULER_FLAG.third },
] as const;

export const METHOD_TITLE: Readonly<Record<ForwardMethod, string>> = {
  masq: 'Masq',
  local: 'Local',
  tunnel: 'Tunnel',
  route: 'Route',
};

export const METHOD_OPTION: Readonly<Record<ForwardMethod, string>> = {
  masq: '-m',
  local: '-l',
  tunnel: '-i',
  route: '-g',
};

const CHECKSUM_TITLE: Readonly<Record<TunnelConfig['checksum'], string>> = { none: '-c', csum: '+c', remcsum: 'r+c' };

/** The tunnel of a server as `--tun-info` shows it. */
export function tunnelTitle(tunnel: TunnelConfig): string {
  if (tunnel.type === 'ipip') return 'ipip';
  const checksum = CHECKSUM_TITLE[tunnel.checksum];
  return tunnel.type === 'gue' ? `gue:${tunnel.port}:${checksum}` : `gre:${checksum}`;
}

/**
 * Names of the flags that are set: a scheduler's own words if it has any, and no others, which may leave nothing to say;
 * else the general ones. `undefined` if none is set.
 */
export function flagNames(flags: number, scheduler: Scheduler | undefined): string | undefined {
  if (GENERAL_FLAGS.every(({ bit }) => (flags & bit) === 0)) return undefined;
  const known = scheduler?.flags ?? GENERAL_FLAGS;
  return known
    .filter(({ bit }) => (flags & bit) !== 0)
    .map(({ name }) => name)
    .join(',');
}
