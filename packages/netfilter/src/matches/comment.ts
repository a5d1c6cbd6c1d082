import { type MatchExtension, NO_DEMANDS } from '../x_tables/extension.ts';
import { cutUtf8 } from '../x_tables/utf8.ts';
import { formatWord } from '../x_tables/values.ts';

interface CommentInfo {
  readonly text: string;
}

/** Bytes of a comment that the kernel keeps, in UTF-8. */
const MOST_BYTES = 255;

/**
 * `-m comment --comment TEXT`: always true.
 *
 * Kernel: `net/netfilter/xt_comment.c`, `comment_mt`.
 */
export const comment: MatchExtension<CommentInfo, undefined> = {
  name: 'comment',
  options: [{ name: 'comment', args: 1, mandatory: true }],
  size: 288,
  sharesInfo: true,
  demands: NO_DEMANDS,
  alwaysMatches: true,

  parse(options) {
    return { text: cutUtf8(options[0]!.values[0]!, MOST_BYTES) };
  },

  save({ text }) {
    return ` --comment ${formatWord(text)}`;
  },

  list({ text }) {
    return ` /* ${text} */`;
  },

  compile() {
    return { test: () => true };
  },
};
