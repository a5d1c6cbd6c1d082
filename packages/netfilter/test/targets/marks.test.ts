import { ctOf } from '@chainwalk/conntrack';
import { describe, expect, it } from 'vitest';
import { router, tcp, udp } from './stories.ts';

/** The packet's mark after PREROUTING, and its connection's, from the packet's and connection's marks before. */
function marksAfter(
  rule: string,
  before: { packet: number; connection: number },
): { packet: number; connection: number } {
  const { arrive, out, host, net } = router(
    `*mangle\n-A PREROUTING -j CONNMARK --set-mark ${before.connection}\n-A PREROUTING -j MARK --set-mark ${before.packet}\n-A PREROUTING ${rule}\nCOMMIT\n`,
  );
  let connection = 0;
  host.observe((event) => {
    if (event.kind === 'transmit') connection = ctOf(event.packet)?.mark ?? -1;
  });
  arrive(udp('10.0.1.9:1000', '10.0.2.9:53'));
  expect(net.conntrack.count).toBe(1);
  return { packet: out()[0]!.mark, connection };
}

describe('MARK', () => {
  it.each([
    ['--set-mark 0x5', 0x5],
    ['--set-mark 0x5/0xf', 0xf5],
    ['--set-xmark 0xff/0xf', 0x0f],
    ['--and-mark 0x3c', 0x30],
    ['--or-mark 0x3', 0xf3],
    ['--xor-mark 0xff', 0x0f],
    ['--set-mark 0xffffffff', 0xffffffff],
  ])('%s makes 0xf0 into %i', (option, mark) => {
    expect(marksAfter(`-j MARK ${option}`, { packet: 0xf0, connection: 7 })).toEqual({ packet: mark, connection: 7 });
  });
});

describe('CONNMARK', () => {
  it.each([
    ['--set-mark 0x5/0xf', { packet: 0x1ff, connection: 0xf5 }],
    ['--set-xmark 0xff/0xf', { packet: 0x1ff, connection: 0x0f }],
    ['--and-mark 0x3c', { packet: 0x1ff, connection: 0x30 }],
    ['--or-mark 0x3', { packet: 0x1ff, connection: 0xf3 }],
    ['--xor-mark 0xff', { packet: 0x1ff, connection: 0x0f }],
    ['--set-mark 7 --left-shift-mark 28', { packet: 0x1ff, connection: 0x70000000 }],
    ['--set-mark 0xffffffff --right-shift-mark 4', { packet: 0x1ff, connection: 0x0fffffff }],
    ['--save-mark', { packet: 0x1ff, connection: 0x1ff }],
    ['--save-mark --mask 0xff', { packet: 0x1ff, connection: 0xff }],
    // Bits of the packet's mask that the connection's lacks are flipped, not set.
    ['--save-mark --nfmask 0x1ff --ctmask 0x0f', { packet: 0x1ff, connection: 0x10f }],
    ['--save-mark --left-shift-mark 4', { packet: 0x1ff, connection: 0x1ff0 }],
    ['--restore-mark', { packet: 0xf0, connection: 0xf0 }],
    ['--restore-mark --mask 0x30', { packet: 0x1ff, connection: 0xf0 }],
    ['--restore-mark --nfmask 0xff --ctmask 0x30', { packet: 0x130, connection: 0xf0 }],
    ['--restore-mark --right-shift-mark 4', { packet: 0x0f, connection: 0xf0 }],
  ])('%s from mark 0x1ff and connection mark 0xf0', (option, after) => {
    expect(marksAfter(`-j CONNMARK ${option}`, { packet: 0x1ff, connection: 0xf0 })).toEqual(after);
  });

  it('gives the mark of a connection to every later packet', () => {
    const { arrive, out } = router(
      '*mangle\n-A PREROUTING -j CONNMARK --restore-mark\n-A PREROUTING -m mark ! --mark 0 -j ACCEPT\n-A PREROUTING -j MARK --set-mark 9\n-A PREROUTING -j CONNMARK --save-mark\nCOMMIT\n',
    );
    arrive(tcp('10.0.1.9:1000', '10.0.2.9:80'));
    arrive(tcp('10.0.2.9:80', '10.0.1.9:1000', { flags: 'SA', ack: 101 }), 'eth1');
    expect(out()[0]!.mark).toBe(9);
  });

  it('leaves a packet without a connection alone', () => {
    const { arrive, out } = router(
      '*raw\n-A PREROUTING -j NOTRACK\nCOMMIT\n*mangle\n-A PREROUTING -j MARK --set-mark 3\n-A PREROUTING -j CONNMARK --restore-mark\nCOMMIT\n',
    );
    arrive(udp('10.0.1.9:1000', '10.0.2.9:53'));
    expect(out()[0]!.mark).toBe(3);
  });
});
