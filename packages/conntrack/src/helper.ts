import type { HookState, Packet, Verdict } from '@chainwalk/core';
import type { Connection } from './connection.ts';
import type { Conntrack } from './conntrack.ts';

/**
 * Reads the payload of a protocol that announces further connections (`struct nf_conntrack_helper`). Linux 6.1 assigns
 * helpers only where a rule says so (`-j CT --helper NAME`) or `conntrack -I` does.
 */
export interface Helper {
  /** What `--helper` and the conntrack tool call it. */
  readonly name: string;
  /** The protocols of the connections that it can read. */
  readonly protocols: readonly number[];
  /** How many announced connections may be pending, and for how many seconds. */
  readonly maxExpected: number;
  readonly expectTimeout: number;
  /** Looks at a packet that is about to leave; may rewrite it where NAT is at work. */
  readonly help: (packet: Packet, ct: Connection, conntrack: Conntrack, state: HookState) => Verdict;
}
