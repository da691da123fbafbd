import { setFlagsFromString } from 'node:v8';
import { excerptsFor } from '../audit/excerpts.ts';
import type { Collected } from '../audit/merge-causes.ts';
import { collectFindings, type Share } from '../audit/run-rules.ts';
import { type RuleSelection, settingsFrom } from '../audit/settings.ts';
import type { Report } from '../core/report.ts';
import type { Configuration } from '../project/configuration.ts';
import { type LoadOptions, loadProject } from '../project/load-project.ts';
import { buildsOf, type Project } from '../project/project.ts';
import type { Target } from '../project/target.ts';
import { rules } from '../rules/generated.ts';
import { patternsForOnePass } from './compiled-for-one-pass.ts';
import { claimsOf, type ShareClaims } from './share-claims.ts';

/** What a thread needs to do its share of an audit. Plain data. */
export interface ShareRequest {
  readonly target: Target;
  readonly options: Omit<LoadOptions, 'onProgress' | 'onDockerfiles'>;
  readonly configuration: Configuration;
  readonly selection: RuleSelection;
  readonly today: string;
  /** Paths of all Dockerfiles; `claims` are on their indexes. */
  readonly dockerfiles: readonly string[];
  readonly claims: SharedArrayBuffer;
  readonly member: number;
}

/** What a thread found. Plain data. */
export interface ShareAnswer extends FileNotes {
  readonly collected: readonly Collected[];
}

/** What is kept of the Dockerfiles that a thread has looked at: to read them again takes longer. */
export interface FileNotes {
  /** The lines that their findings name, secrets masked. */
  readonly excerpts: Report['excerpts'];
  /** Names of their last stages, by their paths. */
  readonly finalStages: ReadonlyMap<string, string | undefined>;
}

/** Reads the project as the main thread does and runs the rules on Dockerfiles on those that this thread can take first. */
export async function auditShare(request: ShareRequest): Promise<ShareAnswer> {
  const { target, options, configuration, selection, today, dockerfiles, claims, member } = request;
  const own = claimsOf(claims, member, dockerfiles.length);
  if (own.isLastLoaded()) optimizeLess();
  const project = await loadProject(target, options);
  const { share, notes } = claimedShare(project, dockerfiles, own);
  const settings = settingsFrom(configuration, selection);
  const collected = collectFindings(project, rules, settings, today, { ...share, others: false });
  return { collected, ...notes };
}

/**
 * The work is spread over thousands of functions, of which few are hot: V8's optimizing compiler takes a quarter of all
 * processor time and gives less back, in each thread anew. With a larger budget a function has to run longer before it is
 * worth that. It holds for the whole process, and compiled code of other flags is refused: not before every thread has
 * loaded its own.
 */
function optimizeLess(): void {
  // V8 of Node.js 22 and later has another measure, and would say aloud that it does not know this one.
  if (process.versions.v8.startsWith('11.')) setFlagsFromString('--interrupt-budget=1000000');
  patternsForOnePass();
  // Nor are functions forgotten that were not called for a few collections of garbage: they would be compiled anew.
  setFlagsFromString('--no-flush-bytecode');
}

/**
 * One claimed Dockerfile after the other, and notes of those that are done. What could not be read is a problem that the main
 * thread reports.
 */
export function claimedShare(
  project: Project,
  paths: readonly string[],
  claims: ShareClaims,
): { readonly share: Omit<Share, 'others'>; readonly notes: FileNotes } {
  const byPath = new Map(project.dockerfiles.map((dockerfile) => [dockerfile.path, dockerfile]));
  const excerpts = new Map<string, Map<number, string>>();
  const finalStages = new Map<string, string | undefined>();
  const share: Omit<Share, 'others'> = {
    next() {
      for (let index = claims.next(); index !== undefined; index = claims.next()) {
        const dockerfile = byPath.get(paths[index] ?? '');
        if (dockerfile) return dockerfile;
      }
      return undefined;
    },
    done(dockerfile, found) {
      finalStages.set(dockerfile.path, dockerfile.final?.name);
      const findings = found.map(({ finding }) => finding);
      for (const [path, lines] of excerptsFor(project, findings))
        excerpts.set(path, new Map([...(excerpts.get(path) ?? []), ...lines]));
      // Garbage that lives long is what takes most time to collect. What a context holds of its Dockerfiles must stay as it is.
      if (!buildsOf(project, dockerfile).some(({ context }) => context)) dockerfile.forget();
    },
  };
  return { share, notes: { excerpts, finalStages } };
}
