import type { ContextEntry } from '../../context/walk.ts';
import type { Dockerfile } from '../../dockerfile/dockerfile.ts';
import type { CopyInstruction } from '../../dockerfile/instruction.ts';
import type { Stage } from '../../dockerfile/stage.ts';
import { absolutePath, copiedFiles, liesIn } from '../../project/copied-files.ts';
import type { ImageBuild } from '../../project/project.ts';
import { expandedValue, workingDirectory } from '../../project/stage-facts.ts';

/** The stage that a build makes and all that it takes something from. */
export function builtStages({ stage, dockerfile }: ImageBuild): ReadonlySet<Stage> {
  const reached = new Set<Stage>();
  const pending = [stage ?? dockerfile.final].flatMap((each) => each ?? []);
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    if (reached.has(next)) continue;
    reached.add(next);
    pending.push(...next.dependsOn);
  }
  return reached;
}

/**
 * Where files of the context come to lie in the image, as COPY and ADD say, through the stages that they pass: path in the image (without a leading slash) to
 * path in the context. What RUN moves is not followed. https://docs.docker.com/reference/dockerfile/#copy
 */
export function imagePaths(build: ImageBuild): ReadonlyMap<string, string> {
  const { dockerfile, stage } = build;
  const shipped = stage ?? dockerfile.final;
  return shipped === undefined ? new Map() : pathsOf(build, shipped, new Map());
}

type Paths = Map<string, string>;

function pathsOf(build: ImageBuild, stage: Stage, known: Map<Stage, Paths>): Paths {
  const before = known.get(stage);
  if (before) return before;
  const paths: Paths = new Map(stage.base.kind === 'stage' ? pathsOf(build, stage.base.stage, known) : []);
  known.set(stage, paths);
  for (const { instruction, destination } of copiedFiles(build.dockerfile, stage)) {
    if (destination === undefined) continue;
    if (instruction.from === undefined) addFromContext(build, instruction, destination, paths);
    else addFromStage(build, stage, instruction, destination, paths, known);
  }
  return paths;
}

function addFromContext(build: ImageBuild, instruction: CopyInstruction, destination: string, paths: Paths): void {
  const { context, dockerfile } = build;
  const use = context?.uses.find(
    ({ path, range }) => path === dockerfile.path && range.start === instruction.range.start,
  );
  if (context === undefined || use === undefined || !use.known) return;
  const isInto = intoDirectory(instruction);
  for (const source of use.sources) {
    const taken = context.copiedBy({ ...use, sources: [source] });
    const depth = source.split('/').filter((part) => part !== '' && part !== '.').length;
    for (const [place, entry] of context.listing.entries.entries()) {
      if (taken[place] !== 1 || entry.kind === 'directory') continue;
      const below = use.parents ? entry.path : belowSource(entry, depth);
      const target = below === undefined ? single(entry, destination, isInto) : joined(destination, below);
      paths.set(target, entry.path);
    }
  }
}

/** Several sources, or a destination that ends with a slash (`.` is a directory, too). */
function intoDirectory({ sources, destination }: CopyInstruction): boolean {
  return sources.length > 1 || /(?:^|\/)\.{0,2}$/.test(destination?.value ?? '');
}

/** The path below a directory that is a source; undefined where the entry itself is the source. */
function belowSource({ path }: ContextEntry, depth: number): string | undefined {
  const parts = path.split('/');
  return parts.length > depth ? parts.slice(depth).join('/') : undefined;
}

function single({ path }: ContextEntry, destination: string, isInto: boolean): string {
  return isInto ? joined(destination, path.slice(path.lastIndexOf('/') + 1)) : destination.slice(1);
}

function joined(directory: string, below: string): string {
  return `${directory === '/' ? '' : directory}/${below}`.slice(1);
}

function addFromStage(
  build: ImageBuild,
  stage: Stage,
  instruction: CopyInstruction,
  destination: string,
  paths: Paths,
  known: Map<Stage, Paths>,
): void {
  const { dockerfile } = build;
  const name = instruction.from?.value.toLowerCase() ?? '';
  const from = stage.dependsOn.find((each) => each.name === name || String(each.index) === name);
  if (from === undefined || from === stage) return;
  const theirs = pathsOf(build, from, known);
  for (const { target, source } of copiedFrom(dockerfile, instruction, destination))
    for (const [path, of] of theirs)
      if (liesIn(`/${path}`, source))
        paths.set(
          `/${path}` === source ? target.slice(1) : joined(target, path.slice(source === '/' ? 0 : source.length)),
          of,
        );
}

/** Directories or files that a COPY --from takes from a stage, and where each comes to lie. */
function copiedFrom(
  dockerfile: Dockerfile,
  instruction: CopyInstruction,
  destination: string,
): readonly { readonly source: string; readonly target: string }[] {
  return instruction.sources.flatMap((token) => {
    const written = expandedValue(dockerfile, instruction, token);
    const source = written === undefined ? undefined : absolutePath('/', written);
    if (source === undefined || /[*?[]/.test(source)) return [];
    return [{ source, target: destination }];
  });
}

/** Directories that are the application's: those that WORKDIR and COPY name, but for the system's own. Absolute. */
export function applicationDirectories(build: ImageBuild): readonly string[] {
  const { dockerfile, stage } = build;
  const shipped = stage ?? dockerfile.final;
  if (shipped === undefined) return [];
  const named = new Set<string>();
  for (
    let at: Stage | undefined = shipped;
    at !== undefined;
    at = at.base.kind === 'stage' ? at.base.stage : undefined
  ) {
    for (const { destination } of copiedFiles(dockerfile, at)) if (destination !== undefined) named.add(destination);
    for (const instruction of at.instructions) {
      if (instruction.name !== 'RUN') continue;
      const { path } = workingDirectory(dockerfile, at, instruction);
      if (path !== undefined) named.add(path);
    }
  }
  return [...named].filter((directory) => !systemDirectory.test(directory));
}

/** https://refspecs.linuxfoundation.org/FHS_3.0/fhs-3.0.html and what images put beside it; deeper ones may be an application's. */
const systemDirectory =
  /^\/(?:(?:bin|boot|dev|etc|home|lib\d*|media|mnt|opt|proc|root|run|sbin|srv|sys|tmp|usr|var)(?:\/(?:bin|sbin|lib\d*|libexec|share|local|src|cache|log|run|spool|tmp|local\/(?:bin|sbin|lib|share|etc|src)))?)?$/;
