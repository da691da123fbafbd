import type { ObservePlan } from '../observe-plan.ts';
import { groupsByLanguage, whoComment } from './container-groups.ts';
import { dataStream, storeAddress } from './store.ts';
import { ruleFor } from './trace-rules.ts';

/** The configuration of the OpenTelemetry Collector, contrib distribution. https://opentelemetry.io/docs/collector/configuration/ */
export function otelConfiguration(plan: ObservePlan): string {
  const languages = groupsByLanguage(plan);
  return `# OpenTelemetry Collector: reads the containers' logs from the node, joins what belongs together, adds the pod's names, and sends it to the store.
receivers:
  # https://github.com/open-telemetry/opentelemetry-collector-contrib/tree/main/receiver/filelogreceiver
  filelog:
    include:
      - /var/log/pods/*/*/*.log
    exclude:
      # Its own lines: each error in sending would make another.
      - /var/log/pods/\${env:POD_NAMESPACE}_otel-collector-*/*/*.log
    include_file_path: true
    include_file_name: false
    start_at: beginning
    poll_interval: 500ms
    max_log_size: 1MiB
    # Where each file was read to, on the node's disk.
    storage: file_storage
    retry_on_failure:
      # Back-pressure: what the queue does not take is tried again, and nothing is read meanwhile.
      enabled: true
      max_elapsed_time: 0
    operators:
      # CRI log files: takes time and stream out, joins partial lines, and reads pod, namespace and container from the path.
      - type: container
        id: container
        add_metadata_from_filepath: true
        max_log_size: 1MiB
${languages.map((group) => recombine(group.key, group.paths, group.who)).join('')}      # A line that is one JSON object becomes fields of «app»; every other stays text.
      - type: json_parser
        id: json
        if: 'body matches "^[{].*[}]$"'
        parse_from: body
        parse_to: attributes.app
        on_error: send_quiet
processors:
  # First of all: refuses data before the process is out of memory. 400 MiB is the container's limit.
  memory_limiter:
    check_interval: 1s
    limit_percentage: 80
    spike_limit_percentage: 25
  # https://github.com/open-telemetry/opentelemetry-collector-contrib/tree/main/processor/k8sattributesprocessor
  k8sattributes:
    auth_type: serviceAccount
    filter:
      # This node's pods only: else each agent would watch those of the whole cluster.
      node_from_env_var: NODE_NAME
    extract:
      metadata: [k8s.pod.uid, k8s.node.name, container.image.name]
      labels:
        - tag_name: $$1
          key_regex: (.*)
          from: pod
    pod_association:
      - sources:
          - from: resource_attribute
            name: k8s.pod.uid
${document(plan)}exporters:
${exporter(plan)}extensions:
  health_check:
    endpoint: \${env:POD_IP}:13133
  file_storage:
    directory: /var/lib/otelcol
    create_directory: false
    compaction:
      on_start: true
      directory: /var/lib/otelcol
${secretExtension(plan)}service:
  extensions: [${['health_check', 'file_storage', ...(storeAddress(plan.choices).secure ? ['basicauth'] : [])].join(', ')}]
  telemetry:
    metrics:
      readers:
        - pull:
            exporter:
              prometheus:
                host: \${env:POD_IP}
                port: 8888
  pipelines:
    logs:
      receivers: [filelog]
      processors: [memory_limiter, k8sattributes${plan.choices.logStore === 'loki' ? '' : ', transform'}]
      exporters: [${exporterName(plan)}]
`;
}

function recombine(language: Parameters<typeof ruleFor>[0], paths: string, who: readonly string[]): string {
  const { next, note } = ruleFor(language);
  return `      # Stack traces of ${language} become one entry: ${note}.
${whoComment(who, '      ')}      - type: recombine
        id: traces_${language}
        if: ${JSON.stringify(`attributes["log.file.path"] matches ${JSON.stringify(paths)}`)}
        combine_field: body
        combine_with: "\\n"
        is_first_entry: ${JSON.stringify(`not (body matches ${JSON.stringify(next)})`)}
        source_identifier: attributes["log.file.path"]
        force_flush_period: 1s
        max_log_size: 1MiB
`;
}

function exporterName({ choices }: ObservePlan): string {
  if (choices.logStore === 'loki') return 'otlphttp';
  return choices.logStore === 'opensearch' ? 'opensearch' : 'elasticsearch';
}

/** The same shape as the other agents send, which the store's template and pipeline know. */
function document({ choices }: ObservePlan): string {
  if (choices.logStore === 'loki') return '';
  return `  # The same shape as every other agent sends, which the index template and the ingest pipeline know.
  transform:
    error_mode: ignore
    log_statements:
      - context: log
        statements:
          - set(attributes["log"], body) where attributes["app"] == nil
          - set(attributes["stream"], attributes["log.iostream"])
          - set(attributes["kubernetes"]["namespace_name"], resource.attributes["k8s.namespace.name"])
          - set(attributes["kubernetes"]["pod_name"], resource.attributes["k8s.pod.name"])
          - set(attributes["kubernetes"]["pod_id"], resource.attributes["k8s.pod.uid"])
          - set(attributes["kubernetes"]["container_name"], resource.attributes["k8s.container.name"])
          - set(attributes["kubernetes"]["container_image"], resource.attributes["container.image.name"])
          - set(attributes["kubernetes"]["host"], resource.attributes["k8s.node.name"])
          - set(attributes["@timestamp"], FormatTime(time, "%Y-%m-%dT%H:%M:%S.%LZ"))
          - delete_key(attributes, "log.iostream")
          - delete_key(attributes, "log.file.path")
          - set(body, attributes)
`;
}

function exporter({ choices }: ObservePlan): string {
  const { host, port, secure } = storeAddress(choices);
  const url = `${secure ? 'https' : 'http'}://${host}:${port}`;
  const access = secure
    ? `    auth:
      authenticator: basicauth
    tls:
      ca_file: /etc/log-store/ca.crt
`
    : '';
  const nested = access.replace(/^/gm, '  ').trimEnd();
  switch (choices.logStore) {
    case 'loki':
      return `  # Loki takes OTLP itself: https://grafana.com/docs/loki/latest/send-data/otel/
  otlphttp:
    endpoint: ${url}/otlp
${access}${queue}`;
    case 'opensearch':
      return `  opensearch:
    http:
      endpoint: ${url}
${nested === '' ? '' : `${nested}\n`}    logs_index: ${dataStream}
    bulk_action: create
    mapping:
      mode: bodymap
${queue}`;
    default:
      return `  elasticsearch:
    endpoints: ["${url}"]
${access}    logs_index: ${dataStream}
    mapping:
      # The body is the document.
      mode: bodymap
${queue}`;
  }
}

const queue = `    retry_on_failure:
      enabled: true
      max_interval: 60s
      # Without end: what waits is on disk.
      max_elapsed_time: 0
    sending_queue:
      enabled: true
      # On the node's disk; past so many requests reading stops.
      storage: file_storage
      queue_size: 1000
      block_on_overflow: true
      num_consumers: 2
`;

function secretExtension({ choices }: ObservePlan): string {
  if (!storeAddress(choices).secure) return '';
  return `  basicauth:
    client_auth:
      username: \${env:STORE_USER}
      password: \${env:STORE_PASSWORD}
`;
}
