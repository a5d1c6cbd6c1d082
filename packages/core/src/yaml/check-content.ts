import { type Document, isAlias, isMap, isScalar, isSeq, type Node, type YAMLMap } from 'yaml';
import { DEEPEST } from './nesting.ts';

/** Tells a fault at an offset of the text. */
type Tell = (message: string, offset: number, hint?: string) => void;

/** Values that the aliases of a document may stand for, all together, and anchors that it may have. */
const MOST_ALIASED = 10_000;

/** What a node stands for once aliases are followed. */
interface Extent {
  /** Values, itself among them. */
  readonly size: number;
  /** Collections that lie in each other, itself among them; 0 for a scalar. */
  readonly depth: number;
}

const SCALAR: Extent = { size: 1, depth: 0 };

/**
 * What is wrong with a document whose syntax is right: keys that are there twice, aliases that name nothing, their own
 * insides, or far more than was written. Time is linear in the document.
 *
 * Precondition: collections are not nested deeper than {@link DEEPEST}.
 */
export function checkContent(document: Document.Parsed, tell: Tell): void {
  if (document.contents !== null) new ContentCheck(tell).visit(document.contents, 0);
}

class ContentCheck {
  readonly #tell: Tell;
  /** What each anchor stands for; `undefined` while its node is being visited. */
  readonly #anchors = new Map<string, Extent | undefined>();
  #aliased = 0;
  #anchorCount = 0;

  constructor(tell: Tell) {
    this.#tell = tell;
  }

  /** @param above collections around the node */
  visit(node: Node, above: number): Extent {
    if (isAlias(node)) return this.#alias(node.source, offsetOf(node), above);
    const { anchor } = node as { readonly anchor?: string };
    if (anchor !== undefined) {
      this.#anchors.set(anchor, undefined);
      if (++this.#anchorCount === MOST_ALIASED + 1)
        this.#tell(`there are more than ${MOST_ALIASED} anchors`, offsetOf(node), 'leave out those that nobody uses');
    }
    const extent = this.#extent(node, above);
    if (anchor !== undefined) this.#anchors.set(anchor, extent);
    return extent;
  }

  #extent(node: Node, above: number): Extent {
    let size = 1;
    let depth = 0;
    const inside = (part: unknown): Extent => {
      if (part === null || part === undefined) return SCALAR;
      const extent = this.visit(part as Node, above + 1);
      size += extent.size;
      depth = Math.max(depth, extent.depth);
      return extent;
    };
    if (isSeq(node)) for (const item of node.items) inside(item);
    else if (isMap(node)) {
      this.#uniqueKeys(node);
      for (const { key, value } of node.items) {
        if (key !== null && inside(key).depth > 0) this.#tell('a key is a word, no map or list', offsetOf(key as Node));
        inside(value);
      }
    } else return SCALAR;
    return { size, depth: depth + 1 };
  }

  #uniqueKeys(map: YAMLMap): void {
    const seen = new Set<unknown>();
    for (const { key } of map.items) {
      if (!isScalar(key)) continue;
      if (seen.has(key.value)) this.#tell('Map keys must be unique', offsetOf(key));
      seen.add(key.value);
    }
  }

  #alias(name: string, offset: number, above: number): Extent {
    const extent = this.#anchors.get(name);
    if (extent === undefined) {
      if (this.#anchors.has(name)) this.#tell(`the alias *${name} is a part of what it stands for`, offset);
      else
        this.#tell(`the alias *${name} names no anchor in front of it`, offset, `write &${name} before what it names`);
      return SCALAR;
    }
    const wasFew = this.#aliased <= MOST_ALIASED;
    this.#aliased += extent.size;
    if (wasFew && this.#aliased > MOST_ALIASED)
      this.#tell(`aliases stand for more than ${MOST_ALIASED} values`, offset, 'write out what they stand for');
    if (above + extent.depth > DEEPEST) {
      this.#tell(`with what *${name} stands for, maps and lists are nested deeper than ${DEEPEST} levels`, offset);
      return SCALAR;
    }
    return extent;
  }
}

function offsetOf(node: Node): number {
  return node.range?.[0] ?? 0;
}
