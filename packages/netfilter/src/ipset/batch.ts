import type { ElementAttributes } from './attributes.ts';
import { IpsetFault } from './fault.ts';
import type { IpSet } from './ip-set.ts';
import { kernelMessage } from './kernel-message.ts';
import { byteLength } from './parse-element.ts';
import { SetCode } from './set-error.ts';

/** What one netlink message of `ipset restore` can hold of elements, for a set's name of one letter. */
const MESSAGE_ROOM = 4031;
/** Room that has to be left before a comment is put into a message. */
const COMMENT_ROOM = 260;

/**
 * Lines of a restore that are sent to the kernel in one message: as long as command and set stay the same and the
 * message has room. What that means for a user: lines that were read, but not yet sent when a later one cannot be read,
 * are lost; and whether `-exist` holds for all of them was decided at the first.
 */
export class Batch {
  readonly command: 'add' | 'del';
  readonly set: IpSet;
  readonly #exist: boolean;
  readonly #elements: { element: ElementAttributes; line: number }[] = [];
  #left: number;

  constructor(command: 'add' | 'del', set: IpSet, exist: boolean) {
    this.command = command;
    this.set = set;
    this.#exist = exist;
    this.#left = MESSAGE_ROOM + 8 - attribute(byteLength(set.name) + 1);
  }

  /** Puts a line in; false if there is no room. */
  take(element: ElementAttributes, line: number): boolean {
    const size = sizeOf(element);
    if (
      element.comment !== undefined &&
      size - attribute(byteLength(element.comment) + 1) - 8 + COMMENT_ROOM > this.#left
    )
      return false;
    if (size > this.#left) return false;
    this.#left -= size;
    this.#elements.push({ element, line });
    return true;
  }

  /** Has the kernel do all of it. @throws IpsetFault with the line at fault; what came before it stays done */
  send(): void {
    for (const { element, line } of this.#elements) {
      const code = this.set.command(this.command, element, this.#exist);
      if (code === SetCode.OK) continue;
      const fault = new IpsetFault(1, [kernelMessage(code, this.command)]);
      fault.line = line;
      throw fault;
    }
  }
}

/** Bytes of an attribute with so many bytes of data. */
function attribute(data: number): number {
  return 4 + Math.ceil(data / 4) * 4;
}

/** Bytes of an element in a message, its line number included. */
function sizeOf(element: ElementAttributes): number {
  const addresses = [element.ip, element.ipTo, element.ip2, element.ip2To].filter((address) => address !== undefined);
  let size = 4 + attribute(4);
  for (const address of addresses) size += 4 + attribute(typeof address === 'number' ? 4 : 16);
  const small = [
    element.cidr,
    element.cidr2,
    element.proto,
    element.port,
    element.portTo,
    element.mark,
    element.timeout,
    element.skbprio,
    element.skbqueue,
  ];
  for (const value of small) if (value !== undefined) size += attribute(4);
  for (const value of [element.packets, element.bytes, element.skbmark]) if (value !== undefined) size += attribute(8);
  if (element.ether !== undefined) size += attribute(6);
  if (element.iface !== undefined) size += attribute(byteLength(element.iface) + 1);
  if (element.setName !== undefined) size += attribute(byteLength(element.setName) + 1);
  if (element.reference !== undefined) size += attribute(byteLength(element.reference.name) + 1);
  if (element.comment !== undefined) size += attribute(byteLength(element.comment) + 1);
  const flags =
    element.nomatch === true ||
    element.wildcard === true ||
    element.physdev === true ||
    element.reference?.where === 'before';
  return flags ? size + attribute(4) : size;
}
