import { encodeUtf8 } from '@chainwalk/core';

/** As much of a text as fits in so many bytes of UTF-8, in whole characters. */
export function cutUtf8(text: string, most: number): string {
  if (text.length * 3 <= most) return text;
  let used = 0;
  let kept = '';
  for (const character of text) {
    used += encodeUtf8(character).length;
    if (used > most) break;
    kept += character;
  }
  return kept;
}

/** How many bytes a text has in UTF-8: the tools' limits on names and lines are in bytes. */
export function utf8Length(text: string): number {
  let bytes = text.length;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code < 0x80) continue;
    if (code < 0x800) bytes += 1;
    else if (code >= 0xd800 && code < 0xdc00 && i + 1 < text.length) {
      bytes += 2;
      i++;
    } else bytes += 2;
  }
  return bytes;
}
