import type { BuildContext } from '../../context/build-context.ts';
import { decodeArtifact } from '../../core/artifact.ts';
import type { Assumption, Fix } from '../../core/fix.ts';
import type { Dockerfile } from '../../dockerfile/dockerfile.ts';
import type { CmdInstruction, EntrypointInstruction } from '../../dockerfile/instruction.ts';
import { parseDockerfile } from '../../dockerfile/parse-dockerfile.ts';
import type { ShellCommand } from '../../dockerfile/shell.ts';
import type { Stage } from '../../dockerfile/stage.ts';
import { type CopiedScript, copiedScript } from '../../project/copied-script.ts';
import { buildsOf, type ImageBuild, type Project, shippedStages } from '../../project/project.ts';
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
      const build = buildsOf(project, dockerfile).find((each) => each.stage === stage);
      const script = start && build?.context && scriptIn(build, stage, start);
      const last = script && lastCommand(script.text);
      if (start === undefined || script === undefined || last === undefined) continue;
      const fix = build?.context && withExec(project, build.context, script, last);
      report({
        at: start.range,
        ...(fix && { fix }),
        message: `${script.path} ends by starting ${last.command} in line ${last.line} without exec.`,
      });
    }
  },
});

/** The script that the container starts, as it lies in the build context. */
function scriptIn(
  { context }: ImageBuild,
  stage: Stage,
  { command }: EntrypointInstruction | CmdInstruction,
): CopiedScript | undefined {
  if (context === undefined || command.form !== 'exec') return undefined;
  const words = command.words.map(({ value }) => value);
  const program = /^(?:\/bin\/)?(?:ba|da|a)?sh$/.test(words[0] ?? '') ? words[1] : words[0];
  if (program === undefined || !/\.(?:sh|bash)$|(?:^|\/)(?:docker-)?entrypoint$/.test(program)) return undefined;
  const script = copiedScript(context, stage, program);
  // A script that was not read to its end may end another way.
  return script?.complete === true ? script : undefined;
}

interface LastCommand {
  readonly command: string;
  readonly line: number;
  /** Where its first word stands in the script. */
  readonly start: number;
}

/** `exec` before the command, in the script. */
function withExec(project: Project, context: BuildContext, script: CopiedScript, last: LastCommand): Fix | undefined {
  const path = context.directory === '' ? script.path : `${context.directory}/${script.path}`;
  const artifact = project.readFile?.(path) ?? project.artifacts.get(path);
  // The place was found in the file's bytes: other characters would have moved it.
  if (artifact === undefined || artifact.text !== script.text) return undefined;
  return {
    title: `Put exec before ${last.command} in ${script.path}`,
    changes: { edits: [{ path, range: { start: last.start, end: last.start }, replacement: 'exec ' }] },
    assumptions: [
      { statement: 'It is the last command of the script, alone, and no trap waits for it.', state: 'holds' },
      leavesNothing(script.text),
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
  const commands = commandsOf(text);
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
  const behind = text.slice(last.range.end - offset).trim();
  if (behind !== '' || !(isGiven || servers.test(last.name))) return undefined;
  // `python manage.py migrate` and the like come back.
  if (
    !isGiven &&
    /\b(?:migrate|collectstatic|install|build|seed|setup|--version|-c)\b/.test(
      last.arguments.map(({ value }) => value).join(' '),
    )
  )
    return undefined;
  const line = text.slice(0, last.range.start - offset).split('\n').length;
  const first = last.wrapperWords[0] ?? last.nameWord;
  return { command: isGiven ? 'its arguments' : last.name, line, start: first.range.start - offset };
}

const opening = 'RUN <<SCRIPT\n';
const offset = opening.length;

/** A script is read as the here-document of a RUN, which is the same language. */
function commandsOf(text: string): readonly ShellCommand[] {
  const source = `${opening}${text.endsWith('\n') ? text : `${text}\n`}SCRIPT\n`;
  const dockerfile: Dockerfile = parseDockerfile(decodeArtifact('script', Buffer.from(source)));
  const [run] = dockerfile.instructions;
  const script = run && dockerfile.script(run);
  return script && script.errors.length === 0 ? script.commands : [];
}
