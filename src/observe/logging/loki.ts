/** Loki, one process. https://grafana.com/docs/loki/latest/configure/ */
export const lokiConfiguration = `# Loki: one process, chunks and index on one disk. https://grafana.com/docs/loki/latest/configure/
auth_enabled: false
server:
  http_listen_port: 3100
common:
  path_prefix: /loki
  # One copy: there is one process.
  replication_factor: 1
  ring:
    kvstore:
      store: inmemory
  storage:
    filesystem:
      chunks_directory: /loki/chunks
      rules_directory: /loki/rules
schema_config:
  configs:
    # v13 on tsdb is what structured metadata needs.
    - from: "2026-01-01"
      store: tsdb
      object_store: filesystem
      schema: v13
      index:
        prefix: index_
        period: 24h
limits_config:
  allow_structured_metadata: true
  # 30 days, as the other stores.
  retention_period: 720h
  # Agents catch up after an outage: older lines than an hour behind the newest are taken, up to a week.
  reject_old_samples_max_age: 168h
  max_line_size: 1MB
compactor:
  working_directory: /loki/compactor
  retention_enabled: true
  delete_request_store: filesystem
analytics:
  reporting_enabled: false
`;
