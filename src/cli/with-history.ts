import path from 'node:path';
import { exitCodes, UserError } from '../core/errors.ts';
import { nameWithoutTag } from '../core/image-reference.ts';
import type { Report } from '../core/report.ts';
import type { Project } from '../project/project.ts';
import type { Target } from '../project/target.ts';
import type { ParsedArguments, Terminal } from './command.ts';
import type { AskedSource } from './git-source.ts';
import { withHistoryFindings } from './history-findings.ts';
import { isRecorded } from './history-flags.ts';
import type { NotRecorded, Recorded, Recording } from './record-run.ts';
import { storeFile } from './store-file.ts';

/** What `withHistory` takes beside the report. */
export interface HistoryRequest extends Pick<Recording, 'kind' | 'subject' | 'root' | 'images'> {
  readonly configuration: Recording['configuration'];
  /** With build contexts, where they were looked at. */
  readonly project?: Project;
  /** What {@link beginHistory} began. */
  readonly begun?: AskedSource | undefined;
}

export interface ReportWithHistory {
  /** With a finding for each broken budget, and how the runs went. */
  readonly report: Report;
  readonly budgetsBroken: boolean;
  /** The exit code of a run that was to be recorded and was not. */
  readonly failed: UserError['exitCode'] | undefined;
}

/**
 * Begins to record a run that is still to be done, where that is asked for: it then takes no time of its own afterwards, or little.
 * @param threads whether the run itself loads code in threads
 */
export async function beginHistory(
  { root, configuration, threads }: Pick<HistoryRequest, 'root' | 'configuration'> & { readonly threads: boolean },
  parsed: ParsedArguments,
  { environment }: Terminal,
): Promise<AskedSource | undefined> {
  if (!isRecorded(parsed, configuration)) return undefined;
  const part = await recordingPart();
  // Why it cannot be loaded is told when it is asked for again.
  return 'refused' in part ? undefined : part.beginRecording({ root, environment }, !threads);
}

/** Records a report where that is asked for, and puts into it what the history and the budgets say. Otherwise it is as it was, and nothing is loaded. */
export async function withHistory(
  report: Report,
  request: HistoryRequest,
  parsed: ParsedArguments,
  terminal: Terminal,
): Promise<ReportWithHistory> {
  if (!isRecorded(parsed, request.configuration)) return { report, budgetsBroken: false, failed: undefined };
  const outcome = await recorded(report, request, parsed, terminal);
  if ('refused' in outcome)
    return {
      report: withProblem(report, outcome, request.root, terminal.cwd),
      budgetsBroken: false,
      failed: outcome.refused.exitCode,
    };
  return {
    report: withHistoryFindings(report, outcome, request.project),
    budgetsBroken: outcome.broken.length > 0,
    failed: undefined,
  };
}

/** What records stands in a file of its own beside the bundle of an audit, which may be missing or damaged. */
async function recordingPart(): Promise<typeof import('./record-run.ts') | NotRecorded> {
  try {
    return await import('./record-run.ts');
  } catch (error) {
    return {
      refused: {
        message: `what records runs cannot be loaded: ${error instanceof Error ? error.message.split('\n', 1)[0] : error}`,
        where: '',
        remedy: 'Install Plimsoll again.',
        exitCode: exitCodes.system,
      },
    };
  }
}

/** What hinders recording costs nobody the report. */
async function recorded(
  report: Report,
  { begun, ...request }: HistoryRequest,
  parsed: ParsedArguments,
  terminal: Terminal,
): Promise<Recorded | NotRecorded> {
  let file: string;
  try {
    file = storeFile(parsed, request.configuration.history, request.root, terminal.cwd);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    const { message, where = '', remedy = '', exitCode } = error;
    return { refused: { message, where, remedy, exitCode } };
  }
  const part = await recordingPart();
  if ('refused' in part) return { refused: { ...part.refused, where: file } };
  const recording: Recording = {
    ...request,
    file,
    version: terminal.version,
    cwd: terminal.cwd,
    environment: terminal.environment,
    report,
    evidence: [],
    showsTrend: isDrawn(parsed),
  };
  return part.recordInHistory(recording, begun);
}

/** Only the page draws it. */
function isDrawn(parsed: ParsedArguments): boolean {
  return (
    parsed.value('format') === 'html' ||
    parsed.has('html') ||
    parsed.values('also').some((each) => each.startsWith('html='))
  );
}

/** Paths of a report are relative to what was audited, also those of files beside it. */
function withProblem(report: Report, { refused }: NotRecorded, root: string, cwd: string): Report {
  const { message, where, remedy } = refused;
  const place = path.relative(root, path.resolve(cwd, where)).split(path.sep).join('/');
  return {
    ...report,
    problems: [...report.problems, { path: place, message: `not recorded: ${message}`, remedy }],
  };
}

/** What an audit looks at, however it was written: other rules and other images make another series. */
export function subjectOf(parsed: ParsedArguments, target: Target, images: readonly string[]): string {
  return `${targetText(target)}${selection(parsed)}${images.map((image) => ` --image ${nameWithoutTag(image)}`).join('')}`;
}

function targetText(target: Target): string {
  switch (target.kind) {
    case 'directory':
      return '.';
    case 'paths':
      return target.paths
        .map((each) => path.relative(target.root, each).split(path.sep).join('/') || '.')
        .sort()
        .join(' ');
    case 'bytes':
      return target.name;
  }
}

/** The releases of an image are one series, each kind of machine for itself. */
export function imageSubject(name: string, parsed: ParsedArguments): string {
  const platform = parsed.value('platform');
  return `${nameWithoutTag(name)}${platform === undefined ? '' : ` --platform ${platform}`}${selection(parsed)}`;
}

/** `--rule` and `--skip` can be written in any order. */
function selection(parsed: ParsedArguments): string {
  return ['preset', 'rule', 'skip', 'area']
    .flatMap((name) => [...parsed.values(name)].sort().map((value) => ` --${name} ${value}`))
    .join('');
}
