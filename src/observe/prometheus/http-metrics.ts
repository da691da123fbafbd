import type { ObservePlan } from '../observe-plan.ts';
import { indent, withWorkload } from '../promql.ts';
import type { RecordingRule } from './rule.ts';

/**
 * Counters of requests by the conventions of the usual libraries: Prometheus' own examples, Micrometer (Spring Boot), OpenTelemetry.
 * https://opentelemetry.io/docs/specs/semconv/http/http-metrics/
 */
const requestCounters = [
  'http_requests_total',
  'http_server_requests_seconds_count',
  'http_server_request_duration_seconds_count',
  'http_request_duration_seconds_count',
];

const durationHistograms = [
  'http_request_duration_seconds',
  'http_server_requests_seconds',
  'http_server_request_duration_seconds',
];

/** Under which label they have the status of the answer. */
const statusLabels = ['code', 'status', 'status_code', 'http_status_code', 'http_response_status_code'];

/** Whether a name may stand in PromQL as it is. */
const metricName = /^[a-zA-Z_:][a-zA-Z0-9_:]{0,199}$/;

/** Requests and their durations under names of our own, so that alerts, dashboards and autoscalers need not know the libraries. */
export function httpRecords({ workloads }: ObservePlan): readonly RecordingRule[] {
  const own = (pick: (metrics: NonNullable<ObservePlan['workloads'][number]['metrics']>) => string | undefined) =>
    workloads.flatMap(({ metrics }) => {
      const name = metrics && pick(metrics);
      return name !== undefined && metricName.test(name) ? [name] : [];
    });
  const counters = unique([...requestCounters, ...own(({ requestMetric }) => requestMetric)]);
  const histograms = unique([...durationHistograms, ...own(({ durationMetric }) => durationMetric)]);
  return [
    {
      record: 'pod:http_requests:rate5m',
      why: 'Requests a second by class of the answer (2xx, 5xx), under the names and labels that the usual libraries give them; of two counters of one pod the first counts.',
      expr: withWorkload(counters.map(requestsOf).join('\nor on (namespace, pod)\n')),
    },
    {
      record: 'workload:http_errors:ratio5m',
      why: 'Of all requests, those that were answered with 5xx; 0 when there was none.',
      expr: `(
  sum by (namespace, workload) (pod:http_requests:rate5m{class="5xx"})
  or
  0 * sum by (namespace, workload) (pod:http_requests:rate5m)
)
/
sum by (namespace, workload) (pod:http_requests:rate5m)`,
    },
    {
      record: 'workload:http_duration_seconds:p95_5m',
      why: 'Nineteen of twenty requests take no longer; read from the buckets, and as exact as they are.',
      expr: `histogram_quantile(
  0.95,
  sum by (namespace, workload, le) (
${indent(withWorkload(histograms.map(bucketsOf).join('\nor on (namespace, pod)\n')), '    ')}
  )
)`,
    },
  ];
}

function unique(names: readonly string[]): string[] {
  return [...new Set(names)];
}

function requestsOf(counter: string): string {
  const classed = statusLabels.reduce(
    (inner, label) => `label_replace(\n${indent(inner)},\n  "class", "\${1}xx", "${label}", "([1-5])..")`,
    `rate(${counter}[5m])`,
  );
  return `sum by (namespace, pod, class) (\n${indent(classed)}\n)`;
}

function bucketsOf(histogram: string): string {
  return `sum by (namespace, pod, le) (rate(${histogram}_bucket[5m]))`;
}
