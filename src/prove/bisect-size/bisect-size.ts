import type { SizeReport, SizeStep } from '../../core/size-report.ts';
import { blobAt } from '../replay/context-tree.ts';
import type { History } from '../replay/history.ts';
import { type ReplayedBuild, replayBuilds } from '../replay/replay.ts';
import { openGit } from '../replay/run-git.ts';
import { blobSizes } from './blob-sizes.ts';
import type { MeasuredImage } from './compare-commits.ts';
import { commitName, type SizeSearch, sizeSearch } from './size-search.ts';
import { copiedBlobs, type SizedCommit, sizedCommit } from './sized-commit.ts';

export interface BisectOptions {
  readonly build: ReplayedBuild;
  readonly budget: { readonly bytes: number; readonly source: string } | undefined;
  /** Builds a commit and looks at its image, or says why it cannot be built; undefined: nothing is built. */
  readonly measure: ((commit: SizedCommit) => Promise<MeasuredImage | string>) | undefined;
  /** The image of the newest commit, where it is there already. */
  readonly newest: ((commit: SizedCommit) => Promise<MeasuredImage>) | undefined;
  readonly mostBuilds: number;
  readonly onProgress: (step: string) => void;
}

/** Changes below this share of the image are no reason for another build, and not shown. */
const negligibleShare = 0.01;
const negligibleBytes = 100_000;
const shownSteps = 10;

/**
 * Which commits made an image grow, and through which instructions and files: by the sizes of files in git, and by builds only of those commits
 * that decide. The history must hold a commit that can be built.
 */
export async function bisectSize(history: History, options: BisectOptions): Promise<SizeReport> {
  const { build, budget, onProgress } = options;
  onProgress('reading what each commit would copy');
  const replayed = await replayBuilds(history, { ...build, lenient: true });
  const sizes = await blobSizes(openGit(history.top), replayed.flatMap(copiedBlobs));
  const commits = replayed.flatMap((each) => sizedCommit(each, (id) => sizes.get(id)) ?? []);
  const [first, last] = [commits[0], commits.at(-1)];
  if (!first || !last) throw new RangeError(replayed.at(-1)?.problem ?? 'no commit');
  const prefix = build.context === '' ? '' : `${build.context}/`;
  const search = sizeSearch({
    commits,
    measure: async (commit) =>
      commit === last && options.newest ? options.newest(commit) : (options.measure?.(commit) ?? 'nothing is built'),
    mostBuilds: options.measure ? options.mostBuilds : options.newest ? 1 : 0,
    blobAt: ({ commit: { tree } }, path) => blobAt(history.trees, tree, prefix + path),
  });
  const end = commits.length - 1;
  const newestBytes = await search.learn(end);
  const over = budget !== undefined && newestBytes !== undefined && newestBytes > budget.bytes;
  const asked = budget === undefined || over;
  const oldestBytes = asked ? await search.learn(0) : search.sizeAt(0);
  const crossing = over ? await crossingStep(search, end, oldestBytes, budget.bytes) : undefined;
  const negligible = Math.max(negligibleBytes, (newestBytes ?? 0) * negligibleShare);
  if (budget === undefined) await search.explain(0, end, negligible);
  return {
    dockerfile: build.dockerfile,
    budget,
    oldest: commitName(first),
    newest: commitName(last),
    commits: commits.length,
    unbuildable: replayed.length - commits.length,
    oldestBytes,
    newestBytes,
    builds: search.builds - (options.newest ? 1 : 0),
    verdict: verdictOf(budget?.bytes, newestBytes),
    crossing,
    growth: asked ? growthSteps(search, commits, negligible) : [],
    gaps: search.gaps,
  };
}

function verdictOf(budget: number | undefined, size: number | undefined): SizeReport['verdict'] {
  if (budget === undefined) return 'no budget';
  if (size === undefined) return 'not known';
  return size > budget ? 'over budget' : 'within budget';
}

/** Undefined where the oldest commit was over the budget already, or its size is not known. */
async function crossingStep(
  search: SizeSearch,
  end: number,
  oldestBytes: number | undefined,
  budget: number,
): Promise<SizeStep | undefined> {
  if (oldestBytes === undefined || oldestBytes > budget) return undefined;
  const [within, over] = await search.crossing(0, end, budget);
  return search.step(within, over);
}

function growthSteps(search: SizeSearch, commits: readonly SizedCommit[], negligible: number): SizeStep[] {
  const steps: SizeStep[] = [];
  for (let at = 1; at < commits.length; at++) {
    const step = search.step(at - 1, at);
    const sure = step.causes.filter(({ bytes }) => bytes !== undefined);
    const known = step.bytes ?? sure.reduce((sum, { bytes }) => sum + (bytes ?? 0), 0);
    // A step that only ran again is told of where a build showed that it matters.
    const suspects = step.causes.filter(
      ({ bytes, why }) => bytes === undefined && why !== 'it ran again, on other files',
    );
    if (Math.abs(known) < negligible && suspects.length === 0) continue;
    steps.push({ ...step, causes: [...suspects, ...sure] });
  }
  const weight = ({ bytes, causes }: SizeStep) =>
    bytes ?? causes.reduce((sum, cause) => sum + Math.max(0, cause.bytes ?? 0), 0);
  return steps.sort((a, b) => weight(b) - weight(a)).slice(0, shownSteps);
}
