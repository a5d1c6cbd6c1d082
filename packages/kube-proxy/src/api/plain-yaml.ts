/** What the fast readers of YAML have in common: when they give up, and scalars that are on one line. */

/** A text is not as plain as the fast readers take it; the whole parser is to be asked. */
export class GiveUp extends Error {}

export function giveUp(): never {
  throw new GiveUp();
}

/** The scalar in double or single quotes at `from`, and where it ends. */
export function quotedAt(text: string, from: number): { readonly value: string; readonly end: number } {
  const pattern = text.charAt(from) === '"' ? /"((?:[^"\\]|\\["\\/nt])*)"/y : /'((?:[^']|'')*)'/y;
  pattern.lastIndex = from;
  const body = pattern.exec(text)?.[1] ?? giveUp();
  const value =
    text.charAt(from) === "'"
      ? body.replaceAll("''", "'")
      : body.replace(/\\(.)/g, (_, letter: string) => (letter === 'n' ? '\n' : letter === 't' ? '\t' : letter));
  return { value, end: pattern.lastIndex };
}

/** A plain scalar by the core schema of YAML 1.2. */
export function plain(text: string): unknown {
  const first = text.charCodeAt(0);
  const numeric = (first >= 48 && first <= 57) || first === 43 || first === 45 || first === 46;
  if (numeric) {
    if (/^[-+]?\d+$/.test(text)) return Number(text);
    if (/^0o[0-7]+$/.test(text)) return Number.parseInt(text.slice(2), 8);
    if (/^0x[0-9a-fA-F]+$/.test(text)) return Number.parseInt(text.slice(2), 16);
    if (/^[-+]?(\.\d+|\d+(\.\d*)?)([eE][-+]?\d+)?$/.test(text)) return Number(text);
    if (/^([-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN))$/.test(text)) return giveUp();
    return text;
  }
  switch (text) {
    case '~':
    case 'null':
    case 'Null':
    case 'NULL':
      return null;
    case 'true':
    case 'True':
    case 'TRUE':
      return true;
    case 'false':
    case 'False':
    case 'FALSE':
      return false;
    default:
      return text;
  }
}
