import { assertNever } from '@chainwalk/core';
import type { Ipvs, IpvsErrno } from '../ipvs.ts';
import { helpText } from './help.ts';
import { formatOf, listConnections, listService, listServices } from './list.ts';
import { type ParsedCommand, parseCommand } from './parse.ts';
import { saveServices } from './save.ts';
import { tryHelp, UsageError, VERSION_LINE } from './usage.ts';
import { splitCommandLine } from './words.ts';

/** What a command printed, and the status that it exited with. */
export interface IpvsadmResult {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Status of a command that the kernel refused: -1, as a shell sees it. */
const REFUSED = 255;

/** What collects over the lines of a restore. */
interface Output {
  stdout: string;
  stderr: string;
}

/**
 * Runs one `ipvsadm` command (version 1.31). `argv` may begin with the tool's name; `stdin` is what `-R` reads. What is
 * printed is the tool's own text; a fault never throws.
 */
export function runIpvsadm(ipvs: Ipvs, argv: readonly string[], stdin = ''): IpvsadmResult {
  const output: Output = { stdout: '', stderr: '' };
  try {
    const status = execute(ipvs, withoutName(argv), stdin, output);
    return { status, ...output };
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    return { status: error.status, stdout: output.stdout, stderr: `${output.stderr}${error.message}\n` };
  }
}

/** The status of a listing of a service that is not there. */
const NOTHING_TO_LIST = 1;

/** `ipvsadm-save` and `ipvsadm-restore` are scripts around two commands of the tool. */
const SCRIPTS: Readonly<Record<string, string>> = { 'ipvsadm-save': '-S', 'ipvsadm-restore': '-R' };

function withoutName(argv: readonly string[]): readonly string[] {
  const name = argv[0]?.replace(/^.*\//, '') ?? '';
  if (name === 'ipvsadm') return argv.slice(1);
  const command = SCRIPTS[name];
  return command === undefined ? argv : [command, ...argv.slice(1)];
}

/** @throws UsageError for what the tool itself refuses */
function execute(ipvs: Ipvs, argv: readonly string[], stdin: string | undefined, output: Output): number {
  const line = splitCommandLine(argv);
  if (line === undefined) {
    output.stdout += listServices(ipvs, formatOf(new Set()));
    return 0;
  }
  // These two look at nothing that follows.
  if (line.command.name === 'help') output.stdout += helpText();
  if (line.command.name === 'version') output.stdout += VERSION_LINE;
  if (line.command.name === 'help' || line.command.name === 'version') return 0;
  const parsed = parseCommand(line, (name) => ipvs.schedulers.get(name));
  switch (parsed.command.name) {
    case 'list':
      return list(ipvs, parsed, output);
    case 'save':
      output.stdout += saveServices(ipvs, parsed.options.has('numeric'));
      return 0;
    case 'restore':
      // A restore inside a restore would never end.
      if (stdin === undefined) tryHelp();
      return restore(ipvs, stdin, output);
    case 'stop-daemon':
      throw new UsageError('No daemon is running', REFUSED);
    case 'start-daemon':
      throw new UsageError('the connection synchronization daemon is not modelled by chainwalk', REFUSED);
    default: {
      const errno = change(ipvs, parsed);
      if (errno === undefined) return 0;
      output.stderr += `${messageOf(errno, parsed)}\n`;
      return REFUSED;
    }
  }
}

function list(ipvs: Ipvs, parsed: ParsedCommand, output: Output): number {
  const { options, service: key } = parsed;
  const format = formatOf(options);
  if (options.has('connection')) output.stdout += listConnections(ipvs, format.numeric, options.has('persistent-conn'));
  else if (options.has('timeout')) {
    const { tcp, tcpFin, udp } = ipvs.timeouts;
    output.stdout += `Timeout (tcp tcpfin udp): ${tcp} ${tcpFin} ${udp}\n`;
  } else if (key !== undefined) {
    const service = ipvs.services.exact(key);
    if (service === undefined) {
      output.stderr += 'No such service\n';
      return NOTHING_TO_LIST;
    }
    output.stdout += listService(service, format);
  } else if (!options.has('daemon')) output.stdout += listServices(ipvs, format);
  return 0;
}

function change(ipvs: Ipvs, parsed: ParsedCommand): IpvsErrno | undefined {
  const { command, service, destination, timeouts } = parsed;
  const name = command.name;
  if (name === 'flush') {
    ipvs.flush();
    return undefined;
  }
  if (name === 'zero') return ipvs.zero(service);
  if (name === 'set') return ipvs.setTimeouts({ tcp: timeouts![0], tcpFin: timeouts![1], udp: timeouts![2] });
  // The command's table of options says that these are here.
  const key = service!;
  // The kernel looks for the service first.
  if (parsed.unknownEngine && (ipvs.services.exact(key) === undefined) === (name === 'add-service')) return 'ENOENT';
  switch (name) {
    case 'add-service':
      return ipvs.addService(key);
    case 'edit-service':
      return ipvs.editService(key);
    case 'delete-service':
      return ipvs.deleteService(key);
    case 'add-server':
      return ipvs.addDestination(key, destination!);
    case 'edit-server':
      return ipvs.editDestination(key, destination!);
    case 'delete-server':
      return ipvs.deleteDestination(key, destination!.address, destination!.port);
    case 'list':
    case 'save':
    case 'restore':
    case 'help':
    case 'version':
    case 'start-daemon':
    case 'stop-daemon':
      return undefined;
    default:
      return assertNever(name);
  }
}

/** What the tool says of an error, which depends on what it tried (`ipvs_strerror`). */
function messageOf(errno: IpvsErrno, parsed: ParsedCommand): string {
  const isServer = parsed.destination !== undefined;
  switch (errno) {
    case 'EEXIST':
      return isServer ? 'Destination already exists' : 'Service already exists';
    case 'ENOENT':
      return isServer ? 'No such destination' : 'Scheduler or persistence engine not found';
    case 'ESRCH':
      return isServer ? 'Service not defined' : 'No such service';
    case 'ERANGE':
      return 'Numerical result out of range';
    case 'EINVAL':
      return 'Invalid operation.  Possibly wrong module version, address not unicast, ...';
  }
}

/**
 * `ipvsadm -R`: one command a line, with or without the tool's name in front. What the kernel refuses is said and passed
 * over; what the tool refuses ends it, after the lines before took effect, and so does a listing of a service that is
 * not there. The status is that of the last line.
 */
function restore(ipvs: Ipvs, text: string, output: Output): number {
  let status = 0;
  for (const line of text.split('\n')) {
    const words = line.split(/[ \t]+/).filter((word) => word !== '');
    if (words[0] === 'ipvsadm') words.shift();
    if (words.length > 0) status = execute(ipvs, words, undefined, output);
    if (status === NOTHING_TO_LIST) break;
  }
  return status;
}
