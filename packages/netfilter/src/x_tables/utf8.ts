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
