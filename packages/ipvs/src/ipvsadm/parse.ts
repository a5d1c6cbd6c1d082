import { type Address, PROTOCOL } from '@chainwalk/core';
import type { Scheduler } from '../schedulers/scheduler.ts';
import {
  type DestinationConfig,
  type ForwardMethod,
  HOST_NETMASK,
  SCHEDULER_FLAG,
  type ServiceSettings,
  type TunnelConfig,
} from '../services/config.ts';
import { type CommandSpec, LIST_CHOICES, OPTION_ORDER, type OptionName } from './options.ts';
import { UsageError } from './usage.ts';
import {
  addressService,
  checkGroup,
  endpointOf,
  markService,
  type NamedService,
  netmaskOf,
  numberOf,
  timeoutOf,
} from './values.ts';
import type { CommandLine, Word } from './words.ts';

/** A command line understood. */
export interface ParsedCommand {
  readonly command: CommandSpec;
  readonly options: ReadonlySet<OptionName>;
  /** The service that is meant, with all its settings; `undefined` if none was named. */
  readonly service: ServiceSettings | undefined;
  readonly destination: DestinationConfig | undefined;
  /** A persistence engine was asked for that no kernel has. */
  readonly unknownEngine: boolean;
  readonly timeouts: readonly [number, number, number] | undefined;
}

const MOST_INT = 2147483647;
const DEFAULT_PERSISTENCE = 360;
const METHOD: Readonly<Record<string, ForwardMethod>> = { masquerading: 'masq', ipip: 'tunnel', gatewaying: 'route' };

/** What options have said so far; the order in which they stand matters for ports. */
class Draft {
  service: NamedService | undefined;
  scheduler = 'wlc';
  persistence: number | undefined;
  netmask: number = HOST_NETMASK;
  onePacket = false;
  flags: string | undefined;
  engine: string | undefined;
  server: { address: Address; port: number } | undefined;
  method: ForwardMethod = 'route';
  weight = 1;
  upperThreshold = 0;
  lowerThreshold = 0;
  tunnelType: TunnelConfig['type'] = 'ipip';
  tunnelPort = 0;
  tunnelChecksum: TunnelConfig['checksum'] = 'none';
}

/**
 * Makes sense of a command line, in the order in which `ipvsadm` finds faults.
 * @throws UsageError
 */
export function parseCommand(line: CommandLine, schedulerOf: (name: string) => Scheduler | undefined): ParsedCommand {
  const { command, words, rest, fault } = line;
  const draft = new Draft();
  const options = new Set<OptionName>();
  for (const word of words) apply(draft, options, word);
  if (fault !== undefined) throw fault;
  if (command.name === 'set') return parseSet(command, options, rest);
  if (rest.length > 0) throw new UsageError(`unexpected argument ${rest[0]!}`);
  checkCombination(command, options);
  const service = finishService(draft, command, schedulerOf);
  return {
    command,
    options,
    service,
    destination: finishDestination(draft, command, options, service),
    unknownEngine: draft.engine !== undefined,
    timeouts: undefined,
  };
}

function parseSet(command: CommandSpec, options: ReadonlySet<OptionName>, rest: readonly string[]): ParsedCommand {
  const [first, second, third] = rest;
  if (first === undefined || second === undefined || third === undefined) {
    throw new UsageError('--set option requires 3 timeout values');
  }
  const timeouts = [timeoutOf(first, 0), timeoutOf(second, 0), timeoutOf(third, 0)] as const;
  if (rest.length > 3) throw new UsageError(`unexpected argument ${rest[3]!}`);
  checkCombination(command, options);
  return { command, options: new Set(), service: undefined, destination: undefined, unknownEngine: false, timeouts };
}

function apply(draft: Draft, options: Set<OptionName>, word: Word): void {
  const { spec } = word;
  const argument = word.argument ?? '';
  if (spec.option === 'sort') return;
  if (spec.option === 'ipv6') {
    if (!draft.service?.fwmark) throw new UsageError('-6 used before -f\n');
    throw new UsageError('IPv6 services are not modelled by chainwalk');
  }
  if (options.has(spec.option)) throw new UsageError(`multiple '${spec.option}' options specified`);
  options.add(spec.option);
  switch (spec.option) {
    case 'service-address':
      draft.service = spec.long === 'fwmark-service' ? markService(argument) : addressService(spec.long, argument);
      break;
    case 'scheduler':
      draft.scheduler = argument;
      break;
    case 'persistent':
      draft.persistence = word.argument === undefined ? DEFAULT_PERSISTENCE : timeoutOf(word.argument, 1);
      break;
    case 'netmask':
      draft.netmask = netmaskOf(argument);
      break;
    case 'real-server': {
      const endpoint = endpointOf(argument, draft.service?.protocol ?? PROTOCOL.tcp);
      if (endpoint === undefined) throw new UsageError('illegal real server address[:port] specified');
      draft.server = { address: endpoint.address, port: endpoint.port ?? draft.service?.port ?? 0 };
      break;
    }
    case 'forwarding-method':
      draft.method = METHOD[spec.long]!;
      break;
    case 'weight':
      draft.weight = numberOf(argument, MOST_INT, 'illegal weight specified');
      break;
    case 'u-threshold':
      draft.upperThreshold = numberOf(argument, MOST_INT, 'illegal u_threshold specified');
      break;
    case 'l-threshold':
      draft.lowerThreshold = numberOf(argument, MOST_INT, 'illegal l_threshold specified');
      break;
    case 'ops':
      draft.onePacket = true;
      break;
    case 'sched-flags':
      draft.flags = argument;
      break;
    case 'pe':
      draft.engine = argument;
      break;
    case 'tun-type':
      if (argument !== 'ipip' && argument !== 'gue' && argument !== 'gre')
        throw new UsageError('illegal tunnel type specified');
      draft.tunnelType = argument;
      break;
    case 'tun-port':
      draft.tunnelPort = numberOf(argument, 65535, 'illegal tunnel port specified');
      break;
    case 'syncid':
      numberOf(argument, 255, 'illegal syncid specified');
      break;
    case 'sync-maxlen':
      numberOf(argument, 65535, 'illegal sync-maxlen specified', 1);
      break;
    case 'mcast-group':
      checkGroup(argument);
      break;
    case 'mcast-port':
      numberOf(argument, 65535, 'illegal mcast-port specified', 1);
      break;
    case 'mcast-ttl':
      numberOf(argument, 255, 'illegal mcast-ttl specified', 1);
      break;
    case 'tun-nocsum':
      draft.tunnelChecksum = 'none';
      break;
    case 'tun-csum':
      draft.tunnelChecksum = 'csum';
      break;
    case 'tun-remcsum':
      draft.tunnelChecksum = 'remcsum';
      break;
    default:
      break;
  }
}

/** Which options a command needs and takes, and which exclude each other. */
function checkCombination(command: CommandSpec, options: ReadonlySet<OptionName>): void {
  let choice: OptionName | undefined;
  for (const option of OPTION_ORDER) {
    const given = options.has(option);
    if (!given && command.needs.includes(option)) {
      throw new UsageError(`You need to supply the '${option}' option for the '${command.name}' command`);
    }
    if (!given || command.needs.includes(option)) continue;
    if (!command.takes.includes(option)) {
      throw new UsageError(`Illegal '${option}' option with the '${command.name}' command`);
    }
    if (command.name !== 'list' || !LIST_CHOICES.includes(option)) continue;
    if (choice !== undefined) {
      throw new UsageError(`The option '${option}' conflicts with the '${choice}' option in the 'list' command`);
    }
    choice = option;
  }
  const has = (option: OptionName): boolean => options.has(option);
  const isSetting = has('timeout') || has('daemon');
  const hasColumns = (['stats', 'rate', 'thresholds'] as const).some(has);
  if (
    command.name === 'list' &&
    (((isSetting || has('connection')) && hasColumns) || (isSetting && has('persistent-conn')))
  ) {
    throw new UsageError('options conflicts in the list command');
  }
}

function finishService(
  draft: Draft,
  command: CommandSpec,
  schedulerOf: (name: string) => Scheduler | undefined,
): ServiceSettings | undefined {
  const { service } = draft;
  if (service === undefined) return undefined;
  const persistent = draft.persistence !== undefined;
  if (command.name === 'add-service' || command.name === 'edit-service') {
    if (service.fwmark === 0 && service.port === 0 && !persistent) {
      throw new UsageError('Zero port specified for non-persistent service');
    }
    if (draft.onePacket && service.fwmark === 0 && service.protocol !== PROTOCOL.udp) {
      throw new UsageError('One-Packet Scheduling is only for UDP virtual services');
    }
  }
  if (draft.engine === 'sip') throw new UsageError('persistence engines are not modelled by chainwalk');
  return {
    family: 'ipv4',
    protocol: service.protocol,
    address: service.address,
    port: service.port,
    fwmark: service.fwmark,
    scheduler: draft.scheduler,
    schedulerFlags: draft.flags === undefined ? 0 : flagsOf(draft.flags, draft.scheduler, schedulerOf),
    persistent,
    timeout: draft.persistence ?? 0,
    netmask: draft.netmask,
    onePacket: draft.onePacket,
  };
}

function finishDestination(
  draft: Draft,
  command: CommandSpec,
  options: ReadonlySet<OptionName>,
  service: ServiceSettings | undefined,
): DestinationConfig | undefined {
  const { server, method } = draft;
  if (server === undefined) return undefined;
  const changes = command.name === 'add-server' || command.name === 'edit-server';
  if (changes) checkTunnel(draft, options);
  // Only masquerading can change the port; for the others the service's is taken, whatever was asked for.
  const keepsPort = changes && method !== 'masq' && service !== undefined && service.fwmark === 0;
  return {
    address: server.address,
    port: keepsPort ? service.port : server.port,
    method,
    weight: draft.weight,
    upperThreshold: draft.upperThreshold,
    lowerThreshold: draft.lowerThreshold,
    tunnel: { type: draft.tunnelType, port: draft.tunnelPort, checksum: draft.tunnelChecksum },
  };
}

const TUNNEL_OPTIONS: Readonly<Record<TunnelConfig['type'], readonly OptionName[]>> = {
  ipip: [],
  gue: ['tun-port', 'tun-nocsum', 'tun-csum', 'tun-remcsum'],
  gre: ['tun-nocsum', 'tun-csum'],
};
const CHECKSUM_OPTIONS: readonly OptionName[] = ['tun-nocsum', 'tun-csum', 'tun-remcsum'];

function checkTunnel(draft: Draft, options: ReadonlySet<OptionName>): void {
  const given = (['tun-type', 'tun-port', ...CHECKSUM_OPTIONS] as const).filter((option) => options.has(option));
  if (given.length > 0 && draft.method !== 'tunnel')
    throw new UsageError('Tunnel options conflict with forward method');
  const type = draft.tunnelType;
  if (type === 'gue' && !options.has('tun-port')) {
    throw new UsageError(`You need to supply the 'tun-port' option for the 'gue' tunnel type`);
  }
  let checksum: OptionName | undefined;
  for (const option of given) {
    if (option === 'tun-type') continue;
    if (!TUNNEL_OPTIONS[type].includes(option)) {
      throw new UsageError(`Illegal '${option}' option with the '${type}' tunnel type`);
    }
    if (!CHECKSUM_OPTIONS.includes(option)) continue;
    if (checksum !== undefined) {
      throw new UsageError(
        `The option '${option}' conflicts with the '${checksum}' option in the '${type}' tunnel type`,
      );
    }
    checksum = option;
  }
}

/** Flags by their general names, or by those of a scheduler, which must be the one that is used. */
const GENERAL_FLAGS: Readonly<Record<string, number>> = {
  'flag-1': SCHEDULER_FLAG.first,
  'flag-2': SCHEDULER_FLAG.second,
  'flag-3': SCHEDULER_FLAG.third,
};

function flagsOf(text: string, scheduler: string, schedulerOf: (name: string) => Scheduler | undefined): number {
  let flags = 0;
  for (const word of text.split(',')) {
    if (word === '') continue;
    const general = GENERAL_FLAGS[word];
    const own = schedulerOf(scheduler)?.flags?.find((flag) => flag.name === word);
    if (general !== undefined) flags |= general;
    else if (own !== undefined) flags |= own.bit;
    else {
      const known = ['sh', 'mh'].some((name) => schedulerOf(name)?.flags?.some((flag) => flag.name === word) === true);
      throw new UsageError(known ? `incompatible scheduler flag \`${word}'` : `invalid scheduler flag \`${word}'`);
    }
  }
  return flags;
}
