/**
 * Every match and target that iptables 1.8.9 knows for IPv4 (the `libxt_*` and `libipt_*` of its package), modelled here
 * or not: a name among them is no chain, and deserves another answer than a misspelling.
 */
const MATCHES =
  'addrtype ah bpf cgroup cluster comment connbytes connlabel connlimit connmark conntrack cpu dccp devgroup dscp ecn esp ' +
  'hashlimit helper icmp ipcomp iprange ipvs length limit mac mark multiport nfacct osf owner physdev pkttype policy quota ' +
  'rateest realm recent rpfilter sctp set socket state statistic string tcp tcpmss time tos ttl u32 udp';
const TARGETS =
  'AUDIT CHECKSUM CLASSIFY CLUSTERIP CONNMARK CONNSECMARK CT DNAT DSCP ECN HMARK IDLETIMER LED LOG MARK MASQUERADE NETMAP ' +
  'NFLOG NFQUEUE NOTRACK RATEEST REDIRECT REJECT SECMARK SET SNAT SYNPROXY TCPMSS TCPOPTSTRIP TEE TOS TPROXY TRACE TTL ULOG';

/** Names after `-m`. */
export const IPTABLES_MATCHES: ReadonlySet<string> = new Set(MATCHES.split(' '));
/** Names after `-j` that are no chain. */
export const IPTABLES_TARGETS: ReadonlySet<string> = new Set(TARGETS.split(' '));
/** What `-j` takes without any extension. */
export const STANDARD_TARGETS: ReadonlySet<string> = new Set(['ACCEPT', 'DROP', 'QUEUE', 'RETURN']);
