import { type BaseImage, baseImage } from '../bases/base-image.ts';
import type { Dockerfile } from '../dockerfile/dockerfile.ts';
import { environmentAt } from '../dockerfile/environment.ts';
import { expandToken } from '../dockerfile/expand.ts';
import type { Instruction, InstructionName, InstructionNamed, ValueInstruction } from '../dockerfile/instruction.ts';
import type { Stage, StageReference } from '../dockerfile/stage.ts';
import type { Token } from '../dockerfile/syntax.ts';

/** Stages on stages deeper than this are no file that a person wrote. */
const maximalDepth = 100;

/** A stage and those that it builds on, the stage itself first. Files that it copies from other stages do not count. */
export function stageChain(stage: Stage): readonly Stage[] {
  let chain = chains.get(stage);
  if (chain === undefined) {
    chain = readChain(stage);
    chains.set(stage, chain);
  }
  return chain;
}

const chains = new WeakMap<Stage, readonly Stage[]>();

function readChain(stage: Stage): readonly Stage[] {
  const chain = [stage];
  for (let at = stage; at.base.kind === 'stage' && chain.length < maximalDepth; at = at.base.stage)
    chain.push(at.base.stage);
  return chain;
}

/** The image that a stage stands on in the end, through the stages that it builds on. Never `stage`. */
export function externalBase(stage: Stage): Exclude<StageReference, { kind: 'stage' }> {
  const { base } = stageChain(stage).at(-1) ?? stage;
  return base.kind === 'stage' ? { kind: 'unknown' } : base;
}

const baseImages = new WeakMap<Stage, BaseImage>();

/** What is known of the image that a stage stands on in the end; everything `unknown` where a variable hides it. Kept. */
export function baseImageOf(stage: Stage): BaseImage {
  let image = baseImages.get(stage);
  if (image === undefined) {
    const base = externalBase(stage);
    image = baseImage(
      base.kind === 'scratch' ? 'scratch' : base.kind === 'image' && base.complete ? base.reference : '',
    );
    baseImages.set(stage, image);
  }
  return image;
}

/** The instructions that make a stage's image: of the stages that it builds on first, ONBUILD triggers left out. */
export function imageInstructions(stage: Stage): readonly Instruction[] {
  const chain = stageChain(stage);
  // Most stages stand on an image: then there is nothing to put together.
  if (chain.length === 1) return stage.instructions;
  let instructions = chained.get(stage);
  if (instructions === undefined) {
    instructions = [...chain].reverse().flatMap((each) => each.instructions);
    chained.set(stage, instructions);
  }
  return instructions;
}

const chained = new WeakMap<Stage, readonly Instruction[]>();

/** The last instruction of that name that takes effect in a stage's image, from the stages that it builds on too. */
export function lastInstruction<Name extends InstructionName>(
  stage: Stage,
  name: Name,
): (Instruction & InstructionNamed<Name>) | undefined {
  return imageInstructions(stage).findLast((instruction) => isNamed(instruction, name));
}

function isNamed<Name extends InstructionName>(
  instruction: Instruction,
  name: Name,
): instruction is Instruction & InstructionNamed<Name> {
  return instruction.name === name;
}

/** A word of an instruction with its variables expanded; undefined where one of them is not known or not set. */
export function expandedValue(dockerfile: Dockerfile, instruction: Instruction, token: Token): string | undefined {
  const { value, unknown, unmatched, error } = expandToken(token, environmentAt(dockerfile, instruction), {
    escape: dockerfile.syntax.escape,
  });
  return error !== undefined || unknown.size > 0 || unmatched.size > 0 ? undefined : value;
}

/** As whom a container of a stage's image runs. */
export interface FinalUser {
  /** The USER that decides it; undefined when the base image does. */
  readonly instruction: ValueInstruction | undefined;
  /** User name or number, without group; undefined when it is not known. */
  readonly user: string | undefined;
  /** Undefined when it is not known. */
  readonly isRoot: boolean | undefined;
}

/** As whom a container of a stage's image runs: by its last USER, else by its base image. */
export function finalUser(dockerfile: Dockerfile, stage: Stage): FinalUser {
  const instruction = lastInstruction(stage, 'USER');
  const written = instruction ? expandedValue(dockerfile, instruction, instruction.value) : baseImageOf(stage).user;
  const user = written?.trim().split(':', 1)[0];
  // What an empty USER means is left to the runtime.
  return { instruction, user, isRoot: user === undefined || user === '' ? undefined : isRootUser(user) };
}

/** Root by name or number. https://docs.docker.com/reference/dockerfile/#user */
export function isRootUser(user: string): boolean {
  return user === 'root' || /^0+$/.test(user);
}

/** The directory in which an instruction works, and whether a WORKDIR of the file set it. */
export interface WorkingDirectory {
  /** Absolute; undefined when a variable or the base image hides it. */
  readonly path: string | undefined;
  readonly instruction: ValueInstruction | undefined;
}

/** Official images with a WORKDIR of their own. A known image that is not here works in `/`. */
const imageDirectories: Readonly<Record<string, string | undefined>> = {
  golang: '/go',
  php: '/var/www/html',
  wordpress: '/var/www/html',
  drupal: '/opt/drupal',
  nextcloud: '/var/www/html',
  httpd: '/usr/local/apache2',
  tomcat: '/usr/local/tomcat',
  composer: '/app',
  redis: '/data',
  ghost: '/var/lib/ghost',
  gradle: '/home/gradle',
  couchdb: '/opt/couchdb',
  solr: undefined,
  caddy: '/srv',
  haproxy: '/var/lib/haproxy',
  varnish: '/etc/varnish',
};

/** The directory in force just before `instruction` of `stage`. */
export function workingDirectory(dockerfile: Dockerfile, stage: Stage, before: Instruction): WorkingDirectory {
  const end = before.syntax.range.start;
  const steps = directorySteps(dockerfile, stage);
  const at = steps.findLastIndex(({ instruction }) => instruction.syntax.range.start < end);
  const step = steps[at];
  return step ?? { path: imageDirectory(stage), instruction: undefined };
}

/** The directory in which a container of the stage's image starts; undefined when a variable or the base image hides it. */
export function imageWorkingDirectory(dockerfile: Dockerfile, stage: Stage): string | undefined {
  const last = directorySteps(dockerfile, stage).at(-1);
  return last === undefined ? imageDirectory(stage) : last.path;
}

interface DirectoryStep {
  readonly instruction: ValueInstruction;
  readonly path: string | undefined;
}

const directories = new WeakMap<Stage, readonly DirectoryStep[]>();

/** The WORKDIR instructions of a stage's image with the directory that each leads to; kept, because many instructions ask. */
function directorySteps(dockerfile: Dockerfile, stage: Stage): readonly DirectoryStep[] {
  let steps = directories.get(stage);
  if (steps === undefined) {
    let path = imageDirectory(stage);
    steps = imageInstructions(stage).flatMap((instruction): DirectoryStep[] => {
      if (instruction.name !== 'WORKDIR') return [];
      path = changedDirectory(path, expandedValue(dockerfile, instruction, instruction.value));
      return [{ instruction, path }];
    });
    directories.set(stage, steps);
  }
  return steps;
}

function changedDirectory(from: string | undefined, to: string | undefined): string | undefined {
  if (to === undefined || to === '') return undefined;
  if (to.startsWith('/')) return normalized(to);
  return from === undefined || /^[A-Za-z]:/.test(to) ? undefined : normalized(`${from}/${to}`);
}

function normalized(path: string): string {
  const parts: string[] = [];
  for (const part of path.split('/'))
    if (part === '..') parts.pop();
    else if (part !== '' && part !== '.') parts.push(part);
  return `/${parts.join('/')}`;
}

/** Where the base image leaves off; undefined when the image is not known well enough. */
function imageDirectory(stage: Stage): string | undefined {
  const image = baseImageOf(stage);
  if (image.distribution === 'scratch') return '/';
  const name = image.reference?.repository.replace(/^library\//, '');
  if (name === undefined || image.distribution === 'windows') return undefined;
  const isOfficial = image.reference?.repository.startsWith('library/') && image.distribution !== 'unknown';
  if (Object.hasOwn(imageDirectories, name)) return isOfficial ? imageDirectories[name] : undefined;
  return isOfficial ? '/' : undefined;
}
