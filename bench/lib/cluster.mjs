// A node with many Services, as kube-proxy sets it up.
import { formatIpv4, ipv4FromBits, Packet, Simulation, TCP_FLAG, tcpHeader } from '../../packages/core/dist/index.js';
import {
  bareNode,
  DEFAULT_CONFIG,
  nodeNetwork,
  render,
  timeoutCommands,
} from '../../packages/kube-proxy/dist/index.js';
import { shellOf } from './host.mjs';

/** The cluster IP of the first Service. */
export const CLUSTER_IPS = 0x0a60_000a;
const PODS = 0x0af4_0100;
/** The first client outside, as bits of its address. */
export const CLIENTS = 0xc0a8_0164;

/** The ClusterIP of a Service, and the address of a pod, by number. */
export const clusterIp = (service) => formatIpv4(CLUSTER_IPS + service);
export const podIp = (pod) => formatIpv4(PODS + pod);

/** Services of one TCP port, each with `endpoints` pods on other nodes. */
export function cluster(count, endpoints = 2) {
  const services = [];
  const endpointSlices = [];
  for (let i = 0; i < count; i++) {
    const name = `svc-${String(i).padStart(6, '0')}`;
    services.push({
      metadata: { name, namespace: 'bench' },
      spec: {
        type: 'ClusterIP',
        clusterIP: clusterIp(i),
        ports: [{ name: 'http', protocol: 'TCP', port: 80, targetPort: 8080 }],
      },
    });
    endpointSlices.push({
      metadata: { name: `${name}-1`, namespace: 'bench', labels: { 'kubernetes.io/service-name': name } },
      addressType: 'IPv4',
      ports: [{ name: 'http', protocol: 'TCP', port: 8080 }],
      endpoints: Array.from({ length: endpoints }, (_, e) => ({
        addresses: [podIp(i * endpoints + e)],
        conditions: { ready: true },
      })),
    });
  }
  return { services, endpointSlices, nodes: [], warnings: [] };
}

/** What kube-proxy would write on a node of such a cluster; `generation` '1.12' is what it wrote then. */
export function rendered(count, mode, endpoints = 2, generation = 'current') {
  return render(cluster(count, endpoints), {
    node: 'node-1',
    generation,
    nodeOptions: { addresses: ['192.168.1.10'] },
    nfacct: false,
    mode,
    config: { ...DEFAULT_CONFIG, mode, clusterCIDR: '10.244.0.0/14' },
  });
}

/**
 * The sets of kube-proxy have room for 65,536 members, so that Linux refuses more Services than that in IPVS mode. Beyond
 * it they are made larger here, to look at what the rest costs.
 */
function roomy(state) {
  const text = state.ipsetSave;
  return state.entries.length <= 65_536 ? text : text.replaceAll('maxelem 65536', 'maxelem 1048576');
}

/** A node with all of it in place. */
export function nodeWith(state, seed) {
  const node = bareNode(new Simulation({ seed }), nodeNetwork(state.settings, state.entries));
  const run = shellOf(node);
  for (const [name, value] of Object.entries(state.sysctls)) node.run(['sysctl', '-w', `${name}=${value}`]);
  if (state.mode === 'ipvs') {
    // All addresses in one change; `ip addr add` for each would make tens of thousands.
    node.host.configure((draft) => {
      draft.interfaces.push({
        name: 'kube-ipvs0',
        kind: 'dummy',
        up: false,
        mtu: 1500,
        group: 0,
        addresses: state.entries.map((_, i) => ({
          address: ipv4FromBits(CLUSTER_IPS + i),
          length: 32,
          scope: 'global',
          secondary: false,
        })),
      });
    });
    run('ipset restore', roomy(state));
    run('ipvsadm -R', state.ipvsadmRestore);
    for (const command of timeoutCommands(state.settings)) run(command);
  }
  run('iptables-restore', state.iptablesSave);
  return node;
}

/** A segment from outside to a Service. */
export function segment(client, port, service, flags = TCP_FLAG.SYN, seq = 100, ack = 0) {
  return new Packet({
    src: ipv4FromBits(CLIENTS + client),
    dst: ipv4FromBits(CLUSTER_IPS + service),
    protocol: 6,
    transport: tcpHeader({ sport: port, dport: 80, seq, ack, flags }),
  });
}
