import type { Connection } from './connection.ts';
import type { Conntrack } from './conntrack.ts';
import { clashes, type Expectation, isExpected, sameExpectation } from './expectation.ts';
import type { Tuple } from './tuple.ts';
import { type Zone, zoneId } from './zone.ts';

/** Announced connections of one host (`nf_conntrack_expect.c`). */
export class Expectations {
  readonly #conntrack: Conntrack;
  #list: Expectation[] = [];

  constructor(conntrack: Conntrack) {
    this.#conntrack = conntrack;
  }

  /** How many are pending, expired ones that nobody has met included. */
  get size(): number {
    return this.#list.length;
  }

  /** Those that have not expired, newest first. */
  all(): readonly Expectation[] {
    this.#collect();
    return this.#list;
  }

  /** Seconds, rounded down, until one expires. */
  remainingSeconds(expectation: Expectation): number {
    return Math.max(0, Math.floor(((expectation.deadline - this.#conntrack.now) | 0) / this.#conntrack.host.hz));
  }

  /**
   * Announces a connection (`nf_ct_expect_related`). The same announcement again only renews it; one too many of a
   * master replaces its oldest. The answer tells why it was refused.
   */
  add(expectation: Expectation): 'clash' | 'full' | undefined {
    this.#collect();
    const { host, sysctls, statistics } = this.#conntrack;
    const known = this.#list.find((other) => sameExpectation(other, expectation));
    if (known !== undefined) this.#remove(known);
    else if (this.#list.some((other) => clashes(other, expectation))) return 'clash';
    const { helper, master } = expectation;
    const extensions = master.extend();
    if (extensions.expectations.length >= helper.maxExpected) this.#remove(extensions.expectations.at(-1)!);
    if (this.#list.length >= sysctls.expectMax.value) {
      host.log.write('nf_conntrack: expectation table full');
      return 'full';
    }
    expectation.deadline = (this.#conntrack.now + helper.expectTimeout * host.hz) | 0;
    extensions.expectations.unshift(expectation);
    this.#list.unshift(expectation);
    statistics.expectCreate++;
    return undefined;
  }

  /** The announcement that a new connection fulfils, taken out unless permanent (`nf_ct_find_expectation`). */
  take(tuple: Tuple, zone: Zone): Expectation | undefined {
    this.#collect();
    const found = this.#list.find(
      (expectation) =>
        !expectation.inactive &&
        isExpected(expectation, tuple) &&
        zoneId(expectation.master.zone, 0) === zoneId(zone, 0),
    );
    // A master that is not in the table, or leaving it, has no children.
    if (found === undefined || !found.master.isConfirmed || found.master.isDying) return undefined;
    if (!found.permanent) this.#remove(found);
    return found;
  }

  /** Whether some announcement waits for this very destination tuple. */
  find(matches: (expectation: Expectation) => boolean): Expectation | undefined {
    this.#collect();
    return this.#list.find(matches);
  }

  /** Takes back everything that a connection announced (`nf_ct_remove_expectations`). */
  removeAll(master: Connection): void {
    for (const expectation of [...(master.extensions?.expectations ?? [])]) this.#remove(expectation);
  }

  /** Takes back one (`nf_ct_unexpect_related`). */
  remove(expectation: Expectation): void {
    this.#remove(expectation);
  }

  #remove(expectation: Expectation): void {
    const at = this.#list.indexOf(expectation);
    if (at < 0) return;
    this.#list.splice(at, 1);
    const own = expectation.master.extensions?.expectations;
    const place = own?.indexOf(expectation) ?? -1;
    if (place >= 0) own!.splice(place, 1);
    this.#conntrack.statistics.expectDelete++;
  }

  #collect(): void {
    if (this.#list.length === 0) return;
    const { now } = this.#conntrack;
    for (const expectation of this.#list.filter((entry) => ((entry.deadline - now) | 0) <= 0))
      this.#remove(expectation);
  }
}
