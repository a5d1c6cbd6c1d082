import { badOption, CONTINUE, type TargetExtension } from '../x_tables/extension.ts';

/** What `sscanf("%x")` takes: blanks, a sign, `0x`, digits. */
const HEX = '[ \\t-\\r]*([+-]?)(0[xX][0-9a-fA-F]*|[0-9a-fA-F]+)';
const CLASS = new RegExp(`^${HEX}:${HEX}`);

/**
 * `-j CLASSIFY`: sets the priority of the packet, which is the class that traffic control puts it into. The info is that
 * number: 16 bits of a major and 16 bits of a minor class.
 *
 * Kernel: `net/netfilter/xt_CLASSIFY.c`, `classify_tg`.
 */
export const classifyTarget: TargetExtension<number, undefined> = {
  name: 'CLASSIFY',
  options: [{ name: 'set-class', args: 1, mandatory: true }],
  size: 40,
  hooks: ['FORWARD', 'OUTPUT', 'POSTROUTING'],

  parse([option]) {
    const text = option?.values[0] ?? '';
    // Whatever follows is not looked at, and only the lower 16 bits of each number count.
    const [, majorSign, major, minorSign, minor] =
      CLASS.exec(text) ?? badOption(option, `"${text}" is no class`, 'write two hexadecimal numbers, MAJOR:MINOR');
    return ((sixteenBits(majorSign!, major!) << 16) | sixteenBits(minorSign!, minor!)) >>> 0;
  },

  save: (priority) =>
    ` --set-class ${hex(priority >>> 16).padStart(4, '0')}:${hex(priority & 0xffff).padStart(4, '0')}`,
  list: (priority) => ` CLASSIFY set ${hex(priority >>> 16)}:${hex(priority & 0xffff)}`,

  compile(priority) {
    return {
      apply: (packet) => {
        const before = packet.priority;
        packet.priority = priority;
        packet.trace?.add({
          kind: 'change',
          field: 'priority',
          from: `0x${hex(before)}`,
          to: `0x${hex(priority)}`,
          by: 'CLASSIFY',
        });
        return CONTINUE;
      },
    };
  },
};

function sixteenBits(sign: string, digits: string): number {
  const low = Number.parseInt(`0${digits.replace(/^0x/i, '').slice(-4)}`, 16);
  return sign === '-' ? -low & 0xffff : low;
}

function hex(value: number): string {
  return value.toString(16);
}
