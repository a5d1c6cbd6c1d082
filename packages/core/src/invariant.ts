/** A bug of chainwalk itself. Never thrown for anything that a user wrote or a packet holds. */
export class InvariantError extends Error {
  override readonly name = 'InvariantError';
}

/** Throws {@link InvariantError} when `condition` does not hold. */
export function invariant(condition: boolean, message: string): asserts condition {
  if (!condition) throw new InvariantError(`chainwalk bug: ${message}`);
}

/** The default branch of an exhaustive `switch`: the compiler proves that it is never reached. */
export function assertNever(value: never): never {
  throw new InvariantError(`chainwalk bug: unexpected ${JSON.stringify(value)}`);
}
