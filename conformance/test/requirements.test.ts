import type { Scenario } from '@chainwalk/scenario';
import { describe, expect, it } from 'vitest';
import { asOwnKernel, whyLeftOut } from '../src/own-kernel.ts';
import { requirementsOf } from '../src/requirements.ts';

const requirements = (scenario: Partial<Scenario>) => [...requirementsOf({ steps: [], ...scenario })].sort();

describe('what a scenario asks of a kernel', () => {
  it('is nothing if it uses nothing', () => {
    expect(requirements({ interfaces: [{ name: 'eth0', addresses: ['10.0.0.1/24'] }] })).toEqual([]);
  });

  it('are the tables, matches and targets of its rules, but not its chains, comments and prefixes', () => {
    const iptables = [
      '*nat',
      ':KUBE - [0:0]',
      '-A PREROUTING -m recent --name x --set -m comment --comment "-m helper -j TEE" -j KUBE',
      '-A KUBE -p tcp -j DNAT --to-destination 10.0.0.2',
      '-A KUBE -j RETURN',
      'COMMIT',
    ].join('\n');
    expect(requirements({ iptables })).toEqual(['match comment', 'match recent', 'table nat', 'target DNAT']);
  });

  it('are those of its commands too', () => {
    const steps = [
      { run: 'iptables -t raw -A PREROUTING -j TRACE' },
      { run: 'iptables-restore --noflush', stdin: '*mangle\n-A INPUT -m quota --quota 1\nCOMMIT\n' },
      { run: 'ipset create a hash:net,net' },
      { run: 'ipset -N b bitmap:port range 0-9' },
      { run: 'sysctl -w net.ipv4.ip_forward=0' },
      { run: 'ip rule add fwmark 1 table 100' },
      { run: 'ip link add d0 type dummy' },
    ];
    expect(requirements({ steps })).toEqual([
      'dummy device of a step',
      'match quota',
      'rules',
      'set bitmap:port',
      'set hash:net,net',
      'sysctl net.ipv4.ip_forward',
      'table mangle',
      'table raw',
      'target TRACE',
      'trace',
    ]);
  });

  it.each<[string, Partial<Scenario>]>([
    ['services', { ipvs: '-A -t 10.0.0.1:80 -s rr\n' }],
    ['its parameters', { sysctls: { 'net.ipv4.vs.conntrack': '1' } }],
    ['its tool', { steps: [{ run: 'ipvsadm -Ln' }] }],
  ])('are IPVS for %s', (_, scenario) => {
    expect(requirements(scenario)).toEqual(['IPVS']);
  });

  it('are trackers of what its packets are, and quote', () => {
    const packet = { src: '10.0.0.1', dst: '10.0.0.2' };
    const quoting = { ...packet, proto: 'icmp', type: 3, code: 3, inner: { ...packet, proto: 132 } };
    expect(requirements({ steps: [{ packet: { ...packet, proto: 33 } }, { packet: quoting }] })).toEqual([
      'tracker dccp',
      'tracker sctp',
    ]);
  });

  it('are its sets and sysctls', () => {
    const ipset = 'create a hash:ip family inet\ncreate b list:set\nadd b a\n';
    expect(requirements({ ipset, sysctls: { 'net.netfilter.nf_conntrack_max': '4' } })).toEqual([
      'set hash:ip',
      'set list:set',
      'sysctl net.netfilter.nf_conntrack_max',
    ]);
  });
});

describe('a kernel that lacks something', () => {
  const lacks = new Map([
    ['IPVS', 'not in this kernel'],
    ['sysctl net.netfilter.nf_conntrack_max', 'cannot be set in a namespace'],
  ]);

  it('leaves out what needs it, and says why', () => {
    const scenario = { ipvs: '-A -t 10.0.0.1:80\n', sysctls: { 'net.netfilter.nf_conntrack_max': '4' }, steps: [] };
    expect(whyLeftOut(scenario, { lacks })).toBe(
      'IPVS (not in this kernel), sysctl net.netfilter.nf_conntrack_max (cannot be set in a namespace)',
    );
  });

  it('plays the rest', () => {
    expect(whyLeftOut({ iptables: '*filter\n-A INPUT -m limit\nCOMMIT\n', steps: [] }, { lacks })).toBeUndefined();
  });
});

describe('chainwalk as the kernel of a machine', () => {
  const own = { smp: true, hz: 250, uptime: 9000, lacks: new Map() };

  it.each([
    ['6.18.44-x', '6.18'],
    ['7.0.1', '6.18'],
    ['6.1.0-31-amd64', '6.1'],
    ['5.10.0', '6.1'],
  ])('%s is nearest to %s', (release, kernel) => {
    expect(asOwnKernel({ ...own, release })).toEqual({ kernel, smp: true, hz: 250, uptime: 9000 });
  });
});
