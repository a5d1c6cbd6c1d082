import { formatAddress, ipv4FromBits } from '@chainwalk/core';
import type { Ipvs } from '../ipvs.ts';
import { stateName } from '../proc/ip-vs-conn.ts';
import { protocolLabel } from '../protocols/protocols.ts';
import { HOST_NETMASK } from '../services/config.ts';
import type { Destination } from '../services/destination.ts';
import type { Service } from '../services/service.ts';
import { endpoint, flagNames, METHOD_TITLE, serviceTitle, tunnelTitle } from './names.ts';
import type { OptionName } from './options.ts';
import { compareDestinations, compareServices, mergeSort } from './order.ts';

/** How a listing is to look. */
export interface ListFormat {
  readonly numeric: boolean;
  readonly sorted: boolean;
  readonly exact: boolean;
  readonly columns: 'usual' | 'stats' | 'rate' | 'thresholds' | 'persistent-conn' | 'tun-info';
}

/** The format that options ask for; of several columns the first counts. */
export function formatOf(options: ReadonlySet<OptionName>): ListFormat {
  const columns = (['stats', 'rate', 'thresholds', 'persistent-conn', 'tun-info'] as const).find((name) =>
    options.has(name),
  );
  return {
    numeric: options.has('numeric'),
    sorted: !options.has('nosort'),
    exact: options.has('exact'),
    columns: columns ?? 'usual',
  };
}

const COLUMN_TITLES: Readonly<Record<ListFormat['columns'], string>> = {
  usual:
    'Prot LocalAddress:Port Scheduler Flags\n  -> RemoteAddress:Port           Forward Weight ActiveConn InActConn\n',
  stats: 'Prot LocalAddress:Port               Conns   InPkts  OutPkts  InBytes OutBytes\n  -> RemoteAddress:Port\n',
  rate: 'Prot LocalAddress:Port                 CPS    InPPS   OutPPS    InBPS   OutBPS\n  -> RemoteAddress:Port\n',
  thresholds:
    'Prot LocalAddress:Port            Uthreshold Lthreshold ActiveConn InActConn \n  -> RemoteAddress:Port\n',
  'persistent-conn':
    'Prot LocalAddress:Port            Weight    PersistConn ActiveConn InActConn \n  -> RemoteAddress:Port\n',
  'tun-info':
    'Prot LocalAddress:Port Scheduler Flags\n  -> RemoteAddress:Port           Forward TunnelInfo    Weight ActiveConn InActConn\n',
};

/** `ipvsadm -L`: all services, with the line that names the version. */
export function listServices(ipvs: Ipvs, format: ListFormat): string {
  const size = ipvs.connections.table.size;
  let text = `IP Virtual Server version 1.2.1 (size=${size})\n${COLUMN_TITLES[format.columns]}`;
  for (const service of ordered([...ipvs.services], format.sorted)) text += serviceLines(service, format);
  return text;
}

/** `ipvsadm -L -t ...`: one service. */
export function listService(service: Service, format: ListFormat): string {
  return COLUMN_TITLES[format.columns] + serviceLines(service, format);
}

function ordered(services: readonly Service[], sorted: boolean): readonly Service[] {
  return sorted ? mergeSort(services, compareServices) : services;
}

/** A service's servers in the order of listings. */
export function orderedDestinations(service: Service, sorted = true): readonly Destination[] {
  return sorted ? mergeSort(service.destinations, compareDestinations) : service.destinations;
}

/** All services in the order of listings. */
export function orderedServices(ipvs: Ipvs): readonly Service[] {
  return ordered([...ipvs.services], true);
}

function serviceLines(service: Service, format: ListFormat): string {
  const title = serviceTitle(service.settings, format.numeric);
  let text: string;
  if (format.columns === 'stats') {
    const { conns, inpkts, outpkts, inbytes, outbytes } = service.stats.shown();
    text = `${title.padEnd(33)}${largeNumbers([conns, inpkts, outpkts, inbytes, outbytes], format)}\n`;
  } else if (format.columns === 'rate') {
    const { conns, inpkts, outpkts, inbytes, outbytes } = service.stats.rates();
    text = `${title.padEnd(33)}${largeNumbers([conns, inpkts, outpkts, inbytes, outbytes], format)}\n`;
  } else text = `${title}${serviceDetails(service)}\n`;
  for (const destination of orderedDestinations(service, format.sorted)) {
    text += destinationLine(destination, service.settings.protocol, format);
  }
  return text;
}

function serviceDetails(service: Service): string {
  const { settings, scheduler } = service;
  let text = ` ${settings.scheduler}`;
  const flags = flagNames(settings.schedulerFlags, scheduler?.scheduler);
  if (flags !== undefined) text += ` (${flags})`;
  if (settings.persistent) {
    text += ` persistent ${settings.timeout}`;
    if (settings.netmask !== HOST_NETMASK) text += ` mask ${formatAddress(ipv4FromBits(settings.netmask))}`;
  }
  return settings.onePacket ? `${text} ops` : text;
}

function destinationLine(destination: Destination, protocol: number, format: ListFormat): string {
  const start = `  -> ${endpoint(destination.address, destination.port, protocol, format.numeric).padEnd(28)}`;
  const active = String(destination.activeConnections);
  const inactive = String(destination.inactiveConnections).padEnd(10);
  const method = METHOD_TITLE[destination.method].padEnd(7);
  const weight = String(destination.weight);
  switch (format.columns) {
    case 'stats':
    case 'rate': {
      const shown = format.columns === 'stats' ? destination.stats.shown() : destination.stats.rates();
      const { conns, inpkts, outpkts, inbytes, outbytes } = shown;
      return `${start}${largeNumbers([conns, inpkts, outpkts, inbytes, outbytes], format)}\n`;
    }
    case 'thresholds': {
      const upper = String(destination.upperThreshold).padEnd(10);
      const lower = String(destination.lowerThreshold).padEnd(10);
      return `${start} ${upper} ${lower} ${active.padEnd(10)} ${inactive}\n`;
    }
    case 'persistent-conn': {
      const persistent = String(destination.persistentConnections).padEnd(11);
      return `${start} ${weight.padEnd(9)} ${persistent} ${active.padEnd(10)} ${inactive}\n`;
    }
    case 'tun-info': {
      const tunnel = (destination.method === 'tunnel' ? tunnelTitle(destination.tunnel) : 'n/a').padEnd(13);
      return `${start} ${method} ${tunnel} ${weight.padEnd(6)} ${active.padEnd(10)} ${inactive}\n`;
    }
    case 'usual':
      return `${start} ${method} ${weight.padEnd(6)} ${active.padEnd(10)} ${inactive}\n`;
  }
}

/** Numbers in columns of nine: cut to thousands, millions and so on where they do not fit, unless `--exact`. */
function largeNumbers(values: readonly number[], format: ListFormat): string {
  return values.map((value) => (format.exact ? exactNumber(value) : largeNumber(value))).join('');
}

function exactNumber(value: number): string {
  const text = String(value);
  return text.length <= 8 ? text.padStart(9) : ` ${text}`;
}

const UNITS: readonly (readonly [number, number, string])[] = [
  [1e8, 1, ''],
  [1e9, 1e3, 'K'],
  [1e11, 1e6, 'M'],
  [1e14, 1e9, 'G'],
  [Number.POSITIVE_INFINITY, 1e12, 'T'],
];

function largeNumber(value: number): string {
  const [, divisor, unit] = UNITS.find(([limit]) => value < limit)!;
  return `${Math.floor(value / divisor)}${unit}`.padStart(9);
}

/** `ipvsadm -L -c`: the connection table. */
export function listConnections(ipvs: Ipvs, numeric: boolean, persistence: boolean): string {
  const more = persistence ? `${'destination'.padEnd(18)} ${'pe name'.padEnd(16)} pe_data` : 'destination';
  let text = `IPVS connection entries\npro expire state       source             virtual            ${more}\n`;
  for (const connection of ipvs.connections.table.entries()) {
    const { protocol } = connection;
    const seconds = ipvs.connections.remainingSeconds(connection);
    const expire = `${pad2(Math.floor(seconds / 60))}:${pad2(seconds % 60)}`.padEnd(6);
    const source = endpoint(connection.clientAddress, connection.clientPort, protocol, numeric).padEnd(18);
    const virtual = endpoint(connection.virtualAddress, connection.virtualPort, protocol, numeric).padEnd(18);
    const server = endpoint(connection.serverAddress, connection.serverPort, protocol, numeric);
    text += `${protocolLabel(protocol).padEnd(3)} ${expire} ${stateName(connection).padEnd(11)} ${source} ${virtual} ${server}\n`;
  }
  return text;
}

function pad2(value: number): string {
  return String(value).padStart(2, '0');
}
