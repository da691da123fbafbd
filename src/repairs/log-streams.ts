import { enumerate } from '../core/enumerate.ts';
import type { Assumption, Fix, TextEdit } from '../core/fix.ts';
import type { CopiedLogSetting } from '../project/copied-configuration.ts';

const isError = /err/i;

/** What a server's configuration names to log to a stream; undefined where a file name alone does not do it. */
function streamFor({ server, directive }: CopiedLogSetting): string | undefined {
  switch (server) {
    case 'nginx':
    case 'supervisord':
    case 'php':
      return isError.test(directive) ? '/dev/stderr' : '/dev/stdout';
    // The master process of these opens the log; a worker of another user may not open /dev/stderr again.
    case 'httpd':
    case 'php-fpm':
      return isError.test(directive) ? '/proc/self/fd/2' : '/proc/self/fd/1';
    case 'gunicorn':
      return '-';
    default:
      return undefined;
  }
}

/**
 * Names streams in place of the log files in one server's configuration; undefined where one of them cannot be named so.
 * @param settings of one server in one artifact
 */
export function logToStreams(settings: readonly CopiedLogSetting[]): Fix | undefined {
  const named = settings.map((setting) => ({ setting, stream: streamFor(setting) }));
  const edits: TextEdit[] = [];
  for (const { setting, stream } of named) {
    const own = stream === undefined ? undefined : streamEdits(setting, stream);
    if (own === undefined) return undefined;
    edits.push(...own);
  }
  const streams = enumerate([...new Set(named.flatMap(({ stream }) => stream ?? []))]);
  const taken = named.map(({ setting, stream }) => `${setting.server} takes ${stream} for ${setting.directive}.`);
  return {
    title: `Log to ${streams}`,
    changes: { edits },
    assumptions: [
      ...[...new Set(taken)].map((statement) => ({ statement, state: 'holds' as const })),
      nothingReads(enumerate([...new Set(settings.map(({ file }) => file))], 'or')),
    ],
  };
}

/** supervisord must not rotate a stream. */
function streamEdits({ artifact, range, file, directive, server }: CopiedLogSetting, stream: string) {
  const at = artifact.text.lastIndexOf(file, range.end);
  if (at < range.start) return undefined;
  const edits: TextEdit[] = [{ path: artifact.path, range: { start: at, end: at + file.length }, replacement: stream }];
  const rotation = server === 'supervisord' ? withoutRotation(artifact.text, range.end, directive) : undefined;
  if (rotation !== undefined) edits.push({ path: artifact.path, ...rotation });
  return edits;
}

/** `…_maxbytes=0` in the section of a setting: changed where it is there, added behind the setting where it is not. */
function withoutRotation(text: string, from: number, directive: string): Omit<TextEdit, 'path'> | undefined {
  const before = text.slice(text.lastIndexOf('\n[', from) + 1, from);
  const next = text.indexOf('\n[', from);
  const behind = text.slice(from, next === -1 ? undefined : next);
  const name = `${directive}_maxbytes`;
  if (before.includes(name)) return undefined;
  const given = new RegExp(`^[ \\t]*${name}[ \\t]*=[ \\t]*([^\\s;]+)`, 'm').exec(behind);
  if (given !== null) {
    const value = given[1] ?? '';
    const start = from + given.index + given[0].length - value.length;
    return value === '0' ? undefined : { range: { start, end: start + value.length }, replacement: '0' };
  }
  const lineEnd = text.indexOf('\n', from);
  const lineFeed = lineEnd === -1 ? text.length : lineEnd;
  const end = text[lineFeed - 1] === '\r' ? lineFeed - 1 : lineFeed;
  return { range: { start: end, end }, replacement: `${text.includes('\r\n') ? '\r\n' : '\n'}${name}=0` };
}

export function nothingReads(file: string): Assumption {
  return {
    statement: `Nothing reads ${file}.`,
    state: 'unknown',
    question: `Does anything read ${file}: a collector beside the container, log rotation, a script?`,
  };
}
