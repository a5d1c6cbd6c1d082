import { DEEPEST } from './nesting.ts';

/**
 * The value of a JSON text. `undefined` if it is none or is nested deeper than {@link DEEPEST}: whole YAML, of which JSON
 * is a part, is to be asked then, which knows the place of a fault.
 */
export function readJson(text: string): { readonly value: unknown } | undefined {
  try {
    // The parser of JSON keeps its own stack: depth does not harm it.
    const value: unknown = JSON.parse(text);
    return isDeep(text) ? undefined : { value };
  } catch {
    return undefined;
  }
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** Whether a JSON text is nested deeper than {@link DEEPEST}. Precondition: the text is JSON. */
function isDeep(text: string): boolean {
  let depth = 0;
  for (let at = 0; at < text.length; at++) {
    switch (text.charCodeAt(at)) {
      case QUOTE:
        for (at++; text.charCodeAt(at) !== QUOTE; at++) if (text.charCodeAt(at) === BACKSLASH) at++;
        break;
      case 0x5b:
      case 0x7b:
        if (++depth > DEEPEST) return true;
        break;
      case 0x5d:
      case 0x7d:
        depth--;
    }
  }
  return false;
}
