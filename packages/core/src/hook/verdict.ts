import type { DropReason } from '../net/drop-reason.ts';

/** The error that a local sender sees when its packet is refused, by its C name. */
export type Errno =
  | 'EPERM'
  | 'EACCES'
  | 'EINVAL'
  | 'ENETUNREACH'
  | 'EHOSTUNREACH'
  | 'EMSGSIZE'
  | 'ENOBUFS'
  | 'EADDRNOTAVAIL'
  | 'ENETDOWN'
  | 'ECONNREFUSED';

/**
 * What a hook function decides about a packet: the `NF_*` answers of Linux (`include/uapi/linux/netfilter.h`).
 * `NF_STOP` is gone from Linux's own users and is not modelled, `NF_REPEAT` is resolved inside the function that needs
 * it. A jump or a RETURN is no verdict of a hook: it is one of a rule and never leaves its table.
 */
export type Verdict =
  | { readonly kind: 'accept' }
  | { readonly kind: 'drop'; readonly reason: DropReason; readonly errno: Errno }
  /** The function keeps the packet, and will send it on or forget it. */
  | { readonly kind: 'stolen' }
  /** To a listener in user space; without one it is dropped, or passed on where `bypass` is set. */
  | { readonly kind: 'queue'; readonly number: number; readonly bypass: boolean };

/** On to the next function, or out of the hook. */
export const ACCEPT: Verdict = { kind: 'accept' };
/** The function has taken the packet over. */
export const STOLEN: Verdict = { kind: 'stolen' };

const drops = new Map<string, Verdict>();

/** A drop verdict; local senders see `errno` (EPERM unless a function says otherwise, as NF_DROP_ERR does). */
export function drop(reason: DropReason, errno: Errno = 'EPERM'): Verdict {
  const key = `${reason}/${errno}`;
  let verdict = drops.get(key);
  if (verdict === undefined) {
    verdict = { kind: 'drop', reason, errno };
    drops.set(key, verdict);
  }
  return verdict;
}

/** Hand to the queue of this number (0 to 65535). */
export function queue(number: number, bypass: boolean): Verdict {
  return { kind: 'queue', number, bypass };
}
