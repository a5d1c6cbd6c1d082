/** Rates of `-m hashlimit` as text. All numbers are the 64-bit ones of `struct hashlimit_cfg3`. */

const MASK64 = 0xffff_ffff_ffff_ffffn;
const MAX32 = 0xffff_ffffn;
/** Microseconds: periods of packets are counted in them (`XT_HASHLIMIT_SCALE_v2`). */
export const SCALE = 1_000_000n;
/** Bytes are counted in chunks of sixteen (`XT_HASHLIMIT_BYTE_SHIFT`). */
export const BYTE_SHIFT = 4n;

/** Units of time, the longest first: the word and its seconds. */
const UNITS = [
  ['day', 86_400n],
  ['hour', 3600n],
  ['min', 60n],
  ['sec', 1n],
] as const;
const LONG_UNITS = ['second', 'minute', 'hour', 'day'] as const;
const LONG_SECONDS = [1n, 60n, 3600n, 86_400n] as const;

/** A rate as it was read: a period or a cost, and the seconds of its unit (15 for bytes). */
export interface Rate {
  readonly bytes: boolean;
  /** Microseconds a packet, or the reciprocal cost of sixteen bytes. */
  readonly average: bigint;
  readonly seconds: bigint;
}

/** The number that `atoll` reads at the start of a text. */
function leadingNumber(text: string): bigint {
  const value = BigInt(/^[ \t-\r]*\+?(-?\d+)/.exec(text)?.[1] ?? 0);
  const most = 0x7fff_ffff_ffff_ffffn;
  return BigInt.asUintN(64, value > most ? most : value < -most - 1n ? -most - 1n : value);
}

function factorOf(letter: string | undefined): bigint {
  return letter === 'm' ? 1_048_576n : letter === 'k' ? 1024n : 1n;
}

/** `N[/UNIT]`, `Nb/s`, `Nkb/s`, `Nmb/s`; `'fast'` for more than a million packets a second, `undefined` for no rate. */
export function parseRate(text: string): Rate | 'fast' | undefined {
  const count = leadingNumber(text);
  const at = text.indexOf('b/s');
  if (at > 0 && count !== 0n) {
    const bytes = (count * factorOf(text[at - 1])) & MASK64;
    const divisor = (((bytes >> BYTE_SHIFT) & MAX32) + 1n) & MAX32;
    return divisor === 0n ? undefined : { bytes: true, average: MAX32 / divisor, seconds: 15n };
  }
  const slash = text.indexOf('/');
  const unit = slash < 0 ? 'second' : text.slice(slash + 1).toLowerCase();
  const known = unit === '' ? -1 : LONG_UNITS.findIndex((word) => word.startsWith(unit));
  if (known < 0 || count === 0n) return undefined;
  const seconds = LONG_SECONDS[known]!;
  const average = (SCALE * seconds) / count;
  return average === 0n ? 'fast' : { bytes: false, average, seconds };
}

/** The bytes a second of a cost (`cost_to_bytes`). */
export function bytesOfCost(cost: bigint): bigint {
  const chunks = cost === 0n ? MAX32 : MAX32 / cost;
  return ((chunks - 1n) << BYTE_SHIFT) & MASK64;
}

function costOfBytes(bytes: bigint): bigint {
  const divisor = (((bytes >> BYTE_SHIFT) & MAX32) + 1n) & MAX32;
  return divisor === 0n ? 0n : MAX32 / divisor;
}

/** A period as `N/unit` in the longest unit in which little is lost, and that unit's milliseconds. */
export function formatPeriod(period: bigint): { text: string; milliseconds: bigint } {
  if (period === 0n) return { text: 'inf', milliseconds: 0n };
  let shown: (typeof UNITS)[number] = UNITS[0];
  for (const unit of UNITS.slice(1)) {
    const whole = unit[1] * SCALE;
    if (period > whole || whole / period < whole % period) break;
    shown = unit;
  }
  return { text: `${(shown[1] * SCALE) / period}/${shown[0]}`, milliseconds: shown[1] * 1000n };
}

const BYTE_UNITS = [
  ['m', 1_048_576n],
  ['k', 1024n],
  ['', 1n],
] as const;

/** A cost as `Nkb/s`; its burst, if there is one, as `Nkb`. */
export function formatBytes(cost: bigint, burst: bigint): { rate: string; burst: string | undefined } {
  const bytes = bytesOfCost(cost);
  const unit = BYTE_UNITS.find(
    ([, size]) => size === 1n || (bytes >= size && costOfBytes(bytes & ~(size - 1n)) === cost),
  )!;
  const all = (bytes * burst) & MASK64;
  const burstUnit = BYTE_UNITS.find(([, size]) => size === 1n || all >= size)!;
  return {
    rate: `${bytes / unit[1]}${unit[0]}b/s`,
    burst: burst === 0n ? undefined : `${all / burstUnit[1]}${burstUnit[0]}b`,
  };
}
