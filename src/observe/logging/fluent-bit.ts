import type { LogFormat, ObservePlan } from '../observe-plan.ts';
import { groupsByFormat, groupsByLanguage, whoComment } from './container-groups.ts';
import { dataStream, storeAddress } from './store.ts';
import { ruleFor } from './trace-rules.ts';

/** A pattern in YAML: in single quotes nothing but the quote itself means anything. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** Parsers of formats that are neither JSON nor free text; the names of the fields follow nginx's and Apache's own. */
const parsers: Partial<Record<LogFormat, string>> = {
  nginx: `  # nginx's «combined»: https://nginx.org/en/docs/http/ngx_http_log_module.html
  - name: plimsoll_nginx
    format: regex
    regex: '^(?<remote_addr>[^ ]*) [^ ]* (?<remote_user>[^ ]*) \\[(?<time_local>[^\\]]*)\\] "(?<method>\\S+)(?: +(?<path>[^"]*?)(?: +\\S*)?)?" (?<status>[^ ]*) (?<body_bytes_sent>[^ ]*)(?: "(?<http_referer>[^"]*)" "(?<http_user_agent>[^"]*)")?'
    types: status:integer body_bytes_sent:integer
`,
  apache: `  # Apache's «common» and «combined»: https://httpd.apache.org/docs/2.4/logs.html#accesslog
  - name: plimsoll_apache
    format: regex
    regex: '^(?<host>[^ ]*) [^ ]* (?<user>[^ ]*) \\[(?<time_local>[^\\]]*)\\] "(?<method>\\S+)(?: +(?<path>[^"]*?)(?: +\\S*)?)?" (?<status>[^ ]*) (?<size>[^ ]*)(?: "(?<referer>[^"]*)" "(?<agent>[^"]*)")?'
    types: status:integer size:integer
`,
  logfmt: `  - name: plimsoll_logfmt
    format: logfmt
`,
};

/** The configuration of Fluent Bit 5 in YAML. https://docs.fluentbit.io/manual/administration/configuring-fluent-bit/yaml */
export function fluentBitConfiguration(plan: ObservePlan): string {
  const formats = groupsByFormat(plan).filter(({ key }) => parsers[key] !== undefined);
  const languages = groupsByLanguage(plan);
  return `# Fluent Bit: reads the containers' logs from the node, joins what belongs together, adds the pod's names, and sends it to the store.
# An environment variable of the DaemonSet stands for each \${…}.
service:
  # Seconds between two deliveries: a search sees a line a second after it was written.
  flush: 1
  # Seconds to deliver what is in memory when the pod stops; below terminationGracePeriodSeconds. The rest waits on disk.
  grace: 20
  log_level: info
  # Own metrics at /api/v2/metrics/prometheus, and /api/v1/health for the probes.
  http_server: on
  http_listen: \${POD_IP}
  http_port: 2020
  health_check: on
  # Unhealthy with more than 50 errors or 50 given up chunks in a minute: restarts do not help a store that is down, they would only lose what is in memory.
  hc_errors_count: 50
  hc_retry_failure_count: 50
  hc_period: 60
  # Chunks live on the node's disk, so that neither a restart nor a store that is down for an hour loses a line.
  storage.path: /var/lib/fluent-bit/buffer
  storage.sync: normal
  storage.checksum: off
  storage.metrics: on
  # At most 64 chunks of about 2 MB in memory at once: 128 MB, below the container's limit. The others wait on disk.
  storage.max_chunks_up: 64
  # How much of what a former run left is loaded at once.
  storage.backlog.mem_limit: 16M
${parserSection(formats, languages)}
pipeline:
  inputs:
    - name: tail
      tag: kube.*
      path: /var/log/containers/*.log
      # Its own lines: each error in sending would make another.
      exclude_path: /var/log/containers/fluent-bit-*_\${POD_NAMESPACE}_*.log
      # CRI log files of containerd and CRI-O: time, stream, P or F, text. Partial lines (P) are joined to the one that ends them (F).
      # https://github.com/kubernetes/design-proposals-archive/blob/main/node/kubelet-cri-logging.md
      multiline.parser: cri
      # The file's name holds those of pod, namespace and container: all that is known of a pod that was deleted before it was asked for.
      path_key: file
      # From the beginning of files that are new; known ones go on where the last run stopped.
      read_from_head: on
      refresh_interval: 5
      rotate_wait: 30
      # Where each file was read to. On the node's disk, so that a new pod goes on there.
      db: /var/lib/fluent-bit/tail.db
      db.sync: normal
      # This process alone has it open: no locks.
      db.locking: on
      buffer_chunk_size: 64k
      # A longer line is left out; without it the file would be read no further.
      buffer_max_size: 1M
      skip_long_lines: on
      # Back-pressure: chunks go to the disk; past storage.max_chunks_up reading pauses until the store takes some. The kubelet keeps the files meanwhile.
      storage.type: filesystem
      storage.pause_on_chunks_overlimit: on
      # For the time before a chunk is on disk.
      mem_buf_limit: 32M
  filters:
${languages.map((group) => traceFilter(group.key, group.files, group.who)).join('')}${metadataFilters(formats)}  outputs:
    # Its own metrics as Prometheus reads them come from the HTTP server above.
${output(plan)}`;
}

function parserSection(
  formats: ReturnType<typeof groupsByFormat>,
  languages: ReturnType<typeof groupsByLanguage>,
): string {
  const own = formats.map(({ key }) => parsers[key] ?? '').join('');
  const multi = languages
    .map(({ key }) => {
      const { next, note } = ruleFor(key);
      return `  # ${key}: ${note}.
  - name: plimsoll_${key}
    type: regex
    # Milliseconds after which an entry is complete although no other line has come.
    flush_timeout: 1000
    rules:
      - state: start_state
        regex: ${quoted(`/^(?!${unanchored(next)})/`)}
        next_state: trace
      - state: trace
        regex: ${quoted(`/${next}/`)}
        next_state: trace
`;
    })
    .join('');
  return `${own === '' ? '' : `\nparsers:\n${own}`}${multi === '' ? '' : `\nmultiline_parsers:\n${multi}`}`;
}

/** What begins an entry is what goes on with none: each alternative without its anchor, behind one look-ahead. */
function unanchored(next: string): string {
  return next.replace(/(^|\|)\^/g, '$1');
}

function traceFilter(language: string, files: string, who: readonly string[]): string {
  return `    # Stack traces of ${language} become one entry:
${whoComment(who, '    ')}    - name: multiline
      match_regex: ${quoted(`^kube\\.var\\.log\\.containers\\.${files}$`)}
      multiline.key_content: log
      multiline.parser: plimsoll_${language}
      mode: parser
      buffer: on
      flush_ms: 1000
      emitter_name: traces_${language}
      emitter_storage.type: filesystem
      # Entries on their way back into the pipeline; past it reading pauses.
      emitter_mem_buf_limit: 16M
`;
}

function metadataFilters(formats: ReturnType<typeof groupsByFormat>): string {
  const special = formats.map(({ key, files, who }) =>
    metadataFilter(
      `^kube\\.var\\.log\\.containers\\.${files}$`,
      `plimsoll_${key}`,
      `${key} becomes fields of «app»:\n${whoComment(who, '    ')}`,
    ),
  );
  const others =
    formats.length === 0
      ? '^kube\\.'
      : `^kube\\.(?!var\\.log\\.containers\\.(?:${formats.map(({ files }) => files).join('|')})$)`;
  return `${special.join('')}${metadataFilter(others, undefined, 'A line that is one JSON object becomes fields of «app»; every other stays text in «log».\n')}`;
}

function metadataFilter(match: string, parser: string | undefined, comment: string): string {
  return `    # ${comment}    - name: kubernetes
      match_regex: ${quoted(match)}
      kube_tag_prefix: kube.var.log.containers.
      kube_url: https://kubernetes.default.svc:443
      merge_log: on
${parser === undefined ? '' : `      merge_parser: ${parser}\n`}      merge_log_key: app
      # Not both: the text would be stored twice.
      keep_log: off
      labels: on
      # Annotations hold whole manifests.
      annotations: off
      # A pod does not choose its parser, nor hide its lines: what is logged is decided here.
      k8s-logging.parser: off
      k8s-logging.exclude: off
      # A pod's names do not change; an hour bounds what is kept of those that are gone.
      kube_meta_cache_ttl: 3600
      # Of the API server's answer about one pod, in bytes; larger ones would lose their names.
      buffer_size: 256k
`;
}

const delivery = `      # Tries until it is taken: what waits is on disk.
      retry_limit: no_limits
      # Past it the oldest chunks are dropped: half of the 2 GB that the pod may use of the node's disk stays for a second output.
      storage.total_limit_size: 1G
      workers: 1
`;

function output({ choices }: ObservePlan): string {
  const { host, port, secure } = storeAddress(choices);
  const tls = secure
    ? `      tls: on
      tls.verify: on
      # The store's authority: delete this line for one that the system knows.
      tls.ca_file: /etc/fluent-bit-store/ca.crt
      http_user: \${STORE_USER}
      http_passwd: \${STORE_PASSWORD}
`
    : `      # The store for trying has neither TLS nor a login: its NetworkPolicy lets only this agent in.
      tls: off
`;
  const address = `      host: ${host}
      port: ${port}
`;
  switch (choices.logStore) {
    case 'elasticsearch':
      return `    - name: es
      match: 'kube.*'
${address}${tls}      index: ${dataStream}
      # A data stream takes «create» alone, and types are gone since Elasticsearch 8.
      write_operation: create
      suppress_type_name: on
      time_key: '@timestamp'
      time_key_nanos: on
      # Dots in labels are kept: the index template maps them flattened.
      replace_dots: off
      # Bytes of an answer that are read: the reasons of refused documents are in it.
      buffer_size: 512k
      compress: gzip
      trace_error: on
${delivery}`;
    case 'opensearch':
      return `    - name: opensearch
      match: 'kube.*'
${address}${tls}      index: ${dataStream}
      # A data stream takes «create» alone, and types are gone since OpenSearch 2.
      write_operation: create
      suppress_type_name: on
      time_key: '@timestamp'
      time_key_nanos: on
      replace_dots: off
      buffer_size: 512k
      compress: gzip
      trace_error: on
${delivery}`;
    case 'loki':
      return `    - name: loki
      match: 'kube.*'
${address}${tls}      # Few labels with few values: each combination is a stream of its own. Names of pods go into structured metadata.
      # https://grafana.com/docs/loki/latest/get-started/labels/bp-labels/
      labels: job=containers, namespace=$kubernetes['namespace_name'], container=$kubernetes['container_name'], stream=$stream
      structured_metadata: pod=$kubernetes['pod_name'], node=$kubernetes['host'], file=$file
      remove_keys: stream, _p, time, file
      line_format: json
      compress: gzip
${delivery}`;
    case 'logstash':
      return `    - name: http
      match: 'kube.*'
${address}${tls}      uri: /
      # One JSON array a request: Logstash's http input makes an event of each element.
      format: json
      json_date_key: '@timestamp'
      json_date_format: iso8601
      compress: gzip
${delivery}`;
  }
}
