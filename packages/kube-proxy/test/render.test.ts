import { InputError } from '@chainwalk/core';
import { describe, expect, it } from 'vitest';
import { parseObjects } from '../src/api/parse-objects.ts';
import { diffText } from '../src/diff.ts';
import { chainGraph } from '../src/iptables/chain-graph.ts';
import { render, renderText } from '../src/render.ts';
import { scenarioHost } from '../src/scenario.ts';
import { traceText } from '../src/sim/trace-text.ts';
import { objectsOf, type ServiceSpec } from './cluster-fixtures.ts';

const NODE = {
  apiVersion: 'v1',
  kind: 'Node',
  metadata: { name: 'node1', labels: { 'topology.kubernetes.io/zone': 'a' } },
  spec: { podCIDRs: ['10.244.1.0/24'] },
  status: {
    addresses: [
      { type: 'ExternalIP', address: '203.0.113.7' },
      { type: 'InternalIP', address: '192.168.0.2' },
    ],
    capacity: { cpu: '8' },
  },
};
const WEB: ServiceSpec = {
  name: 'default/web',
  type: 'NodePort',
  ip: '172.30.0.41',
  ports: [{ name: 'http', port: 80, nodePort: 30080 }],
  eps: ['10.244.1.5@node1', '10.244.2.5@node2'],
};
const objects = (specs: ServiceSpec[]) =>
  parseObjects(JSON.stringify({ kind: 'List', items: [NODE, ...objectsOf(specs)] }), 'test');

describe('rendering a node', () => {
  it('takes its addresses, internal ones first, and its processors from its object', () => {
    const { settings, sysctls } = render(objects([WEB]), { node: 'node1' });
    expect(settings.node).toMatchObject({
      primary: { ipv4: '192.168.0.2' },
      addresses: ['192.168.0.2', '203.0.113.7'],
    });
    expect(sysctls['net.netfilter.nf_conntrack_max']).toBe(8 * 32768);
  });

  it('refuses a node that is not there, and nftables mode', () => {
    expect(() => render(objects([WEB]), { node: 'node9' })).toThrow(
      "there is no Node node9 (use one of node1, or give the node's addresses)",
    );
    expect(() => render(objects([WEB]), { node: 'node1', mode: 'nftables' })).toThrow(InputError);
  });

  it('prints what iptables-restore takes as it stands', () => {
    const text = renderText(render(objects([WEB]), { node: 'node1' }));
    for (const line of text.split('\n')) expect(line).toMatch(/^(|#.*|\*.*|:.*|-A .*|COMMIT)$/);
    expect(text).toContain('# net.ipv4.conf.all.route_localnet = 1');
  });

  it('prints sets, virtual servers and addresses in IPVS mode', () => {
    const text = renderText(render(objects([WEB]), { node: 'node1', mode: 'ipvs' }));
    expect(text).toContain('add KUBE-NODE-PORT-TCP 30080');
    expect(text).toContain('-a -t 203.0.113.7:30080 -r 10.244.2.5:80 -m -w 1');
    expect(text).toContain('# addresses of kube-ipvs0\n# 172.30.0.41\n');
  });

  it('makes a scenario host of it, with the pods of the node behind their own link', () => {
    const host = scenarioHost(render(objects([WEB]), { node: 'node1', mode: 'ipvs', nfacct: false }));
    expect(host.interfaces.map(({ name }) => name)).toEqual(['eth0', 'cni0', 'kube-ipvs0']);
    expect(host.routes).toEqual(['default dev eth0', '10.244.1.0/24 dev cni0', '10.244.1.5 dev cni0']);
    expect(host.sysctls['net.ipv4.vs.conntrack']).toBe('1');
  });
});

describe('a trace', () => {
  it('says where a flow ends in each mode, and what may be behind a difference', () => {
    const text = traceText(objects([WEB]), { node: 'node1', from: '203.0.113.9', to: '172.30.0.41:81', tries: 2 });
    expect(text).toContain('iptables   routed on as it is');
    expect(text).toContain('ipvs       rejected');
    expect(text).toContain('- ipvs: in IPVS mode service addresses are local');
  });

  it('refuses what it cannot play', () => {
    const none = parseObjects('', 'empty');
    expect(() => traceText(none, { node: 'n', from: '1.2.3.4', to: '1.2.3.5:80' })).toThrow(
      'node n has no IPv4 address',
    );
    expect(() => traceText(objects([WEB]), { node: 'node1', from: '1.2.3.4', to: 'web:80' })).toThrow(
      '"web:80" is no destination',
    );
  });
});

describe('a change', () => {
  it('rewrites rules in iptables mode, and takes a command for each virtual server in IPVS mode', () => {
    const after = objects([{ ...WEB, eps: ['10.244.1.5@node1'] }]);
    const text = diffText(objects([WEB]), after, { node: 'node1' });
    expect(text).toMatch(/# iptables: 4 rules go, 1 come; a partial sync writes \d+ lines/);
    expect(text).toContain('ipvsadm -d -t 192.168.0.2:30080 -r 10.244.2.5:80');
    expect(text).toContain('# ipvs: 0 rules go, 0 come, 3 commands');
  });

  it('of nothing is nothing', () => {
    const text = diffText(objects([WEB]), objects([WEB]), { node: 'node1' });
    expect(text.split('\n').filter((line) => line !== '' && !line.startsWith('#'))).toEqual([]);
  });
});

describe('the chains of a Service', () => {
  it('are drawn from the base chains to the endpoints', () => {
    const graph = chainGraph(render(objects([WEB]), { node: 'node1', nfacct: false }).ruleset, {
      service: 'default/web:http',
    });
    expect(graph).toContain('PREROUTING[PREROUTING] --> KUBE_SERVICES[KUBE-SERVICES]');
    expect(graph).toMatch(/KUBE_SERVICES\[KUBE-SERVICES\] -->\|"-d 172.30.0.41\/32 --dport 80"\| KUBE_SVC_/);
    expect(graph).toMatch(/-->\|"p = 0.50000000000"\| KUBE_SEP_/);
    expect(graph).toContain('DNAT --to-destination 10.244.2.5:80');
  });
});
