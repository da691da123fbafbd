import path from 'node:path';
import { datesKnownOn } from '../bases/date-sources.ts';
import type { BaseStatus, BasesReport } from '../core/bases-report.ts';
import { exitCodes, UserError } from '../core/errors.ts';
import { fewAtOnce } from '../core/few-at-once.ts';
import type { ImageReference } from '../core/image-reference.ts';
import { compareCodes } from '../core/natural-order.ts';
import { printable } from '../core/printable.ts';
import { atLeast, severities } from '../core/severity.ts';
import { admits } from '../ecosystems/version-range.ts';
import type { RegistrySession } from '../image/registry-session.ts';
import type { ClusterSnapshot } from '../kubernetes/cluster-snapshot.ts';
import { assessImage } from '../maintain/freshness/assess.ts';
import type { NamedImages } from '../maintain/freshness/named-image.ts';
import { namedImages } from '../maintain/freshness/named-images.ts';
import type { BasesSettings, Configuration } from '../project/configuration.ts';
import { loadProject } from '../project/load-project.ts';
import type { Project } from '../project/project.ts';
import { targetRoot } from '../project/target.ts';
import { complaint } from '../report/complaint.ts';
import type { ParsedArguments, Terminal } from './command.ts';
import { countFrom } from './count-flag.ts';
import { failOnFrom } from './fail-on.ts';
import { isColored } from './is-colored.ts';
import { loadConfiguration } from './load-configuration.ts';
import { askedImages, ignoredNews, nameMatches, positionFinder } from './named-bases.ts';
import { openSession } from './open-session.ts';
import { prefixFrom } from './path-prefix.ts';
import { type Progress, progressOn } from './progress.ts';
import { readTarget } from './read-target.ts';
import { readingOptions } from './reading-options.ts';
import { writeFile } from './write-file.ts';

/** Repositories that are asked at once; each registry gets fewer (`registry-session.ts`). */
const atOnce = 24;

const defaultDays = 90;

/** Flags of which each asks for the update of what was found. */
const fixFlags = ['fix', 'write', 'patch', 'branch'];

/** @throws UserError where more than one is asked for, or none can be */
function refuseSeveral(parsed: ParsedArguments): void {
  const [first, second] = fixFlags.filter((flag) => parsed.has(flag) && flag !== 'fix');
  if (second !== undefined) throw new UserError(`--${first} and --${second} cannot be asked for together`);
  if (parsed.has('offline'))
    throw new UserError('an update needs what registries say, and --offline asks none', {
      remedy: 'Leave one of them out.',
    });
}

/** What was read and asked, for the report and for what is made of it. */
export interface BasesRun {
  readonly report: BasesReport;
  readonly project: Project;
  readonly configuration: Configuration;
  readonly files: readonly NamedImages[];
  readonly ignored: ReturnType<typeof ignoredNews>;
  /** Undefined without a network. */
  readonly session: RegistrySession | undefined;
  readonly architecture: string;
}

/** Says whether what is built on is current, as the arguments of `plimsoll bases` say. Gives the exit code. */
export async function performBases(parsed: ParsedArguments, terminal: Terminal): Promise<number> {
  const progress = progressOn(terminal, parsed.has('quiet'));
  try {
    const fixes = fixFlags.some((flag) => parsed.has(flag));
    if (fixes) refuseSeveral(parsed);
    const run = await readBasesRun(parsed, terminal, progress);
    if (fixes) {
      const { performBasesFix } = await import('./perform-bases-fix.ts');
      const code = await performBasesFix(run, parsed, terminal, progress);
      return code === exitCodes.clean ? codeOfAnswers(run, terminal) : code;
    }
    progress.end();
    await write(run.report, parsed, terminal);
    const failOn = failOnFrom(parsed, run.configuration.failOn);
    // A pipeline must not turn green because the account may not look.
    if (run.report.problems.some(({ path: at }) => at.startsWith('cluster:'))) return exitCodes.system;
    const fails = run.report.images.some(
      ({ severity }) => severity !== undefined && failOn !== 'never' && atLeast(severity, failOn),
    );
    return fails ? exitCodes.findings : codeOfAnswers(run, terminal);
  } finally {
    progress.end();
  }
}

/** A pipeline must not turn green either because nobody could be asked; says which registries did not answer, or answer nobody without a login. */
function codeOfAnswers({ session }: BasesRun, terminal: Terminal): number {
  const silent = [...(session?.unanswered ?? [])].sort(compareCodes);
  const closed = [...(session?.closed() ?? [])].sort(compareCodes);
  for (const registry of silent)
    terminal.stderr.write(complaint(registry, 'did not answer all that was asked; what it has is not known'));
  for (const registry of closed)
    terminal.stderr.write(
      complaint(registry, `nothing could be read without a login that may: docker login ${registry}`),
    );
  return silent.length + closed.length === 0 ? exitCodes.clean : exitCodes.system;
}

/** Reads the project and asks the registries. */
export async function readBasesRun(parsed: ParsedArguments, terminal: Terminal, progress: Progress): Promise<BasesRun> {
  const begun = performance.now();
  const days = countFrom(parsed, 'days', 0);
  const today = new Date().toISOString().slice(0, 10);
  const target = await readTarget(parsed.positionals, undefined, terminal);
  const { configuration } = await loadConfiguration(parsed, target, terminal);
  const root = targetRoot(target);
  if (parsed.has('write') && root !== undefined) {
    const { endEarlierRun } = await import('./end-earlier-run.ts');
    endEarlierRun(root, terminal);
  }
  const snapshot = parsed.has('cluster') ? await readSnapshot(parsed, terminal, progress) : undefined;
  const project = await loadProject(target, {
    ...readingOptions(parsed, configuration),
    onProgress: progress.step,
  });
  const files = namedImages(project);
  const ignored = ignoredNews(
    project,
    files.flatMap(({ places }) => places),
    today,
  );
  const relative = prefixFrom(terminal.cwd, project.root);
  const prefix = relative === '' ? '' : `${relative}/`;
  const only = parsed.values('only');
  const built = parsed.values('built');
  const builds = built.length === 0 ? [] : await readBuilt(built, project, parsed, terminal, progress);
  const asked = askedImages(project, files, ignored, snapshot, builds, prefix).filter(
    ({ reference }) => only.length === 0 || nameMatches(only, reference),
  );
  const session = parsed.has('offline')
    ? undefined
    : openSession(terminal, { parsed, guarded: snapshot !== undefined, onProgress: progress.step });
  const judging = {
    session,
    architecture: architectureOf(snapshot),
    today,
    days: days > 0 ? days : (configuration.bases.days ?? defaultDays),
    mirrors: configuration.bases.mirrors,
    admits: admitting(configuration.bases),
  };
  const images: BaseStatus[] = [];
  await fewAtOnce(asked, atOnce, async (image) => {
    progress.step('asking registries', images.length, asked.length);
    images.push(await assessImage(image, judging));
  });
  session?.end();
  const positionOf = positionFinder(project);
  const report: BasesReport = {
    tool: { name: 'plimsoll', version: terminal.version },
    target: parsed.positionals.join(' ') || '.',
    name: project.name,
    today,
    datesKnownOn,
    images: images.sort(worstFirst),
    unresolved: files.flatMap(({ unresolved }) =>
      unresolved.map(({ path: at, range, text, reason }) => ({
        path: prefix + at,
        ...positionOf(at, range),
        text,
        reason,
      })),
    ),
    problems: [...project.problems, ...(snapshot?.problems ?? [])],
    requests: Object.fromEntries(session?.requests ?? []),
    offline: session === undefined,
    seconds: (performance.now() - begun) / 1000,
  };
  return { report, project, configuration, files, ignored, session, architecture: judging.architecture };
}

async function readSnapshot(parsed: ParsedArguments, terminal: Terminal, progress: Progress): Promise<ClusterSnapshot> {
  const { namespacesFrom, snapshotFrom } = await import('./read-snapshot.ts');
  return snapshotFrom(parsed, namespacesFrom(parsed), terminal, progress);
}

async function readBuilt(
  names: readonly string[],
  project: Project,
  parsed: ParsedArguments,
  terminal: Terminal,
  progress: Progress,
) {
  const { builtImages } = await import('./built-images.ts');
  return builtImages(names, project, parsed, terminal, progress);
}

/** The versions that `plimsoll.yaml` allows, all where it says nothing of an image. */
function admitting({ allowed }: BasesSettings): (reference: ImageReference, version: string) => boolean {
  const ranges = [...allowed];
  return (reference, version) =>
    ranges.every(([name, range]) => !nameMatches([name], reference) || admits(range, version));
}

function architectureOf(snapshot: ClusterSnapshot | undefined): string {
  const platform = snapshot?.nodes.find((node) => node.platform?.startsWith('linux/'))?.platform;
  return platform?.slice('linux/'.length) ?? (process.arch === 'x64' ? 'amd64' : process.arch);
}

function worstFirst(one: BaseStatus, other: BaseStatus): number {
  const rank = ({ severity }: BaseStatus) =>
    severity === undefined ? severities.length : severities.indexOf(severity);
  return rank(one) - rank(other) || compareCodes(one.image, other.image);
}

async function write(report: BasesReport, parsed: ParsedArguments, terminal: Terminal): Promise<void> {
  const output = parsed.value('output');
  const { basesJson, renderBases, renderBasesPlain } = await import('../report/bases.ts');
  const options = {
    columns: terminal.stdout.isTTY ? (terminal.stdout.columns ?? 100) : 120,
    color: output === undefined && isColored(parsed, terminal),
    all: parsed.has('all'),
  };
  const isPiped = output === undefined && !terminal.stdout.isTTY && parsed.value('color') !== 'always';
  const text = parsed.has('json')
    ? basesJson(report)
    : isPiped
      ? renderBasesPlain(report)
      : renderBases(report, options);
  if (output === undefined) terminal.stdout.write(text);
  else writeFile(path.resolve(terminal.cwd, output), text);
  if (parsed.has('quiet')) return;
  const only = parsed.values('only');
  if (report.images.length === 0 && only.length > 0)
    terminal.stderr.write(
      complaint(only.join(', '), 'no image that is named here is called so: nothing was looked at'),
    );
  // A clean run leaves a pipe empty; a person at its other end still sees that something was looked at.
  else if (text === '') terminal.stderr.write(`${printable(report.name)}: ${countOf(report.images.length)}\n`);
}

function countOf(images: number): string {
  return images === 0
    ? 'no image is named here'
    : images === 1
      ? '1 image, and it is current'
      : `${images} images, all current`;
}
