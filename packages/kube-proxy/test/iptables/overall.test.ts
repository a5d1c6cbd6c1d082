import { describe, expect, it } from 'vitest';
import { RuleCache } from '../../src/iptables/rule-cache.ts';
import { restoreInput, savedText } from '../../src/iptables/ruleset.ts';
import { clusterOf, OVERALL, settingsOf } from '../cluster-fixtures.ts';

const ruleset = new RuleCache(settingsOf()).ruleset(clusterOf(OVERALL).entries());
const fed = restoreInput(ruleset).split('\n');
const saved = savedText(ruleset).split('\n');
const of = (chain: string): string[] => fed.filter((line) => line.startsWith(`-A ${chain} `));

describe('the base set of services in iptables mode', () => {
  it('has exactly the chains of its services and endpoints', () => {
    const chains = ruleset.nat.chains.filter((chain) => /^KUBE-(SVC|SVL|EXT|FW|SEP)-/.test(chain)).sort();
    expect(chains).toEqual([
      'KUBE-EXT-4SW47YFZTEDKD3PK',
      'KUBE-EXT-GNZBNJ2PO5MGZ6GT',
      'KUBE-EXT-NUKIZ6OKUXPJNT4C',
      'KUBE-EXT-X27LE4BHSL4DOUIK',
      'KUBE-FW-NUKIZ6OKUXPJNT4C',
      'KUBE-SEP-C6EBXVWJJZMIWKLZ',
      'KUBE-SEP-I77PXRDZVX7PMWMN',
      'KUBE-SEP-OYPFS5VJICHGATKP',
      'KUBE-SEP-RS4RBKLTHTF2IUXJ',
      'KUBE-SEP-SXIVWICOYRO3J4NJ',
      'KUBE-SEP-UKSFD7AGPMPPLUHC',
      'KUBE-SVC-4SW47YFZTEDKD3PK',
      'KUBE-SVC-GNZBNJ2PO5MGZ6GT',
      'KUBE-SVC-NUKIZ6OKUXPJNT4C',
      'KUBE-SVC-X27LE4BHSL4DOUIK',
      'KUBE-SVC-XPGD46QRK7WJZT7O',
    ]);
  });

  it('rejects, drops and accepts in the filter table as the policies say', () => {
    const filter = fed.slice(0, fed.indexOf('COMMIT'));
    expect(filter.filter((line) => line.startsWith('-A KUBE-SERVICES'))).toEqual([
      '-A KUBE-SERVICES -m comment --comment "ns6/svc6:p80 has no endpoints" -m tcp -p tcp -d 172.30.0.46 --dport 80 -j REJECT',
    ]);
    expect(of('KUBE-EXTERNAL-SERVICES')).toEqual([
      '-A KUBE-EXTERNAL-SERVICES -m comment --comment "ns2/svc2:p80 has no local endpoints" -m tcp -p tcp -d 192.168.99.22 --dport 80 -j DROP',
      '-A KUBE-EXTERNAL-SERVICES -m comment --comment "ns2/svc2:p80 has no local endpoints" -m tcp -p tcp -d 1.2.3.4 --dport 80 -j DROP',
      '-A KUBE-EXTERNAL-SERVICES -m comment --comment "ns2/svc2:p80 has no local endpoints" -m addrtype --dst-type LOCAL -m tcp -p tcp --dport 3001 -j DROP',
    ]);
    expect(filter.filter((line) => line.startsWith('-A KUBE-NODEPORTS'))).toEqual([
      '-A KUBE-NODEPORTS -m comment --comment "ns2/svc2:p80 health check node port" -m tcp -p tcp --dport 30000 -j ACCEPT',
    ]);
    expect(of('KUBE-PROXY-FIREWALL')).toEqual([
      '-A KUBE-PROXY-FIREWALL -m comment --comment "ns5/svc5:p80 traffic not accepted by KUBE-FW-NUKIZ6OKUXPJNT4C" -m tcp -p tcp -d 5.6.7.8 --dport 80 -j DROP',
    ]);
  });

  it('leaves the external chain of a local policy without its last jump where no endpoint is local', () => {
    expect(of('KUBE-EXT-GNZBNJ2PO5MGZ6GT')).toEqual([
      '-A KUBE-EXT-GNZBNJ2PO5MGZ6GT -m comment --comment "pod traffic for ns2/svc2:p80 external destinations" -s 10.0.0.0/8 -j KUBE-SVC-GNZBNJ2PO5MGZ6GT',
      '-A KUBE-EXT-GNZBNJ2PO5MGZ6GT -m comment --comment "masquerade LOCAL traffic for ns2/svc2:p80 external destinations" -m addrtype --src-type LOCAL -j KUBE-MARK-MASQ',
      '-A KUBE-EXT-GNZBNJ2PO5MGZ6GT -m comment --comment "route LOCAL traffic for ns2/svc2:p80 external destinations" -m addrtype --src-type LOCAL -j KUBE-SVC-GNZBNJ2PO5MGZ6GT',
    ]);
  });

  it('counts localhost node ports right before their twins', () => {
    const nat = fed.slice(fed.indexOf('*nat'));
    const ports = nat.filter((line) => line.startsWith('-A KUBE-NODEPORTS'));
    expect(ports).toHaveLength(6);
    for (const at of [0, 2, 4]) {
      expect(ports[at]).toContain('-d 127.0.0.0/8');
      expect(ports[at]!.replace(/ -d 127.0.0.0\/8| -m nfacct --nfacct-name \S+/g, '')).toBe(ports[at + 1]);
    }
  });

  it('balances with ten decimals and remembers clients where they shall stay', () => {
    expect(of('KUBE-SVC-4SW47YFZTEDKD3PK')).toEqual([
      '-A KUBE-SVC-4SW47YFZTEDKD3PK -m comment --comment "ns4/svc4:p80 cluster IP" -m tcp -p tcp -d 172.30.0.44 --dport 80 ! -s 10.0.0.0/8 -j KUBE-MARK-MASQ',
      '-A KUBE-SVC-4SW47YFZTEDKD3PK -m comment --comment "ns4/svc4:p80 -> 10.180.0.4:80" -m statistic --mode random --probability 0.5000000000 -j KUBE-SEP-UKSFD7AGPMPPLUHC',
      '-A KUBE-SVC-4SW47YFZTEDKD3PK -m comment --comment "ns4/svc4:p80 -> 10.180.0.5:80" -j KUBE-SEP-C6EBXVWJJZMIWKLZ',
    ]);
    expect(of('KUBE-SVC-NUKIZ6OKUXPJNT4C').slice(1)).toEqual([
      '-A KUBE-SVC-NUKIZ6OKUXPJNT4C -m comment --comment "ns5/svc5:p80 -> 10.180.0.3:80" -m recent --name KUBE-SEP-I77PXRDZVX7PMWMN --rcheck --seconds 10800 --reap -j KUBE-SEP-I77PXRDZVX7PMWMN',
      '-A KUBE-SVC-NUKIZ6OKUXPJNT4C -m comment --comment "ns5/svc5:p80 -> 10.180.0.3:80" -j KUBE-SEP-I77PXRDZVX7PMWMN',
    ]);
    expect(of('KUBE-SEP-I77PXRDZVX7PMWMN')[1]).toBe(
      '-A KUBE-SEP-I77PXRDZVX7PMWMN -m comment --comment ns5/svc5:p80 -m recent --name KUBE-SEP-I77PXRDZVX7PMWMN --set -m tcp -p tcp -j DNAT --to-destination 10.180.0.3:80',
    );
  });

  it('lets the allowed sources through the firewall chain', () => {
    expect(of('KUBE-FW-NUKIZ6OKUXPJNT4C')).toEqual([
      '-A KUBE-FW-NUKIZ6OKUXPJNT4C -m comment --comment "ns5/svc5:p80 loadbalancer IP" -s 203.0.113.0/25 -j KUBE-EXT-NUKIZ6OKUXPJNT4C',
      '-A KUBE-FW-NUKIZ6OKUXPJNT4C -m comment --comment "other traffic to ns5/svc5:p80 will be dropped by KUBE-PROXY-FIREWALL"',
    ]);
  });

  it('is saved in the normal form of iptables-save', () => {
    for (const line of [
      '-A KUBE-SVC-4SW47YFZTEDKD3PK ! -s 10.0.0.0/8 -d 172.30.0.44/32 -p tcp -m comment --comment "ns4/svc4:p80 cluster IP" -m tcp --dport 80 -j KUBE-MARK-MASQ',
      '-A KUBE-SEP-I77PXRDZVX7PMWMN -p tcp -m comment --comment "ns5/svc5:p80" -m recent --set --name KUBE-SEP-I77PXRDZVX7PMWMN --mask 255.255.255.255 --rsource -m tcp -j DNAT --to-destination 10.180.0.3:80',
      '-A KUBE-NODEPORTS -d 127.0.0.0/8 -p tcp -m comment --comment "ns3/svc3:p80" -m tcp --dport 3003 -m nfacct --nfacct-name  localhost_nps_accepted_pkts -j KUBE-EXT-X27LE4BHSL4DOUIK',
      '-A KUBE-FIREWALL ! -s 127.0.0.0/8 -d 127.0.0.0/8 -m comment --comment "block incoming localnet connections" -m conntrack ! --ctstate RELATED,ESTABLISHED,DNAT -j DROP',
      '-A KUBE-MARK-MASQ -j MARK --set-xmark 0x4000/0x4000',
      '-A KUBE-POSTROUTING -j MARK --set-xmark 0x4000/0x0',
      '-A INPUT -m conntrack --ctstate NEW -m comment --comment "kubernetes externally-visible service portals" -j KUBE-EXTERNAL-SERVICES',
    ]) {
      expect(saved).toContain(line);
    }
  });

  it('hangs its chains into the base chains with the last one ensured on top', () => {
    const jumps = (chain: string): (string | undefined)[] =>
      saved.filter((line) => line.startsWith(`-A ${chain} `)).map((line) => line.split(' ').at(-1));
    expect(jumps('INPUT')).toEqual([
      'KUBE-FIREWALL',
      'KUBE-PROXY-FIREWALL',
      'KUBE-NODEPORTS',
      'KUBE-EXTERNAL-SERVICES',
    ]);
    expect(jumps('FORWARD')).toEqual([
      'KUBE-PROXY-FIREWALL',
      'KUBE-FORWARD',
      'KUBE-SERVICES',
      'KUBE-EXTERNAL-SERVICES',
    ]);
    expect(saved.filter((line) => line.startsWith('-A OUTPUT ')).map((line) => line.split(' ').at(-1))).toEqual([
      'KUBE-SERVICES',
      'KUBE-FIREWALL',
      'KUBE-PROXY-FIREWALL',
      'KUBE-SERVICES',
    ]);
  });
});
