import { enumerate } from '../core/enumerate.ts';
import type { Assumption, Fix, TextEdit } from '../core/fix.ts';
import type { Dockerfile } from '../dockerfile/dockerfile.ts';
import { insertFlag, replace } from '../dockerfile/edit.ts';
import {
  argumentColumn,
  insertLinesAfter,
  insertLinesBefore,
  keywordInStyle,
  lineEndOf,
} from '../dockerfile/edit-lines.ts';
import type { Instruction } from '../dockerfile/instruction.ts';
import type { Stage } from '../dockerfile/stage.ts';
import { applicationsOf } from '../project/application-builds.ts';
import { buildsOf, type Project } from '../project/project.ts';
import { baseImageOf, type FinalUser, finalUser } from '../project/stage-facts.ts';
import { startedCommands } from '../project/started-commands.ts';
import { userAt } from '../project/user-at.ts';
import { rootNeeds } from './root-needs.ts';
import { type RunUser, runUser } from './run-user.ts';
import { type WrittenPlaces, writtenPlaces } from './written-places.ts';

/**
 * Lets the image of a stage run as another user than root: one that the base image or the file has, else one of its own, made as the
 * distribution makes users; with the directories that it is known to write. At best `review`: what a program writes, only a
 * run tells. Undefined where no user can be given, or other stages and images stand on this one.
 */
export function runAsUser(project: Project, dockerfile: Dockerfile, stage: Stage): Fix | undefined {
  if (stage.from === undefined || isBuiltUpon(dockerfile, stage)) return undefined;
  const user = runUser(project, dockerfile, stage);
  if (user === undefined) return undefined;
  const written = writtenPlaces(dockerfile, stage);
  const givesAway = baseImageOf(stage).shell !== 'none';
  const places = givesAway ? written : { ...written, directories: [], missing: [] };
  const edits = editsFor(dockerfile, stage, user, places);
  if (edits === undefined) return undefined;
  return {
    title: `Run as ${user.title}`,
    changes: { edits },
    assumptions: [
      ...rootNeeds(project, dockerfile, stage),
      ...homeQuestion(user),
      ...(givesAway ? [] : ownerQuestion(written, user)),
      ...volumeQuestion(written),
      writesNothingElse(project, dockerfile, stage, places),
    ],
  };
}

/** What comes after it in another stage, or in ONBUILD, would be done by the user. */
function isBuiltUpon(dockerfile: Dockerfile, stage: Stage): boolean {
  return (
    stage.instructions.some(({ name }) => name === 'ONBUILD' || name === 'SHELL') ||
    dockerfile.stages.some(({ base }) => base.kind === 'stage' && base.stage === stage)
  );
}

function editsFor(dockerfile: Dockerfile, stage: Stage, user: RunUser, places: WrittenPlaces): TextEdit[] | undefined {
  const { from } = stage;
  const steps = [...user.creation, ...ownershipSteps(dockerfile, user, places)];
  const copies = places.copies.map(({ keyword }) => insertFlag(dockerfile, keyword, `--chown=${user.value}`));
  const edits = [...copies, switchTo(dockerfile, stage, user)];
  if (steps.length === 0 || from === undefined) return edits;
  const place = placeForSteps(dockerfile, stage, places);
  if (place === undefined) return undefined;
  const indent = ' '.repeat(argumentColumn(dockerfile) || 4);
  const lines =
    keywordInStyle(dockerfile, from, 'RUN') +
    steps.join(` && ${dockerfile.syntax.escape}${lineEndOf(dockerfile)}${indent}`);
  // The step and USER may come to stand at one place: then they are one edit, in this order.
  const [last] = edits.slice(-1);
  if (
    last &&
    place.range.start === last.range.start &&
    place.range.end === place.range.start &&
    last.range.end === last.range.start
  )
    return [...copies, { ...last, replacement: joined(dockerfile, lines, last.replacement) }];
  return [...edits, { ...place, replacement: joined(dockerfile, lines, place.replacement) }];
}

function joined(dockerfile: Dockerfile, lines: string, rest: string): string {
  const lineEnd = lineEndOf(dockerfile);
  return rest.startsWith(lineEnd) ? `${lineEnd}${lines}${rest}` : `${lines}${lineEnd}${rest}`;
}

/** Not recursive: what lies in the directories already would be stored a second time. */
function ownershipSteps(
  dockerfile: Dockerfile,
  user: RunUser,
  { directories, missing }: WrittenPlaces,
): readonly string[] {
  if (directories.length === 0) return [];
  return [
    ...(missing.length > 0 ? [`mkdir -p${listed(dockerfile, missing)}`] : []),
    `chown ${user.value}${listed(dockerfile, directories)}`,
  ];
}

/** On one line, or a line each where it would get long. */
function listed(dockerfile: Dockerfile, paths: readonly string[]): string {
  const separator = paths.join(' ').length > 80 ? ` ${dockerfile.syntax.escape}${lineEndOf(dockerfile)}        ` : ' ';
  return paths.map((path) => separator + path).join('');
}

/** An empty edit where the steps go: before the first VOLUME, else where USER goes, else for a user alone before the first COPY. */
function placeForSteps(dockerfile: Dockerfile, stage: Stage, places: WrittenPlaces): TextEdit | undefined {
  const { directories, volume } = places;
  const first = stage.instructions.find(({ name }) => name === 'COPY' || name === 'ADD');
  const before = directories.length === 0 ? first : places.madeLate ? undefined : volume;
  // Where a USER is changed, it is done by root before it and not behind it.
  const changed = lastUser(dockerfile, stage);
  const end = changed ? { before: changed } : placeOfUser(stage);
  const at = end.before ?? end.after;
  // What comes behind the new USER, a VOLUME as a rule, is too late for a step of root.
  const isEarly = before !== undefined && (at === undefined || before.range.start <= at.range.start);
  if (isEarly && userAt(dockerfile, stage, before).isRoot) return insertLinesBefore(dockerfile, before, []);
  if (at !== undefined && userAt(dockerfile, stage, at).isRoot === false) return undefined;
  return end.before
    ? insertLinesBefore(dockerfile, end.before, [])
    : end.after && insertLinesAfter(dockerfile, end.after, []);
}

/** USER behind all that has to be done by root: before the first CMD, ENTRYPOINT or HEALTHCHECK after it, else at the end. */
function switchTo(dockerfile: Dockerfile, stage: Stage, user: RunUser): TextEdit {
  const changed = lastUser(dockerfile, stage);
  if (changed) return replace(dockerfile, changed.value.range, user.value);
  const place = placeOfUser(stage);
  const lines = [keywordInStyle(dockerfile, place.before ?? place.after, 'USER') + user.value];
  if (place.before) return insertLinesBefore(dockerfile, place.before, lines);
  return insertLinesAfter(dockerfile, place.after, lines);
}

/** The USER of the stage behind which nothing is done any more. */
function lastUser(dockerfile: Dockerfile, stage: Stage): FinalUser['instruction'] {
  const { instruction } = finalUser(dockerfile, stage);
  const lastStep = stage.instructions.findLast(needsRoot);
  return instruction && instruction === lastStep ? instruction : undefined;
}

function placeOfUser(
  stage: Stage,
): { readonly before: Instruction } | { readonly before: undefined; readonly after: Instruction } {
  const from = stage.instructions.findLastIndex(needsRoot) + 1;
  const before = stage.instructions
    .slice(from)
    .find(({ name }) => name === 'CMD' || name === 'ENTRYPOINT' || name === 'HEALTHCHECK');
  if (before) return { before };
  const after = stage.instructions.at(-1) ?? stage.from;
  if (after === undefined) throw new Error('a stage without FROM is not repaired');
  return { before: undefined, after };
}

function needsRoot({ name }: Instruction): boolean {
  return name === 'RUN' || name === 'COPY' || name === 'ADD' || name === 'WORKDIR' || name === 'USER';
}

function homeQuestion({ hasHome, value }: RunUser): readonly Assumption[] {
  if (hasHome) return [];
  return [
    {
      statement: 'The program needs no home directory to write to.',
      state: 'unknown',
      question: `The user ${value} has no home directory of its own: does the program write to its home, or look its user up in /etc/passwd?`,
    },
  ];
}

/** Without a shell no step can give them away. */
function ownerQuestion({ directories }: WrittenPlaces, { value }: RunUser): readonly Assumption[] {
  if (directories.length === 0) return [];
  const list = enumerate(directories.slice(0, 3));
  return [
    {
      statement: `The program writes nothing to ${list}, which root owns.`,
      state: 'unknown',
      question: `Does the program write to ${list}? The image has no shell that could give it away: copy an empty directory there with --chown=${value}.`,
    },
  ];
}

function volumeQuestion({ volume, filled }: WrittenPlaces): readonly Assumption[] {
  const questions: Assumption[] = [];
  if (volume)
    questions.push({
      statement: 'What older containers wrote into the volumes may be written by the user.',
      state: 'unknown',
      question: 'Are there volumes in use that root wrote? Their files need the new owner once.',
    });
  if (filled.length > 0)
    questions.push({
      statement: `The user may write what steps of the build put into ${enumerate(filled.slice(0, 3))}.`,
      state: 'unknown',
      question: `Does the program change files that the build puts into ${enumerate(filled.slice(0, 3))}? They still belong to root.`,
    });
  return questions;
}

/** It only starts the words behind it, or those of CMD. */
function isInit(name: string): boolean {
  return /^(?:|-.*|tini|tini-static|dumb-init|docker-init|catatonit)$/.test(name);
}

/** A file for data or logs that a source names by its whole path, outside of the directories that the user has or gets. */
const keptFile = /["'`](\/(?!tmp\/|dev\/|proc\/|sys\/)[\w./-]{1,200}\.(?:db|sqlite3?|log|pid|lock))["'`]/;

function namedBySources(
  project: Project,
  dockerfile: Dockerfile,
  stage: Stage,
  directories: readonly string[],
): string | undefined {
  const applications = buildsOf(project, dockerfile)
    .filter((build) => build.stage === stage)
    .flatMap((build) => applicationsOf(project, build));
  for (const { sourcePaths, artifact } of new Set(applications))
    for (const path of sourcePaths) {
      const file = keptFile.exec(artifact(path)?.text ?? '')?.[1];
      if (file !== undefined && !directories.some((directory) => file.startsWith(`${directory}/`)))
        return `${path} names ${file}.`;
    }
  return undefined;
}

function writesNothingElse(
  project: Project,
  dockerfile: Dockerfile,
  stage: Stage,
  { directories }: WrittenPlaces,
): Assumption {
  const program = startedCommands(dockerfile, stage).find(({ name }) => !isInit(name))?.name;
  const who = program === undefined || program === '' ? 'the program' : program;
  const but = directories.length === 0 ? '' : `, other than ${enumerate([...directories.slice(0, 4), '/tmp'])}`;
  const named = namedBySources(project, dockerfile, stage, directories);
  return {
    statement: `The program writes to no file or directory of root${but}.`,
    state: 'unknown',
    question: `Which files does ${who} write${but}, and may another user than root write them? ${named === undefined ? '' : `${named} `}«docker diff» after a run lists them.`,
  };
}
