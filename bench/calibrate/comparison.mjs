// How far figures lie from committed ones and from the prices of a model. Two machines differ in speed; what is compared
// between them is what a primitive costs in packets sent: `scaled` divides by how much slower that is.

export const SENT = 'packet sent, route included';

/** Figures that lie this far away are named. */
export const TOLERANCE = 0.15;

/**
 * @param {readonly {name: string, ns: number, modelled?: number}[]} rows measured now
 * @param {readonly {name: string, ns: number}[]} committed
 */
export function compare(rows, committed) {
  const before = new Map(committed.map((row) => [row.name, row.ns]));
  const sent = rows.find((row) => row.name === SENT);
  const speed = quotient(sent?.ns, before.get(SENT));
  const modelSpeed = quotient(sent?.ns, sent?.modelled);
  return rows.map((row) => {
    const committedNs = before.get(row.name);
    const ratio = quotient(row.ns, committedNs);
    const modelRatio = quotient(row.ns, row.modelled);
    return {
      ...row,
      committed: committedNs,
      ratio,
      scaled: quotient(ratio, speed),
      modelRatio,
      modelScaled: quotient(modelRatio, modelSpeed),
    };
  });
}

/** Undefined where one of the two is not known or has no size. */
function quotient(a, b) {
  return a === undefined || b === undefined || b === 0 ? undefined : a / b;
}

/** Whether a ratio is known and further from 1 than the tolerance, in either direction. */
export function isFar(ratio, tolerance = TOLERANCE) {
  return ratio !== undefined && (ratio > 1 + tolerance || ratio < 1 / (1 + tolerance));
}

/** One sentence about all ratios that are known. */
export function summary(ratios, against) {
  const known = ratios.filter((ratio) => ratio !== undefined);
  if (known.length === 0) return `No figure could be compared with ${against}.`;
  const far = known.filter((ratio) => isFar(ratio));
  return `${known.length - far.length} of ${known.length} figures lie within ${TOLERANCE * 100} % of ${against}.`;
}

/** Lines of a table, columns padded; the last column is left as it is. */
export function table(rows) {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  return rows.map((row) =>
    row
      .map((cell, i) => (i === 0 ? cell.padEnd(widths[0]) : i === row.length - 1 ? cell : cell.padStart(widths[i])))
      .join('  ')
      .trimEnd(),
  );
}
