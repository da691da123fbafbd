/** The port of the exporter, in its pod and its Service. */
export const exporterPort = 9925;

/** The label by which its pods, its Service and its NetworkPolicy are found. */
export const exporterName = 'plimsoll-exporter';

/**
 * The scrape job of `plimsoll exporter`, one item of `scrape_configs`, without indentation. It has a job of its own because its labels `namespace`
 * and `container` say whose image it is: in the job of annotated pods Prometheus would rename them to `exported_namespace`.
 * https://prometheus.io/docs/prometheus/latest/configuration/configuration/#scrape_config
 */
export function exporterScrapeJob(namespace: string): string {
  return `- job_name: ${exporterName}
  # The labels namespace and container are those of the image that a series is about, not of the exporter.
  honor_labels: true
  # It reads the cluster once a minute; more often would show the same.
  scrape_interval: 60s
  kubernetes_sd_configs:
    - role: pod
      namespaces:
        names: [${JSON.stringify(namespace)}]
  relabel_configs:
    - source_labels: [__meta_kubernetes_pod_label_app_kubernetes_io_name, __meta_kubernetes_pod_container_port_name]
      regex: ${exporterName};metrics
      action: keep
    # There is one: its series go on when its pod is another one.
    - target_label: instance
      replacement: ${exporterName}
`;
}
