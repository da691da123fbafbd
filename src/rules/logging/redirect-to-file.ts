import type { CommandWord } from '../../core/command-line.ts';
import type { Fix } from '../../core/fix.ts';
import type { SourceRange } from '../../core/text.ts';
import type { Dockerfile } from '../../dockerfile/dockerfile.ts';
import { replace } from '../../dockerfile/edit.ts';
import type { ShellCommand } from '../../dockerfile/shell.ts';
import { isStandardStream } from '../../ecosystems/standard-stream.ts';
import { filesLinkedToStreams } from '../../project/log-links.ts';
import { shippedStages } from '../../project/project.ts';
import { dockerfileRule } from '../../project/rule.ts';
import { lastInstruction } from '../../project/stage-facts.ts';
import { dropRedirection } from '../../repairs/drop-redirection.ts';
import { nothingReads } from '../../repairs/log-streams.ts';

/** Options of servers that name a log file: gunicorn, celery, uWSGI, mongod, redis, Spring Boot. */
const logOptions =
  /^(?:--(?:access-?log-?file|error-?log-?file|log-?file|logfile|log-?path|logpath|logto2?|capture-log)|-Dlogging\.file\.(?:name|path))$/;

export const rule = dockerfileRule({
  severity: 'warning',
  summary: 'start command that writes the log to a file',
  why: 'What is in a file of the container is not in docker logs or kubectl logs, no collector forwards it, it fills the disk of the node and is gone with the container.',
  remedy: 'Let the program write to standard output and error, and leave collecting to the platform.',
  peers: [],
  check({ dockerfile, project }, { report }) {
    const linked = filesLinkedToStreams(dockerfile);
    const seen = new Set<number>();
    for (const stage of shippedStages(project, dockerfile))
      for (const name of ['ENTRYPOINT', 'CMD'] as const) {
        const instruction = lastInstruction(stage, name);
        if (instruction === undefined) continue;
        for (const command of dockerfile.script(instruction)?.commands ?? [])
          for (const { file, range, fix } of logFiles(command, dockerfile, (file) =>
            dropRedirection(project, dockerfile, stage, instruction, command, file),
          )) {
            if (linked.has(file) || seen.has(range.start)) continue;
            seen.add(range.start);
            report({
              at: range,
              message: `${name} writes the log of ${command.name || 'the program'} to ${file}.`,
              cause: `log-file:${file}`,
              ...(fix && { fix }),
            });
          }
      }
  },
});

interface LogFile {
  readonly file: string;
  readonly range: SourceRange;
  readonly fix?: Fix;
}

function logFiles(
  command: ShellCommand,
  dockerfile: Dockerfile,
  notRedirected: (file: string) => Fix | undefined,
): LogFile[] {
  const redirected = command.redirects.flatMap(({ operator, target, range }): LogFile[] => {
    if (!target?.literal || !/^(?:>>?|&>>?|>\|)$/.test(operator) || !isLog(target.value)) return [];
    const fix = notRedirected(target.value);
    return [{ file: target.value, range, ...(fix && { fix }) }];
  });
  return [
    ...redirected,
    ...namedByOption(command.arguments).map((found) => ({ ...found, ...toStream(command, found, dockerfile) })),
  ];
}

/** gunicorn takes `-` for its streams. */
function toStream({ name }: ShellCommand, { file, range }: LogFile, dockerfile: Dockerfile): { readonly fix?: Fix } {
  const text = dockerfile.text.slice(range.start, range.end);
  const at = text.lastIndexOf(file);
  if (name !== 'gunicorn' || at === -1) return {};
  const start = range.start + at;
  const edits = [replace(dockerfile, { start, end: start + file.length }, '-')];
  return { fix: { title: 'Log to the standard streams', changes: { edits }, assumptions: [nothingReads(file)] } };
}

function namedByOption(words: readonly CommandWord[]): LogFile[] {
  const result: LogFile[] = [];
  words.forEach((word, index) => {
    const equals = word.value.indexOf('=');
    const name = equals === -1 ? word.value : word.value.slice(0, equals);
    if (!logOptions.test(name)) return;
    const value = equals === -1 ? words[index + 1] : word;
    const file = equals === -1 ? (value?.value ?? '') : word.value.slice(equals + 1);
    if (!value?.literal || !file.includes('/') || isStandardStream(file)) return;
    result.push({ file, range: { start: word.range.start, end: value.range.end } });
  });
  return result;
}

/** A file that is named or placed as a log is; other redirections make configuration. */
function isLog(path: string): boolean {
  if (isStandardStream(path)) return false;
  return /\.(?:log|out|err)$|^\/var\/log\/|\/logs?\//.test(path);
}
