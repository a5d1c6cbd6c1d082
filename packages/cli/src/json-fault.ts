// A string holds anything from the blank on but quotes and backslashes: JSON forbids control characters.
const TOKEN =
  /[ \t\r\n]*(?:([[\]{},:])|("(?:[ !#-[\]-\uffff]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*")|(-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null))/y;

type Expect = 'value' | 'value or ]' | 'key' | 'key or }' | ':' | 'more';

/**
 * Where a text stops being JSON, as an offset; the length of the text if it merely ends too early. `JSON.parse` tells that
 * in words that change from one Node to the next. Precondition: `JSON.parse` refuses the text.
 */
export function jsonFault(text: string): number {
  const open: ('[' | '{')[] = [];
  let expect: Expect = 'value';
  let done = false;
  TOKEN.lastIndex = 0;
  for (;;) {
    const from = TOKEN.lastIndex;
    const match = TOKEN.exec(text);
    const blank = /[ \t\r\n]*/y;
    blank.lastIndex = from;
    blank.exec(text);
    const at = blank.lastIndex;
    if (match === null || done) return at;
    const sign = match[1];
    const isString = match[2] !== undefined;
    if (expect === ':') {
      if (sign !== ':') return at;
      expect = 'value';
    } else if (expect === 'key' || expect === 'key or }') {
      if (sign === '}' && expect === 'key or }') {
        open.pop();
        expect = 'more';
      } else if (isString) expect = ':';
      else return at;
    } else if (expect === 'more') {
      const top = open.at(-1);
      if (sign === ',' && top !== undefined) expect = top === '{' ? 'key' : 'value';
      else if ((sign === '}' && top === '{') || (sign === ']' && top === '[')) open.pop();
      else return at;
    } else if (sign === '[') {
      open.push('[');
      expect = 'value or ]';
    } else if (sign === '{') {
      open.push('{');
      expect = 'key or }';
    } else if (sign === ']' && expect === 'value or ]') {
      open.pop();
      expect = 'more';
    } else if (sign === undefined) expect = 'more';
    else return at;
    done = expect === 'more' && open.length === 0;
  }
}
