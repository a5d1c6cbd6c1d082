import type { Scenario } from '@chainwalk/scenario';
import type { ComparableResult } from '@chainwalk/scenario/compare';

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
    readonly files?: Readonly<Record<string, string>>;
    readonly read?: readonly string[];
  },
): Promise<GuestResult>;

export function playScenarios(
  scenarios: readonly Scenario[],
  options?: { readonly jobs?: number; readonly onNote?: (text: string) => void },
): Promise<ComparableResult[]>;
