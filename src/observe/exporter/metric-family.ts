import { printable } from '../../core/printable.ts';

export type Labels = Readonly<Record<string, string>>;

export interface Sample {
  readonly labels: Labels;
  readonly value: number;
}

/** One metric with all its series. */
export interface MetricFamily {
  readonly name: string;
  readonly help: string;
  readonly type: 'gauge' | 'counter';
  readonly labels: readonly string[];
  readonly samples: readonly Sample[];
  /** Series that were left out because there were too many. */
  readonly dropped: number;
}

export interface FamilyDefinition {
  readonly name: string;
  readonly help: string;
  readonly type?: 'gauge' | 'counter';
  readonly labels: readonly string[];
}

/** What happens when a series gets a second value. */
export type Merge = 'sum' | 'max' | 'last';

/** Collects the series of one metric. */
export interface FamilyBuilder {
  add(labels: Labels, value: number, merge?: Merge): void;
  readonly family: MetricFamily;
}

/**
 * Series of one metric: ten thousand are 1 MB of text and what a Prometheus takes from one target without a thought. More would be a cluster
 * whose images somebody names at random.
 */
export const maximumSeries = 10_000;

/** The longest name of an image that the reference grammar knows has about 400 characters. */
const longestLabel = 512;

/** Collects series, the same labels only once, at most {@link maximumSeries} of them. Label values may be anything. */
export function familyBuilder({ name, help, type = 'gauge', labels }: FamilyDefinition): FamilyBuilder {
  const samples = new Map<string, { labels: Labels; value: number }>();
  let dropped = 0;
  return {
    add(given, value, merge = 'last') {
      if (!Number.isFinite(value)) return;
      const clean = Object.fromEntries(labels.map((label) => [label, labelValue(given[label] ?? '')]));
      const key = labels.map((label) => clean[label]).join('\0');
      const there = samples.get(key);
      if (there) there.value = merged(there.value, value, merge);
      else if (samples.size < maximumSeries) samples.set(key, { labels: clean, value });
      else dropped += 1;
    },
    get family() {
      return { name, help, type, labels, samples: [...samples.values()], dropped };
    },
  };
}

/** The same text as Prometheus' label value; the exposition format's own escapes come when it is written. */
function labelValue(text: string): string {
  return printable(text.length > longestLabel ? text.slice(0, longestLabel) : text);
}

function merged(one: number, other: number, merge: Merge): number {
  if (merge === 'sum') return one + other;
  return merge === 'max' ? Math.max(one, other) : other;
}

/** The metrics in Prometheus' text format (https://prometheus.io/docs/instrumenting/exposition_formats/). */
export async function renderFamilies(families: readonly MetricFamily[]): Promise<string> {
  const { Registry, Gauge, Counter } = await import('prom-client');
  const registry = new Registry();
  for (const { name, help, type, labels, samples } of families) {
    const definition = { name, help, labelNames: [...labels], registers: [registry] };
    if (type === 'counter') {
      const counter = new Counter(definition);
      for (const sample of samples) counter.inc(sample.labels, sample.value);
    } else {
      const gauge = new Gauge(definition);
      if (labels.length === 0 && samples.length === 0) continue;
      for (const sample of samples) gauge.set(sample.labels, sample.value);
    }
  }
  return registry.metrics();
}
