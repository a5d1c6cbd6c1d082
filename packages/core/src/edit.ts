import { enablePatches, type Patch as ImmerPatch, produceWithPatches } from 'immer';

/** One change of a value: what happened at which path (`add`, `remove`, `replace`). */
export type Patch = ImmerPatch;

/** A value as a recipe of {@link edit} may change it: nothing in it is readonly. */
export type Draft<T> = T extends number | string | bigint | boolean | undefined
  ? T
  : T extends readonly (infer U)[]
    ? Draft<U>[]
    : T extends object
      ? { -readonly [K in keyof T]: Draft<T[K]> }
      : T;

/** An edit of an immutable value: the next value, and the patches whose size is the size of the change. */
export interface Edit<T> {
  readonly value: T;
  readonly patches: readonly Patch[];
  /** The patches that undo it. */
  readonly inverse: readonly Patch[];
}

/**
 * Makes the next version of an immutable value. Parts that the recipe leaves alone stay the same objects, so whatever is
 * cached for them stays valid. If the recipe throws, nothing has changed.
 */
export function edit<T extends object>(value: T, recipe: (draft: Draft<T>) => void): Edit<T> {
  // Cheap after the first call, and no effect at import time that a bundler could lose.
  enablePatches();
  const [next, patches, inverse] = produceWithPatches(value, recipe as unknown as (draft: unknown) => void);
  return { value: next as T, patches, inverse };
}
