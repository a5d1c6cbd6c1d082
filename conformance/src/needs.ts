import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';

/** The Debian packages that a guest is made of. */
export const DEBIAN_PACKAGES: string = 'user-mode-linux kmod iptables ipset ipvsadm conntrack iproute2 python3';

const TOOLS = ['linux.uml', 'python3', 'kmod', 'iptables-legacy', 'ipset', 'ipvsadm', 'conntrack', 'ip', 'bash'];

/** What a guest needs of this machine and does not find, in words; nothing if a guest can run here. */
export function lacking(environment: Readonly<Record<string, string | undefined>>): string | undefined {
  const path = `${environment['PATH'] ?? ''}:/usr/sbin:/sbin`.split(':');
  const missing = TOOLS.filter((tool) => !path.some((folder) => existsSync(`${folder}/${tool}`)));
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
