import { withWorkload } from '../../promql.ts';
import {
  cadvisorSeries,
  containerLabels,
  kubeletLabels,
  kubeletSeries,
  kubeStateLabels,
  kubeStateSeries,
  podLabels,
  sandboxSeries,
} from '../internal/example-series.ts';
import type { AlertRule } from '../rule.ts';

const gibibyte = 1024 ** 3;

/** The state goes back and forth between them: over two minutes, one of them was seen. */
const pullReasons = 'reason=~"ErrImagePull|ImagePullBackOff|InvalidImageName|ErrImageNeverPull"';

/** Whether pods start, run and are ready. */
export const podAlerts: readonly AlertRule[] = [
  {
    alert: 'ContainerRestarts',
    severity: 'warning',
    why: 'Three in half an hour: one may be a node that was drained, two bad luck. A new pod has another name and does not count.',
    expr: 'changes(container:start_time_seconds[30m]) >= 3',
    about: 'container',
    summary: '{{ $labels.workload }} in {{ $labels.namespace }} restarts again and again',
    description:
      'Container {{ $labels.container }} of pod {{ $labels.pod }} restarted {{ $value }} times within 30 minutes. Image {{ $labels.image }}.',
    runbook: {
      meaning: 'The container ended or was killed, and was started again, at least three times.',
      effect: 'Requests under way fail each time; the waits between the starts get longer, up to five minutes.',
      steps: [
        'kubectl describe pod: the reason and exit code of «Last State» (OOMKilled, Error, liveness probe).',
        'kubectl logs --previous: what it said last.',
        'Since a rollout? kubectl rollout undo.',
      ],
    },
    tests: {
      fires: {
        input: [
          cadvisorSeries('container_start_time_seconds', '100x5 _x40', 'one'),
          cadvisorSeries('container_start_time_seconds', '_x6 500x5 _x40', 'two'),
          cadvisorSeries('container_start_time_seconds', '_x12 900x5 _x40', 'three'),
          cadvisorSeries('container_start_time_seconds', '_x18 1300x20', 'four'),
        ],
        at: '25m',
        labels: containerLabels,
      },
      silent: {
        input: [
          cadvisorSeries('container_start_time_seconds', '100x5 _x40', 'one'),
          cadvisorSeries('container_start_time_seconds', '_x6 500x40', 'two'),
        ],
        at: '25m',
      },
    },
  },
  {
    alert: 'ContainerCrashLooping',
    severity: 'critical',
    why: 'Five restarts in fifteen minutes are as many as the growing waits between them allow; where kube-state-metrics or plimsoll exporter is there, the waiting state itself. Five minutes of it: more than one wait, which a container that could not reach its database at first may have.',
    expr: `changes(container:start_time_seconds[15m]) >= 5
or on (namespace, pod, container)
${withWorkload(`max by (namespace, pod, container) (
  max_over_time(kube_pod_container_status_waiting_reason{reason="CrashLoopBackOff"}[5m])
) == 1`)}
or on (namespace, workload, container)
max by (namespace, workload, container, image) (
  max_over_time(plimsoll_container_waiting{reason="CrashLoopBackOff"}[5m])
) > 0`,
    for: '5m',
    about: 'container',
    summary: '{{ $labels.workload }} in {{ $labels.namespace }} does not stay up',
    description:
      'Container {{ $labels.container }} of pod {{ $labels.pod }} ends soon after each start.{{ with $labels.image }} Image {{ . }}.{{ end }}',
    runbook: {
      meaning: 'The container ends soon after it was started, every time.',
      effect: 'This pod serves nothing; with a rollout under way, the old pods do.',
      steps: [
        'kubectl logs --previous: what it said last. kubectl describe pod: exit code (1 and 2 the program, 126 and 127 the command, 137 killed, 139 a fault).',
        'After a change of the image: kubectl rollout undo. After one of a ConfigMap or Secret: correct it and restart.',
      ],
    },
    tests: {
      fires: {
        input: [kubeStateSeries('kube_pod_container_status_waiting_reason', '1x20', ', reason="CrashLoopBackOff"')],
        at: '12m',
        labels: kubeStateLabels,
      },
      silent: {
        input: [
          kubeStateSeries('kube_pod_container_status_waiting_reason', '1 0x20', ', reason="CrashLoopBackOff"'),
          cadvisorSeries('container_start_time_seconds', '100x20'),
        ],
        at: '10m',
      },
    },
  },
  {
    alert: 'PodWithoutRunningContainer',
    severity: 'critical',
    why: 'On average over ten minutes less than half of the time a container ran: that is a crash loop, an image that cannot be pulled, or configuration that is missing, all without kube-state-metrics. Init containers count as running.',
    expr: 'avg_over_time((pod:running_containers > bool 0)[10m:1m]) < 0.5\nand\ncount_over_time(pod:running_containers[10m:1m]) >= 8',
    for: '2m',
    about: 'pod',
    summary: '{{ $labels.workload }} in {{ $labels.namespace }} does not run',
    description:
      'Pod {{ $labels.pod }} on {{ $labels.node }} is there, and no container of it ran for most of the last ten minutes.',
    runbook: {
      meaning: 'The kubelet has made the pod, and its containers do not start or do not stay.',
      effect: 'This pod serves nothing.',
      steps: [
        'kubectl get pod: the state says which it is. CrashLoopBackOff: kubectl logs --previous.',
        'ErrImagePull, ImagePullBackOff: does the image exist, for this processor, and may the node pull it?',
        'CreateContainerConfigError: a ConfigMap or Secret that is named is missing.',
      ],
    },
    tests: {
      fires: {
        input: [sandboxSeries('container_start_time_seconds', '100x30')],
        at: '20m',
        labels: podLabels,
      },
      silent: {
        input: [
          sandboxSeries('container_start_time_seconds', '100x30'),
          cadvisorSeries('container_start_time_seconds', '105x30'),
        ],
        at: '20m',
      },
    },
  },
  {
    alert: 'ContainerNotReady',
    severity: 'warning',
    why: 'Only failures for five minutes: longer than a start within its startup probe takes, and than a slow answer now and then.',
    expr: 'container:probe_failures:rate5m{probe_type="Readiness"} > 0\nunless\ncontainer:probe_successes:rate5m{probe_type="Readiness"} > 0',
    for: '5m',
    about: 'container',
    summary: '{{ $labels.workload }} in {{ $labels.namespace }} is not ready',
    description: 'The readiness probe of container {{ $labels.container }} in pod {{ $labels.pod }} only fails.',
    runbook: {
      meaning: 'The container runs and does not say that it can serve.',
      effect: 'Services send it nothing; the other replicas have more to do. When all are so, the service is down.',
      steps: [
        'kubectl describe pod: what the probe got. Is its path, port and timeout right?',
        'What does readiness ask for? A database that is away makes all replicas unready at once.',
      ],
    },
    tests: {
      fires: {
        input: [
          kubeletSeries('prober_probe_total', '0+6x30', ', probe_type="Readiness", result="failed", pod_uid="u"'),
        ],
        at: '20m',
        labels: { ...kubeletLabels, probe_type: 'Readiness' },
      },
      silent: {
        input: [
          kubeletSeries('prober_probe_total', '0+1x30', ', probe_type="Readiness", result="failed", pod_uid="u"'),
          kubeletSeries('prober_probe_total', '0+5x30', ', probe_type="Readiness", result="successful", pod_uid="u"'),
        ],
        at: '20m',
      },
    },
  },
  {
    alert: 'ReplicasMissing',
    severity: 'critical',
    why: 'Fifteen minutes: longer than most rollouts take. Needs kube-state-metrics; says nothing without it.',
    expr: `label_replace(
  (
    kube_deployment_status_replicas_available == 0
    and
    kube_deployment_spec_replicas > 0
  ),
  "workload", "$1", "deployment", "(.+)"
)`,
    for: '15m',
    about: 'workload',
    summary: '{{ $labels.workload }} in {{ $labels.namespace }} has no pod that serves',
    description: 'Deployment {{ $labels.deployment }} wants pods, and none is available.',
    runbook: {
      meaning: 'Not one pod of the Deployment was ready for fifteen minutes.',
      effect: 'The service is down.',
      steps: [
        'kubectl get pods of the Deployment: are there any, and in which state?',
        'None at all: kubectl describe replicaset (quota, admission). Pending: kubectl describe pod (resources, taints, volumes).',
      ],
    },
    tests: {
      fires: {
        input: [
          { series: 'kube_deployment_status_replicas_available{namespace="shop", deployment="cart"}', values: '0x30' },
          { series: 'kube_deployment_spec_replicas{namespace="shop", deployment="cart"}', values: '2x30' },
        ],
        at: '20m',
        labels: { namespace: 'shop', workload: 'cart', deployment: 'cart' },
      },
      silent: {
        input: [
          { series: 'kube_deployment_status_replicas_available{namespace="shop", deployment="cart"}', values: '0x30' },
          // Scaled to nothing on purpose.
          { series: 'kube_deployment_spec_replicas{namespace="shop", deployment="cart"}', values: '0x30' },
        ],
        at: '20m',
      },
    },
  },
  {
    alert: 'ImagePullFails',
    severity: 'critical',
    why: 'Five minutes of the waiting state: a registry that was away for a moment does not count. Needs kube-state-metrics or plimsoll exporter; without them NodeImagePullsFail and PodWithoutRunningContainer tell.',
    expr: `${withWorkload(`max by (namespace, pod, container) (
  max_over_time(kube_pod_container_status_waiting_reason{${pullReasons}}[2m])
) == 1`)}
or on (namespace, workload, container)
max by (namespace, workload, container, image) (
  max_over_time(plimsoll_container_waiting{${pullReasons}}[2m])
) > 0`,
    for: '5m',
    about: 'container',
    summary: '{{ $labels.workload }} in {{ $labels.namespace }} cannot pull its image',
    description: 'The image of container {{ $labels.container }} in pod {{ $labels.pod }} cannot be pulled.',
    runbook: {
      meaning: 'The node cannot get the image.',
      effect: 'The pod does not start. Those that run are not touched, until they move to another node.',
      steps: [
        'kubectl describe pod: «not found» (tag or name), «unauthorized» (imagePullSecrets), «no match for platform», or the registry is away.',
        'Was the image deleted by a cleanup of the registry? Build and push it again, or roll back.',
      ],
    },
    tests: {
      fires: {
        input: [kubeStateSeries('kube_pod_container_status_waiting_reason', '1x20', ', reason="ImagePullBackOff"')],
        at: '10m',
        labels: kubeStateLabels,
      },
      silent: {
        input: [kubeStateSeries('kube_pod_container_status_waiting_reason', '1x20', ', reason="ContainerCreating"')],
        at: '10m',
      },
    },
  },
  {
    alert: 'NodeImagePullsFail',
    severity: 'warning',
    why: 'Some failure within each of fifteen minutes: the waits of ImagePullBackOff grow up to five minutes, over which the rate is taken. By node, because the kubelet does not count by pod.',
    expr: 'sum by (node) (rate(kubelet_runtime_operations_errors_total{operation_type="pull_image"}[10m])) > 0',
    for: '15m',
    about: 'node',
    summary: 'Images cannot be pulled on {{ $labels.node }}',
    description: 'Pulls of images on {{ $labels.node }} have failed for fifteen minutes.',
    runbook: {
      meaning: 'The kubelet of the node tries to pull an image and fails.',
      effect: 'New pods on this node do not start.',
      steps: [
        'kubectl get events --all-namespaces --field-selector reason=Failed: which image, and why?',
        'On one node alone: its disk, its network, its credentials. On all: the registry, or an image that is gone.',
      ],
    },
    tests: {
      fires: {
        input: [
          {
            series: 'kubelet_runtime_operations_errors_total{operation_type="pull_image", node="node-a"}',
            values: '0+1x40',
          },
        ],
        at: '30m',
        labels: { node: 'node-a' },
      },
      silent: {
        input: [
          {
            series: 'kubelet_runtime_operations_errors_total{operation_type="pull_image", node="node-a"}',
            values: '0 1x40',
          },
        ],
        at: '30m',
      },
    },
  },
  {
    alert: 'ContainerLogVolumeHigh',
    severity: 'warning',
    why: 'One GiB in an hour is 25 a day from one container: the kubelet rotates at 10 MiB and keeps 5 files, so that lines are lost within three minutes where the agent lags.',
    expr: 'sum_over_time(container:log_written_bytes:delta1m[1h]) > 1024 * 1024 * 1024',
    for: '5m',
    about: 'container',
    summary: '{{ $labels.workload }} in {{ $labels.namespace }} logs more than 1 GiB an hour',
    description:
      'Container {{ $labels.container }} of pod {{ $labels.pod }} wrote {{ $value | humanize1024 }}B of logs within the last hour.',
    runbook: {
      meaning: 'The container writes so much that the log agent may not keep up and the store fills.',
      effect: 'Lines are lost at rotation; the store costs more; the disk of the node is busy.',
      steps: [
        'kubectl logs --tail=50: what is it? An error in a loop, or a level of debug?',
        'Set the level back; count instead of logging each time.',
      ],
    },
    tests: {
      fires: {
        input: [kubeletSeries('kubelet_container_log_filesystem_used_bytes', `0+${gibibyte / 40}x120`, ', uid="u"')],
        at: '90m',
        labels: kubeletLabels,
      },
      silent: {
        input: [kubeletSeries('kubelet_container_log_filesystem_used_bytes', `0+${gibibyte / 120}x120`, ', uid="u"')],
        at: '90m',
      },
    },
  },
];
