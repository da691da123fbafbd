import { compareReleases } from '../bases/releases.ts';
import { enumerate } from '../core/enumerate.ts';
import type { Assumption, Fix, TextEdit } from '../core/fix.ts';
import { mayHoldIgnoreComment } from '../core/ignore-comment.ts';
import type { Dockerfile } from '../dockerfile/dockerfile.ts';
import { commentedStart } from '../dockerfile/edit-lines.ts';
import type { CopyInstruction, Instruction, RunInstruction } from '../dockerfile/instruction.ts';
import type { PlacedPackageCommand } from '../dockerfile/package-commands.ts';
import type { Stage } from '../dockerfile/stage.ts';
import type { SyntaxItem } from '../dockerfile/syntax.ts';
import { manifestOf } from '../ecosystems/facts.ts';
import {
  type FetchInputs,
  fetchInputs,
  type InstallInputs,
  installInputs,
  type ProjectFiles,
} from '../ecosystems/install-inputs.ts';
import { copiedFiles, liesIn } from '../project/copied-files.ts';
import { directoryOf } from '../project/moved-files.ts';
import type { Project } from '../project/project.ts';
import { baseImageOf, workingDirectory } from '../project/stage-facts.ts';
import { contextFiles } from './context-files.ts';
import { keepInstalled } from './keep-installed.ts';
import { manifestCopies, type Place } from './manifest-copies.ts';
import { type SplitRun, splitRun } from './split-run.ts';
import { stepsBetween } from './steps-between.ts';
import { toldFromAbove } from './told-from-above.ts';
import { unknownWords, worksElsewhere } from './works-elsewhere.ts';

/**
 * Copies the manifests in place of the sources, and the sources behind the install: the COPY moves down with its comments, and a RUN that does
 * more than install is split. For tools that fetch while they build, a step that only fetches is put in.
 */
export function manifestsFirst(
  project: Project,
  dockerfile: Dockerfile,
  stage: Stage,
  copy: CopyInstruction,
  install: PlacedPackageCommand,
): Fix | undefined {
  const run = install.instruction;
  const source = copiedDirectory(copy);
  if (run.name !== 'RUN' || source === undefined) return undefined;
  const place = placeOf(dockerfile, stage, copy, source, install);
  if (place === undefined) return undefined;
  const inputs = seenWithin(inputsOf(project, dockerfile, stage, place, install), () => {
    const brought = contextFiles(project, dockerfile, source);
    return brought && toldFromAbove(brought, place.inCopy, install.read);
  });
  // Of a directory that is not seen it is not known that it is one.
  if (inputs === undefined || (source !== '' && inputs.files === undefined)) return undefined;
  const steps = stepsBetween(dockerfile, stage, copy, run);
  const split =
    'command' in inputs.needs
      ? fetchBefore(dockerfile, run, install, inputs.needs)
      : splitRun(dockerfile, run, install, inputs.needs);
  if (steps === undefined || split === undefined) return undefined;
  const moved = moveCopy(project, dockerfile, copy, run, place, inputs, split);
  if (moved === undefined) return undefined;
  const within = place.inContext === '' ? '' : `${place.inContext}/`;
  const kept =
    inputs.files &&
    keepInstalled(
      project,
      dockerfile,
      inputs.needs.fills.map((directory) => within + directory),
    );
  const names = inputs.needs.files.map((file) => file.replace(/\*$/, ''));
  return {
    title: `Copy ${enumerate(names.slice(0, 3))}${names.length > 3 ? ' and more' : ''} first, ${'command' in inputs.needs ? 'fetch' : 'install'}, then copy the sources`,
    changes: {
      edits: [...moved, ...(kept?.changes.edits ?? [])],
      ...(kept?.changes.newFiles && { newFiles: kept.changes.newFiles }),
    },
    assumptions: [...assumptionsOf(inputs), ...steps, ...(kept?.assumptions ?? [])],
  };
}

/**
 * The directory that a COPY brings, from the context, '' for all of it: `COPY . DIRECTORY`, `COPY server DIRECTORY`. Undefined with anything that would mean
 * something else for single files.
 */
function copiedDirectory(copy: CopyInstruction): string | undefined {
  const [source] = copy.sources;
  if (
    source === undefined ||
    copy.sources.length > 1 ||
    copy.heredocs.length > 0 ||
    copy.form !== 'shell' ||
    copy.excludes.length > 0 ||
    copy.parents ||
    copy.syntax.innerComments.length > 0
  )
    return undefined;
  if (/^\.?\/?$/.test(source.value)) return '';
  const directory = source.value.replace(/^(?:\.?\/)+/, '').replace(/\/+$/, '');
  const isPlain = source.raw === undefined && /^[\w@+-][\w@.+-]*(?:\/[\w@+-][\w@.+-]*)*$/.test(directory);
  return isPlain ? directory : undefined;
}

/** Where the install works, seen from the COPY. */
function placeOf(
  dockerfile: Dockerfile,
  stage: Stage,
  copy: CopyInstruction,
  source: string,
  install: PlacedPackageCommand,
): Place | undefined {
  const destination = copiedFiles(dockerfile, stage).find(({ instruction }) => instruction === copy)?.destination;
  const directory = directoryOf(dockerfile, install);
  const written = copy.destination;
  if (destination === undefined || directory === undefined || written === undefined || written.raw !== undefined)
    return undefined;
  // `pip install -r /app/requirements.txt` may work anywhere.
  const works = install.read.packages.some(({ kind, name }) => kind.endsWith('-file') && name.startsWith('/'))
    ? destination
    : directory;
  if (!liesIn(works, destination)) return undefined;
  // A destination that is relative must mean the same below the WORKDIRs between.
  if (
    !written.value.startsWith('/') &&
    workingDirectory(dockerfile, stage, install.instruction).path !== workingDirectory(dockerfile, stage, copy).path
  )
    return undefined;
  const inCopy = works === destination ? '' : works.slice(destination === '/' ? 1 : destination.length + 1);
  return {
    root: destination,
    inCopy,
    inContext: [source, inCopy].filter((part) => part !== '').join('/'),
    target: written.value.endsWith('/') ? written.value : `${written.value}/`,
  };
}

/** What the install of a stage reads, with the files that it is read from. */
export interface Inputs {
  readonly needs: InstallInputs | FetchInputs;
  readonly files: ProjectFiles | undefined;
}

/** The inputs, or why they are not all: a file above them. */
function seenWithin(inputs: Inputs | undefined, above: () => string | undefined): Inputs | undefined {
  if (inputs === undefined || inputs.needs.needsSources !== undefined) return inputs;
  const path = above();
  if (path === undefined) return inputs;
  return {
    ...inputs,
    needs: { ...inputs.needs, needsSources: `${path} lies above it and may tell what is installed` },
  };
}

/** What an install reads that works on what lies at `root`, of a project in a directory of the context. A context without any manifest is one that is filled before the build, or is not this one. */
export function inputsOf(
  project: Project,
  dockerfile: Dockerfile,
  stage: Stage,
  place: Pick<Place, 'inContext' | 'root'>,
  install: PlacedPackageCommand,
): Inputs | undefined {
  if (worksElsewhere(dockerfile, install)) return undefined;
  const { read } = install;
  const seen = contextFiles(project, dockerfile, place.inContext);
  const inner = { ...read, packages: read.packages.map((each) => relativeFile(place.root, each)) };
  const named = inner.packages.flatMap(({ kind, name }) =>
    kind === 'requirements-file' ? name.replace(/^\.\//, '') : [],
  );
  const isThere = seen?.paths.some((path) =>
    named.length > 0 ? named.includes(path) : isManifestOf(path, read.ecosystem),
  );
  const files = isThere ? seen : undefined;
  const { runtime } = baseImageOf(stage);
  const release = runtime?.name === read.tool ? runtime.version : undefined;
  const needs =
    installInputs(inner, files, writtenRelease(dockerfile, read.tool)) ??
    (read.action === 'build' ? fetchInputs(inner, files, release) : undefined);
  const questions = unknownWords(install).map(
    (word) => `Does the install read nothing else, and nowhere else, with «${word}»?`,
  );
  return needs && { needs: { ...needs, questions: [...needs.questions, ...questions] }, files };
}

/** The oldest release that a Dockerfile writes beside the name of a tool: `uv==0.2.0`, `astral-sh/uv:0.2`, `ARG UV_VERSION=0.2.0`, `…/uv/0.2.0/install.sh`. */
function writtenRelease({ text }: Dockerfile, tool: string): string | undefined {
  if (tool !== 'uv') return undefined;
  const written =
    /\buv(?:[ _-]{1,3}version)?(?:\[[\w,-]*\])?["']?(?:[=~]=|<=?|[=:@ ]|\/(?:releases\/download\/)?)["']?v?(\d+(?:\.\d+)+)/gi;
  return [...text.matchAll(written)].flatMap(([, release]) => release ?? []).sort(compareReleases)[0];
}

function isManifestOf(path: string, ecosystem: string): boolean {
  // Projects of .NET lie in directories of their own.
  return manifestOf(path)?.ecosystem === ecosystem && (!path.includes('/') || ecosystem === 'nuget');
}

/** Requirements files are named as the container has them; the context has them below the COPY's destination. */
function relativeFile<Argument extends PlacedPackageCommand['read']['packages'][number]>(
  root: string,
  argument: Argument,
): Argument {
  const prefix = root === '/' ? '/' : `${root}/`;
  if (!argument.kind.endsWith('-file') || !argument.name.startsWith(prefix)) return argument;
  return { ...argument, name: argument.name.slice(prefix.length) };
}

/** That the install reads nothing else, as far as it is known. */
export function assumptionsOf({ needs, files }: Inputs): Assumption[] {
  const fails: Assumption[] =
    needs.needsSources === undefined
      ? []
      : [{ statement: `The install needs none of the sources, but ${needs.needsSources}.`, state: 'fails' }];
  const filled = needs.fills.find((directory) => files?.paths.some((path) => path.startsWith(`${directory}/`)));
  if (filled !== undefined)
    fails.push({ statement: `The context has no ${filled} that would replace what was installed.`, state: 'fails' });
  if (fails.length > 0) return fails;
  const statement = 'The install reads nothing of the project but these files.';
  if (needs.questions.length === 0) return [{ statement, state: 'holds' }];
  return needs.questions.map((question) => ({ statement, state: 'unknown', question }));
}

/** A step of its own that fetches, in place of the install. */
function fetchBefore(
  dockerfile: Dockerfile,
  run: RunInstruction,
  { command, stage, read }: PlacedPackageCommand,
  needs: FetchInputs,
): SplitRun | undefined {
  const commands = dockerfile.script(run)?.commands;
  if (stage === undefined || commands?.[0] === undefined) return undefined;
  const before = commands.filter(({ range }) => range.start < command.range.start);
  // A `cd` before the build would have to be repeated, and so would what Java is told.
  const moves = before.some(({ name }) => name === 'cd' || name === 'pushd' || name === 'export');
  const isToldMore = read.ecosystem === 'maven' && (command.wrappers.length > 0 || command.assignments.length > 0);
  if (moves || isToldMore || run.mounts.some(({ type }) => type === 'bind')) return undefined;
  // A script that is made executable first is started by the shell that it is written for.
  const isMadeExecutable = before.some(
    ({ name, arguments: words }) => name === 'chmod' && words.some(({ value }) => value.endsWith(read.tool)),
  );
  const fetch = isMadeExecutable ? needs.command.replace(/^\.\//, 'sh ./') : needs.command;
  return {
    first: `${dockerfile.text.slice(run.keyword.range.start, run.keyword.range.end)} ${fetch}`,
    second: undefined,
    edits: [],
    insertsBefore: true,
  };
}

function moveCopy(
  project: Project,
  dockerfile: Dockerfile,
  copy: CopyInstruction,
  run: RunInstruction,
  place: Place,
  { needs }: Inputs,
  split: SplitRun,
): readonly TextEdit[] | undefined {
  const { text, path } = dockerfile;
  const eol = text.slice(copy.syntax.range.start, copy.syntax.range.end).endsWith('\r\n') ? '\r\n' : '\n';
  const above = commentedStart(dockerfile, copy);
  // What tells of the install stays with it.
  const start = tellsOfInstall(text.slice(above, copy.syntax.range.start)) ? copy.syntax.range.start : above;
  const moved = text.slice(start, copy.syntax.range.end).replace(/\r?\n$/, '');
  const manifests = manifestCopies(project, dockerfile, copy, place, needs).join(eol);
  const blank = syntaxBehind(dockerfile, copy);
  const gap = blank?.kind === 'blank' ? eol : '';
  const replaceCopy: TextEdit =
    manifests === ''
      ? {
          path,
          range: { start, end: gap === '' ? copy.syntax.range.end : (blank?.range.end ?? start) },
          replacement: '',
        }
      : { path, range: { start, end: copy.range.end }, replacement: manifests };
  if (split.insertsBefore) {
    const at = commentedStart(dockerfile, run);
    const insertion = `${split.first}${eol}${gap}${moved}${eol}${gap}`;
    return [replaceCopy, { path, range: { start: at, end: at }, replacement: insertion }];
  }
  const end = run.syntax.range.end;
  const lines = [`${gap}${moved}`, ...(split.second === undefined ? [] : [split.second])].join(eol);
  const endsLine = text[end - 1] === '\n';
  // One edit for the cut and what follows: another one that adds to the end of the RUN then meets it, and waits.
  const from = split.cutFrom ?? end;
  const before = split.cutFrom !== undefined || !endsLine ? eol : '';
  const replacement = `${before}${lines}${endsLine ? eol : ''}`;
  return [replaceCopy, ...split.edits, { path, range: { start: from, end }, replacement }];
}

/** `# Install dependencies` over the COPY of all sources, and nothing of these. */
function tellsOfInstall(comments: string): boolean {
  return (
    // A comment that silences a finding of the COPY stays over it.
    !mayHoldIgnoreComment(comments) &&
    /\b(?:install\w*|dependenc(?:y|ies)|requirements|packages|modules|gems)\b/i.test(comments) &&
    !/\b(?:cop(?:y|ies|ied)|add(?:s|ed)?|bundle|sources?|codes?|app|application|files?|projects?|contents?)\b/i.test(
      comments,
    )
  );
}

function syntaxBehind({ syntax }: Dockerfile, instruction: Instruction): SyntaxItem | undefined {
  return syntax.items[syntax.items.indexOf(instruction.syntax) + 1];
}
