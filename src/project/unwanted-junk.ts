import type { BuildContext } from '../context/build-context.ts';
import { inContext } from '../context/follow-links.ts';
import type { JunkFound } from '../context/junk.ts';
import { ignoreMatcher } from '../context/matcher.ts';
import type { Dockerfile, PlacedCommand } from '../dockerfile/dockerfile.ts';
import { packageCommands } from '../dockerfile/package-commands.ts';
import { dockerfilesOf } from './context-facts.ts';
import { absolutePath, copiedFiles } from './copied-files.ts';
import { installsInto } from './moved-files.ts';
import type { Project } from './project.ts';
import { readsGitHistory } from './reads-git.ts';

/** The junk that some use copies with something larger, that no use names, that nobody takes back on purpose, and that the build does not need. */
export function unwantedJunk(project: Project, context: BuildContext): readonly JunkFound[] {
  const candidates = context.junk.filter(
    (found) => found.copiedBy.length > 0 && found.namedBy.length === 0 && !isTakenBack(context, found),
  );
  if (candidates.length === 0) return [];
  const dockerfiles = dockerfilesOf(project, context);
  const programs = new Set(dockerfiles.flatMap(({ commands }) => commands.map(({ command }) => command.name)));
  return candidates.filter((found) => {
    const { kind } = found;
    if (kind.neededBy?.some((name) => programs.has(name))) return false;
    if (kind.id === 'version-control') return readsGitHistory(context) === undefined;
    if (kind.id === 'node-modules') return isInstalledAgain(context, dockerfiles, found);
    return (
      !Object.hasOwn(makers, kind.id) ||
      dockerfiles.some(({ commands }) => commands.some((each) => makers[kind.id]?.(each, found)))
    );
  });
}

/** What Plimsoll itself has put there: no fault of the project's. It is left out together with what is, and never counted. */
export function isOwn({ kind }: JunkFound): boolean {
  return kind.id === 'proofs';
}

/** Junk that is found as such: secrets are found for more than their bytes, and our own files by whoever made them. */
export function isWaste(found: JunkFound): boolean {
  return found.kind.area !== 'secrets' && !isOwn(found);
}

/** An exception of the ignore file that reaches it: it is sent on purpose. */
function isTakenBack({ ignore }: BuildContext, { path }: JunkFound): boolean {
  return ignore.lines.some(
    ({ pattern }) =>
      pattern.exception &&
      (pattern.text.startsWith(`${path}/`) ||
        ignoreMatcher([{ ...pattern, exception: false }]).verdict(path) === 'ignored'),
  );
}

type Makes = (placed: PlacedCommand, found: JunkFound) => boolean;

const buildsWith =
  (programs: RegExp, action: RegExp): Makes =>
  ({ command }) =>
    programs.test(command.name) && command.arguments.some(({ value }) => action.test(value));

const webBuild: Makes = ({ command }) =>
  (/^(?:npm|pnpm|yarn|bun)$/.test(command.name) &&
    command.arguments.some(({ value }) =>
      /^(?:run|run-script|build|generate|compile|dist|prod\w*|release)(?::|$)/.test(value),
    )) ||
  (/^(?:npx|next|nuxt|nuxi|vite|tsc|webpack|rollup|esbuild|parcel|ng|turbo|nx|gulp|grunt|svelte-kit|astro|react-scripts|vue-cli-service)$/.test(
    command.name,
  ) &&
    command.name !== 'npx') ||
  (command.name === 'npx' && command.arguments.some(({ value }) => /^(?:build|tsc|generate)$/.test(value)));

/** go, cargo and dotnet write there only when told so; else they may well read it, as `//go:embed dist` does. */
const compilesInto: Makes = ({ command }, { path }) =>
  /^(?:go|cargo|dotnet)$/.test(command.name) &&
  command.arguments.some(({ value }) => /^(?:build|install|publish)$/.test(value)) &&
  command.arguments.some(({ value }, at) => {
    const [, written] = /^--?(?:o|output|target-dir|artifact-dir)=(.*)$/.exec(value) ?? [];
    const target = written ?? (isOutput.test(command.arguments[at - 1]?.value ?? '') ? value : undefined);
    return target?.split('/').includes(path.slice(path.lastIndexOf('/') + 1));
  });

const isOutput = /^(?:-o|--(?:output|target-dir|artifact-dir))$/;

/** Which commands make a kind of junk again in the build: without one of them what lies in the context may be meant. */
const makers: Readonly<Record<string, Makes>> = {
  'java-build': buildsWith(
    /^(?:mvn|mvnw|gradle|gradlew|sbt|cargo)$/,
    /^(?::?[\w:-]*(?:package|install|verify|compile|deploy|build|assemble|bootJar|shadowJar|jar|war|installDist|stage|dist)|rustc)$/i,
  ),
  'dotnet-build': buildsWith(/^(?:dotnet|msbuild)$/, /^(?:build|publish|pack|test)$|\.(?:sln|\w+proj)$/),
  'web-build': webBuild,
  'build-output': (placed, found) =>
    webBuild(placed, found) ||
    /^(?:make|cmake|ninja|mvn|mvnw|gradle|gradlew)$/.test(placed.command.name) ||
    compilesInto(placed, found) ||
    buildsWith(/^python[\d.]*$/, /^(?:build|setup\.py)$/)(placed, found),
  'vendored-packages': buildsWith(/^(?:composer|bundle|composer\.phar)$/, /^(?:install|update)$/),
};

/** Whether the packages that lie there are installed by a step: in that directory, for its project, with what a later script needs. */
function isInstalledAgain(context: BuildContext, dockerfiles: readonly Dockerfile[], found: JunkFound): boolean {
  const parent = found.path.slice(0, Math.max(0, found.path.lastIndexOf('/')));
  if (found.path.endsWith('bower_components')) return dockerfiles.some(installsBower);
  const isWorkspace =
    /"workspaces"/.test(context.readStart('package.json')) || context.index.ranges.has('pnpm-workspace.yaml');
  return dockerfiles.some((dockerfile) => {
    const places = destinationsOf(dockerfile, found, parent);
    return packageCommands(dockerfile, 'npm', 'yarn', 'pnpm', 'bun').some((placed) => {
      if (placed.read.action !== 'install-project' || placed.read.global) return false;
      if (placed.read.omitDevelopment && runsScripts(dockerfile)) return false;
      return (
        (parent === '' && places.length === 0) ||
        isWorkspace ||
        installsInto(dockerfile, placed).some((path) => places.includes(path))
      );
    });
  });
}

function installsBower(dockerfile: Dockerfile): boolean {
  return dockerfile
    .commandsNamed('bower')
    .some(({ command }) => command.arguments.some(({ value }) => value === 'install'));
}

/** Where the directory that the packages lie in comes to in the images. */
function destinationsOf(dockerfile: Dockerfile, { copiedBy }: JunkFound, parent: string): readonly string[] {
  return dockerfile.stages
    .flatMap((stage) => copiedFiles(dockerfile, stage))
    .flatMap(({ instruction, destination }) => {
      const use = copiedBy.find(
        ({ path, range }) => path === dockerfile.path && range.start === instruction.range.start,
      );
      if (use === undefined || destination === undefined) return [];
      return use.sources.flatMap((source) => {
        const base = inContext(source);
        if (base === '') return [absolutePath(destination, parent) ?? destination];
        if (parent === base) return [destination];
        return parent.startsWith(`${base}/`) ? [absolutePath(destination, parent.slice(base.length + 1)) ?? ''] : [];
      });
    });
}

/** A script of the project may need what only the packages of the context have. */
function runsScripts(dockerfile: Dockerfile): boolean {
  return packageCommands(dockerfile, 'npm', 'yarn', 'pnpm', 'bun').some(
    ({ read }) => read.action === 'run' || read.action === 'build',
  );
}
