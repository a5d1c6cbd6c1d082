import { type MatchExtension, NEEDS_CONNTRACK } from '../x_tables/extension.ts';
import { type ConntrackInfo, compileConntrack, dump, parseStates } from './conntrack.ts';

/**
 * `-m state --state LIST`: the older spelling of `-m conntrack --ctstate`. iptables 1.8.9 hands it to the kernel as a
 * conntrack match with a note that it was written so.
 */
export const state: MatchExtension<ConntrackInfo, undefined> = {
  name: 'state',
  options: [{ name: 'state', args: 1, invertible: true, mandatory: true }],
  size: 200,
  sharesInfo: true,
  demands: NEEDS_CONNTRACK,

  parse(options) {
    const use = options[0]!;
    const bits = parseStates(use, ['INVALID', 'NEW', 'ESTABLISHED', 'RELATED', 'UNTRACKED']);
    return { ctstate: { bits, inverted: use.inverted }, addresses: {}, ports: {} };
  },

  save: (info) => dump(info, '--', 'state', true),
  list: (info, numeric) => dump(info, '', 'state', numeric),
  compile: compileConntrack,
};
