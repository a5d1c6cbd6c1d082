/** How members of a type are written, part by part. */
export type ElementPart =
  /** An address, and in IPv4 also a range or network of them. */
  | 'ip'
  | 'plain-ip'
  /** A network, and in IPv4 also a range. */
  | 'net'
  | 'port'
  | 'tcp-udp-port'
  | 'mark'
  | 'ether'
  | 'iface'
  | 'setname';

/** Ranges that a command may refuse although they can be read. */
export type RangeKind = 'cidr' | 'ip-to' | 'port-to';

/** What the `ipset` program knows of a type: words, not meaning. */
export interface TypeSyntax {
  readonly name: string;
  /** Names of old. */
  readonly aliases: readonly string[];
  readonly families: 'both' | 'inet' | 'none';
  readonly parts: readonly ElementPart[];
  readonly lastOptional?: boolean;
  /** Options of `create` besides those that every type has. */
  readonly create: readonly string[];
  /** Options that only a later kernel than 6.1 has, with their revision. */
  readonly later?: { readonly options: readonly string[]; readonly revision: number };
  /** Options of `add` besides those that every type has. */
  readonly add: readonly string[];
  readonly del: readonly string[];
  readonly test: readonly string[];
  readonly refusedInAdd: readonly RangeKind[];
  readonly refusedInTest: readonly RangeKind[];
}

const HASH_CREATE: readonly string[] = [
  'hashsize',
  'maxelem',
  'forceadd',
  'bucketsize',
  'initval',
  'probes',
  'resize',
  'gc',
];
const FAMILY: readonly string[] = ['family', '-4', '-6', 'inet', 'inet6'];

type Differences = Partial<TypeSyntax> & Pick<TypeSyntax, 'name' | 'parts'>;

function hash(differences: Differences, extra: readonly string[] = []): TypeSyntax {
  const families = differences.families ?? 'both';
  return {
    aliases: [],
    add: [],
    del: [],
    test: [],
    refusedInAdd: [],
    refusedInTest: [],
    create: [...(families === 'both' ? FAMILY : []), ...HASH_CREATE, ...extra],
    ...differences,
    families,
  };
}

const NOMATCH: Pick<TypeSyntax, 'add' | 'test'> = { add: ['nomatch'], test: ['nomatch'] };
const RANGE: readonly string[] = ['range', 'from', 'to'];

/** All types in the order in which this is written; `hash:ip` is what most people use. */
const TYPE_SYNTAX: readonly TypeSyntax[] = [
  hash({ name: 'hash:ip', aliases: ['iphash'], parts: ['ip'], later: { options: ['bitmask'], revision: 6 } }, [
    'netmask',
  ]),
  hash({ name: 'hash:net', aliases: ['nethash'], parts: ['net'], ...NOMATCH, refusedInTest: ['ip-to'] }),
  hash({
    name: 'hash:ip,port',
    aliases: ['ipporthash'],
    parts: ['ip', 'port'],
    later: { options: ['netmask', 'bitmask'], revision: 7 },
    refusedInTest: ['cidr', 'ip-to', 'port-to'],
  }),
  hash({
    name: 'hash:ip,port,ip',
    aliases: ['ipportiphash'],
    parts: ['ip', 'port', 'plain-ip'],
    refusedInTest: ['cidr', 'ip-to', 'port-to'],
  }),
  hash({
    name: 'hash:ip,port,net',
    aliases: ['ipportnethash'],
    parts: ['ip', 'port', 'net'],
    ...NOMATCH,
    refusedInTest: ['cidr', 'ip-to', 'port-to'],
  }),
  hash({ name: 'hash:ip,mark', aliases: ['ipmarkhash'], parts: ['ip', 'mark'] }, ['markmask']),
  hash({
    name: 'hash:ip,mac',
    aliases: ['ipmachash'],
    parts: ['ip', 'ether'],
    refusedInAdd: ['cidr', 'ip-to'],
    refusedInTest: ['cidr', 'ip-to'],
  }),
  hash({ name: 'hash:mac', aliases: ['machash'], families: 'none', parts: ['ether'] }),
  hash({
    name: 'hash:net,port',
    aliases: ['netporthash'],
    parts: ['net', 'port'],
    ...NOMATCH,
    refusedInTest: ['ip-to', 'port-to'],
  }),
  hash({
    name: 'hash:net,iface',
    aliases: ['netifacehash'],
    parts: ['net', 'iface'],
    add: ['nomatch', 'wildcard'],
    test: ['nomatch'],
    refusedInTest: ['ip-to'],
  }),
  hash({
    name: 'hash:net,net',
    aliases: ['netnethash'],
    parts: ['net', 'net'],
    ...NOMATCH,
    later: { options: ['netmask', 'bitmask'], revision: 4 },
    refusedInTest: ['ip-to'],
  }),
  hash({
    name: 'hash:net,port,net',
    aliases: ['netportnethash'],
    parts: ['net', 'port', 'net'],
    ...NOMATCH,
    refusedInTest: ['ip-to', 'port-to'],
  }),
  hash({
    name: 'bitmap:ip',
    aliases: ['ipmap'],
    families: 'inet',
    parts: ['ip'],
    create: [...RANGE, 'network', 'netmask', 'gc'],
    refusedInTest: ['cidr', 'ip-to'],
  }),
  hash({
    name: 'bitmap:ip,mac',
    aliases: ['macipmap'],
    families: 'inet',
    parts: ['plain-ip', 'ether'],
    lastOptional: true,
    create: [...RANGE, 'network', 'matchunset', 'gc'],
  }),
  hash({
    name: 'bitmap:port',
    aliases: ['portmap'],
    families: 'none',
    parts: ['tcp-udp-port'],
    create: [...RANGE, 'gc'],
    refusedInTest: ['port-to'],
  }),
  hash({
    name: 'list:set',
    aliases: ['setlist'],
    families: 'none',
    parts: ['setname'],
    create: ['size'],
    add: ['before', 'after'],
    del: ['before', 'after'],
    test: ['before', 'after'],
  }),
];

const BY_NAME: ReadonlyMap<string, TypeSyntax> = new Map(
  TYPE_SYNTAX.flatMap((syntax) => [syntax.name, ...syntax.aliases].map((name) => [name, syntax] as const)),
);

/** The syntax of a type by its name, today's or an old one. */
export function syntaxOf(name: string): TypeSyntax | undefined {
  return BY_NAME.get(name);
}
