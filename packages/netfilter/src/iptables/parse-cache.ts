import type { AddressTest, DeviceName, IpTest, RuleTarget } from '../x_tables/rule.ts';
import { type MaskedAddress, parseAddressList } from './address-list.ts';
import { AddressTests } from './address-tests.ts';

/**
 * Values that a ruleset repeats thousands of times, parsed once: addresses, device names, protocols, jumps. They are
 * immutable, so rules may share them.
 */
export class ParseCache {
  readonly #lists = new Map<string, readonly MaskedAddress[] | string>();
  readonly #plain = new AddressTests(false);
  readonly #inverted = new AddressTests(true);
  readonly #devices = new Map<string, DeviceName>();
  readonly #protocols = new Map<number, NonNullable<IpTest['protocol']>>();
  readonly #jumps = new Map<string, RuleTarget>();
  readonly #gotos = new Map<string, RuleTarget>();

  /** See {@link parseAddressList}. */
  addresses(text: string): readonly MaskedAddress[] | string {
    let list = this.#lists.get(text);
    if (list === undefined) this.#lists.set(text, (list = parseAddressList(text)));
    return list;
  }

  /** The test that an address stands for; absent if it tests nothing. */
  addressTest(address: MaskedAddress, inverted: boolean): AddressTest | undefined {
    if (address.mask === 0 && !inverted) return undefined;
    return (inverted ? this.#inverted : this.#plain).of(address.network, address.mask);
  }

  /**
   * The test of the address `text.slice(from, to)`, if that is written as iptables-save writes it and tests anything.
   * Undefined says nothing of the text.
   */
  addressOf(text: string, from: number, to: number, inverted: boolean): AddressTest | undefined {
    return (inverted ? this.#inverted : this.#plain).read(text, from, to);
  }

  device(text: string, inverted: boolean): DeviceName {
    const key = (inverted ? '!' : '=') + text;
    let device = this.#devices.get(key);
    if (device === undefined) {
      const wildcard = text.endsWith('+');
      device = { name: wildcard ? text.slice(0, -1) : text, wildcard, inverted };
      this.#devices.set(key, device);
    }
    return device;
  }

  protocol(number: number, inverted: boolean): NonNullable<IpTest['protocol']> {
    const key = inverted ? -number : number;
    let test = this.#protocols.get(key);
    if (test === undefined) this.#protocols.set(key, (test = { number, inverted }));
    return test;
  }

  jump(chain: string, isGoto: boolean): RuleTarget {
    const targets = isGoto ? this.#gotos : this.#jumps;
    const known = targets.get(chain);
    if (known !== undefined) return known;
    const target: RuleTarget = { kind: isGoto ? 'goto' : 'jump', chain };
    targets.set(chain, target);
    return target;
  }
}
