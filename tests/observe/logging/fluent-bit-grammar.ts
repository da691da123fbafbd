import { parse } from 'yaml';
import { isJsonObject, type JsonObject } from '../../../src/core/json-object.ts';

/**
 * A model of Fluent Bit's YAML, written from its documentation: sections, the settings of the service, and the properties of the plug-ins
 * that are generated. https://docs.fluentbit.io/manual/administration/configuring-fluent-bit/yaml
 * Fluent Bit takes names in any case, and ends at start-up with one that it does not know.
 */
export function fluentBitProblems(text: string): string[] {
  const root: unknown = parse(text);
  if (root === null) return [];
  if (!isJsonObject(root)) return ['the document is no mapping'];
  const problems: string[] = [];
  for (const [name, value] of Object.entries(root)) {
    if (!sections.has(name)) problems.push(`unknown section ${name}`);
    else if (name === 'pipeline') problems.push(...pipelineProblems(value));
    else if (name === 'service' && isJsonObject(value)) problems.push(...unknown('service', value, service));
    else if (name === 'parsers') problems.push(...list(name, value, (each) => unknown('parser', each, parser)));
    else if (name === 'multiline_parsers') problems.push(...list(name, value, multilineProblems));
  }
  return [...problems, ...references(root)];
}

const sections = new Set([
  'service',
  'env',
  'includes',
  'parsers',
  'multiline_parsers',
  'plugins',
  'pipeline',
  'customs',
  'upstream_servers',
  'stream_processor',
  'extensions',
]);

const service =
  words(`flush grace daemon log_level log_file parsers_file plugins_file streams_file http_server http_listen http_port health_check
  hc_errors_count hc_retry_failure_count hc_period hot_reload coro_stack_size scheduler.cap scheduler.base json.convert_nan_to_null
  sp.convert_from_str_to_num dns.mode dns.resolver dns.prefer_ipv4 storage.path storage.sync storage.checksum storage.metrics
  storage.max_chunks_up storage.backlog.mem_limit storage.delete_irrecoverable_chunks storage.trim_files multiline_buffer_limit`);
const parser = words(
  'name format regex time_key time_format time_keep time_offset time_strict time_system_timezone types decode_field decode_field_as skip_empty_values logfmt_no_bare_keys',
);
const common = words('name alias log_level tag match match_regex processors routes');
const input = words('mem_buf_limit storage.type storage.pause_on_chunks_overlimit threaded routable');
const output =
  words(`host port retry_limit workers storage.total_limit_size tls tls.verify tls.verify_hostname tls.ca_file tls.ca_path tls.crt_file tls.key_file
  tls.key_passwd tls.vhost tls.debug tls.min_version tls.max_version net.keepalive net.connect_timeout net.keepalive_idle_timeout ipv6`);
const search =
  words(`index type suppress_type_name http_user http_passwd http_api_key compress path pipeline logstash_format logstash_prefix
  logstash_dateformat time_key time_key_format time_key_nanos include_tag_key tag_key buffer_size generate_id write_operation id_key replace_dots
  current_time_index trace_output trace_error cloud_id cloud_auth aws_auth aws_region`);

const plugins: Readonly<Record<string, ReadonlySet<string>>> = {
  'inputs/tail':
    words(`path exclude_path key read_from_head refresh_interval rotate_wait path_key offset_key ignore_older buffer_chunk_size buffer_max_size
    skip_long_lines truncate_long_lines skip_empty_lines exit_on_eof inotify_watcher parser tag_regex db db.sync db.locking db.journal_mode
    db.compare_filename multiline.parser docker_mode`),
  'inputs/dummy': words(
    'dummy rate samples interval_sec copies metadata start_time_sec start_time_nsec fixed_timestamp flush_on_startup test_hang_on_exit',
  ),
  'filters/kubernetes':
    words(`buffer_size tls.debug tls.verify merge_log merge_parser merge_log_key merge_log_trim keep_log kube_url kube_ca_file kube_ca_path
    kube_tag_prefix kube_token_file kube_token_command kube_token_ttl kube_meta_cache_ttl labels annotations owner_references namespace_labels
    namespace_annotations k8s-logging.parser k8s-logging.exclude use_journal regex_parser use_kubelet kubelet_host kubelet_port cache_use_docker_id`),
  'filters/multiline': words(
    'debug_flush buffer mode flush_ms multiline.parser multiline.key_content emitter_name emitter_storage.type emitter_mem_buf_limit',
  ),
  'outputs/es': search,
  'outputs/opensearch': search,
  'outputs/loki': words(
    'uri tenant_id tenant_id_key labels structured_metadata label_keys remove_keys drop_single_key line_format label_map_path auto_kubernetes_labels http_user http_passwd bearer_token compress buffer_size',
  ),
  'outputs/http': words(
    'uri format json_date_key json_date_format compress http_user http_passwd http_method header header_tag proxy allow_duplicated_headers body_key headers_key log_response_payload',
  ),
  'outputs/stdout': words('format json_date_key json_date_format'),
};

function words(text: string): ReadonlySet<string> {
  return new Set(text.trim().split(/\s+/));
}

function unknown(where: string, value: JsonObject, ...known: readonly ReadonlySet<string>[]): string[] {
  return Object.keys(value)
    .filter((name) => !known.some((each) => each.has(name.toLowerCase())))
    .map((name) => `${where}: unknown property ${name}`);
}

function list(where: string, value: unknown, judge: (each: JsonObject) => string[]): string[] {
  if (!Array.isArray(value)) return [`${where}: no list`];
  return value.flatMap((each) => (isJsonObject(each) ? judge(each) : [`${where}: an item is no mapping`]));
}

function pipelineProblems(value: unknown): string[] {
  if (!isJsonObject(value)) return ['pipeline: no mapping'];
  return Object.entries(value).flatMap(([kind, items]) => {
    if (!['inputs', 'filters', 'outputs'].includes(kind)) return [`pipeline: unknown section ${kind}`];
    return list(kind, items, (item) => pluginProblems(kind, item));
  });
}

function pluginProblems(kind: string, item: JsonObject): string[] {
  const { name } = item;
  if (typeof name !== 'string') return [`${kind}: an item has no name`];
  const known = plugins[`${kind}/${name}`];
  // A plug-in that is never generated is not judged.
  if (known === undefined) return [];
  const problems = unknown(
    `${kind}/${name}`,
    item,
    known,
    common,
    kind === 'inputs' ? input : kind === 'outputs' ? output : new Set(),
  );
  if (kind !== 'inputs' && item.match === undefined && item.match_regex === undefined)
    problems.push(`${kind}/${name}: no match`);
  return problems;
}

const multiline = words('name type match_string key_content negate flush_timeout rules parser key_pattern key_group');

function multilineProblems(value: JsonObject): string[] {
  const problems = unknown('multiline_parser', value, multiline);
  if (value.type !== 'regex') return problems;
  const rules = Array.isArray(value.rules) ? value.rules.filter(isJsonObject) : [];
  const states = new Set(rules.map(({ state }) => state));
  if (!states.has('start_state')) problems.push(`${value.name}: no start_state`);
  for (const { regex, next_state } of rules) {
    if (typeof regex !== 'string' || !/^\/.*\/$/s.test(regex))
      problems.push(`${value.name}: a rule's regex is not between slashes`);
    else if (/\[[^\]]*\[(?!:)/.test(regex.replace(/\\./g, '')))
      problems.push(`${value.name}: Onigmo reads a bracket within brackets as a set`);
    if (next_state !== undefined && !states.has(next_state)) problems.push(`${value.name}: no state ${next_state}`);
  }
  return problems;
}

/** Parsers that are named have to be there, the built-in ones apart. */
function references(root: JsonObject): string[] {
  const named = (value: unknown) => (Array.isArray(value) ? value.filter(isJsonObject).map(({ name }) => name) : []);
  const parsers = new Set([...named(root.parsers), 'json', 'docker', 'cri', 'nginx', 'apache', 'syslog-rfc3164']);
  const multi = new Set([...named(root.multiline_parsers), 'cri', 'docker', 'go', 'java', 'python', 'ruby']);
  const { inputs, filters } = isJsonObject(root.pipeline) ? root.pipeline : {};
  return [...(Array.isArray(inputs) ? inputs : []), ...(Array.isArray(filters) ? filters : [])]
    .filter(isJsonObject)
    .flatMap((item) => [
      ...['parser', 'merge_parser'].flatMap((key) =>
        item[key] === undefined || parsers.has(item[key]) || root.includes !== undefined
          ? []
          : [`no parser ${item[key]}`],
      ),
      ...String(item['multiline.parser'] ?? '')
        .split(/\s*,\s*/)
        .filter((name) => name !== '' && !multi.has(name) && root.includes === undefined)
        .map((name) => `no multiline parser ${name}`),
    ]);
}
