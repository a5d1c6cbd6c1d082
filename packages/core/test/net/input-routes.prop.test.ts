import fc from 'fast-check';
import { expect, it } from 'vitest';
import { parseIpv4 } from '../../src/address/ipv4.ts';
import { parsePrefix } from '../../src/address/prefix.ts';
import { Simulation } from '../../src/engine/simulation.ts';
import { Host } from '../../src/net/host.ts';
import { inputRoute } from '../../src/net/input-route.ts';
import { Packet } from '../../src/packet/packet.ts';

const DEVICES = ['eth0', 'eth1', 'eth2'];
const ADDRESSES = [
  '10.0.0.1',
  '10.0.0.9',
  '10.0.1.1',
  '10.0.1.7',
  '192.168.9.9',
  '127.0.0.1',
  '224.0.0.1',
  '10.0.0.255',
  '0.0.0.0',
  '255.255.255.255',
];

function deviceOf(at: number, up: boolean) {
  const address = { address: parseIpv4(`10.0.${at}.1`)!, length: 24, scope: 'global' as const, secondary: false };
  return { name: DEVICES[at]!, kind: 'device' as const, up, mtu: 1500, group: 0, addresses: [address] };
}

function routeTo(text: string, device: string) {
  const prefix = parsePrefix(text)!;
  return { type: 'unicast' as const, prefix, table: 254, metric: 0, tos: 0, device, scope: 'link' as const };
}

const arbStep = fc.oneof(
  {
    weight: 12,
    arbitrary: fc.record({
      kind: fc.constant('packet'),
      src: fc.nat(ADDRESSES.length - 1),
      dst: fc.nat(ADDRESSES.length - 1),
      at: fc.nat(2),
    } as const),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('device'),
      at: fc.nat(2),
      to: fc.constantFrom('up', 'down', 'gone'),
    } as const),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('route'),
      to: fc.constantFrom('192.168.0.0/16', '10.0.0.8/29'),
      at: fc.nat(2),
    } as const),
  },
  { weight: 1, arbitrary: fc.constant({ kind: 'back' } as const) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('sysctl'),
      name: fc.constantFrom(
        'ip_forward',
        'conf.all.rp_filter',
        'conf.eth0.rp_filter',
        'conf.all.accept_local',
        'conf.all.route_localnet',
      ),
      value: fc.nat(2),
    } as const),
  },
);

it('what is remembered of received packets is what a look-up finds, whatever changes in between', () => {
  fc.assert(
    fc.property(fc.array(arbStep, { minLength: 10, maxLength: 60 }), (steps) => {
      const host = new Host(new Simulation());
      host.sysctl.write('net.ipv4.ip_forward', 1);
      host.configure((config) => {
        config.interfaces.push(deviceOf(0, true), deviceOf(1, true), deviceOf(2, true));
      });
      const snapshots = [host.config];
      for (const step of steps) {
        if (step.kind === 'sysctl') host.sysctl.write(`net.ipv4.${step.name}`, step.value);
        else if (step.kind === 'back') host.replaceConfig(snapshots.shift()!);
        else if (step.kind === 'route') {
          host.configure((config) => {
            config.routes.push(routeTo(step.to, DEVICES[step.at]!));
          });
        } else if (step.kind === 'device') {
          host.configure((config) => {
            const place = config.interfaces.findIndex(({ name }) => name === DEVICES[step.at]);
            if (place >= 0) config.interfaces.splice(place, 1);
            if (step.to !== 'gone') config.interfaces.push(deviceOf(step.at, step.to === 'up'));
          });
        } else {
          const device = host.device(DEVICES[step.at]!);
          if (device === undefined) continue;
          const packet = new Packet({
            src: parseIpv4(ADDRESSES[step.src]!)!,
            dst: parseIpv4(ADDRESSES[step.dst]!)!,
            protocol: 17,
          });
          const told = inputRoute(host, packet, device);
          const known = device.inputRoutes;
          device.inputRoutes = undefined;
          const found = inputRoute(host, packet, device);
          device.inputRoutes = known;
          expect(told).toEqual(found);
          if ('device' in told && 'device' in found) expect(told.device).toBe(found.device);
        }
        if (step.kind !== 'packet') snapshots.push(host.config);
      }
    }),
    { numRuns: 500 },
  );
});
