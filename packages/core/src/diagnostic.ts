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

/** Faults of one input that are told; a damaged file of a million lines is not worth a million messages. */
const MOST_FAULTS = 100;

/** The faults of one input in the order in which they are found, as far as anybody wants to read them. */
export class FaultList {
  readonly #faults: Diagnostic[] = [];

  /** Whether no more are kept: whoever searches can stop. */
  get isFull(): boolean {
    return this.#faults.length >= MOST_FAULTS;
  }

  /** One more; passed over if the list is full. */
  add(fault: Diagnostic): void {
    if (!this.isFull) this.#faults.push(fault);
  }

  /** @throws InputError with all that were found; the last hints at more if the list is full */
  throwIfAny(): void {
    if (this.#faults.length === 0) return;
    const last = this.#faults.at(-1)!;
    const hint = `these are the first ${MOST_FAULTS} faults, there may be more`;
    throw new InputError(this.isFull ? [...this.#faults.slice(0, -1), { ...last, hint }] : this.#faults);
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

/** Longest message that is printed whole: it may quote a line of a megabyte. */
const LONGEST_MESSAGE = 1000;

/** `file:line:column: error: message (hint)`, the form that editors turn into links. */
export function formatDiagnostic(diagnostic: Diagnostic): string {
  const { place, hint } = diagnostic;
  const isLong = diagnostic.message.length > LONGEST_MESSAGE;
  const message = isLong ? `${diagnostic.message.slice(0, LONGEST_MESSAGE)}...` : diagnostic.message;
  const where = place === undefined ? '' : `${place.source}:${place.line}:${place.column}: `;
  return `${where}${diagnostic.severity}: ${message}${hint === undefined ? '' : ` (${hint})`}`;
}
