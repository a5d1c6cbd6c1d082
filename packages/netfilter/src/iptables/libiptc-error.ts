import type { KernelErrno } from '../x_tables/extension.ts';

/** An error number of libiptc or of the kernel behind it. */
export type IptcErrno = KernelErrno | 'E2BIG' | 'EMLINK' | 'ENOTEMPTY';

/** Which function of libiptc failed: the same number reads differently from each. */
export type IptcFunction =
  | 'append'
  | 'insert'
  | 'replace'
  | 'delete'
  | 'delete-number'
  | 'flush'
  | 'zero'
  | 'zero-counter'
  | 'create-chain'
  | 'delete-chain'
  | 'rename-chain'
  | 'set-policy'
  | 'list'
  | 'commit';

const BY_FUNCTION: Readonly<Record<string, string>> = {
  'delete-chain ENOTEMPTY': 'Chain is not empty',
  'delete-chain EINVAL': "Can't delete built-in chain",
  'delete-chain EMLINK': "Can't delete chain with references left",
  'create-chain EEXIST': 'Chain already exists',
  'insert E2BIG': 'Index of insertion too big',
  'replace E2BIG': 'Index of replacement too big',
  'delete-number E2BIG': 'Index of deletion too big',
  'zero-counter E2BIG': 'Index of counter too big',
  'insert ELOOP': 'Loop found in table',
  'insert EINVAL': 'Target problem',
  'delete ENOENT': 'Bad rule (does a matching rule exist in that chain?)',
  'set-policy ENOENT': 'Bad built-in chain name',
  'set-policy EINVAL': 'Bad policy name',
};

const BY_ERRNO: Readonly<Record<IptcErrno, string>> = {
  EINVAL: 'Invalid argument',
  ENOENT: 'No chain/target/match by that name',
  ERANGE: 'Numerical result out of range',
  EOPNOTSUPP: 'Operation not supported',
  ELOOP: 'Too many levels of symbolic links',
  EEXIST: 'File exists',
  EBUSY: 'Device or resource busy',
  EPERM: 'Operation not permitted',
  ENOMEM: 'Memory allocation problem',
  E2BIG: 'Argument list too long',
  EMLINK: 'Too many links',
  ENOTEMPTY: 'Directory not empty',
};

/** The text that iptables prints for an error (`iptc_strerror`). */
function iptcStrerror(errno: IptcErrno, fn: IptcFunction): string {
  return BY_FUNCTION[`${fn} ${errno}`] ?? BY_ERRNO[errno];
}

/** What libiptc, or the kernel, refuses of a command that reads well: iptables exits with 1. */
export class IptcError extends Error {
  override readonly name = 'IptcError';
  readonly errno: IptcErrno;
  readonly fn: IptcFunction;

  constructor(errno: IptcErrno, fn: IptcFunction, detail?: string) {
    super(detail === undefined ? iptcStrerror(errno, fn) : `${iptcStrerror(errno, fn)}: ${detail}`);
    this.errno = errno;
    this.fn = fn;
  }
}
