// A client uses its port again just after the server of its old connection was drained: one story, four endings.
import {
  describePacket,
  formatAddress,
  Packet,
  parseIpv4,
  parseTcpFlags,
  Simulation,
  tcpHeader,
} from '@chainwalk/core';
import { Node, setUp } from '@chainwalk/scenario';

const SECOND = 1_000_000_000;
const VIP = '10.96.0.1';
const CLIENT = '192.168.1.50';
const PORT = 40000;

/** A node as kube-proxy in IPVS mode leaves it, with one Service of two pods. */
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
    'sysctl -w net.ipv4.vs.conntrack=1',
    ...settings.map((setting) => `sysctl -w net.ipv4.vs.${setting}`),
    'iptables -t nat -A POSTROUTING -o cni0 -j MASQUERADE',
    `ipvsadm -A -t ${VIP}:80 -s rr`,
    `ipvsadm -a -t ${VIP}:80 -r 10.244.1.5:8080 -m`,
    `ipvsadm -a -t ${VIP}:80 -r 10.244.1.6:8080 -m`,
  ]) {
    const done = node.sh(line);
    if (done.status !== 0) throw new Error(`${line}: ${done.stderr}`);
  }
  return node;
}

class Story {
  #node;
  #sent;
  #dropped;
  /** The client's first packet as the pod got it: what the pod answers to. */
  #request;

  constructor(title, settings) {
    console.log(`\n${title}`);
    this.#node = serviceNode(settings);
    this.#node.host.observe((event) => {
      if (event.kind === 'transmit') this.#sent = event.packet.clone();
      if (event.kind === 'drop') this.#dropped = event.reason;
    });
  }

  #say(text) {
    console.log(`  ${(this.#node.simulation.now / SECOND).toFixed(1).padStart(5)} s  ${text}`);
  }

  #packet(device, src, sport, dst, dport, flags, who) {
    this.#sent = undefined;
    this.#dropped = undefined;
    const transport = tcpHeader({ sport, dport, flags: parseTcpFlags(flags), seq: 100, ack: flags === 'S' ? 0 : 101 });
    const packet = new Packet({ src: parseIpv4(src), dst: parseIpv4(dst), protocol: 6, transport });
    this.#node.host.receive(this.#node.host.device(device), packet);
    const became = this.#sent === undefined ? `dropped (${this.#dropped})` : describePacket(this.#sent);
    this.#say(`${`${who} ${flags}`.padEnd(10)} -> ${became}`);
    return this.#sent;
  }

  client(flags) {
    const sent = this.#packet('eth0', CLIENT, PORT, VIP, 80, flags, 'client');
    this.#request ??= sent;
    return sent !== undefined;
  }

  server(flags) {
    const { src, dst, transport } = this.#request;
    this.#packet('cni0', formatAddress(dst), transport.dport, formatAddress(src), transport.sport, flags, 'server');
  }

  drain() {
    this.#node.sh(`ipvsadm -e -t ${VIP}:80 -r ${formatAddress(this.#request.dst)}:8080 -m -w 0`);
    this.#say(`the pod ${formatAddress(this.#request.dst)} is drained: weight 0`);
  }

  wait(seconds) {
    this.#node.simulation.run(this.#node.simulation.now + seconds * SECOND);
  }

  show(command) {
    console.log(this.#node.sh(command).stdout.trimEnd().replace(/^/gm, '           '));
  }
}

/** The connection opens, the pod closes it and is drained; then the client begins anew on the same port. */
function play(title, settings, isClosedWhole) {
  const story = new Story(title, settings);
  story.client('S');
  story.server('SA');
  story.client('A');
  story.server('FA');
  story.client('FA');
  if (isClosedWhole) story.server('A');
  story.drain();
  story.wait(5);
  // A stack that hears nothing sends its SYN again after one second, two, and four.
  for (let wait = 1; !story.client('S') && wait < 8; wait *= 2) story.wait(wait);
  story.wait(0.1);
  story.show('ipvsadm -Lnc');
}

play('1. By default (conn_reuse_mode=1), and the old connection was closed to the last ACK.', [], true);
play('2. The same, but the last ACK was lost: conntrack still knows the old connection.', [], false);
play('3. conn_reuse_mode=0: no stall, and the drained pod gets the client.', ['conn_reuse_mode=0'], false);
play(
  '4. conn_reuse_mode=0 and expire_nodest_conn=1: the weight of 0 counts, and the stall is back.',
  ['conn_reuse_mode=0', 'expire_nodest_conn=1'],
  false,
);
