/** Link types of captures (`LINKTYPE_*` of tcpdump.org) that hold IPv4 packets in a way chainwalk reads. */
export const LINKTYPE = { null: 0, ethernet: 1, raw: 101, linuxSll: 113, ipv4: 228, linuxSll2: 276 } as const;

/** Time of a capture: whole seconds since 1970 and nanoseconds within. Kept apart because together they exceed 2^53. */
export interface CaptureTime {
  readonly seconds: number;
  /** 0 to 999,999,999. */
  readonly nanoseconds: number;
}

/** One packet of a capture file. */
export interface CapturedPacket {
  readonly time: CaptureTime;
  readonly linkType: number;
  /** What was captured, from the link header on; perhaps less than was on the wire. */
  readonly bytes: Uint8Array;
  /** How long it was on the wire. */
  readonly originalLength: number;
  /** Number of the interface in the file, 0 for pcap. */
  readonly interfaceId: number;
  /** Name of the interface, where the file has one. */
  readonly interfaceName: string | undefined;
  /** The first comment, where the file has one. */
  readonly comment: string | undefined;
}

/** Nanoseconds from one time to a later one. */
export function nanosecondsBetween(from: CaptureTime, to: CaptureTime): number {
  return (to.seconds - from.seconds) * 1_000_000_000 + (to.nanoseconds - from.nanoseconds);
}
