/** What a field is for, as far as dashboards and searches need it. */
export type FieldRole = 'timestamp' | 'level' | 'message' | 'trace';

/** The names that loggers and their schemas use; ECS, OpenTelemetry, GELF, Serilog, zap, zerolog, pino, bunyan, logback, structlog, slog. */
const names: ReadonlyMap<string, FieldRole> = new Map(
  Object.entries({
    timestamp: [
      '@timestamp',
      'timestamp',
      'time',
      'ts',
      't',
      'date',
      'datetime',
      'asctime',
      '@t',
      'timemillis',
      'instant',
      'eventtime',
      'log_time',
      'timeunixnano',
      'created',
    ],
    level: [
      'level',
      'severity',
      'lvl',
      'loglevel',
      'log_level',
      'log.level',
      'levelname',
      '@l',
      '@level',
      'severity_text',
      'severitytext',
      'severitynumber',
    ],
    message: ['message', 'msg', 'event', 'text', '@m', '@mt', '@message', 'short_message', 'body', 'renderedmessage'],
    trace: [
      'trace_id',
      'traceid',
      'trace.id',
      'trace-id',
      'otel.trace_id',
      'dd.trace_id',
      '@tr',
      'x-b3-traceid',
      'logging.googleapis.com/trace',
      'traceparent',
      'request_id',
      'requestid',
      'correlation_id',
      'correlationid',
    ],
  } satisfies Record<FieldRole, string[]>).flatMap(([role, each]) =>
    each.map((name): [string, FieldRole] => [name, asRole(role)]),
  ),
);

function asRole(name: string): FieldRole {
  return name === 'timestamp' || name === 'level' || name === 'message' ? name : 'trace';
}

/** What a field of this path is for; undefined for all others. */
export function roleOf(path: string): FieldRole | undefined {
  return path.length > 40 ? undefined : names.get(path.toLowerCase());
}

const levels =
  /^(?:trace|debug|dbg|verbose|vrb|info|information|informational|inf|notice|warn|warning|wrn|error|err|critical|crit|fatal|ftl|alert|emergency|emerg|panic|dpanic|severe|fine|finer|finest|config|default)$/i;

/** True for the name of a level that log stores and dashboards know. */
export function isLevelName(value: string): boolean {
  return levels.test(value);
}

const levelInText =
  /(?:^|[\s[(|<"'=:])(?:TRACE|DEBUG|INFO|NOTICE|WARN(?:ING)?|ERROR|ERR|CRITICAL|FATAL|PANIC|SEVERE)(?=[\s\])|>"':,]|$)|^[IWEFD]\d{4} |^(?:trce|dbug|info|warn|fail|crit): /;

/** True where a line of text says its level in its head. */
export function saysLevel(line: string): boolean {
  return levelInText.test(line.slice(0, 160)) || /\b(?:level|severity)=\w/.test(line);
}
