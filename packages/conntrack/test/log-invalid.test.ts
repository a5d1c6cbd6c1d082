import { expect, it } from 'vitest';
import { Router, segment, udp } from './support/router.ts';

it('says why a packet is INVALID in the words of Linux, for the protocols that nf_conntrack_log_invalid names', () => {
  const router = new Router({ buckets: 512 });
  const said: string[] = [];
  router.conntrack.logInvalid = (_packet, _state, prefix) => said.push(prefix);
  const spoilt = (): void => {
    router.receive(segment('client', 'F'));
    router.receive(segment('client', 'S', { seq: 0 }));
    router.receive(segment('client', 'A', { seq: 1, ack: 5 }));
    const datagram = udp('192.168.1.50', 1, '10.0.0.5', 2);
    if (datagram.transport?.kind === 'udp') datagram.transport.length = 4;
    router.receive(datagram);
  };
  spoilt();
  expect(said).toEqual([]);
  router.sysctl('net.netfilter.nf_conntrack_log_invalid', 17);
  spoilt();
  expect(said).toEqual(['nf_ct_proto_17: truncated/malformed packet ']);
  router.sysctl('net.netfilter.nf_conntrack_log_invalid', 255);
  said.length = 0;
  spoilt();
  expect(said).toEqual([
    'nf_ct_proto_6: invalid tcp flag combination ',
    'nf_ct_proto_6: packet (index 3) in dir 0 invalid, state SYN_SENT ',
    'nf_ct_proto_17: truncated/malformed packet ',
  ]);
});
