// Line charts with logarithmic axes as SVG text: no dependency, the same bytes for the same rows.

const WIDTH = 760;
const HEIGHT = 440;
const LEFT = 84;
const RIGHT = 220;
const TOP = 48;
const BOTTOM = 56;
// Told apart by those who see no red or green, too.
const COLOURS = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#e69f00', '#56b4e9', '#000000'];

const xml = (text) => String(text).replace(/&/g, '&amp;').replace(/</g, '&lt;');
const at = (value) => Number(value.toFixed(1));

/** `1k`, `40k`, `1M`, `0.5`. */
function short(value) {
  if (value >= 1e6) return `${value / 1e6}M`;
  return value >= 1000 ? `${value / 1000}k` : String(value);
}

/** The powers of ten around the values. */
function decades(values) {
  const low = Math.floor(Math.log10(Math.min(...values)) + 1e-9);
  // A little above a power of ten is no reason for ten times as much axis.
  const high = Math.max(low + 1, Math.ceil(Math.log10(Math.max(...values)) - 0.02));
  return { low, high };
}

/** A white page of that height with a title at `left`. */
function opening(title, height, left) {
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" font-family="sans-serif" font-size="12" role="img">`,
    `<title>${xml(title)}</title>`,
    `<rect width="${WIDTH}" height="${height}" fill="#ffffff"/>`,
    `<text x="${left}" y="26" font-size="15" font-weight="bold">${xml(title)}</text>`,
  ];
}

/** Bars on a linear axis from 0, one a row: `{ name, value, mark }`; `mark` is a figure from elsewhere, drawn as a line. */
export function bars({ title, x, rows }) {
  const left = 330;
  const step = 26;
  const height = TOP + rows.length * step + BOTTOM;
  const inner = WIDTH - left - 80;
  const most = Math.max(...rows.flatMap(({ value, mark }) => [value, mark ?? 0]));
  const tick = niceStep(most / 5);
  const end = Math.ceil(most / tick) * tick || 1;
  const px = (value) => at(left + (value / end) * inner);
  const bottom = TOP + rows.length * step;
  const parts = opening(title, height, 16);
  for (let value = 0; value <= end + tick / 2; value += tick) {
    parts.push(
      `<line x1="${px(value)}" y1="${TOP}" x2="${px(value)}" y2="${bottom}" stroke="#dddddd"/>`,
      `<text x="${px(value)}" y="${bottom + 16}" text-anchor="middle">${short(Number(value.toPrecision(6)))}</text>`,
    );
  }
  rows.forEach(({ name, value, mark, colour = 0 }, row) => {
    const y = TOP + row * step;
    const shown = Number(value.toPrecision(3)).toLocaleString('en-US');
    parts.push(
      `<text x="${left - 8}" y="${y + 17}" text-anchor="end">${xml(name)}</text>`,
      `<rect x="${left}" y="${y + 4}" width="${at(px(value) - left)}" height="${step - 8}" fill="${COLOURS[colour]}"/>`,
      `<text x="${px(Math.max(value, mark ?? 0)) + 6}" y="${y + 17}" fill="#333333">${shown}</text>`,
    );
    if (mark !== undefined)
      parts.push(
        `<line x1="${px(mark)}" y1="${y + 1}" x2="${px(mark)}" y2="${y + step - 1}" stroke="#000000" stroke-width="3"/>`,
      );
  });
  parts.push(`<text x="${left + inner / 2}" y="${bottom + 40}" text-anchor="middle">${xml(x)}</text>`);
  return `${parts.join('\n')}\n</svg>\n`;
}

/** 1, 2 or 5 times a power of ten, at least `value`. */
function niceStep(value) {
  const power = 10 ** Math.floor(Math.log10(value || 1));
  return [1, 2, 5, 10].map((digit) => digit * power).find((step) => step >= value * 0.999);
}

/**
 * A chart of `series`, each `{ name, points: [[x, y], ...], dashed, dots, colour }`; `dots` leaves out the line, a
 * series without a name stays out of the legend. Values have to be above 0.
 */
export function chart({ title, x, y, series }) {
  const all = series.flatMap((one) => one.points);
  const h = decades(all.map(([value]) => value));
  const v = decades(all.map(([, value]) => value));
  const inner = { width: WIDTH - LEFT - RIGHT, height: HEIGHT - TOP - BOTTOM };
  const px = (value) => at(LEFT + ((Math.log10(value) - h.low) / (h.high - h.low)) * inner.width);
  const py = (value) => at(TOP + inner.height - ((Math.log10(value) - v.low) / (v.high - v.low)) * inner.height);
  const parts = opening(title, HEIGHT, LEFT);
  for (let power = h.low; power <= h.high; power++) {
    const place = px(10 ** power);
    parts.push(`<line x1="${place}" y1="${TOP}" x2="${place}" y2="${TOP + inner.height}" stroke="#dddddd"/>`);
    parts.push(
      `<text x="${place}" y="${TOP + inner.height + 18}" text-anchor="middle">${short(Number(`1e${power}`))}</text>`,
    );
  }
  for (let power = v.low; power <= v.high; power++) {
    const place = py(10 ** power);
    parts.push(`<line x1="${LEFT}" y1="${place}" x2="${LEFT + inner.width}" y2="${place}" stroke="#dddddd"/>`);
    parts.push(`<text x="${LEFT - 8}" y="${place + 4}" text-anchor="end">${short(Number(`1e${power}`))}</text>`);
  }
  parts.push(
    `<text x="${LEFT + inner.width / 2}" y="${HEIGHT - 14}" text-anchor="middle">${xml(x)}</text>`,
    `<text x="18" y="${TOP + inner.height / 2}" text-anchor="middle" transform="rotate(-90 18 ${TOP + inner.height / 2})">${xml(y)}</text>`,
  );
  let shown = 0;
  series.forEach(({ name, points, dashed, dots, colour: chosen }, index) => {
    const colour = COLOURS[(chosen ?? index) % COLOURS.length];
    const path = points.map(([a, b]) => `${px(a)},${py(b)}`).join(' ');
    const dash = dashed ? ' stroke-dasharray="6 4"' : '';
    if (!dots) parts.push(`<polyline points="${path}" fill="none" stroke="${colour}" stroke-width="2"${dash}/>`);
    for (const [a, b] of points) {
      parts.push(
        `<circle cx="${px(a)}" cy="${py(b)}" r="${dots ? 4.5 : 3}" fill="${dots ? '#ffffff' : colour}" stroke="${colour}" stroke-width="1.5"/>`,
      );
    }
    if (name === undefined) return;
    const row = TOP + 10 + shown++ * 20;
    const left = LEFT + inner.width + 14;
    parts.push(
      dots
        ? `<circle cx="${left + 11}" cy="${row}" r="4.5" fill="#ffffff" stroke="${colour}" stroke-width="1.5"/>`
        : `<line x1="${left}" y1="${row}" x2="${left + 22}" y2="${row}" stroke="${colour}" stroke-width="2"${dash}/>`,
      `<text x="${left + 28}" y="${row + 4}">${xml(name)}</text>`,
    );
  });
  return `${parts.join('\n')}\n</svg>\n`;
}
