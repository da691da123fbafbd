import type { LogFormat, ObservePlan } from '../observe-plan.ts';
import { groupsByFormat, groupsByLanguage, whoComment } from './container-groups.ts';
import { dataStream, storeAddress } from './store.ts';
import { ruleFor } from './trace-rules.ts';

/** Fluentd's own parsers for what is neither JSON nor free text. https://docs.fluentd.org/parser */
const parsers: Partial<Record<LogFormat, string>> = {
  nginx: '@type nginx',
  apache: '@type apache2',
  logfmt:
    '@type regexp\n    # One field «pairs»: the images have no parser for logfmt.\n    expression /^(?<pairs>[A-Za-z_@][^ =]*=.*)$/',
};

/** The configuration of Fluentd 1.19. https://docs.fluentd.org/configuration/config-file */
export function fluentdConfiguration(plan: ObservePlan): string {
  const formats = groupsByFormat(plan).filter(({ key }) => parsers[key] !== undefined);
  const languages = groupsByLanguage(plan);
  return `# Fluentd: reads the containers' logs from the node, joins what belongs together, adds the pod's names, and sends it to the store.
<system>
  log_level info
  # One process reads; the supervisor restarts it.
  workers 1
</system>

<source>
  @type tail
  @id containers
  path /var/log/containers/*.log
  # Its own lines: each error in sending would make another.
  exclude_path ["/var/log/containers/fluentd-*_#{ENV['POD_NAMESPACE']}_*.log"]
  # Where each file was read to. On the node's disk, so that a new pod goes on there.
  pos_file /var/lib/fluentd/containers.pos
  # Forgets files that are gone.
  pos_file_compaction_interval 1h
  tag kubernetes.*
  read_from_head true
  follow_inodes true
  refresh_interval 5
  rotate_wait 30
  # One file may not starve the others.
  read_bytes_limit_per_second 8m
  max_line_size 1m
  <parse>
    # CRI log files of containerd and CRI-O: time, stream, P or F, text.
    @type regexp
    expression /^(?<time>[^ ]+) (?<stream>stdout|stderr) (?<logtag>[FP])[^ ]* (?<log>.*)$/
    time_key time
    time_format %Y-%m-%dT%H:%M:%S.%N%:z
    keep_time_key false
  </parse>
  emit_unmatched_lines true
</source>

# Partial lines (P) are joined to the one that ends them (F).
<filter kubernetes.**>
  @type concat
  @id partial_lines
  key log
  use_partial_cri_logtag true
  partial_cri_logtag_key logtag
  partial_cri_stream_key stream
  separator ""
  # A line whose end never comes is sent as it is.
  flush_interval 5
  timeout_label @TRACES
</filter>

<match kubernetes.**>
  @type relabel
  @id to_traces
  @label @TRACES
</match>

# What a filter gives up waiting for goes to the next label: in its own it would wait again, for ever.
<label @TRACES>
${languages.map((group) => traceFilter(group.key, group.files, group.who)).join('')}  <match kubernetes.**>
    @type relabel
    @id to_containers
    @label @CONTAINERS
  </match>
</label>

<label @CONTAINERS>
  # Names, labels and node of the pod, from the API server: pods and namespaces are all that its account may read.
  <filter kubernetes.**>
    @type kubernetes_metadata
    @id pod_names
    tag_to_kubernetes_name_regexp 'var\\.log\\.containers\\.(?<pod_name>[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*)_(?<namespace>[^_]+)_(?<container_name>.+)-(?<docker_id>[a-z0-9]{64})\\.log$'
    skip_labels false
    skip_namespace_metadata true
    skip_master_url true
    # Pods whose names are kept, and for how many seconds.
    cache_size 1000
    cache_ttl 3600
    watch false
  </filter>

${formats.map((group) => parserFilter(group.key, group.files, group.who)).join('')}  # A line that is one JSON object becomes fields of «app»; every other stays text in «log».
  <filter kubernetes.**>
    @type parser
    @id json_lines
    key_name log
    reserve_data true
    reserve_time true
    remove_key_name_field true
    hash_value_field app
    emit_invalid_record_to_error false
    <parse>
      @type json
    </parse>
  </filter>

${output(plan)}</label>

# What a filter could not handle: told in Fluentd's own log, not lost in silence.
<label @ERROR>
  <match **>
    @type stdout
    @id errors
  </match>
</label>

# Own metrics. https://docs.fluentd.org/monitoring-fluentd/monitoring-prometheus
<source>
  @type prometheus
  bind "#{ENV['POD_IP']}"
  port 24231
  metrics_path /metrics
</source>
<source>
  @type prometheus_monitor
</source>
<source>
  @type prometheus_output_monitor
</source>
<source>
  @type prometheus_tail_monitor
</source>
`;
}

function tagPattern(files: string): string {
  return `/^kubernetes\\.var\\.log\\.containers\\.${files.replaceAll('/', '\\/')}$/`;
}

function traceFilter(language: Parameters<typeof ruleFor>[0], files: string, who: readonly string[]): string {
  const { next, note } = ruleFor(language);
  return `  # Stack traces of ${language} become one entry: ${note}.
${whoComment(who, '  ')}  <filter ${tagPattern(files)}>
    @type concat
    @id traces_${language}
    key log
    multiline_start_regexp /^(?!${next.replace(/(^|\|)\^/g, '$1').replaceAll('/', '\\/')})/
    stream_identity_key stream
    separator "\\n"
    flush_interval 1
    timeout_label @CONTAINERS
  </filter>

`;
}

function parserFilter(format: LogFormat, files: string, who: readonly string[]): string {
  return `  # ${format} becomes fields of «app»:
${whoComment(who, '  ')}  <filter ${tagPattern(files)}>
    @type parser
    @id ${format}_lines
    key_name log
    reserve_data true
    reserve_time true
    remove_key_name_field true
    hash_value_field app
    emit_invalid_record_to_error false
    <parse>
    ${parsers[format] ?? '@type none'}
    </parse>
  </filter>

`;
}

function output({ choices }: ObservePlan): string {
  const { host, port, secure } = storeAddress(choices);
  const login = secure ? `    user "#{ENV['STORE_USER']}"\n    password "#{ENV['STORE_PASSWORD']}"\n` : '';
  const tls = secure
    ? '    scheme https\n    ssl_verify true\n    ca_file /etc/log-store/ca.crt\n'
    : '    scheme http\n';
  const url = `${secure ? 'https' : 'http'}://${host}:${port}`;
  switch (choices.logStore) {
    case 'elasticsearch':
    case 'opensearch':
      return `  <match kubernetes.**>
    @type ${choices.logStore}_data_stream
    @id store
    host ${host}
    port ${port}
${tls}${login}    data_stream_name ${dataStream}
    # The template and the policy are installed by the set-up, with rights that the agent does not have.
    ${choices.logStore === 'elasticsearch' ? 'data_stream_template_use_index_patterns_wildcard false\n    ' : ''}include_timestamp true
    reconnect_on_error true
    reload_on_failure true
    reload_connections false
    request_timeout 30s
    log_${choices.logStore === 'elasticsearch' ? 'es' : 'os'}_400_reason true
${buffer}  </match>
`;
    case 'loki':
      return `  <match kubernetes.**>
    @type loki
    @id store
    url ${url}
${secure ? `    username "#{ENV['STORE_USER']}"\n    password "#{ENV['STORE_PASSWORD']}"\n    ca_cert /etc/log-store/ca.crt\n` : ''}    extra_labels {"job":"containers"}
    line_format json
    <label>
      namespace $.kubernetes.namespace_name
      container $.kubernetes.container_name
      stream $.stream
    </label>
${buffer}  </match>
`;
    case 'logstash':
      return `  <match kubernetes.**>
    @type http
    @id store
    endpoint ${url}/
    content_type application/json
    json_array true
    open_timeout 5
    read_timeout 30
${secure ? `    tls_ca_cert_path /etc/log-store/ca.crt\n    <auth>\n      method basic\n      username "#{ENV['STORE_USER']}"\n      password "#{ENV['STORE_PASSWORD']}"\n    </auth>\n` : ''}    <format>
      @type json
    </format>
    <inject>
      time_key @timestamp
      time_type string
      time_format %Y-%m-%dT%H:%M:%S.%N%:z
    </inject>
${buffer}  </match>
`;
  }
}

/** https://docs.fluentd.org/configuration/buffer-section */
const buffer = `    <buffer>
      @type file
      path /var/lib/fluentd/buffer/store
      flush_mode interval
      flush_interval 5s
      flush_thread_count 2
      # Elasticsearch and OpenSearch refuse requests over 100 MB; small ones are tried again at less cost.
      chunk_limit_size 8m
      # Of the node's disk. Past it reading stops («block»): the kubelet keeps the files meanwhile, and no line is dropped here.
      total_limit_size 1g
      overflow_action block
      # Tries until it is taken, at most every minute.
      retry_forever true
      retry_type exponential_backoff
      retry_max_interval 60s
      flush_at_shutdown false
    </buffer>
`;
