import { InvariantError, refuse } from '@chainwalk/core';
import type { Netfilter } from '../netfilter.ts';

/** An accounting object (`struct nf_acct`). */
export interface Account {
  packets: number;
  bytes: number;
  /** Past this amount rules that name the object match; without one they always do. */
  readonly quota: { readonly unit: 'packets' | 'bytes'; readonly amount: number } | undefined;
}

/**
 * Adds an accounting object, as `nfacct add NAME [packet|byte QUOTA]` does; the answer removes it again, once no rule
 * names it any more.
 * @throws InputError if there is one of that name
 */
export function addAccount(net: Netfilter, name: string, quota?: Account['quota']): () => void {
  if (accounts(net).has(name)) refuse('account-exists', `there is an accounting object ${name} already`);
  return net.named<Account>('nfacct', name, () => ({ packets: 0, bytes: 0, quota })).release;
}

/** Keeps an accounting object for a rule that names it. Precondition: it exists. */
export function useAccount(net: Netfilter, name: string): { readonly account: Account; readonly release: () => void } {
  const { value, release } = net.named<Account>('nfacct', name, () => {
    throw new InvariantError(`no accounting object ${name}`);
  });
  return { account: value, release };
}

/** The accounting objects of a host by name. */
export function accounts(net: Netfilter): ReadonlyMap<string, Account> {
  return net.peekNamed('nfacct') as ReadonlyMap<string, Account>;
}

/** An object as `nfacct list` prints it. */
export function formatAccount(name: string, { packets, bytes }: Account): string {
  const number = (value: number): string => String(value).padStart(20, '0');
  return `{ pkts = ${number(packets)}, bytes = ${number(bytes)} } = ${name};`;
}
