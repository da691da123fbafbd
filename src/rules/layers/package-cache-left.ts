import type { CommandLine } from '../../core/command-line.ts';
import type { Cost, PeerId } from '../../core/finding.ts';
import type { Assumption, Fix, TextEdit } from '../../core/fix.ts';
import { appendCommand } from '../../dockerfile/append-command.ts';
import type { Dockerfile } from '../../dockerfile/dockerfile.ts';
import { insertWord } from '../../dockerfile/edit.ts';
import { environmentAt } from '../../dockerfile/environment.ts';
import type { Instruction, RunInstruction } from '../../dockerfile/instruction.ts';
import { type PlacedPackageCommand, packageCommands } from '../../dockerfile/package-commands.ts';
import type { Stage } from '../../dockerfile/stage.ts';
import { type CacheTrace, tracesOfRun } from '../../ecosystems/cleanup.ts';
import { buildsOf, type Project, shippedStages } from '../../project/project.ts';
import { dockerfileRule } from '../../project/rule.ts';
import { baseImageOf, stageChain } from '../../project/stage-facts.ts';
import { keepNoIndex } from '../../repairs/apk-index.ts';
import { nothingLaterInstalls } from '../../repairs/later-installs.ts';
import { fetchListsThere, listDependents } from '../../repairs/list-dependents.ts';
import { nothingIsOffline } from '../../repairs/offline-later.ts';
import { pipKnowsNoCacheDir } from '../../repairs/pip-cache.ts';
import { sameSources } from '../../repairs/sources-changed.ts';
import { updateOnly, updateWithInstall } from '../../repairs/update-with-install.ts';

/** Who else reports what a tool leaves, and the flag that keeps the tool from leaving it. */
const tools: Readonly<Record<string, { readonly peers: readonly PeerId[]; readonly flag?: string }>> = {
  'apt-get': {
    peers: ['hadolint:DL3009', 'kics:apt-get-install-lists-were-not-deleted', 'parfum:aptGetInstallThenRemoveAptLists'],
  },
  apt: { peers: ['hadolint:DL3009'] },
  apk: { peers: ['hadolint:DL3019', 'kics:apk-add-using-local-cache-path', 'trivy:DS025', 'parfum:apkAddUseNoCache'] },
  yum: { peers: ['hadolint:DL3032', 'kics:yum-clean-all-missing', 'trivy:DS015', 'parfum:yumInstallRmVarCacheYum'] },
  dnf: { peers: ['hadolint:DL3040', 'trivy:DS019', 'kics:missing-dnf-clean-all'] },
  microdnf: { peers: ['hadolint:DL3040', 'trivy:DS027'] },
  zypper: { peers: ['hadolint:DL3036', 'kics:missing-zypper-clean', 'trivy:DS020'] },
  pip: {
    peers: ['hadolint:DL3042', 'kics:pip-install-keeping-cached-packages', 'parfum:pipUseNoCacheDir'],
    flag: '--no-cache-dir',
  },
  npm: { peers: ['parfum:npmCacheCleanAfterInstall'] },
  bundle: { peers: ['tally:ruby/leftover-bundler-cache'] },
  yarn: { peers: ['hadolint:DL3060', 'parfum:yarnCacheCleanAfterInstall'] },
};

/** Variables that switch a cache off or move it. */
const variables = [
  'PIP_NO_CACHE_DIR',
  'PIP_CACHE_DIR',
  'npm_config_cache',
  'NPM_CONFIG_CACHE',
  'YARN_CACHE_FOLDER',
  'XDG_CACHE_HOME',
  'GOCACHE',
  'GOMODCACHE',
  'CARGO_HOME',
  'UV_NO_CACHE',
  'UV_CACHE_DIR',
  'COMPOSER_CACHE_DIR',
  'BUNDLE_PATH',
  'GOFLAGS',
];

export const rule = dockerfileRule({
  severity: 'warning',
  summary: "A package manager's cache or package lists stay in an image that ships",
  why: 'They are stored and pulled with the image and never used again; a later RUN can hide but not remove them.',
  remedy: 'Remove them in the same RUN, tell the tool to keep none, or put them in a cache mount.',
  peers: [...new Set(Object.values(tools).flatMap(({ peers }) => peers))],
  check({ dockerfile, project }, { report }) {
    const runs = new Set(packageCommands(dockerfile).map(({ instruction }) => instruction));
    if (runs.size === 0) return;
    for (const stage of new Set(shippedStages(project, dockerfile).flatMap((shipped) => stageChain(shipped))))
      for (const instruction of stage.instructions) {
        if (instruction.name !== 'RUN' || !runs.has(instruction)) continue;
        for (const trace of tracesIn(dockerfile, instruction)) {
          const writer = trace.writtenBy[0];
          if (trace.gone !== undefined || writer === undefined || trace.cache.kind === 'build') continue;
          const cost = costOf(trace);
          const fix = fixFor(project, dockerfile, stage, instruction, trace);
          report({
            at: writer.command.range,
            severity: trace.cache.kind === 'lists' || cost !== undefined ? 'warning' : 'note',
            message: `${writer.tool} leaves ${trace.cache.kind === 'lists' ? 'its package lists' : 'its cache'} in ${trace.cache.path}.`,
            peers: tools[writer.tool]?.peers ?? [],
            cause: `${trace.cache.path}:${instruction.range.start}`,
            ...(cost && { cost }),
            ...(fix && { fix }),
          });
        }
      }
  },
});

function tracesIn(dockerfile: Dockerfile, instruction: RunInstruction): CacheTrace[] {
  const script = dockerfile.script(instruction);
  if (script === undefined) return [];
  const mounts = mountTargets(instruction);
  const scope = environmentAt(dockerfile, instruction);
  const environment = new Map(variables.filter((name) => scope.has(name)).map((name) => [name, scope.get(name)]));
  return tracesOfRun(script.commands, { mounts, environment });
}

function mountTargets({ mounts }: RunInstruction): string[] {
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

/** Only what was measured is said: the lists that `apt-get update` fetches in debian:12 take 19 MB. */
function costOf({ cache }: CacheTrace): Cost | undefined {
  if (cache.path !== '/var/lib/apt/lists') return undefined;
  return {
    bytes: 19_000_000,
    basis: 'estimated',
    derivation: 'size of the lists that apt-get update fetches on Debian 12, main and security, as measured there',
  };
}

function fixFor(
  project: Project,
  dockerfile: Dockerfile,
  stage: Stage,
  instruction: RunInstruction,
  trace: CacheTrace,
): Fix | undefined {
  const { cache, ecosystem, writtenBy } = trace;
  const later = () => nothingLaterInstalls(project, dockerfile, stage, cache.tools);
  if (writtenBy[0]?.tool === 'apk') return withAssumption(keepNoIndex(project, dockerfile, stage, instruction), later);
  const flag = tools[writtenBy[0]?.tool ?? '']?.flag;
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
  if (holdsMount(instruction, trace) || !canCleanAtEnd(dockerfile, instruction, cache.removal)) return undefined;
  const edit = appendCommand(dockerfile, instruction, cache.removal);
  if (edit === undefined) return undefined;
  const lists = cache.kind === 'lists' ? listsNotNeeded(project, dockerfile, stage, instruction, trace) : nothingNeeded;
  if (lists === undefined) return undefined;
  return {
    title: `Remove it at the end of the RUN: ${cache.removal}`,
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

function withAssumption(fix: Fix | undefined, assumption: () => Assumption): Fix | undefined {
  return fix && { ...fix, assumptions: [...fix.assumptions, assumption()] };
}

/** What stands behind `exit` or `exec` never runs; a tool that the RUN removes cannot clean up; pip fails where its cache is empty. */
function canCleanAtEnd(dockerfile: Dockerfile, instruction: RunInstruction, removal: string): boolean {
  const commands = dockerfile.script(instruction)?.commands ?? [];
  if (commands.some(({ name }) => name === 'exit' || name === 'exec' || name === 'return')) return false;
  // pip fails on an empty cache, and poetry asks for the name of a cache that differs between its versions.
  if (/^(?:pip|poetry) /.test(removal)) return false;
  const needsTool = !/^(?:rm|find) /.test(removal);
  return !(needsTool && commands.some((command) => removesPrograms(command)));
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
  if (!usedInPlace.has(ecosystem)) return [];
  const [, minor] = /^1\.(\d+)/.exec(image.runtime?.version ?? '') ?? [];
  if (ecosystem === 'go' && minor !== undefined && Number(minor) < 11)
    return [{ statement: 'This version of Go has a cache of modules.', state: 'fails' }];
  const tool = writtenBy[0]?.tool ?? ecosystem;
  if (runsAgain(dockerfile, stage, instruction, ecosystem, tool))
    return [{ statement: `No later step and no container runs ${tool} on what was downloaded.`, state: 'fails' }];
  const question = `Does no later step and no container run ${tool} again, which would have to download everything anew?`;
  return [{ statement: 'What was downloaded is not used again.', state: 'unknown', question }];
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

interface ListsNeeded {
  readonly edits: readonly TextEdit[];
  readonly assumption: Assumption;
}

const statement = 'No later step installs from these lists without fetching them again.';
const nothingNeeded: ListsNeeded = { edits: [], assumption: { statement, state: 'holds' } };

/** Later steps that install without an update of their own live on the lists of this one: they are given one, or there is no fix. */
function listsNotNeeded(
  project: Project,
  dockerfile: Dockerfile,
  stage: Stage,
  instruction: RunInstruction,
  { cache, writtenBy }: CacheTrace,
): ListsNeeded | undefined {
  const { installs, unsure, hidden } = listDependents(project, dockerfile, stage, instruction, cache.tools);
  if (hidden) return undefined;
  const isAlone = !packageCommands(dockerfile).some(
    (each) => each.instruction === instruction && each.read.action !== 'update-index',
  );
  if (isAlone && installs.length === 0) {
    const question = 'Who uses these lists: a script of a later step, an image that is built on this one?';
    return { edits: [], assumption: { statement, state: 'unknown', question } };
  }
  const edits = installs.length === 0 ? [] : fetchThere(dockerfile, instruction, installs, cache, writtenBy);
  if (edits === undefined) return undefined;
  const update = writtenBy[0]?.command;
  if (!unsure) {
    const sources = update && edits.length > 0 ? sameSources(dockerfile, update, installs) : undefined;
    return { edits, assumption: sources?.state === 'unknown' ? sources : nothingNeeded.assumption };
  }
  const question = 'A later step may install from these lists: does it fetch them itself?';
  return { edits, assumption: { statement, state: 'unknown', question } };
}

function fetchThere(
  dockerfile: Dockerfile,
  instruction: RunInstruction,
  installs: readonly PlacedPackageCommand[],
  { removal, path }: CacheTrace['cache'],
  writtenBy: CacheTrace['writtenBy'],
): readonly TextEdit[] | undefined {
  // An update alone in its RUN is what `cache/update-and-install` moves.
  const isAlone = !packageCommands(dockerfile).some(
    (each) => each.instruction === instruction && each.read.action === 'install',
  );
  const update = writtenBy[0]?.command;
  if (path !== '/var/lib/apt/lists' || isAlone || update === undefined) return undefined;
  return fetchListsThere(dockerfile, instruction, installs, updateText(dockerfile, update), removal);
}

/** The update as it stands, or plainly where it is broken over lines. */
function updateText({ text }: Dockerfile, { range, name }: CommandLine): string {
  const written = text.slice(range.start, range.end);
  return written.includes('\n') ? `${name} update` : written;
}
