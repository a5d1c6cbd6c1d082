import { IPTABLES_VERSION } from './version.ts';

/** What `iptables -h` prints. */
export const USAGE: string = `iptables v${IPTABLES_VERSION} (legacy), as chainwalk models it

iptables [-t table] -A|-C|-D chain rule
iptables [-t table] -I chain [number] rule
iptables [-t table] -R chain number rule
iptables [-t table] -D chain number
iptables [-t table] -L|-S [chain [number]] [-n] [-v] [-x] [--line-numbers]
iptables [-t table] -F [chain]
iptables [-t table] -Z [chain [number]]
iptables [-t table] -N chain
iptables [-t table] -X [chain]
iptables [-t table] -E old new
iptables [-t table] -P chain ACCEPT|DROP
`;
