import type { AnyTarget } from '../x_tables/extension.ts';
import { auditTarget } from './audit.ts';
import { checksumTarget } from './checksum.ts';
import { classifyTarget } from './classify.ts';
import { connmarkTarget } from './connmark.ts';
import { ctTarget } from './ct.ts';
import { dnatTarget } from './dnat.ts';
import { dscpTarget } from './dscp.ts';
import { logTarget } from './log.ts';
import { markTarget } from './mark.ts';
import { masqueradeTarget } from './masquerade.ts';
import { netmapTarget } from './netmap.ts';
import { nflogTarget } from './nflog.ts';
import { nfqueueTarget } from './nfqueue.ts';
import { notrackTarget } from './notrack.ts';
import { redirectTarget } from './redirect.ts';
import { rejectTarget } from './reject.ts';
import { setTarget } from './set.ts';
import { snatTarget } from './snat.ts';
import { tcpmssTarget } from './tcpmss.ts';
import { teeTarget } from './tee.ts';
import { tosTarget } from './tos.ts';
import { tproxyTarget } from './tproxy.ts';
import { traceTarget } from './trace.ts';
import { ttlTarget } from './ttl.ts';

/** Every target of chainwalk. Standard verdicts (ACCEPT, DROP, RETURN, QUEUE) are no extensions. */
export const ALL_TARGETS: readonly AnyTarget[] = [
  auditTarget,
  checksumTarget,
  classifyTarget,
  connmarkTarget,
  ctTarget,
  dnatTarget,
  dscpTarget,
  logTarget,
  markTarget,
  masqueradeTarget,
  netmapTarget,
  nflogTarget,
  nfqueueTarget,
  notrackTarget,
  redirectTarget,
  rejectTarget,
  setTarget,
  snatTarget,
  tcpmssTarget,
  teeTarget,
  tosTarget,
  tproxyTarget,
  traceTarget,
  ttlTarget,
];
