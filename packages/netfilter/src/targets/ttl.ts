import { badOption, CONTINUE, type TargetExtension } from '../x_tables/extension.ts';
import { parseUnsigned } from '../x_tables/values.ts';

interface TtlInfo {
  readonly mode: 'set' | 'inc' | 'dec';
  /** 0 to 255; not 0 but for `set`. */
  readonly value: number;
}

const WORDS = { set: 'set to', inc: 'increment by', dec: 'decrement by' } as const;

/**
 * `-j TTL`: sets, raises (to 255 at most) or lowers (to 0 at least) the time to live. Whether a packet whose time is up is
 * still forwarded is decided by routing alone: a 0 that is set in POSTROUTING leaves as 0.
 *
 * Kernel: `net/netfilter/xt_HL.c`, `ttl_tg`.
 */
export const ttlTarget: TargetExtension<TtlInfo, undefined> = {
  name: 'TTL',
  options: ['ttl-set', 'ttl-inc', 'ttl-dec'].map((name, _, all) => ({
    name,
    args: 1 as const,
    excludes: all.filter((other) => other !== name),
  })),
  size: 40,
  tables: ['mangle'],

  parse([option]) {
    if (option === undefined) badOption(undefined, 'TTL needs one of --ttl-set, --ttl-inc, --ttl-dec');
    const mode = option.name.slice(4) as TtlInfo['mode'];
    const value = parseUnsigned(option.values[0]!, 255);
    if (value === undefined || (value === 0 && mode !== 'set')) {
      badOption(option, `"${option.values[0]!}" is no number from ${mode === 'set' ? 0 : 1} to 255`);
    }
    return { mode, value };
  },

  save: ({ mode, value }) => ` --ttl-${mode} ${value}`,
  list: ({ mode, value }) => ` TTL ${WORDS[mode]} ${value}`,

  compile({ mode, value }) {
    const change = mode === 'inc' ? value : -value;
    return {
      apply: (packet) => {
        const before = packet.ttl;
        packet.ttl = mode === 'set' ? value : Math.min(Math.max(before + change, 0), 255);
        packet.trace?.add({ kind: 'change', field: 'ttl', from: String(before), to: String(packet.ttl), by: 'TTL' });
        return CONTINUE;
      },
    };
  },
};
