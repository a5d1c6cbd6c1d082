import { badOption, type MatchExtension } from '../x_tables/extension.ts';
import { parseUnsigned } from '../x_tables/values.ts';

interface CpuInfo {
  readonly cpu: number;
  readonly inverted: boolean;
}

/** The one processor of a simulated host. */
const THIS_CPU = 0;

/**
 * `-m cpu --cpu NUMBER`: the processor that handles the packet. A simulated host has one, number 0.
 *
 * Kernel: `net/netfilter/xt_cpu.c`, `cpu_mt`.
 */
export const cpu: MatchExtension<CpuInfo, undefined> = {
  name: 'cpu',
  options: [{ name: 'cpu', args: 1, invertible: true, mandatory: true }],
  size: 40,

  parse(options) {
    const use = options[0]!;
    const number = parseUnsigned(use.values[0]!);
    if (number === undefined) badOption(use, `"${use.values[0]}" is no number of a processor`);
    return { cpu: number, inverted: use.inverted };
  },

  save(info) {
    return `${info.inverted ? ' !' : ''} --cpu ${info.cpu}`;
  },

  list(info) {
    return ` cpu ${info.inverted ? '! ' : ''}${info.cpu}`;
  },

  compile(info) {
    const result = (info.cpu === THIS_CPU) !== info.inverted;
    return { test: () => result };
  },
};
