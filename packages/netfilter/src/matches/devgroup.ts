import type { Device } from '@chainwalk/core';
import { badOption, type MatchExtension, type OptionUse } from '../x_tables/extension.ts';
import { formatNamedValue, type NamedValue, parseNamedValue } from '../x_tables/named-value.ts';
import { needHooks } from '../x_tables/need-hooks.ts';

interface GroupTest extends NamedValue {
  readonly inverted: boolean;
}

interface DevgroupInfo {
  readonly src: GroupTest | undefined;
  readonly dst: GroupTest | undefined;
}

/** `/etc/iproute2/group` as iproute2 ships it. */
const NAMES = { default: 0 } as const;

/**
 * `-m devgroup`: the group of the device the packet came in on or leaves by (`ip link set DEVICE group N`).
 *
 * Kernel: `net/netfilter/xt_devgroup.c`, `devgroup_mt`.
 */
export const devgroup: MatchExtension<DevgroupInfo, undefined> = {
  name: 'devgroup',
  options: [
    { name: 'src-group', args: 1, invertible: true },
    { name: 'dst-group', args: 1, invertible: true },
  ],
  size: 56,

  parse(options) {
    if (options.length === 0) badOption(undefined, 'devgroup needs --src-group or --dst-group');
    return {
      src: parseGroup(options.find((use) => use.name === 'src-group')),
      dst: parseGroup(options.find((use) => use.name === 'dst-group')),
    };
  },

  save: (info) => format(info, '--', false),
  list: (info, numeric) => format(info, '', numeric),

  check({ src, dst }, context) {
    if (src !== undefined) needHooks(context, 'devgroup --src-group', 'PREROUTING', 'INPUT', 'FORWARD');
    if (dst !== undefined) needHooks(context, 'devgroup --dst-group', 'FORWARD', 'OUTPUT', 'POSTROUTING');
  },

  compile({ src, dst }) {
    const holds = (test: GroupTest | undefined, device: Device | undefined): boolean =>
      test === undefined || (((test.value ^ (device?.group ?? 0)) & test.mask) === 0) !== test.inverted;
    return { test: (_, { inDevice, outDevice }) => holds(src, inDevice) && holds(dst, outDevice) };
  },
};

function parseGroup(use: OptionUse | undefined): GroupTest | undefined {
  if (use === undefined) return undefined;
  const parsed = parseNamedValue(use.values[0]!, NAMES);
  if (parsed === undefined) badOption(use, `"${use.values[0]}" is no device group`, 'write NUMBER[/MASK]');
  return { ...parsed, inverted: use.inverted };
}

function format({ src, dst }: DevgroupInfo, prefix: string, numeric: boolean): string {
  const one = (name: string, test: GroupTest | undefined): string =>
    test === undefined
      ? ''
      : `${test.inverted ? ' !' : ''} ${prefix}${name} ${formatNamedValue(test, numeric ? undefined : NAMES)}`;
  return one('src-group', src) + one('dst-group', dst);
}
