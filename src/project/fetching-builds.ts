import type { Dockerfile } from '../dockerfile/dockerfile.ts';
import { environmentAt } from '../dockerfile/environment.ts';
import type { CopyInstruction } from '../dockerfile/instruction.ts';
import { type PlacedPackageCommand, packageCommands } from '../dockerfile/package-commands.ts';
import type { Stage } from '../dockerfile/stage.ts';
import { resolveCopyFrom } from '../dockerfile/stage-graph.ts';
import { flagValue, hasFlag } from '../ecosystems/package-command.ts';
import { dependencyCount } from './dependency-count.ts';
import { directoryOf } from './moved-files.ts';
import { buildsOf, type Project } from './project.ts';
import { stageChain } from './stage-facts.ts';

/** What fetches the dependencies alone, by the tool that fetches them while it builds. */
const fetches: Readonly<Record<string, string>> = {
  mvn: 'mvn dependency:go-offline',
  mvnw: './mvnw dependency:go-offline',
  gradle: 'gradle --write-verification-metadata sha256 --dry-run help',
  gradlew: './gradlew --write-verification-metadata sha256 --dry-run help',
  cargo: 'cargo fetch',
  go: 'go mod download',
};

/** The command that fetches what a build of this tool needs, without the sources. */
export function fetchCommand({ read }: PlacedPackageCommand): string {
  return fetches[read.tool] ?? read.tool;
}

/** A build of Maven, Gradle, Cargo or Go in a RUN that keeps no downloads in a cache mount. */
export function fetchesWhileBuilding({ read, instruction }: PlacedPackageCommand): boolean {
  if (read.action !== 'build' || !Object.hasOwn(fetches, read.tool) || instruction.name !== 'RUN') return false;
  if (read.subcommand?.value === 'generate') return false;
  return !instruction.mounts.some(
    ({ type, options }) =>
      (type === 'bind' && !options.has('from')) ||
      (type === 'cache' && !isCompilerCache(options.get('target') ?? options.get('dst') ?? '')),
  );
}

/** Keeps what was compiled, not what was downloaded. */
function isCompilerCache(target: string): boolean {
  return /go-build\/?$|(?:^|\/)target\/?$/.test(target);
}

/** Whether something before the COPY has fetched already, in the stage, in those below it, or in one that it copies from. */
export function hasFetchedBefore(
  dockerfile: Dockerfile,
  stage: Stage,
  copy: CopyInstruction,
  build: PlacedPackageCommand,
): boolean {
  const others = stage.instructions.flatMap((instruction) => {
    if (instruction.name !== 'COPY' || instruction.from === undefined) return [];
    const source = resolveCopyFrom(dockerfile, instruction.from);
    return source.kind === 'stage' ? stageChain(source.stage) : [];
  });
  const stages = new Set<Stage | undefined>([...stageChain(stage), ...others]);
  return packageCommands(dockerfile).some(
    ({ read, stage: where, command }) =>
      stages.has(where) &&
      read.ecosystem === build.read.ecosystem &&
      !read.global &&
      !hasFlag(read, 'version') &&
      read.action !== 'clean-cache' &&
      (read.ecosystem === 'maven' || read.action !== 'other') &&
      (where !== stage || command.range.start < copy.range.start),
  );
}

/** Told to fetch nothing. */
export function isOffline(dockerfile: Dockerfile, { read, command, instruction }: PlacedPackageCommand): boolean {
  if (hasFlag(read, 'offline', 'frozen') || flagValue(read, 'mod') === 'vendor') return true;
  const scope = environmentAt(dockerfile, instruction);
  const set = (name: string) =>
    command.assignments.find((each) => each.name === name)?.value?.value ?? scope.get(name) ?? '';
  return (
    set('GOFLAGS').includes('vendor') ||
    set('GO111MODULE') === 'off' ||
    set('GOPROXY') === 'off' ||
    set('CARGO_NET_OFFLINE') === 'true'
  );
}

/** The files by which each ecosystem names what is downloaded. */
const manifests: Readonly<Record<string, RegExp>> = {
  go: /(?:^|\/)go\.mod$/,
  cargo: /(?:^|\/)Cargo\.toml$/,
  maven: /(?:^|\/)(?:pom\.xml|build\.gradle(?:\.kts)?|settings\.gradle(?:\.kts)?)$/,
};

/** False where the build context shows that there is nothing to download: no manifest, no dependencies, or vendored ones. */
export function mayDownload(project: Project, dockerfile: Dockerfile, build: PlacedPackageCommand): boolean {
  const { read } = build;
  const manifest = manifests[read.ecosystem];
  let isShown = false;
  for (const { context } of buildsOf(project, dockerfile)) {
    if (context === undefined) continue;
    const { entries } = context.listing;
    if (context.index.ranges.has('vendor') && read.ecosystem !== 'maven') return false;
    if (manifest && !entries.some(({ path }) => manifest.test(path))) return false;
    isShown = true;
    const application = project.applications.find(
      ({ directory, manifests: own }) =>
        directory === context.directory && [...own.keys()].some((name) => manifest?.test(name)),
    );
    if (application === undefined || read.ecosystem === 'maven') continue;
    const count = dependencyCount(application);
    // Cargo.lock names the package itself, too. A module without go.sum needs no other.
    if (read.ecosystem === 'cargo' ? count !== undefined && count <= 1 : (count ?? 0) === 0) return false;
  }
  return isShown || read.ecosystem !== 'go' || !mayBeInGoPath(directoryOf(dockerfile, build));
}

/** Below GOPATH a build takes what lies there, and projects without modules bring what they need in vendor/. */
function mayBeInGoPath(directory: string | undefined): boolean {
  return directory === undefined || directory === '/' || directory === '/go' || /\/src\/./.test(directory);
}
