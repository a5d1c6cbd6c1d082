import { type Host, PROTOCOL } from '@chainwalk/core';
import type { CreateAttributes } from './attributes.ts';
import { BitmapSet } from './bitmap-set.ts';
import { DIM_SRC, type SetExtensions, type SetTypeInfo } from './ip-set.ts';
import { SetCode } from './set-error.ts';

/**
 * `bitmap:port`: ports of a range, of TCP and UDP alike; the protocol is not kept.
 *
 * Kernel: `net/netfilter/ipset/ip_set_bitmap_port.c`.
 */
const bitmapPort: SetTypeInfo = { name: 'bitmap:port', revision: 3, dimension: 1, features: ['port'] };

/** The set that `create NAME bitmap:port range ...` makes, or the code that refuses it. */
export function createBitmapPort(
  name: string,
  attributes: CreateAttributes,
  extensions: SetExtensions,
  host: Host,
): BitmapSet | number {
  const { port, portTo } = attributes;
  if (port === undefined || portTo === undefined) return SetCode.PROTOCOL;
  const first = Math.min(port, portTo);
  const last = Math.max(port, portTo);
  const inside = (candidate: number): boolean => candidate >= first && candidate <= last;
  return new BitmapSet(
    bitmapPort,
    name,
    'unspec',
    {
      size: last - first + 1,
      header: `range ${first}-${last}`,
      head: 72,
      place: 0,
      fromPacket(packet, _context, query) {
        if (packet.protocol !== PROTOCOL.tcp && packet.protocol !== PROTOCOL.udp) return SetCode.INVAL;
        const { ports } = packet;
        if (ports === undefined) return SetCode.INVAL;
        const candidate = (query.flags & DIM_SRC[1]) !== 0 ? ports.sport : ports.dport;
        return inside(candidate) ? candidate - first : SetCode.BITMAP_RANGE;
      },
      fromCommand(element, adt) {
        if (element.port === undefined) return SetCode.PROTOCOL;
        if (!inside(element.port)) return SetCode.BITMAP_RANGE;
        const to = element.portTo === undefined || adt === 'test' ? element.port : element.portTo;
        if (!inside(to)) return SetCode.BITMAP_RANGE;
        return [Math.min(element.port, to) - first, Math.max(element.port, to) - first];
      },
      format: (index) => String(first + index),
    },
    extensions,
    host,
  );
}
