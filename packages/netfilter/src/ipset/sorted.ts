/**
 * The order of `-sorted`: numbers as numbers, words by length and then by letters, and of two networks with the same
 * address the smaller one first.
 */
export function compareMembers(a: string, b: string): number {
  const left = tokensOf(a);
  const right = tokensOf(b);
  for (let at = 0; at < Math.min(left.length, right.length); at++) {
    const x = left[at]!;
    const y = right[at]!;
    if (x === y) continue;
    if (/^\d/.test(x) && /^\d/.test(y)) return Number(x) - Number(y);
    if (x.startsWith('/') && y.startsWith('/')) return Number(y.slice(1)) - Number(x.slice(1));
    return x.length - y.length || (x < y ? -1 : 1);
  }
  return left.length - right.length;
}

function tokensOf(element: string): string[] {
  return element.match(/\/\d+|\d+|[^\d/.,:]+|[.,:]/g) ?? [];
}
