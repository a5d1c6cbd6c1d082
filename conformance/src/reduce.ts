import type { Scenario, Step } from '@chainwalk/scenario';

/** A smaller scenario than the one it was made of, and what was left out. */
export interface Reduction {
  readonly scenario: Scenario;
  readonly without: string;
}

/** A part of a scenario that can be left out: what it is called, and the scenario without it. */
interface Part {
  readonly name: string;
  readonly remove: (scenario: Scenario) => Scenario;
}

/**
 * Scenarios that are a part smaller than this one, the boldest first: halves and quarters of the steps and rules, then
 * single ones with whatever refers to them, then parts of rules and fields of packets. Works on any scenario, generated,
 * recorded or written by hand, and gives candidates by the batch, because asking a kernel costs a boot.
 */
export function reductions(scenario: Scenario, fineness: number): Reduction[] {
  const parts = fineness < 3 ? coarseParts(scenario) : fineParts(scenario);
  const chunkSize = fineness < 3 ? Math.max(1, Math.ceil(parts.length / [4, 10, parts.length || 1][fineness]!)) : 1;
  const result: Reduction[] = [];
  for (let from = 0; from < parts.length; from += chunkSize) {
    const chunk = parts.slice(from, from + chunkSize);
    result.push({
      scenario: chunk.reduce((smaller, part) => part.remove(smaller), scenario),
      without: chunk.map((part) => part.name).join(', '),
    });
  }
  return result.filter((reduction) => size(reduction.scenario) < size(scenario));
}

/** How much there is to read in a scenario; a chain that drops by policy is more to think about than one that accepts. */
export function size(scenario: Scenario): number {
  return JSON.stringify(scenario).length + 10 * ((scenario.iptables ?? '').match(/^:\S+ DROP/gm)?.length ?? 0);
}

/** Steps, rules, chains, tables, sets, services, devices, routes, sysctls. */
function coarseParts(scenario: Scenario): Part[] {
  return [
    ...scenario.steps.map(
      (step): Part => ({ name: `step ${JSON.stringify(step)}`, remove: (s) => withoutStep(s, step) }),
    ),
    ...tables(scenario.iptables).map(
      (table): Part => ({
        name: `*${table}`,
        remove: (s) => text(s, 'iptables', withoutTable(s.iptables ?? '', table)),
      }),
    ),
    ...linesOf(scenario.iptables, /^:\S+ -/).map(
      (line): Part => ({ name: line, remove: (s) => text(s, 'iptables', withoutChain(s.iptables ?? '', line)) }),
    ),
    ...linesOf(scenario.iptables, /^-A /).map(
      (line): Part => ({ name: line, remove: (s) => text(s, 'iptables', withoutLine(s.iptables ?? '', line)) }),
    ),
    ...linesOf(scenario.ipvs, /^-A /).map(
      (line): Part => ({ name: line, remove: (s) => text(s, 'ipvs', withoutService(s.ipvs ?? '', line)) }),
    ),
    ...linesOf(scenario.ipvs, /^-a /).map(
      (line): Part => ({ name: line, remove: (s) => text(s, 'ipvs', withoutLine(s.ipvs ?? '', line)) }),
    ),
    ...linesOf(scenario.ipset, /^create /).map(
      (line): Part => ({ name: line, remove: (s) => withoutSet(s, line.split(' ')[1]!) }),
    ),
    ...linesOf(scenario.ipset, /^add /).map(
      (line): Part => ({ name: line, remove: (s) => text(s, 'ipset', withoutLine(s.ipset ?? '', line)) }),
    ),
    ...(scenario.routes ?? []).map(
      (route): Part => ({
        name: route,
        remove: (s) => ({ ...s, routes: (s.routes ?? []).filter((other) => other !== route) }),
      }),
    ),
    ...Object.keys(scenario.sysctls ?? {}).map(
      (name): Part => ({
        name,
        remove: (s) => ({
          ...s,
          sysctls: Object.fromEntries(Object.entries(s.sysctls ?? {}).filter(([other]) => other !== name)),
        }),
      }),
    ),
    ...(scenario.interfaces ?? []).map(
      (device): Part => ({
        name: device.name,
        remove: (s) => ({ ...s, interfaces: (s.interfaces ?? []).filter((other) => other.name !== device.name) }),
      }),
    ),
  ];
}

/** Matches of rules, and fields of packets that can have their usual value. */
function fineParts(scenario: Scenario): Part[] {
  const rules = linesOf(scenario.iptables, /^-A /).flatMap((line) =>
    shorterRules(line).map(
      (shorter): Part => ({
        name: `${line} -> ${shorter}`,
        remove: (s) =>
          text(
            s,
            'iptables',
            (s.iptables ?? '').replace(line, () => shorter),
          ),
      }),
    ),
  );
  const fields = scenario.steps.flatMap((step) => {
    const packet = step.packet;
    if (packet === undefined) return [];
    return (['tos', 'ttl', 'payload', 'win'] as const)
      .filter((field) => packet[field] !== undefined && packet[field] !== (field === 'ttl' ? 64 : 0))
      .map(
        (field): Part => ({
          name: `${field} of ${JSON.stringify(step)}`,
          remove: (s) => ({
            ...s,
            steps: s.steps.map((other) =>
              other === step ? { ...step, packet: { ...packet, [field]: undefined } } : other,
            ),
          }),
        }),
      );
  });
  const policies = linesOf(scenario.iptables, /^:\S+ DROP/).map(
    (line): Part => ({
      name: line,
      remove: (s) => text(s, 'iptables', (s.iptables ?? '').replace(line, line.replace('DROP', 'ACCEPT'))),
    }),
  );
  return [...rules, ...policies, ...fields];
}

const linesOf = (source: string | undefined, kind: RegExp): string[] => [
  ...new Set((source ?? '').split('\n').filter((line) => kind.test(line))),
];
const tables = (source: string | undefined): string[] => linesOf(source, /^\*/).map((line) => line.slice(1));

function text(scenario: Scenario, field: 'iptables' | 'ipset' | 'ipvs', value: string): Scenario {
  const { [field]: _, ...rest } = scenario;
  return value.trim() === '' ? rest : { ...rest, [field]: value };
}

const withoutLine = (source: string, line: string): string => {
  const lines = source.split('\n');
  const at = lines.indexOf(line);
  return at < 0 ? source : [...lines.slice(0, at), ...lines.slice(at + 1)].join('\n');
};

function withoutTable(source: string, table: string): string {
  let inside = false;
  return source
    .split('\n')
    .filter((line) => {
      if (line.startsWith('*')) inside = line === `*${table}`;
      const dropped = inside;
      if (line === 'COMMIT') inside = false;
      return !dropped;
    })
    .join('\n');
}

/** A chain of one table goes with its rules and with those that jump to it. */
function withoutChain(source: string, declaration: string): string {
  const name = declaration.split(' ')[0]!.slice(1);
  // Two tables may have a chain of the same name; then both lose it.
  return source
    .split('\n')
    .filter(
      (line) =>
        !line.startsWith(`:${name} `) &&
        !line.startsWith(`-A ${name} `) &&
        !new RegExp(`(-j|-g) ${escaped(name)}$`).test(line),
    )
    .join('\n');
}

function withoutService(source: string, line: string): string {
  const key = line.split(' ').slice(1, 3).join(' ');
  return source
    .split('\n')
    .filter((other) => !other.startsWith(`-A ${key} `) && !other.startsWith(`-a ${key} `))
    .join('\n');
}

function withoutSet(scenario: Scenario, name: string): Scenario {
  const mine = new RegExp(`(--match-set|--add-set|--del-set) ${escaped(name)}( |$)`);
  const sets = (scenario.ipset ?? '').split('\n').filter((line) => {
    const words = line.split(' ');
    return words[1] !== name && words[2] !== name;
  });
  const rules = (scenario.iptables ?? '').split('\n').filter((line) => !mine.test(line));
  return text(text(scenario, 'ipset', sets.join('\n')), 'iptables', rules.join('\n'));
}

/** Without a step, and without those that answer it. */
function withoutStep(scenario: Scenario, step: Step): Scenario {
  const gone = (other: Step): boolean =>
    same(other, step) || (step.id !== undefined && (other.reply === step.id || other.reply_error === step.id));
  let first = true;
  return {
    ...scenario,
    steps: scenario.steps.filter((other) => {
      if (!gone(other)) return true;
      if (!same(other, step)) return false;
      const drop = first;
      first = false;
      return !drop;
    }),
  };
}

const same = (a: Step, b: Step): boolean => a === b || JSON.stringify(a) === JSON.stringify(b);
const escaped = (name: string): string => name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

/** A rule without one of its matches, or with ACCEPT for its target. */
function shorterRules(line: string): string[] {
  const words = line.match(/"(?:[^"\\]|\\.)*"|\S+/g) ?? [];
  const starts: number[] = [];
  for (const [place, word] of words.entries()) {
    if (place < 2) continue;
    const negated = words[place - 1] === '!';
    if (/^(-[sdiompjg])$/.test(word)) starts.push(negated ? place - 1 : place);
  }
  const result: string[] = [];
  for (const [index, start] of starts.entries()) {
    const end = starts[index + 1] ?? words.length;
    const first = words[start] === '!' ? words[start + 1] : words[start];
    if (first === '-j' || first === '-g') continue;
    result.push([...words.slice(0, start), ...words.slice(end)].join(' '));
  }
  return result;
}
