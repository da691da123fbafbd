/** A directive with its parameters and what it holds. https://docs.fluentd.org/configuration/config-file */
export interface FluentdElement {
  readonly name: string;
  readonly argument: string;
  readonly parameters: ReadonlyMap<string, string>;
  readonly elements: readonly FluentdElement[];
}

/** A model of Fluentd's format, written from its documentation. @throws Error with the line of the first fault */
export function parseFluentd(text: string): readonly FluentdElement[] {
  interface Open {
    name: string;
    argument: string;
    parameters: Map<string, string>;
    elements: FluentdElement[];
  }
  const root: Open = { name: 'ROOT', argument: '', parameters: new Map(), elements: [] };
  const open: Open[] = [root];
  const lines = text.split(/\r?\n/);
  for (let at = 0; at < lines.length; at += 1) {
    const line = (lines[at] ?? '').trim();
    const fail = (message: string): never => {
      throw new Error(`line ${at + 1}: ${message}`);
    };
    if (line === '' || line.startsWith('#')) continue;
    const current = open.at(-1) ?? root;
    const end = /^<\/([a-zA-Z_]\w*)>\s*(?:#.*)?$/.exec(line);
    const begin = /^<([a-zA-Z_]\w*)(?:[ \t]+(.*?))?[ \t]*>\s*(?:#.*)?$/.exec(line);
    if (end) {
      if (open.length === 1 || current.name !== end[1]) fail(`</${end[1]}> ends what did not begin`);
      open.pop();
      open.at(-1)?.elements.push(current);
    } else if (begin) {
      open.push({ name: begin[1] ?? '', argument: begin[2] ?? '', parameters: new Map(), elements: [] });
    } else if (line.startsWith('<')) fail('no directive');
    else if (/^@include\s+\S/.test(line)) continue;
    else {
      const parameter = /^([A-Za-z_@$.][\w@.$-]*)(?:[ \t]+(.*))?$/.exec(line);
      if (!parameter) fail('no parameter');
      let value = parameter?.[2] ?? '';
      // A literal in brackets or double quotes may go on in the next lines.
      while (isOpen(value) && at + 1 < lines.length) {
        at += 1;
        value += `\n${lines[at]}`;
      }
      if (isOpen(value)) fail('a value does not end');
      current.parameters.set(parameter?.[1] ?? '', value);
    }
  }
  if (open.length > 1) throw new Error(`line ${lines.length}: <${open.at(-1)?.name}> does not end`);
  return root.elements;
}

function isOpen(value: string): boolean {
  if (value.startsWith('"')) return !/^"(?:[^"\\]|\\.)*"/s.test(value);
  if (!/^[[{]/.test(value)) return false;
  const bare = value.replace(/"(?:[^"\\]|\\.)*"/g, '');
  const count = (pattern: RegExp) => bare.match(pattern)?.length ?? 0;
  return count(/[[{]/g) > count(/[\]}]/g);
}

const top = new Set(['source', 'match', 'filter', 'label', 'system', 'worker']);

/** The parameters of each plug-in that is generated; `@type`, `@id`, `@label`, `@log_level` are everywhere. */
const plugins: Readonly<Record<string, readonly string[]>> = {
  'source/tail': [
    'path',
    'exclude_path',
    'pos_file',
    'pos_file_compaction_interval',
    'tag',
    'read_from_head',
    'follow_inodes',
    'refresh_interval',
    'rotate_wait',
    'read_bytes_limit_per_second',
    'max_line_size',
    'emit_unmatched_lines',
    'path_key',
  ],
  'source/prometheus': ['bind', 'port', 'metrics_path'],
  'source/prometheus_monitor': [],
  'source/prometheus_output_monitor': [],
  'source/prometheus_tail_monitor': [],
  'filter/concat': [
    'key',
    'separator',
    'multiline_start_regexp',
    'continuous_line_regexp',
    'stream_identity_key',
    'flush_interval',
    'timeout_label',
    'use_partial_cri_logtag',
    'partial_cri_logtag_key',
    'partial_cri_stream_key',
  ],
  'filter/kubernetes_metadata': [
    'tag_to_kubernetes_name_regexp',
    'skip_labels',
    'skip_namespace_metadata',
    'skip_master_url',
    'cache_size',
    'cache_ttl',
    'watch',
  ],
  'filter/parser': [
    'key_name',
    'reserve_data',
    'reserve_time',
    'remove_key_name_field',
    'hash_value_field',
    'emit_invalid_record_to_error',
  ],
  'match/relabel': [],
  'match/stdout': [],
  'match/elasticsearch_data_stream': [
    'host',
    'port',
    'scheme',
    'ssl_verify',
    'ca_file',
    'user',
    'password',
    'data_stream_name',
    'data_stream_template_use_index_patterns_wildcard',
    'include_timestamp',
    'reconnect_on_error',
    'reload_on_failure',
    'reload_connections',
    'request_timeout',
    'log_es_400_reason',
  ],
  'match/opensearch_data_stream': [
    'host',
    'port',
    'scheme',
    'ssl_verify',
    'ca_file',
    'user',
    'password',
    'data_stream_name',
    'include_timestamp',
    'reconnect_on_error',
    'reload_on_failure',
    'reload_connections',
    'request_timeout',
    'log_os_400_reason',
  ],
  'match/loki': ['url', 'username', 'password', 'ca_cert', 'extra_labels', 'line_format'],
  'match/http': ['endpoint', 'content_type', 'json_array', 'open_timeout', 'read_timeout', 'tls_ca_cert_path'],
  'parse/regexp': ['expression', 'time_key', 'time_format', 'keep_time_key'],
  'parse/json': [],
  'format/json': [],
  'parse/nginx': [],
  'parse/apache2': [],
  'buffer/file': [
    'path',
    'flush_mode',
    'flush_interval',
    'flush_thread_count',
    'chunk_limit_size',
    'total_limit_size',
    'overflow_action',
    'retry_forever',
    'retry_type',
    'retry_max_interval',
    'flush_at_shutdown',
  ],
};

/** What the model has against a configuration: grammar, unknown parameters, labels and routes that lead nowhere or in a circle. */
export function fluentdProblems(text: string): string[] {
  const elements = parseFluentd(text);
  const problems: string[] = [];
  const labels = new Set(elements.filter(({ name }) => name === 'label').map(({ argument }) => argument));
  for (const element of elements)
    if (!top.has(element.name)) problems.push(`<${element.name}> does not stand at the top`);
  const visit = (element: FluentdElement, label: string | undefined): void => {
    const kind = element.parameters.get('@type');
    const known = kind === undefined ? undefined : plugins[`${element.name}/${kind}`];
    if (['source', 'match', 'filter'].includes(element.name) && kind === undefined)
      problems.push(`<${element.name} ${element.argument}>: no @type`);
    if (['match', 'filter'].includes(element.name) && element.argument === '')
      problems.push(`<${element.name}>: no pattern`);
    if (kind !== undefined && known === undefined)
      problems.push(`<${element.name}>: @type ${kind} is not known to the model`);
    for (const name of element.parameters.keys())
      if (known && !name.startsWith('@') && !known.includes(name))
        problems.push(`${element.name}/${kind}: unknown parameter ${name}`);
    for (const key of ['@label', 'timeout_label']) {
      const target = element.parameters.get(key);
      if (target !== undefined && !labels.has(target)) problems.push(`no label ${target}`);
      if (target !== undefined && key === 'timeout_label' && target === label)
        problems.push(`${target}: what is given up waiting for would wait again`);
    }
    for (const child of element.elements) visit(child, element.name === 'label' ? element.argument : label);
  };
  for (const element of elements) visit(element, undefined);
  return problems;
}
