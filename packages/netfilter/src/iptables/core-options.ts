/** The options of iptables itself, as its `getopt_long` tables have them. */

/** Which option it is: the letter that iptables uses inside. */
export type CoreOption =
  | 'A'
  | 'D'
  | 'C'
  | 'I'
  | 'R'
  | 'L'
  | 'S'
  | 'F'
  | 'Z'
  | 'N'
  | 'X'
  | 'E'
  | 'P'
  | 's'
  | 'd'
  | 'p'
  | 'i'
  | 'o'
  | 'j'
  | 'g'
  | 'm'
  | 'f'
  | 'c'
  | 't'
  | 'n'
  | 'v'
  | 'x'
  | '0'
  | 'w'
  | 'W'
  | 'V'
  | 'h'
  | 'M'
  | '4'
  | '6';

/** Whether a value follows: never, always, or only if attached (`-L` takes a following word by itself). */
export type Argument = 'none' | 'required' | 'optional';

/** A long option and what it stands for. */
export interface LongOption {
  readonly name: string;
  readonly option: CoreOption;
  readonly argument: Argument;
}

const LONG: readonly (readonly [string, CoreOption, Argument])[] = [
  ['append', 'A', 'required'],
  ['delete', 'D', 'required'],
  ['check', 'C', 'required'],
  ['insert', 'I', 'required'],
  ['replace', 'R', 'required'],
  ['list', 'L', 'optional'],
  ['list-rules', 'S', 'optional'],
  ['flush', 'F', 'optional'],
  ['zero', 'Z', 'optional'],
  ['new-chain', 'N', 'required'],
  ['delete-chain', 'X', 'optional'],
  ['rename-chain', 'E', 'required'],
  ['policy', 'P', 'required'],
  ['source', 's', 'required'],
  ['destination', 'd', 'required'],
  ['src', 's', 'required'],
  ['dst', 'd', 'required'],
  ['protocol', 'p', 'required'],
  ['in-interface', 'i', 'required'],
  ['jump', 'j', 'required'],
  ['table', 't', 'required'],
  ['match', 'm', 'required'],
  ['numeric', 'n', 'none'],
  ['out-interface', 'o', 'required'],
  ['verbose', 'v', 'none'],
  ['wait', 'w', 'optional'],
  ['wait-interval', 'W', 'optional'],
  ['exact', 'x', 'none'],
  ['fragments', 'f', 'none'],
  ['version', 'V', 'none'],
  ['help', 'h', 'optional'],
  ['line-numbers', '0', 'none'],
  ['modprobe', 'M', 'required'],
  ['set-counters', 'c', 'required'],
  ['goto', 'g', 'required'],
  ['ipv4', '4', 'none'],
  ['ipv6', '6', 'none'],
];

/** Every long option of iptables. */
export const LONG_OPTIONS: readonly LongOption[] = LONG.map(([name, option, argument]) => ({ name, option, argument }));
/** The same by name. */
export const LONG_BY_NAME: ReadonlyMap<string, LongOption> = new Map(
  LONG_OPTIONS.map((option) => [option.name, option]),
);

/** Every short option, which takes its value as the long ones do. `--line-numbers` has none. */
export const SHORT_OPTIONS: ReadonlyMap<string, LongOption> = new Map(
  LONG_OPTIONS.filter(({ option }) => option !== '0').map((option) => [option.option, option]),
);

/** The commands, by letter. */
export type CommandLetter = 'A' | 'D' | 'C' | 'I' | 'R' | 'L' | 'S' | 'F' | 'Z' | 'N' | 'X' | 'E' | 'P';

/** Options that may be counted as given: those that {@link LEGAL} speaks of. */
export type CountedOption = 'n' | 's' | 'd' | 'p' | 'j' | 'v' | 'x' | 'i' | 'o' | '0' | 'c' | 'f';

const RULE_OPTIONS = 'sdpjviocf';
/** Which options a command allows; with two commands (`-L -Z`), what either allows. */
export const LEGAL: Readonly<Record<CommandLetter | 'Dn' | 'Zn', string>> = {
  I: RULE_OPTIONS,
  R: RULE_OPTIONS,
  A: RULE_OPTIONS,
  D: 'sdpjviof',
  C: 'sdpjviof',
  Dn: 'v',
  L: 'nvx0',
  S: 'v',
  F: 'v',
  Z: 'v',
  Zn: 'v',
  N: 'v',
  X: 'v',
  E: 'v',
  P: 'vc',
};
