/**
 * What `--stack full` runs: the current releases, each tried with what is generated for it as far as it could be had (Prometheus).
 * https://github.com/prometheus/prometheus/releases, https://github.com/kubernetes/kube-state-metrics/releases,
 * https://github.com/prometheus/node_exporter/releases, https://github.com/kubernetes-sigs/metrics-server/releases
 */
export const prometheusVersion = '3.16.0';
export const kubeStateMetricsVersion = '2.20.0';
export const nodeExporterVersion = '1.12.1';
export const metricsServerVersion = '0.9.0';
