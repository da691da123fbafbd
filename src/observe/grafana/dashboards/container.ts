import type { Dashboard } from '@grafana/grafana-foundation-sdk/dashboard';
import { dashboardOf, labelVariable } from '../dashboard.ts';
import { figure, lines } from '../panels.ts';
import { inContainer, inNamespace, inWorkload, nearLimit, noneIsRight, throttled } from './common.ts';

/** What cAdvisor tells beyond the recorded series knows pods only: those of the workload are found by them. */
function ofWorkload(metric: string, by: string): string {
  const pods = `max by (namespace, pod) (0 * container:memory_working_set_bytes{${inWorkload}} + 1)`;
  return `max by (namespace, pod, ${by}) (${metric}) * on (namespace, pod) group_left () ${pods}`;
}

/** Of the containers that are chosen; without those of a pod's whole cgroup. */
const chosen = `${inNamespace}, container=~"$container", container!="", container!="POD"`;

/** One container, as exactly as the kernel counts. */
export function containerDashboard(): Dashboard {
  return dashboardOf({
    uid: 'plimsoll-container',
    title: 'Plimsoll / Container',
    about: 'One container of a workload, in all its pods.',
    from: 'now-3h',
    variables: [
      labelVariable('namespace', 'Namespace', 'container:memory_working_set_bytes'),
      labelVariable('workload', 'Workload', `container:memory_working_set_bytes{${inNamespace}}`),
      labelVariable('container', 'Container', `container:memory_working_set_bytes{${inWorkload}}`, { all: true }),
    ],
    rows: [
      { title: 'Now', panels: now() },
      { title: 'CPU and memory', panels: resources() },
      { title: 'What it holds', panels: holdings() },
    ],
  });
}

function now() {
  return [
    figure({
      title: 'Memory of the limit',
      about: 'The nearest one.',
      unit: 'percentunit',
      span: 6,
      thresholds: nearLimit,
      queries: [{ expr: `max(container:memory_limit_ratio{${inContainer}})`, legend: 'memory' }],
    }),
    figure({
      title: 'CPU throttled',
      about: 'The most throttled one.',
      unit: 'percentunit',
      span: 6,
      thresholds: throttled,
      queries: [{ expr: `max(container:cpu_throttled_ratio:rate5m{${inContainer}})`, legend: 'throttled' }],
    }),
    figure({
      title: 'Age of the image',
      about:
        'Since it was built, as the registry’s configuration says. No data where the registry cannot be asked, or the build wrote no date.',
      unit: 's',
      span: 6,
      thresholds: [
        { from: 90 * 86_400, color: 'yellow', why: 'a base image has usually had updates that close holes.' },
        { from: 365 * 86_400, color: 'red', why: 'a year without any update.' },
      ],
      queries: [{ expr: `max(plimsoll_image_age_seconds{${inContainer}})`, legend: 'age' }],
    }),
    figure({
      title: 'Started',
      about: 'How long the youngest one has been running.',
      unit: 's',
      span: 6,
      queries: [{ expr: `time() - max(container:start_time_seconds{${inContainer}})`, legend: 'since' }],
    }),
  ];
}

function resources() {
  return [
    lines({
      title: 'CPU',
      about: 'Cores in use and the limit of one container.',
      unit: 'short',
      span: 8,
      queries: [
        { expr: `container:cpu_usage_cores:rate5m{${inContainer}}`, legend: '{{pod}} {{container}}' },
        { expr: `max(container:cpu_limit_cores{${inContainer}})`, legend: 'limit' },
      ],
    }),
    lines({
      title: 'CPU throttled',
      about: 'Periods of 100 ms in which the container was stopped because its limit was used up.',
      unit: 'percentunit',
      span: 8,
      max: 1,
      thresholds: throttled,
      queries: [{ expr: `container:cpu_throttled_ratio:rate5m{${inContainer}}`, legend: '{{pod}} {{container}}' }],
    }),
    lines({
      title: 'CPU, by what it is',
      about: 'Its own work, and the kernel’s for it: much of the latter is input and output, or memory that is short.',
      unit: 'short',
      span: 8,
      queries: [
        {
          expr: ofWorkload(`rate(container_cpu_user_seconds_total{${chosen}}[$__rate_interval])`, 'container'),
          legend: '{{pod}} {{container}} own',
        },
        {
          expr: ofWorkload(`rate(container_cpu_system_seconds_total{${chosen}}[$__rate_interval])`, 'container'),
          legend: '{{pod}} {{container}} kernel',
        },
      ],
    }),
    lines({
      title: 'Memory',
      about: 'The working set decides on eviction; the limit on being killed.',
      unit: 'bytes',
      span: 12,
      queries: [
        { expr: `container:memory_working_set_bytes{${inContainer}}`, legend: '{{pod}} {{container}}' },
        { expr: `max(container:memory_limit_bytes{${inContainer}})`, legend: 'limit' },
      ],
    }),
    lines({
      title: 'Memory, by what it is',
      about:
        'Its own (rss) and files that the kernel keeps for it (cache): the latter is given back when memory is short.',
      unit: 'bytes',
      span: 12,
      queries: [
        { expr: ofWorkload(`container_memory_rss{${chosen}}`, 'container'), legend: '{{pod}} {{container}} rss' },
        { expr: ofWorkload(`container_memory_cache{${chosen}}`, 'container'), legend: '{{pod}} {{container}} cache' },
      ],
    }),
  ];
}

function holdings() {
  return [
    lines({
      title: 'Threads',
      about: 'A number that only rises is a leak, and ends at the pod’s limit of processes.',
      unit: 'short',
      span: 8,
      queries: [{ expr: ofWorkload(`container_threads{${chosen}}`, 'container'), legend: '{{pod}} {{container}}' }],
    }),
    lines({
      title: 'Killed for memory within 10 minutes',
      about: 'Processes that the kernel killed because the container reached its limit.',
      unit: 'short',
      span: 8,
      thresholds: noneIsRight,
      queries: [{ expr: `container:oom_kills:increase10m{${inContainer}}`, legend: '{{pod}} {{container}}' }],
    }),
    lines({
      title: 'Log file',
      about: 'Size on the node; smaller again after a rotation.',
      unit: 'bytes',
      span: 8,
      queries: [
        {
          expr: ofWorkload(`kubelet_container_log_filesystem_used_bytes{${chosen}}`, 'container'),
          legend: '{{pod}} {{container}}',
        },
      ],
    }),
  ];
}
