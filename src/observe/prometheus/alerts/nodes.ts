import type { AlertRule } from '../rule.ts';

const node = (metric: string, more: string, values: string) => ({ series: `${metric}{node="node-a"${more}}`, values });
const volume = (metric: string, values: string) => ({
  series: `${metric}{namespace="shop", persistentvolumeclaim="cart-data", node="node-a"}`,
  values,
});

/** Nodes and volumes, as the kubelet and cAdvisor tell of them: node-exporter tells more, and is not needed for these. */
export const nodeAlerts: readonly AlertRule[] = [
  {
    alert: 'NodeDown',
    severity: 'critical',
    why: 'Three minutes: six samples, and before the pods are evicted after five (node.kubernetes.io/unreachable).',
    expr: 'max by (node, instance) (up{job="kubelet"}) == 0',
    for: '3m',
    about: 'node',
    summary: '{{ with $labels.node }}{{ . }}{{ else }}{{ $labels.instance }}{{ end }} does not answer',
    description: 'The kubelet of node {{ $labels.node }} ({{ $labels.instance }}) cannot be scraped.',
    runbook: {
      meaning: 'The kubelet does not answer Prometheus: the node is down, cut off, or its kubelet is.',
      effect: 'Its pods may run on unseen; after five minutes they are made anew elsewhere.',
      steps: [
        'kubectl get node, kubectl describe node: is it Ready, since when not?',
        'Ready all the same: the certificate of the kubelet, the right to nodes/metrics, or the network between.',
      ],
    },
    tests: {
      fires: {
        input: [{ series: 'up{job="kubelet", node="node-a", instance="10.0.0.1:10250"}', values: '1x5 0x20' }],
        at: '12m',
        labels: { node: 'node-a', instance: '10.0.0.1:10250' },
      },
      silent: {
        input: [{ series: 'up{job="kubelet", node="node-a", instance="10.0.0.1:10250"}', values: '1x5 0 1x20' }],
        at: '12m',
      },
    },
  },
  {
    alert: 'NodeMemoryLow',
    severity: 'warning',
    why: 'At 100 MiB free the kubelet evicts (memory.available): nine tenths are well before that on nodes of any size.',
    expr: 'max by (node) (container_memory_working_set_bytes{id="/"})\n/\nmax by (node) (machine_memory_bytes)\n> 0.9',
    for: '10m',
    about: 'node',
    summary: '{{ $labels.node }} is short of memory',
    description: '{{ $value | humanizePercentage }} of the memory of {{ $labels.node }} is in use.',
    runbook: {
      meaning: 'What runs on the node needs nearly all of its memory.',
      effect: 'The kubelet evicts pods, those without requests first; what is left may be killed by the kernel.',
      steps: [
        'topk(10, container:memory_working_set_bytes{node="…"}): who uses it, and do requests say so?',
        'Requests that are too small let the scheduler put too much on a node.',
      ],
    },
    tests: {
      fires: {
        input: [
          node('container_memory_working_set_bytes', ', id="/"', '95x30'),
          node('machine_memory_bytes', '', '100x30'),
        ],
        at: '20m',
        labels: { node: 'node-a' },
      },
      silent: {
        input: [
          node('container_memory_working_set_bytes', ', id="/"', '50x30'),
          node('container_memory_working_set_bytes', ', id="/kubepods"', '99x30'),
          node('machine_memory_bytes', '', '100x30'),
        ],
        at: '20m',
      },
    },
  },
  {
    alert: 'NodeOomKills',
    severity: 'warning',
    why: 'The kernel’s own count, which no restart of a container resets: what ContainerOomKilled does not see is in it. Needs node-exporter; says nothing without it.',
    expr: 'sum by (node) (increase(node_vmstat_oom_kill[10m])) > 0',
    about: 'node',
    summary: 'The kernel of {{ $labels.node }} kills processes for their memory',
    description: 'About {{ $value | printf "%.0f" }} processes on {{ $labels.node }} were killed within ten minutes.',
    runbook: {
      meaning: 'A container reached its limit, or the node ran out of memory, and the kernel killed processes.',
      effect: 'What they were doing is lost.',
      steps: [
        'Is there a ContainerOomKilled of a workload on this node? Then it is that.',
        'If not: a process that is not the first of its container, or one outside of Kubernetes. The log of the kernel (journalctl --dmesg) names it.',
      ],
    },
    tests: {
      fires: { input: [node('node_vmstat_oom_kill', '', '7x5 8x30')], at: '10m', labels: { node: 'node-a' } },
      silent: { input: [node('node_vmstat_oom_kill', '', '7x40')], at: '30m' },
    },
  },
  {
    alert: 'NodeDiskAlmostFull',
    severity: 'warning',
    why: 'The kubelet deletes images from 85 % on (imageGCHighThresholdPercent) and evicts pods at 90 (nodefs.available<10%): what stays above 85 % for half an hour is more than images. Devices only, no file system in memory.',
    expr: 'max by (node, device) (\n  container_fs_usage_bytes{id="/", device=~"/dev/.+", device!="/dev/shm"}\n  /\n  (container_fs_limit_bytes{id="/", device=~"/dev/.+", device!="/dev/shm"} > 0)\n)\n> 0.85',
    for: '30m',
    about: 'node',
    summary: 'The disk of {{ $labels.node }} is nearly full',
    description: '{{ $labels.device }} of {{ $labels.node }} is {{ $value | humanizePercentage }} full.',
    runbook: {
      meaning: 'Images, logs or what containers write take up the disk of the node.',
      effect: 'The kubelet deletes images, which are pulled again later, and then evicts pods.',
      steps: [
        'Whose is it? kubectl get --raw /api/v1/nodes/NODE/proxy/stats/summary; on the node: /var/lib/containerd, /var/log/pods, /var/lib/kubelet/pods.',
        'What containers write belongs into a volume with a sizeLimit; large images are worth a «plimsoll audit».',
      ],
    },
    tests: {
      fires: {
        input: [
          node('container_fs_usage_bytes', ', id="/", device="/dev/vda1"', '90x60'),
          node('container_fs_limit_bytes', ', id="/", device="/dev/vda1"', '100x60'),
        ],
        at: '45m',
        labels: { node: 'node-a', device: '/dev/vda1' },
      },
      silent: {
        input: [
          node('container_fs_usage_bytes', ', id="/", device="/dev/vda1"', '80x60'),
          node('container_fs_limit_bytes', ', id="/", device="/dev/vda1"', '100x60'),
          node('container_fs_usage_bytes', ', id="/", device="/dev/shm"', '99x60'),
          node('container_fs_limit_bytes', ', id="/", device="/dev/shm"', '100x60'),
        ],
        at: '45m',
      },
    },
  },
  {
    alert: 'VolumeAlmostFull',
    severity: 'critical',
    why: 'A tenth left: databases stop to write at nothing, and to make a volume larger takes minutes. Volumes under 1 MiB (tokens, configuration) are not meant.',
    expr: 'min by (namespace, persistentvolumeclaim, node) (\n  kubelet_volume_stats_available_bytes\n  /\n  (kubelet_volume_stats_capacity_bytes > 1024 * 1024)\n)\n< 0.1',
    for: '5m',
    about: 'volume',
    summary: 'Volume {{ $labels.persistentvolumeclaim }} in {{ $labels.namespace }} is nearly full',
    description:
      'Only {{ $value | humanizePercentage }} of volume {{ $labels.persistentvolumeclaim }} in {{ $labels.namespace }} is left.',
    runbook: {
      meaning: 'A persistent volume is nearly full.',
      effect: 'The program that writes to it will fail.',
      steps: [
        'Make it larger: kubectl edit pvc, where its storage class allows it (allowVolumeExpansion).',
        'Or delete what is not needed: old logs, dumps, write-ahead logs that nobody takes.',
      ],
    },
    tests: {
      fires: {
        input: [
          volume('kubelet_volume_stats_available_bytes', '500000000x30'),
          volume('kubelet_volume_stats_capacity_bytes', '10000000000x30'),
        ],
        at: '15m',
        labels: { namespace: 'shop', persistentvolumeclaim: 'cart-data', node: 'node-a' },
      },
      silent: {
        input: [
          volume('kubelet_volume_stats_available_bytes', '5000000000x30'),
          volume('kubelet_volume_stats_capacity_bytes', '10000000000x30'),
        ],
        at: '15m',
      },
    },
  },
];
