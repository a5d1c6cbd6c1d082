import { badOption, CONTINUE, NO_DEMANDS, type TargetExtension } from '../x_tables/extension.ts';
import { cutUtf8 } from '../x_tables/utf8.ts';
import { formatWord, parseUnsigned } from '../x_tables/values.ts';

interface NflogInfo {
  /** Netlink group, 0 to 65535. */
  readonly group: number;
  /** At most 63 bytes. */
  readonly prefix: string;
  /** Bytes of the packet to copy; `size` is heeded, `range` is the older option that never was. */
  readonly copy: { readonly option: 'range' | 'size'; readonly bytes: number };
  /** Packets to gather before they are handed out, 0 to 65535. */
  readonly threshold: number;
}

const LONGEST_PREFIX = 63;
const LIMITS: Readonly<Record<string, number>> = {
  'nflog-group': 0xffff,
  'nflog-range': 0xffffffff,
  'nflog-size': 0xffffffff,
  'nflog-threshold': 0xffff,
};

/**
 * `-j NFLOG`: hands a copy of the packet to whoever listens to a netlink group, and goes on. Nobody listens here.
 *
 * Kernel: `net/netfilter/xt_NFLOG.c`, `nflog_tg`.
 */
export const nflogTarget: TargetExtension<NflogInfo, undefined> = {
  name: 'NFLOG',
  options: [
    { name: 'nflog-group', args: 1 },
    { name: 'nflog-prefix', args: 1 },
    { name: 'nflog-range', args: 1, excludes: ['nflog-size'] },
    { name: 'nflog-size', args: 1, excludes: ['nflog-range'] },
    { name: 'nflog-threshold', args: 1 },
  ],
  size: 112,
  sharesInfo: true,
  demands: NO_DEMANDS,

  parse(options) {
    const info = { group: 0, prefix: '', copy: { option: 'range', bytes: 0 } as NflogInfo['copy'], threshold: 0 };
    for (const option of options) {
      const text = option.values[0]!;
      if (option.name === 'nflog-prefix') {
        if (text === '') badOption(option, 'the prefix is empty');
        if (text.includes('\n')) badOption(option, 'a newline is not allowed in the prefix');
        info.prefix = cutUtf8(text, LONGEST_PREFIX);
        continue;
      }
      const limit = LIMITS[option.name]!;
      const value = parseUnsigned(text, limit) ?? badOption(option, `"${text}" is no number from 0 to ${limit}`);
      if (option.name === 'nflog-group') info.group = value;
      else if (option.name === 'nflog-threshold') info.threshold = value;
      else info.copy = { option: option.name === 'nflog-size' ? 'size' : 'range', bytes: value };
    }
    return info;
  },

  save: (info) => describe(info, ' --'),
  list: (info) => describe(info, ' '),
  compile: () => ({ apply: () => CONTINUE }),
};

function describe({ group, prefix, copy, threshold }: NflogInfo, dashes: string): string {
  let text = prefix === '' ? '' : `${dashes}nflog-prefix ${formatWord(prefix)}`;
  if (group !== 0) text += `${dashes}nflog-group ${group}`;
  if (copy.option === 'size' || copy.bytes !== 0) text += `${dashes}nflog-${copy.option} ${copy.bytes}`;
  if (threshold !== 0) text += `${dashes}nflog-threshold ${threshold}`;
  return text;
}
