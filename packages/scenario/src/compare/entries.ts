import type { TimedEntry } from './multiset.ts';

/** The lines of a text that say something. */
export const linesOf = (text: string | undefined): string[] =>
  (text ?? '').split('\n').filter((line) => line.trim() !== '');

const squeezed = (line: string): string => line.trim().replace(/\s+/g, ' ');

/**
 * A line of `conntrack -L` or `-D` without its use count: protocol name and number come before the timeout, and with
 * `-o extended` the family's name and number before them.
 */
export function conntrackEntry(line: string): TimedEntry {
  const words = squeezed(line)
    .split(' ')
    .filter((word) => !word.startsWith('use='));
  const place = /^ipv[46]$/.test(words[0]!) ? 4 : 2;
  // An offloaded entry has none.
  const timeout = /^\d+$/.test(words[place] ?? '') ? Number(words.splice(place, 1)[0]) : 0;
  return { key: words.join(' '), timeout, text: line };
}

/** The connections that `ipvsadm -Lnc` lists; their expiry is written as minutes and seconds. */
export function ipvsConnections(text: string | undefined): TimedEntry[] {
  return linesOf(text).flatMap((line) => {
    const found = /^(\S+) +(\d+):(\d+) +(.*)$/.exec(line);
    if (found === null) return [];
    const [, protocol, minutes, seconds, rest] = found;
    return [{ key: `${protocol} ${squeezed(rest!)}`, timeout: Number(minutes) * 60 + Number(seconds), text: line }];
  });
}

/** What `ipset save` or `ipset list` says of the sets, in order, and their members. */
export interface IpsetEntries {
  readonly sets: readonly string[];
  readonly members: readonly TimedEntry[];
}

/** Reads `ipset save` or `ipset list` text. The random start of a hash and the memory that a set takes are left out. */
export function ipsetEntries(text: string | undefined): IpsetEntries {
  const sets: string[] = [];
  const members: TimedEntry[] = [];
  let listing: number | undefined; // the set whose members `ipset list` is printing
  for (const line of linesOf(text)) {
    const words = squeezed(line)
      .replace(/ initval 0x[0-9a-f]+/, '')
      .split(' ');
    if (words[0] === 'Name:') listing = undefined;
    if (words[0] === 'add' || listing !== undefined) {
      const at = words.indexOf('timeout');
      const timeout = at < 0 ? 0 : Number(words.splice(at, 2)[1]);
      members.push({ key: [listing ?? '', ...words].join(' '), timeout, text: line });
    } else if (!line.startsWith('Size in memory:')) sets.push(words.join(' '));
    if (words[0] === 'Members:') listing = sets.length;
  }
  return { sets, members };
}

/** Services of `ipvsadm -Ln` or `-Sn`, each as one text with its servers sorted. */
export function ipvsServices(text: string | undefined): string[] {
  const services: { service: string; servers: string[] }[] = [];
  for (const line of linesOf(text)) {
    if (/^(IP Virtual Server|Prot LocalAddress|\s+-> RemoteAddress)/.test(line)) continue;
    if (/^(\s+->|-a )/.test(line)) services.at(-1)?.servers.push(squeezed(line));
    else services.push({ service: squeezed(line), servers: [] });
  }
  return services.map(({ service, servers }) => [service, ...servers.sort()].join(' | '));
}

/** A chain of `iptables-save -c`: its policy with counters (`-` for a user's chain), its rules with theirs. */
export interface ChainEntries {
  policy: string;
  readonly rules: string[];
}

/** Reads `iptables-save -c` text: table, chain, what is in it. Comment lines are left out. */
export function iptablesTables(text: string | undefined): Map<string, Map<string, ChainEntries>> {
  const tables = new Map<string, Map<string, ChainEntries>>();
  let chains: Map<string, ChainEntries> | undefined;
  for (const line of linesOf(text)) {
    if (line.startsWith('*')) {
      chains = new Map();
      tables.set(line.slice(1).trim(), chains);
    } else if (line.startsWith(':') && chains !== undefined) {
      const [name, policy, counters] = line.slice(1).split(' ');
      // The kernel keeps no counters for a user's chain.
      chains.set(name!, { policy: policy === '-' ? '-' : `${policy} ${counters ?? ''}`.trim(), rules: [] });
    } else if (!line.startsWith('#') && line !== 'COMMIT' && chains !== undefined) {
      const name = /(?:^|\s)-A (\S+)/.exec(line)?.[1] ?? '';
      let chain = chains.get(name);
      if (chain === undefined) chains.set(name, (chain = { policy: '-', rules: [] }));
      chain.rules.push(line);
    }
  }
  return tables;
}

/** JSON with sorted keys: equal values have equal text. */
export function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (value !== null && typeof value === 'object') {
    const fields = Object.entries(value)
      .filter(([, field]) => field !== undefined)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, field]) => `${JSON.stringify(key)}:${canonical(field)}`);
    return `{${fields.join(',')}}`;
  }
  return JSON.stringify(value);
}
