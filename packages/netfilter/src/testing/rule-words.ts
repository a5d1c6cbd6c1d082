import fc from 'fast-check';
import type { TableName } from '../x_tables/rule.ts';

/** A piece of a rule: its words as iptables-save writes them, and what it asks of the rule around it. */
export interface RuleWords {
  readonly text: string;
  /** The match or target that it uses, if any. */
  readonly extension?: string;
  /** The protocols with which it may be used; absent means any or none. */
  readonly protocols?: readonly string[];
  /** The tables that allow it; absent means all. */
  readonly tables?: readonly TableName[];
}

const number = (max: number, min = 0): fc.Arbitrary<number> => fc.integer({ min, max });
const invert: fc.Arbitrary<string> = fc.constantFrom('', '', '', '! ');

/** `10.1.2.3`, biased to few networks, so that rules and packets meet. */
export const arbAddressText: fc.Arbitrary<string> = fc
  .tuple(fc.constantFrom('10.0.0', '10.0.1', '192.168.1', '172.16.5', '203.0.113'), number(255))
  .map(([net, host]) => `${net}.${host}`);

const prefixText = fc.oneof(
  { weight: 4, arbitrary: fc.tuple(arbAddressText, number(32)).map(([address, length]) => `${address}/${length}`) },
  { weight: 1, arbitrary: fc.tuple(arbAddressText, arbAddressText).map(([address, mask]) => `${address}/${mask}`) },
);
const deviceText = fc.constantFrom('eth0', 'eth1', 'eth+', 'lo', 'dummy0', 'wg-tunnel.5');
const portText = fc.oneof(
  number(65535).map(String),
  fc.tuple(number(65535), number(65535)).map(([a, b]) => `${Math.min(a, b)}:${Math.max(a, b)}`),
);
const mark = fc
  .tuple(number(0xffff), fc.option(number(0xffffffff)))
  .map(([value, mask]) => `0x${value.toString(16)}${mask === null ? '' : `/0x${mask.toString(16)}`}`);

/** Text as after `--comment`: quoted as iptables-save quotes it, whatever it holds but line ends. */
export const arbComment: fc.Arbitrary<string> = fc
  .string({ maxLength: 40, unit: fc.constantFrom(...'abcXYZ019 _-:/"\\\'.,é→') })
  .map((text) => `"${text.replace(/["\\']/g, '\\$&')}"`);

/** The tests that a rule has without any match, apart from its protocol. */
export const arbIpWords: fc.Arbitrary<string> = fc
  .tuple(
    fc.option(fc.tuple(invert, prefixText).map(([not, text]) => `${not}-s ${text}`)),
    fc.option(fc.tuple(invert, prefixText).map(([not, text]) => `${not}-d ${text}`)),
    fc.option(
      fc.tuple(invert, deviceText).map(([not, text]) => `${not}-i ${text}`),
      { freq: 3 },
    ),
    fc.option(
      fc.tuple(invert, deviceText).map(([not, text]) => `${not}-o ${text}`),
      { freq: 3 },
    ),
    fc.option(
      invert.map((not) => `${not}-f`),
      { freq: 12 },
    ),
  )
  .map((parts) => parts.filter((part) => part !== null).join(' '));

const PORTED = ['tcp', 'udp', 'sctp'];
const flags = fc
  .subarray(['FIN', 'SYN', 'RST', 'PSH', 'ACK', 'URG'], { minLength: 1 })
  .chain((mask) => fc.tuple(fc.constant(mask), fc.subarray(mask)))
  .map(([mask, set]) => `${mask.join(',')} ${set.length === 0 ? 'NONE' : set.join(',')}`);
const types = fc.constantFrom('UNICAST', 'LOCAL', 'BROADCAST', 'MULTICAST', 'LOCAL,BROADCAST');
const rate = fc.tuple(number(500, 1), fc.constantFrom('sec', 'min', 'hour'), number(50, 1));
const states = fc.subarray(['INVALID', 'NEW', 'RELATED', 'ESTABLISHED', 'UNTRACKED'], { minLength: 1 });

function match(name: string, options: fc.Arbitrary<string>, protocols?: readonly string[]): fc.Arbitrary<RuleWords> {
  return options.map((text) => ({
    text: `-m ${name} ${text}`.trimEnd(),
    extension: name,
    ...(protocols === undefined ? {} : { protocols }),
  }));
}

function inverted(option: string, value: fc.Arbitrary<string | number>): fc.Arbitrary<string> {
  return fc.tuple(invert, value).map(([not, text]) => `${not}--${option} ${text}`);
}

/** Uses of matches that need no set, file or module: every option in it is accepted in every chain. */
export const MATCH_WORDS: readonly fc.Arbitrary<RuleWords>[] = [
  match('tcp', inverted('dport', portText), ['tcp']),
  match('tcp', inverted('sport', portText), ['tcp']),
  match('tcp', inverted('tcp-flags', flags), ['tcp']),
  match('tcp', inverted('tcp-option', number(255, 1)), ['tcp']),
  match('udp', inverted('dport', portText), ['udp']),
  match('udp', inverted('sport', portText), ['udp']),
  match(
    'icmp',
    inverted(
      'icmp-type',
      fc
        .tuple(number(18), fc.option(number(15)))
        .map(([type, code]) => (code === null ? `${type}` : `${type}/${code}`)),
    ),
    ['icmp'],
  ),
  match(
    'multiport',
    fc
      .tuple(invert, fc.constantFrom('sports', 'dports', 'ports'), fc.array(portText, { minLength: 1, maxLength: 7 }))
      .map(([not, option, ports]) => `${not}--${option} ${ports.join(',')}`),
    PORTED,
  ),
  match('mark', inverted('mark', mark)),
  match(
    'comment',
    arbComment.map((text) => `--comment ${text}`),
  ),
  match(
    'length',
    inverted(
      'length',
      fc.tuple(number(700), number(800)).map(([a, b]) => `${a}:${a + b}`),
    ),
  ),
  match(
    'ttl',
    fc.oneof(
      inverted('ttl-eq', number(255)),
      number(255).map((ttl) => `--ttl-gt ${ttl}`),
    ),
  ),
  match(
    'tos',
    inverted(
      'tos',
      fc.tuple(number(255), number(255)).map(([tos, mask]) => `0x${tos.toString(16)}/0x${mask.toString(16)}`),
    ),
  ),
  match(
    'dscp',
    inverted(
      'dscp',
      number(63).map((dscp) => `0x${dscp.toString(16).padStart(2, '0')}`),
    ),
  ),
  match(
    'iprange',
    inverted(
      'src-range',
      fc.tuple(number(120), number(120)).map(([a, b]) => `10.0.0.${a}-10.0.0.${a + b}`),
    ),
  ),
  match('iprange', inverted('dst-range', fc.constantFrom('192.168.1.10-192.168.1.20'))),
  match('addrtype', inverted('src-type', types)),
  match('addrtype', inverted('dst-type', types)),
  match('pkttype', inverted('pkt-type', fc.constantFrom('unicast', 'broadcast', 'multicast'))),
  match(
    'limit',
    rate.map(([count, unit, burst]) => `--limit ${count}/${unit} --limit-burst ${burst}`),
  ),
  match(
    'statistic',
    fc
      .tuple(invert, number(9, 1))
      .chain(([not, every]) =>
        number(every - 1).map((packet) => `--mode nth ${not}--every ${every} --packet ${packet}`),
      ),
  ),
  match(
    'statistic',
    fc.tuple(invert, number(100)).map(([not, percent]) => `--mode random ${not}--probability ${percent / 100}`),
  ),
  match('quota', inverted('quota', number(1_000_000))),
  match(
    'state',
    inverted(
      'state',
      states.map((list) => list.join(',')),
    ),
  ),
  match(
    'conntrack',
    inverted(
      'ctstate',
      states.map((list) => list.join(',')),
    ),
  ),
  match('connmark', inverted('mark', mark)),
];

function target(name: string, options: fc.Arbitrary<string>, more: Partial<RuleWords> = {}): fc.Arbitrary<RuleWords> {
  return options.map((text) => ({ text: `-j ${name} ${text}`.trimEnd(), extension: name, ...more }));
}

const logPrefix = fc.string({ minLength: 1, maxLength: 20, unit: fc.constantFrom(...'abcXYZ: -') });
const MANGLE: Partial<RuleWords> = { tables: ['mangle'] };

/** Uses of targets that are accepted in every chain of their tables; jumps come on top. */
export const TARGET_WORDS: readonly fc.Arbitrary<RuleWords>[] = [
  fc.constantFrom('ACCEPT', 'DROP', 'RETURN').map((verdict) => ({
    text: `-j ${verdict}`,
    ...(verdict === 'DROP' ? { tables: ['raw', 'mangle', 'filter', 'security'] as const } : {}),
  })),
  fc.constant({ text: '' }),
  target(
    'MARK',
    fc.oneof(
      mark.map((text) => `--set-xmark ${text}`),
      mark.map((text) => `--set-mark ${text}`),
    ),
  ),
  target(
    'LOG',
    fc.tuple(logPrefix, number(7)).map(([prefix, level]) => `--log-prefix "${prefix}" --log-level ${level}`),
  ),
  target(
    'NFLOG',
    number(65535).map((group) => `--nflog-group ${group}`),
  ),
  target(
    'REJECT',
    fc
      .constantFrom('icmp-port-unreachable', 'icmp-net-unreachable', 'icmp-admin-prohibited')
      .map((type) => `--reject-with ${type}`),
    { tables: ['filter'] },
  ),
  target('REJECT', fc.constant('--reject-with tcp-reset'), { tables: ['filter'], protocols: ['tcp'] }),
  target(
    'TOS',
    fc.tuple(number(255), number(255)).map(([tos, mask]) => `--set-tos 0x${tos.toString(16)}/0x${mask.toString(16)}`),
    MANGLE,
  ),
  target(
    'DSCP',
    number(63).map((dscp) => `--set-dscp 0x${dscp.toString(16)}`),
    MANGLE,
  ),
  target(
    'TTL',
    fc.oneof(
      number(255).map((ttl) => `--ttl-set ${ttl}`),
      number(255, 1).map((ttl) => `--ttl-dec ${ttl}`),
    ),
    MANGLE,
  ),
  target(
    'CONNMARK',
    fc.oneof(
      mark.map((text) => `--set-xmark ${text}`),
      fc.constant('--save-mark'),
      fc.constant('--restore-mark'),
    ),
  ),
];
