import { badOption, KernelRefusal, type MatchExtension, type OptionUse } from '@chainwalk/netfilter';

interface PhysdevTest {
  /** The device's name for `--physdev-in` and `--physdev-out`. */
  readonly value: string;
  readonly inverted: boolean;
}

/** The options in the order in which iptables-save prints them. */
const OPTIONS = ['physdev-is-in', 'physdev-in', 'physdev-is-out', 'physdev-out', 'physdev-is-bridged'] as const;
type PhysdevOption = (typeof OPTIONS)[number];
type PhysdevInfo = ReadonlyMap<PhysdevOption, PhysdevTest>;

/**
 * `-m physdev`: the port of a bridge that a packet came in by or leaves by. Hosts here have no bridges, and of a packet
 * that crossed none Linux says that it matches exactly if every option is inverted.
 *
 * Kernel: `net/netfilter/xt_physdev.c`, `physdev_mt`.
 */
export const physdev: MatchExtension<PhysdevInfo, undefined> = {
  name: 'physdev',
  options: OPTIONS.map((name) => ({
    name,
    args: name === 'physdev-in' || name === 'physdev-out' ? 1 : 0,
    invertible: true,
  })),
  size: 112,

  parse(options: readonly OptionUse[]) {
    if (options.length === 0) badOption(undefined, 'physdev needs at least one option');
    return new Map(
      options.map((use) => [use.name as PhysdevOption, { value: use.values[0] ?? '', inverted: use.inverted }]),
    );
  },

  save: (info) => text(info),
  list: (info) => ` PHYSDEV match${text(info)}`,

  check(info, context) {
    const leaves = info.has('physdev-out') || info.has('physdev-is-out');
    if (leaves && context.hooks.includes('OUTPUT')) {
      throw new KernelRefusal('EINVAL', 'in OUTPUT it is not known yet by which port of a bridge a packet leaves');
    }
  },

  compile(info) {
    const matches = [...info.values()].every((test) => test.inverted);
    return { test: () => matches };
  },
};

function text(info: PhysdevInfo): string {
  return OPTIONS.map((name) => {
    const test = info.get(name);
    if (test === undefined) return '';
    return `${test.inverted ? ' !' : ''} --${name}${test.value === '' ? '' : ` ${test.value}`}`;
  }).join('');
}
