import { Hook, Packet, PROTOCOL, parseTcpFlags, tcpHeader, udpHeader } from '@chainwalk/core';
import { describe, expect, it } from 'vitest';
import { setTemplate, Template } from '../../src/index.ts';
import { ip, Router } from '../support/router.ts';

const CLIENT = '192.168.1.50';
const SERVER = '10.0.0.5';

function packet(protocol: 'tcp' | 'udp', toServer: boolean, text: string, flags: string): Packet {
  const [src, dst, sport, dport] = toServer ? [CLIENT, SERVER, 40000, 99] : [SERVER, CLIENT, 99, 40000];
  return new Packet({
    src: ip(src),
    dst: ip(dst),
    protocol: PROTOCOL[protocol],
    transport:
      protocol === 'udp'
        ? udpHeader(sport, dport, text.length)
        : tcpHeader({ sport, dport, flags: parseTcpFlags(flags)! }),
    payload: Uint8Array.from(text, (letter) => letter.charCodeAt(0)),
  });
}

/** A router that gives the helper to every connection, and a connection under way. */
function talk(helper: string, protocol: 'tcp' | 'udp') {
  const router = new Router();
  const template = new Template({ helper: router.conntrack.helpers.get(helper)! });
  const give = (packet: Packet) => {
    setTemplate(packet, template);
    return { kind: 'accept' } as const;
  };
  router.host.hooks.register({ family: 'ipv4', hook: Hook.PREROUTING, priority: -300, name: 'raw', fn: give });
  const send = (toServer: boolean, text = '', flags = 'A') => router.receive(packet(protocol, toServer, text, flags));
  send(true, '', 'S');
  send(false, '', 'SA');
  send(true);
  return {
    router,
    client: (text: string) => send(true, text).out.length,
    server: (text: string) => send(false, text).out.length,
    seconds: () => ([...router.conntrack.table][0]!.timeout - router.conntrack.now) / router.host.hz,
  };
}

const NOTHING = ['', 'x', 'hello, this is something else\r\n', '\0'.repeat(100)];

describe.each([
  ['amanda', 'udp', 'server', 'CONNECT DATA 1 MESG 2\n'],
  ['tftp', 'udp', 'client', '\0\x01file\0octet\0'],
  ['tftp', 'udp', 'server', '\0\x02file\0octet\0'],
  ['sip', 'udp', 'client', 'REGISTER sip:a@10.0.0.5 SIP/2.0\r\n\r\n'],
  ['sip', 'tcp', 'server', 'SIP/2.0 200 OK\r\nContent-Length: 0\r\n\r\n'],
  ['irc', 'tcp', 'client', 'PRIVMSG x :\x01DCC SEND t 3232235826 4000\x01\n'],
  ['pptp', 'tcp', 'client', '\0\x10\0\x01\x1a\x2b\x3c\x4d\0\x01\0\0\0\0\0\0'],
  ['sane', 'tcp', 'client', '\0\0\0\x07\0\0\0\0'],
  ['Q.931', 'tcp', 'server', '\x03\0\0\x08\x08\x02\0\x01'],
  ['RAS', 'udp', 'client', '\x0e\x80'],
] as const)('the helper %s of %s', (name, protocol, side, announcement) => {
  it(`lets everything pass but what may announce a connection, from the ${side}`, () => {
    const { client, server, [side]: speak } = talk(name, protocol);
    // H.323 is binary: whatever is not zeros may be a message.
    for (const text of name === 'RAS' || name === 'Q.931' ? ['', '\0'.repeat(100)] : NOTHING) {
      expect([client(text), server(text)], JSON.stringify(text)).toEqual([1, 1]);
    }
    expect(() => speak(announcement)).toThrow(`the helper ${name}`);
  });
});

describe('how long a connection lives', () => {
  it.each([
    ['amanda', 'udp', 30, 300],
    ['sip', 'udp', 3600, 3600],
    ['tftp', 'udp', 30, 30],
    ['sip', 'tcp', 3600, 3600],
  ] as const)(
    '%s of %s: after data of the client %i, of the server %i seconds (or what the tracker says)',
    (name, protocol, client, server) => {
      const story = talk(name, protocol);
      story.client('data');
      expect(story.seconds()).toBe(client);
      story.server('data');
      expect(story.seconds()).toBe(server);
    },
  );
});

describe('the helpers netbios-ns and snmp', () => {
  const broadcast = (name: string, address: string) => {
    const router = new Router();
    const template = new Template({ helper: router.conntrack.helpers.get(name)! });
    const fn = (packet: Packet) => {
      setTemplate(packet, template);
      return { kind: 'accept' } as const;
    };
    router.host.hooks.register({ family: 'ipv4', hook: Hook.LOCAL_OUT, priority: -300, name: 'raw', fn });
    router.host.send(
      new Packet({ src: ip('10.0.0.1'), dst: ip(address), protocol: PROTOCOL.udp, transport: udpHeader(137, 137, 0) }),
      {},
    );
  };

  it('announce answers to broadcasts of the host itself, which is not modelled', () => {
    for (const name of ['netbios-ns', 'snmp']) {
      expect(() => broadcast(name, '10.0.0.5')).not.toThrow();
      expect(() => broadcast(name, '10.0.0.255')).toThrow(`the helper ${name}`);
    }
  });
});
