import { indent, withWorkload } from '../promql.ts';
import type { RecordingRule } from './rule.ts';

/**
 * Containers only: a series without `container` is of a pod's or node's whole cgroup and would count everything twice; `POD` is how the
 * pause container was named before containerd.
 */
export const containerFilter = 'container!="", container!="POD"';

const labels = 'namespace, pod, container, image, node';

/** A restarted container has two series for a while, one of each id, and a cluster may be scraped twice: the larger counts. */
function perContainer(expression: string): string {
  return withWorkload(`max by (${labels}) (\n${indent(expression)}\n)`);
}

/** What cAdvisor tells of each container, under names that say what it is, with the label `workload`. */
export const containerRecords: readonly RecordingRule[] = [
  {
    record: 'container:cpu_usage_cores:rate5m',
    why: 'Cores in use, over five minutes: ten samples at the usual interval, so that a missing one does no harm.',
    expr: perContainer(`rate(container_cpu_usage_seconds_total{${containerFilter}}[5m])`),
  },
  {
    record: 'container:cpu_limit_cores',
    why: 'The limit as the kernel has it, with cgroup v1 and v2 alike; no series where there is none.',
    expr: perContainer(
      `(container_spec_cpu_quota{${containerFilter}} > 0)\n/\n(container_spec_cpu_period{${containerFilter}} > 0)`,
    ),
  },
  {
    record: 'container:cpu_throttled_ratio:rate5m',
    why: 'Of the periods of 100 ms in which the container ran, those in which it was stopped because its limit was used up.',
    expr: perContainer(
      `rate(container_cpu_cfs_throttled_periods_total{${containerFilter}}[5m])\n/\n(rate(container_cpu_cfs_periods_total{${containerFilter}}[5m]) > 0)`,
    ),
  },
  {
    record: 'container:memory_working_set_bytes',
    why: 'What the kernel cannot give back at once: what the kubelet evicts by, and what comes near the limit before the kernel kills.',
    expr: perContainer(`container_memory_working_set_bytes{${containerFilter}}`),
  },
  {
    record: 'container:memory_limit_bytes',
    why: 'No series without a limit: cAdvisor says 0 then.',
    expr: perContainer(`container_spec_memory_limit_bytes{${containerFilter}} > 0`),
  },
  {
    record: 'container:memory_limit_ratio',
    why: 'How much of the limit is in use.',
    expr: 'container:memory_working_set_bytes\n/\ncontainer:memory_limit_bytes',
  },
  {
    record: 'container:start_time_seconds',
    why: 'When the container started: every change is a restart. It needs no kube-state-metrics.',
    expr: perContainer(`container_start_time_seconds{${containerFilter}}`),
  },
  {
    record: 'container:oom_kills:increase10m',
    why: 'The counter begins anew, and not with 0, in a container that was restarted: increase() would not see it, so that a series that was not there ten minutes ago counts from 0.',
    expr: withWorkload(`sum by (${labels}) (
  max_over_time(container_oom_events_total{${containerFilter}}[10m])
  -
  (
    container_oom_events_total{${containerFilter}} offset 10m
    or
    0 * max_over_time(container_oom_events_total{${containerFilter}}[10m])
  )
)`),
  },
  {
    record: 'container:probe_failures:rate5m',
    why: 'Failed probes a second, by the kubelet’s own count.',
    expr: withWorkload(
      'sum by (namespace, pod, container, node, probe_type) (\n  rate(prober_probe_total{result="failed"}[5m])\n)',
    ),
  },
  {
    record: 'container:probe_successes:rate5m',
    why: 'Probes a second that did not fail.',
    expr: withWorkload(
      'sum by (namespace, pod, container, node, probe_type) (\n  rate(prober_probe_total{result="successful"}[5m])\n)',
    ),
  },
  {
    record: 'pod:running_containers',
    why: 'How many containers of a pod run; 0 for one whose sandbox is there and nothing else, as between the restarts of a crash loop, or while an image cannot be pulled. A finished Job has no sandbox any more.',
    expr: withWorkload(`count by (namespace, pod, node) (
  max by (namespace, pod, container, node) (container_start_time_seconds{${containerFilter}})
)
or
0 * max by (namespace, pod, node) (container_start_time_seconds{container="", pod!=""})`),
  },
];

/** What the kubelet measures of log files: the sum of what was added, because a rotated file is smaller again. */
export const logRecords: readonly RecordingRule[] = [
  {
    record: 'container:log_written_bytes:delta1m',
    why: 'Growth within the last minute; a rotation makes it smaller, and counts as nothing written.',
    expr: withWorkload(`sum by (namespace, pod, container, node) (
  clamp_min(
    kubelet_container_log_filesystem_used_bytes
    -
    kubelet_container_log_filesystem_used_bytes offset 1m,
    0
  )
)`),
  },
];
