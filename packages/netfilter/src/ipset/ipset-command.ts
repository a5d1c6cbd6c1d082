import { misuse } from './fault.ts';

/** The commands of `ipset`, in the order in which a shortened name is looked for. */
export type CommandName =
  | 'create'
  | 'add'
  | 'del'
  | 'test'
  | 'destroy'
  | 'list'
  | 'save'
  | 'restore'
  | 'flush'
  | 'rename'
  | 'swap'
  | 'help'
  | 'version'
  | 'quit';

/** Other names, the option letters of old, and how many words have to follow. */
const COMMANDS: readonly {
  name: CommandName;
  names: readonly string[];
  letters: readonly string[];
  needs: 0 | 2;
  takes: number;
}[] = [
  { name: 'create', names: ['create', 'new'], letters: ['-N'], needs: 2, takes: Number.POSITIVE_INFINITY },
  { name: 'add', names: ['add'], letters: ['-A'], needs: 2, takes: Number.POSITIVE_INFINITY },
  { name: 'del', names: ['del'], letters: ['-D'], needs: 2, takes: Number.POSITIVE_INFINITY },
  { name: 'test', names: ['test'], letters: ['-T'], needs: 2, takes: Number.POSITIVE_INFINITY },
  { name: 'destroy', names: ['destroy', 'x'], letters: ['-X'], needs: 0, takes: 1 },
  { name: 'list', names: ['list'], letters: ['-L'], needs: 0, takes: 1 },
  { name: 'save', names: ['save'], letters: ['-S'], needs: 0, takes: 1 },
  { name: 'restore', names: ['restore'], letters: ['-R'], needs: 0, takes: 0 },
  { name: 'flush', names: ['flush'], letters: ['-F'], needs: 0, takes: 1 },
  { name: 'rename', names: ['rename', 'e'], letters: ['-E'], needs: 2, takes: 2 },
  { name: 'swap', names: ['swap', 'w'], letters: ['-W'], needs: 2, takes: 2 },
  { name: 'help', names: ['help'], letters: ['-H'], needs: 0, takes: 1 },
  { name: 'version', names: ['version'], letters: ['-V', '-v'], needs: 0, takes: 0 },
  { name: 'quit', names: ['quit'], letters: [], needs: 0, takes: 0 },
];

const EXACT: ReadonlyMap<string, (typeof COMMANDS)[number]> = new Map(
  COMMANDS.map((command) => [command.name, command]),
);

/** A command by any of its names, or by the beginning of one. */
function findCommand(word: string): (typeof COMMANDS)[number] | undefined {
  const bare = word.startsWith('--') ? word.slice(2) : word;
  return COMMANDS.find(
    ({ names, letters }) => letters.includes(word) || (bare !== '' && names.some((name) => name.startsWith(bare))),
  );
}

/** Options that stand anywhere, and hold from then on. */
export interface Environment {
  exist: boolean;
  quiet: boolean;
  sorted: boolean;
  names: boolean;
  terse: boolean;
  output: 'plain' | 'save' | 'xml' | undefined;
  file: string | undefined;
}

export function newEnvironment(): Environment {
  return { exist: false, quiet: false, sorted: false, names: false, terse: false, output: undefined, file: undefined };
}

const SWITCHES: Readonly<Record<string, 'exist' | 'quiet' | 'sorted' | 'names' | 'terse' | 'resolve'>> = {
  '-!': 'exist',
  '-exist': 'exist',
  '--exist': 'exist',
  '-q': 'quiet',
  '-quiet': 'quiet',
  '--quiet': 'quiet',
  '-s': 'sorted',
  '-sorted': 'sorted',
  '--sorted': 'sorted',
  '-n': 'names',
  '-name': 'names',
  '--name': 'names',
  '-t': 'terse',
  '-terse': 'terse',
  '--terse': 'terse',
  '-r': 'resolve',
  '-resolve': 'resolve',
  '--resolve': 'resolve',
};
const VALUED: Readonly<Record<string, 'output' | 'file'>> = {
  '-o': 'output',
  '-output': 'output',
  '--output': 'output',
  '-f': 'file',
  '-file': 'file',
  '--file': 'file',
};

/** A command line taken apart: the command and the words that are left for it. */
export interface ParsedCommand {
  readonly name: CommandName;
  readonly words: readonly string[];
}

/**
 * Takes the options that stand anywhere into `environment`, and finds the command.
 * @throws IpsetFault
 */
export function parseCommand(
  argv: readonly string[],
  environment: Environment,
  onMode: (mode: string) => Environment['output'],
): ParsedCommand {
  const words: string[] = [];
  for (let at = 0; at < argv.length; at++) {
    const word = argv[at]!;
    if (!word.startsWith('-')) {
      words.push(word);
      continue;
    }
    const option = Object.hasOwn(SWITCHES, word) ? SWITCHES[word] : undefined;
    const valued = Object.hasOwn(VALUED, word) ? VALUED[word] : undefined;
    if (option !== undefined) {
      // Without a resolver there is nothing to resolve, as on a machine that cannot reach one.
      if (option !== 'resolve') environment[option] = true;
    } else if (valued !== undefined) {
      const value = argv[++at];
      if (value === undefined) misuse(`Missing mandatory argument to option ${word}`);
      if (valued === 'file') environment.file = value;
      else environment.output = onMode(value);
    } else {
      words.push(word);
    }
  }
  const [first, ...rest] = words;
  if (first === undefined) misuse('No command specified.');
  const command = EXACT.get(first) ?? findCommand(first);
  if (command === undefined) misuse(`No command specified: unknown argument ${first}`);
  const { name, needs, takes } = command;
  if (needs === 2 && rest.length === 0) misuse(`Missing mandatory argument to command ${name}`);
  if (needs === 2 && rest.length === 1) misuse(`Missing second mandatory argument to command ${name}`);
  if (rest.length > takes) misuse(`Unknown argument ${rest[takes]}`);
  return { name, words: rest };
}
