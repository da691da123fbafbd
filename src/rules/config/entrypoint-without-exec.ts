import type { Artifact } from '../../core/artifact.ts';
import type { Assumption, Fix } from '../../core/fix.ts';
import type { Dockerfile } from '../../dockerfile/dockerfile.ts';
import type { CmdInstruction, EntrypointInstruction } from '../../dockerfile/instruction.ts';
import { parseScriptFile } from '../../dockerfile/parse-script.ts';
import type { Stage } from '../../dockerfile/stage.ts';
import { copiedScript } from '../../project/copied-script.ts';
import { type Project, shippedStages } from '../../project/project.ts';
import { dockerfileRule } from '../../project/rule.ts';
import { lastInstruction } from '../../project/stage-facts.ts';

/** Programs that run until they are told to stop. */
const servers =
  /^(?:node|python[\d.]*|java|ruby|php-fpm[\d.]*|gunicorn|uvicorn|hypercorn|daphne|celery|flask|puma|unicorn|rails|nginx|httpd|apache2|haproxy|redis-server|mongod|mysqld|postgres|caddy|traefik|dotnet|deno|bun)$/;

export const rule = dockerfileRule({
  severity: 'warning',
  summary: 'The entry point script starts the program without exec',
  why: 'The shell stays the first process and gets the signal to stop, which it does not pass on: the program is killed after ten seconds, in the middle of its work.',
  remedy: 'Put exec before the last command of the script, so that the program takes the place of the shell.',
  peers: [],
  check({ dockerfile, project }, { report }) {
    for (const stage of shippedStages(project, dockerfile)) {
      const start = lastInstruction(stage, 'ENTRYPOINT') ?? lastInstruction(stage, 'CMD');
      const script = start && scriptOf(project, dockerfile, stage, start);
      const last = script && lastCommand(script.text);
      if (start === undefined || script === undefined || last === undefined) continue;
      report({
        at: start.range,
        fix: withExec(script, last),
        message: `${script.path} ends by starting ${last.command} in line ${last.line} without exec.`,
      });
    }
  },
});

/** The script that the container starts, as it lies in the build context. */
function scriptOf(
  project: Project,
  dockerfile: Dockerfile,
  stage: Stage,
  { command }: EntrypointInstruction | CmdInstruction,
): Artifact | undefined {
  if (command.form !== 'exec') return undefined;
  const words = command.words.map(({ value }) => value);
  const program = /^(?:\/bin\/)?(?:ba|da|a)?sh$/.test(words[0] ?? '') ? words[1] : words[0];
  if (program === undefined || !/\.(?:sh|bash)$|(?:^|\/)(?:docker-)?entrypoint$/.test(program)) return undefined;
  const script = copiedScript(project, dockerfile, stage, program);
  return script && project.readFile?.(script.path);
}

interface LastCommand {
  readonly command: string;
  readonly line: number;
  /** Where its first word stands in the script. */
  readonly start: number;
}

/** `exec` before the command, in the script. */
function withExec({ path, text }: Artifact, last: LastCommand): Fix {
  return {
    title: `Put exec before ${last.command} in ${path}`,
    changes: { edits: [{ path, range: { start: last.start, end: last.start }, replacement: 'exec ' }] },
    assumptions: [
      { statement: 'It is the last command of the script, alone, and no trap waits for it.', state: 'holds' },
      leavesNothing(text),
    ],
  };
}

function leavesNothing(text: string): Assumption {
  const statement = 'Nothing that the script starts before it stays in the background.';
  const code = text.replace(/^[ \t]*#.*$/gm, '');
  if (!/(?<![&>])&(?![&>\d])|\bservice\s|\/etc\/init\.d\/|--daemon|\bstart\b/.test(code))
    return { statement, state: 'holds' };
  return {
    statement,
    state: 'unknown',
    question:
      'The script starts something before its last command: may that command be process 1 beside it, which alone gets the signal to stop?',
  };
}

/** The last command of a script when it surely is the program and stays below the shell. */
function lastCommand(text: string): LastCommand | undefined {
  if (!/^#!\s*(?:\/usr)?\/bin\/(?:env\s+)?(?:ba|da|a)?sh\b/.test(text) || /\btrap\b|\bwait\b|<<|\r/.test(text))
    return undefined;
  const { commands, errors } = parseScriptFile(text);
  if (errors.length > 0) return undefined;
  const last = commands.at(-1);
  if (last === undefined || last.place.inside.length > 0 || last.place.pipeline || last.wrappers.includes('exec'))
    return undefined;
  if (
    commands.some(
      ({ wrappers, name, arguments: words }) => wrappers.includes('exec') || (name === 'exec' && words.length > 0),
    )
  )
    return undefined;
  const isGiven = /^"?\$@"?$/.test(last.nameWord.raw);
  const behind = text.slice(last.range.end).trim();
  if (behind !== '' || !(isGiven || servers.test(last.name))) return undefined;
  // `python manage.py migrate` and the like come back.
  if (
    !isGiven &&
    /\b(?:migrate|collectstatic|install|build|seed|setup|--version|-c)\b/.test(
      last.arguments.map(({ value }) => value).join(' '),
    )
  )
    return undefined;
  const line = text.slice(0, last.range.start).split('\n').length;
  const first = last.wrapperWords[0] ?? last.nameWord;
  return { command: isGiven ? 'its arguments' : last.name, line, start: first.range.start };
}
