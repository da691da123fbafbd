import type { CommandLine } from '../core/command-line.ts';
import type { Assumption, Fix } from '../core/fix.ts';
import { appendCommand } from '../dockerfile/append-command.ts';
import type { Dockerfile } from '../dockerfile/dockerfile.ts';
import { insertWord } from '../dockerfile/edit.ts';
import { environmentAt } from '../dockerfile/environment.ts';
import type { Instruction, RunInstruction } from '../dockerfile/instruction.ts';
import { packageCommands } from '../dockerfile/package-commands.ts';
import type { Stage } from '../dockerfile/stage.ts';
import type { CacheTrace } from '../ecosystems/cleanup.ts';
import { buildsOf, type Project } from '../project/project.ts';
import { baseImageOf } from '../project/stage-facts.ts';
import { keepNoIndex } from './apk-index.ts';
import { nothingLaterInstalls } from './later-installs.ts';
import { listsNotNeeded, nothingNeeded } from './lists-needed.ts';
import { nothingIsOffline } from './offline-later.ts';
import { pipKnowsNoCacheDir } from './pip-cache.ts';
import { toolStays } from './tool-stays.ts';
import { updateOnly, updateWithInstall } from './update-with-install.ts';
import { isWithoutCgo } from './without-cgo.ts';

/** What a RUN leaves, and the flag that keeps its tool from leaving anything, where it has one. */
export interface CacheRepair {
  readonly project: Project;
  readonly dockerfile: Dockerfile;
  readonly stage: Stage;
  readonly instruction: RunInstruction;
  readonly trace: CacheTrace;
  readonly flag: string | undefined;
}

/**
 * Keeps what a package manager leaves in a RUN out of its layer: by a flag, by moving the update to what installs, or by removing it at the end
 * of the RUN. Undefined where none of them can be done, or would take away what is still needed.
 */
export function cleanCache({ project, dockerfile, stage, instruction, trace, flag }: CacheRepair): Fix | undefined {
  const { cache, ecosystem, writtenBy } = trace;
  const removal = removalIn(dockerfile, stage, instruction, trace);
  const later = () => nothingLaterInstalls(project, dockerfile, stage, cache.tools);
  if (writtenBy[0]?.tool === 'apk') return withAssumption(keepNoIndex(project, dockerfile, stage, instruction), later);
  if (flag !== undefined) {
    // Those that are told to keep none need not be told twice: pip takes --no-cache for it, too.
    const keeping = writtenBy.filter(({ noCache }) => !noCache);
    const edits = keeping.flatMap(({ subcommand }) =>
      subcommand ? [insertWord(dockerfile, subcommand.range, flag)] : [],
    );
    if (edits.length !== keeping.length) return undefined;
    if (keeping.some(({ command }) => command.arguments.some(({ value }) => value === flag))) return undefined;
    return {
      title: `Pass ${flag}`,
      changes: { edits },
      assumptions: [
        { statement: 'A cache is only a copy of what can be fetched again.', state: 'holds' },
        pipKnowsNoCacheDir(dockerfile, stage, instruction),
      ],
    };
  }
  // The repair of `cache/update-and-install` is that of both.
  const update = cache.path === '/var/lib/apt/lists' ? updateOnly(dockerfile, instruction) : undefined;
  if (update) return withAssumption(updateWithInstall(project, dockerfile, update, true), later);
  if (removal === undefined || holdsMount(instruction, trace) || !canCleanAtEnd(dockerfile, instruction, removal))
    return undefined;
  const edit = appendCommand(dockerfile, instruction, removal);
  if (edit === undefined) return undefined;
  const lists = cache.kind === 'lists' ? listsNotNeeded(project, dockerfile, stage, instruction, trace) : nothingNeeded;
  if (lists === undefined) return undefined;
  return {
    title: `Remove it at the end of the RUN: ${removal}`,
    changes: { edits: [edit, ...lists.edits] },
    assumptions: [
      rootRuns(dockerfile, stage, instruction),
      lists.assumption,
      ...(cache.kind === 'lists' ? [later()] : []),
      ...(cache.kind === 'lists' && ecosystem !== 'rpm'
        ? []
        : [nothingIsOffline(project, dockerfile, stage, instruction)]),
      ...toolNeedsIt(dockerfile, stage, instruction, trace),
      ...(writtenBy[0]?.tool === 'yarn' ? [isClassicYarn(project, dockerfile)] : []),
    ],
  };
}

/**
 * The command that empties the cache, as it can be called at the end of the RUN. A tool is called there as it was called before: by its plain name
 * or by its absolute path. Undefined where it may not be there: what called it stands in a condition, a subshell or another shell, is another
 * program (`php composer.phar`), set its own PATH, or something behind it may have taken the tool away (see toolStays).
 */
function removalIn(
  dockerfile: Dockerfile,
  stage: Stage,
  instruction: RunInstruction,
  { cache: { removal }, writtenBy }: CacheTrace,
): string | undefined {
  if (isByTools(removal)) return removal;
  const [tool = ''] = removal.split(' ', 1);
  const commands = dockerfile.script(instruction)?.commands ?? [];
  for (const { command } of [...writtenBy].reverse()) {
    const placed = commands.find((each) => each === command);
    if (placed === undefined || placed.place.inside.some((each) => each !== 'group')) continue;
    if (command.assignments.some(({ name }) => name === 'PATH')) continue;
    // What has apt or aptitude has apt-get.
    if (command.name !== tool && !(tool === 'apt-get' && /^(?:apt|aptitude)$/.test(command.name))) continue;
    const { raw, value, literal } = command.nameWord;
    const path = raw.includes('/') ? value : undefined;
    if (path !== undefined && (command.name !== tool || !literal || !path.startsWith('/'))) continue;
    // What is behind the last call is behind the others, too.
    if (!toolStays(dockerfile, { command: placed, instruction, stage }, path)) return undefined;
    return path === undefined ? removal : `${raw}${removal.slice(tool.length)}`;
  }
  return undefined;
}

/** By programs that every image has which can run a step. */
function isByTools(removal: string): boolean {
  return /^(?:rm|find) /.test(removal);
}

function withAssumption(fix: Fix | undefined, assumption: () => Assumption): Fix | undefined {
  return fix && { ...fix, assumptions: [...fix.assumptions, assumption()] };
}

/** What stands behind `exit` or `exec` never runs; a tool that the RUN removes cannot clean up; pip fails where its cache is empty. */
function canCleanAtEnd(dockerfile: Dockerfile, instruction: RunInstruction, removal: string): boolean {
  const commands = dockerfile.script(instruction)?.commands ?? [];
  if (commands.some(({ name }) => name === 'exit' || name === 'exec' || name === 'return')) return false;
  // pip fails on an empty cache, and poetry asks for the name of a cache that differs between its versions.
  if (/^(?:pip|poetry) /.test(removal)) return false;
  return !(!isByTools(removal) && commands.some((command) => removesPrograms(command)));
}

function removesPrograms({ name, arguments: words }: CommandLine): boolean {
  if (name === 'rm') return words.some(({ value }) => /node_modules|\/bin(?:\/|$)|\/opt|\/usr\/local/.test(value));
  return words.some(({ value }) => /^(?:remove|purge|autoremove|erase|del|uninstall|rm|un|r)$/.test(value));
}

/** A step that may fail for want of rights would break the build. */
function rootRuns(dockerfile: Dockerfile, stage: Stage, instruction: RunInstruction): Assumption {
  const user = stage.instructions.findLast(
    (each) => each.name === 'USER' && each.range.start < instruction.range.start,
  );
  const sudo = dockerfile.script(instruction)?.commands.some(({ wrappers }) => wrappers.includes('sudo')) === true;
  const statement = 'The user that runs the step may remove what it wrote.';
  if (!sudo && (user === undefined || (user.name === 'USER' && /^(?:root|0)(?::|$)/.test(user.value.value))))
    return { statement, state: 'holds' };
  return {
    statement,
    state: 'unknown',
    question: 'May the user of this step delete the cache? It was written by a tool that may have run as root.',
  };
}

/** Downloads that are themselves what is used: a later build, or a program that is run from its sources, looks there. */
const usedInPlace: ReadonlySet<string> = new Set(['go', 'cargo', 'maven', 'nuget']);

function toolNeedsIt(
  dockerfile: Dockerfile,
  stage: Stage,
  instruction: RunInstruction,
  { ecosystem, cache, writtenBy }: CacheTrace,
): Assumption[] {
  const image = baseImageOf(stage);
  if (cache.removal.includes('$GEM_HOME')) {
    const isSet =
      environmentAt(dockerfile, instruction).has('GEM_HOME') ||
      /^library\/j?ruby$/.test(image.reference?.repository ?? '');
    return [{ statement: 'The image sets GEM_HOME.', state: isSet ? 'holds' : 'fails' }];
  }
  if (cache.removal.includes(cargoHome) && !isCargoHome(dockerfile, stage, instruction))
    return [{ statement: `The registry lies below ${cargoHome}.`, state: 'fails' }];
  if (!usedInPlace.has(ecosystem)) return [];
  const [, minor] = /^1\.(\d+)/.exec(image.runtime?.version ?? '') ?? [];
  if (ecosystem === 'go' && minor !== undefined && Number(minor) < 11)
    return [{ statement: 'This version of Go has a cache of modules.', state: 'fails' }];
  const tool = writtenBy[0]?.tool ?? ecosystem;
  if (runsAgain(dockerfile, stage, instruction, ecosystem, tool) || isForLater(stage, instruction, writtenBy))
    return [{ statement: `No later step and no container runs ${tool} on what was downloaded.`, state: 'fails' }];
  const question = `Does no later step and no container run ${tool} again, which would have to download everything anew?`;
  const used: Assumption = { statement: 'What was downloaded is not used again.', state: 'unknown', question };
  return cache.removal === 'go clean -modcache' ? [used, loadsNoModule(dockerfile, instruction)] : [used];
}

const cargoHome = '/usr/local/cargo';

/** Whether Cargo keeps its registry where the official images put it: elsewhere it is in the home of whoever installed it. */
export function isCargoHome(dockerfile: Dockerfile, stage: Stage, instruction: RunInstruction): boolean {
  const set = environmentAt(dockerfile, instruction).get('CARGO_HOME');
  return set === undefined ? baseImageOf(stage).reference?.repository === 'library/rust' : set === cargoHome;
}

/**
 * What cgo links may lie in the module itself, and is loaded from there when the program starts: the path that the linker is given begins
 * with ${SRCDIR}, https://pkg.go.dev/cmd/cgo#hdr-Using_cgo_with_the_go_command
 */
function loadsNoModule(dockerfile: Dockerfile, instruction: RunInstruction): Assumption {
  const statement = 'No program loads a library of C from the directory of a module.';
  const building = packageCommands(dockerfile, 'go').filter((placed) => placed.instruction === instruction);
  if (building.every((placed) => isWithoutCgo(dockerfile, placed))) return { statement, state: 'holds' };
  const question =
    'Does the program, if it uses cgo, load no library that lies in a module, as that of wasmer-go does?';
  return { statement, state: 'unknown', question };
}

/** A later step of the stage, or what the image starts, is the same tool: `mvn package` behind `mvn dependency:go-offline`. */
function runsAgain(
  dockerfile: Dockerfile,
  stage: Stage,
  { range }: RunInstruction,
  ecosystem: string,
  tool: string,
): boolean {
  const isLater = (each: Instruction) => each.range.start > range.start && stage.instructions.includes(each);
  if (packageCommands(dockerfile).some(({ instruction, read }) => read.ecosystem === ecosystem && isLater(instruction)))
    return true;
  return stage.instructions.some(
    (each) =>
      isLater(each) &&
      (each.name === 'CMD' || each.name === 'ENTRYPOINT') &&
      dockerfile.script(each)?.commands.some(({ name }) => name === tool || name === `${tool}w`) === true,
  );
}

/** What only downloads is there for a step that builds, by a script perhaps. */
const onlyDownloads = /^(?:mod|fetch|dependency:(?:go-offline|resolve)|restore)$/;

function isForLater(stage: Stage, { range }: RunInstruction, writtenBy: CacheTrace['writtenBy']): boolean {
  return (
    writtenBy.every(({ subcommand }) => onlyDownloads.test(subcommand?.value ?? '')) &&
    stage.instructions.some((each) => each.name === 'RUN' && each.range.start > range.start)
  );
}

/** Yarn from 2 on keeps what the program loads in a cache of the project's own, `.yarn/cache`, and empties that. */
function isClassicYarn(project: Project, dockerfile: Dockerfile): Assumption {
  const statement = 'It is Yarn 1, whose cache is only a copy.';
  if (
    /\.yarn(?:rc\.yml|\/)|\bcorepack\b|\byarn (?:set version|workspaces focus)|--immutable\b|\bberry\b|yarn@[2-9]/.test(
      dockerfile.text,
    )
  )
    return { statement, state: 'fails' };
  const paths = buildsOf(project, dockerfile).flatMap(({ context }) => context?.listing.entries ?? []);
  if (paths.some(({ path }) => /(?:^|\/)\.yarnrc\.yml$/.test(path))) return { statement, state: 'fails' };
  if (paths.some(({ path }) => /(?:^|\/)(?:package\.json|yarn\.lock)$/.test(path)))
    return { statement, state: 'holds' };
  return {
    statement,
    state: 'unknown',
    question:
      'Is it Yarn 1, without a .yarnrc.yml in the project? Later ones keep what the program loads in .yarn/cache.',
  };
}

/** The directories of a RUN's mounts, but for those of secrets. */
export function mountTargets({ mounts }: RunInstruction): string[] {
  return mounts.flatMap(({ type, options }) =>
    type === 'secret' || type === 'ssh'
      ? []
      : (options.get('target') ?? options.get('dst') ?? options.get('destination') ?? []),
  );
}

/** A mount within the cache cannot be removed: «Device or resource busy» ends the step. */
function holdsMount(instruction: RunInstruction, { cache }: CacheTrace): boolean {
  const inside = `${cache.path.replace(/^~/, '')}/`;
  return mountTargets(instruction).some((target) => target.includes(inside));
}
