import { badOption, KernelRefusal, type MatchExtension } from '../x_tables/extension.ts';
import { cutUtf8 } from '../x_tables/utf8.ts';
import { formatWord } from '../x_tables/values.ts';
import { type Account, accounts, useAccount } from './account.ts';

interface NfacctInfo {
  readonly name: string;
}

interface NfacctState {
  readonly account: Account;
  readonly release: () => void;
}

const MOST_BYTES = 31;

/**
 * `-m nfacct --nfacct-name NAME`: counts the packet in an accounting object of the host (`nfacct add NAME`, here
 * `addAccount`). It matches always, or with a quota once that is used up.
 *
 * Kernel: `net/netfilter/xt_nfacct.c`, `nfacct_mt`. A rule that names an object that is not there is refused.
 */
export const nfacct: MatchExtension<NfacctInfo, NfacctState> = {
  name: 'nfacct',
  options: [{ name: 'nfacct-name', args: 1, mandatory: true }],
  size: 72,

  parse(options) {
    const use = options[0]!;
    const name = use.values[0]!;
    if (name === '' || name.includes('\n')) badOption(use, 'the name is empty or has a line break in it');
    return { name: cutUtf8(name, MOST_BYTES) };
  },

  save({ name }) {
    return ` --nfacct-name  ${formatWord(name)}`;
  },

  list({ name }) {
    return ` nfacct-name  ${formatWord(name)}`;
  },

  check({ name }, { net }) {
    if (!accounts(net).has(name)) throw new KernelRefusal('ENOENT', `nfacct: there is no accounting object ${name}`);
  },

  compile({ name }) {
    return {
      createState: (net) => useAccount(net, name),
      destroyState: (state) => state.release(),
      test: (packet, _, { account }) => {
        account.packets++;
        account.bytes += packet.length;
        const { quota } = account;
        return quota === undefined || account[quota.unit] > quota.amount;
      },
    };
  },
};
