import { Conntrack } from '@chainwalk/conntrack';
import {
  Host,
  type HostEvent,
  Packet,
  PROTOCOL,
  parseIpv4,
  Simulation,
  TCP_FLAG,
  Trace,
  tcpHeader,
  udpHeader,
} from '@chainwalk/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { runIptables } from '../../src/iptables/run.ts';
import { Netfilter } from '../../src/netfilter.ts';

const addresses = ['10.0.0.1', '10.0.0.2', '10.0.1.1', '192.168.0.9'] as const;
const maybe = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | ''> => fc.option(arbitrary, { nil: '' as const });

const arbTest = fc.oneof(
  {
    weight: 4,
    arbitrary: fc
      .tuple(fc.constantFrom('tcp', 'udp'), fc.integer({ min: 1, max: 6 }))
      .map(([p, port]) => `-p ${p} -m ${p} --dport ${port}`),
  },
  {
    weight: 2,
    arbitrary: fc
      .tuple(fc.constantFrom('tcp', 'udp'), fc.integer({ min: 1, max: 6 }))
      .map(([p, port]) => `-p ${p} -m comment --comment "x y" -m ${p} --dport ${port}`),
  },
  { weight: 1, arbitrary: fc.constant('-p tcp -m tcp --sport 1:3 ! --dport 2') },
  { weight: 1, arbitrary: fc.constant('-m mark --mark 0x1/0x1') },
  { weight: 1, arbitrary: fc.constant('-p udp -m length --length 0:40') },
  { weight: 1, arbitrary: fc.constant('! -p tcp') },
  { weight: 1, arbitrary: fc.constant('') },
);
const arbRule = fc
  .record({
    src: maybe(fc.tuple(fc.constantFrom(...addresses), fc.constantFrom(32, 24, 8)).map(([a, l]) => `-s ${a}/${l}`)),
    dst: maybe(
      fc.tuple(fc.constantFrom(...addresses), fc.constantFrom(32, 32, 32, 24)).map(([a, l]) => `-d ${a}/${l}`),
    ),
    not: fc.constantFrom('', '', '', '', '! -s 10.0.0.0/24', '! -d 10.0.0.1/32'),
    device: fc.constantFrom('', '', '', '', '-i eth0', '! -i eth1'),
    test: arbTest,
    target: fc.oneof(
      {
        weight: 6,
        arbitrary: fc.constantFrom('-j MARK --set-xmark 0x1/0x1', '-j MARK --set-xmark 0x0/0x1', '', '-j U'),
      },
      { weight: 1, arbitrary: fc.constantFrom('-j ACCEPT', '-j DROP', '-j RETURN', '-g U') },
    ),
  })
  .map(({ src, dst, not, device, test, target }) =>
    [not.includes('-s') ? '' : src, not.includes('-d') ? '' : dst, not, device, test, target]
      .filter((word) => word !== '')
      .join(' '),
  );

const arbPacketFields = fc.record({
  src: fc.constantFrom(...addresses),
  dst: fc.constantFrom(...addresses),
  protocol: fc.constantFrom(PROTOCOL.tcp, PROTOCOL.udp, 47),
  sport: fc.integer({ min: 1, max: 6 }),
  dport: fc.integer({ min: 1, max: 7 }),
  payload: fc.nat(30),
  mark: fc.nat(1),
  cut: fc.boolean(),
  traced: fc.boolean(),
});

function packetOf(fields: {
  src: string;
  dst: string;
  protocol: number;
  sport: number;
  dport: number;
  payload: number;
  mark: number;
  cut: boolean;
}): Packet {
  const { protocol, sport, dport, payload } = fields;
  const transport =
    fields.cut && payload < 3
      ? undefined
      : protocol === PROTOCOL.tcp
        ? tcpHeader({ sport, dport, flags: TCP_FLAG.SYN })
        : protocol === PROTOCOL.udp
          ? udpHeader(sport, dport, payload)
          : undefined;
  const packet = new Packet({
    src: parseIpv4(fields.src)!,
    dst: parseIpv4(fields.dst)!,
    protocol,
    transport,
    payloadLength: payload,
  });
  packet.mark = fields.mark;
  return packet;
}

function hostWith(
  rules: readonly string[],
  user: readonly string[],
  index: boolean,
): { host: Host; net: Netfilter; fates: string[] } {
  const host = new Host(new Simulation());
  host.configure((config) => {
    config.interfaces.push({ name: 'eth0', kind: 'device', up: true, mtu: 1500, group: 0, addresses: [] });
  });
  const net = new Netfilter(host, new Conntrack(host), { index });
  const text = `*mangle\n:PREROUTING ACCEPT [0:0]\n:INPUT ACCEPT [0:0]\n:FORWARD ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n:POSTROUTING ACCEPT [0:0]\n:U - [0:0]\n${rules
    .map((rule) => `-A PREROUTING ${rule}\n`)
    .join('')}${user.map((rule) => `-A U ${rule}\n`).join('')}COMMIT\n`;
  const done = runIptables(net, ['iptables-restore'], text);
  expect(done.stderr).toBe('');
  const fates: string[] = [];
  host.observe((event: HostEvent) =>
    fates.push(event.kind === 'drop' ? `${event.reason} ${event.at} ${event.packet.mark}` : event.kind),
  );
  return { host, net, fates };
}

describe('the index over a long chain', () => {
  it('changes no verdict, no counter, no metered count and no step of a trace', () => {
    fc.assert(
      fc.property(
        fc.array(arbRule, { minLength: 30, maxLength: 120 }),
        fc.array(
          arbRule.filter((rule) => !/-[jg] U$/.test(rule)),
          { minLength: 0, maxLength: 60 },
        ),
        fc.array(arbPacketFields, { minLength: 1, maxLength: 12 }),
        (rules, user, packets) => {
          const plain = hostWith(rules, user, false);
          const indexed = hostWith(rules, user, true);
          for (const fields of packets) {
            const traces: Trace[] = [];
            for (const { host } of [plain, indexed]) {
              const packet = packetOf(fields);
              if (fields.traced) {
                packet.trace = new Trace(packet);
                traces.push(packet.trace);
              }
              host.receive(host.device('eth0')!, packet);
            }
            expect(traces[1]?.steps).toEqual(traces[0]?.steps);
            expect(indexed.fates).toEqual(plain.fates);
            expect(indexed.host.meter.snapshot()).toEqual(plain.host.meter.snapshot());
          }
          const save = (net: Netfilter): string => runIptables(net, ['iptables-save', '-c']).stdout;
          expect(save(indexed.net)).toBe(save(plain.net));
        },
      ),
      { numRuns: 200 },
    );
  });
});
