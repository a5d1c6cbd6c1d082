/** Label values by label name. */
export type Labels = Readonly<Record<string, string>>;

type Kind = 'counter' | 'gauge' | 'histogram';

interface Histogram {
  readonly counts: number[];
  sum: number;
  count: number;
}

/** One metric with its series. */
class Metric {
  readonly name: string;
  readonly kind: Kind;
  readonly help: string;
  readonly buckets: readonly number[];
  readonly values = new Map<string, number>();
  readonly histograms = new Map<string, Histogram>();

  constructor(name: string, kind: Kind, help: string, buckets: readonly number[]) {
    this.name = name;
    this.kind = kind;
    this.help = help;
    this.buckets = buckets;
  }
}

/**
 * Metrics by name, printed in the text format of Prometheus. Metrics are declared before use; series come into being
 * when first touched.
 */
export class MetricsRegistry {
  readonly #metrics = new Map<string, Metric>();

  declare(name: string, kind: Kind, help: string, buckets: readonly number[] = []): void {
    this.#metrics.set(name, new Metric(name, kind, help, buckets));
  }

  /** Adds to a counter or gauge. */
  add(name: string, labels: Labels = {}, amount = 1): void {
    const metric = this.#metric(name);
    const key = labelText(labels);
    metric.values.set(key, (metric.values.get(key) ?? 0) + amount);
  }

  /** Sets a gauge. */
  set(name: string, value: number, labels: Labels = {}): void {
    this.#metric(name).values.set(labelText(labels), value);
  }

  /** Puts an observation into a histogram. */
  observe(name: string, value: number, labels: Labels = {}): void {
    const metric = this.#metric(name);
    const key = labelText(labels);
    let histogram = metric.histograms.get(key);
    if (histogram === undefined) {
      histogram = { counts: metric.buckets.map(() => 0), sum: 0, count: 0 };
      metric.histograms.set(key, histogram);
    }
    const at = metric.buckets.findIndex((bound) => value <= bound);
    if (at >= 0) histogram.counts[at]!++;
    histogram.sum += value;
    histogram.count++;
  }

  /** The value of a counter or gauge; 0 for a series never touched. For a histogram, the number of observations. */
  value(name: string, labels: Labels = {}): number {
    const metric = this.#metric(name);
    const key = labelText(labels);
    return metric.kind === 'histogram' ? (metric.histograms.get(key)?.count ?? 0) : (metric.values.get(key) ?? 0);
  }

  /** The sum of a histogram's observations. */
  sum(name: string, labels: Labels = {}): number {
    return this.#metric(name).histograms.get(labelText(labels))?.sum ?? 0;
  }

  /** Every metric, sorted by name, as `/metrics` answers. */
  text(): string {
    const lines: string[] = [];
    for (const name of [...this.#metrics.keys()].sort()) appendMetric(lines, this.#metrics.get(name)!);
    return lines.length === 0 ? '' : `${lines.join('\n')}\n`;
  }

  #metric(name: string): Metric {
    const metric = this.#metrics.get(name);
    if (metric === undefined) throw new RangeError(`no metric ${name}`);
    return metric;
  }
}

function appendMetric(lines: string[], metric: Metric): void {
  lines.push(`# HELP ${metric.name} ${metric.help}`, `# TYPE ${metric.name} ${metric.kind}`);
  for (const key of [...metric.values.keys()].sort()) {
    lines.push(`${metric.name}${key === '' ? '' : `{${key}}`} ${number(metric.values.get(key)!)}`);
  }
  for (const key of [...metric.histograms.keys()].sort()) {
    const { counts, sum, count } = metric.histograms.get(key)!;
    const with_ = key === '' ? '' : `${key},`;
    let seen = 0;
    for (const [index, bound] of metric.buckets.entries()) {
      seen += counts[index]!;
      lines.push(`${metric.name}_bucket{${with_}le="${number(bound)}"} ${seen}`);
    }
    lines.push(`${metric.name}_bucket{${with_}le="+Inf"} ${count}`);
    const labels = key === '' ? '' : `{${key}}`;
    lines.push(`${metric.name}_sum${labels} ${number(sum)}`, `${metric.name}_count${labels} ${count}`);
  }
}

/** Numbers as Go prints them (`%g`): an exponent of two digits at least below 1e-4 and from 1e+06. */
function number(value: number): string {
  if (value === 0 || !Number.isFinite(value)) return String(value).replace('Infinity', 'Inf');
  const text = value.toExponential();
  const power = Number(text.slice(text.indexOf('e') + 1));
  if (power >= -4 && power < 6) return String(value);
  return text.replace(/e([+-])(\d)$/, 'e$10$2');
}

function labelText(labels: Labels): string {
  return Object.keys(labels)
    .sort()
    .map(
      (name) =>
        `${name}="${labels[name]!.replace(/[\\"\n]/g, (character) => (character === '\n' ? '\\n' : `\\${character}`))}"`,
    )
    .join(',');
}
