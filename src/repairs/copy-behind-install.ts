import { posix } from 'node:path';
import type { Fix } from '../core/fix.ts';
import type { Dockerfile } from '../dockerfile/dockerfile.ts';
import { commentedStart, lineEndOf } from '../dockerfile/edit-lines.ts';
import type { CopyInstruction, RunInstruction } from '../dockerfile/instruction.ts';
import type { PlacedPackageCommand } from '../dockerfile/package-commands.ts';
import type { Stage } from '../dockerfile/stage.ts';
import { manifestOf } from '../ecosystems/facts.ts';
import { readPackageCommand } from '../ecosystems/package-command.ts';
import { directoryOf } from '../project/moved-files.ts';
import type { Project } from '../project/project.ts';
import { workingDirectory } from '../project/stage-facts.ts';
import { isIndependentCommand } from './independent-steps.ts';
import { assumptionsOf, inputsOf } from './manifests-first.ts';
import { mayChange } from './may-change.ts';
import { stepsBetween } from './steps-between.ts';

/** A program's own text. */
const source = /\.(?:[cm]?[jt]sx?|py|rb|php|html?|css|vue|svelte)$/;
/** What package managers, and the scripts of packages, are set with. */
const settings = /^\.|config|(?:^|\/)(?:setup|gulpfile|gruntfile)\.\w+$/i;

/** Single sources that are copied between the manifests and the install. */
export interface SingleSources {
  /** What brings them. */
  readonly copy: CopyInstruction;
  /** Moves the COPY, with its comments, behind the install. */
  readonly fix: Fix;
}

/**
 * The last COPY of single sources between the manifests and their install, where it can be moved behind it. Undefined where the install reads
 * one of them, or where its RUN does more than install.
 */
export function copyBehindInstall(
  project: Project,
  dockerfile: Dockerfile,
  stage: Stage,
  install: PlacedPackageCommand,
): SingleSources | undefined {
  const { instruction: run } = install;
  if (run.name !== 'RUN' || run.heredocs.length > 0 || !onlyInstalls(dockerfile, run, install)) return undefined;
  const copies = stage.instructions.filter(
    (each): each is CopyInstruction =>
      (each.name === 'COPY' || each.name === 'ADD') && each.from === undefined && each.range.start < run.range.start,
  );
  const copy = copies.findLast(isOfSources);
  const [manifest] = copies.flatMap((brought) =>
    (brought === copy ? [] : brought.sources)
      .filter(({ value }) => manifestOf(value)?.ecosystem === install.read.ecosystem)
      .map(({ value }) => ({ value, brought })),
  );
  if (copy === undefined || manifest === undefined) return undefined;
  const isMovable =
    copy.destination?.value.startsWith('/') === true ||
    workingDirectory(dockerfile, stage, run).path === workingDirectory(dockerfile, stage, copy).path;
  const root = directoryOf(dockerfile, install);
  if (!isMovable || root === undefined) return undefined;
  const inContext = posix.dirname(posix.normalize(manifest.value)).replace(/^[./]+/, '');
  const inputs = inputsOf(project, dockerfile, stage, { inContext, root }, install);
  // What the install does is read from the files of the context, not from what a step has made of them: `npm pkg set scripts.postinstall=…`.
  const files = inputs?.needs.files.map((file) => posix.join(root, file.replaceAll('*', ''))) ?? [];
  const between = { start: manifest.brought.range.start, end: install.command.range.start };
  if (mayChange(project, dockerfile, stage, files, between, ({ action }) => action === 'install')) return undefined;
  const steps = stepsBetween(dockerfile, stage, copy, run);
  if (inputs === undefined || 'command' in inputs.needs || steps === undefined) return undefined;
  const names = copy.sources.map(({ value }) => value.slice(value.lastIndexOf('/') + 1));
  if (inputs.needs.files.some((file) => names.includes(file.slice(file.lastIndexOf('/') + 1)))) return undefined;
  return {
    copy,
    fix: {
      title: 'Copy the sources behind the install',
      changes: { edits: moveBehind(dockerfile, copy, run) },
      assumptions: [...assumptionsOf(inputs), ...steps],
    },
  };
}

function isOfSources(copy: CopyInstruction): boolean {
  return (
    copy.heredocs.length === 0 &&
    copy.syntax.innerComments.length === 0 &&
    copy.sources.every(({ value }) => source.test(value) && !settings.test(value) && !value.includes('$'))
  );
}

/** The install, with what empties caches and what looks at no file. */
function onlyInstalls(dockerfile: Dockerfile, run: RunInstruction, { command }: PlacedPackageCommand): boolean {
  const script = dockerfile.script(run);
  return (
    script?.errors.length === 0 &&
    script.commands.every(
      (each) => each === command || isIndependentCommand(each) || readPackageCommand(each)?.action === 'clean-cache',
    )
  );
}

function moveBehind(dockerfile: Dockerfile, copy: CopyInstruction, run: RunInstruction): Fix['changes']['edits'] {
  const { text, path } = dockerfile;
  const start = commentedStart(dockerfile, copy);
  const { end } = copy.syntax.range;
  const moved = text.slice(start, end).replace(/\r?\n$/, '');
  const behind = run.syntax.range.end;
  const eol = lineEndOf(dockerfile);
  return [
    { path, range: { start, end }, replacement: '' },
    {
      path,
      range: { start: behind, end: behind },
      replacement: text[behind - 1] === '\n' ? `${moved}${eol}` : `${eol}${moved}`,
    },
  ];
}
