import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { unfit } from './own-kernel.ts';

/** The Debian packages that a guest is made of. */
export const DEBIAN_PACKAGES: string = 'user-mode-linux kmod iptables ipset ipvsadm conntrack iproute2 python3';

const TOOLS = ['linux.uml', 'python3', 'kmod', 'iptables-legacy', 'ipset', 'ipvsadm', 'conntrack', 'ip', 'bash'];

const OWN_TOOLS = ['unshare', 'timeout', 'python3', 'xtables-legacy-multi', 'ipset', 'conntrack', 'ip', 'bash'];

/** What this machine's own kernel needs to judge and does not have, in words; nothing if it can. */
export async function lackingForOwn(
  environment: Readonly<Record<string, string | undefined>>,
): Promise<string | undefined> {
  if (process.platform !== 'linux') return 'this machine does not run Linux';
  if (process.getuid?.() !== 0) return 'namespaces with devices of their own need root';
  const missing = missingOf(OWN_TOOLS, environment);
  if (missing.length > 0) return `this machine has no ${missing.join(', ')}`;
  return await unfit();
}

function missingOf(tools: readonly string[], environment: Readonly<Record<string, string | undefined>>): string[] {
  const path = `${environment['PATH'] ?? ''}:/usr/sbin:/sbin`.split(':');
  return tools.filter((tool) => !path.some((folder) => existsSync(`${folder}/${tool}`)));
}

/** What a guest needs of this machine and does not find, in words; nothing if a guest can run here. */
export function lacking(environment: Readonly<Record<string, string | undefined>>): string | undefined {
  const path = `${environment['PATH'] ?? ''}:/usr/sbin:/sbin`.split(':');
  const missing = missingOf(TOOLS, environment);
  if (missing.length > 0) return `this machine has no ${missing.join(', ')}`;
  if (!existsSync('/usr/lib/uml/modules')) return 'this machine has no modules under /usr/lib/uml/modules';
  try {
    execFileSync('linux.uml', ['--version'], {
      stdio: 'ignore',
      timeout: 10_000,
      env: { ...environment, PATH: path.join(':') },
    });
  } catch {
    return 'linux.uml does not start on this machine';
  }
  return undefined;
}
