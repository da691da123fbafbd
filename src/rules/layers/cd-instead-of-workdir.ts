import type { Assumption, Fix } from '../../core/fix.ts';
import type { Dockerfile } from '../../dockerfile/dockerfile.ts';
import type { RunInstruction } from '../../dockerfile/instruction.ts';
import { removeInstruction } from '../../dockerfile/remove-command.ts';
import type { ShellCommand } from '../../dockerfile/shell.ts';
import type { Stage } from '../../dockerfile/stage.ts';
import { dockerfileRule } from '../../project/rule.ts';
import { workingDirectory } from '../../project/stage-facts.ts';

const peers = ['hadolint:DL3003', 'trivy:DS013', 'kics:run-instruction-using-cd-instead-of-workdir'] as const;

/** A RUN whose first command changes to an absolute directory, in which all the others then work. */
interface Change {
  readonly run: RunInstruction;
  readonly first: ShellCommand;
  readonly second: ShellCommand | undefined;
  readonly directory: string;
}

/** Where programs are fetched and built: their directories, not those of the application. */
const workshops: ReadonlySet<string> = new Set(
  '/ /tmp /var/tmp /opt /root /usr/src /usr/local /usr/local/src /usr/local/bin /usr/local/lib /usr/share /home'.split(
    ' ',
  ),
);

export const rule = dockerfileRule({
  severity: 'note',
  summary: 'RUN changes the directory itself',
  why: 'A cd holds for its own RUN only, so every step has to repeat it and a forgotten one works in the wrong directory.',
  remedy: 'Set the directory with WORKDIR.',
  peers,
  check({ dockerfile }, { report }) {
    for (const stage of dockerfile.stages) {
      const repeated = new Map<string, Change[]>();
      for (const change of changesIn(dockerfile, stage)) {
        const { run, first, second, directory } = change;
        if (second === undefined) {
          const edits = removeInstruction(dockerfile, run);
          report({
            ...(edits && {
              fix: {
                title: 'Leave out the RUN',
                changes: { edits },
                assumptions: [existsAlready(dockerfile, stage, change)],
              },
            }),
            at: run.range,
            message: `cd ${directory} does nothing here: the next instruction starts in the working directory again.`,
            severity: 'warning',
            peers,
          });
        } else if (workingDirectory(dockerfile, stage, run).path === directory) {
          const isSet = workingDirectory(dockerfile, stage, run).instruction !== undefined;
          const fix = isSet ? withoutChange(dockerfile, change, second) : undefined;
          report({
            at: first.range,
            message: `${directory} is the working directory already.`,
            peers,
            ...(fix && { fix }),
          });
        } else repeated.set(directory, [...(repeated.get(directory) ?? []), change]);
      }
      for (const [directory, [first, ...others]] of repeated) {
        if (first === undefined || workshops.has(directory)) continue;
        if (others.length === 0 && !isFilledBefore(stage, first)) continue;
        report({
          at: first.first.range,
          also: others.map((other) => ({ range: other.first.range, note: 'again' })),
          message:
            others.length === 0
              ? `The files of ${directory} were copied there, and this RUN has to change to it first.`
              : `${others.length + 1} RUN instructions change to ${directory} first.`,
          peers,
        });
      }
    }
  },
});

/** All that such a RUN does is to fail where there is no such directory. */
function existsAlready(dockerfile: Dockerfile, stage: Stage, { run, directory }: Change): Assumption {
  const statement = 'The RUN has no effect beside failing where the directory is missing.';
  const isMade =
    workshops.has(directory) ||
    workingDirectory(dockerfile, stage, run).path === directory ||
    isFilledBefore(stage, { run, directory }) ||
    dockerfile.text.slice(stage.from?.range.end ?? 0, run.range.start).includes(directory);
  if (isMade) return { statement, state: 'holds' };
  return { statement, state: 'unknown', question: `Was WORKDIR ${directory} meant, for what follows?` };
}

/** Something was copied into the directory: it is the application's. */
function isFilledBefore(stage: Stage, { run, directory }: Pick<Change, 'run' | 'directory'>): boolean {
  return stage.instructions.some((each) => {
    if ((each.name !== 'COPY' && each.name !== 'ADD') || each.range.start > run.range.start) return false;
    const target = each.destination?.value.replace(/(.)\/+$/, '$1') ?? '';
    return target === directory || target.startsWith(`${directory}/`);
  });
}

function changesIn(dockerfile: Dockerfile, stage: Stage): readonly Change[] {
  return stage.instructions.flatMap((run) => (run.name === 'RUN' ? (changeOf(dockerfile, run) ?? []) : []));
}

function changeOf(dockerfile: Dockerfile, run: RunInstruction): Change | undefined {
  const script = dockerfile.script(run);
  const [first, second] = script?.commands ?? [];
  if (script === undefined || first === undefined || script.form === 'exec' || script.dialect === 'cmd')
    return undefined;
  const [target, ...more] = first.arguments;
  if (first.name !== 'cd' || first.wrappers.length > 0 || target === undefined || more.length > 0) return undefined;
  const directory = target.value.replace(/(.)\/+$/, '$1');
  if (!target.literal || !directory.startsWith('/') || /\/\.{1,2}(?:\/|$)|[*?[]/.test(directory)) return undefined;
  if (first.place.inside.length > 0 || first.place.pipeline !== undefined || script.errors.length > 0) return undefined;
  // What changes the directory again does not work in this one.
  if (script.commands.slice(1).some(({ name }) => name === 'cd' || name === 'pushd' || name === 'popd'))
    return undefined;
  return { run, first, second, directory };
}

/** Takes `cd … &&` out of the RUN. Nothing else may stand between the two commands. */
function withoutChange(dockerfile: Dockerfile, { first, run }: Change, second: ShellCommand): Fix | undefined {
  const range = { start: first.range.start, end: second.range.start };
  if (
    second.place.inside.length > 0 ||
    !/^cd\s[^#]*?(?:&&|;)[\s\\]*$/.test(dockerfile.text.slice(range.start, range.end))
  )
    return undefined;
  if (run.syntax.innerComments.some((comment) => comment.start >= range.start && comment.end <= range.end))
    return undefined;
  return {
    title: 'Leave out the cd',
    changes: { edits: [{ path: dockerfile.path, range, replacement: '' }] },
    assumptions: [{ statement: 'WORKDIR has made this directory and set it.', state: 'holds' }],
  };
}
