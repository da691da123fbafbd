import type { Dashboard } from '@grafana/grafana-foundation-sdk/dashboard';
import { dashboardOf } from '../dashboard.ts';
import { figure, lines, rows } from '../panels.ts';
import { full, nodeLoad, noneIsRight, podNetwork } from './common.ts';

/** Whether the cluster as a whole is well, and which namespace uses what. */
export function clusterDashboard(): Dashboard {
  return dashboardOf({
    uid: 'plimsoll-cluster',
    title: 'Plimsoll / Cluster',
    about:
      'The cluster as a whole, by node and by namespace: from the kubelet and its cAdvisor, nothing else is needed.',
    from: 'now-6h',
    variables: [],
    rows: [
      { title: 'Now', panels: now() },
      { title: 'Nodes', panels: nodes() },
      { title: 'Namespaces', panels: namespaces() },
      { title: 'Monitoring itself', panels: monitoring() },
    ],
  });
}

const cpuOfNode = 'max by (node) (rate(container_cpu_usage_seconds_total{id="/"}[$__rate_interval]))';
const memoryOfNode = 'max by (node) (container_memory_working_set_bytes{id="/"})';
/** Block devices only: cAdvisor lists file systems in memory, too. */
const disk = 'id="/", device=~"/dev/.+", device!="/dev/shm"';

function now() {
  return [
    figure({
      title: 'Nodes',
      about: 'Nodes whose kubelet answers.',
      unit: 'short',
      span: 4,
      queries: [{ expr: 'count(max by (node) (machine_cpu_cores))', legend: 'nodes' }],
    }),
    figure({
      title: 'Containers',
      about: 'Containers that run, without the pause containers.',
      unit: 'short',
      span: 4,
      queries: [{ expr: 'count(container:memory_working_set_bytes)', legend: 'containers' }],
    }),
    figure({
      title: 'CPU in use',
      about: 'Of all cores of all nodes.',
      unit: 'percentunit',
      span: 4,
      thresholds: nodeLoad,
      queries: [{ expr: `sum(${cpuOfNode}) / sum(max by (node) (machine_cpu_cores))`, legend: 'CPU' }],
    }),
    figure({
      title: 'Memory in use',
      about: 'Working set of all nodes: what the kernel cannot give back at once.',
      unit: 'percentunit',
      span: 4,
      thresholds: nodeLoad,
      queries: [{ expr: `sum(${memoryOfNode}) / sum(max by (node) (machine_memory_bytes))`, legend: 'memory' }],
    }),
    figure({
      title: 'Alerts that fire',
      about: 'Without the one that always fires.',
      unit: 'short',
      span: 4,
      thresholds: noneIsRight,
      queries: [{ expr: 'count(ALERTS{alertstate="firing", severity!="none"}) or vector(0)', legend: 'alerts' }],
    }),
    figure({
      title: 'Targets down',
      about: 'What Prometheus cannot scrape: panels about it are empty, and alerts on it are blind.',
      unit: 'short',
      span: 4,
      thresholds: noneIsRight,
      queries: [{ expr: 'count(up == 0) or vector(0)', legend: 'targets' }],
    }),
  ];
}

function nodes() {
  return [
    lines({
      title: 'CPU by node',
      about: 'Share of the node’s cores in use.',
      unit: 'percentunit',
      span: 8,
      max: 1,
      thresholds: nodeLoad,
      queries: [{ expr: `${cpuOfNode} / max by (node) (machine_cpu_cores)`, legend: '{{node}}' }],
    }),
    lines({
      title: 'Memory by node',
      about: 'Share of the node’s memory that is its working set.',
      unit: 'percentunit',
      span: 8,
      max: 1,
      thresholds: nodeLoad,
      queries: [{ expr: `${memoryOfNode} / max by (node) (machine_memory_bytes)`, legend: '{{node}}' }],
    }),
    lines({
      title: 'Disk by node',
      about: 'Share of each block device in use: images, logs and writable layers lie there.',
      unit: 'percentunit',
      span: 8,
      max: 1,
      thresholds: full,
      queries: [
        {
          expr: `max by (node, device) (container_fs_usage_bytes{${disk}} / (container_fs_limit_bytes{${disk}} > 0))`,
          legend: '{{node}} {{device}}',
        },
      ],
    }),
  ];
}

function namespaces() {
  return [
    lines(
      {
        title: 'CPU by namespace',
        about: 'Cores in use.',
        unit: 'short',
        span: 8,
        queries: [{ expr: 'sum by (namespace) (container:cpu_usage_cores:rate5m)', legend: '{{namespace}}' }],
      },
      { stacked: true },
    ),
    lines(
      {
        title: 'Memory by namespace',
        about: 'Working set of the containers.',
        unit: 'bytes',
        span: 8,
        queries: [{ expr: 'sum by (namespace) (container:memory_working_set_bytes)', legend: '{{namespace}}' }],
      },
      { stacked: true },
    ),
    lines({
      title: 'Network by namespace',
      about: 'Received and sent by pods; a pod on the node’s own network counts all of the node’s.',
      unit: 'binBps',
      span: 8,
      queries: [
        {
          expr: `sum by (namespace) (rate(container_network_receive_bytes_total{${podNetwork}}[$__rate_interval]))`,
          legend: '{{namespace}} in',
        },
        {
          expr: `sum by (namespace) (rate(container_network_transmit_bytes_total{${podNetwork}}[$__rate_interval]))`,
          legend: '{{namespace}} out',
        },
      ],
    }),
    rows(
      {
        title: 'Restarts within an hour',
        about: 'By container, the most first. The dashboard of the workload says more.',
        unit: 'short',
        span: 12,
        thresholds: [
          { from: 1, color: 'yellow', why: 'one may be a node that was drained.' },
          { from: 3, color: 'red', why: 'the alert on restarts fires at three within half an hour.' },
        ],
        queries: [
          {
            expr: 'topk(20, sum by (namespace, workload, container) (changes(container:start_time_seconds[1h])))',
            legend: '',
          },
        ],
      },
      { namespace: 'Namespace', workload: 'Workload', container: 'Container', Value: 'Restarts' },
    ),
    rows(
      {
        title: 'Nearest to their memory limit',
        about: 'Containers without a limit are not here: nothing but the node’s memory ends their growth.',
        unit: 'percentunit',
        span: 12,
        thresholds: [
          { from: 0.8, color: 'yellow', why: 'a burst of a quarter more reaches the limit.' },
          { from: 0.9, color: 'red', why: 'the alert fires here; above it the kernel kills.' },
        ],
        queries: [
          { expr: 'topk(20, max by (namespace, workload, container) (container:memory_limit_ratio))', legend: '' },
        ],
      },
      { namespace: 'Namespace', workload: 'Workload', container: 'Container', Value: 'Of the limit' },
    ),
  ];
}

function monitoring() {
  return [
    lines({
      title: 'Targets by job',
      about: 'Share of the targets of each scrape job that answer.',
      unit: 'percentunit',
      span: 12,
      max: 1,
      base: 'red',
      thresholds: [{ from: 1, color: 'green', why: 'every target answers.' }],
      queries: [{ expr: 'avg by (job) (up)', legend: '{{job}}' }],
    }),
    lines({
      title: 'Series by job',
      about:
        'What Prometheus takes in with each scrape: it grows with the cluster, and jumps when a label takes too many values.',
      unit: 'short',
      span: 12,
      queries: [{ expr: 'sum by (job) (scrape_samples_post_metric_relabeling)', legend: '{{job}}' }],
    }),
  ];
}
