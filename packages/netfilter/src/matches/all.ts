import type { AnyMatch } from '../x_tables/extension.ts';
import { addrtype } from './addrtype.ts';
import { cluster } from './cluster.ts';
import { comment } from './comment.ts';
import { connbytes } from './connbytes.ts';
import { connlabel } from './connlabel.ts';
import { connlimit } from './connlimit.ts';
import { connmark } from './connmark.ts';
import { conntrack } from './conntrack.ts';
import { dscp } from './dscp.ts';
import { hashlimit } from './hashlimit.ts';
import { helper } from './helper.ts';
import { icmp } from './icmp.ts';
import { iprange } from './iprange.ts';
import { length } from './length.ts';
import { limit } from './limit.ts';
import { mark } from './mark.ts';
import { multiport } from './multiport.ts';
import { pkttype } from './pkttype.ts';
import { quota } from './quota.ts';
import { recent } from './recent.ts';
import { state } from './state.ts';
import { statistic } from './statistic.ts';
import { tcp } from './tcp.ts';
import { tos } from './tos.ts';
import { ttl } from './ttl.ts';
import { udp } from './udp.ts';

/** Every match of chainwalk but `set`, which comes with the sets. */
export const ALL_MATCHES: readonly AnyMatch[] = [
  addrtype,
  cluster,
  comment,
  connbytes,
  connlabel,
  connlimit,
  connmark,
  conntrack,
  dscp,
  hashlimit,
  helper,
  icmp,
  iprange,
  length,
  limit,
  mark,
  multiport,
  pkttype,
  quota,
  recent,
  state,
  statistic,
  tcp,
  tos,
  ttl,
  udp,
].map((match) => match as unknown as AnyMatch);
