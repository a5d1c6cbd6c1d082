import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { DEFAULT_EXTENSIONS } from '../../src/extensions.ts';
import { ALL_MATCHES } from '../../src/matches/all.ts';
import type { MatchExtension } from '../../src/x_tables/extension.ts';
import { loadRule, readCorpus, ruleOf } from '../targets/world.ts';

/** `[table, rule as it was given, what `iptables -L -n` shows behind the addresses, the same without -n if it differs]`. */
type Listed = readonly [table: string, rule: string, numeric: string, plain?: string];
const LISTED = JSON.parse(readFileSync(new URL('fixtures/listing.json', import.meta.url), 'utf8')) as readonly Listed[];

/** `XT_ALIGN(sizeof(struct xt_entry_match) + data)` of each match, as a C compiler counts Linux's own headers. */
const SIZES: Readonly<Record<string, number>> = {
  addrtype: 40,
  ah: 48,
  cluster: 48,
  comment: 288,
  connbytes: 56,
  connlabel: 40,
  connlimit: 64,
  connmark: 48,
  conntrack: 200,
  cpu: 40,
  devgroup: 56,
  dscp: 40,
  ecn: 40,
  esp: 48,
  hashlimit: 344,
  helper: 72,
  icmp: 40,
  iprange: 104,
  ipvs: 72,
  length: 40,
  limit: 72,
  mac: 48,
  mark: 48,
  multiport: 80,
  nfacct: 72,
  owner: 56,
  physdev: 104,
  pkttype: 40,
  policy: 344,
  quota: 56,
  realm: 48,
  recent: 264,
  rpfilter: 40,
  sctp: 328,
  set: 80,
  socket: 40,
  state: 200,
  statistic: 56,
  string: 192,
  tcp: 48,
  tcpmss: 40,
  time: 56,
  tos: 40,
  ttl: 40,
  u32: 2016,
  udp: 48,
};

/** What iptables saves and then cannot read itself. */
const UNREADABLE: readonly RegExp[] = [
  /-name (a b|a"b|with blank)/, // not quoted
  /days +(--|$)/, // an empty list
  /physdev-in (e th)?$/, // neither an empty name nor one with a blank is quoted
  /nodemask 0x80000000/, // the mask is checked like the number of a node
  / 0b\/s/, // rounded down to nothing
  /--seconds -1/, // printed with a sign
];
/** What it reads back as something else: `0`, which came from `0:0`, and a date of 1970, which is not printed. */
const CHANGES: readonly RegExp[] = [/--connbytes 0 /, /-m time$/];
const isStable = (rule: string): boolean => ![...UNREADABLE, ...CHANGES].some((pattern) => pattern.test(rule));

describe.each(ALL_MATCHES.map((match) => match as unknown as MatchExtension))('$name', (match) => {
  const saved = new Map<string, string>();
  for (const one of readCorpus(match.name)) {
    for (const rule of one.saved ?? []) saved.set(rule, `${one.table} ${one.chains[0]!}`);
  }

  it('is in the registry under its name', () => {
    expect(DEFAULT_EXTENSIONS.match(match.name)).toBe(match);
  });

  it('reads what it saved, and saves the same', () => {
    for (const [rule, place] of saved) {
      if (!isStable(rule)) continue;
      const [table, chain] = place.split(' ') as [string, string];
      expect(loadRule(table, chain, rule), rule).toEqual({ saved: [rule] });
    }
  });

  it('takes as many bytes as in the kernel, header included', () => {
    expect(match.size).toBe(SIZES[match.name]);
  });
});

describe('iptables -L', () => {
  it.each(ALL_MATCHES.map(({ name }) => name).filter((name) => name !== 'nfacct'))(
    'shows %s as the real tool does',
    (name) => {
      const mine = LISTED.filter(([, rule]) => new RegExp(`-[mp] ${name}( |$)`).test(rule));
      expect(mine.length).toBeGreaterThan(0);
      for (const [table, rule, numeric, plain = numeric] of mine) {
        // A chain that nothing reaches takes every match.
        const { matches } = ruleOf(table, 'USER', rule);
        const show = (isNumeric: boolean): string =>
          matches.map((use) => DEFAULT_EXTENSIONS.match(use.name)!.list(use.info, isNumeric)).join('');
        expect([show(true), show(false)], rule).toEqual([numeric, plain]);
      }
    },
  );
});

describe('matches that are not modelled', () => {
  it.each(['bpf', 'cgroup', 'osf', 'rateest', 'dccp', 'ipcomp', 'nosuch'])('%s is refused by name', (name) => {
    const answer = loadRule('filter', 'INPUT', `-m ${name}`);
    expect(answer).toHaveProperty('refused');
    expect((answer as { refused: string }).refused).toContain(name);
  });
});
