/** A command of `ipvsadm`: what it is called in messages, and what may go with it. */
export interface CommandSpec {
  readonly name: CommandName;
  readonly long: string;
  readonly short?: string;
  /** Options that must be there. */
  readonly needs: readonly OptionName[];
  /** Options that may be there. */
  readonly takes: readonly OptionName[];
  /** What is said of an argument that is neither `master` nor `backup`; only commands about daemons have one. */
  readonly wrongState?: string;
}

export type CommandName =
  | 'add-service'
  | 'edit-service'
  | 'delete-service'
  | 'flush'
  | 'list'
  | 'add-server'
  | 'delete-server'
  | 'edit-server'
  | 'set'
  | 'start-daemon'
  | 'stop-daemon'
  | 'restore'
  | 'save'
  | 'zero'
  | 'help'
  | 'version';

/** Options by the names that `ipvsadm` uses in its messages. */
export type OptionName =
  | 'numeric'
  | 'connection'
  | 'service-address'
  | 'scheduler'
  | 'persistent'
  | 'netmask'
  | 'real-server'
  | 'forwarding-method'
  | 'weight'
  | 'u-threshold'
  | 'l-threshold'
  | 'mcast-interface'
  | 'timeout'
  | 'daemon'
  | 'stats'
  | 'rate'
  | 'thresholds'
  | 'persistent-conn'
  | 'nosort'
  | 'syncid'
  | 'exact'
  | 'ops'
  | 'pe'
  | 'sched-flags'
  | 'tun-info'
  | 'tun-type'
  | 'tun-port'
  | 'tun-nocsum'
  | 'tun-csum'
  | 'tun-remcsum'
  | 'sync-maxlen'
  | 'mcast-group'
  | 'mcast-port'
  | 'mcast-ttl';

/** Order in which faults are looked for. */
export const OPTION_ORDER: readonly OptionName[] = [
  'numeric',
  'connection',
  'service-address',
  'scheduler',
  'persistent',
  'netmask',
  'real-server',
  'forwarding-method',
  'weight',
  'u-threshold',
  'l-threshold',
  'mcast-interface',
  'timeout',
  'daemon',
  'stats',
  'rate',
  'thresholds',
  'persistent-conn',
  'nosort',
  'syncid',
  'exact',
  'ops',
  'pe',
  'sched-flags',
  'tun-info',
  'tun-type',
  'tun-port',
  'tun-nocsum',
  'tun-csum',
  'tun-remcsum',
  'sync-maxlen',
  'mcast-group',
  'mcast-port',
  'mcast-ttl',
];

const SERVICE: readonly OptionName[] = ['scheduler', 'persistent', 'netmask', 'ops', 'pe', 'sched-flags'];
const SERVER: readonly OptionName[] = [
  'forwarding-method',
  'weight',
  'u-threshold',
  'l-threshold',
  'tun-type',
  'tun-port',
  'tun-nocsum',
  'tun-csum',
  'tun-remcsum',
];

/** Options of `list` that choose what is listed; one of them at most. */
export const LIST_CHOICES: readonly OptionName[] = ['connection', 'service-address', 'timeout', 'daemon'];

export const COMMANDS: readonly CommandSpec[] = [
  { name: 'add-service', long: 'add-service', short: 'A', needs: ['service-address'], takes: SERVICE },
  { name: 'edit-service', long: 'edit-service', short: 'E', needs: ['service-address'], takes: SERVICE },
  { name: 'delete-service', long: 'delete-service', short: 'D', needs: ['service-address'], takes: [] },
  { name: 'flush', long: 'clear', short: 'C', needs: [], takes: [] },
  {
    name: 'list',
    long: 'list',
    short: 'L',
    needs: [],
    takes: [
      'numeric',
      ...LIST_CHOICES,
      'stats',
      'rate',
      'thresholds',
      'persistent-conn',
      'nosort',
      'syncid',
      'exact',
      'tun-info',
    ],
  },
  { name: 'add-server', long: 'add-server', short: 'a', needs: ['service-address', 'real-server'], takes: SERVER },
  { name: 'delete-server', long: 'delete-server', short: 'd', needs: ['service-address', 'real-server'], takes: [] },
  { name: 'edit-server', long: 'edit-server', short: 'e', needs: ['service-address', 'real-server'], takes: SERVER },
  { name: 'set', long: 'set', needs: [], takes: [] },
  {
    name: 'start-daemon',
    long: 'start-daemon',
    needs: [],
    takes: ['mcast-interface', 'syncid', 'sync-maxlen', 'mcast-group', 'mcast-port', 'mcast-ttl'],
    wrongState: 'illegal start-daemon parameter specified',
  },
  {
    name: 'stop-daemon',
    long: 'stop-daemon',
    needs: [],
    takes: ['syncid'],
    wrongState: 'illegal start_daemon specified',
  },
  { name: 'restore', long: 'restore', short: 'R', needs: [], takes: [] },
  { name: 'save', long: 'save', short: 'S', needs: [], takes: ['numeric'] },
  { name: 'zero', long: 'zero', short: 'Z', needs: [], takes: ['service-address'] },
  { name: 'help', long: 'help', short: 'h', needs: [], takes: [] },
  { name: 'version', long: 'version', short: 'v', needs: [], takes: [] },
];

/** An option as it is written. */
export interface OptionSpec {
  /** What messages call it; several ways of writing may share one. */
  readonly option: OptionName | 'sort' | 'ipv6';
  readonly long: string;
  readonly short?: string;
  readonly argument: 'none' | 'required' | 'optional';
}

export const OPTIONS: readonly OptionSpec[] = [
  { option: 'service-address', long: 'tcp-service', short: 't', argument: 'required' },
  { option: 'service-address', long: 'udp-service', short: 'u', argument: 'required' },
  { option: 'service-address', long: 'sctp-service', argument: 'required' },
  { option: 'service-address', long: 'fwmark-service', short: 'f', argument: 'required' },
  { option: 'scheduler', long: 'scheduler', short: 's', argument: 'required' },
  { option: 'persistent', long: 'persistent', short: 'p', argument: 'optional' },
  { option: 'netmask', long: 'netmask', short: 'M', argument: 'required' },
  { option: 'real-server', long: 'real-server', short: 'r', argument: 'required' },
  { option: 'forwarding-method', long: 'masquerading', short: 'm', argument: 'none' },
  { option: 'forwarding-method', long: 'ipip', short: 'i', argument: 'none' },
  { option: 'forwarding-method', long: 'gatewaying', short: 'g', argument: 'none' },
  { option: 'weight', long: 'weight', short: 'w', argument: 'required' },
  { option: 'u-threshold', long: 'u-threshold', short: 'x', argument: 'required' },
  { option: 'l-threshold', long: 'l-threshold', short: 'y', argument: 'required' },
  { option: 'numeric', long: 'numeric', short: 'n', argument: 'none' },
  { option: 'connection', long: 'connection', short: 'c', argument: 'none' },
  { option: 'mcast-interface', long: 'mcast-interface', argument: 'required' },
  { option: 'timeout', long: 'timeout', argument: 'none' },
  { option: 'daemon', long: 'daemon', argument: 'none' },
  { option: 'stats', long: 'stats', argument: 'none' },
  { option: 'rate', long: 'rate', argument: 'none' },
  { option: 'thresholds', long: 'thresholds', argument: 'none' },
  { option: 'persistent-conn', long: 'persistent-conn', argument: 'none' },
  { option: 'nosort', long: 'nosort', argument: 'none' },
  { option: 'sort', long: 'sort', argument: 'none' },
  { option: 'syncid', long: 'syncid', argument: 'required' },
  { option: 'exact', long: 'exact', short: 'X', argument: 'none' },
  { option: 'ipv6', long: 'ipv6', short: '6', argument: 'none' },
  { option: 'ops', long: 'ops', short: 'o', argument: 'none' },
  { option: 'pe', long: 'pe', argument: 'required' },
  { option: 'sched-flags', long: 'sched-flags', short: 'b', argument: 'required' },
  { option: 'tun-info', long: 'tun-info', argument: 'none' },
  { option: 'tun-type', long: 'tun-type', argument: 'required' },
  { option: 'tun-port', long: 'tun-port', argument: 'required' },
  { option: 'tun-nocsum', long: 'tun-nocsum', argument: 'none' },
  { option: 'tun-csum', long: 'tun-csum', argument: 'none' },
  { option: 'tun-remcsum', long: 'tun-remcsum', argument: 'none' },
  { option: 'sync-maxlen', long: 'sync-maxlen', argument: 'required' },
  { option: 'mcast-group', long: 'mcast-group', argument: 'required' },
  { option: 'mcast-port', long: 'mcast-port', argument: 'required' },
  { option: 'mcast-ttl', long: 'mcast-ttl', argument: 'required' },
];
