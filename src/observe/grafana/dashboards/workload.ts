import type { Dashboard } from '@grafana/grafana-foundation-sdk/dashboard';
import { dashboardOf, labelVariable } from '../dashboard.ts';
import { lines, rows } from '../panels.ts';
import { inNamespace, inWorkload, nearLimit, noneIsRight, throttled } from './common.ts';

/** One workload, pod by pod: what it uses, whether it answers, what it runs. */
export function workloadDashboard(): Dashboard {
  return dashboardOf({
    uid: 'plimsoll-workload',
    title: 'Plimsoll / Workload',
    about: 'One workload, pod by pod.',
    from: 'now-6h',
    variables: [
      labelVariable('namespace', 'Namespace', 'container:memory_working_set_bytes'),
      labelVariable('workload', 'Workload', `container:memory_working_set_bytes{${inNamespace}}`),
    ],
    rows: [
      { title: 'Requests', panels: requests() },
      { title: 'Resources', panels: resources() },
      { title: 'Health', panels: health() },
      { title: 'Images', panels: images() },
    ],
  });
}

function requests() {
  return [
    lines(
      {
        title: 'Requests',
        about: 'A second, by class of the answer. Only where the application counts them.',
        unit: 'reqps',
        span: 8,
        queries: [{ expr: `sum by (class) (pod:http_requests:rate5m{${inWorkload}})`, legend: '{{class}}' }],
      },
      { stacked: true },
    ),
    lines({
      title: 'Errors',
      about: 'Share of the requests that were answered with 5xx.',
      unit: 'percentunit',
      span: 8,
      thresholds: [
        { from: 0.01, color: 'yellow', why: 'one of a hundred is what many objectives allow in all.' },
        { from: 0.05, color: 'red', why: 'the alert on errors fires at one of twenty.' },
      ],
      queries: [{ expr: `workload:http_errors:ratio5m{${inWorkload}}`, legend: 'errors' }],
    }),
    lines({
      title: 'Duration',
      about: 'Nineteen of twenty requests take no longer.',
      unit: 's',
      span: 8,
      thresholds: [{ from: 1, color: 'red', why: 'people notice that they wait, and the alert on latency fires.' }],
      queries: [{ expr: `workload:http_duration_seconds:p95_5m{${inWorkload}}`, legend: '95 %' }],
    }),
  ];
}

function resources() {
  return [
    lines({
      title: 'CPU by pod',
      about: 'Cores in use. The limit, where there is one, is that of one pod.',
      unit: 'short',
      span: 8,
      queries: [
        { expr: `sum by (pod) (container:cpu_usage_cores:rate5m{${inWorkload}})`, legend: '{{pod}}' },
        { expr: `max(sum by (pod) (container:cpu_limit_cores{${inWorkload}}))`, legend: 'limit' },
      ],
    }),
    lines({
      title: 'CPU throttled',
      about: 'Periods of 100 ms in which the container was stopped because its limit was used up.',
      unit: 'percentunit',
      span: 8,
      max: 1,
      thresholds: throttled,
      queries: [
        {
          expr: `max by (pod, container) (container:cpu_throttled_ratio:rate5m{${inWorkload}})`,
          legend: '{{pod}} {{container}}',
        },
      ],
    }),
    lines({
      title: 'Memory of the limit',
      about: 'A line that only rises from one restart to the next is a leak.',
      unit: 'percentunit',
      span: 8,
      max: 1,
      thresholds: nearLimit,
      queries: [
        {
          expr: `max by (pod, container) (container:memory_limit_ratio{${inWorkload}})`,
          legend: '{{pod}} {{container}}',
        },
      ],
    }),
    lines({
      title: 'Memory by pod',
      about: 'Working set, and the limit of one pod.',
      unit: 'bytes',
      span: 12,
      queries: [
        { expr: `sum by (pod) (container:memory_working_set_bytes{${inWorkload}})`, legend: '{{pod}}' },
        { expr: `max(sum by (pod) (container:memory_limit_bytes{${inWorkload}}))`, legend: 'limit' },
      ],
    }),
    lines({
      title: 'Logs written',
      about: 'Bytes within a minute: what the log agent has to keep up with.',
      unit: 'bytes',
      span: 12,
      queries: [
        {
          expr: `sum by (pod, container) (container:log_written_bytes:delta1m{${inWorkload}})`,
          legend: '{{pod}} {{container}}',
        },
      ],
    }),
  ];
}

function health() {
  return [
    lines({
      title: 'Restarts within 15 minutes',
      about: 'Each change of a container’s start is one.',
      unit: 'short',
      span: 8,
      queries: [
        {
          expr: `sum by (pod, container) (changes(container:start_time_seconds{${inWorkload}}[15m]))`,
          legend: '{{pod}} {{container}}',
        },
      ],
    }),
    lines({
      title: 'Killed for memory within 10 minutes',
      about: 'Processes that the kernel killed because the container reached its limit.',
      unit: 'short',
      span: 8,
      thresholds: noneIsRight,
      queries: [
        {
          expr: `sum by (pod, container) (container:oom_kills:increase10m{${inWorkload}})`,
          legend: '{{pod}} {{container}}',
        },
      ],
    }),
    lines({
      title: 'Probes that fail',
      about: 'A second, by kind of probe. Only where the containers have probes.',
      unit: 'short',
      span: 8,
      queries: [
        {
          expr: `sum by (pod, probe_type) (container:probe_failures:rate5m{${inWorkload}}) or 0 * sum by (pod, probe_type) (container:probe_successes:rate5m{${inWorkload}})`,
          legend: '{{pod}} {{probe_type}}',
        },
      ],
    }),
  ];
}

function images() {
  return [
    rows(
      {
        title: 'Images that run',
        about: 'As plimsoll exporter reads them. Two digests of one image are a rollout, or a tag that was moved.',
        unit: 'short',
        span: 24,
        queries: [{ expr: `plimsoll_container_image_info{${inWorkload}}`, legend: '' }],
      },
      { container: 'Container', image: 'Image', digest: 'Digest', pull_policy: 'Pull policy', Value: 'Containers' },
    ),
  ];
}
