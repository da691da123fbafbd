import type { SizeStep } from '../../core/size-report.ts';
import { type ComparedCommit, type MeasuredImage, sizeCauses } from './compare-commits.ts';
import type { SizedCommit } from './sized-commit.ts';

/** What is looked through, and how more is learned. */
export interface SizeSearchOptions {
  /** Oldest first, all of which can be built as far as files tell. */
  readonly commits: readonly SizedCommit[];
  /** Builds a commit and looks at its image; one sentence why where it cannot be built. */
  measure(commit: SizedCommit): Promise<MeasuredImage | string>;
  /** Builds that may be made. */
  readonly mostBuilds: number;
  /** The blob that a commit has at a path of the context, whether it is sent or not. */
  blobAt(commit: SizedCommit, path: string): string | undefined;
}

export interface SizeSearch {
  /** Of the image at a commit, as far as it is known. Bytes. */
  sizeAt(at: number): number | undefined;
  /** The same, learned by a build where it is not known and another build may be made. */
  learn(at: number): Promise<number | undefined>;
  /** The two commits between which a budget was crossed; further apart than one where builds failed or are used up. */
  crossing(within: number, over: number, budget: number): Promise<readonly [number, number]>;
  /** Builds until it is known which commits made the image grow between two whose sizes are known. */
  explain(from: number, to: number, negligible: number): Promise<void>;
  step(from: number, to: number): SizeStep;
  readonly builds: number;
  readonly gaps: readonly string[];
}

interface Built {
  readonly image: MeasuredImage;
  /** Bytes of it that are copied files. */
  readonly copiedBytes: number;
}

/** Commits whose images differ by copied files only need one build together: the rest is the sizes of files. */
export function sizeSearch(options: SizeSearchOptions): SizeSearch {
  const { commits, mostBuilds } = options;
  const built = new Map<string, Built | 'failed'>();
  const gaps: string[] = [];
  let builds = 0;

  const builtAt = (at: number): Built | undefined => {
    const found = built.get(commits[at]?.undecided ?? '');
    return found === 'failed' ? undefined : found;
  };
  const sizeAt = (at: number): number | undefined => {
    const [commit, known] = [commits[at], builtAt(at)];
    return commit && known && known.image.bytes - known.copiedBytes + commit.copiedBytes;
  };
  const mayBuild = (at: number) => builds < mostBuilds && !built.has(commits[at]?.undecided ?? '');
  const learn = async (at: number): Promise<number | undefined> => {
    const commit = commits[at];
    if (commit === undefined || !mayBuild(at)) return sizeAt(at);
    builds += 1;
    const image = await options.measure(commit);
    const failed = typeof image === 'string';
    built.set(commit.undecided, failed ? 'failed' : { image, copiedBytes: commit.copiedBytes });
    if (failed) gaps.push(`${commit.commit.id.slice(0, 12)} cannot be built: ${image}`);
    return sizeAt(at);
  };
  const compared = (at: number): ComparedCommit | undefined => {
    const sized = commits[at];
    return sized && { sized, measured: builtAt(at)?.image, hasFile: (path) => options.blobAt(sized, path) };
  };

  return {
    sizeAt,
    learn,
    gaps,
    get builds() {
      return builds;
    },
    async crossing(within, over, budget) {
      let [low, high] = [within, over];
      while (high - low > 1) {
        const between = fromMiddle(low, high);
        const at = between.find((each) => sizeAt(each) !== undefined) ?? between.find(mayBuild);
        if (at === undefined) {
          gaps.push(`between ${nameOf(commits[low])} and ${nameOf(commits[high])} no further build was possible`);
          break;
        }
        const size = await learn(at);
        if (size === undefined) continue;
        if (size <= budget) low = at;
        else high = at;
      }
      return [low, high];
    },
    async explain(from, to, negligible) {
      const ranges: (readonly [number, number])[] = [[from, to]];
      for (let range = ranges.pop(); range; range = ranges.pop()) {
        const [low, high] = range;
        const [before, after] = [sizeAt(low), sizeAt(high)];
        if (high - low < 2 || before === undefined || after === undefined) continue;
        const copied = (commits[high]?.copiedBytes ?? 0) - (commits[low]?.copiedBytes ?? 0);
        if (Math.abs(after - before - copied) < negligible) continue;
        const at = fromMiddle(low, high).find((each) => sizeAt(each) !== undefined || mayBuild(each));
        if (at === undefined) {
          gaps.push(`between ${nameOf(commits[low])} and ${nameOf(commits[high])} no further build was possible`);
          continue;
        }
        const size = await learn(at);
        if (size === undefined) ranges.push(range);
        else ranges.push([low, at], [at, high]);
      }
    },
    step(from, to) {
      const [before, after] = [compared(from), compared(to)];
      if (!before || !after) throw new RangeError('no such commit');
      const [was, is] = [sizeAt(from), sizeAt(to)];
      const same = before.sized.undecided === after.sized.undecided;
      const copied = after.sized.copiedBytes - before.sized.copiedBytes;
      return {
        commit: commitName(after.sized),
        before: commitName(before.sized),
        bytes: was !== undefined && is !== undefined ? is - was : same ? copied : undefined,
        imageBytes: is,
        causes: sizeCauses(before, after),
      };
    },
  };
}

/** What lies between two places, from the middle outwards. */
function fromMiddle(low: number, high: number): number[] {
  const middle = (low + high) / 2;
  return Array.from({ length: high - low - 1 }, (_, at) => low + 1 + at).sort(
    (a, b) => Math.abs(a - middle) - Math.abs(b - middle),
  );
}

export function commitName({ commit: { id, subject } }: SizedCommit): {
  readonly id: string;
  readonly subject: string;
} {
  return { id, subject };
}

function nameOf(commit: SizedCommit | undefined): string {
  return commit?.commit.id.slice(0, 12) ?? '';
}
