import type { BuildContext } from '../../context/build-context.ts';
import { fixClass } from '../../core/fix.ts';
import type { Dockerfile } from '../../dockerfile/dockerfile.ts';
import type { CopyInstruction } from '../../dockerfile/instruction.ts';
import { type PlacedPackageCommand, packageCommands } from '../../dockerfile/package-commands.ts';
import type { Stage } from '../../dockerfile/stage.ts';
import { ecosystemFacts, manifestOf } from '../../ecosystems/facts.ts';
import { installAgain } from '../../ecosystems/rebuild-work.ts';
import { absolutePath, copiedFiles, liesIn } from '../../project/copied-files.ts';
import { packagesInstalled } from '../../project/dependency-count.ts';
import {
  fetchCommand,
  fetchesWhileBuilding,
  hasFetchedBefore,
  isOffline,
  mayDownload,
} from '../../project/fetching-builds.ts';
import { directoryOf } from '../../project/moved-files.ts';
import { buildsOf, type Project } from '../../project/project.ts';
import { dockerfileRule } from '../../project/rule.ts';
import { stageChain } from '../../project/stage-facts.ts';
import { copyBehindInstall } from '../../repairs/copy-behind-install.ts';
import { manifestsFirst } from '../../repairs/manifests-first.ts';
import { unknownWords, worksElsewhere } from '../../repairs/works-elsewhere.ts';

/** From this many packages on an install takes long enough to be the first thing to mend. */
const many = 20;

/** In seconds: nobody waits for less. */
const long = 5;

export const rule = dockerfileRule({
  severity: 'warning',
  summary: 'Sources are copied before the dependencies are installed',
  why: 'A changed source file changes the COPY, and everything behind it runs again: each commit installs all dependencies anew.',
  remedy: 'Copy the manifest and the lock file first, install, then copy the sources.',
  peers: [],
  check({ dockerfile, project }, { report }) {
    for (const stage of dockerfile.stages) {
      const install =
        packageCommands(dockerfile).find((placed) => placed.stage === stage && installsProject(placed)) ??
        namedInstall(project, dockerfile, stage);
      const copy =
        install && (lastWholeCopyBefore(stage, install) ?? lastProjectCopyBefore(project, dockerfile, stage, install));
      if (install !== undefined && copy !== undefined && !installedBefore(dockerfile, stage, copy, install)) {
        const count = packagesInstalled(project, dockerfile, install);
        const fix = manifestsFirst(project, dockerfile, stage, copy, install);
        const cost = count === undefined ? undefined : installAgain(install.read.ecosystem, count);
        report({
          at: copy.range,
          ...(cost && { cost }),
          ...(count !== undefined &&
            count >= many &&
            cost?.seconds !== undefined &&
            cost.seconds >= long && { severity: 'error' as const }),
          message: `Every change of a source file runs ${described(install)} again${count === undefined ? '' : `: ${count} ${count === 1 ? 'dependency' : 'dependencies'}`}.`,
          remedy: `Copy ${manifestsFor(install)} first, run ${described(install)}, then copy the rest.`,
          also: [{ range: install.command.range, note: 'installs behind it' }],
          cause: `copy-before-install:${copy.range.start}`,
          ...(fix && { fix }),
        });
        continue;
      }
      const single = install && copyBehindInstall(project, dockerfile, stage, install);
      const kind = single && fixClass(single.fix);
      if (install !== undefined && single !== undefined && kind !== undefined) {
        const { copy: late, fix } = single;
        report({
          at: late.range,
          // Whether the install can do without the files is then anyone's guess.
          ...(kind === 'review' && { severity: 'note' as const }),
          message: `Every change of ${late.sources[0]?.value} runs ${described(install)} again.`,
          remedy: `Copy it behind ${described(install)}.`,
          also: [{ range: install.command.range, note: 'installs behind it' }],
          cause: `copy-before-install:${late.range.start}`,
          fix,
        });
        continue;
      }
      const fetching = fetchingBuild(project, dockerfile, stage);
      if (fetching === undefined) continue;
      const { build } = fetching;
      const fix = manifestsFirst(project, dockerfile, stage, fetching.copy, build);
      const count = packagesInstalled(project, dockerfile, build);
      const cost = count === undefined ? undefined : installAgain(build.read.ecosystem, count);
      report({
        at: fetching.copy.range,
        ...(cost && { cost }),
        message: `Every change of a source file runs ${described(build)} again, with all that it downloads.`,
        remedy: `Copy ${manifestsFor(build)} first, run ${fetchCommand(build)}, then copy the rest; or mount a cache for what is downloaded.`,
        also: [{ range: build.command.range, note: 'downloads behind it' }],
        cause: `copy-before-install:${fetching.copy.range.start}`,
        ...(fix && { fix }),
      });
    }
  },
});

/** Installs what manifests list, and not the sources themselves (`pip install .`). */
function installsProject({ read, instruction }: PlacedPackageCommand): boolean {
  if (read.action !== 'install-project' || read.global) return false;
  if (read.packages.some(({ kind }) => kind === 'directory')) return false;
  return (
    instruction.name === 'RUN' &&
    !instruction.mounts.some(({ type, options }) => type === 'bind' && !options.has('from'))
  );
}

/** `npm install express` beside the project's package.json, which installs what that lists, too; only where its manifests can go first. */
function namedInstall(project: Project, dockerfile: Dockerfile, stage: Stage): PlacedPackageCommand | undefined {
  return packageCommands(dockerfile).find((placed) => {
    const { read, instruction, command } = placed;
    if (placed.stage !== stage || instruction.name !== 'RUN' || read.action !== 'install') return false;
    if (read.tool !== 'npm' || read.global || !read.packages.every(({ kind }) => kind === 'registry')) return false;
    // `--prefix client` works in another directory.
    if (unknownWords(placed).length > 0 || !command.arguments.every(({ literal }) => literal)) return false;
    if (isInstalledFromAgain(dockerfile, placed)) return false;
    const copy = lastWholeCopyBefore(stage, placed);
    return copy !== undefined && manifestsFirst(project, dockerfile, stage, copy, placed) !== undefined;
  });
}

/** Commands of npm that leave node_modules as it is. */
const leavesModules =
  /^(?:config|set|get|c|ls|list|la|ll|version|view|info|show|v|outdated|pack|root|bin|prefix|ping|help)$/;

/** A later command takes out what package.json does not list: the file of the sources would lie there by then, without what was installed by its name. */
function isInstalledFromAgain(dockerfile: Dockerfile, install: PlacedPackageCommand): boolean {
  return packageCommands(dockerfile).some(
    ({ stage, read, command }) =>
      read.ecosystem === 'npm' &&
      !read.global &&
      read.action !== 'run' &&
      read.action !== 'clean-cache' &&
      !leavesModules.test(read.subcommand?.value ?? '') &&
      command.range.start > install.command.range.start &&
      stage !== undefined &&
      install.stage !== undefined &&
      stageChain(stage).includes(install.stage),
  );
}

/** The COPY that brings sources: a directory or the whole context, as far as its words tell. */
function lastWholeCopyBefore(stage: Stage, install: PlacedPackageCommand): CopyInstruction | undefined {
  return stage.instructions.findLast(
    (instruction): instruction is CopyInstruction =>
      (instruction.name === 'COPY' || instruction.name === 'ADD') &&
      instruction.from === undefined &&
      instruction.range.start < install.instruction.range.start &&
      instruction.sources.some(({ value }) => /^(?:\.\/?|\/|\*|\.\/\*)$/.test(value)),
  );
}

/** The COPY of a directory of the context that holds the project: its manifest and its sources. */
function lastProjectCopyBefore(
  project: Project,
  dockerfile: Dockerfile,
  stage: Stage,
  install: PlacedPackageCommand,
): CopyInstruction | undefined {
  const contexts = buildsOf(project, dockerfile).flatMap(({ context }) => context ?? []);
  const places = copiedFiles(dockerfile, stage);
  return stage.instructions.findLast(
    (instruction): instruction is CopyInstruction =>
      (instruction.name === 'COPY' || instruction.name === 'ADD') &&
      instruction.from === undefined &&
      instruction.range.start < install.instruction.range.start &&
      instruction.sources.length === 1 &&
      installsFrom(dockerfile, places.find((place) => place.instruction === instruction)?.destination, install) &&
      contexts.some((context) => holdsProject(context, instruction.sources[0]?.value ?? '', install)),
  );
}

/** The directory in which the install works, or a file that it is told to read, lies where a COPY puts its directory, as far as that is known. */
function installsFrom(dockerfile: Dockerfile, destination: string | undefined, install: PlacedPackageCommand): boolean {
  if (destination === undefined) return true;
  const directory = directoryOf(dockerfile, install);
  const files = install.read.packages.filter(({ kind }) => kind.endsWith('-file'));
  const places = files.length === 0 ? [directory] : files.map(({ name }) => absolutePath(directory, name));
  return (
    places.some((place) => place === undefined || liesIn(place, destination)) || worksElsewhere(dockerfile, install)
  );
}

/** Files that say what is installed and how, beside the manifests, and packages: a directory of these alone is copied first on purpose. */
const besideManifests = /^(?:\.|patches$|README|LICENSE)|\.(?:txt|in|whl|tgz|zip|tar(?:\.\w+)?|gem|nupkg|crate)$/i;

function holdsProject({ index }: BuildContext, source: string, { read }: PlacedPackageCommand): boolean {
  const directory = source.replace(/^(?:\.?\/)+/, '').replace(/\/+$/, '');
  const range = directory === '' ? undefined : index.ranges.get(directory);
  if (range === undefined || range.end - range.start < 2) return false;
  const names = new Set<string>();
  for (const { path } of index.entries.slice(range.start, range.end)) {
    const inside = path.slice(directory.length + 1);
    if (inside !== '' && !inside.includes('/')) names.add(inside);
  }
  const isManifest = (name: string) => manifestOf(name)?.ecosystem === read.ecosystem;
  return [...names].some(isManifest) && [...names].some((name) => !isManifest(name) && !besideManifests.test(name));
}

/** The stage's first build that fetches what the manifests name, and the COPY of the sources before it. */
function fetchingBuild(
  project: Project,
  dockerfile: Dockerfile,
  stage: Stage,
): { readonly build: PlacedPackageCommand; readonly copy: CopyInstruction } | undefined {
  const build = packageCommands(dockerfile).find((placed) => placed.stage === stage && fetchesWhileBuilding(placed));
  const copy = build && lastWholeCopyBefore(stage, build);
  if (build === undefined || copy === undefined) return undefined;
  if (hasFetchedBefore(dockerfile, stage, copy, build) || isOffline(dockerfile, build)) return undefined;
  return mayDownload(project, dockerfile, build) ? { build, copy } : undefined;
}

/** What installs a project's packages, and is installed before any manifest is there. */
const installers: ReadonlySet<string> = new Set(
  'bundler corepack hatch pdm pip pip-tools pipenv pipx pnpm poetry poetry-core setuptools uv virtualenv wheel yarn'.split(
    ' ',
  ),
);

/** The same tool has installed from manifests that were copied before, or packages by name: then this is the second, small install. */
function installedBefore(
  dockerfile: Dockerfile,
  stage: Stage,
  copy: CopyInstruction,
  install: PlacedPackageCommand,
): boolean {
  return packageCommands(dockerfile).some(
    (placed) =>
      placed.stage === stage &&
      placed.read.ecosystem === install.read.ecosystem &&
      (placed.read.action === 'install-project' || (placed.read.action === 'install' && !installsTools(placed))) &&
      placed.instruction.range.start < copy.range.start,
  );
}

/** `npm install -g pnpm`, `pip install poetry`: no package of the project. */
function installsTools({ read: { global, packages } }: PlacedPackageCommand): boolean {
  return global || (packages.length > 0 && packages.every(({ name }) => installers.has(name.toLowerCase())));
}

/** `npm ci`, `go mod download`: the words before the first option. */
function described({ read }: PlacedPackageCommand): string {
  const { subcommand, command } = read;
  if (subcommand === undefined) return read.tool;
  const next = command.arguments[command.arguments.indexOf(subcommand) + 1];
  return subcommand.value === 'mod' && next ? `${read.tool} mod ${next.value}` : `${read.tool} ${subcommand.value}`;
}

function manifestsFor({ read }: PlacedPackageCommand): string {
  const file = read.packages.find(({ kind }) => kind === 'requirements-file');
  if (file) return file.name;
  const known = ecosystemFacts[read.ecosystem].manifests.filter(({ tools }) => tools.includes(read.tool));
  // A lock file that has the name of its tool is that tool's.
  const lockOf = ({ locks }: (typeof known)[number]) =>
    locks.find((lock) => [`${read.tool}.`, `${read.tool}-lock.`].some((start) => lock.startsWith(start)));
  const manifest =
    known.find((each) => lockOf(each) !== undefined) ??
    known.find(({ tools, locks }) => tools.length === 1 && locks.length > 0) ??
    known[0];
  if (manifest === undefined) return 'the manifest and the lock file';
  return [manifest.manifest, lockOf(manifest) ?? manifest.locks[0]].filter((name) => name !== undefined).join(' and ');
}
