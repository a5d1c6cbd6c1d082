import { LogFlag, packetLine } from '../log/packet-line.ts';
import { badOption, CONTINUE, NO_DEMANDS, type OptionUse, type TargetExtension } from '../x_tables/extension.ts';
import { cutUtf8 } from '../x_tables/utf8.ts';
import { formatWord, parseUnsigned } from '../x_tables/values.ts';

interface LogInfo {
  /** 0 (emerg) to 7 (debug). */
  readonly level: number;
  /** Bits of {@link LogFlag}. */
  readonly flags: number;
  /** At most 29 bytes. */
  readonly prefix: string;
}

/** What `--log-level` takes besides a number; no abbreviation, no other spelling. */
const LEVEL_NAMES: ReadonlyMap<string, number> = new Map([
  ['emerg', 0],
  ['panic', 0],
  ['alert', 1],
  ['crit', 2],
  ['error', 3],
  ['warning', 4],
  ['notice', 5],
  ['info', 6],
  ['debug', 7],
]);
/** What listings call them, which `--log-level` would not always take back. */
const LISTED_LEVELS = ['emerg', 'alert', 'crit', 'err', 'warn', 'notice', 'info', 'debug'] as const;
const DEFAULT_LEVEL = 4;
const LONGEST_PREFIX = 29;

const FLAGS: readonly (readonly [name: string, flag: number])[] = [
  ['tcp-sequence', LogFlag.TCP_SEQUENCE],
  ['tcp-options', LogFlag.TCP_OPTIONS],
  ['ip-options', LogFlag.IP_OPTIONS],
  ['uid', LogFlag.UID],
  ['macdecode', LogFlag.MAC_DECODE],
];

/**
 * `-j LOG`: writes one line about the packet to the kernel log, and goes on.
 *
 * Kernel: `net/netfilter/xt_LOG.c`, `log_tg`; the line is `nf_log_ip_packet`'s ({@link packetLine}).
 */
export const logTarget: TargetExtension<LogInfo, undefined> = {
  name: 'LOG',
  options: [
    { name: 'log-level', args: 1 },
    { name: 'log-prefix', args: 1 },
    ...FLAGS.map(([name]) => ({ name: `log-${name}`, args: 0 as const })),
  ],
  size: 64,
  sharesInfo: true,
  demands: NO_DEMANDS,

  parse(options) {
    let level = DEFAULT_LEVEL;
    let prefix = '';
    let flags = 0;
    for (const option of options) {
      if (option.name === 'log-level') level = levelOf(option);
      else if (option.name === 'log-prefix') prefix = prefixOf(option);
      else flags |= FLAGS.find(([name]) => `log-${name}` === option.name)![1];
    }
    return { level, flags, prefix };
  },

  save({ level, flags, prefix }) {
    let text = prefix === '' ? '' : ` --log-prefix ${formatWord(prefix)}`;
    if (level !== DEFAULT_LEVEL) text += ` --log-level ${level}`;
    for (const [name, flag] of FLAGS) if ((flags & flag) !== 0) text += ` --log-${name}`;
    return text;
  },

  list({ level, flags, prefix }, numeric) {
    let text = numeric ? ` LOG flags ${flags} level ${level}` : ` LOG level ${LISTED_LEVELS[level]!}`;
    if (!numeric) for (const [name, flag] of FLAGS) if ((flags & flag) !== 0) text += ` ${name}`;
    return prefix === '' ? text : `${text} prefix "${prefix}"`;
  },

  compile({ level, flags, prefix }) {
    return {
      apply: (packet, par) => {
        par.host.log.write(packetLine(packet, par, prefix, flags), level);
        return CONTINUE;
      },
    };
  },
};

function levelOf(option: OptionUse): number {
  const text = option.values[0]!;
  return (
    LEVEL_NAMES.get(text) ??
    parseUnsigned(text, 7) ??
    badOption(option, `"${text}" is no log level`, 'use 0 to 7 or a name from emerg to debug')
  );
}

function prefixOf(option: OptionUse): string {
  const text = option.values[0]!;
  if (text === '') badOption(option, 'the prefix is empty');
  if (text.includes('\n')) badOption(option, 'a newline is not allowed in the prefix');
  return cutUtf8(text, LONGEST_PREFIX);
}
