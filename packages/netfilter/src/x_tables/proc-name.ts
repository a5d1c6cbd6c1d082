import { KernelRefusal } from './extension.ts';

/**
 * The kernel's test that a name can be that of a file in `/proc` (`xt_check_proc_name`).
 * @throws KernelRefusal EINVAL
 */
export function checkProcName(name: string, match: string): void {
  if (name === '' || name === '.' || name === '..' || name.includes('/')) {
    throw new KernelRefusal('EINVAL', `${match}: "${name}" cannot be the name of a file in /proc`);
  }
}
