/**
 * A text that two values have in common only if they are the same plain data: numbers, strings, booleans, big integers,
 * `undefined`, `null`, and arrays and objects of them. Objects whose properties came into being in another order have
 * another text. `undefined` for anything else (a Map, a function): nothing can be said of that by its text.
 */
export function valueKey(value: unknown): string | undefined {
  switch (typeof value) {
    case 'string':
      // Its length says where it ends.
      return `${value.length}"${value}`;
    case 'number':
      return Object.is(value, -0) ? '-0' : String(value);
    case 'bigint':
      return `${value}n`;
    case 'boolean':
    case 'undefined':
      return String(value);
    case 'object':
      return value === null ? 'null' : keyOfObject(value);
    default:
      return undefined;
  }
}

function keyOfObject(value: object): string | undefined {
  const isArray = Array.isArray(value);
  if (!isArray && Object.getPrototypeOf(value) !== Object.prototype) return undefined;
  const names = Object.keys(value);
  let text = '';
  for (const name of names) {
    const key = valueKey((value as Record<string, unknown>)[name]);
    if (key === undefined) return undefined;
    text += `${name.length}:${name}=${key},`;
  }
  return isArray ? `[${value.length};${text}]` : `{${text}}`;
}
