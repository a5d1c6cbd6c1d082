import { badOption, type MatchExtension } from '../x_tables/extension.ts';
import { formatNamedValue, type NamedValue, parseNamedValue } from '../x_tables/named-value.ts';
import { needHooks } from '../x_tables/need-hooks.ts';

interface RealmInfo extends NamedValue {
  readonly inverted: boolean;
}

/** `/etc/iproute2/rt_realms` as iproute2 ships it. */
const NAMES = { cosmos: 0 } as const;

/**
 * `-m realm --realm VALUE[/MASK]`: the realm of the packet's route (`ip route add ... realm N`).
 *
 * Kernel: `net/netfilter/xt_realm.c`, `realm_mt`.
 */
export const realm: MatchExtension<RealmInfo, undefined> = {
  name: 'realm',
  options: [{ name: 'realm', args: 1, invertible: true, mandatory: true }],
  size: 48,

  parse(options) {
    const use = options[0]!;
    const parsed = parseNamedValue(use.values[0]!, NAMES);
    if (parsed === undefined) badOption(use, `"${use.values[0]}" is no realm`, 'write NUMBER[/MASK]');
    return { ...parsed, inverted: use.inverted };
  },

  save(info) {
    return `${info.inverted ? ' !' : ''} --realm ${formatNamedValue(info, NAMES)}`;
  },

  list(info, numeric) {
    return `${info.inverted ? ' !' : ''} realm ${formatNamedValue(info, numeric ? undefined : NAMES)}`;
  },

  check(_, context) {
    needHooks(context, 'realm', 'INPUT', 'FORWARD', 'OUTPUT', 'POSTROUTING');
  },

  compile({ value, mask, inverted }) {
    return { test: ({ route }) => (value === ((route?.realm ?? 0) & mask) >>> 0) !== inverted };
  },
};
