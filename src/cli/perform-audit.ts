import { statSync } from 'node:fs';
import path from 'node:path';
import { type AuditRequest, audit, type FoundByThreads } from '../audit/audit.ts';
import { writeBaseline } from '../audit/baseline.ts';
import { settingsFrom } from '../audit/settings.ts';
import { attachProofs } from '../core/attach-proofs.ts';
import { exitCodes, UserError } from '../core/errors.ts';
import type { ReadProblem, Report } from '../core/report.ts';
import type { Severity } from '../core/severity.ts';
import type { InspectedImage } from '../project/inspected-image.ts';
import { loadProject } from '../project/load-project.ts';
import type { Project } from '../project/project.ts';
import { type Target, targetRoot } from '../project/target.ts';
import { rules } from '../rules/generated.ts';
import { baselineFrom } from './baseline-flag.ts';
import type { ParsedArguments, Terminal } from './command.ts';
import { compiledForOnePass, patternsForOnePass } from './compiled-for-one-pass.ts';
import { failOnFrom } from './fail-on.ts';
import { knownProofsBelow } from './known-proofs-below.ts';
import { loadConfiguration } from './load-configuration.ts';
import { orderedReport, refuseWithoutOrder } from './ordered-report.ts';
import { prefixFrom } from './path-prefix.ts';
import { type Progress, progressOn } from './progress.ts';
import { readTarget } from './read-target.ts';
import { readingOptions } from './reading-options.ts';
import { refuseTwoFormats } from './refuse-two-formats.ts';
import { askedRules } from './rule-selection.ts';
import { beginHistory, subjectOf, withHistory } from './with-history.ts';
import { writeFile } from './write-file.ts';
import { furtherReports, writeReports } from './write-reports.ts';

/** Dockerfiles from which on to start a thread and to read everything twice takes less time than it saves. */
const enoughForThreads = 150;

/** A report that was written, and what decides the exit code. */
interface PerformedAudit {
  readonly report: Report;
  readonly failOn: Severity | 'never';
  /** The exit code for what was named and not read, or to be recorded and was not, whatever was found in the rest. */
  readonly unread: UserError['exitCode'] | undefined;
  readonly budgetsBroken: boolean;
}

/** Reads, audits and reports as the arguments of `plimsoll audit` say. */
export async function performAudit(parsed: ParsedArguments, terminal: Terminal): Promise<PerformedAudit> {
  // From the process's start, so that the time in the report is the one that its user waited.
  const clock = () => process.uptime();
  const selection = askedRules(parsed);
  refuseWithoutOrder(parsed);
  refuseTwoFormats(parsed, '--also writes a further report: --also sarif=FILE.');
  // What is written wrong is said before anything is read, and recorded.
  furtherReports(parsed);
  const target = await readTarget(parsed.positionals, parsed.value('stdin-path'), terminal);
  const { configuration, peerSettings } = await loadConfiguration(parsed, target, terminal);
  const progress = progressOn(terminal, parsed.has('quiet'));
  let patternsAsBefore = patternsForOnePass();
  try {
    const options = readingOptions(parsed, configuration);
    const root = targetRoot(target);
    let begun: Awaited<ReturnType<typeof beginHistory>>;
    const today = new Date().toISOString().slice(0, 10);
    const settings = settingsFrom(configuration, selection);
    let threads: ((project: Project) => Promise<FoundByThreads>) | undefined;
    const onDockerfiles = async (dockerfiles: readonly string[]) => {
      const isLarge = dockerfiles.length >= enoughForThreads;
      // What records a run and what threads load brings compiled code, for the flags that V8 begins with.
      patternsAsBefore();
      if (root !== undefined) begun = await beginHistory({ root, configuration, threads: isLarge }, parsed, terminal);
      if (!isLarge) {
        patternsAsBefore = patternsForOnePass();
        return;
      }
      const { auditInThreads } = await import('./audit-in-threads.ts');
      threads = auditInThreads({ target, options, configuration, selection, today, dockerfiles });
    };
    const files = await loadProject(target, { ...options, onDockerfiles, onProgress: progress.step });
    const { project, failed } = await withAskedImages(files, parsed, terminal, progress);
    const found = await threads?.(project);
    const request: AuditRequest = {
      rules,
      settings,
      ...(found && { found }),
      peerSettings,
      honourIgnoreComments: !parsed.has('no-ignore-comments'),
      today,
      baseline: baselineFrom(parsed, terminal),
      changedPaths: await changedPathsFrom(parsed, project.root),
      version: terminal.version,
      target: parsed.positionals.join(' ') || '.',
      clock,
      startedAt: 0,
    };
    // Where the rules have run in threads already, nothing is left that would be worth it.
    const audited = found ? audit(project, request) : compiledForOnePass(() => audit(project, request));
    const measured = await withProofs(audited, target, project.root);
    const ordered = await orderedReport(measured, project, parsed, configuration.cost);
    const images = project.images ?? [];
    const recording = {
      kind: 'audit',
      subject: subjectOf(parsed, target, parsed.values('image')),
      root: project.root,
    } as const;
    const {
      report,
      budgetsBroken,
      failed: unrecorded,
    } = await withHistory(ordered, { ...recording, images, configuration, project, begun }, parsed, terminal);
    progress.end();
    const accepted = parsed.value('write-baseline');
    if (accepted !== undefined)
      writeFile(path.resolve(terminal.cwd, accepted), writeBaseline(report.findings, report.excerpts));
    const failOn = failOnFrom(parsed, configuration.failOn);
    await writeReports(report, prefixFrom(terminal.cwd, project.root), failOn, parsed, terminal);
    const unread = failed ?? (hasUnread(target, project) ? exitCodes.usage : unrecorded);
    return { report, failOn, unread, budgetsBroken };
  } finally {
    patternsAsBefore();
    progress.end();
  }
}

/**
 * What `--image` names, looked into together with the repository that may have made it. An image that cannot be read is a problem of the report: it
 * takes nothing from what is said of the repository and of the other images.
 */
async function withAskedImages(
  project: Project,
  parsed: ParsedArguments,
  terminal: Terminal,
  progress: Progress,
): Promise<{ readonly project: Project; readonly failed: UserError['exitCode'] | undefined }> {
  if (!parsed.has('image')) return { project, failed: undefined };
  const [{ platformFrom, readImage }, { readBases }, { inspectImage, withImages }] = await Promise.all([
    import('./read-image.ts'),
    import('./read-bases.ts'),
    import('../project/inspected-image.ts'),
  ]);
  // A flag that is written wrong is wrong for all of them: nothing is audited then.
  const platform = platformFrom(parsed.value('platform'));
  const images: InspectedImage[] = [];
  const problems: ReadProblem[] = [];
  let failed: UserError['exitCode'] | undefined;
  for (const name of new Set(parsed.values('image'))) {
    try {
      const { analysis, vulnerabilities } = await readImage(name, parsed, terminal, progress, { platform });
      const bases = await readBases(analysis.image, parsed, terminal, progress);
      images.push(inspectImage(analysis, vulnerabilities, project, bases));
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      failed = failed === exitCodes.system ? failed : error.exitCode;
      problems.push(imageProblem(name, error));
    }
  }
  const changedAt = (file: string) => statSync(path.join(project.root, file), { throwIfNoEntry: false })?.mtimeMs;
  const known = withImages(project, images, changedAt);
  return { project: { ...known, problems: [...known.problems, ...problems] }, failed };
}

function imageProblem(name: string, { message, where, remedy }: UserError): ReadProblem {
  return {
    path: `image:${name}`,
    message: where === undefined || where === name ? message : `${where}: ${message}`,
    remedy: remedy ?? '«plimsoll image» looks into this image alone.',
  };
}

/** With what earlier proofs measured of the texts as they are. */
async function withProofs(report: Report, target: Target, root: string): Promise<Report> {
  const known = target.kind === 'bytes' ? undefined : await knownProofsBelow(root);
  return known ? attachProofs(report, known.proofs, known.stale) : report;
}

/** True when something that was named itself, or given on standard input, was not read. */
function hasUnread(target: Target, project: Project): boolean {
  if (target.kind === 'directory') return false;
  const unread = project.problems.filter(({ position, unread }) => position === undefined || unread);
  if (target.kind === 'bytes') return unread.some(({ path: file }) => file === target.name);
  const named = new Set(target.paths.map((each) => path.relative(target.root, each).split(path.sep).join('/')));
  return unread.some(({ path: file }) => named.has(file));
}

async function changedPathsFrom(parsed: ParsedArguments, root: string): Promise<ReadonlySet<string> | undefined> {
  const revision = parsed.value('since');
  if (revision === undefined) return undefined;
  const { changedFiles } = await import('../project/changed-files.ts');
  return changedFiles(root, revision);
}
