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

/** Names a stream in place of the log file in a server's configuration. supervisord must not rotate a stream. */
export function logToStream(setting: CopiedLogSetting): Fix | undefined {
  const { artifact, range, file, directive, server } = setting;
  const stream = streamFor(setting);
  const at = artifact.text.lastIndexOf(file, range.end);
  if (stream === undefined || at < range.start) return undefined;
  const edits: TextEdit[] = [{ path: artifact.path, range: { start: at, end: at + file.length }, replacement: stream }];
  if (server === 'supervisord') {
    const rotation = withoutRotation(artifact.text, range.end, directive);
    if (rotation !== undefined) edits.push({ path: artifact.path, ...rotation });
  }
  return {
    title: `Log to ${stream}`,
    changes: { edits },
    assumptions: [{ statement: `${server} takes ${stream} for ${directive}.`, state: 'holds' }, nothingReads(file)],
  };
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
  const end = lineEnd === -1 ? text.length : lineEnd;
  return { range: { start: end, end }, replacement: `\n${name}=0` };
}

export function nothingReads(file: string): Assumption {
  return {
    statement: `Nothing reads ${file}.`,
    state: 'unknown',
    question: `Does anything read ${file}: a collector beside the container, log rotation, a script?`,
  };
}
