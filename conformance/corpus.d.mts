/** A line of a corpus file. */
export interface Case {
  readonly file: string;
  readonly line: number;
  readonly kind: 'iptables' | 'ipset' | 'ipvsadm';
  readonly table: string;
  readonly chains: readonly string[];
  readonly text: string;
  readonly verdict: 'OK' | 'FAIL' | undefined;
  readonly saved: readonly string[];
}

/** What the real tools say of a case; `byChain` where the chains that a rule is tried in do not agree. */
export interface Answer {
  readonly ok: boolean;
  readonly saved: readonly string[];
  readonly message: string;
  readonly byChain?: readonly string[];
}

export function splitOutsideQuotes(text: string, separator: string): string[];
export function parseCorpus(text: string, file?: string): Case[];
export function formatCase(one: Pick<Case, 'text'>, answer: Pick<Answer, 'ok' | 'saved'>): string;
export function askTools(cases: readonly Case[]): Promise<Answer[]>;
