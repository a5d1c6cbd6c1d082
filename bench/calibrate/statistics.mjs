// From runs to figures: the shortest run of each variant, differences between variants, and how steady they are.

/** Runs are split into so many parts by turns; a figure that is the same in each is steady. */
const PARTS = 3;

/** @param {readonly number[]} values */
export function shortest(values) {
  if (values.length === 0) throw new Error('a variant was never run');
  return Math.min(...values);
}

/**
 * The difference of the shortest runs of a variant and of its base, for each of `per` operations. `spread` is how far
 * apart that figure lies in three parts of the runs, as a share of it.
 *
 * @param {readonly number[]} variant
 * @param {readonly number[] | undefined} base
 * @param {number} per
 */
export function figureOf(variant, base, per) {
  const of = (select) => (shortest(variant.filter(select)) - (base ? shortest(base.filter(select)) : 0)) / per;
  const ns = of(() => true);
  const parts =
    variant.length < PARTS ? [ns] : Array.from({ length: PARTS }, (_, part) => of((_run, i) => i % PARTS === part));
  return { ns, spread: ns === 0 ? 0 : Math.abs((Math.max(...parts) - Math.min(...parts)) / ns) };
}

/**
 * Reads what group.py wrote: runs by variant, and how the machine was.
 *
 * @param {string} text
 */
export function readRuns(text) {
  const runs = new Map();
  const loads = [];
  const loops = [];
  for (const line of text.split('\n')) {
    if (line.trim() === '') continue;
    let row;
    try {
      row = JSON.parse(line);
    } catch {
      throw new Error(`not a line of results: ${line}`);
    }
    if (row.error !== undefined) throw new Error(row.error);
    if (typeof row.name !== 'string' || !Number.isFinite(row.ns)) throw new Error(`not a line of results: ${line}`);
    if (!runs.has(row.name)) runs.set(row.name, []);
    runs.get(row.name).push(row.ns);
    loads.push(row.load);
    loops.push(row.loop);
  }
  if (runs.size === 0) throw new Error('no results');
  return { runs, load: Math.max(...loads), loop: Math.min(...loops) };
}
