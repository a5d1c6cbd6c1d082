import { formatConnection } from '@chainwalk/conntrack';
import {
  type CapturedPacket,
  CaptureReader,
  type Diagnostic,
  formatDiagnostic,
  InputError,
  type InterfaceToWrite,
  LINKTYPE,
  type NumberedComment,
  PacketBlocks,
  packetOffset,
  pcapngHeader,
  refuse,
  Simulation,
} from '@chainwalk/core';
import {
  type Departure,
  describeFate,
  type Fate,
  Node,
  type OutputReport,
  Replay,
  type ReplayedPacket,
  readHost,
  setUp,
  type Tally,
} from '@chainwalk/scenario';
import { SingleBar } from 'cli-progress';
import type { Command } from 'commander';
import { OutputFile, openForReading, readText, refuseSameFile } from '../files.ts';
import { inlineMore } from '../inlining.ts';
import { wholeNumber } from '../option-values.ts';
import { complain, print } from '../output.ts';

interface ReplayCommandOptions {
  readonly host: string;
  readonly inMap?: string;
  readonly out?: string;
  readonly json?: boolean;
  readonly packets?: boolean;
  readonly seed: number;
}

/** A capture of more bytes is played for long enough that compiling more pays. */
const LARGE: number = 64 * 1024 * 1024;
/** How many lines of each part of the summary are shown. */
const MOST_LINES = 20;

/** `chainwalk replay`: a capture through a host, at its own times. */
export function addReplay(program: Command): void {
  program
    .command('replay')
    .description('play a pcap or pcapng capture through a host at its own times, and tell what became of each packet')
    .argument('<capture>', 'a pcap or pcapng file')
    .requiredOption('--host <file>', 'a scenario file whose host is used (its steps are not played)')
    .option(
      '--in-map <map>',
      'devices for the interfaces of the capture, as in 0=eth0,veth3=cni0; numbers are interface indexes for -i any',
    )
    .option('--out <file>', 'write what came out as pcapng, with the fate of each packet as its comment')
    .option('--packets', 'print a line for each packet')
    .option('--json', 'print a JSON object for each packet, one a line, and the summary last')
    .option('--seed <number>', 'seed of the random streams', wholeNumber, 1)
    .addHelpText(
      'after',
      '\nA capture of all devices of a host (tcpdump -i any) also shows what the host sent: that is not played but compared.' +
        '\nExample:\n  chainwalk replay capture.pcap --host host.yaml --in-map 0=eth0 --out after.pcapng',
    )
    .action((capture: string, options: ReplayCommandOptions) => replay(capture, options));
}

async function replay(capture: string, options: ReplayCommandOptions): Promise<void> {
  const node = new Node(new Simulation({ seed: options.seed }));
  setUp(node, readHost(readText(options.host), options.host));
  const sent: PlainDeparture[] = [];
  let writer: FateWriter | undefined;
  const player = new Replay(node, {
    ...(options.inMap === undefined ? {} : { inMap: parseMap(options.inMap) }),
    describe: options.json === true || options.packets === true,
    onSend: (departure) => {
      writer?.sent(departure);
      if (options.json === true) sent.push(plainDeparture(departure));
    },
  });
  if (options.out !== undefined) for (const read of [capture, options.host]) refuseSameFile(read, options.out);
  const { stream, size } = openForReading(capture);
  const reader = new CaptureReader(capture);
  if (options.out !== undefined) writer = new FateWriter(options.out, node);
  const bar = new SingleBar({ format: 'replay {bar} {percentage}% | {value} of {total} bytes', hideCursor: true });
  const showsProgress = process.stderr.isTTY === true && size > 4 * 1024 * 1024;
  if (showsProgress) bar.start(size, 0);
  let read = 0;
  if (size > LARGE) inlineMore();
  let refused: InputError | undefined;
  for await (const chunk of stream) {
    reader.push(chunk as Uint8Array);
    let lines = '';
    try {
      for (let captured = reader.next(); captured !== undefined; captured = reader.next()) {
        let told: ReplayedPacket;
        try {
          told = player.play(captured);
        } catch (error) {
          // What came before it is told and written all the same.
          if (!(error instanceof InputError)) throw error;
          refused = error;
          break;
        }
        writer?.played(captured, told);
        if (options.json === true) {
          lines += `${JSON.stringify(plain(told, sent))}\n`;
          sent.length = 0;
        } else if (options.packets === true)
          lines += `${told.number} ${told.device ?? '-'} ${told.description}: ${describeFate(told.fate)}\n`;
      }
    } finally {
      if (lines !== '') print(lines);
    }
    writer?.flush();
    read += (chunk as Uint8Array).length;
    if (showsProgress) bar.update(read);
    if (reader.fault !== undefined || refused !== undefined) break;
  }
  if (refused === undefined) reader.end();
  if (showsProgress) bar.stop();
  writer?.end();
  if (options.json === true) {
    print(
      `${JSON.stringify({ summary: { packets: player.packets, fates: Object.fromEntries(player.fates), flows: player.flows.size, output: player.output } })}\n`,
    );
  } else if (player.packets > 0 || reader.fault === undefined) print(summary(player, node));
  for (const fault of faultsOf(reader, refused, player.packets)) {
    complain(formatDiagnostic(fault));
    process.exitCode = 1;
  }
}

/** Why not all of a capture was played: it is broken, or its packet of this number needs what is not modelled. */
function faultsOf(reader: CaptureReader, refused: InputError | undefined, number: number): readonly Diagnostic[] {
  if (refused !== undefined)
    return refused.diagnostics.map((fault) => ({ ...fault, message: `packet ${number}: ${fault.message}` }));
  return reader.fault === undefined ? [] : [reader.fault];
}

function parseMap(text: string): ReadonlyMap<string, string> {
  const map = new Map<string, string>();
  for (const entry of text.split(',')) {
    const [from, to, ...more] = entry.split('=');
    if (from === undefined || to === undefined || to === '' || more.length > 0) {
      refuse(
        'bad-map',
        `--in-map: "${entry}" is not NAME=DEVICE`,
        undefined,
        'write 0=eth0 or the name of the interface instead of 0',
      );
    }
    if (map.has(from)) refuse('bad-map', `--in-map: "${from}" is there twice`);
    map.set(from, to);
  }
  return map;
}

/** What `--json` says of a packet that was sent. */
interface PlainDeparture {
  readonly device: string;
  readonly isAnswer: boolean;
  readonly length: number;
}

function plainDeparture({ device, cause, packet }: Departure): PlainDeparture {
  return { device, isAnswer: cause !== 'arrived', length: packet.length };
}

function plain(told: ReplayedPacket, sent: readonly PlainDeparture[]): unknown {
  return {
    number: told.number,
    time: told.time,
    in: told.device,
    packet: told.description,
    fate: told.fate,
    sent,
  };
}

/** Writes what left the host, and beside it what did not, each with its fate as a comment. */
class FateWriter {
  readonly #file: OutputFile;
  readonly #ids = new Map<string, number>();
  /** What waits to be written: a chunk of the capture at a time. */
  readonly #blocks = new PacketBlocks();
  /** Each fate as the end of a comment. */
  readonly #fates = new Map<Fate, Uint8Array>();

  constructor(path: string, node: Node) {
    this.#file = new OutputFile(path);
    const names: InterfaceToWrite[] = node.host.devices.map((device) => ({
      name: device.name,
      linkType: LINKTYPE.ipv4,
    }));
    for (const [id, { name }] of names.entries()) this.#ids.set(name, id);
    this.#file.write(pcapngHeader(names));
  }

  /** The host sends a packet. */
  sent({ packet, device, time, number, cause, fate }: Departure): void {
    const comment =
      fate !== undefined
        ? this.#comment(number, fate)
        : { before: cause === 'timer' ? ANSWER_BEFORE : ANSWER, number, behind: NOTHING };
    this.#blocks.addPacket(time, this.#ids.get(device)!, packet, comment);
  }

  /** A packet was played. Its own bytes are written unless the host sent it on. */
  played(captured: CapturedPacket, told: ReplayedPacket): void {
    if (told.fate.kind === 'sent' || told.device === undefined) return;
    // The link header stays behind: the file's interfaces hold IP packets.
    const offset = packetOffset(captured.bytes, captured.linkType);
    const bytes = captured.bytes.subarray(typeof offset === 'number' ? offset : 0);
    const comment = this.#comment(told.number, told.fate);
    this.#blocks.addBytes(told.time, this.#ids.get(told.device)!, bytes, bytes.length, comment);
  }

  #comment(number: number, fate: Fate): NumberedComment {
    let behind = this.#fates.get(fate);
    if (behind === undefined) {
      behind = utf8(` ${describeFate(fate)}`);
      this.#fates.set(fate, behind);
    }
    return { before: PACKET, number, behind };
  }

  /** Writes what waits. */
  flush(): void {
    if (this.#blocks.length === 0) return;
    this.#file.write(this.#blocks.bytes);
    this.#blocks.clear();
  }

  end(): void {
    this.flush();
    this.#file.close();
  }
}

function utf8(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

const PACKET = utf8('packet ');
const ANSWER = utf8('answer to packet ');
const ANSWER_BEFORE = utf8('answer to a packet before packet ');
const NOTHING = new Uint8Array(0);

function summary(player: Replay, node: Node): string {
  const part = (title: string, map: ReadonlyMap<string, Tally>): string => {
    const rows = [...map].sort(([, a], [, b]) => b.packets - a.packets);
    const shown = rows
      .slice(0, MOST_LINES)
      .map(([name, { packets, bytes }]) => `${String(packets).padStart(10)} ${String(bytes).padStart(12)}  ${name}\n`);
    const rest = rows.length > MOST_LINES ? `${' '.repeat(24)} and ${rows.length - MOST_LINES} more\n` : '';
    return `\n# ${title}\n   packets        bytes\n${shown.join('')}${rest}`;
  };
  let text = `${player.packets} packets played\n`;
  text += part('what became of them', player.fates);
  text += part('flows', player.flows);
  const rules = node
    .sh('iptables-save -c')
    .stdout.split('\n')
    .filter((line) => /^\[[1-9]/.test(line));
  if (rules.length > 0) text += `\n# rules that matched\n${rules.slice(0, 100).join('\n')}\n`;
  const connections = node.conntrack.count;
  if (connections > 0) {
    text += `\n# connections\n${connections} in the table\n${firstConnections(node).join('\n')}\n`;
  }
  return text + describeOutput(player.output);
}

/** What `conntrack -L` shows first: the whole of it may be a million lines. */
function firstConnections(node: Node): readonly string[] {
  const lines: string[] = [];
  // As a listing does, which does not show what has expired.
  node.conntrack.collectExpired();
  for (const connection of node.conntrack.table) {
    if (lines.length === MOST_LINES) break;
    lines.push(formatConnection(node.conntrack, connection));
  }
  return lines;
}

/** How what left compares with what the capture shows leaving. */
function describeOutput(report: OutputReport | undefined): string {
  if (report === undefined) return '';
  const { same, drawn, onlyCaptured, onlyPlayed, differences } = report;
  let text = `\n# what the captured host sent, beside what this host sent\n${same} packets the same\n`;
  if (drawn > 0) text += `${drawn} the same but for an address or port drawn at random\n`;
  text += `${onlyCaptured} sent by the captured host alone\n${onlyPlayed} sent here alone\n`;
  for (const { number, captured, played } of differences.slice(0, MOST_LINES)) {
    text += `  packet ${number}: there ${captured ?? 'nothing'}, here ${played ?? 'nothing'}\n`;
  }
  if (differences.length > MOST_LINES) text += `  and ${differences.length - MOST_LINES} more\n`;
  return text;
}
