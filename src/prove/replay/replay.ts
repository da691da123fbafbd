import { type IgnoreFile, noIgnoreFile, readIgnoreFile } from '../../context/ignorefile.ts';
import type { Dockerfile } from '../../dockerfile/dockerfile.ts';
import { parseDockerfile } from '../../dockerfile/parse-dockerfile.ts';
import { type BuildCache, emptyCache, type StepResult } from './build-cache.ts';
import type { BuildOptions, BuildPlan } from './build-plan.ts';
import { blobAt, type ContextDirectory, contextReader, type Overlay } from './context-tree.ts';
import type { Commit } from './git-commits.ts';
import type { History } from './history.ts';
import { planBuild } from './plan-build.ts';
import { type Sources, select } from './selection.ts';

/** What is built at each commit. Paths are from the repository's top, with forward slashes. */
export interface ReplayedBuild extends BuildOptions {
  readonly dockerfile: string;
  /** '' for the top. */
  readonly context: string;
  /** Texts that are put in the place of what each commit has: today's Dockerfile, say, or a repaired one. */
  readonly overlay?: Overlay;
  /** A source that a commit does not have is taken for nothing, instead of the commit for one that cannot be built. */
  readonly lenient?: boolean;
  /** The context has git's own directory, as a work tree has and a build from an address of git has not. */
  readonly hasGit?: boolean;
}

/** The build of one commit, as the cache answers it. */
export interface CommitBuild {
  readonly commit: Commit;
  /** Undefined where the commit cannot be built. */
  readonly plan: BuildPlan | undefined;
  readonly context: ContextDirectory | undefined;
  /** The path of the ignore file in force and what it says. */
  readonly ignore: { readonly path: string; readonly file: IgnoreFile } | undefined;
  readonly dockerfile: Dockerfile | undefined;
  /** By {@link PlannedStep.index}. */
  readonly results: readonly StepResult[];
  /** Sources that are not in the build context. */
  readonly missing: readonly string[];
  /** Why it cannot be built: no such Dockerfile, a file that is not there. Such a commit leaves nothing in the cache. */
  readonly problem: string | undefined;
}

/** Replays the commits of a history, oldest first, over one cache that is empty before the first. */
export async function replayBuilds(
  history: History,
  build: ReplayedBuild,
  onCommit: (done: number) => void = () => {},
): Promise<readonly CommitBuild[]> {
  const texts = await buildTexts(history, build);
  const cache = emptyCache();
  const readers = readersOf(history, build);
  const plans = plansOf(build);
  return history.commits.map((commit, at) => {
    onCommit(at);
    return replayCommit(commit, texts(commit), { cache, readers, plans, build });
  });
}

interface Replaying {
  readonly cache: BuildCache;
  readonly readers: (ignore: IgnoreText | undefined) => Reader;
  readonly plans: (text: string) => Planned;
  readonly build: ReplayedBuild;
}

function replayCommit(commit: Commit, texts: CommitTexts, { cache, readers, plans, build }: Replaying): CommitBuild {
  const nothing = {
    commit,
    plan: undefined,
    context: undefined,
    ignore: undefined,
    dockerfile: undefined,
    results: [],
    missing: [],
  };
  if (texts.dockerfile === undefined) return { ...nothing, problem: `there is no ${build.dockerfile}` };
  const { dockerfile, plan, problem } = plans(texts.dockerfile);
  if (plan === undefined) return { ...nothing, dockerfile, problem };
  const { read, ignore } = readers(texts.ignore);
  const context = read(commit.tree);
  const known = { ...nothing, dockerfile, plan, context, ignore };
  if (context === undefined) return { ...known, problem: `there is no directory ${build.context}` };
  const missing = plan.steps.flatMap(({ inputs }) =>
    inputs.flatMap((input) => (input.kind === 'context' ? selected(context, input.sources).missing : [])),
  );
  if (missing[0] !== undefined && !build.lenient)
    return { ...known, missing, problem: `${missing[0]} is not in the build context` };
  return { ...known, missing, results: cache.build(plan, (sources) => selected(context, sources)), problem: undefined };
}

const selections = new WeakMap<ContextDirectory, Map<Sources, ReturnType<typeof select>>>();

/** A context that did not change is the same object, so that a commit that changes nothing in it costs nothing. */
function selected(context: ContextDirectory, sources: Sources): ReturnType<typeof select> {
  const known = selections.get(context) ?? new Map<Sources, ReturnType<typeof select>>();
  selections.set(context, known);
  const selection = known.get(sources) ?? select(context, sources);
  known.set(sources, selection);
  return selection;
}

interface IgnoreText {
  readonly path: string;
  readonly text: string;
}

interface CommitTexts {
  readonly dockerfile: string | undefined;
  readonly ignore: IgnoreText | undefined;
}

/** The Dockerfile and the ignore file of every commit; all blobs are asked for at once. */
async function buildTexts(history: History, build: ReplayedBuild): Promise<(commit: Commit) => CommitTexts> {
  const ignorePaths = [`${build.dockerfile}.dockerignore`, `${prefixOf(build.context)}.dockerignore`];
  const blobs = new Map<string, string>();
  for (const { tree } of history.commits)
    for (const path of [build.dockerfile, ...ignorePaths]) {
      const id = blobAt(history.trees, tree, path);
      if (id !== undefined) blobs.set(`${tree} ${path}`, id);
    }
  const texts = await history.texts([...blobs.values()]);
  const textOf = (tree: string, path: string) =>
    build.overlay?.has(path) ? build.overlay.get(path) : texts.get(blobs.get(`${tree} ${path}`) ?? '');
  return ({ tree }) => {
    const [ignore] = ignorePaths.flatMap((path) => {
      const text = textOf(tree, path);
      return text === undefined ? [] : [{ path, text }];
    });
    return { dockerfile: textOf(tree, build.dockerfile), ignore };
  };
}

interface Reader {
  readonly read: (tree: string) => ContextDirectory | undefined;
  readonly ignore: CommitBuild['ignore'];
}

/** One reader for each text of the ignore file: what was looked at under one is known for all commits that have it. */
function readersOf({ trees }: History, build: ReplayedBuild): Replaying['readers'] {
  const readers = new Map<string, Reader>();
  return (ignore) => {
    const key = ignore === undefined ? '' : `${ignore.path}\0${ignore.text}`;
    const known = readers.get(key);
    if (known) return known;
    const file = ignore ? readIgnoreFile(ignore.text) : noIgnoreFile;
    const read = contextReader({
      trees,
      prefix: prefixOf(build.context),
      ignore: file,
      ...(build.overlay && { overlay: build.overlay }),
      ...(build.hasGit && { hasGit: true }),
    });
    const reader: Reader = { read, ignore: ignore && { path: ignore.path, file } };
    readers.set(key, reader);
    return reader;
  };
}

interface Planned {
  readonly dockerfile: Dockerfile;
  readonly plan: BuildPlan | undefined;
  readonly problem: string | undefined;
}

function plansOf(build: ReplayedBuild): Replaying['plans'] {
  const plans = new Map<string, Planned>();
  return (text) => {
    const known = plans.get(text);
    if (known) return known;
    const planned = planText(text, build);
    plans.set(text, planned);
    return planned;
  };
}

function planText(text: string, build: ReplayedBuild): Planned {
  const dockerfile = parseDockerfile({ path: build.dockerfile, text, encoding: 'utf-8' });
  const [refused] = dockerfile.rejections.filter(
    ({ unlessGiven = [] }) => !unlessGiven.some((name) => build.buildArguments?.has(name)),
  );
  if (refused)
    return { dockerfile, plan: undefined, problem: `BuildKit refuses line ${refused.line}: ${refused.message}` };
  return { dockerfile, plan: planBuild(dockerfile, build), problem: undefined };
}

/** The plan of a text. Undefined where BuildKit refuses it. */
export function planBuildText(build: ReplayedBuild, text: string): BuildPlan | undefined {
  return planText(text, build).plan;
}

function prefixOf(directory: string): string {
  return directory === '' ? '' : `${directory}/`;
}
