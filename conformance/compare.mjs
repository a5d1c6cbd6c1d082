#!/usr/bin/env node
// Compares results of scenarios by the scenario format's rule of what "equal" means. A library and a command.
//
//   node compare.mjs A.json B.json
//
// A file holds one result, an array of results, or an array of {scenario, kernel}. Every difference is printed with the
// scenario's name, the step and both sides. Exit status: 0 equal, 1 different, 2 bad use.
//
// Free: the order of events within a step, of conntrack and IPVS entries and of an ipset's members; `use=`; three
// seconds of any timeout; comment lines; an ipset's `initval`; a table that the scenario does not load; IPVS totals
// (`ipvs_stats`), which lag by the kernel's estimator.

import { readFileSync, realpathSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** Seconds by which two timeouts of the same entry may differ. */
export const TOLERANCE = 3;

/**
 * One difference between two results.
 * @typedef {{ scenario: string, step: number | undefined, what: string, left: string[], right: string[] }} Difference
 */

/** JSON with sorted keys: equal values have equal text. */
export function canonical(value) {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (value !== null && typeof value === 'object') {
    const fields = Object.keys(value)
      .filter((key) => value[key] !== undefined)
      .sort()
      .map((key) => `${JSON.stringify(key)}:${canonical(value[key])}`);
    return `{${fields.join(',')}}`;
  }
  return JSON.stringify(value);
}

const linesOf = (text) => (text ?? '').split('\n').filter((line) => line.trim() !== '');
const squeezed = (line) => line.trim().replace(/\s+/g, ' ');

/** Two multisets of texts: what only one of them has. */
function unordered(left, right) {
  const count = new Map();
  for (const text of right) count.set(text, (count.get(text) ?? 0) + 1);
  const onlyLeft = [];
  for (const text of left) {
    const n = count.get(text) ?? 0;
    if (n === 0) onlyLeft.push(text);
    else count.set(text, n - 1);
  }
  const onlyRight = [];
  for (const text of right) {
    const n = count.get(text);
    if (n > 0) {
      onlyRight.push(text);
      count.set(text, n - 1);
    }
  }
  return [onlyLeft, onlyRight];
}

/**
 * Two multisets of entries {key, timeout, text}: equal keys pair off in the order of their timeouts, which must be
 * near each other. Returns the texts of the entries that have no partner.
 */
function unorderedTimed(left, right) {
  const groups = new Map();
  const put = (entries, side) => {
    for (const entry of entries) {
      if (!groups.has(entry.key)) groups.set(entry.key, [[], []]);
      groups.get(entry.key)[side].push(entry);
    }
  };
  put(left, 0);
  put(right, 1);
  const only = [[], []];
  for (const [a, b] of groups.values()) {
    const byTimeout = (x, y) => x.timeout - y.timeout;
    a.sort(byTimeout);
    b.sort(byTimeout);
    let i = 0;
    let j = 0;
    while (i < a.length || j < b.length) {
      const apart = i < a.length && j < b.length ? a[i].timeout - b[j].timeout : i < a.length ? -Infinity : Infinity;
      if (Math.abs(apart) <= TOLERANCE) {
        i++;
        j++;
      } else if (apart < 0) only[0].push(a[i++].text);
      else only[1].push(b[j++].text);
    }
  }
  return only;
}

/**
 * A line of `conntrack -L` or `-D`: protocol name and number come before the timeout, and with `-o extended` the
 * family's name and number before them.
 */
export function conntrackEntry(line) {
  const words = squeezed(line)
    .split(' ')
    .filter((word) => !word.startsWith('use='));
  const place = /^ipv[46]$/.test(words[0]) ? 4 : 2;
  // An offloaded entry has none.
  const [timeout] = /^\d+$/.test(words[place] ?? '') ? words.splice(place, 1) : [0];
  return { key: words.join(' '), timeout: Number(timeout), text: line };
}

/** The connections that `ipvsadm -Lnc` lists; their expiry is written as minutes and seconds. */
export function ipvsConnections(text) {
  return linesOf(text).flatMap((line) => {
    const found = /^(\S+) +(\d+):(\d+) +(.*)$/.exec(line);
    if (!found) return [];
    const [, protocol, minutes, seconds, rest] = found;
    return [{ key: `${protocol} ${squeezed(rest)}`, timeout: Number(minutes) * 60 + Number(seconds), text: line }];
  });
}

/** Text of `ipset save` or `ipset list`: what is said of the sets in order, the members with their timeouts. */
function ipsetEntries(text) {
  const sets = [];
  const members = [];
  let listing; // the set whose members `ipset list` is printing
  for (const line of linesOf(text)) {
    const words = squeezed(line)
      .replace(/ initval 0x[0-9a-f]+/, '')
      .split(' ');
    if (words[0] === 'Name:') listing = undefined;
    if (words[0] === 'add' || listing !== undefined) {
      const at = words.indexOf('timeout');
      const [, timeout] = at < 0 ? [] : words.splice(at, 2);
      members.push({ key: [listing, ...words].join(' '), timeout: Number(timeout ?? 0), text: line });
      // How much memory a set takes is the business of one build of one kernel.
    } else if (!line.startsWith('Size in memory:')) sets.push(words.join(' '));
    if (words[0] === 'Members:') listing = sets.length;
  }
  return { sets, members };
}

/** Services of `ipvsadm -Ln` or `-Sn`, each as one text with its servers sorted. */
function ipvsServices(text) {
  const services = [];
  for (const line of linesOf(text)) {
    if (/^(IP Virtual Server|Prot LocalAddress|\s+-> RemoteAddress)/.test(line)) continue;
    if (/^(\s+->|-a )/.test(line)) services.at(-1)?.servers.push(squeezed(line));
    else services.push({ service: squeezed(line), servers: [] });
  }
  return services.map(({ service, servers }) => [service, ...servers.sort()].join(' | '));
}

/** `iptables-save -c` text: table -> chain -> {policy, rules}. A chain's rules keep their order and counters. */
export function iptablesTables(text) {
  const tables = new Map();
  let chains;
  for (const line of linesOf(text)) {
    if (line.startsWith('*')) tables.set(line.slice(1).trim(), (chains = new Map()));
    else if (line.startsWith(':') && chains) {
      const [name, policy, counters] = line.slice(1).split(' ');
      // The kernel keeps no counters for a user's chain.
      chains.set(name, { policy: policy === '-' ? '-' : `${policy} ${counters ?? ''}`.trim(), rules: [] });
    } else if (!line.startsWith('#') && line !== 'COMMIT' && chains) {
      const name = /(?:^|\s)-A (\S+)/.exec(line)?.[1];
      if (!chains.has(name)) chains.set(name, { policy: '-', rules: [] });
      chains.get(name).rules.push(line);
    }
  }
  return tables;
}

const hasRules = (chains) => [...chains.values()].some((chain) => chain.rules.length > 0 || chain.policy === '-');

function compareIptables(left, right, scenario, report) {
  const [a, b] = [iptablesTables(left), iptablesTables(right)];
  for (const table of new Set([...a.keys(), ...b.keys()])) {
    const [x, y] = [a.get(table), b.get(table)];
    if (!x || !y) {
      const loaded = scenario ? `\n${scenario.iptables ?? ''}`.includes(`\n*${table}`) : false;
      if (loaded || hasRules(x ?? y))
        report(`iptables *${table}`, x ? ['present'] : ['missing'], y ? ['present'] : ['missing']);
      continue;
    }
    for (const chain of new Set([...x.keys(), ...y.keys()])) {
      const [p, q] = [x.get(chain), y.get(chain)];
      const where = `iptables *${table} ${chain}`;
      if (!p || !q) report(where, p ? ['present'] : ['missing'], q ? ['present'] : ['missing']);
      else {
        if (p.policy !== q.policy) report(where, [`:${chain} ${p.policy}`], [`:${chain} ${q.policy}`]);
        reportOrdered(where, p.rules, q.rules, report);
      }
    }
  }
}

/** Lists whose order counts: reports the lines that differ, place by place. */
function reportOrdered(what, left, right, report) {
  const onlyLeft = [];
  const onlyRight = [];
  for (let i = 0; i < Math.max(left.length, right.length); i++) {
    if (left[i] === right[i]) continue;
    if (left[i] !== undefined) onlyLeft.push(`${i + 1}: ${left[i]}`);
    if (right[i] !== undefined) onlyRight.push(`${i + 1}: ${right[i]}`);
  }
  if (onlyLeft.length || onlyRight.length) report(what, onlyLeft, onlyRight);
}

const reportPair = (what, [left, right], report) => {
  if (left.length || right.length) report(what, left, right);
};

function compareIpset(what, left, right, report) {
  const [a, b] = [ipsetEntries(left), ipsetEntries(right)];
  reportOrdered(what, a.sets, b.sets, report);
  reportPair(what, unorderedTimed(a.members, b.members), report);
}

/** What a command printed is compared as the kind of text that it is. */
function compareStdout(command, left, right, report) {
  const words = command.trim().split(/\s+/);
  const tool = words[0].split('/').at(-1);
  if (tool === 'conntrack') {
    const isEntry = (line) => /\bsrc=/.test(line);
    const entries = (text) => linesOf(text).filter(isEntry).map(conntrackEntry);
    const others = (text) => linesOf(text).filter((line) => !isEntry(line));
    reportPair('stdout', unorderedTimed(entries(left), entries(right)), report);
    reportPair('stdout', unordered(others(left), others(right)), report);
  } else if (tool === 'ipvsadm' && words.some((word) => /^-\w*c|^--connection$/.test(word))) {
    reportPair('stdout', unorderedTimed(ipvsConnections(left), ipvsConnections(right)), report);
  } else if (tool === 'ipvsadm') {
    reportPair('stdout', unordered(ipvsServices(left), ipvsServices(right)), report);
  } else if (tool === 'ipset') {
    compareIpset('stdout', left, right, report);
  } else {
    const lines = (text) => (text ?? '').split('\n').filter((line) => !line.startsWith('#'));
    reportOrdered('stdout', lines(left), lines(right), report);
  }
}

function compareStep(left, right, step, report) {
  reportPair('events', unordered((left.events ?? []).map(canonical), (right.events ?? []).map(canonical)), report);
  const same = (what, a, b) => {
    if (a !== b) report(what, [String(a)], [String(b)]);
  };
  same('skipped', left.skipped === true, right.skipped === true);
  same('error', left.error ?? 'none', right.error ?? 'none');
  if (left.status !== undefined || right.status !== undefined) {
    same('succeeded', left.status === 0, right.status === 0);
    compareStdout(step?.run ?? '', left.stdout, right.stdout, report);
  }
  if (left.trace || right.trace) reportOrdered('trace', left.trace ?? [], right.trace ?? [], report);
}

/**
 * Compares two results of one scenario.
 * @param {object} left
 * @param {object} right
 * @param {object} [scenario] tells which tables are loaded and which commands printed what
 * @returns {Difference[]}
 */
export function compareResults(left, right, scenario) {
  const differences = [];
  let step;
  const report = (what, a, b) =>
    differences.push({ scenario: left.name ?? right.name ?? '', step, what, left: a, right: b });
  if (left.failed || right.failed) {
    report('failed', [left.failed ?? 'no'], [right.failed ?? 'no']);
    return differences;
  }
  const [a, b] = [left.steps ?? [], right.steps ?? []];
  if (a.length !== b.length) report('number of steps', [String(a.length)], [String(b.length)]);
  for (step = 0; step < Math.min(a.length, b.length); step++)
    compareStep(a[step], b[step], scenario?.steps?.[step], report);
  step = undefined;
  compareIptables(left.iptables, right.iptables, scenario, report);
  reportPair(
    'conntrack',
    unorderedTimed((left.conntrack ?? []).map(conntrackEntry), (right.conntrack ?? []).map(conntrackEntry)),
    report,
  );
  reportPair('ipvs', unordered(ipvsServices(left.ipvs), ipvsServices(right.ipvs)), report);
  reportPair('ipvs_conns', unorderedTimed(ipvsConnections(left.ipvs_conns), ipvsConnections(right.ipvs_conns)), report);
  compareIpset('ipset', left.ipset, right.ipset, report);
  return differences;
}

/** The results, with their scenarios where known, that a parsed file holds. */
export function resultsOf(parsed) {
  return [parsed].flat().map((entry) => {
    const result = entry.kernel ?? entry.result ?? entry;
    return { name: result.name ?? entry.scenario?.name ?? '', scenario: entry.scenario, result };
  });
}

/**
 * Compares two lists from `resultsOf`, by place where they have the same names, else by name.
 * @returns {{ compared: number, equal: number, differences: Difference[] }}
 */
export function compareLists(left, right) {
  const differences = [];
  let equal = 0;
  let compared = 0;
  const inPlace = left.length === right.length && left.every((entry, i) => entry.name === right[i].name);
  const byName = new Map(right.map((entry) => [entry.name, entry]));
  left.forEach((entry, i) => {
    const other = inPlace ? right[i] : byName.get(entry.name);
    byName.delete(entry.name);
    compared++;
    const found = other
      ? compareResults(entry.result, other.result, entry.scenario ?? other.scenario)
      : [{ scenario: entry.name, step: undefined, what: 'scenario', left: ['present'], right: ['missing'] }];
    if (found.length === 0) equal++;
    differences.push(...found);
  });
  if (!inPlace) {
    for (const name of byName.keys()) {
      compared++;
      differences.push({ scenario: name, step: undefined, what: 'scenario', left: ['missing'], right: ['present'] });
    }
  }
  return { compared, equal, differences };
}

/** A difference as lines to read: the left side behind `-`, the right side behind `+`. */
export function describe({ scenario, step, what, left, right }) {
  const head = `${scenario}${step === undefined ? '' : ` step ${step}`}: ${what}`;
  return [head, ...left.map((line) => `  - ${line}`), ...right.map((line) => `  + ${line}`)].join('\n');
}

function main() {
  const files = process.argv.slice(2);
  if (files.length !== 2 || files.some((file) => file.startsWith('-'))) {
    console.error('usage: compare.mjs A.json B.json');
    return 2;
  }
  const [left, right] = files.map((file) => resultsOf(JSON.parse(readFileSync(file, 'utf8'))));
  const { compared, equal, differences } = compareLists(left, right);
  for (const difference of differences) console.log(describe(difference));
  console.log(`${equal} of ${compared} scenarios equal`);
  return equal === compared ? 0 : 1;
}

if (process.argv[1] && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) process.exitCode = main();
