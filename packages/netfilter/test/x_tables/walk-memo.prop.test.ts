import { Conntrack, CtInfo, DEFAULT_ZONE, Status } from '@chainwalk/conntrack';
import { Host, type HostEvent, Packet, parseIpv4, Simulation, TCP_FLAG, tcpHeader } from '@chainwalk/core';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { runIptables } from '../../src/iptables/run.ts';
import { Netfilter } from '../../src/netfilter.ts';

const CHAINS = ['A', 'B', 'C'] as const;

const arbTest = fc.oneof(
  {
    weight: 6,
    arbitrary: fc
      .tuple(
        fc.constantFrom('', '! '),
        fc.subarray(['NEW', 'ESTABLISHED', 'RELATED', 'INVALID', 'UNTRACKED', 'SNAT', 'DNAT'], { minLength: 1 }),
      )
      .map(([not, states]) => `-m conntrack ${not}--ctstate ${states.join(',')}`),
  },
  { weight: 1, arbitrary: fc.constant('-m state --state RELATED,ESTABLISHED') },
  { weight: 3, arbitrary: fc.constantFrom('-m mark --mark 0x1/0x1', '-m mark ! --mark 0x2', '-m comment --comment x') },
  {
    weight: 2,
    arbitrary: fc.constantFrom('-i eth0', '! -i eth1', '-i eth+', '-i eth0 -m mark --mark 0x2/0x2'),
  },
  { weight: 1, arbitrary: fc.constantFrom('-m conntrack --ctdir REPLY', '-m conntrack --ctstatus ASSURED') },
  { weight: 1, arbitrary: fc.constantFrom('-s 10.0.0.1/32', '-p tcp -m tcp --dport 2', '-m length --length 0:50') },
  { weight: 2, arbitrary: fc.constant('') },
);
/** Jumps go forward in the list of chains, so there are no loops. */
const arbRule = (from: number): fc.Arbitrary<string> =>
  fc
    .tuple(
      arbTest,
      fc.oneof(
        { weight: 3, arbitrary: fc.constantFrom('', '-j ACCEPT', '-j DROP', '-j RETURN') },
        { weight: 1, arbitrary: fc.constantFrom('-j MARK --set-xmark 0x3/0x3', '-m limit --limit 1/min -j ACCEPT') },
        ...(from < CHAINS.length
          ? [
              {
                weight: 3,
                arbitrary: fc
                  .tuple(fc.constantFrom('-j', '-g'), fc.constantFrom(...CHAINS.slice(from)))
                  .map((words) => words.join(' ')),
              },
            ]
          : []),
      ),
    )
    .map((words) => words.filter((word) => word !== '').join(' '));

const arbRules = fc.record({
  base: fc.array(arbRule(0), { minLength: 1, maxLength: 6 }),
  users: fc.tuple(
    fc.array(arbRule(1), { maxLength: 4 }),
    fc.array(arbRule(2), { maxLength: 4 }),
    fc.array(arbRule(3), { maxLength: 4 }),
  ),
  policy: fc.constantFrom('ACCEPT', 'DROP'),
});

const arbPacket = fc.record({
  port: fc.integer({ min: 1, max: 4 }),
  mark: fc.nat(3),
  payload: fc.nat(30),
  device: fc.constantFrom('eth0', 'eth1'),
  relation: fc.constantFrom('new', 'established', 'reply', 'snat', 'dnat', 'invalid', 'untracked'),
});

function world(rules: string, usesMemo: boolean) {
  const host = new Host(new Simulation());
  host.configure((config) => {
    for (const name of ['eth0', 'eth1'])
      config.interfaces.push({ name, kind: 'device', up: true, mtu: 1500, group: 0, addresses: [] });
  });
  const conntrack = new Conntrack(host);
  const net = new Netfilter(host, conntrack, { index: usesMemo });
  const fates: string[] = [];
  host.observe((event: HostEvent) =>
    fates.push(event.kind === 'drop' ? `${event.reason} ${event.at} ${event.packet.mark}` : event.kind),
  );
  expect(runIptables(net, ['iptables-restore'], rules).stderr).toBe('');
  return { host, conntrack, net, fates };
}

it('walks that are remembered do what walks do: verdict, counters, every metered count', () => {
  fc.assert(
    fc.property(
      arbRules,
      fc.array(arbPacket, { minLength: 8, maxLength: 24 }),
      fc.integer({ min: 2, max: 40 }),
      ({ base, users, policy }, packets, changeAt) => {
        const text = `*mangle\n:PREROUTING ${policy === 'DROP' ? 'DROP' : 'ACCEPT'} [0:0]\n:INPUT ACCEPT [0:0]\n:FORWARD ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n:POSTROUTING ACCEPT [0:0]\n${CHAINS.map((name) => `:${name} - [0:0]\n`).join('')}${base.map((rule) => `-A PREROUTING ${rule}\n`).join('')}${users.flatMap((list, i) => list.map((rule) => `-A ${CHAINS[i]} ${rule}\n`)).join('')}COMMIT\n`;
        const worlds = [world(text, false), world(text, true)];
        for (const [at, fields] of packets.entries()) {
          for (const { host, conntrack, net } of worlds) {
            // A change in the middle: what was remembered of the table as it was is of no use.
            if (at === changeAt)
              expect(
                runIptables(
                  net,
                  ['iptables', '-t', 'mangle', '-I', 'PREROUTING', '-m', 'conntrack', '--ctstate', 'ESTABLISHED'],
                  '',
                ).stderr,
              ).toBe('');
            const packet = new Packet({
              src: parseIpv4('10.0.0.1')!,
              dst: parseIpv4('10.0.0.2')!,
              protocol: 6,
              transport: tcpHeader({
                sport: 1000,
                dport: fields.port,
                flags: fields.relation === 'invalid' ? 0 : TCP_FLAG.SYN,
              }),
              payloadLength: fields.payload,
            });
            packet.mark = fields.mark;
            if (fields.relation === 'untracked') packet.ctinfo = CtInfo.UNTRACKED;
            else if (fields.relation !== 'invalid') {
              const tuple = { src: packet.src, dst: packet.dst, protocol: 6, sport: 1000, dport: fields.port };
              const reply = { ...tuple, src: packet.dst, dst: packet.src };
              const ct = conntrack.table.make(tuple, reply, DEFAULT_ZONE);
              if (fields.relation === 'snat') ct.status |= Status.SRC_NAT;
              if (fields.relation === 'dnat') ct.status |= Status.DST_NAT | Status.ASSURED;
              packet.nfct = ct;
              packet.ctinfo =
                fields.relation === 'new'
                  ? CtInfo.NEW
                  : fields.relation === 'reply'
                    ? CtInfo.ESTABLISHED_REPLY
                    : CtInfo.ESTABLISHED;
            }
            host.receive(host.device(fields.device)!, packet);
          }
          const [plain, remembered] = worlds;
          expect(remembered!.host.meter).toEqual(plain!.host.meter);
          expect(remembered!.fates).toEqual(plain!.fates);
        }
        const saved = worlds.map(({ net }) =>
          runIptables(net, ['iptables-save', '-c'], '').stdout.replace(/^#.*\n/gm, ''),
        );
        expect(saved[1]).toBe(saved[0]);
      },
    ),
    { numRuns: 400 },
  );
});
