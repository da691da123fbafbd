import type { Dashboard } from '@grafana/grafana-foundation-sdk/dashboard';
import { dashboardOf, labelVariable } from '../dashboard.ts';
import { figure, lines, rows } from '../panels.ts';
import { full, inNamespace, nearLimit, noneIsRight, podNetwork } from './common.ts';

/** What the workloads of one namespace use, and which of them are in trouble. */
export function namespaceDashboard(): Dashboard {
  return dashboardOf({
    uid: 'plimsoll-namespace',
    title: 'Plimsoll / Namespace',
    about: 'The workloads of one namespace side by side.',
    from: 'now-6h',
    variables: [labelVariable('namespace', 'Namespace', 'container:memory_working_set_bytes')],
    rows: [
      { title: 'Now', panels: now() },
      { title: 'Workloads', panels: workloads() },
      { title: 'Trouble', panels: trouble() },
      { title: 'Storage and logs', panels: storage() },
    ],
  });
}

function now() {
  return [
    figure({
      title: 'Containers',
      about: 'Containers that run.',
      unit: 'short',
      span: 6,
      queries: [{ expr: `count(container:memory_working_set_bytes{${inNamespace}})`, legend: 'containers' }],
    }),
    figure({
      title: 'CPU',
      about: 'Cores in use.',
      unit: 'short',
      span: 6,
      queries: [{ expr: `sum(container:cpu_usage_cores:rate5m{${inNamespace}})`, legend: 'cores' }],
    }),
    figure({
      title: 'Memory',
      about: 'Working set of all containers.',
      unit: 'bytes',
      span: 6,
      queries: [{ expr: `sum(container:memory_working_set_bytes{${inNamespace}})`, legend: 'memory' }],
    }),
    figure({
      title: 'Alerts that fire',
      about: 'Alerts on something in this namespace.',
      unit: 'short',
      span: 6,
      thresholds: noneIsRight,
      queries: [
        { expr: `count(ALERTS{alertstate="firing", severity!="none", ${inNamespace}}) or vector(0)`, legend: 'alerts' },
      ],
    }),
  ];
}

function workloads() {
  return [
    lines(
      {
        title: 'CPU by workload',
        about: 'Cores in use.',
        unit: 'short',
        span: 8,
        queries: [
          { expr: `sum by (workload) (container:cpu_usage_cores:rate5m{${inNamespace}})`, legend: '{{workload}}' },
        ],
      },
      { stacked: true },
    ),
    lines(
      {
        title: 'Memory by workload',
        about: 'Working set.',
        unit: 'bytes',
        span: 8,
        queries: [
          { expr: `sum by (workload) (container:memory_working_set_bytes{${inNamespace}})`, legend: '{{workload}}' },
        ],
      },
      { stacked: true },
    ),
    lines({
      title: 'Network by pod',
      about: 'Received and sent.',
      unit: 'binBps',
      span: 8,
      queries: [
        {
          expr: `sum by (pod) (rate(container_network_receive_bytes_total{${inNamespace}, ${podNetwork}}[$__rate_interval]))`,
          legend: '{{pod}} in',
        },
        {
          expr: `sum by (pod) (rate(container_network_transmit_bytes_total{${inNamespace}, ${podNetwork}}[$__rate_interval]))`,
          legend: '{{pod}} out',
        },
      ],
    }),
    lines({
      title: 'Memory of the limit',
      about: 'The container of each workload that is nearest to its limit. Without a limit there is no line.',
      unit: 'percentunit',
      span: 12,
      max: 1,
      thresholds: nearLimit,
      queries: [
        {
          expr: `max by (workload, container) (container:memory_limit_ratio{${inNamespace}})`,
          legend: '{{workload}} {{container}}',
        },
      ],
    }),
    lines({
      title: 'Pods that run',
      about: 'Pods of which at least one container runs.',
      unit: 'short',
      span: 12,
      queries: [{ expr: `count by (workload) (pod:running_containers{${inNamespace}} > 0)`, legend: '{{workload}}' }],
    }),
  ];
}

function trouble() {
  return [
    lines({
      title: 'Restarts within 15 minutes',
      about: 'Each change of a container’s start is one.',
      unit: 'short',
      span: 8,
      queries: [
        {
          expr: `sum by (workload, container) (changes(container:start_time_seconds{${inNamespace}}[15m]))`,
          legend: '{{workload}} {{container}}',
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
          expr: `sum by (workload, container) (container:oom_kills:increase10m{${inNamespace}})`,
          legend: '{{workload}} {{container}}',
        },
      ],
    }),
    rows(
      {
        title: 'Containers that do not run',
        about: 'By the reason that the kubelet gives, as plimsoll exporter reads it. An empty table is what should be.',
        unit: 'short',
        span: 8,
        thresholds: noneIsRight,
        queries: [
          {
            expr: `plimsoll_container_waiting{${inNamespace}} or 0 * plimsoll_container_image_info{${inNamespace}}`,
            legend: '',
          },
        ],
      },
      { workload: 'Workload', container: 'Container', image: 'Image', reason: 'Reason', Value: 'Containers' },
    ),
  ];
}

function storage() {
  return [
    lines({
      title: 'Volumes',
      about: 'Share of each volume in use; only volumes of drivers that tell the kubelet.',
      unit: 'percentunit',
      span: 12,
      max: 1,
      thresholds: full,
      queries: [
        {
          expr: `max by (persistentvolumeclaim) (kubelet_volume_stats_used_bytes{${inNamespace}} / kubelet_volume_stats_capacity_bytes{${inNamespace}})`,
          legend: '{{persistentvolumeclaim}}',
        },
      ],
    }),
    lines({
      title: 'Log files',
      about: 'Size of the log files on the node: a file is rotated at 10 MiB (containerLogMaxSize), five are kept.',
      unit: 'bytes',
      span: 12,
      queries: [
        {
          expr: `sum by (pod, container) (kubelet_container_log_filesystem_used_bytes{${inNamespace}})`,
          legend: '{{pod}} {{container}}',
        },
      ],
    }),
  ];
}
