/**
 * How many maps and lists of a user's file may lie in each other. Parsers go down a level by calling themselves, so that
 * whoever may choose the depth can exhaust the stack or the memory. Nothing that chainwalk reads needs ten levels; the
 * deepest that `kubectl` prints, the schemas of custom resources, have some forty.
 */
export const DEEPEST = 100;
