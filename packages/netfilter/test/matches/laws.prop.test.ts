import {
  Hook,
  InputError,
  icmpHeader,
  type Packet,
  PROTOCOL,
  sctpHeader,
  type Transport,
  tcpHeader,
  udpHeader,
} from '@chainwalk/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ALL_MATCHES } from '../../src/matches/all.ts';
import {
  type ActionParam,
  KernelRefusal,
  type MatchExtension,
  type OptionSpec,
  type OptionUse,
  type RuleContext,
} from '../../src/x_tables/extension.ts';
import type { IpTest } from '../../src/x_tables/rule.ts';
import { loadRule, readCorpus } from '../targets/world.ts';
import { ip, Story } from './story.ts';

/** The protocol that a match wants beside it. */
const PROTOCOL_OF: Readonly<Record<string, keyof typeof PROTOCOL>> = {
  ah: 'ah',
  ecn: 'tcp',
  esp: 'esp',
  icmp: 'icmp',
  multiport: 'tcp',
  sctp: 'sctp',
  tcp: 'tcp',
  tcpmss: 'tcp',
  udp: 'udp',
};

/** Words that stand behind an option in the match's corpus, right and wrong ones, and some that fit nowhere. */
function arbValue(match: MatchExtension, option: OptionSpec): fc.Arbitrary<string> {
  const names = [option.name, ...(option.aliases ?? [])].map((name) => `--${name}`);
  const values = new Set<string>();
  for (const { rule } of readCorpus(match.name)) {
    const words = rule.match(/"[^"]*"|\S+/g) ?? [];
    for (const [index, word] of words.entries()) {
      if (!names.includes(word)) continue;
      for (const value of words.slice(index + 1, index + 1 + option.args)) values.add(value.replace(/^"(.*)"$/, '$1'));
    }
  }
  const odd = fc.constantFrom('', '0', '-1', '4294967296', '|', ':', ',', 'é', '\u0000', '1:2', 'x');
  return fc.oneof({ weight: 6, arbitrary: fc.constantFrom(...values, '1') }, { weight: 1, arbitrary: odd });
}

/** Options of a match in any order and number, with any values. */
function arbUses(match: MatchExtension): fc.Arbitrary<OptionUse[]> {
  const one = (spec: OptionSpec): fc.Arbitrary<OptionUse> =>
    fc.record({
      name: fc.constant(spec.name),
      values: fc.array(arbValue(match, spec), { minLength: spec.args, maxLength: spec.args }),
      inverted: spec.invertible === true ? fc.boolean() : fc.constant(false),
      place: fc.constant(undefined),
    });
  const mandatory = match.options.filter((spec) => spec.mandatory === true).map(one);
  const others = match.options.filter((spec) => spec.mandatory !== true).map(one);
  const more =
    others.length === 0
      ? fc.constant([])
      : fc.uniqueArray(fc.oneof(...others), { selector: ({ name }) => name, maxLength: 5 });
  return fc
    .tuple(fc.tuple(...mandatory), more)
    .chain(([first, rest]) => fc.shuffledSubarray([...first, ...rest], { minLength: first.length + rest.length }))
    .filter((uses) => isAllowed(match, uses));
}

/** The rules of `OptionSpec` that the rule parser sees to before a match parses. */
function isAllowed(match: MatchExtension, uses: readonly OptionUse[]): boolean {
  const given = new Set(uses.map(({ name }) => name));
  return match.options.every((spec) =>
    given.has(spec.name)
      ? !spec.excludes?.some((other) => given.has(other)) && (spec.requires ?? []).every((other) => given.has(other))
      : spec.mandatory !== true,
  );
}

const byte = fc.integer({ min: 0, max: 255 });
const port = fc.integer({ min: 0, max: 65535 });
const arbTransport: fc.Arbitrary<{ protocol: number; transport: Transport | undefined }> = fc.oneof(
  fc
    .tuple(port, port, byte)
    .map(([sport, dport, flags]) => ({ protocol: 6, transport: tcpHeader({ sport, dport, flags }) })),
  fc.tuple(port, port).map(([sport, dport]) => ({ protocol: 17, transport: udpHeader(sport, dport, 0) })),
  fc.tuple(byte, byte).map(([type, code]) => ({ protocol: 1, transport: icmpHeader(type, code) })),
  fc.tuple(port, port).map(([sport, dport]) => ({ protocol: 132, transport: sctpHeader(sport, dport) })),
  byte.map((protocol) => ({ protocol, transport: undefined })),
);
const arbPacket: fc.Arbitrary<Packet> = fc
  .record({
    body: arbTransport,
    ttl: byte,
    tos: byte,
    payload: fc.uint8Array({ maxLength: 60 }),
    fragmentOffset: fc.constantFrom(0, 0, 0, 1, 185),
    last: byte,
    ipvs: fc.boolean(),
  })
  .map(({ body, last, ipvs, fragmentOffset, ...fields }) => {
    const transport = fragmentOffset === 0 ? body.transport : undefined;
    const packet = ip(body.protocol, { ...fields, transport, fragmentOffset, src: `10.0.0.${last}` });
    if (ipvs) packet.ipvs = {};
    return packet;
  });

const IMPURE = new Set(['cluster', 'connlabel', 'statistic']);

describe.each(ALL_MATCHES.map((match) => match as unknown as MatchExtension))('$name', (match) => {
  const protocol = PROTOCOL_OF[match.name];
  const ipTest: IpTest = protocol === undefined ? {} : { protocol: { number: PROTOCOL[protocol], inverted: false } };
  const context: RuleContext = { table: 'filter', ip: ipTest, matches: [], net: undefined };
  const infoOf = (uses: readonly OptionUse[]): unknown => {
    try {
      return match.parse(uses, context);
    } catch (error) {
      if (error instanceof InputError) return undefined;
      throw error;
    }
  };

  it('answers any options with an info or a fault of the input', () => {
    fc.assert(fc.property(arbUses(match), (uses) => void infoOf(uses)));
  });

  it('saves what the loader reads back as the same text', () => {
    const seen = new Set<string>();
    fc.assert(
      fc.property(arbUses(match), (uses) => {
        const info = infoOf(uses);
        if (info === undefined) return;
        const text = `${protocol === undefined ? '' : `-p ${protocol} `}-m ${match.name}${match.save(info)}`;
        if (seen.has(text)) return;
        seen.add(text);
        // Not every text that iptables prints can be read again, nor does the kernel take every rule.
        const first = loadRule('filter', 'USER', text);
        if ('refused' in first) return;
        const [saved] = first.saved;
        expect(loadRule('filter', 'USER', saved!)).toEqual(first);
      }),
      { numRuns: 60 },
    );
  });

  it('compiles to a test that says the same of the same packet, and leaves it as it is', () => {
    const story = new Story([]);
    const par = (): ActionParam => ({
      host: story.host,
      net: story.net,
      family: 'ipv4',
      hook: Hook.FORWARD,
      table: 'filter',
      inDevice: story.host.device('eth0'),
      outDevice: story.host.device('eth1'),
      hotdrop: false,
    });
    fc.assert(
      fc.property(arbUses(match), arbPacket, (uses, packet) => {
        const info = infoOf(uses);
        if (info === undefined) return;
        try {
          match.check?.(info, { ...context, chain: 'FORWARD', hooks: ['FORWARD'], net: story.net });
        } catch (error) {
          expect(error).toBeInstanceOf(KernelRefusal);
          return;
        }
        const code = match.compile(info);
        const state = code.createState?.(story.net);
        const before = JSON.stringify(packet);
        const [first, second] = [par(), par()];
        const result = code.test(packet, first, state);
        expect(typeof result).toBe('boolean');
        expect(JSON.stringify(packet)).toBe(before);
        if (first.hotdrop) expect(result).toBe(false);
        if (code.createState === undefined && !IMPURE.has(match.name)) {
          expect([code.test(packet, second, state), second.hotdrop]).toEqual([result, first.hotdrop]);
        }
        if (state !== undefined) code.destroyState?.(state, story.net);
      }),
    );
  });
});
