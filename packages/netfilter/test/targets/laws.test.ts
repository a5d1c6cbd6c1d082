import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { DEFAULT_EXTENSIONS } from '../../src/extensions.ts';
import { ALL_TARGETS } from '../../src/targets/all.ts';
import type { TargetExtension } from '../../src/x_tables/extension.ts';
import { emptyWorld, loadRule, readCorpus, ruleOf } from './world.ts';

/** `[table, rule as saved, what `iptables -L -n` shows behind the addresses, the same without -n]`, by the real tool. */
type Listed = readonly [table: string, rule: string, numeric: string, plain: string];
const LISTED = JSON.parse(readFileSync(new URL('fixtures/listing.json', import.meta.url), 'utf8')) as readonly Listed[];

/** What iptables saves and then refuses itself: base ports of some targets, a device name with a blank. */
const UNREADABLE = /(SNAT|MASQUERADE) .*\/0$|:80\/85$|--oif a b$/;

/** `XT_ALIGN(sizeof(struct xt_entry_target) + data)` of each target, as a C compiler counts Linux's own headers. */
const SIZES: Readonly<Record<string, number>> = {
  AUDIT: 40,
  CHECKSUM: 40,
  CLASSIFY: 40,
  CONNMARK: 48,
  CT: 104,
  DNAT: 80,
  DSCP: 40,
  LOG: 64,
  MARK: 40,
  MASQUERADE: 56,
  NETMAP: 56,
  NFLOG: 112,
  NFQUEUE: 40,
  NOTRACK: 32,
  REDIRECT: 56,
  REJECT: 40,
  SET: 56,
  SNAT: 56,
  TCPMSS: 40,
  TEE: 72,
  TOS: 40,
  TPROXY: 64,
  TRACE: 32,
  TTL: 40,
};

describe.each(ALL_TARGETS.map((target) => target as unknown as TargetExtension))('$name', (target) => {
  const saved = new Map<string, string>();
  for (const one of readCorpus(target.name))
    for (const rule of one.saved ?? []) saved.set(rule, `${one.table} ${one.chains[0]!}`);

  it('is in the registry under its name', () => {
    expect(DEFAULT_EXTENSIONS.target(target.name)).toBe(target);
  });

  it('reads what it saved, and saves the same', () => {
    expect(saved.size).toBeGreaterThan(0);
    for (const [rule, place] of saved) {
      if (UNREADABLE.test(rule)) continue;
      const [table, chain] = place.split(' ') as [string, string];
      expect(loadRule(table, chain, rule)).toEqual({ saved: [rule] });
    }
  });

  it('takes as many bytes of a rule as in the kernel', () => {
    expect(target.size).toBe(SIZES[target.name]);
  });
});

describe('iptables -L', () => {
  it.each(ALL_TARGETS.map(({ name }) => name))('shows %s as the real tool does', (name) => {
    const mine = LISTED.filter(([, rule]) => rule.includes(`-j ${name}`) && new RegExp(`-j ${name}( |$)`).test(rule));
    expect(mine.length).toBeGreaterThan(0);
    for (const [table, rule, numeric, plain] of mine) {
      // A chain that nothing reaches takes every target of its table.
      const { target } = ruleOf(table, 'USER', rule);
      if (target?.kind !== 'extension') throw new Error(`${rule} has no target`);
      const extension = DEFAULT_EXTENSIONS.target(name)!;
      const has = / -m \S+/.test(rule);
      for (const [shown, isNumeric] of [
        [numeric, true],
        [plain, false],
      ] as const) {
        const ours = extension.list(target.info, isNumeric);
        // Matches come before the target.
        expect(has ? shown.slice(shown.length - ours.length) : shown, rule).toBe(ours);
      }
    }
  });
});

describe('targets that are not modelled', () => {
  it.each(['SYNPROXY', 'HMARK', 'IDLETIMER', 'LED', 'RATEEST', 'SECMARK', 'CONNSECMARK', 'CLUSTERIP', 'ECN', 'NOSUCH'])(
    '%s is refused by name',
    (name) => {
      const answer = loadRule('mangle', 'PREROUTING', `-j ${name}`);
      expect(answer).toHaveProperty('refused');
      expect((answer as { refused: string }).refused).toContain(name);
    },
  );
});

describe('a fresh host', () => {
  it('knows no target twice', () => {
    const names = ALL_TARGETS.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    expect(emptyWorld().net.extensions.targetNames).toEqual(expect.arrayContaining(names));
  });
});
