// First packets through the rules of kube-proxy's nftables mode, which are not simulated: what the kernel takes for them.

/** Services whose packets are timed have chains of their own; what the others have would only take time to load. */
const OWN_CHAINS = 3100;

const address = (net, i) => `10.${net + (i >> 16)}.${(i >> 8) & 255}.${i & 255}`;

/**
 * The table `kube-proxy` for so many UDP Services at 10.64.0.0 and up, port 80, of two endpoints each, as `nft -f` reads it:
 * every hook, map and chain that a packet from the node to a cluster IP meets.
 */
export function nftablesRuleset(services) {
  const all = Array.from({ length: services }, (_, i) => i);
  const chainOf = (i) => (i < OWN_CHAINS ? i : 'other');
  const verdicts = all.map((i) => `${address(64, i)} . udp . 80 : goto service-${chainOf(i)}`);
  const elements = (list) => (list.length === 0 ? '' : ` elements = { ${list.join(', ')} };`);
  const endpoint = (i, which, to) =>
    `chain endpoint-${i}-${which} { ip saddr ${to} jump mark-for-masquerade; meta l4proto udp dnat to ${to}:80; }`;
  const service = (name, i) => [
    endpoint(name, 'a', address(128, i)),
    endpoint(name, 'b', address(129, i)),
    `chain service-${name} {`,
    `ip daddr ${address(64, i)} udp dport 80 ip saddr != 10.0.0.0/8 jump mark-for-masquerade;`,
    `numgen random mod 2 vmap { 0 : goto endpoint-${name}-a, 1 : goto endpoint-${name}-b }; }`,
  ];
  return [
    'table ip kube-proxy {',
    `set cluster-ips { type ipv4_addr;${elements(all.map((i) => address(64, i)))} }`,
    'set nodeport-ips { type ipv4_addr; elements = { 10.99.0.1 }; }',
    ...['firewall-ips', 'no-endpoint-services'].map(
      (name) => `map ${name} { type ipv4_addr . inet_proto . inet_service : verdict; }`,
    ),
    'map service-nodeports { type inet_proto . inet_service : verdict; }',
    'chain mark-for-masquerade { mark set mark or 0x4000; }',
    'chain masquerading { mark and 0x4000 == 0 return; mark set mark xor 0x4000; masquerade fully-random; }',
    ...all.slice(0, OWN_CHAINS).flatMap((i) => service(i, i)),
    ...service('other', 0),
    `map service-ips { type ipv4_addr . inet_proto . inet_service : verdict;${elements(verdicts)} }`,
    'chain services {',
    'ip daddr . meta l4proto . th dport vmap @service-ips;',
    'ip daddr @nodeport-ips meta l4proto . th dport vmap @service-nodeports; }',
    'chain firewall-check { ip daddr . meta l4proto . th dport vmap @firewall-ips; }',
    'chain service-endpoints-check { ip daddr . meta l4proto . th dport vmap @no-endpoint-services; }',
    'chain cluster-ips-check { ip daddr @cluster-ips drop; }',
    'chain filter-output { type filter hook output priority -110;',
    'ct state new jump service-endpoints-check; ct state new jump firewall-check; }',
    'chain filter-output-post-dnat { type filter hook output priority -90; ct state new jump cluster-ips-check; }',
    'chain nat-output { type nat hook output priority -100; jump services; }',
    'chain nat-postrouting { type nat hook postrouting priority srcnat; jump masquerading; }',
    '}',
    '',
  ].join('\n');
}

/** First and later packets from the node to Services in even turn, `flows` of them known and `fresh` new. */
export function nftablesGroup(sizes, { flows, fresh, setup }) {
  const rules = (services) => [{ argv: ['nft', '-f', '-'], stdin: nftablesRuleset(services) }, ...setup];
  return {
    name: 'nftables',
    tracks: sizes.length * (2 * flows + fresh),
    tools: ['nft'],
    variants: [
      { name: 'sent', flows: flows + fresh },
      ...sizes.flatMap((services) => [
        { name: `known-${services}`, flows, setup: rules(services) },
        { name: `first-${services}`, flows, fresh, setup: rules(services) },
      ]),
    ],
    figures: sizes.flatMap((services) =>
      [
        ['first', 'first packet'],
        ['known', 'established packet'],
      ].map(([variant, what]) => ({
        name: `${what}, nftables mode, ${services} Services`,
        how: `from the node to ${services} Services by kube-proxy's nftables rules (DNAT), less a packet without rules`,
        variant: `${variant}-${services}`,
        base: 'sent',
        per: 1,
        isModelled: false,
      })),
    ),
  };
}
