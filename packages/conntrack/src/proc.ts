import { PROTOCOL } from '@chainwalk/core';
import { listedProtocol } from './command/format.ts';
import type { Connection } from './connection.ts';
import type { Conntrack } from './conntrack.ts';
import { Status } from './status.ts';
import { trackerFor } from './trackers/tracker.ts';
import { formatTuple } from './tuple.ts';

/** The text of `/proc/net/nf_conntrack` (`ct_seq_show`). Reading it collects what has expired. */
export function procNetNfConntrack(conntrack: Conntrack): string {
  conntrack.collectExpired();
  return [...conntrack.table.passing()].map((ct) => `${line(conntrack, ct)}\n`).join('');
}

function line(conntrack: Conntrack, ct: Connection): string {
  const { accounting, zone } = ct;
  const counters = (packets: number, bytes: number): string => `packets=${packets} bytes=${bytes} `;
  let text = `ipv4     2 ${listedProtocol(ct.protocol).padEnd(8)} ${ct.protocol} ${conntrack.remainingSeconds(ct)} `;
  const state = trackerFor(ct.protocol).stateName?.(ct);
  if (state !== undefined) text += `${state} `;
  if (ct.protocol === PROTOCOL.gre && ct.data?.kind === 'gre') {
    text += `timeout=${ct.data.timeout}, stream_timeout=${ct.data.streamTimeout} `;
  }
  text += `${formatTuple(ct.original)} `;
  if (zone.directions === 'original' && zone.id !== 0) text += `zone-orig=${zone.id} `;
  if (accounting !== undefined) text += counters(accounting.originalPackets, accounting.originalBytes);
  if (!ct.has(Status.SEEN_REPLY)) text += '[UNREPLIED] ';
  text += `${formatTuple(ct.reply)} `;
  if (zone.directions === 'reply' && zone.id !== 0) text += `zone-reply=${zone.id} `;
  if (accounting !== undefined) text += counters(accounting.replyPackets, accounting.replyBytes);
  if (ct.has(Status.ASSURED)) text += '[ASSURED] ';
  text += `mark=${ct.mark} `;
  if (zone.directions === 'both' && zone.id !== 0) text += `zone=${zone.id} `;
  const start = ct.extensions?.start;
  if (start !== undefined) text += `delta-time=${Math.floor((conntrack.host.simulation.now - start) / 1_000_000_000)} `;
  // The reader holds a reference of its own.
  return `${text}use=${2 + (ct.extensions?.children ?? 0)}`;
}

const COLUMNS =
  'entries  clashres found new invalid ignore delete chainlength insert insert_failed drop early_drop icmp_error  ' +
  'expect_new expect_create expect_delete search_restart';

/** The text of `/proc/net/stat/nf_conntrack` (`ct_cpu_seq_show`): hexadecimal, one row for the one CPU. */
export function procNetStatNfConntrack(conntrack: Conntrack): string {
  const s = conntrack.statistics;
  const hex = (value: number): string => value.toString(16).padStart(8, '0');
  const row = [
    `${hex(conntrack.count)} `,
    hex(s.clashResolve),
    hex(s.found),
    hex(0),
    hex(s.invalid),
    hex(0),
    hex(0),
    hex(s.chainTooLong),
    hex(s.insert),
    hex(s.insertFailed),
    hex(s.drop),
    hex(s.earlyDrop),
    `${hex(s.error)} `,
    hex(s.expectNew),
    hex(s.expectCreate),
    hex(s.expectDelete),
    hex(s.searchRestart),
  ];
  return `${COLUMNS}\n${row.join(' ')}\n`;
}
