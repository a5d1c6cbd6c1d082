import { formatDifference, type Scenario } from '@chainwalk/scenario';
import { type Judged, type JudgeOptions, judge } from './judge.ts';

/** A scenario with every packet traced, for its paths. */
export function traced(scenario: Scenario): Scenario {
  const rules = '-A PREROUTING -j TRACE\n-A OUTPUT -j TRACE\n';
  const text = scenario.iptables ?? '';
  if (/-j TRACE/.test(text)) return scenario;
  const raw = /^\*raw\n((?:[:#].*\n)*)/m;
  const iptables = raw.test(text) ? text.replace(raw, (head) => head + rules) : `*raw\n${rules}COMMIT\n${text}`;
  return { ...scenario, iptables };
}

/** Everything about a scenario that differs: what it is, what differs, and where its packets went on both sides. */
export async function describeDifferent(
  judged: Judged,
  { jobs, kernel }: Pick<JudgeOptions, 'jobs' | 'kernel'> = {},
): Promise<string> {
  const { scenario, differences } = judged;
  const lines = [`--- ${scenario.name ?? 'scenario'}`, describeScenario(scenario), ''];
  lines.push(...differences.map((difference) => formatDifference({ ...difference, scenario: '' })), '');
  if (judged.ours.failed === undefined && judged.kernel.failed === undefined) {
    const [walked] = await judge([traced(scenario)], { jobs, kernel, twice: false });
    lines.push('paths, with every packet traced:', ...paths(walked!));
  }
  return lines.join('\n');
}

/** A scenario as a person writes it: the configuration in the tools' words, a line for each step. */
function describeScenario(scenario: Scenario): string {
  const part = (title: string, text: string | undefined): string[] =>
    text === undefined || text === ''
      ? []
      : [
          `${title}:`,
          ...text
            .trimEnd()
            .split('\n')
            .map((line) => `  ${line}`),
        ];
  return [
    ...part(
      'interfaces',
      (scenario.interfaces ?? [])
        .map(({ name, addresses, ...rest }) =>
          [name, ...(addresses ?? []), ...Object.entries(rest).map(([key, value]) => `${key}=${value}`)].join(' '),
        )
        .join('\n'),
    ),
    ...part('routes', (scenario.routes ?? []).join('\n')),
    ...part(
      'sysctls',
      Object.entries(scenario.sysctls ?? {})
        .map(([name, value]) => `${name}=${value}`)
        .join('\n'),
    ),
    ...part('ipset', scenario.ipset),
    ...part('iptables', scenario.iptables),
    ...part('ipvs', scenario.ipvs),
    ...part('steps', scenario.steps.map((step, index) => `${index + 1} ${JSON.stringify(step)}`).join('\n')),
  ].join('\n');
}

function paths({ ours, kernel }: Judged): string[] {
  const steps = Math.max(ours.steps?.length ?? 0, kernel.steps?.length ?? 0);
  return Array.from({ length: steps }, (_, index) => {
    const [a, b] = [ours, kernel].map((side) => side.steps?.[index]?.trace?.join(' ') ?? '');
    return a === b ? `  ${index + 1} both: ${a}` : `  ${index + 1} chainwalk: ${a}\n  ${index + 1} kernel:    ${b}`;
  });
}

/**
 * Holds scenarios against a real kernel, and says of each whether chainwalk and the kernel agree; where they do not, what
 * differs and where the packets went on both sides. Needs what {@link file://./needs.ts} lists. What the kernel lacks
 * something for is named, and no disagreement.
 */
export async function judgeInWords(
  scenarios: readonly Scenario[],
  options: JudgeOptions = {},
): Promise<{ readonly text: string; readonly agree: boolean }> {
  const lines: string[] = [];
  let agree = true;
  for (const judged of await judge(scenarios, options)) {
    const name = judged.scenario.name ?? 'scenario';
    if (judged.outcome === 'equal') lines.push(`${name}: the kernel says the same`);
    else if (judged.outcome === 'ports')
      lines.push(`${name}: the kernel says the same, but for ports that are picked at random`);
    else if (judged.outcome === 'unstable') lines.push(`${name}: the kernel does not repeat itself`);
    else if (judged.outcome === 'left out') lines.push(`${name}: left out, this kernel lacks ${judged.why}`);
    else if (judged.outcome === 'refused') lines.push(`${name}: both refuse it: ${judged.ours.failed}`);
    else {
      agree = false;
      lines.push(await describeDifferent(judged, options));
    }
  }
  return { text: `${lines.join('\n')}\n`, agree };
}
