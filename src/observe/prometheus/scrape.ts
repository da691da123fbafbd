import { exporterScrapeJob } from '../exporter-scrape.ts';
import type { GeneratedFile, ObserveChoices, ObservePlan } from '../observe-plan.ts';
import { indent } from '../promql.ts';
import { ruleFiles } from './rule-set.ts';

/** Where a pod finds the credentials of its service account. */
const account = '/var/run/secrets/kubernetes.io/serviceaccount';

/**
 * Series of cAdvisor that cost the most and that nothing here looks at: one for each protocol, state or cause of every container.
 * https://github.com/google/cadvisor/blob/master/docs/storage/prometheus.md
 */
export const droppedByCadvisor =
  'container_(network_tcp6?_usage_total|network_udp6?_usage_total|network_advance_tcp_stats_total|tasks_state|memory_failures_total|memory_numa_pages|ulimits_soft|blkio_device_usage_total|processes|sockets|file_descriptors|threads_max)';

/** Of the kubelet's own histograms: what it and its client of the API measure of themselves, mostly. */
export const keptOfKubelet =
  'kubelet_(container_log_filesystem_used_bytes|volume_stats_.+|running_(pods|containers)|runtime_operations(_errors)?_total|started_containers(_errors)?_total|started_pods(_errors)?_total|node_name|pod_start_duration_seconds_.+|evictions)|storage_operation_.+_total|kubernetes_build_info|process_.+|up';

/** prometheus.yml. https://prometheus.io/docs/prometheus/latest/configuration/configuration/ */
export function scrapeConfiguration(plan: ObservePlan): GeneratedFile {
  const { choices } = plan;
  return {
    path: 'base/prometheus/prometheus.yml',
    owner: 'base',
    text: `# What Prometheus scrapes, and by which rights: rbac.yaml allows just this. promtool check config --syntax-only prometheus.yml
# https://prometheus.io/docs/prometheus/latest/configuration/configuration/
global:
  # Two samples a minute: cAdvisor looks at containers every 10 to 15 s, so that more would mostly repeat what is known.
  scrape_interval: 30s
  # Shorter than the interval, or a slow target would still answer when it is asked again.
  scrape_timeout: 10s
  evaluation_interval: 30s
  # plimsoll:keep external-labels
  external_labels:
    cluster: default
  # plimsoll:end

rule_files:
${ruleFiles(plan)
  .map(({ name }) => `  - rules/${name}.yaml\n`)
  .join('')}  # plimsoll:keep rule-files
  # plimsoll:end

${alerting(choices)}
scrape_configs:
${kubeletJobs(choices)}
${kubeStateJob(choices)}
${nodeExporterJob(choices)}
${exporterJob(choices)}
${podsJob(choices)}
${metricsServerJob()}
${selfJob()}  # plimsoll:keep jobs
  # plimsoll:end
`,
  };
}

function alerting({ namespace }: ObserveChoices): string {
  return `alerting:
  alertmanagers:
    # Each of them is told of each alert: they agree among themselves on who sends it.
    - kubernetes_sd_configs:
        - role: pod
          namespaces:
            names: [${namespace}]
      relabel_configs:
        - source_labels: [__meta_kubernetes_pod_label_app_kubernetes_io_name, __meta_kubernetes_pod_container_port_name]
          regex: alertmanager;web
          action: keep
`;
}

/** https://kubernetes.io/docs/reference/access-authn-authz/kubelet-authn-authz/ */
function kubeletJobs({ nodeProxy }: ObserveChoices): string {
  const jobs = [
    {
      name: 'kubelet',
      path: '/metrics',
      why: 'The kubelet itself: volumes, sizes of log files, pulls of images. Only what is looked at is kept: its histograms are thousands of series a node.',
      more: `    metric_relabel_configs:
      - source_labels: [__name__]
        regex: ${keptOfKubelet}
        action: keep
`,
    },
    {
      name: 'cadvisor',
      path: '/metrics/cadvisor',
      why: 'Containers: processor, memory, kills. Series of whole cgroups (container="") are kept: the rules need them for nodes and sandboxes, and leave them out elsewhere.',
      more: `    # cAdvisor says when it looked, up to 15 s ago, and a series that ended would otherwise live on for five minutes.
    honor_timestamps: false
    metric_relabel_configs:
      - source_labels: [__name__]
        regex: ${droppedByCadvisor}
        action: drop
`,
    },
    {
      name: 'kubelet-probes',
      path: '/metrics/probes',
      why: 'Probes by container and result: what is not ready is known without kube-state-metrics.',
      more: `    metric_relabel_configs:
      - source_labels: [__name__]
        regex: prober_probe_total
        action: keep
`,
    },
  ];
  const direct = `    scheme: https
    authorization:
      credentials_file: ${account}/token
    tls_config:
      ca_file: ${account}/ca.crt
      # plimsoll:keep kubelet-tls
      # Kubelets make their own certificates unless serverTLSBootstrap is set, and then nobody can check them. Whoever sits between would
      # see a token that allows to read metrics and nothing else. With certificates of the cluster's authority, set it to false.
      # https://kubernetes.io/docs/tasks/administer-cluster/kubeadm/kubeadm-certs/#kubelet-serving-certs
      insecure_skip_verify: true
      # plimsoll:end
`;
  const proxied = `    # WARNING: this was asked for (--node-proxy). It needs the right to nodes/proxy, with which one may run commands in every pod of the
    # node through the kubelet, not only read: https://kubernetes.io/docs/concepts/security/rbac-good-practices/#access-to-proxy-subresource-of-nodes
    scheme: https
    authorization:
      credentials_file: ${account}/token
    tls_config:
      ca_file: ${account}/ca.crt
`;
  return jobs
    .map(
      ({ name, path, why, more }) => `  # ${why}
  - job_name: ${name}
    kubernetes_sd_configs:
      - role: node
    metrics_path: ${path}
${nodeProxy ? proxied : direct}    relabel_configs:
${
  nodeProxy
    ? `      - target_label: __address__
        replacement: kubernetes.default.svc:443
      - source_labels: [__meta_kubernetes_node_name]
        target_label: __metrics_path__
        replacement: /api/v1/nodes/$1/proxy${path}
`
    : ''
}      - source_labels: [__meta_kubernetes_node_name]
        target_label: node
${more}`,
    )
    .join('\n');
}

/** In our own namespace where we brought it; where a team runs it already, wherever that is. */
function searched({ namespace, stack }: ObserveChoices): string {
  return stack === 'full' ? `        namespaces:\n          names: [${namespace}]\n` : '';
}

function kubeStateJob(choices: ObserveChoices): string {
  return `  # What the API server knows of objects. Its series name other pods than its own: their labels have to win (honor_labels).
  - job_name: kube-state-metrics
    honor_labels: true
    kubernetes_sd_configs:
      - role: pod
${searched(choices)}    relabel_configs:
${podsNamed('kube-state-metrics', '(http|http-metrics)')}    metric_relabel_configs:
      # Each is a series for every object and annotation.
      - source_labels: [__name__]
        regex: kube_.+_(annotations|labels|created|metadata_resource_version)
        action: drop
`;
}

function nodeExporterJob(choices: ObserveChoices): string {
  return `  # The nodes themselves: disks, network, load.
  - job_name: node-exporter
    kubernetes_sd_configs:
      - role: pod
${searched(choices)}    relabel_configs:
${podsNamed('(node-exporter|prometheus-node-exporter)', '(metrics|http-metrics)')}      - source_labels: [__meta_kubernetes_pod_node_name]
        target_label: node
`;
}

/** Keeps the pods of a name, and of their ports the one of the metrics. */
function podsNamed(name: string, port: string): string {
  return `      - source_labels: [__meta_kubernetes_pod_label_app_kubernetes_io_name, __meta_kubernetes_pod_container_port_name]
        regex: ${name};${port}
        action: keep
`;
}

function exporterJob({ namespace }: ObserveChoices): string {
  return `  # plimsoll exporter: age and size of images, results of audits. Its series name other workloads than its own (honor_labels), and it is
  # looked for in its own namespace only, because such labels are believed.
${indent(exporterScrapeJob(namespace))}`;
}

function podsJob({ namespace }: ObserveChoices): string {
  return `  # Every pod that asks for it by annotation: prometheus.io/scrape "true", and prometheus.io/port, path and scheme where they are other
  # than the container's port, /metrics and http. Whoever may make pods may make Prometheus ask any of its ports: hence the bounds.
  - job_name: pods
    kubernetes_sd_configs:
      - role: pod
    # More than any honest program has: one that counts by user or address is cut off before it fills the disk.
    sample_limit: 20000
    label_limit: 64
    label_value_length_limit: 1024
    body_size_limit: 20MB
    # Small programs name no content type, or a wrong one: then it is the text that they all write.
    fallback_scrape_protocol: PrometheusText0.0.4
    relabel_configs:
      - source_labels: [__meta_kubernetes_pod_annotation_prometheus_io_scrape]
        regex: "true"
        action: keep
      # Has a job of its own.
      - source_labels: [__meta_kubernetes_namespace, __meta_kubernetes_pod_label_app_kubernetes_io_name]
        regex: ${namespace};(plimsoll-exporter|kube-state-metrics|node-exporter)
        action: drop
      # Where a port is named, that one, of the pod once; else each that is declared.
      - source_labels: [__meta_kubernetes_pod_ip, __meta_kubernetes_pod_annotation_prometheus_io_port]
        regex: ([\\d.]+);(\\d+)
        replacement: $1:$2
        target_label: __address__
      - source_labels: [__meta_kubernetes_pod_ip, __meta_kubernetes_pod_annotation_prometheus_io_port]
        regex: ([\\da-f]*:[\\da-f:.]+);(\\d+)
        replacement: "[$1]:$2"
        target_label: __address__
      - source_labels: [__meta_kubernetes_pod_container_init]
        regex: "true"
        action: drop
      # Finished pods answer nothing.
      - source_labels: [__meta_kubernetes_pod_phase]
        regex: Succeeded|Failed
        action: drop
      - source_labels: [__meta_kubernetes_pod_annotation_prometheus_io_scheme]
        regex: (https?)
        target_label: __scheme__
      - source_labels: [__meta_kubernetes_pod_annotation_prometheus_io_path]
        regex: (/.+)
        target_label: __metrics_path__
      - source_labels: [__meta_kubernetes_namespace]
        target_label: namespace
      - source_labels: [__meta_kubernetes_pod_name]
        target_label: pod
      - source_labels: [__meta_kubernetes_pod_node_name]
        target_label: node
`;
}

function metricsServerJob(): string {
  return `  # metrics-server: whether kubectl top and the autoscalers get their numbers. It serves with a certificate of its own making.
  - job_name: metrics-server
    kubernetes_sd_configs:
      - role: endpointslice
        namespaces:
          names: [kube-system]
    scheme: https
    authorization:
      credentials_file: ${account}/token
    tls_config:
      insecure_skip_verify: true
    relabel_configs:
      - source_labels: [__meta_kubernetes_service_name, __meta_kubernetes_endpointslice_port_name]
        regex: metrics-server;https
        action: keep
`;
}

function selfJob(): string {
  return `  # Itself: what the alerts about alerting read.
  - job_name: prometheus
    static_configs:
      - targets: [localhost:9090]
`;
}
