import { formatAddress, Hook, Packet, PROTOCOL, parseTcpFlags, tcpHeader } from '@chainwalk/core';
import { beforeEach, describe, expect, it } from 'vitest';
import { findAnnouncement } from '../../src/helpers/ftp-text.ts';
import { ctOf, formatExpectation, manipOf, Status, setTemplate, Template, toAddress } from '../../src/index.ts';
import { ip, Router } from '../support/router.ts';

const bytes = (text: string): Uint8Array => Uint8Array.from([...text].map((letter) => letter.charCodeAt(0)));
const textOf = (packet: Packet): string => String.fromCharCode(...packet.payload.subarray(0, packet.payloadLength));

function tcp(
  src: string,
  sport: number,
  dst: string,
  dport: number,
  flags: string,
  seq: number,
  ack: number,
  text = '',
): Packet {
  return new Packet({
    src: ip(src),
    dst: ip(dst),
    protocol: PROTOCOL.tcp,
    transport: tcpHeader({ sport, dport, flags: parseTcpFlags(flags)!, seq, ack }),
    payload: bytes(text),
  });
}

/** A router that gives the FTP helper to everything towards port 21, and knows the client as 10.0.0.70 if it maps. */
function ftpRouter(masks: boolean): Router {
  const router = new Router({ buckets: 512 });
  const helper = router.conntrack.helpers.get('ftp')!;
  const template = new Template({ helper });
  router.host.hooks.register({
    family: 'ipv4',
    hook: Hook.PREROUTING,
    priority: -300,
    name: 'raw',
    fn: (packet) => {
      if (packet.ports?.dport === 21) setTemplate(packet, template);
      return { kind: 'accept' };
    },
  });
  if (masks) {
    const { nat } = router.conntrack;
    for (const hook of [Hook.PREROUTING, Hook.LOCAL_IN, Hook.LOCAL_OUT, Hook.POSTROUTING]) {
      nat.registerRuleset({
        family: 'ipv4',
        hook,
        priority: 0,
        name: 'nat',
        lookup: (packet) =>
          hook === Hook.POSTROUTING && formatAddress(packet.src).startsWith('192.168.')
            ? nat.setupInfo(ctOf(packet)!, toAddress(ip('10.0.0.70')), manipOf(hook))
            : { kind: 'accept' },
      });
    }
  }
  return router;
}

describe('the FTP helper', () => {
  let router: Router;
  const client = (flags: string, seq: number, ack: number, text?: string) =>
    router.receive(tcp('192.168.1.50', 40000, '10.0.0.5', 21, flags, seq, ack, text));
  const server = (flags: string, seq: number, ack: number, text?: string, to = '192.168.1.50') =>
    router.receive(tcp('10.0.0.5', 21, to, 40000, flags, seq, ack, text));
  const connect = (to?: string): void => {
    client('S', 99, 0);
    server('SA', 499, 100, undefined, to);
    client('A', 100, 500);
    client('PA', 100, 500, 'USER x\r\n');
    server('PA', 500, 108, '331 ?\r\n', to);
  };
  beforeEach(() => {
    router = ftpRouter(false);
  });

  it('expects the connection that PORT announces, and calls it RELATED until it is answered', () => {
    connect();
    router.conntrack.setMark([...router.conntrack.table][0]!, 9);
    client('PA', 108, 507, 'PORT 192,168,1,50,19,137\r\n');
    expect(router.conntrack.expectations.all().map((entry) => formatExpectation(router.conntrack, entry))).toEqual([
      '300 proto=6 src=10.0.0.5 dst=192.168.1.50 sport=0 dport=5001 mask-src=255.255.255.255 mask-dst=255.255.255.255 sport=0 dport=65535 master-src=192.168.1.50 master-dst=10.0.0.5 sport=40000 dport=21 class=0 helper=ftp',
    ]);
    const data = router.receive(tcp('10.0.0.5', 20, '192.168.1.50', 5001, 'S', 1, 0));
    expect(data.seen).toBe('RELATED');
    const child = ctOf(data.out[0]!)!;
    expect(child.has(Status.EXPECTED)).toBe(true);
    expect(child.mark).toBe(9);
    expect(child.master?.helper?.name).toBe('ftp');
    expect(child.helper?.name).toBe('ftp');
    expect(router.conntrack.expectations.size).toBe(0);
    expect(router.receive(tcp('192.168.1.50', 5001, '10.0.0.5', 20, 'SA', 1, 2)).seen).toBe('ESTABLISHED');
    expect(router.conntrack.statistics).toMatchObject({ expectNew: 1, expectCreate: 1, expectDelete: 1 });
  });

  it('reads EPRT, and the answers to PASV and EPSV', () => {
    connect();
    const port = (): number | undefined => router.conntrack.expectations.all()[0]?.tuple.dport;
    client('PA', 108, 507, 'eprt |1|192.168.1.50|5002|\r\n');
    expect(port()).toBe(5002);
    const passive = '227 Entering Passive Mode (10,0,0,5,19,139)\r\n';
    server('PA', 507, 136, passive);
    expect([router.conntrack.expectations.size, port()]).toEqual([1, 5003]);
    server('PA', 507 + passive.length, 136, '229 Entering Extended Passive Mode (|||5004|)\r\n');
    expect([router.conntrack.expectations.size, port()]).toEqual([1, 5004]);
  });

  it('does not read a command before it has seen a newline, nor an address of somebody else', () => {
    client('S', 99, 0);
    server('SA', 499, 100);
    client('A', 100, 500);
    client('PA', 100, 500, 'PORT 192,168,1,50,19,137\r\n');
    expect(router.conntrack.expectations.size).toBe(0);
    client('PA', 126, 500, 'PORT 192,168,1,99,19,137\r\n');
    expect(router.conntrack.expectations.size).toBe(0);
  });

  it('drops a command that is cut in two', () => {
    connect();
    expect(client('PA', 108, 507, 'PORT 192,168').out).toHaveLength(0);
  });

  it('forgets an announcement after 300 seconds, and with its connection', () => {
    connect();
    client('PA', 108, 507, 'PORT 192,168,1,50,19,137\r\n');
    server('A', 507, 134);
    router.wait(300);
    expect(router.conntrack.expectations.all()).toHaveLength(0);
    client('PA', 134, 507, 'PORT 192,168,1,50,19,138\r\n');
    expect(router.conntrack.expectations.size).toBe(1);
    router.conntrack.removeWhere(() => true);
    expect(router.conntrack.expectations.size).toBe(0);
  });

  it('writes the translated address into the announcement, and shifts sequence numbers from there on', () => {
    router = ftpRouter(true);
    connect('10.0.0.70');
    const sent = client('PA', 108, 507, 'PORT 192,168,1,50,19,137\r\n').out[0]!;
    expect(textOf(sent)).toBe('PORT 10,0,0,70,19,137\r\n');
    const shift = 'PORT 10,0,0,70,19,137\r\n'.length - 'PORT 192,168,1,50,19,137\r\n'.length;
    // The server acknowledges what it got; the client hears of what it sent.
    const answer = server('A', 507, 134 + shift, undefined, '10.0.0.70').out[0]!;
    expect(answer.transport).toMatchObject({ ack: 134 });
    const next = client('PA', 134, 507, 'LIST\r\n').out[0]!;
    expect(next.transport).toMatchObject({ seq: 134 + shift, ack: 507 });
    const data = router.receive(tcp('10.0.0.5', 20, '10.0.0.70', 5001, 'S', 1, 0));
    expect(data.seen).toBe('RELATED');
    expect(formatAddress(data.out[0]!.dst)).toBe('192.168.1.50');
    const back = router.receive(tcp('192.168.1.50', 5001, '10.0.0.5', 20, 'SA', 1, 2)).out[0]!;
    expect(formatAddress(back.src)).toBe('10.0.0.70');
  });
});

describe('announcements', () => {
  it.each([
    ['PORT 1,2,3,4,5,6\r\n', 0, { form: 'PORT', offset: 5, length: 11, port: 5 * 256 + 6 }],
    ['EPRT !1!1.2.3.4!80!\r\n', 0, { form: 'EPRT', offset: 5, length: 14, port: 80 }],
    ['227 =1,2,3,4,5,6.', 1, { form: 'PASV', offset: 5, length: 11, port: 1286 }],
    ['229 x (|||99|)', 1, { form: 'EPSV', offset: 7, length: 6, port: 99 }],
  ] as const)('%j is read', (text, direction, found) => {
    expect(findAnnouncement(text, direction)).toMatchObject(found);
  });

  it.each([
    ['PO', 0],
    ['PORT 1,2,3,4,5', 0],
    ['PORT 1,2,3,4,5,6', 0],
    ['EPRT |2|::1|80|\r\n', 0],
    ['229 nothing here', 1],
    ['229 (|||0|)', 1],
  ] as const)('%j is partial', (text, direction) => {
    expect(findAnnouncement(text, direction)).toBe('partial');
  });

  it.each([
    ['LIST\r\n', 0],
    ['PORT 1,2,3,4,5,6\r\n', 1],
    ['226 done\r\n', 1],
  ] as const)('%j announces nothing', (text, direction) => {
    expect(findAnnouncement(text, direction)).toBeUndefined();
  });
});
