import type { BuildContext } from '../../context/build-context.ts';
import type { ContextUse } from '../../context/context-use.ts';
import type { Artifact } from '../../core/artifact.ts';
import type { ImageBuild, Project } from '../../project/project.ts';
import { commentFor } from './comment-line.ts';
import { builtStages } from './copied-paths.ts';

/** A change of one line of one file that an image is made of. The program stays the same. */
export interface SourceChange {
  /** Relative to the project's root, with the changed text. `encodeArtifact` makes its bytes. */
  readonly artifact: Artifact;
  /** `comment`: a line of comment at its end. `empty line`: where no source fits, an empty line at the end of another text. */
  readonly kind: 'comment' | 'empty line';
}

/** Files that are read until one fits. */
const mostTried = 50;
/** Longer lines are no source that a person changes: it was minified or generated. */
const longestLine = 2_000;

/**
 * The change that «rebuild after a source change» is measured with: a comment line at the end of a source of the application that all the builds copy
 * from their contexts, the most telling one first (`src/main.ts` before `src/deep/down/label.ts`; no test, no configuration, no manifest, nothing vendored).
 * Undefined where the builds copy no text from a context, or something that is not known.
 * @param builds of the image before and after its repair
 * @param mark one word of letters and digits that goes into the comment: another one makes another change, which no cache has seen
 */
export function sourceChange(builds: readonly ImageBuild[], project: Project, mark: string): SourceChange | undefined {
  const [first, ...others] = builds.map(copiedPaths);
  if (first === undefined) return undefined;
  const copied = [...first].filter((path) => others.every((each) => each.has(path)));
  const sources = new Set(project.applications.flatMap(({ sourcePaths }) => sourcePaths));
  const ranked = copied
    .filter((path) => !unfit.test(path))
    .map((path) => ({ path, rank: rankOf(path, sources) }))
    .sort((one, other) => one.rank - other.rank || (one.path < other.path ? -1 : 1));
  return (
    firstChange(ranked, project, (artifact) => commented(artifact, mark)) ??
    firstChange(ranked, project, (artifact) => lengthened(artifact, mark))
  );
}

function firstChange(
  ranked: readonly { readonly path: string }[],
  project: Project,
  change: (artifact: Artifact) => SourceChange | undefined,
): SourceChange | undefined {
  let tried = 0;
  for (const { path } of ranked) {
    if (!mayChange.test(path)) continue;
    if (tried++ === mostTried) return undefined;
    const artifact = project.readFile?.(path);
    const changed = artifact && isWritten(artifact.text) ? change(artifact) : undefined;
    if (changed) return changed;
  }
  return undefined;
}

/** What an image takes from its context by COPY and ADD, in the stages that are built for it, as paths from the project's root. */
function copiedPaths(build: ImageBuild): ReadonlySet<string> {
  const { context, dockerfile } = build;
  const paths = new Set<string>();
  if (context === undefined) return paths;
  const starts = new Set(
    [...builtStages(build)].flatMap(({ instructions }) => instructions.map(({ range }) => range.start)),
  );
  for (const use of context.uses)
    if (use.path === dockerfile.path && use.known && starts.has(use.range.start))
      for (const path of filesOf(context, use)) paths.add(path);
  return paths;
}

function* filesOf(context: BuildContext, use: ContextUse): Generator<string> {
  const taken = context.copiedBy(use);
  for (const [place, { kind, path }] of context.listing.entries.entries())
    if (taken[place] === 1 && kind === 'file') yield context.directory === '' ? path : `${context.directory}/${path}`;
}

/** Nobody's application: vendored, generated, or about the project instead of in it. */
const unfit =
  /(?:^|\/)(?:node_modules|vendor|third_party|\.git|dist|build|target|out|coverage|__pycache__|\.venv|venv)\/|(?:^|\/)(?:Dockerfile|Containerfile)[^/]*$|\.dockerignore$|\.(?:min\.(?:js|css)|lock|sum|snap|map|pb\.go)$|_pb2\.py$/i;

const mayChange = /\.[A-Za-z]{1,10}$/;

const aside =
  /(?:^|\/)(?:tests?|specs?|__tests__|examples?|docs?|scripts?|bin|migrations?|fixtures?)\/|[._-](?:test|spec|config|conf|d)\.[a-z]+$|(?:^|\/)(?:setup|conftest|config|settings|gulpfile|Gruntfile|Rakefile)\.[a-z]+$|(?:^|\/)\./i;
const telling = /(?:^|\/)(?:main|index|app|server|application|program|__main__|lib)\.[a-z]+$/i;

function rankOf(path: string, sources: ReadonlySet<string>): number {
  const depth = path.split('/').length;
  return (
    (sources.has(path) ? 0 : 200) + (aside.test(path) ? 400 : 0) + (telling.test(path) ? 0 : 50) + Math.min(depth, 40)
  );
}

function isWritten(text: string): boolean {
  return text !== '' && !text.includes('\0') && text.split('\n').every((line) => line.length <= longestLine);
}

function commented(artifact: Artifact, mark: string): SourceChange | undefined {
  const comment = commentFor(artifact, `plimsoll prove ${mark}`);
  if (comment === undefined) return undefined;
  return { artifact: withLine(artifact, comment), kind: 'comment' };
}

/** Texts in which an empty line more says nothing. */
const indifferent = /\.(?:html?|md|txt|css|svg|xml|csv)$/i;

function lengthened(artifact: Artifact, mark: string): SourceChange | undefined {
  if (!indifferent.test(artifact.path)) return undefined;
  // White space, and yet another one for another mark.
  const spaces = [...mark].map((character) => ((character.codePointAt(0) ?? 0) % 2 === 0 ? ' ' : '\t')).join('');
  return { artifact: withLine(artifact, spaces), kind: 'empty line' };
}

function withLine(artifact: Artifact, line: string): Artifact {
  const { text } = artifact;
  const end = text.includes('\r\n') ? '\r\n' : '\n';
  return { ...artifact, text: `${text}${text.endsWith('\n') ? '' : end}${line}${end}` };
}
