import type { Packet } from '@chainwalk/core';
import { badOption, type OptionUse } from '../x_tables/extension.ts';

/** Which bits of a chunk's flags count, and how they must stand. `index` is the place of its name in {@link CHUNKS}. */
interface ChunkFlags {
  readonly index: number;
  readonly mask: number;
  readonly set: number;
}

/** `--chunk-types`: all, any or only the chunks of a list. */
export interface ChunkTest {
  readonly mode: 'all' | 'any' | 'only';
  /** Ascending; `'ALL'` stands for every one of the 256. */
  readonly types: readonly number[] | 'ALL';
  readonly flags: readonly ChunkFlags[];
  readonly inverted: boolean;
}

/** Names of chunks, their types, and the letters of their flags from bit 7 to bit 0. */
const CHUNKS: readonly (readonly [string, number, string])[] = [
  ['DATA', 0, '----IUBE'],
  ['INIT', 1, '--------'],
  ['INIT_ACK', 2, '--------'],
  ['SACK', 3, '--------'],
  ['HEARTBEAT', 4, '--------'],
  ['HEARTBEAT_ACK', 5, '--------'],
  ['ABORT', 6, '-------T'],
  ['SHUTDOWN', 7, '--------'],
  ['SHUTDOWN_ACK', 8, '--------'],
  ['ERROR', 9, '--------'],
  ['COOKIE_ECHO', 10, '--------'],
  ['COOKIE_ACK', 11, '--------'],
  ['ECN_ECNE', 12, '--------'],
  ['ECN_CWR', 13, '--------'],
  ['SHUTDOWN_COMPLETE', 14, '-------T'],
  ['I_DATA', 64, '----IUBE'],
  ['RE_CONFIG', 130, '--------'],
  ['PAD', 132, '--------'],
  ['ASCONF', 193, '--------'],
  ['ASCONF_ACK', 128, '--------'],
  ['FORWARD_TSN', 192, '--------'],
  ['I_FORWARD_TSN', 194, '--------'],
];

/** How many chunks may have flags. */
const MOST_FLAGS = 4;

/** Reads `MODE LIST`, where LIST is ALL, NONE or names with optional `:FLAGS`; a small letter is a flag that is clear. */
export function parseChunks(use: OptionUse): ChunkTest {
  const mode = (['all', 'any', 'only'] as const).find((word) => word === use.values[0]!.toLowerCase());
  if (mode === undefined) badOption(use, `"${use.values[0]}" is neither all, any nor only`);
  const list = use.values[1]!;
  const { inverted } = use;
  if (list.toUpperCase() === 'ALL') return { mode, types: 'ALL', flags: [], inverted };
  const types = new Set<number>();
  const flags = new Map<number, ChunkFlags>();
  const entries = list.toUpperCase() === 'NONE' ? [] : list.split(',').filter((entry) => entry !== '');
  for (const entry of entries) {
    const colon = entry.indexOf(':');
    const name = colon < 0 ? entry : entry.slice(0, colon);
    const index = CHUNKS.findIndex(([known]) => known === name.toUpperCase());
    if (index < 0)
      badOption(use, `"${name}" is no SCTP chunk`, `use ${CHUNKS.map(([known]) => known).join(', ')}, ALL or NONE`);
    types.add(CHUNKS[index]![1]);
    for (const letter of colon < 0 ? '' : entry.slice(colon + 1)) {
      const place = CHUNKS[index]![2].indexOf(letter.toUpperCase());
      if (place < 0)
        badOption(
          use,
          `"${letter}" is no flag of ${name}`,
          `its flags are ${CHUNKS[index]![2].replaceAll('-', '') || 'none'}`,
        );
      const bit = 0x80 >> place;
      const before = flags.get(index) ?? { index, mask: 0, set: 0 };
      flags.set(index, { index, mask: before.mask | bit, set: before.set | (/[A-Z]/.test(letter) ? bit : 0) });
      if (flags.size > MOST_FLAGS) badOption(use, `flags for more than ${MOST_FLAGS} chunks`);
    }
  }
  return { mode, types: [...types].sort((a, b) => a - b), flags: [...flags.values()], inverted };
}

/** ` any DATA:I,INIT` as it is printed, with numbers for names where they are asked for. */
export function formatChunks({ mode, types, flags }: ChunkTest, numeric: boolean): string {
  if (types === 'ALL') return ` ${mode} ALL`;
  if (types.length === 0) return ` ${mode} NONE`;
  const texts = types.map((type) => {
    const name = numeric
      ? `0x${type.toString(16).toUpperCase().padStart(4, '0')}`
      : CHUNKS.find((chunk) => chunk[1] === type)?.[0];
    return `${name ?? ''}${formatFlags(flagsOf(flags, type))}`;
  });
  return ` ${mode} ${texts.join(',')}`;
}

function formatFlags(found: ChunkFlags | undefined): string {
  if (found === undefined) return '';
  let text = ':';
  for (let place = 0; place < 8; place++) {
    const bit = 0x80 >> place;
    const letter = CHUNKS[found.index]![2].charAt(place);
    if ((found.mask & bit) !== 0) text += (found.set & bit) !== 0 ? letter : letter.toLowerCase();
  }
  return text;
}

/**
 * The flags that are asked of a chunk type. iptables notes them under the place of the name in its list, and the kernel
 * compares that with the type: for types from 64 on they are never found.
 */
function flagsOf(flags: readonly ChunkFlags[], type: number): ChunkFlags | undefined {
  return flags.find(({ index }) => index === type);
}

/** Whether the chunks of a packet are as wanted; `undefined` if they are cut short or have a length of 0. */
export function chunksHold({ mode, types, flags }: ChunkTest, packet: Packet): boolean | undefined {
  const missing = new Set(types === 'ALL' ? Array.from({ length: 256 }, (_, type) => type) : types);
  const { payload, payloadLength } = packet;
  let at = 0;
  do {
    if (at + 4 > payloadLength) return undefined;
    const [type, chunkFlags, high, low] = [
      payload[at] ?? 0,
      payload[at + 1] ?? 0,
      payload[at + 2] ?? 0,
      payload[at + 3] ?? 0,
    ];
    const length = (high << 8) | low;
    if (length === 0) return undefined;
    at += (length + 3) & ~3;
    if (types === 'ALL' || types.includes(type)) {
      const wanted = flagsOf(flags, type);
      const fits = wanted === undefined || (chunkFlags & wanted.mask) === wanted.set;
      if (mode === 'any' && fits) return true;
      if (mode === 'all' && fits) missing.delete(type);
      if (mode === 'only' && !fits) return false;
    } else if (mode === 'only') return false;
  } while (at < payloadLength);
  return mode === 'all' ? missing.size === 0 : mode === 'only';
}
