// A pod is drained with weight 0, and still gets new connections an hour later.
import { Packet, parseIpv4, parseTcpFlags, Simulation, tcpHeader } from '@chainwalk/core';
import { Node, setUp } from '@chainwalk/scenario';

const SECOND = 1_000_000_000;
const MINUTE = 60 * SECOND;
const VIP = '10.96.0.1';

/** A Service with `sessionAffinity: ClientIP` of ten minutes, and two pods. */
function serviceNode(settings) {
  const node = new Node(new Simulation({ seed: 1 }));
  setUp(node, {
    interfaces: [
      { name: 'eth0', addresses: ['192.168.1.10/24'] },
      { name: 'cni0', addresses: ['10.244.1.1/24'] },
      { name: 'kube-ipvs0', kind: 'dummy', up: false, addresses: [`${VIP}/32`] },
    ],
    steps: [],
  });
  for (const line of [
    'sysctl -w net.ipv4.ip_forward=1',
    ...settings.map((setting) => `sysctl -w net.ipv4.vs.${setting}`),
    `ipvsadm -A -t ${VIP}:80 -s rr -p 600`,
    `ipvsadm -a -t ${VIP}:80 -r 10.244.1.5:8080 -m`,
    `ipvsadm -a -t ${VIP}:80 -r 10.244.1.6:8080 -m`,
  ]) {
    const done = node.sh(line);
    if (done.status !== 0) throw new Error(`${line}: ${done.stderr}`);
  }
  return node;
}

/** One short request of a client from a port of its own: SYN, ACK, FIN of both sides. */
function request(node, client, sport) {
  const send = (device, src, from, dst, to, flags) => {
    const transport = tcpHeader({ sport: from, dport: to, flags: parseTcpFlags(flags), seq: 100 });
    node.host.receive(
      node.host.device(device),
      new Packet({ src: parseIpv4(src), dst: parseIpv4(dst), protocol: 6, transport }),
    );
  };
  for (const flags of ['S', 'A', 'FA']) send('eth0', client, sport, VIP, 80, flags);
}

/** The servers of the Service as `ipvsadm` lists them. */
function servers(node) {
  return node
    .sh(`ipvsadm -Ln -t ${VIP}:80 --persistent-conn`)
    .stdout.split('\n')
    .filter((line) => line.startsWith('  -> 10.'))
    .map((line) => line.trim())
    .join('\n             ');
}

function play(title, settings) {
  console.log(`\n${title}`);
  console.log('             server                        weight    PersistConn ActiveConn InActConn');
  const node = serviceNode(settings);
  const clock = node.simulation;
  const say = (what) => console.log(`  ${String(Math.round(clock.now / MINUTE)).padStart(3)} min    ${what}`);
  let port = 40000;
  request(node, '192.168.1.50', port++);
  node.sh(`ipvsadm -e -t ${VIP}:80 -r 10.244.1.6:8080 -m -w 0`);
  say(servers(node));
  for (let minute = 1; minute <= 60; minute++) {
    clock.run(minute * MINUTE);
    // The client comes back every five minutes; its template lasts ten.
    if (minute % 5 === 0) request(node, '192.168.1.50', port++);
    if (minute === 2 || minute === 30 || minute === 60) say(servers(node));
  }
}

play('1. As Linux is by default: the template outlives the weight.', []);
play('2. With expire_quiescent_template=1, as kube-proxy sets it.', ['expire_quiescent_template=1']);
