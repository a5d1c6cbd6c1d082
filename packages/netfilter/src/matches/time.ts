import { civilDate, daysSinceEpoch } from '../x_tables/calendar.ts';
import { badOption, KernelRefusal, type MatchExtension, type OptionUse } from '../x_tables/extension.ts';

interface TimeInfo {
  /** Seconds since 1970, unsigned 32 bits. */
  readonly dateStart: number;
  readonly dateStop: number;
  /** Seconds since midnight. */
  readonly timeStart: number;
  readonly timeStop: number;
  /** Bits 1 to 31. */
  readonly monthdays: number;
  /** Bits 1 (Monday) to 7. */
  readonly weekdays: number;
  readonly kernelZone: boolean;
  readonly contiguous: boolean;
}

const DAY = 86_400;
const LAST_SECOND = DAY - 1;
const LAST_DATE = 0x7fffffff;
const ALL_MONTHDAYS = 0xfffffffe;
const ALL_WEEKDAYS = 0xfe;
const WEEKDAYS = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'] as const;

/**
 * `-m time`: date, time of day, days of the week and of the month, by the simulation's calendar in UTC. The zone of a
 * simulated kernel is UTC too, so `--kerneltz` changes nothing.
 *
 * Kernel: `net/netfilter/xt_time.c`, `time_mt`. A time that ends before it starts reaches over midnight; with
 * `--contiguous` its second half belongs to the day before.
 */
export const time: MatchExtension<TimeInfo, undefined> = {
  name: 'time',
  options: [
    { name: 'datestart', args: 1 },
    { name: 'datestop', args: 1 },
    { name: 'timestart', args: 1 },
    { name: 'timestop', args: 1 },
    { name: 'contiguous', args: 0 },
    { name: 'weekdays', args: 1, invertible: true },
    { name: 'monthdays', args: 1, invertible: true },
    { name: 'localtz', args: 0, excludes: ['utc'] },
    { name: 'utc', args: 0, excludes: ['localtz', 'kerneltz'] },
    { name: 'kerneltz', args: 0, excludes: ['utc'] },
  ],
  size: 56,

  parse(options) {
    const find = (name: string): OptionUse | undefined => options.find((use) => use.name === name);
    const [dateStart, dateStop, timeStart, timeStop] = ['datestart', 'datestop', 'timestart', 'timestop'].map(find);
    const [monthdays, weekdays] = [find('monthdays'), find('weekdays')];
    const contiguous = find('contiguous');
    const info: TimeInfo = {
      dateStart: dateStart === undefined ? 0 : parseDate(dateStart),
      dateStop: dateStop === undefined ? LAST_DATE : parseDate(dateStop),
      timeStart: timeStart === undefined ? 0 : parseDaytime(timeStart),
      timeStop: timeStop === undefined ? LAST_SECOND : parseDaytime(timeStop),
      monthdays: monthdays === undefined ? ALL_MONTHDAYS : parseMonthdays(monthdays),
      weekdays: weekdays === undefined ? ALL_WEEKDAYS : parseWeekdays(weekdays),
      kernelZone: find('kerneltz') !== undefined || find('localtz') !== undefined,
      contiguous: contiguous !== undefined,
    };
    if (info.contiguous && info.timeStart < info.timeStop) {
      badOption(contiguous, 'makes sense only where the stop time is smaller than the start time');
    }
    return info;
  },

  save(info) {
    let text = '';
    if (hasDaytime(info))
      text += ` --timestart ${formatDaytime(info.timeStart)} --timestop ${formatDaytime(info.timeStop)}`;
    if (info.monthdays !== ALL_MONTHDAYS) text += ` --monthdays ${days(info.monthdays, 31).join(',')}`;
    if (info.weekdays !== ALL_WEEKDAYS) text += ` --weekdays ${formatWeekdays(info.weekdays)}`;
    if (info.dateStart !== 0) text += ` --datestart ${formatDate(info.dateStart, 'T')}`;
    if (info.dateStop !== 0) text += ` --datestop ${formatDate(info.dateStop, 'T')}`;
    return text + (info.kernelZone ? ' --kerneltz' : '') + (info.contiguous ? ' --contiguous' : '');
  },

  list(info) {
    let text = ' TIME';
    if (hasDaytime(info)) text += ` from ${formatDaytime(info.timeStart)} to ${formatDaytime(info.timeStop)}`;
    if (info.weekdays !== ALL_WEEKDAYS) text += ` on ${formatWeekdays(info.weekdays)}`;
    if (info.monthdays !== ALL_MONTHDAYS) text += ` on ${days(info.monthdays, 31).map(ordinal).join(',')}`;
    if (info.dateStart !== 0) text += ` starting from ${formatDate(info.dateStart, ' ')}`;
    if (info.dateStop !== LAST_DATE)
      text += ` until date${info.dateStop === 0 ? '' : ` ${formatDate(info.dateStop, ' ')}`}`;
    return text + (info.kernelZone ? '' : ' UTC') + (info.contiguous ? ' contiguous' : '');
  },

  check({ timeStart, timeStop, contiguous }) {
    if (contiguous && timeStart < timeStop)
      throw new KernelRefusal('EINVAL', 'time: --contiguous with a start before the stop');
  },

  compile(info) {
    const { dateStart, dateStop, timeStart, timeStop, monthdays, weekdays, contiguous } = info;
    return {
      test: (_, { host: { simulation } }) => {
        let stamp = simulation.epoch + Math.floor(simulation.now / 1e9);
        if (stamp < dateStart || stamp > dateStop) return false;
        const daytime = stamp % DAY;
        if (timeStart < timeStop) {
          if (daytime < timeStart || daytime > timeStop) return false;
        } else {
          if (daytime < timeStart && daytime > timeStop) return false;
          if (contiguous && daytime <= timeStop) stamp -= DAY;
        }
        const day = Math.floor(stamp / DAY);
        if ((weekdays & (1 << (((day + 3) % 7) + 1))) === 0) return false;
        return monthdays === ALL_MONTHDAYS || (monthdays & (1 << civilDate(day).day)) !== 0;
      },
    };
  },
};

/** The decimal number that `strtoul` reads at a place (0 if there is none), and where it ends. */
function readDecimal(text: string, from: number): { value: number; end: number } {
  const pattern = /([ \t-\r]*[-+]?)(\d+)/y;
  pattern.lastIndex = from;
  const match = pattern.exec(text);
  if (match === null) return { value: 0, end: from };
  return { value: match[1]!.endsWith('-') ? Number.POSITIVE_INFINITY : Number(match[2]), end: pattern.lastIndex };
}

/** `YYYY[-MM[-DD[Thh[:mm[:ss]]]]]` as seconds since 1970. */
function parseDate(use: OptionUse): number {
  const text = use.values[0]!;
  const parts = [0, 1, 1, 0, 0, 0];
  const most = [2038, 12, 31, 23, 59, 59];
  const separators = ['-', '-', 'T', ':', ':', ''];
  for (let i = 0, from = 0; i < parts.length; i++) {
    const { value, end } = readDecimal(text, from);
    const next = text.charAt(end);
    if ((next !== '' && next !== separators[i]) || value > most[i]!) badDate(use);
    parts[i] = value;
    if (next === '') break;
    from = end + 1;
  }
  const [year, month, day, hour, minute, second] = parts as [number, number, number, number, number, number];
  const seconds = daysSinceEpoch(year, month, day) * DAY + hour * 3600 + minute * 60 + second;
  if (year < 1970 || seconds < 0) badDate(use);
  return seconds >>> 0;
}

function badDate(use: OptionUse): never {
  badOption(use, `"${use.values[0]}" is no date`, 'write YYYY[-MM[-DD[Thh[:mm[:ss]]]]], 1970 to 2038');
}

/** `hh:mm[:ss]` as seconds since midnight. */
function parseDaytime(use: OptionUse): number {
  const text = use.values[0]!;
  const hour = readDecimal(text, 0);
  const minute = readDecimal(text, hour.end + 1);
  const hasSecond = text.charAt(minute.end) === ':';
  const second = hasSecond ? readDecimal(text, minute.end + 1) : { value: 0, end: minute.end };
  const isWhole = text.charAt(hour.end) === ':' && second.end >= text.length;
  if (!isWhole || hour.value > 23 || minute.value > 59 || second.value > 59)
    badOption(use, `"${text}" is no time`, 'write hh:mm[:ss]');
  return hour.value * 3600 + minute.value * 60 + second.value;
}

/** The words of a list, each cut to `length` characters; a comma at the end counts for nothing. */
function words(use: OptionUse, length: number): string[] {
  const all = use.values[0]!.split(',').map((word) => word.slice(0, length));
  if (all.at(-1) === '') all.pop();
  return all;
}

/** A C `unsigned int` in any base; 0 for an empty text, `undefined` where something follows. */
function parseDay(word: string): number | undefined {
  if (word === '') return 0;
  const digits = /^[ \t-\r]*\+?(0[xX][0-9a-fA-F]+|0[0-7]*|[1-9]\d*)$/.exec(word)?.[1];
  if (digits === undefined) return undefined;
  return /^0\d/.test(digits) ? Number.parseInt(digits, 8) : Number(digits);
}

function parseMonthdays(use: OptionUse): number {
  let mask = 0;
  for (const word of words(use, 2)) {
    const day = parseDay(word);
    if (day === undefined || day > 31) badOption(use, `"${word}" is no day of a month`, 'use 1 to 31');
    mask |= 1 << day;
  }
  return ((use.inverted ? ALL_MONTHDAYS : 0) ^ mask) >>> 0;
}

function parseWeekdays(use: OptionUse): number {
  let mask = 0;
  for (const word of words(use, 3)) {
    const number = parseDay(word);
    const named = WEEKDAYS.findIndex((name) => word.length > 1 && name.startsWith(word.slice(0, 2)));
    if (number === 0 || (number === undefined && named < 0))
      badOption(use, `"${word}" is no day of the week`, `use ${WEEKDAYS.join(', ')} or 1 to 7`);
    mask |= 1 << (number ?? named + 1);
  }
  return ((use.inverted ? ALL_WEEKDAYS : 0) ^ mask) & 0xff;
}

function hasDaytime({ timeStart, timeStop }: TimeInfo): boolean {
  return timeStart !== 0 || timeStop !== LAST_SECOND;
}

const two = (value: number): string => String(value).padStart(2, '0');

function formatDaytime(seconds: number): string {
  return `${two(Math.floor(seconds / 3600))}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
}

function formatDate(seconds: number, separator: string): string {
  const { year, month, day } = civilDate(Math.floor(seconds / DAY));
  return `${year}-${two(month)}-${two(day)}${separator}${formatDaytime(seconds % DAY)}`;
}

function days(mask: number, last: number): number[] {
  return Array.from({ length: last }, (_, index) => index + 1).filter((day) => (mask & (1 << day)) !== 0);
}

function formatWeekdays(mask: number): string {
  return days(mask, 7)
    .map((day) => WEEKDAYS[day - 1])
    .join(',');
}

/** `1st`, `2nd`, `3rd`, `4th`; iptables says `11st` too. */
function ordinal(day: number): string {
  return `${day}${['th', 'st', 'nd', 'rd'][day % 10] ?? 'th'}`;
}
