import { badOption, type MatchExtension, NO_DEMANDS, type OptionUse } from '../x_tables/extension.ts';
import { needHooks } from '../x_tables/need-hooks.ts';
import { utf8Length } from '../x_tables/utf8.ts';

/** What may be asked of the ports of a bridge, in the order in which it is printed. */
const QUESTIONS = ['is-in', 'in', 'is-out', 'out', 'is-bridged'] as const;
type Question = (typeof QUESTIONS)[number];

interface Asked {
  readonly question: Question;
  /** The name of a port, or the beginning of one and `+`; '' for questions that name none. */
  readonly port: string;
  readonly inverted: boolean;
}

/** Bytes that the name of a device may have. */
const MAX_DEVICE = 15;

/**
 * `-m physdev`: the port of a bridge by which the packet came or leaves. A packet that no bridge has forwarded has
 * neither, and then only what is asked the other way round holds. There are no bridges here, so that is every packet.
 *
 * Kernel: `net/netfilter/xt_physdev.c`, `physdev_mt`.
 */
export const physdev: MatchExtension<readonly Asked[], undefined> = {
  name: 'physdev',
  options: QUESTIONS.map((question) => ({
    name: `physdev-${question}`,
    args: question.includes('is-') ? 0 : 1,
    invertible: true,
  })),
  size: 104,
  sharesInfo: true,
  demands: NO_DEMANDS,

  parse(options) {
    if (options.length === 0) {
      badOption(undefined, 'PHYSDEV: no physdev option specified', 'write --physdev-in PORT or --physdev-is-bridged');
    }
    return QUESTIONS.flatMap((question) => {
      const use = options.find(({ name }) => name === `physdev-${question}`);
      return use === undefined ? [] : [{ question, port: parsePort(use), inverted: use.inverted }];
    });
  },

  save: (info) => info.map(format).join(''),
  list: (info) => ` PHYSDEV match${info.map(format).join('')}`,

  check(info, context) {
    const isBridged = info.some(({ question, inverted }) => question === 'is-bridged' && !inverted);
    const out = info.find(({ question }) => question === 'out' || question === 'is-out');
    // In OUTPUT no bridge has been asked yet.
    if (out !== undefined && !isBridged) {
      const name = `--physdev-${out.question} without --physdev-is-bridged`;
      needHooks(context, name, 'PREROUTING', 'INPUT', 'FORWARD', 'POSTROUTING');
    }
  },

  compile(info) {
    const holds = info.every(({ inverted }) => inverted);
    return { test: () => holds, byState: true };
  },
};

function parsePort(use: OptionUse): string {
  const port = use.values[0] ?? '';
  if (utf8Length(port) > MAX_DEVICE) {
    badOption(use, `interface name \`${port}' must be shorter than IFNAMSIZ (${MAX_DEVICE})`);
  }
  return port;
}

function format({ question, port, inverted }: Asked): string {
  const text = `${inverted ? ' !' : ''} --physdev-${question}`;
  return question === 'in' || question === 'out' ? `${text} ${port}` : text;
}
