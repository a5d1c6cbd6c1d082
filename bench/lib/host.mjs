// What experiments have in common that set up a host by hand.
import { ipv4FromBits } from '../../packages/core/dist/index.js';

/** A device that is up and has one address, as a host's configuration holds it. */
export function device(name, bits, length) {
  return {
    name,
    kind: 'device',
    up: true,
    mtu: 1500,
    group: 0,
    addresses: [{ address: ipv4FromBits(bits), length, scope: 'global', secondary: false }],
  };
}

/** A node's shell; a command that fails ends the experiment. */
export function shellOf(node) {
  return (line, stdin) => {
    const { status, stderr } = node.sh(line, stdin);
    if (status !== 0) throw new Error(`${line}: ${stderr}`);
  };
}
