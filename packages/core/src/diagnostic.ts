/**
 * Faults in what a user gave us: text with a place, never an exception from deep inside.
 *
 * Three kinds of failure are never mixed: a packet's fate is a {@link Verdict} with a reason; bad input is a
 * `Diagnostic`; a bug of ours throws {@link InvariantError}.
 */

/** A place in a text: 1-based line and column, with the name of the file or option that held the text. */
export interface Place {
  readonly source: string;
  readonly line: number;
  readonly column: number;
}

/** One fault of an input: what is wrong, where, and what to do about it. */
export interface Diagnostic {
  readonly severity: 'error' | 'warning';
  /** Stable, kebab-case identifier, such as `unknown-option`. */
  readonly code: string;
  readonly message: string;
  readonly place?: Place;
  /** What the user can do, as an imperative sentence without a full stop. */
  readonly hint?: string;
}

/** Thrown once, at the edge, with every fault that was found; nothing has been changed when it is thrown. */
export class InputError extends Error {
  override readonly name = 'InputError';
  readonly diagnostics: readonly Diagnostic[];

  constructor(diagnostics: readonly Diagnostic[]) {
    super(diagnostics.map(formatDiagnostic).join('\n'));
    this.diagnostics = diagnostics;
  }
}

/** Throws an {@link InputError} that holds one fault. */
export function refuse(code: string, message: string, place?: Place, hint?: string): never {
  throw new InputError([
    {
      severity: 'error',
      code,
      message,
      ...(place === undefined ? {} : { place }),
      ...(hint === undefined ? {} : { hint }),
    },
  ]);
}

/** `file:line:column: error: message (hint)`, the form that editors turn into links. */
export function formatDiagnostic(diagnostic: Diagnostic): string {
  const { place, hint } = diagnostic;
  const where = place === undefined ? '' : `${place.source}:${place.line}:${place.column}: `;
  return `${where}${diagnostic.severity}: ${diagnostic.message}${hint === undefined ? '' : ` (${hint})`}`;
}
