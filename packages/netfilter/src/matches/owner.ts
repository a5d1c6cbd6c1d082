import { badOption, KernelRefusal, type MatchExtension, type OptionUse } from '../x_tables/extension.ts';
import { needHooks } from '../x_tables/need-hooks.ts';
import { readUnsigned } from '../x_tables/values.ts';
import { GROUPS, USERS } from './owner-names.ts';

interface IdTest {
  readonly min: number;
  readonly max: number;
  readonly inverted: boolean;
}

interface OwnerInfo {
  readonly socket: 'exists' | 'absent' | undefined;
  readonly uid: IdTest | undefined;
  readonly gid: IdTest | undefined;
  readonly supplementary: boolean;
}

const MOST = 0xfffffffe;

/**
 * `-m owner`: the local sender of a packet. Only in OUTPUT and POSTROUTING.
 *
 * Kernel: `net/netfilter/xt_owner.c`, `owner_mt`. Of a packet without a socket, inverted tests hold and others fail; a
 * socket of the kernel itself has no user, to the same effect. Sockets of a simulated host have one group each, so
 * `--suppl-groups` adds nothing.
 */
export const owner: MatchExtension<OwnerInfo, undefined> = {
  name: 'owner',
  options: [
    { name: 'uid-owner', args: 1, invertible: true },
    { name: 'gid-owner', args: 1, invertible: true },
    { name: 'socket-exists', args: 0, invertible: true },
    { name: 'suppl-groups', args: 0 },
  ],
  size: 56,
  sharesInfo: true,

  parse(options) {
    if (options.length === 0) badOption(undefined, 'owner needs --uid-owner, --gid-owner or --socket-exists');
    const at = (name: string): number => options.findIndex((use) => use.name === name);
    const [uid, gid, socket, supplementary] = [
      at('uid-owner'),
      at('gid-owner'),
      at('socket-exists'),
      at('suppl-groups'),
    ];
    if (supplementary >= 0 && (gid < 0 || gid > supplementary))
      badOption(options[supplementary], 'needs --gid-owner before it');
    return {
      socket: socket < 0 ? undefined : options[socket]!.inverted ? 'absent' : 'exists',
      uid: uid < 0 ? undefined : parseIds(options[uid]!, USERS),
      gid: gid < 0 ? undefined : parseIds(options[gid]!, GROUPS),
      supplementary: supplementary >= 0,
    };
  },

  save: (info) => format(info, ['--socket-exists', '--uid-owner', '--gid-owner', '--suppl-groups'], true),
  list: (info, numeric) =>
    format(info, ['owner socket exists', 'owner UID match', 'owner GID match', 'incl. suppl. groups'], numeric),

  check({ uid, gid }, context) {
    needHooks(context, 'owner', 'OUTPUT', 'POSTROUTING');
    if ([uid, gid].some((test) => test !== undefined && test.max < test.min)) {
      throw new KernelRefusal('EINVAL', 'owner: a range is the wrong way round');
    }
  },

  compile({ socket: wanted, uid, gid, supplementary }) {
    // What is asked for and not inverted cannot hold without a socket, or without a user.
    const holdsWithoutUser = uid?.inverted !== false && gid?.inverted !== false;
    const holdsWithoutSocket = holdsWithoutUser && wanted !== 'exists' && !supplementary;
    const outside = (test: IdTest | undefined, id: number): boolean =>
      test !== undefined && (id >= test.min && id <= test.max) === test.inverted;
    return {
      test: ({ socket }) => {
        if (socket === undefined) return holdsWithoutSocket;
        if (wanted === 'absent') return false;
        if (socket.uid === undefined) return holdsWithoutUser;
        return !outside(uid, socket.uid) && !outside(gid, socket.gid ?? 0);
      },
    };
  },
};

/** A name, a number, or a range `A-B` or `A:B`. */
function parseIds(use: OptionUse, names: Readonly<Record<string, number>>): IdTest {
  const text = use.values[0]!;
  if (Object.hasOwn(names, text)) return { min: names[text]!, max: names[text]!, inverted: use.inverted };
  const first = readUnsigned(text);
  const hasSecond = first !== undefined && /[-:]/.test(text.charAt(first.end));
  const second = hasSecond ? readUnsigned(text, first.end + 1) : first;
  if (
    first === undefined ||
    second === undefined ||
    second.end !== text.length ||
    first.value > MOST ||
    second.value > MOST
  ) {
    badOption(use, `"${text}" is no id`, 'use a number, a range FROM-TO, or a name that every Debian has');
  }
  return { min: Number(first.value), max: Number(second.value), inverted: use.inverted };
}

function format(
  { socket, uid, gid, supplementary }: OwnerInfo,
  words: readonly [string, string, string, string],
  numeric: boolean,
): string {
  const ids = (word: string, test: IdTest | undefined, names: Readonly<Record<string, number>>): string => {
    if (test === undefined) return '';
    const name = numeric ? undefined : Object.entries(names).find(([, id]) => id === test.min)?.[0];
    return `${test.inverted ? ' !' : ''} ${word} ${test.min === test.max ? (name ?? test.min) : `${test.min}-${test.max}`}`;
  };
  const exists = socket === undefined ? '' : `${socket === 'absent' ? ' !' : ''} ${words[0]}`;
  return exists + ids(words[1], uid, USERS) + ids(words[2], gid, GROUPS) + (supplementary ? ` ${words[3]}` : '');
}
