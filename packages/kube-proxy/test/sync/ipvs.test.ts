import { Packet, PROTOCOL, parseIpv4, SECOND, Simulation, TCP_FLAG, tcpHeader } from '@chainwalk/core';
import { describe, expect, it } from 'vitest';
import { parseObjects } from '../../src/api/parse-objects.ts';
import { DEFAULT_CONFIG } from '../../src/api/proxy-config.ts';
import { renderEntries } from '../../src/render.ts';
import { bareNode, nodeNetwork, OUTSIDE } from '../../src/sim/node-setup.ts';
import { KubeProxy } from '../../src/sync/kube-proxy.ts';
import type { Tools } from '../../src/sync/tools.ts';
import { clusterOf, objectsOf, type ServiceSpec, settingsOf } from '../cluster-fixtures.ts';

const WEB: ServiceSpec = {
  name: 'ns/web',
  type: 'NodePort',
  ip: '172.30.0.41',
  ports: [{ name: 'http', port: 80, nodePort: 30080, targetPort: 8080 }],
  eps: ['10.180.0.1', '10.180.0.2'],
};
const DNS: ServiceSpec = {
  name: 'ns/dns',
  ip: '172.30.0.10',
  ports: [{ name: 'dns', port: 53, protocol: 'UDP' }],
  eps: ['10.180.0.3', '10.180.0.4'],
};
const objects = (specs: ServiceSpec[]) =>
  parseObjects(JSON.stringify({ kind: 'List', items: objectsOf(specs) }), 'test');

function setup(specs: ServiceSpec[]) {
  const simulation = new Simulation();
  const settings = settingsOf();
  const node = bareNode(simulation, nodeNetwork(settings, clusterOf(specs).entries()));
  const commands: string[] = [];
  const tools: Tools = {
    run: (argv, stdin) => {
      if (argv[0] === 'ipvsadm' && argv[1] === '-R') commands.push(...stdin!.trim().split('\n'));
      return node.run(argv, stdin);
    },
  };
  const proxy = new KubeProxy(simulation, tools, { settings, mode: 'ipvs' });
  proxy.start();
  proxy.list(objects(specs));
  simulation.run(2 * SECOND);
  return { simulation, node, proxy, commands, settings };
}

describe('the sync loop in IPVS mode', () => {
  it('leaves on the node what render shows', () => {
    const { node, settings } = setup([WEB, DNS]);
    const rendered = renderEntries(clusterOf([WEB, DNS]).entries(), settings, 'ipvs');
    const sorted = (text: string): string[] =>
      text
        .replace(/^#.*\n/gm, '')
        .split('\n')
        .sort();
    expect(node.sh('ipvsadm -Sn').stdout).toBe(rendered.ipvsadmSave);
    expect(sorted(node.sh('ipset save').stdout.replace(/ bucketsize.*/g, ''))).toEqual(sorted(rendered.ipsetSave));
    expect(sorted(node.sh('iptables-save').stdout)).toEqual(sorted(rendered.iptablesSave));
    const dummy = node.host.config.interfaces.find((config) => config.name === 'kube-ipvs0');
    expect(dummy?.addresses).toHaveLength(2);
    expect(node.host.sysctl.read('net.ipv4.vs.conntrack')).toBe(1);
  });

  it('changes one real server with one command for each of its virtual servers', () => {
    const { simulation, proxy, commands } = setup([WEB, DNS]);
    commands.length = 0;
    proxy.setSlice(objects([{ ...WEB, eps: ['10.180.0.1', '10.180.0.2', '10.180.0.9'] }]).endpointSlices[0]!);
    simulation.run(5 * SECOND);
    expect(commands.map((line) => line.replace(/172\S+|192\S+/, 'VIP'))).toEqual(
      Array(4).fill('-a -t VIP -r 10.180.0.9:8080 -m -w 1'),
    );
  });

  it('lets a real server with connections go by weight 0, and deletes it when they are gone', () => {
    const { simulation, node, proxy, commands } = setup([WEB]);
    const send = (sport: number, flags: number): void => {
      const packet = new Packet({
        src: parseIpv4('203.0.113.2')!,
        dst: parseIpv4('172.30.0.41')!,
        protocol: PROTOCOL.tcp,
        transport: tcpHeader({ sport, dport: 80, flags, seq: 1 }),
      });
      node.host.receive(node.host.device(OUTSIDE)!, packet);
    };
    for (const sport of [1001, 1002]) send(sport, TCP_FLAG.SYN);
    commands.length = 0;
    proxy.setSlice(objects([{ ...WEB, eps: ['10.180.0.1'] }]).endpointSlices[0]!);
    simulation.run(5 * SECOND);
    expect(commands).toContain('-e -t 172.30.0.41:80 -r 10.180.0.2:8080 -m -w 0');
    // No connection went to it by a node port: those are deleted at once.
    expect(commands).toContain('-d -t 192.168.0.2:30080 -r 10.180.0.2:8080');
    expect(node.sh('ipvsadm -Sn').stdout).toContain('-a -t 172.30.0.41:80 -r 10.180.0.2:8080 -m -w 0');
    // SYN_RECV lasts a minute; the next look after that finds it idle.
    simulation.run(200 * SECOND);
    expect(node.sh('ipvsadm -Sn').stdout).not.toContain('-t 172.30.0.41:80 -r 10.180.0.2:8080');
    proxy.stop();
  });

  it('takes a real server that comes back out of the list and gives it weight 1', () => {
    const { simulation, node, proxy } = setup([WEB]);
    for (const sport of [1001, 1002]) {
      const packet = new Packet({
        src: parseIpv4('203.0.113.2')!,
        dst: parseIpv4('172.30.0.41')!,
        protocol: PROTOCOL.tcp,
        transport: tcpHeader({ sport, dport: 80, flags: TCP_FLAG.SYN, seq: 1 }),
      });
      node.host.receive(node.host.device(OUTSIDE)!, packet);
    }
    proxy.setSlice(objects([{ ...WEB, eps: ['10.180.0.1'] }]).endpointSlices[0]!);
    simulation.run(5 * SECOND);
    proxy.setSlice(objects([WEB]).endpointSlices[0]!);
    simulation.run(10 * SECOND);
    expect(node.sh('ipvsadm -Sn').stdout).toContain('-a -t 172.30.0.41:80 -r 10.180.0.2:8080 -m -w 1');
    proxy.stop();
  });

  it('deletes UDP real servers at once, and Services with their addresses', () => {
    const { simulation, node, proxy } = setup([WEB, DNS]);
    proxy.setSlice(objects([{ ...DNS, eps: ['10.180.0.3'] }]).endpointSlices[0]!);
    simulation.run(5 * SECOND);
    expect(node.sh('ipvsadm -Sn').stdout).not.toContain('10.180.0.4:53');
    proxy.deleteService('ns/dns');
    simulation.run(10 * SECOND);
    expect(node.sh('ipvsadm -Sn').stdout).not.toContain('172.30.0.10');
    expect(node.sh('ipset save').stdout).not.toContain('172.30.0.10');
    const dummy = node.host.config.interfaces.find((config) => config.name === 'kube-ipvs0');
    expect(dummy?.addresses).toHaveLength(1);
  });

  it('sets timeouts, and refuses to start without the scheduler', () => {
    const simulation = new Simulation();
    const config = { ipvs: { ...DEFAULT_CONFIG.ipvs, tcpTimeout: 600 * SECOND } };
    const settings = settingsOf(config);
    const node = bareNode(simulation, nodeNetwork(settings, []));
    new KubeProxy(simulation, node, { settings, mode: 'ipvs' }).start();
    expect(node.sh('ipvsadm -L --timeout').stdout).toContain('600 120 300');
    expect(node.sh('ipvsadm -Sn').stdout).toBe('');
    const bare: Tools = {
      run: (argv) => (argv[0] === 'ipvsadm' ? { status: 255, stdout: '', stderr: 'No such file' } : node.run(argv)),
    };
    expect(() => new KubeProxy(simulation, bare, { settings, mode: 'ipvs' }).start()).toThrow(
      'IPVS cannot be used with the scheduler rr',
    );
  });
});
