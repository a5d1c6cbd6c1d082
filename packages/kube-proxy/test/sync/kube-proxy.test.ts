import { MILLISECOND, SECOND, Simulation } from '@chainwalk/core';
import { describe, expect, it } from 'vitest';
import { parseObjects } from '../../src/api/parse-objects.ts';
import type { ProxyConfig } from '../../src/api/proxy-config.ts';
import type { SettingsOptions } from '../../src/model/settings.ts';
import { endpointChain } from '../../src/names/chain-names.ts';
import { SimulatedNode } from '../../src/sim/simulated-node.ts';
import { KubeProxy, type KubeProxyOptions } from '../../src/sync/kube-proxy.ts';
import type { Tools } from '../../src/sync/tools.ts';
import { OVERALL, objectsOf, type ServiceSpec, settingsOf } from '../cluster-fixtures.ts';

function objects(specs: ServiceSpec[]) {
  return parseObjects(JSON.stringify({ kind: 'List', items: objectsOf(specs) }), 'test');
}

/** A node, a proxy that works on it, and what it fed to iptables-restore. */
function setup(
  config: Partial<ProxyConfig> = {},
  options: SettingsOptions & Partial<KubeProxyOptions> = {},
  tools: (node: SimulatedNode) => Tools = (node) => node,
) {
  const simulation = new Simulation();
  const node = new SimulatedNode(simulation);
  const inputs: string[] = [];
  const inner = tools(node);
  const recording: Tools = {
    run: (argv, stdin) => {
      if (argv[0] === 'iptables-restore') inputs.push(stdin ?? '');
      return inner.run(argv, stdin);
    },
  };
  const settings = settingsOf(config, { nfacct: false, ...options });
  const proxy = new KubeProxy(simulation, recording, { settings, ...options });
  proxy.start();
  return { simulation, node, proxy, inputs };
}

const clusterIp = (index: number, eps: string[]): ServiceSpec => ({
  name: `ns${index}/svc${index}`,
  ip: `172.30.0.4${index}`,
  eps,
});
const slices = (specs: ServiceSpec[]) => objects(specs).endpointSlices;
const chains = (text: string): string[] => [...text.matchAll(/^:(KUBE-(?:SVC|SEP)-\S+)/gm)].map((match) => match[1]!);

describe('the sync loop in iptables mode', () => {
  it('writes nothing before Services and slices have been listed', () => {
    const { simulation, proxy, inputs } = setup();
    for (const service of objects(OVERALL).services) proxy.setService(service);
    simulation.run(10 * SECOND);
    expect(inputs).toEqual([]);
    proxy.synced();
    simulation.run(20 * SECOND);
    expect(inputs).toHaveLength(1);
    expect(proxy.history[0]).toMatchObject({ kind: 'full', start: 10 * SECOND, failure: undefined });
  });

  it('leaves on the node what render shows', () => {
    const { simulation, node, proxy } = setup();
    proxy.list(objects(OVERALL));
    simulation.run(SECOND);
    const saved = node.sh('iptables-save').stdout;
    expect(saved).toContain('-A KUBE-SVC-4SW47YFZTEDKD3PK ! -s 10.0.0.0/8');
    expect(saved).toContain('-A INPUT -m conntrack --ctstate NEW -m comment --comment "kubernetes externally-visible');
    expect(node.host.sysctl.read('net.ipv4.conf.all.route_localnet')).toBe(1);
  });

  it('writes only the chains of what changed, and deletes those that nobody has any more', () => {
    const { simulation, proxy, inputs } = setup();
    proxy.list(objects([clusterIp(1, ['10.0.1.1']), clusterIp(2, ['10.0.2.1'])]));
    simulation.run(5 * SECOND);
    proxy.setSlice(slices([clusterIp(1, ['10.0.1.2'])])[0]!);
    simulation.run(10 * SECOND);
    expect(proxy.history.map((record) => record.kind)).toEqual(['full', 'partial']);
    const partial = inputs[1]!;
    expect(chains(partial)).toEqual([
      'KUBE-SVC-XPGD46QRK7WJZT7O',
      endpointChain('ns1/svc1:p80', 'tcp', '10.0.1.2:80'),
      'KUBE-SEP-SNQ3ZNILQDEJNDQO',
    ]);
    expect(partial).toContain('-X KUBE-SEP-SNQ3ZNILQDEJNDQO');
    // Both Services still stand in the shared chain.
    expect(partial.match(/^-A KUBE-SERVICES .*cluster IP/gm)).toHaveLength(2);
  });

  it('counts rules as kube-proxy does', () => {
    const { simulation, proxy } = setup({ clusterCIDR: '10.0.0.0/8' });
    const total = () => proxy.metrics.value('sync_proxy_rules_iptables_total', { table: 'nat' });
    const last = () => proxy.metrics.value('sync_proxy_rules_iptables_last', { table: 'nat' });
    proxy.list(objects([clusterIp(1, ['10.0.1.1']), clusterIp(2, ['10.0.2.1'])]));
    simulation.run(5 * SECOND);
    expect([total(), last()]).toEqual([15, 15]);
    const third = objects([clusterIp(3, ['10.0.3.1'])]);
    proxy.setSlice(third.endpointSlices[0]!);
    proxy.setService(third.services[0]!);
    simulation.run(10 * SECOND);
    expect([total(), last()]).toEqual([20, 20 - 8]);
    proxy.setSlice(slices([clusterIp(3, ['10.0.3.1', '10.0.3.2'])])[0]!);
    simulation.run(15 * SECOND);
    expect(total()).toBe(23);
    proxy.deleteService('ns3/svc3');
    simulation.run(20 * SECOND);
    expect(total()).toBe(15);
    expect(proxy.metrics.value('sync_proxy_rules_iptables_total', { table: 'filter' })).toBe(4);
  });

  it('keeps minSyncPeriod between the end of one sync and the start of the next', () => {
    const { simulation, proxy } = setup();
    proxy.list(objects([clusterIp(1, ['10.0.1.1'])]));
    simulation.run(SECOND / 2);
    for (let i = 2; i < 9; i++) {
      proxy.setSlice(slices([clusterIp(1, [`10.0.1.${i}`])])[0]!);
      simulation.run(simulation.now + 250 * MILLISECOND);
    }
    simulation.run(10 * SECOND);
    const [first, second, third] = proxy.history;
    expect(second!.start - first!.end).toBe(SECOND);
    expect(third!.start - second!.end).toBe(SECOND);
    expect(proxy.history).toHaveLength(3);
  });

  it('syncs fully after an hour and when somebody flushed iptables', () => {
    const { simulation, node, proxy } = setup();
    proxy.list(objects([clusterIp(1, ['10.0.1.1'])]));
    simulation.run(3602 * SECOND);
    expect(proxy.history.map((record) => record.kind)).toEqual(['full', 'full']);
    for (const table of ['nat', 'filter', 'mangle']) {
      node.sh(`iptables -t ${table} -F`);
      node.sh(`iptables -t ${table} -X`);
    }
    simulation.run(simulation.now + 31 * SECOND);
    expect(proxy.history).toHaveLength(3);
    expect(node.sh('iptables-save').stdout).toContain('-j KUBE-SVC-XPGD46QRK7WJZT7O');
    proxy.stop();
  });

  it('retries a failed restore in full within the sync period and counts the failure', () => {
    let broken = false;
    const { simulation, node, proxy } = setup({}, {}, (real) => ({
      run: (argv, stdin) =>
        broken && argv[0] === 'iptables-restore'
          ? { status: 4, stdout: '', stderr: 'Another app is currently holding the xtables lock' }
          : real.run(argv, stdin),
    }));
    proxy.list(objects([clusterIp(1, ['10.0.1.1'])]));
    simulation.run(5 * SECOND);
    broken = true;
    proxy.setSlice(slices([clusterIp(1, ['10.0.1.7'])])[0]!);
    simulation.run(6 * SECOND);
    expect(proxy.history.at(-1)).toMatchObject({ kind: 'partial' });
    expect(proxy.history.at(-1)!.failure).toContain('xtables lock');
    expect(proxy.metrics.value('sync_proxy_rules_iptables_restore_failures_total')).toBe(1);
    expect(proxy.metrics.value('sync_proxy_rules_iptables_partial_restore_failures_total')).toBe(1);
    broken = false;
    simulation.run(40 * SECOND);
    expect(proxy.history.at(-1)).toMatchObject({ kind: 'full', failure: undefined });
    expect(node.sh('iptables-save -t nat').stdout).toContain('10.0.1.7:80');
  });

  it('observes how long it took from a change to the rules for it', () => {
    const { simulation, proxy } = setup();
    proxy.list(objects([clusterIp(1, ['10.0.1.1'])]));
    simulation.run(5 * SECOND);
    proxy.setSlice(slices([clusterIp(1, ['10.0.1.2'])])[0]!, 2 * SECOND);
    simulation.run(10 * SECOND);
    const text = proxy.metrics.text();
    expect(text).toContain('kubeproxy_network_programming_duration_seconds_bucket{ip_family="IPv4",le="4"} 1');
    expect(text).toContain('kubeproxy_network_programming_duration_seconds_bucket{ip_family="IPv4",le="3"} 0');
    expect(text).toContain('# TYPE kubeproxy_sync_proxy_rules_no_local_endpoints_total gauge');
  });

  it('counts with nfacct where the host can, and does without where it cannot', () => {
    const { simulation, node, proxy } = setup({}, { nfacct: true });
    proxy.list(objects([]));
    simulation.run(5 * SECOND);
    expect(node.sh('iptables-save').stdout).toMatch(/-m nfacct --nfacct-name +ct_state_invalid_dropped_pkts -j DROP/);
    expect(proxy.metricsText()).toContain('kubeproxy_iptables_ct_state_invalid_dropped_packets_total 0');
    const bare = setup({}, { nfacct: true }, (real) => ({
      run: (argv, stdin) => (argv[0] === 'nfacct' ? { status: 127, stdout: '', stderr: '' } : real.run(argv, stdin)),
    }));
    bare.proxy.list(objects([]));
    bare.simulation.run(5 * SECOND);
    expect(bare.node.sh('iptables-save').stdout).toContain('-A KUBE-FORWARD -m conntrack --ctstate INVALID -j DROP');
  });

  it('answers health checks by local ready endpoints', () => {
    const { simulation, proxy } = setup();
    proxy.list(objects(OVERALL));
    simulation.run(5 * SECOND);
    expect(proxy.serviceHealth('ns2/svc2')).toEqual({
      status: 503,
      body: '{"service":{"namespace":"ns2","name":"svc2"},"localEndpoints":0,"serviceProxyHealthy":true}',
    });
    expect(proxy.serviceHealth('ns5/svc5')).toBeUndefined();
    const [slice] = slices([{ name: 'ns2/svc2', ip: '172.30.0.42', eps: ['10.180.0.2@here'] }]);
    proxy.setSlice(slice!);
    simulation.run(10 * SECOND);
    expect(proxy.serviceHealth('ns2/svc2')?.status).toBe(200);
    expect(proxy.healthz()).toBe(200);
  });
});

describe('large clusters', () => {
  const many = (count: number): string[] => Array.from({ length: count }, (_, i) => `10.0.${i >> 8}.${i & 255}`);
  const big = (index: number): ServiceSpec => ({
    name: `ns${index}/svc${index}`,
    ip: `172.30.0.4${index}`,
    eps: many(499),
  });

  it('do without comments beyond a thousand endpoints, in what is written from then on', () => {
    const { simulation, proxy, inputs, node } = setup({ clusterCIDR: '' });
    proxy.list(objects([big(1), big(2)]));
    simulation.run(20 * SECOND);
    const sep = 'KUBE-SEP-DKGQUZGBKLTPAR56';
    const dnat = (text: string): string | undefined =>
      text.split('\n').find((line) => line.startsWith(`-A ${sep}`) && line.includes('DNAT'));
    expect(dnat(inputs[0]!)).toContain('--comment ns1/svc1:p80');
    const third = objects([
      {
        name: 'ns3/svc3',
        ip: '172.30.0.43',
        ports: [{ name: 'p8081', port: 8081 }],
        eps: ['203.0.113.4', '203.0.113.8', '203.0.113.12'],
      },
    ]);
    proxy.setSlice(third.endpointSlices[0]!);
    proxy.setService(third.services[0]!);
    simulation.run(40 * SECOND);
    expect(chains(inputs.at(-1)!).filter((chain) => chain.startsWith('KUBE-SEP'))).toHaveLength(3);
    expect(inputs.at(-1)).toContain(
      '-A KUBE-SEP-RUVVH7YV3PHQBDOS -m tcp -p tcp -j DNAT --to-destination 203.0.113.4:8081',
    );
    expect(dnat(node.sh('iptables-save -t nat').stdout)).toContain('ns1/svc1:p80');
    proxy.forceFullSync();
    simulation.run(60 * SECOND);
    expect(inputs.at(-1)!.match(/^-A KUBE-SEP-\S+ -m tcp -p tcp -j DNAT/gm)).toHaveLength(1001);
  });

  it('keep stale chains until a sync period has passed', () => {
    const { simulation, proxy, inputs } = setup({ clusterCIDR: '' });
    const fourth: ServiceSpec = {
      name: 'ns4/svc4',
      ip: '172.30.0.44',
      ports: [{ name: 'p8082', port: 8082 }],
      eps: ['10.4.0.1', '10.4.0.2', '10.4.0.3'],
    };
    proxy.list(objects([big(1), big(2), fourth]));
    simulation.run(10 * SECOND);
    proxy.deleteService('ns4/svc4');
    const [slice] = slices([{ ...big(1), eps: many(503) }]);
    proxy.setSlice(slice!);
    simulation.run(20 * SECOND);
    expect(proxy.history.at(-1)!.kind).toBe('partial');
    expect(inputs.at(-1)).not.toContain('-X ');
    simulation.run(45 * SECOND);
    proxy.setSlice(slices([{ ...big(1), eps: many(504) }])[0]!);
    simulation.run(60 * SECOND);
    expect(inputs.at(-1)).toContain('-X KUBE-SVC-EBDQOQU5SJFXRIL3');
    expect(inputs.at(-1)).toContain('-X KUBE-SEP-SU5STNODRYEWJAUF');
  });
});

describe('the generation of 1.12', () => {
  it('writes everything each time, at most twice in a row, and every sync period', () => {
    const { simulation, proxy } = setup({}, { generation: '1.12' });
    proxy.list(objects([clusterIp(1, ['10.0.1.1'])]));
    simulation.run(100 * MILLISECOND);
    for (let i = 2; i < 5; i++) {
      proxy.setSlice(slices([clusterIp(1, [`10.0.1.${i}`])])[0]!);
      simulation.run(simulation.now + 100 * MILLISECOND);
    }
    simulation.run(80 * SECOND);
    expect(new Set(proxy.history.map((record) => record.kind))).toEqual(new Set(['full']));
    const starts = proxy.history.map((record) => record.start);
    // The bucket holds two tokens: the second run follows at once, the third waits for a token.
    expect(starts[1]! - starts[0]!).toBeLessThan(SECOND / 2);
    expect(starts[2]! - starts[0]!).toBeGreaterThanOrEqual(SECOND);
    expect(starts.at(-1)! - starts.at(-2)!).toBe(30 * SECOND);
    expect(proxy.metrics.text()).toContain('kubeproxy_sync_proxy_rules_iptables_total{table="nat"}');
    proxy.stop();
  });
});
