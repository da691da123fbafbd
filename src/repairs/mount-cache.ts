import { enumerate } from '../core/enumerate.ts';
import type { Assumption, Fix } from '../core/fix.ts';
import type { Dockerfile } from '../dockerfile/dockerfile.ts';
import { insertAfter } from '../dockerfile/edit.ts';
import { environmentAt } from '../dockerfile/environment.ts';
import type { RunInstruction } from '../dockerfile/instruction.ts';
import { type PlacedPackageCommand, packageCommands } from '../dockerfile/package-commands.ts';
import type { Stage } from '../dockerfile/stage.ts';
import type { CacheDirectory } from '../ecosystems/ecosystem.ts';
import { frontendKnows } from '../project/frontend.ts';
import type { Project } from '../project/project.ts';
import { baseImageOf, imageInstructions, isRootUser, stageChain } from '../project/stage-facts.ts';
import { nothingIsOffline, takesFromCache } from './offline-later.ts';
import { isWithoutCgo } from './without-cgo.ts';

/** Tools whose cache is a copy, and nothing that is used where it lies. */
const copies: ReadonlySet<string> = new Set(['npm', 'pnpm', 'pip', 'uv', 'composer', 'bun']);
/** Tools that look for what was downloaded whenever they run again. */
const inPlace: ReadonlySet<string> = new Set(['go', 'cargo', 'mvn', 'mvnw', 'gradle', 'gradlew', 'dotnet']);

/** Mounts a package manager's cache for the RUN that fills it, with the others that its command fills: what Go has compiled beside what it has fetched. */
export function mountCache(
  project: Project,
  dockerfile: Dockerfile,
  stage: Stage,
  run: RunInstruction,
  { read, command }: PlacedPackageCommand,
  caches: readonly [CacheDirectory, ...CacheDirectory[]],
): Fix | undefined {
  if (!copies.has(read.tool) && !inPlace.has(read.tool)) return undefined;
  const scope = environmentAt(dockerfile, run);
  // Elsewhere, or switched off: then this is not the directory.
  const isSet = (name: string) => scope.has(name) || command.assignments.some((each) => each.name === name);
  if (['HOME', 'XDG_CACHE_HOME', 'GOPATH', 'CARGO_HOME'].some(isSet)) return undefined;
  const withoutC = isWithoutCgo(dockerfile, { command, instruction: run });
  const written = settingsWritten(dockerfile, stage, run, read.tool);
  if (written === 'unknown') return undefined;
  const isThere = ({ movedBy = [], switchedOffBy = {} }: CacheDirectory) =>
    ![...movedBy, ...Object.keys(switchedOffBy)].some((name) => isSet(name) || written.has(name));
  const [first, ...others] = caches;
  if (!isThere(first)) return undefined;
  const text = dockerfile.text.slice(run.range.start, run.range.end);
  const cleans = packageCommands(dockerfile).some(
    (placed) => placed.instruction === run && placed.read.action === 'clean-cache',
  );
  if (cleans || /rm -\w+ [^\n]*(?:~|\/root)\/\.|\bsudo\b|\bsu\b/.test(text)) return undefined;
  // The mount would hide what an earlier step downloaded.
  if (takesFromCache(text)) return undefined;
  const user = imageInstructions(stage).findLast((each) => each.name === 'USER' && each.range.start < run.range.start);
  const isRoot =
    user?.name === 'USER'
      ? isRootUser(user.value.value.split(':')[0] ?? '')
      : isRootUser(baseImageOf(stage).user ?? '0');
  // The home of another user, and the number that the mount would have to belong to, are not in the file.
  if (!isRoot) return undefined;
  const mounted = [first, ...others.filter(isThere)].map(({ path, sharing }) => ({
    target: path.replace(/^~/, '/root'),
    sharing: sharing === 'locked' ? ',sharing=locked' : '',
  }));
  const targets = enumerate(mounted.map(({ target }) => target));
  const flags = mounted.map(({ target, sharing }) => ` --mount=type=cache,target=${target}${sharing}`);
  return {
    title: mounted.length === 1 ? `Mount a cache at ${targets}` : `Mount caches at ${targets}`,
    changes: { edits: [insertAfter(dockerfile, run.keyword.range, flags.join(''))] },
    assumptions: [
      frontendKnows(project, dockerfile, 'RUN --mount'),
      { statement: 'The step runs as root, to whom the mount belongs.', state: 'holds' },
      notNeededLater(read.tool),
      ...(mounted.some(({ target }) => target.endsWith('/go-build')) ? [noLibrariesOfC(withoutC)] : []),
      nothingIsOffline(project, dockerfile, stage, run),
    ],
  };
}

/**
 * Variables that `go env -w` wrote into the settings of Go, up to and with the step; `unknown` where another tool was told where its cache
 * lies: `npm config set cache`, `pip config set global.cache-dir`.
 */
function settingsWritten(
  dockerfile: Dockerfile,
  stage: Stage,
  run: RunInstruction,
  tool: string,
): ReadonlySet<string> | 'unknown' {
  const names = new Set<string>();
  const chain = stageChain(stage);
  for (const { command, instruction, stage: own } of dockerfile.commandsNamed(tool)) {
    if (own === undefined || !chain.includes(own) || (own === stage && instruction.range.start > run.range.start))
      continue;
    const words = command.arguments.map(({ value }) => value);
    if (tool !== 'go') {
      if (words.includes('config') && words.some((word) => /cache|store/i.test(word))) return 'unknown';
    } else if (words[0] === 'env' && words.includes('-w'))
      for (const word of words.slice(1)) names.add(word.slice(0, Math.max(0, word.indexOf('='))));
  }
  return names;
}

function notNeededLater(tool: string): Assumption {
  const statement = 'Nothing later looks for the files where they were downloaded to.';
  if (copies.has(tool)) return { statement, state: 'holds' };
  const question = `A later step or the container that runs ${tool} again will not find them, unless it has the mount, too: is that all right?`;
  return { statement, state: 'unknown', question };
}

/** What was compiled is found by the sources, not by the headers of the system: https://pkg.go.dev/cmd/go#hdr-Build_and_test_caching */
function noLibrariesOfC(withoutC: boolean): Assumption {
  const statement =
    'Nothing that is compiled takes in a C library of the system, whose changes the build cache of Go does not see.';
  if (withoutC) return { statement, state: 'holds' };
  const question =
    'Does the program use cgo with libraries that apt or apk installs? Then a new release of one is not compiled in before the cache is emptied.';
  return { statement, state: 'unknown', question };
}
