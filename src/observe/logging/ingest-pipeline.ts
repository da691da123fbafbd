import type { JsonObject } from '../../core/json-object.ts';

/**
 * Brings what an application calls its fields to one name each, whichever agent sent the document: `message`, `level`, `trace_id`,
 * `error`. A pod that was gone before the agent asked for it keeps the names that its file has. In the store rather than in three agents' languages. A document that it cannot read is stored as it is.
 * https://www.elastic.co/docs/manage-data/ingest/transform-enrich/ingest-pipelines
 */
export function ingestPipeline(): JsonObject {
  return {
    description: 'Logs of containers: one name for message, level, trace id and error',
    processors: [
      {
        script: {
          lang: 'painless',
          source: script.trim(),
          params: { messages, levels, levelNames, traces, spans, lineEnd: '\n' },
        },
      },
      { remove: { field: ['_p', 'logtag', 'time'], ignore_missing: true } },
    ],
    on_failure: [{ set: { field: 'error.type', value: 'ingest: {{ _ingest.on_failure_message }}' } }],
  };
}

/** In the order in which they are asked; the first that is there wins. */
const messages = ['message', 'msg', '@m', '@mt', 'event', 'text', 'short_message'];
const levels = ['level', 'severity', 'lvl', 'loglevel', 'log_level', 'log.level', 'levelname', '@l', 'severity_text'];
const traces = ['trace_id', 'traceId', 'traceid', 'trace.id', 'dd.trace_id', '@tr', 'otelTraceID'];
const spans = ['span_id', 'spanId', 'spanid', 'span.id', 'dd.span_id', '@sp', 'otelSpanID'];

/** What loggers write, numbers of pino and bunyan among it, to the six names of OpenTelemetry's severities. */
const levelNames: Readonly<Record<string, string>> = {
  trace: 'trace',
  verbose: 'trace',
  vrb: 'trace',
  trce: 'trace',
  finest: 'trace',
  '10': 'trace',
  debug: 'debug',
  dbg: 'debug',
  dbug: 'debug',
  fine: 'debug',
  '20': 'debug',
  info: 'info',
  information: 'info',
  informational: 'info',
  inf: 'info',
  notice: 'info',
  config: 'info',
  '30': 'info',
  warn: 'warn',
  warning: 'warn',
  wrn: 'warn',
  '40': 'warn',
  error: 'error',
  err: 'error',
  fail: 'error',
  severe: 'error',
  '50': 'error',
  fatal: 'fatal',
  critical: 'fatal',
  crit: 'fatal',
  ftl: 'fatal',
  panic: 'fatal',
  dpanic: 'fatal',
  alert: 'fatal',
  emergency: 'fatal',
  '60': 'fatal',
};

const script = `
if (ctx.kubernetes == null && ctx.file instanceof String) {
  int slash = ctx.file.lastIndexOf('/');
  def name = ctx.file.substring(slash + 1);
  int first = name.indexOf('_');
  int last = name.lastIndexOf('_');
  int id = name.lastIndexOf('-');
  if (first > 0 && last > first && id > last) {
    ctx.kubernetes = ['pod_name': name.substring(0, first), 'namespace_name': name.substring(first + 1, last), 'container_name': name.substring(last + 1, id)];
  }
}
if (ctx.kubernetes != null) { ctx.remove('file'); }
def app = ctx.app instanceof Map ? ctx.app : null;
if (ctx.app != null && app == null) { ctx.log = ctx.log == null ? ctx.app.toString() : ctx.log; ctx.remove('app'); }
if (app != null) {
  for (name in params.messages) { if (ctx.message == null && app[name] instanceof String) { ctx.message = app[name]; } }
  for (name in params.levels) { if (ctx.level == null && app[name] != null && !(app[name] instanceof Map)) { ctx.level = app[name].toString(); } }
  if (ctx.level == null && app.log instanceof Map && app.log.level != null) { ctx.level = app.log.level.toString(); }
  for (name in params.traces) { if (ctx.trace_id == null && app[name] instanceof String) { ctx.trace_id = app[name]; } }
  for (name in params.spans) { if (ctx.span_id == null && app[name] instanceof String) { ctx.span_id = app[name]; } }
  def error = app.err != null ? app.err : (app.error != null ? app.error : app.exception);
  if (error instanceof Map) {
    def kept = new HashMap();
    if (error.type != null) { kept.type = error.type.toString(); }
    def stack = error.stack_trace != null ? error.stack_trace : (error.stack != null ? error.stack : error.stacktrace);
    if (stack != null) { kept.stack_trace = stack.toString(); }
    if (!kept.isEmpty()) { ctx.error = kept; }
  }
}
if (ctx.message == null && ctx.log != null) { ctx.message = ctx.log.toString(); }
if (ctx.message == null && app != null && app.method instanceof String && app.path instanceof String) {
  ctx.message = app.method + ' ' + app.path + ' ' + app.status;
  if (ctx.level == null && app.status instanceof Number) { ctx.level = app.status >= 500 ? 'error' : 'info'; }
}
if (ctx.message == null && app != null) { ctx.message = app.toString(); }
if (app == null && ctx.level == null && ctx.message != null) {
  def head = ctx.message.length() > 120 ? ctx.message.substring(0, 120) : ctx.message;
  def token = '';
  for (int at = 0; at <= head.length() && ctx.level == null; at++) {
    def letter = at < head.length() ? (int) head.charAt(at) : 32;
    if ((letter >= 65 && letter <= 90) || (letter >= 97 && letter <= 122)) { token += head.substring(at, at + 1); }
    else { if (token.length() > 2 && (token == token.toUpperCase() || at == token.length()) && params.levelNames.containsKey(token.toLowerCase())) { ctx.level = token; } token = ''; }
  }
}
if (ctx.level == null && ctx.message != null && ctx.message.indexOf(params.lineEnd) > 0 && (ctx.message.contains('Error') || ctx.message.contains('Exception') || ctx.message.contains('Traceback'))) { ctx.level = 'error'; }
if (ctx.level != null) { def name = params.levelNames[ctx.level.toLowerCase()]; ctx.level = name != null ? name : ctx.level.toLowerCase(); }
`;
