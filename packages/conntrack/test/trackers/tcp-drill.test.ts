import { describe, expect, it } from 'vitest';
import { Router, type Segment, segment } from '../support/router.ts';

type Line = readonly [from: 'client' | 'server', flags: string, fields: Segment, seen: string, entry: string];

/** Plays segments through a fresh router and compares what PREROUTING saw and what the table holds after each. */
function drill(lines: readonly Line[]): void {
  const router = new Router();
  for (const [number, [from, flags, fields, seen, entry]] of lines.entries()) {
    const outcome = router.receive(segment(from, flags, fields));
    const where = `segment ${number + 1}, ${from} ${flags}`;
    expect(outcome.out, where).toHaveLength(1);
    expect(`${outcome.seen}: ${router.entry}`, where).toBe(`${seen}: ${entry}`);
  }
}

const HANDSHAKE: readonly Line[] = [
  ['client', 'S', { seq: 0 }, 'NEW', 'SYN_SENT 120 UNREPLIED'],
  ['server', 'SA', { seq: 0, ack: 1 }, 'ESTABLISHED', 'SYN_RECV 60'],
  ['client', 'A', { seq: 1, ack: 1 }, 'ESTABLISHED', 'ESTABLISHED 432000 ASSURED'],
];

// The stories that the kernel's own packetdrill scripts conntrack_*.pkt tell; every state was confirmed by Linux 6.1.
describe('TCP segments against connection states', () => {
  it('lets a sender repeat data whose acknowledgement was lost behind the tracker', () => {
    drill([
      ...HANDSHAKE,
      ['client', 'PA', { seq: 1, ack: 1, payload: 1460, win: 257 }, 'ESTABLISHED', 'ESTABLISHED 300 ASSURED'],
      ['server', 'A', { seq: 1, ack: 1461 }, 'ESTABLISHED', 'ESTABLISHED 432000 ASSURED'],
      ['client', 'PA', { seq: 1461, ack: 1, payload: 1460, win: 257 }, 'ESTABLISHED', 'ESTABLISHED 300 ASSURED'],
      ['server', 'A', { seq: 1, ack: 2921 }, 'ESTABLISHED', 'ESTABLISHED 432000 ASSURED'],
      ['client', 'PA', { seq: 1, ack: 1, payload: 1460, win: 257 }, 'ESTABLISHED', 'ESTABLISHED 432000 ASSURED'],
      ['server', 'A', { seq: 1, ack: 2921 }, 'ESTABLISHED', 'ESTABLISHED 432000 ASSURED'],
      ['client', 'PA', { seq: 2921, ack: 1, payload: 1460, win: 257 }, 'ESTABLISHED', 'ESTABLISHED 300 ASSURED'],
      ['server', 'A', { seq: 1, ack: 4381 }, 'ESTABLISHED', 'ESTABLISHED 432000 ASSURED'],
    ]);
  });

  it('believes an inexact reset of a closing connection', () => {
    drill([
      ...HANDSHAKE,
      ['server', 'PA', { seq: 1, ack: 1, payload: 50 }, 'ESTABLISHED', 'ESTABLISHED 300 ASSURED'],
      ['client', 'A', { seq: 1, ack: 51 }, 'ESTABLISHED', 'ESTABLISHED 432000 ASSURED'],
      ['server', 'FA', { seq: 51, ack: 1 }, 'ESTABLISHED', 'FIN_WAIT 120 ASSURED'],
      ['client', 'A', { seq: 1, ack: 52 }, 'ESTABLISHED', 'CLOSE_WAIT 60 ASSURED'],
      ['client', 'R', { seq: 3 }, 'ESTABLISHED', 'CLOSE 10 ASSURED'],
      ['server', 'A', { seq: 52, ack: 1 }, 'ESTABLISHED', 'CLOSE 10 ASSURED'],
    ]);
  });

  it('waits for a challenge after an inexact reset of an established connection', () => {
    drill([
      ...HANDSHAKE,
      ['server', 'PA', { seq: 1, ack: 1, payload: 50 }, 'ESTABLISHED', 'ESTABLISHED 300 ASSURED'],
      ['client', 'A', { seq: 1, ack: 51 }, 'ESTABLISHED', 'ESTABLISHED 432000 ASSURED'],
      ['client', 'R', { seq: 3 }, 'ESTABLISHED', 'ESTABLISHED 10 ASSURED'],
      ['server', 'A', { seq: 51, ack: 1 }, 'ESTABLISHED', 'ESTABLISHED 300 ASSURED'],
      ['client', 'R', { seq: 1 }, 'ESTABLISHED', 'CLOSE 10 ASSURED'],
    ]);
  });

  it('calls resets out of window INVALID and stays established', () => {
    drill([
      ...HANDSHAKE,
      ['server', 'PA', { seq: 1, ack: 1, payload: 50 }, 'ESTABLISHED', 'ESTABLISHED 300 ASSURED'],
      ['client', 'A', { seq: 1, ack: 51 }, 'ESTABLISHED', 'ESTABLISHED 432000 ASSURED'],
      // At least as far as the tracker can tell, this is old data: ignored.
      ['client', 'R', { seq: 0 }, 'INVALID', 'ESTABLISHED 432000 ASSURED'],
      ['client', 'R', { seq: 4294900000 }, 'INVALID', 'ESTABLISHED 432000 ASSURED'],
      ['server', 'A', { seq: 51, ack: 1 }, 'ESTABLISHED', 'ESTABLISHED 432000 ASSURED'],
      ['client', 'R', { seq: 1 }, 'ESTABLISHED', 'CLOSE 10 ASSURED'],
    ]);
  });

  it('passes a challenge ACK to a SYN, believes the reset that answers it, and lets the next SYN connect', () => {
    drill([
      ['client', 'S', { seq: 643160522 }, 'NEW', 'SYN_SENT 120 UNREPLIED'],
      ['server', 'A', { seq: 145824453, ack: 643160000, win: 240 }, 'ESTABLISHED', 'SYN_SENT 120'],
      ['client', 'R', { seq: 643160000 }, 'ESTABLISHED', 'CLOSE 10'],
      ['client', 'S', { seq: 643160522 }, 'NEW', 'SYN_SENT 120 UNREPLIED'],
      ['server', 'SA', { seq: 1, ack: 643160523 }, 'ESTABLISHED', 'SYN_RECV 60'],
      ['client', 'A', { seq: 643160523, ack: 2 }, 'ESTABLISHED', 'ESTABLISHED 432000 ASSURED'],
    ]);
  });

  it('outlives a SYN/ACK that belongs to an older connection', () => {
    drill([
      ['client', 'S', { seq: 83 }, 'NEW', 'SYN_SENT 120 UNREPLIED'],
      ['server', 'SA', { seq: 145758918, ack: 643160523 }, 'INVALID', 'SYN_SENT 120 UNREPLIED'],
      ['client', 'R', { seq: 643160523 }, 'INVALID', 'SYN_SENT 120 UNREPLIED'],
      ['client', 'S', { seq: 83 }, 'NEW', 'SYN_SENT 120 UNREPLIED'],
      ['server', 'SA', { seq: 145758918, ack: 84 }, 'ESTABLISHED', 'SYN_RECV 60'],
      ['client', 'A', { seq: 84, ack: 145758919 }, 'ESTABLISHED', 'ESTABLISHED 432000 ASSURED'],
    ]);
  });

  it('lets a peer that lost everything use its ports again: SYN, challenge ACK, reset, SYN', () => {
    drill([
      ...HANDSHAKE,
      ['client', 'S', { seq: 5000 }, 'ESTABLISHED', 'ESTABLISHED 432000 ASSURED'],
      ['server', 'A', { seq: 1, ack: 1 }, 'ESTABLISHED', 'ESTABLISHED 432000 ASSURED'],
      ['client', 'R', { seq: 1 }, 'ESTABLISHED', 'CLOSE 10 ASSURED'],
      ['client', 'S', { seq: 5000 }, 'NEW', 'SYN_SENT 120 UNREPLIED'],
      ['server', 'SA', { seq: 9000, ack: 5001 }, 'ESTABLISHED', 'SYN_RECV 60'],
      ['client', 'A', { seq: 5001, ack: 9001 }, 'ESTABLISHED', 'ESTABLISHED 432000 ASSURED'],
    ]);
  });
});
