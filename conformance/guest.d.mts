import type { Scenario } from '@chainwalk/scenario';
import type { ComparableResult } from '@chainwalk/scenario/compare';

/** Which kernel plays: Linux 6.1 in a guest, or this machine's own in namespaces. */
export type KernelName = '6.1' | 'own';

/** What a guest left behind; `read` holds the files that were asked for. */
export interface GuestResult {
  readonly ended: 'done' | 'died' | 'timeout';
  readonly status: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
  readonly console: string;
  readonly read: Readonly<Record<string, string>>;
}

export function runInGuest(
  script: string,
  options: {
    readonly seconds: number;
    readonly kernel?: KernelName;
    readonly files?: Readonly<Record<string, string>>;
    readonly read?: readonly string[];
  },
): Promise<GuestResult>;

export function playScenarios(
  scenarios: readonly Scenario[],
  options?: { readonly jobs?: number; readonly kernel?: KernelName; readonly onNote?: (text: string) => void },
): Promise<ComparableResult[]>;
