import type { Severity } from '../../core/severity.ts';
import type { LogFacts } from './check-log.ts';
import type { LogFinding } from './log-report.ts';
import type { LogFault } from './log-tallies.ts';

interface FaultText {
  readonly severity: Severity;
  /** `detail` lists what was seen. */
  message(count: number, detail: string): string;
  readonly remedy: string;
}

/** What each fault means, worst first. */
const texts: Readonly<Record<LogFault, FaultText>> = {
  secret: {
    severity: 'error',
    message: (count, detail) =>
      `${lines(count)} a secret (${detail}); whoever reads the logs has it, and so does every store behind them`,
    remedy: 'Take it out of what is logged, and change it: what was logged is known.',
  },
  'multi-line': {
    severity: 'error',
    message: (count, detail) =>
      `${count} ${count === 1 ? 'entry spans' : 'entries span'} several lines${detail ? ` (stack traces of ${detail})` : ''}: each line becomes an entry of its own, without level and time`,
    remedy:
      'Log errors as a field of the JSON object; until then the agent has to join them by a multi-line parser of that language.',
  },
  'multi-line-json': {
    severity: 'error',
    message: (count) =>
      `${count} JSON ${count === 1 ? 'object is' : 'objects are'} spread over lines: no agent reads it as JSON`,
    remedy: 'Turn off pretty printing: one object a line.',
  },
  'broken-json': {
    severity: 'error',
    message: (count) => `${lines(count)} the beginning of JSON and cannot be read as such: cut, or two writers at once`,
    remedy: 'Look whether lines are cut by a buffer, or written by several processes to one pipe.',
  },
  nul: {
    severity: 'error',
    message: (count) => `${lines(count)} NUL bytes: many agents end the line there`,
    remedy: 'Log binary data as base64, or not at all.',
  },
  'invalid-utf8': {
    severity: 'error',
    message: (count) =>
      `${lines(count)} bytes that are no UTF-8: stores refuse the document, or the agent replaces them`,
    remedy: 'Set the locale or the logger’s encoding to UTF-8 (LANG=C.UTF-8, -Dstdout.encoding=UTF-8).',
  },
  'bad-name': {
    severity: 'error',
    message: (_, detail) =>
      `names of fields are empty or have a dot at an end or two in a row (${detail}): Elasticsearch and OpenSearch refuse the document`,
    remedy: 'Rename the field.',
  },
  'deep-nesting': {
    severity: 'error',
    message: (count) =>
      `${lines(count)} objects nested more than 20 deep: index.mapping.depth.limit refuses the document`,
    remedy: 'Log the part that is needed, or the whole as one string.',
  },
  'prefixed-json': {
    severity: 'warning',
    message: (count) => `${lines(count)} JSON behind a prefix: it is read as text`,
    remedy: 'Take the prefix away where it is written (a logger’s pattern, a process manager).',
  },
  ansi: {
    severity: 'warning',
    message: (count) =>
      `${lines(count)} control sequences for a terminal (colours): they are stored, and patterns do not match`,
    remedy: 'Turn colours off: NO_COLOR=1, or the logger’s switch.',
  },
  'long-line': {
    severity: 'warning',
    message: (count) =>
      `${lines(count)} more than 16 KiB: the runtime cuts it into partial lines, which only some agents join`,
    remedy: 'Log less in one line, or see that the agent joins partial lines (Fluent Bit: multiline.parser cri).',
  },
  'duplicate-key': {
    severity: 'warning',
    message: (count, detail) =>
      `${lines(count)} the same name twice in one object (${detail}): one value is lost, or the document refused`,
    remedy: 'Rename one of the two.',
  },
  'timestamp-without-zone': {
    severity: 'warning',
    message: (count) => `${lines(count)} a time without zone: it is taken for UTC, or for the agent’s own`,
    remedy: 'Write RFC 3339 with Z or an offset.',
  },
  'foreign-line': {
    severity: 'warning',
    message: (count) =>
      `${count === 1 ? '1 line is' : `${count} lines are`} not in the format of the rest of the file, and not read`,
    remedy: 'See whether the file is whole; --format says how it is to be read.',
  },
  'large-number': {
    severity: 'warning',
    message: (_, detail) => `whole numbers past 2^53 (${detail}): many parsers round them`,
    remedy: 'Log identifiers as strings.',
  },
  'dotted-name': {
    severity: 'note',
    message: (_, detail) =>
      `names with dots (${detail}): a store reads them as objects, and one that also has the part before the dot as a value refuses one of the two`,
    remedy: 'Fine where all follow it (ECS); otherwise let the agent replace dots.',
  },
  'level-number': {
    severity: 'note',
    message: (_, detail) => `the level is a number (${detail}): dashboards and alerts have to know what it means`,
    remedy: 'Write its name, as pino does with formatters.level.',
  },
  'unknown-level': {
    severity: 'note',
    message: (count) => `${lines(count)} a level of an unusual name`,
    remedy: 'Map it in the agent to debug, info, warn, error or fatal.',
  },
};

function lines(count: number): string {
  return count === 1 ? '1 line has' : `${count} lines have`;
}

/** What single lines have that breaks something. */
export function faultFindings({ tallies, partial, container }: LogFacts): LogFinding[] {
  const found = entriesOf(texts).flatMap(([kind, text]): LogFinding[] => {
    const seen = tallies.get(kind);
    if (!seen) return [];
    const details = [...seen.details].sort((one, other) => other[1] - one[1]).map(([detail]) => detail);
    const detail = details.slice(0, 4).join(', ') + (details.length > 4 ? ', …' : '');
    return [
      {
        kind,
        severity: text.severity,
        message: text.message(seen.count, detail),
        remedy: text.remedy,
        count: seen.count,
        lines: seen.lines,
      },
    ];
  });
  if (partial > 0)
    found.push({
      kind: 'partial-lines',
      severity: 'note',
      message: `${partial} ${partial === 1 ? 'entry was' : 'entries were'} cut by the ${container === 'cri' ? 'container runtime' : 'Docker log driver'} and joined here: an agent that does not join them stores broken JSON`,
      remedy: 'Fluent Bit: multiline.parser cri; Fluentd: concat on the tag P; OpenTelemetry: the container operator.',
      count: partial,
      lines: [],
    });
  return found;
}

function entriesOf<Key extends string, Value>(record: Readonly<Record<Key, Value>>): [Key, Value][] {
  const keys: Key[] = [];
  for (const key in record) keys.push(key);
  return keys.map((key) => [key, record[key]]);
}
