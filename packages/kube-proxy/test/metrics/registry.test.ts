import { describe, expect, it } from 'vitest';
import { nodeExporterIpvs } from '../../src/metrics/node-exporter.ts';
import { PROGRAMMING_BUCKETS, ProxyMetrics, SYNC_BUCKETS } from '../../src/metrics/proxy-metrics.ts';
import { MetricsRegistry } from '../../src/metrics/registry.ts';

describe('metrics in Prometheus text', () => {
  it('are sorted, with help and type, and with numbers as Go prints them', () => {
    const registry = new MetricsRegistry();
    registry.declare('b_seconds', 'histogram', 'A histogram.', [0.001, 1]);
    registry.declare('a_total', 'counter', 'A counter.');
    registry.add('a_total', { path: 'a"b\\c\n' }, 1_767_225_601.5);
    registry.add('a_total', { path: 'z' }, 0.00001);
    registry.add('a_total', { path: 'y' }, 123456);
    registry.observe('b_seconds', 0.0005);
    registry.observe('b_seconds', 5);
    expect(registry.text()).toBe(`# HELP a_total A counter.
# TYPE a_total counter
a_total{path="a\\"b\\\\c\\n"} 1.7672256015e+09
a_total{path="y"} 123456
a_total{path="z"} 1e-05
# HELP b_seconds A histogram.
# TYPE b_seconds histogram
b_seconds_bucket{le="0.001"} 1
b_seconds_bucket{le="1"} 1
b_seconds_bucket{le="+Inf"} 2
b_seconds_sum 5.0005
b_seconds_count 2
`);
  });

  it('of kube-proxy have its buckets', () => {
    expect([SYNC_BUCKETS.length, SYNC_BUCKETS[0], SYNC_BUCKETS.at(-1)]).toEqual([15, 0.001, 16.384]);
    expect([PROGRAMMING_BUCKETS.length, PROGRAMMING_BUCKETS.at(-1)]).toEqual([80, 300]);
    expect(PROGRAMMING_BUCKETS).toEqual([...PROGRAMMING_BUCKETS].sort((a, b) => a - b));
  });

  it('of kube-proxy belong to modes, and carry the family in later releases', () => {
    const current = new ProxyMetrics('iptables', 'ipv4');
    current.add('sync_proxy_rules_iptables_restore_failures_total');
    expect(current.text()).toContain('kubeproxy_sync_proxy_rules_iptables_restore_failures_total{ip_family="IPv4"} 1');
    const old = new ProxyMetrics('ipvs', 'ipv4', false);
    old.add('sync_proxy_rules_iptables_restore_failures_total');
    expect(old.text()).toContain('kubeproxy_sync_proxy_rules_iptables_restore_failures_total 1');
    expect(old.text()).not.toContain('iptables_last');
  });

  it('of node_exporter come from what /proc shows', () => {
    const stats = `   Total Incoming Outgoing         Incoming         Outgoing
   Conns  Packets  Packets            Bytes            Bytes
       2        A        8              1F4              190

 Conns/s   Pkts/s   Pkts/s          Bytes/s          Bytes/s
       0        0        0                0                0
`;
    const services = `IP Virtual Server version 1.2.1 (size=4096)
Prot LocalAddress:Port Scheduler Flags
  -> RemoteAddress:Port Forward Weight ActiveConn InActConn
TCP  0A600001:0050 rr  
  -> 0AF40105:1F90      Masq    1      3          4         
FWM  00000007 wlc  
  -> 0AF40106:0000      Masq    2      0          1         
`;
    const text = nodeExporterIpvs(stats, services);
    expect(text).toContain('node_ipvs_incoming_packets_total 10\n');
    expect(text).toContain('node_ipvs_incoming_bytes_total 500\n');
    expect(text).toContain(
      'node_ipvs_backend_connections_active{local_address="10.96.0.1",local_mark="",local_port="80",proto="TCP",remote_address="10.244.1.5",remote_port="8080"} 3',
    );
    expect(text).toContain(
      'node_ipvs_backend_weight{local_address="",local_mark="00000007",local_port="0",proto="FWM",remote_address="10.244.1.6",remote_port="0"} 2',
    );
    expect(nodeExporterIpvs(stats, services, ['proto'])).toContain(
      'node_ipvs_backend_connections_inactive{proto="TCP"} 4',
    );
  });
});
