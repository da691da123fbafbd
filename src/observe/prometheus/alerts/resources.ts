import { withWorkload } from '../../promql.ts';
import { cadvisorSeries, containerLabels } from '../internal/example-series.ts';
import type { AlertRule } from '../rule.ts';

const mebibyte = 1024 * 1024;

const reportedByKubeState = withWorkload(`max by (namespace, pod, container) (
  kube_pod_container_status_last_terminated_reason{reason="OOMKilled"} == 1
)
and on (namespace, pod, container)
max by (namespace, pod, container) (
  increase(kube_pod_container_status_restarts_total[10m]) > 0
)`);

/** Processor and memory of containers. */
export const resourceAlerts: readonly AlertRule[] = [
  {
    alert: 'ContainerCpuThrottled',
    severity: 'warning',
    why: 'A quarter of the periods: below it, stops of some ten milliseconds are noise; above it, every fourth request waits. Fifteen minutes, so that a start does not count.',
    expr: 'container:cpu_throttled_ratio:rate5m > 0.25',
    for: '15m',
    about: 'container',
    summary: '{{ $labels.workload }} in {{ $labels.namespace }} is slowed down by its CPU limit',
    description:
      'Container {{ $labels.container }} of pod {{ $labels.pod }} was stopped by its CPU limit in {{ $value | humanizePercentage }} of its periods. Image {{ $labels.image }}.',
    runbook: {
      meaning: 'The container used up its CPU limit within a period of 100 ms and was stopped until the next one.',
      effect: 'Answers take longer, also when the node has processors to spare; probes may time out.',
      steps: [
        'Compare use and limit: container:cpu_usage_cores:rate5m and container:cpu_limit_cores of the workload. Use well below the limit and throttling all the same means short bursts of many threads.',
        'Take the CPU limit away, or raise it; the request is what keeps the share of the node. Runtimes that start a thread for each processor of the node (Go before 1.25, JVM, .NET) may be told how many there are.',
        'More replicas help where the load can be shared: see the HorizontalPodAutoscaler.',
      ],
    },
    tests: {
      fires: {
        input: [
          cadvisorSeries('container_cpu_cfs_periods_total', '0+600x40'),
          cadvisorSeries('container_cpu_cfs_throttled_periods_total', '0+300x40'),
        ],
        at: '30m',
        labels: containerLabels,
      },
      silent: {
        input: [
          cadvisorSeries('container_cpu_cfs_periods_total', '0+600x40'),
          cadvisorSeries('container_cpu_cfs_throttled_periods_total', '0+60x40'),
        ],
        at: '30m',
      },
    },
  },
  {
    alert: 'ContainerCpuSaturated',
    severity: 'warning',
    why: 'Nine tenths of the limit on average over five minutes leave nothing for a burst.',
    expr: 'container:cpu_usage_cores:rate5m\n/\ncontainer:cpu_limit_cores\n> 0.9',
    for: '15m',
    about: 'container',
    summary: '{{ $labels.workload }} in {{ $labels.namespace }} uses nearly all of its CPU limit',
    description:
      'Container {{ $labels.container }} of pod {{ $labels.pod }} uses {{ $value | humanizePercentage }} of its CPU limit. Image {{ $labels.image }}.',
    runbook: {
      meaning: 'The container works at its CPU limit for a quarter of an hour.',
      effect: 'It cannot take more load: requests queue.',
      steps: [
        'Is it load or a loop? Compare with the rate of requests (pod:http_requests:rate5m).',
        'With load: more replicas, or a higher limit. Without: take a profile, and look at what was deployed last.',
      ],
    },
    tests: {
      fires: {
        input: [
          cadvisorSeries('container_cpu_usage_seconds_total', '0+57x40'),
          cadvisorSeries('container_spec_cpu_quota', '100000x40'),
          cadvisorSeries('container_spec_cpu_period', '100000x40'),
        ],
        at: '30m',
        labels: containerLabels,
      },
      silent: {
        input: [
          cadvisorSeries('container_cpu_usage_seconds_total', '0+57x40'),
          cadvisorSeries('container_spec_cpu_quota', '200000x40'),
          cadvisorSeries('container_spec_cpu_period', '100000x40'),
        ],
        at: '30m',
      },
    },
  },
  {
    alert: 'ContainerMemoryNearLimit',
    severity: 'warning',
    why: 'At the limit the kernel kills. A tenth is what many programs need for one more request; five minutes, so that a peak does not count.',
    expr: 'container:memory_limit_ratio > 0.9',
    for: '5m',
    about: 'container',
    summary: '{{ $labels.workload }} in {{ $labels.namespace }} is about to be killed for its memory',
    description:
      'Container {{ $labels.container }} of pod {{ $labels.pod }} uses {{ $value | humanizePercentage }} of its memory limit. Image {{ $labels.image }}.',
    runbook: {
      meaning: 'What the container holds and the kernel cannot take back is near its limit.',
      effect: 'With the next larger request it is killed (OOMKilled) and starts again; what it was doing is lost.',
      steps: [
        'Does it grow steadily (a leak) or follow the load? Look at container:memory_working_set_bytes over a day.',
        'A leak: restart the workload in turn (kubectl rollout restart) to gain time, and take a heap profile before.',
        'Load: raise limit and request together, or share the load among more replicas. Heaps of JVM and Node.js have a size of their own, which has to fit.',
      ],
    },
    tests: {
      fires: {
        input: [
          cadvisorSeries('container_memory_working_set_bytes', `${95 * mebibyte}x20`),
          cadvisorSeries('container_spec_memory_limit_bytes', `${100 * mebibyte}x20`),
        ],
        at: '10m',
        labels: containerLabels,
      },
      silent: {
        input: [
          cadvisorSeries('container_memory_working_set_bytes', `${95 * mebibyte}x20`),
          // No limit.
          cadvisorSeries('container_spec_memory_limit_bytes', '0x20'),
        ],
        at: '10m',
      },
    },
  },
  {
    alert: 'ContainerMemoryWillReachLimit',
    severity: 'warning',
    why: 'By the trend of the last hour, within four hours: time to act before somebody is woken. Half of the limit has to be in use, or every start would count.',
    expr: 'predict_linear(container:memory_working_set_bytes[1h], 4 * 3600)\n>\ncontainer:memory_limit_bytes\nand\ncontainer:memory_limit_ratio > 0.5',
    for: '30m',
    about: 'container',
    summary: '{{ $labels.workload }} in {{ $labels.namespace }} will have used up its memory within hours',
    description:
      'By its trend, container {{ $labels.container }} of pod {{ $labels.pod }} needs {{ $value | humanize1024 }}B in four hours, which is more than its limit. Image {{ $labels.image }}.',
    runbook: {
      meaning: 'Memory has grown for an hour so steadily that the limit will be met within four hours.',
      effect: 'Then the container is killed and starts again.',
      steps: [
        'Is it new since the last rollout? Then roll back: kubectl rollout undo.',
        'Else restart in turn at a quiet hour: kubectl rollout restart. Take a heap profile before.',
      ],
    },
    tests: {
      fires: {
        input: [
          cadvisorSeries('container_memory_working_set_bytes', `${50 * mebibyte}+${mebibyte / 4}x120`),
          cadvisorSeries('container_spec_memory_limit_bytes', `${100 * mebibyte}x120`),
        ],
        at: '2h',
        labels: containerLabels,
      },
      silent: {
        input: [
          cadvisorSeries('container_memory_working_set_bytes', `${60 * mebibyte}x120`),
          cadvisorSeries('container_spec_memory_limit_bytes', `${100 * mebibyte}x120`),
        ],
        at: '2h',
      },
    },
  },
  {
    alert: 'ContainerOomKilled',
    severity: 'critical',
    why: 'Once is enough: work was lost. cAdvisor counts it (container_oom_events_total), and forgets the count with the container that died, often before it is scraped: https://github.com/google/cadvisor/issues/3015. plimsoll exporter and kube-state-metrics tell it afterwards, from the state of the pod; each suffices.',
    expr: `container:oom_kills:increase10m > 0
or on (namespace, workload, container)
${reportedByKubeState}
or on (namespace, workload, container)
(
  sum by (namespace, workload, container, image) (
    plimsoll_container_restarts{reason="OOMKilled"}
    -
    (
      plimsoll_container_restarts{reason="OOMKilled"} offset 5m
      or
      0 * plimsoll_container_restarts{reason="OOMKilled"}
    )
  ) > 0
  and on ()
  # Not what was there already when the exporter began.
  count(plimsoll_exporter_up offset 5m) > 0
)`,
    about: 'container',
    summary: '{{ $labels.workload }} in {{ $labels.namespace }} was killed for its memory',
    description:
      'The kernel killed a process of container {{ $labels.container }} in pod {{ $labels.pod }}, because the container wanted more memory than its limit.{{ with $labels.image }} Image {{ . }}.{{ end }}',
    runbook: {
      meaning: 'The container wanted more memory than its limit, and the kernel killed a process of it.',
      effect: 'Requests under way failed. If it was the main process, the container starts again.',
      steps: [
        'kubectl describe pod: is «Last State» OOMKilled, with which exit code, how often?',
        'Was the limit too small from the start (killed at start), is it load, or a leak? Look at container:memory_working_set_bytes before the kill.',
        'A leak that began with a rollout: kubectl rollout undo. Else raise limit and request together.',
      ],
    },
    tests: {
      fires: {
        // A container that is new and has counted 1 from the beginning.
        input: [
          cadvisorSeries('container_oom_events_total', '0x12 _x20', 'before'),
          cadvisorSeries('container_oom_events_total', '_x12 1x20', 'after'),
        ],
        at: '15m',
        labels: containerLabels,
      },
      silent: {
        // Long ago.
        input: [cadvisorSeries('container_oom_events_total', '1x60')],
        at: '40m',
      },
    },
  },
];
