import { PROTOCOL, sctpHeader, TCP_FLAG } from '@chainwalk/core';
import { describe, expect, it } from 'vitest';
import { icmp, ip, Story, tcp, udp } from './story.ts';

const { SYN, ACK, FIN, RST, ECE } = TCP_FLAG;

describe('-m tcp', () => {
  it('tests ports in ranges, and their opposite', () => {
    const rule = new Story('-p tcp --dport 80:90 ! --sport 1024:65535');
    expect(rule.matches(tcp({ sport: 1023, dport: 80 }))).toBe(true);
    expect(rule.matches(tcp({ sport: 1024, dport: 80 }))).toBe(false);
    expect(rule.matches(tcp({ sport: 1023, dport: 91 }))).toBe(false);
  });

  it('compares flags under a mask, ECN bits aside', () => {
    const rule = new Story('-p tcp --syn');
    expect(rule.matches(tcp({ flags: SYN }))).toBe(true);
    expect(rule.matches(tcp({ flags: SYN | ECE }))).toBe(true);
    expect(rule.matches(tcp({ flags: SYN | ACK }))).toBe(false);
    expect(rule.matches(tcp({ flags: RST }))).toBe(false);
  });

  it('finds an option behind others, and steps over one of length 0', () => {
    const options = Uint8Array.from([1, 1, 5, 2, 9, 0, 8, 2]);
    for (const kind of [1, 5, 9]) expect(new Story(`-p tcp --tcp-option ${kind}`).matches(tcp({ options }))).toBe(true);
    expect(new Story('-p tcp --tcp-option 8').matches(tcp({ options }))).toBe(true);
    expect(new Story('-p tcp --tcp-option 3').matches(tcp({ options }))).toBe(false);
    expect(new Story('-p tcp ! --tcp-option 3').matches(tcp({}))).toBe(true);
  });

  it('drops a packet too short for its header, without any count', () => {
    const story = new Story(['-p tcp --dport 80', '-p tcp']);
    story.arrives(ip(PROTOCOL.tcp, { payload: new Uint8Array(12) }));
    expect([...story.counts, story.passed]).toEqual([0, 0, 0]);
  });

  it('drops a header that claims more options than there are, if it is asked for one', () => {
    const story = new Story('-p tcp --tcp-option 2');
    story.arrives(tcp({ dataOffset: 9 }));
    story.arrives(tcp({ dataOffset: 4 }));
    expect([...story.counts, story.passed]).toEqual([0, 0]);
  });
});

describe('a later fragment', () => {
  const later = (protocol: number) =>
    ip(protocol, { fragmentOffset: 10, moreFragments: true, payload: new Uint8Array(64) });

  it.each([
    '-p tcp --dport 80',
    '-p tcp ! --dport 80',
    '-p udp ! --sport 1',
    '-p icmp ! --icmp-type 8',
    '-p tcp -m multiport ! --dports 1',
  ])('is not matched by %s', (rule) => {
    const story = new Story(rule, { table: 'raw', chain: 'PREROUTING' });
    const protocol = rule.startsWith('-p tcp')
      ? PROTOCOL.tcp
      : rule.startsWith('-p udp')
        ? PROTOCOL.udp
        : PROTOCOL.icmp;
    expect(story.matches(later(protocol))).toBe(false);
    expect(story.passed).toBe(1);
  });

  it('of TCP at offset 1 is dropped, since it could hide flags', () => {
    const story = new Story('-p tcp --dport 80', { table: 'raw', chain: 'PREROUTING' });
    story.arrives(ip(PROTOCOL.tcp, { fragmentOffset: 1, payload: new Uint8Array(8) }));
    expect(story.passed).toBe(0);
  });
});

describe('-m icmp', () => {
  it('tests type and code; type 255 is any, whatever code stands beside it', () => {
    expect(new Story('-p icmp --icmp-type 3/4').matches(icmp(3, 4))).toBe(true);
    expect(new Story('-p icmp --icmp-type 3/4').matches(icmp(3, 3))).toBe(false);
    expect(new Story('-p icmp --icmp-type 3/1:3').matches(icmp(3, 2))).toBe(true);
    expect(new Story('-p icmp --icmp-type 255/9').matches(icmp(8))).toBe(true);
    expect(new Story('-p icmp ! --icmp-type any').matches(icmp(8))).toBe(false);
  });
});

describe('-m multiport', () => {
  it('takes single ports and ranges, of one side or of either', () => {
    const either = new Story('-p udp -m multiport --ports 53,100:200');
    expect(either.matches(udp(53, 9))).toBe(true);
    expect(either.matches(udp(9, 150))).toBe(true);
    expect(either.matches(udp(9, 201))).toBe(false);
    expect(new Story('-p udp -m multiport ! --dports 53').matches(udp(53, 9))).toBe(true);
  });

  it('reads the ports of a packet that is too short for its own header', () => {
    const four = ip(PROTOCOL.tcp, { payload: Uint8Array.from([0, 9, 0, 80]) });
    expect(new Story('-p tcp -m multiport --dports 80').matches(four)).toBe(true);
    const story = new Story('-p tcp -m multiport --dports 80');
    story.arrives(ip(PROTOCOL.tcp, { payload: new Uint8Array(3) }));
    expect(story.passed).toBe(0);
  });
});

describe('-m sctp', () => {
  const DATA = [0, 3, 0, 16, ...new Array<number>(12).fill(0)];
  const INIT = [1, 0, 0, 4];
  const sctp = (...chunks: number[][]) =>
    ip(PROTOCOL.sctp, { transport: sctpHeader(5000, 36412), payload: Uint8Array.from(chunks.flat()) });

  it('wants any, all or only some of the chunks', () => {
    const any = new Story('-p sctp --chunk-types any DATA');
    expect([any.matches(sctp(INIT, DATA)), any.matches(sctp(INIT))]).toEqual([true, false]);
    const all = new Story('-p sctp --chunk-types all DATA,INIT');
    expect([all.matches(sctp(INIT, DATA)), all.matches(sctp(DATA))]).toEqual([true, false]);
    const only = new Story('-p sctp --chunk-types only DATA');
    expect([only.matches(sctp(INIT, DATA)), only.matches(sctp(DATA))]).toEqual([false, true]);
  });

  it('looks at the flags of a chunk, small letters for clear ones', () => {
    expect(new Story('-p sctp --chunk-types any DATA:BEu').matches(sctp(DATA))).toBe(true);
    expect(new Story('-p sctp --chunk-types any DATA:U').matches(sctp(DATA))).toBe(false);
  });

  it('drops a packet without a whole chunk', () => {
    const story = new Story('-p sctp --chunk-types any DATA');
    story.arrives(sctp([0, 0, 0, 0])).arrives(sctp([0]));
    expect(story.passed).toBe(0);
  });
});

describe('-m tcpmss', () => {
  it('reads the option, and without one holds only if inverted', () => {
    const options = Uint8Array.from([1, 1, 1, 1, 2, 4, 5, 180]);
    expect(new Story('-p tcp -m tcpmss --mss 1460').matches(tcp({ flags: SYN, options }))).toBe(true);
    expect(new Story('-p tcp -m tcpmss ! --mss 1:1459').matches(tcp({ flags: SYN, options }))).toBe(true);
    expect(new Story('-p tcp -m tcpmss --mss 0:65535').matches(tcp({ flags: FIN }))).toBe(false);
    expect(new Story('-p tcp -m tcpmss ! --mss 0:65535').matches(tcp({ flags: FIN }))).toBe(true);
  });
});

describe('-m esp and -m ah', () => {
  it('read the index of a whole header and drop a cut one', () => {
    const esp = (length: number) =>
      ip(PROTOCOL.esp, { payload: Uint8Array.from([0, 0, 1, 0, 0, 0, 0, 1]).subarray(0, length) });
    expect(new Story('-p esp -m esp --espspi 256').matches(esp(8))).toBe(true);
    expect(new Story('-p esp -m esp ! --espspi 256').matches(esp(8))).toBe(false);
    const story = new Story('-p esp -m esp');
    story.arrives(esp(7));
    expect(story.passed).toBe(0);
    const ah = ip(PROTOCOL.ah, { payload: Uint8Array.from([6, 4, 0, 0, 0, 0, 0, 9, 0, 0, 0, 1]) });
    expect(new Story('-p ah -m ah --ahspi 9').matches(ah)).toBe(true);
  });
});
