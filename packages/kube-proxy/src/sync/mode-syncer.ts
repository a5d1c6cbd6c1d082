import type { ServiceEntry } from '../model/cluster.ts';
import type { SyncWork } from './cost.ts';

/** What a sync starts from. */
export interface SyncInput {
  readonly entries: readonly ServiceEntry[];
  /** Services (`namespace/name`) that changed since the last sync that was begun. */
  readonly changed: ReadonlySet<string>;
  /** Whether everything is to be written, whatever changed. */
  readonly full: boolean;
}

/** A sync worked out and not yet written. The writing happens at once, when its time is over. */
export interface SyncPlan {
  readonly kind: 'full' | 'partial';
  readonly work: SyncWork;
  /** Rules that kube-proxy has then, and those that this sync writes. */
  readonly rules: {
    readonly filter: { readonly total: number; readonly written: number };
    readonly nat: { readonly total: number; readonly written: number };
  };
  /** Services with a local policy that have endpoints on other nodes only. */
  readonly noLocalInternal: number;
  readonly noLocalExternal: number;
  /** Bytes that iptables-restore reads. */
  readonly bytes: number;
  /** Writes it; the answer is the complaint of a failed restore. */
  readonly commit: () => string | undefined;
}

/** How one mode of kube-proxy keeps a host up to date. */
export interface ModeSyncer {
  /** Whether somebody took away what was written, so that everything has to be written anew. */
  isIntact(): boolean;
  plan(input: SyncInput): SyncPlan;
  /** Takes back whatever it has planned for later. */
  stop(): void;
}
