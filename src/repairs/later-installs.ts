import type { Assumption } from '../core/fix.ts';
import { parseImageReference } from '../core/image-reference.ts';
import type { Dockerfile } from '../dockerfile/dockerfile.ts';
import { packageCommands } from '../dockerfile/package-commands.ts';
import { parseScriptFile } from '../dockerfile/parse-script.ts';
import type { Stage } from '../dockerfile/stage.ts';
import { copiedScriptText } from '../project/copied-script.ts';
import { nameOfFile } from '../project/own-base.ts';
import { buildsOf, type Project } from '../project/project.ts';
import { externalBase, stageChain } from '../project/stage-facts.ts';
import { startedCommands, startedScripts } from '../project/started-commands.ts';
import { mayReadLists, needsLists } from './list-dependents.ts';

const statement =
  'No ONBUILD trigger, no image of the project that is built on this one and nothing that it starts installs from these lists.';
const holds: Assumption = { statement, state: 'holds' };

/**
 * That what comes after the build of a stage does not live on the package lists in it: triggers, what a container starts, and images of the
 * project that are built on it. The steps of the build itself are `listDependents`.
 */
export function nothingLaterInstalls(
  project: Project,
  dockerfile: Dockerfile,
  stage: Stage,
  tools: readonly string[],
): Assumption {
  const stages = dockerfile.stages.filter((each) => stageChain(each).includes(stage));
  const states = [
    ...stages.map((each) => ofTriggers(dockerfile, each, tools)),
    ...stages.map((each) => ofStart(project, dockerfile, each, tools)),
    ofSiblings(project, dockerfile, tools),
  ];
  return states.find(({ state }) => state === 'fails') ?? states.find(({ state }) => state === 'unknown') ?? holds;
}

function ofTriggers(dockerfile: Dockerfile, stage: Stage, tools: readonly string[]): Assumption {
  const commands = stage.instructions.flatMap((each) =>
    each.name === 'ONBUILD' && each.trigger ? (dockerfile.script(each.trigger)?.commands ?? []) : [],
  );
  if (needsLists(commands, tools)) return { statement, state: 'fails' };
  if (!mayReadLists(commands)) return holds;
  return {
    statement,
    state: 'unknown',
    question: 'Does an ONBUILD trigger install packages without fetching the lists itself?',
  };
}

function ofStart(project: Project, dockerfile: Dockerfile, stage: Stage, tools: readonly string[]): Assumption {
  if (needsLists(startedCommands(dockerfile, stage), tools)) return { statement, state: 'fails' };
  for (const name of startedScripts(dockerfile, stage)) {
    const text = copiedScriptText(project, dockerfile, stage, name);
    if (text === undefined)
      return {
        statement,
        state: 'unknown',
        question: `Does ${name} install packages without fetching the lists itself?`,
      };
    if (needsLists(parseScriptFile(text).commands, tools)) return { statement, state: 'fails' };
  }
  return holds;
}

/** Another Dockerfile that installs without an update of its own, on a base whose name is that of an image built here. */
function ofSiblings(project: Project, dockerfile: Dockerfile, tools: readonly string[]): Assumption {
  const { byBase, hidden } = siblingsOf(project);
  const names = namesOf(project, dockerfile);
  const candidates = new Set([...[...names].flatMap((name) => byBase.get(name) ?? []), ...hidden]);
  candidates.delete(dockerfile);
  for (const other of candidates) {
    const name = bareBases(other, tools).find((each) => names.has(each));
    if (name === undefined) continue;
    const question = `${other.path} builds on an image «${name}» and installs without an update of its own: is that the image of ${dockerfile.path}? Then it needs one first.`;
    return { statement, state: 'unknown', question };
  }
  return holds;
}

/** The bases of a file, by the last part of their names, on which a stage of it installs from lists that it does not fetch. */
function bareBases(dockerfile: Dockerfile, tools: readonly string[]): readonly string[] {
  const known = bases.get(dockerfile) ?? new Map<string, readonly string[]>();
  bases.set(dockerfile, known);
  const key = tools.join();
  const names = known.get(key) ?? readBareBases(dockerfile, tools);
  known.set(key, names);
  return names;
}

/** By the tools. */
const bases = new WeakMap<Dockerfile, Map<string, readonly string[]>>();

function readBareBases(dockerfile: Dockerfile, tools: readonly string[]): readonly string[] {
  if (packageCommands(dockerfile, ...tools).length === 0) return [];
  return dockerfile.stages.flatMap((stage) => {
    const base = externalBase(stage);
    const commands = dockerfile.commands.flatMap((placed) => (placed.stage === stage ? placed.command : []));
    return base.kind === 'image' && needsLists(commands, tools) ? [lastName(base.reference)] : [];
  });
}

/** What the image of a Dockerfile may be called: what its builds say, its directory, and `base` of `Dockerfile.base`. */
function namesOf(project: Project, dockerfile: Dockerfile): ReadonlySet<string> {
  const parts = dockerfile.path.split('/');
  return new Set(
    [
      parts.at(-2),
      nameOfFile(dockerfile.path),
      ...buildsOf(project, dockerfile).flatMap(({ images }) => images.map((image) => lastName(image))),
    ].flatMap((name) => (name === undefined || name === '' ? [] : name.toLowerCase())),
  );
}

function lastName(image: string): string {
  const repository = parseImageReference(image)?.repository ?? image;
  return repository.slice(repository.lastIndexOf('/') + 1).toLowerCase();
}

interface Siblings {
  readonly byBase: ReadonlyMap<string, readonly Dockerfile[]>;
  /** Files with a base whose name a variable hides. */
  readonly hidden: readonly Dockerfile[];
}

const siblings = new WeakMap<readonly Dockerfile[], Siblings>();

const fromForm = /^[ \t]*FROM(?:[ \t]|[\\`]\r?\n){1,200}(?:--\S{1,200}[ \t]{1,200}){0,3}([^\s\\`]{1,500})/gim;

/**
 * The files of a project by the last part of what they build on. Told from their text: thousands of files would have to be parsed, and
 * kept, to be told for certain, which those few are then that have the name in question.
 */
function siblingsOf({ dockerfiles }: Project): Siblings {
  let found = siblings.get(dockerfiles);
  if (found === undefined) {
    const byBase = new Map<string, Dockerfile[]>();
    const hidden: Dockerfile[] = [];
    for (const dockerfile of dockerfiles)
      for (const [, base = ''] of dockerfile.text.matchAll(fromForm)) {
        const known = base.includes('$') ? hidden : (byBase.get(lastName(base)) ?? []);
        known.push(dockerfile);
        if (known !== hidden) byBase.set(lastName(base), known);
      }
    found = { byBase, hidden };
    siblings.set(dockerfiles, found);
  }
  return found;
}
