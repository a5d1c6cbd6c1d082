// The tables of docs/calibration.md, from the committed results.
import { modelled } from './counts.mjs';

const figure = (value) => Number(Number(value).toPrecision(3)).toLocaleString('en-US', { maximumFractionDigits: 2 });

/** One line for each result: what was measured, how steady it was, and what each model says. */
function results(rows, models) {
  return [
    `| primitive | ns | spread | ${models.map((model) => model.name).join(' | ')} | how measured |`,
    `|---|---|---|${models.map(() => '---|').join('')}---|`,
    ...rows.map((row) => {
      const prices = models.map((model) => {
        const ns = modelled(model, row);
        return ns === undefined ? '' : figure(ns);
      });
      const name = row.against === undefined ? row.name : `${row.name} (conntrack there: ${figure(row.againstNs)})`;
      return `| ${name} | ${figure(row.ns)} | ${Math.round(100 * row.spread)} % | ${prices.join(' | ')} | ${row.how} |`;
    }),
  ];
}

/** Which machine, and how busy it was. */
function machines(rows) {
  const of = (name) => [...new Set(rows.map((row) => row[name]))];
  const loads = rows.map((row) => row.load);
  const loops = rows.map((row) => row.loop);
  return (
    `Machine: ${of('machine').join('; ')}; ${of('system').join('; ')}. Load average while it ran: ${Math.min(...loads)} to ` +
    `${Math.max(...loads)}. Yardstick loop: ${Math.min(...loops)} to ${Math.max(...loops)} ns.`
  );
}

const START = '<!-- results: written by bench/calibrate.mjs --page -->';
const END = '<!-- end of results -->';

/** The page with its tables written anew. */
export function withTables(page, rows, models) {
  const start = page.indexOf(START);
  const end = page.indexOf(END);
  if (start < 0 || end < start) throw new Error(`the page has no "${START}"`);
  const here = rows.filter((row) => !row.group.startsWith('ipvs-'));
  const guest = rows.filter((row) => row.group.startsWith('ipvs-'));
  const parts = [
    ['### In the kernel', here],
    ['### In user-mode Linux', guest],
  ]
    .filter(([, part]) => part.length > 0)
    .map(([title, part]) => [title, '', machines(part), '', ...results(part, models)].join('\n'));
  return `${page.slice(0, start)}${START}\n\n${parts.join('\n\n')}\n\n${page.slice(end)}`;
}
