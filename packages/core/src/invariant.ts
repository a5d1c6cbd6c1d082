/** A bug of chainwalk itself. Never thrown for anything that a user wrote or a packet holds. */
export class InvariantError extends Error {
  override readonly name = 'InvariantError';
}

/**
 * Throws {@link InvariantError} when `condition` does not hold. A message that takes work to make is a function: most
 * invariants hold.
 */
export function invariant(condition: boolean, message: string | (() => string)): asserts condition {
  if (!condition) throw new InvariantError(`chainwalk bug: ${typeof message === 'string' ? message : message()}`);
}

/** The default branch of an exhaustive `switch`: the compiler proves that it is never reached. */
export function assertNever(value: never): never {
  throw new InvariantError(`chainwalk bug: unexpected ${JSON.stringify(value)}`);
}
