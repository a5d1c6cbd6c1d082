import { type CommandResult, PROTOCOL } from '@chainwalk/core';
import type { Connection } from '../connection.ts';
import type { Conntrack } from '../conntrack.ts';
import { matchesFilter, statusBits } from './filter.ts';
import { formatConnection, formatEvent, formatExpectation, type OutputOptions } from './format.ts';
import { insertConnection } from './insert.ts';
import { type ParsedCommand, parseCommand, requirePorts, UsageError } from './options.ts';
import { formatStatistics } from './statistics.ts';

/** What the tool finds on its machine. */
export interface CommandEnvironment {
  /** Names of label bits, from `connlabel.conf`. */
  readonly labels?: ReadonlyMap<number, string>;
}

const TOOL = 'conntrack v1.4.7 (conntrack-tools)';

/**
 * Runs the `conntrack` tool (1.4.7) with the arguments behind its name: `-L`, `-S`, `-C`, `-D`, `-F`, `-I`, `-G`, each
 * with its filters, and `-R -`, which reads such commands from `stdin`, a line each. `-E` never ends by itself: use
 * {@link watchEvents}. The tool's own name may stand in front.
 */
export function runConntrack(
  conntrack: Conntrack,
  argv: readonly string[],
  stdin = '',
  environment: CommandEnvironment = {},
): CommandResult {
  const words = argv[0] === 'conntrack' ? argv.slice(1) : argv;
  if (words.length === 2 && (words[0] === '-R' || words[0] === '--load-file') && words[1] === '-') {
    return load(conntrack, stdin, environment);
  }
  try {
    const parsed = parseCommand(words);
    const output = outputOf(parsed, environment);
    if (parsed.labels !== undefined && environment.labels === undefined)
      throw new UsageError(`unknown label '${parsed.labels[0]}'`);
    const bits = parsed.status === undefined ? undefined : statusBits(parsed.status);
    switch (parsed.command) {
      case 'L':
        if (bits === 0) return { status: 1, stdout: '', stderr: `${TOOL}: Operation failed: invalid parameters\n` };
        return list(conntrack, parsed, output);
      case 'D':
        return remove(conntrack, parsed, output);
      case 'F':
        return flush(conntrack, parsed);
      case 'C':
        return {
          status: 0,
          stdout: `${parsed.table === 'expect' ? conntrack.expectations.size : conntrack.count}\n`,
          stderr: '',
        };
      case 'S':
        return { status: 0, stdout: `${formatStatistics(conntrack)}\n`, stderr: '' };
      case 'I':
        return insert(conntrack, parsed);
      case 'G':
        return get(conntrack, parsed, output);
      case 'E':
        throw new UsageError('-E needs somebody who listens: use watchEvents');
      case 'V':
        return { status: 0, stdout: `${TOOL}\n`, stderr: '' };
      default:
        throw new UsageError(`command -${parsed.command} is not modelled`);
    }
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    return {
      status: 2,
      stdout: '',
      stderr: `${TOOL}: ${error.message}\nTry \`conntrack -h' or 'conntrack --help' for more information.\n`,
    };
  }
}

/** Each line as a command of its own; the first that fails ends it. */
function load(conntrack: Conntrack, text: string, environment: CommandEnvironment): CommandResult {
  let stdout = '';
  let stderr = '';
  for (const line of text.split('\n')) {
    const words = line.split(/\s+/).filter((word) => word !== '' && word !== 'conntrack');
    if (words.length === 0 || words[0]!.startsWith('#')) continue;
    const result = runConntrack(conntrack, words, '', environment);
    stdout += result.stdout;
    stderr += result.stderr;
    if (result.status !== 0) return { status: result.status, stdout, stderr };
  }
  return { status: 0, stdout, stderr };
}

/**
 * `conntrack -E`: calls `print` with a line for every event that the arguments ask for, until the answer is called.
 * Throws {@link UsageError} for arguments that the tool refuses.
 */
export function watchEvents(
  conntrack: Conntrack,
  argv: readonly string[],
  print: (line: string) => void,
  environment: CommandEnvironment = {},
): () => void {
  const parsed = parseCommand(argv.length === 0 ? ['-E'] : argv);
  const output = outputOf(parsed, environment);
  const wanted = parsed.events;
  return conntrack.events.subscribe((event) => {
    const word = { NEW: 'NEW', UPDATE: 'UPDATES', DESTROY: 'DESTROY' }[event.type];
    if (wanted !== undefined && !wanted.includes('ALL') && !wanted.includes(word)) return;
    if (matchesFilter(event.ct, parsed)) print(formatEvent(conntrack, event, output));
  });
}

function outputOf(parsed: ParsedCommand, environment: CommandEnvironment): OutputOptions {
  for (const word of parsed.output) {
    if (!['extended', 'id', 'timestamp', 'ktimestamp', 'labels'].includes(word)) {
      throw new UsageError(`Bad parameter \`${word}'`);
    }
  }
  return {
    extended: parsed.output.includes('extended'),
    id: parsed.output.includes('id'),
    timestamp: parsed.output.includes('ktimestamp'),
    ...(parsed.output.includes('labels') && environment.labels !== undefined ? { labels: environment.labels } : {}),
  };
}

function selected(conntrack: Conntrack, parsed: ParsedCommand): readonly Connection[] {
  // A dump collects what has expired on its way.
  conntrack.collectExpired();
  return [...conntrack.table.passing()].filter((ct) => matchesFilter(ct, parsed));
}

function list(conntrack: Conntrack, parsed: ParsedCommand, output: OutputOptions): CommandResult {
  if (parsed.table === 'expect') {
    const lines = conntrack.expectations.all().map((expectation) => `${formatExpectation(conntrack, expectation)}\n`);
    return told(lines, 'expectations have been shown');
  }
  if (parsed.table !== 'conntrack') return told([], 'flow entries have been shown');
  const chosen = selected(conntrack, parsed);
  const lines = chosen.map((ct) => `${formatConnection(conntrack, ct, output)}\n`);
  if (parsed.zero) {
    for (const ct of chosen) if (ct.accounting !== undefined) ct.startCounting();
  }
  return told(lines, 'flow entries have been shown');
}

function remove(conntrack: Conntrack, parsed: ParsedCommand, output: OutputOptions): CommandResult {
  const chosen = selected(conntrack, parsed);
  const lines = chosen.map((ct) => `${formatConnection(conntrack, ct, output)}\n`);
  for (const ct of chosen) conntrack.kill(ct, 'user-space');
  const result = told(lines, 'flow entries have been deleted');
  return { ...result, status: chosen.length === 0 ? 1 : 0 };
}

function flush(conntrack: Conntrack, parsed: ParsedCommand): CommandResult {
  if (parsed.table === 'expect') {
    for (const expectation of [...conntrack.expectations.all()]) conntrack.expectations.remove(expectation);
    return { status: 0, stdout: '', stderr: `${TOOL}: expectation table has been emptied.\n` };
  }
  conntrack.removeWhere((ct) => parsed.protocol === undefined || matchesFilter(ct, parsed), 'user-space');
  return { status: 0, stdout: '', stderr: `${TOOL}: connection tracking table has been emptied.\n` };
}

function insert(conntrack: Conntrack, parsed: ParsedCommand): CommandResult {
  const fault = insertConnection(conntrack, parsed);
  if (fault !== undefined) return { status: 1, stdout: '', stderr: `${TOOL}: Operation failed: ${fault}\n` };
  return told([], 'flow entries have been created', 1);
}

function get(conntrack: Conntrack, parsed: ParsedCommand, output: OutputOptions): CommandResult {
  const { src, dst } = parsed.addresses;
  if (src === undefined || dst === undefined || parsed.protocol === undefined) {
    throw new UsageError('Need source and destination IP address and a protocol');
  }
  requirePorts(parsed);
  const isIcmp = parsed.protocol === PROTOCOL.icmp;
  const found = conntrack.find({
    src: src.address,
    dst: dst.address,
    protocol: parsed.protocol,
    sport: isIcmp ? (parsed.icmp.id ?? 0) : (parsed.ports.sport ?? 0),
    dport: isIcmp ? ((parsed.icmp.type ?? 0) << 8) | (parsed.icmp.code ?? 0) : (parsed.ports.dport ?? 0),
  });
  if (found === undefined) {
    return { status: 1, stdout: '', stderr: `${TOOL}: Operation failed: such conntrack doesn't exist\n` };
  }
  return told([`${formatConnection(conntrack, found.ct, output)}\n`], 'flow entries have been shown');
}

function told(lines: readonly string[], what: string, count: number = lines.length): CommandResult {
  return { status: 0, stdout: lines.join(''), stderr: `${TOOL}: ${count} ${what}.\n` };
}
