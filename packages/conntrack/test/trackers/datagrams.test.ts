import { Packet, PROTOCOL } from '@chainwalk/core';
import { describe, expect, it } from 'vitest';
import { icmp, ip, Router, segment, udp } from '../support/router.ts';

const ask = () => udp('192.168.1.50', 1, '10.0.0.5', 53);
const answer = () => udp('10.0.0.5', 53, '192.168.1.50', 1);

// Figures were observed on Linux 6.1 (a listing straight after a packet shows one second less there).
describe('UDP', () => {
  it('is kept 30 seconds by every packet until it is answered', () => {
    const router = new Router({ buckets: 512 });
    router.receive(ask());
    router.wait(10);
    expect(router.entry).toBe('20 UNREPLIED');
    expect(router.receive(ask()).seen).toBe('NEW');
    expect(router.entry).toBe('30 UNREPLIED');
    router.wait(30);
    expect(router.receive(ask()).seen).toBe('NEW');
    expect(router.conntrack.count).toBe(1);
  });

  it('becomes a stream with the first packet after the answer that comes more than two seconds after the first', () => {
    const router = new Router({ buckets: 512 });
    router.receive(ask());
    router.receive(answer());
    router.wait(2);
    router.receive(ask());
    expect(router.entry).toBe('30');
    router.wait(0.1);
    router.receive(answer());
    expect(router.entry).toBe('120 ASSURED');
  });

  it('is not a stream by an answer that is itself late, but by what follows', () => {
    const router = new Router({ buckets: 512 });
    router.receive(ask());
    router.wait(2.1);
    router.receive(answer());
    expect(router.entry).toBe('30');
    router.receive(answer());
    expect(router.entry).toBe('120 ASSURED');
  });
});

describe('ICMP', () => {
  it.each([8, 13, 15, 17])('type %i starts a connection that its answer belongs to', (type) => {
    const router = new Router({ buckets: 512 });
    const reply = type === 8 ? 0 : type + 1;
    expect(router.receive(icmp('192.168.1.50', '10.0.0.5', type, 7)).seen).toBe('NEW');
    expect(router.receive(icmp('10.0.0.5', '192.168.1.50', reply, 7)).seen).toBe('ESTABLISHED');
    expect(router.entry).toBe('30');
    expect(router.receive(icmp('10.0.0.5', '192.168.1.50', reply, 8)).seen).toBe('INVALID');
  });

  it('keeps codes apart', () => {
    const router = new Router({ buckets: 512 });
    router.receive(icmp('192.168.1.50', '10.0.0.5', 8, 7, 0));
    expect(router.receive(icmp('192.168.1.50', '10.0.0.5', 8, 7, 1)).seen).toBe('NEW');
    expect(router.conntrack.count).toBe(2);
  });
});

describe('any other protocol', () => {
  it('is known by its addresses, for ten minutes, and never assured', () => {
    const router = new Router({ buckets: 512 });
    const esp = (src: string, dst: string) =>
      new Packet({ src: ip(src), dst: ip(dst), protocol: PROTOCOL.esp, payloadLength: 40 });
    router.receive(esp('192.168.1.50', '10.0.0.5'));
    expect(router.receive(esp('10.0.0.5', '192.168.1.50')).seen).toBe('ESTABLISHED');
    router.wait(5);
    router.receive(esp('192.168.1.50', '10.0.0.5'));
    expect(router.entry).toBe('600');
  });
});

describe('TCP timeouts', () => {
  const established = (): Router => {
    const router = new Router({ buckets: 512 });
    router.receive(segment('client', 'S', { seq: 0 }));
    router.receive(segment('server', 'SA', { seq: 0, ack: 1 }));
    router.receive(segment('client', 'A', { seq: 1, ack: 1 }));
    return router;
  };

  it('are five minutes while data is not acknowledged', () => {
    const router = established();
    router.receive(segment('client', 'PA', { seq: 1, ack: 1, payload: 10 }));
    expect(router.entry).toBe('ESTABLISHED 300 ASSURED');
    router.receive(segment('server', 'A', { seq: 1, ack: 11 }));
    expect(router.entry).toBe('ESTABLISHED 432000 ASSURED');
  });

  it('are five minutes after three repetitions of one acknowledgement, and after a closed window', () => {
    const router = established();
    for (let i = 0; i < 3; i++) {
      expect(router.entry).toBe('ESTABLISHED 432000 ASSURED');
      router.receive(segment('client', 'A', { seq: 1, ack: 1 }));
    }
    expect(router.entry).toBe('ESTABLISHED 300 ASSURED');
    router.receive(segment('client', 'A', { seq: 1, ack: 1, win: 0 }));
    expect(router.entry).toBe('ESTABLISHED 300 ASSURED');
    router.receive(segment('client', 'A', { seq: 1, ack: 1, win: 9 }));
    expect(router.entry).toBe('ESTABLISHED 432000 ASSURED');
  });

  it('are not renewed by a SYN that is sent again', () => {
    const router = new Router({ buckets: 512 });
    router.receive(segment('client', 'S'));
    router.wait(100);
    router.receive(segment('client', 'S'));
    expect(router.entry).toBe('SYN_SENT 20 UNREPLIED');
  });

  it('shrink to five minutes once both sides sent a FIN or RST out of window', () => {
    const router = established();
    expect(router.receive(segment('client', 'FA', { seq: 4_000_000, ack: 1 })).seen).toBe('INVALID');
    expect(router.entry).toBe('ESTABLISHED 432000 ASSURED');
    expect(router.receive(segment('server', 'FA', { seq: 4_000_000, ack: 1 })).seen).toBe('INVALID');
    expect(router.entry).toBe('ESTABLISHED 300 ASSURED');
  });
});

describe('TCP windows', () => {
  const windows = (win: number): Router => {
    const router = new Router({ buckets: 512 });
    router.receive(segment('client', 'S', { seq: 999, win }));
    router.receive(segment('server', 'SA', { seq: 4999, ack: 1000, win }));
    router.receive(segment('client', 'A', { seq: 1000, ack: 5000, win }));
    return router;
  };

  it('end where the peer said: a byte more and it is INVALID, but for what overshoots a little', () => {
    const seen = (seq: number, payload: number) =>
      windows(100).receive(segment('client', 'PA', { seq, ack: 5000, payload, win: 100 })).seen;
    expect(seen(1100, 0)).toBe('ESTABLISHED');
    expect(seen(1101, 1)).toBe('ESTABLISHED');
    expect(seen(1101, 99)).toBe('INVALID');
    expect(seen(1300, 1)).toBe('INVALID');
  });

  it('let acknowledgements be 66000 bytes old, and ignore what is older', () => {
    const router = windows(100);
    const before = router.entry;
    expect(router.receive(segment('client', 'A', { seq: 1000, ack: 5000 - 66000 })).seen).toBe('ESTABLISHED');
    expect(router.receive(segment('client', 'A', { seq: 1000, ack: 5001 })).seen).toBe('INVALID');
    expect(router.entry).toBe(before);
  });

  it('are not held against either side where nf_conntrack_tcp_be_liberal is set', () => {
    const router = windows(100);
    router.sysctl('net.netfilter.nf_conntrack_tcp_be_liberal', 1);
    expect(router.receive(segment('client', 'PA', { seq: 900_000, ack: 5000, payload: 9 })).seen).toBe('ESTABLISHED');
  });

  it('are scaled if both SYNs said so', () => {
    const scale = Uint8Array.of(1, 3, 3, 7);
    const router = new Router({ buckets: 512 });
    router.receive(segment('client', 'S', { seq: 999, win: 100, options: scale }));
    router.receive(segment('server', 'SA', { seq: 4999, ack: 1000, win: 100, options: scale }));
    router.receive(segment('client', 'A', { seq: 1000, ack: 5000, win: 100 }));
    router.receive(segment('server', 'A', { seq: 5000, ack: 1000, win: 100 }));
    expect(router.receive(segment('client', 'A', { seq: 1000 + 12_800, ack: 5000, win: 100 })).seen).toBe(
      'ESTABLISHED',
    );
    expect(router.receive(segment('client', 'A', { seq: 1000 + 26_000, ack: 5000, win: 100 })).seen).toBe('INVALID');
  });
});
