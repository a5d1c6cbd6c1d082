/** Version of the iptables that is modelled. */
export const IPTABLES_VERSION = '1.8.9';
