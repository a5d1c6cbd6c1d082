import type { Ipvs } from '../ipvs.ts';
import type { Counters } from '../stats.ts';

/** `/proc/net/ip_vs_stats`: totals and rates in hexadecimal. */
export function procNetIpVsStats(ipvs: Ipvs): string {
  return (
    '   Total Incoming Outgoing         Incoming         Outgoing\n' +
    '   Conns  Packets  Packets            Bytes            Bytes\n' +
    `${row(ipvs.total.shown())}\n\n` +
    ' Conns/s   Pkts/s   Pkts/s          Bytes/s          Bytes/s\n' +
    `${row(ipvs.total.rates())}\n`
  );
}

function row(counters: Readonly<Counters>): string {
  const hex = (value: number, width: number): string => value.toString(16).toUpperCase().padStart(width);
  return [
    hex(counters.conns, 8),
    hex(counters.inpkts, 8),
    hex(counters.outpkts, 8),
    hex(counters.inbytes, 16),
    hex(counters.outbytes, 16),
  ].join(' ');
}
