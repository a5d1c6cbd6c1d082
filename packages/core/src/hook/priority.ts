/**
 * Where on a hook a function runs: lower first (`enum nf_ip_hook_priorities`, the same numbers for IPv6).
 * IPVS has no names of its own: it uses NAT_SRC - 2, NAT_SRC - 1, NAT_DST + 1 and NAT_DST + 2.
 */
export const Priority = {
  FIRST: -2147483648,
  RAW_BEFORE_DEFRAG: -450,
  CONNTRACK_DEFRAG: -400,
  RAW: -300,
  SELINUX_FIRST: -225,
  CONNTRACK: -200,
  MANGLE: -150,
  NAT_DST: -100,
  FILTER: 0,
  SECURITY: 50,
  NAT_SRC: 100,
  SELINUX_LAST: 225,
  CONNTRACK_HELPER: 300,
  CONNTRACK_CONFIRM: 2147483647,
} as const;
