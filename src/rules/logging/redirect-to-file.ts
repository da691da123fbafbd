import type { CommandWord } from '../../core/command-line.ts';
import type { SourceRange } from '../../core/text.ts';
import type { ShellCommand } from '../../dockerfile/shell.ts';
import { isStandardStream } from '../../ecosystems/standard-stream.ts';
import { filesLinkedToStreams } from '../../project/log-links.ts';
import { shippedStages } from '../../project/project.ts';
import { dockerfileRule } from '../../project/rule.ts';
import { lastInstruction } from '../../project/stage-facts.ts';

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
        const script = instruction && dockerfile.script(instruction);
        for (const command of script?.commands ?? [])
          for (const { file, range } of logFiles(command)) {
            if (linked.has(file) || seen.has(range.start)) continue;
            seen.add(range.start);
            report({
              at: range,
              message: `${name} writes the log of ${command.name || 'the program'} to ${file}.`,
              cause: `log-file:${file}`,
            });
          }
      }
  },
});

interface LogFile {
  readonly file: string;
  readonly range: SourceRange;
}

function logFiles(command: ShellCommand): LogFile[] {
  const redirected = command.redirects.flatMap(({ operator, target, range }) =>
    target?.literal && /^(?:>>?|&>>?|>\|)$/.test(operator) && isLog(target.value)
      ? [{ file: target.value, range }]
      : [],
  );
  return [...redirected, ...namedByOption(command.arguments)];
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
