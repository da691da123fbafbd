import { compareNumbers } from '../core/version-order.ts';
import { countsIn, readCountedTags, readTrackTag } from './track-tag.ts';

/** Of what names a variant there are seldom three in a row. */
const fewestBuilds = 3;

/**
 * The words behind the version of a tag that count builds, as its repository's list of tags shows: the builds of one version follow each other from 0 or 1 on, three of
 * them or more, and begin anew with a later version. `p` of 1.2.3-p2 beside 1.2.3-p1, 1.2.3-p3 and 1.2.4-p1.
 */
export function countingWords(tag: string, tags: readonly string[]): ReadonlySet<string> {
  const own = countsIn(tag);
  const form = readTrackTag(own.base).form;
  const shown = new Set<string>();
  for (const word of own.counts.keys()) {
    const builds = new Map<string, Set<number>>();
    for (const { base, counts } of readCountedTags(tags)) {
      const count = counts.get(word);
      if (count === undefined || counts.size !== own.counts.size || base.form !== form) continue;
      builds.set(base.tag, (builds.get(base.tag) ?? new Set()).add(count));
    }
    if (startAnew([...builds].sort(([one], [other]) => compareNumbers(one, other)).map(([, counts]) => counts)))
      shown.add(word);
  }
  return shown;
}

/** @param versions the counts of each version, the oldest first */
function startAnew(versions: readonly ReadonlySet<number>[]): boolean {
  const inARow = versions.findIndex(
    (counts) =>
      counts.size >= fewestBuilds &&
      Math.min(...counts) <= 1 &&
      Math.max(...counts) - Math.min(...counts) < counts.size,
  );
  return (
    inARow !== -1 &&
    versions.slice(inARow + 1).some((counts) => Math.max(...counts) < Math.max(...(versions[inARow] ?? [])))
  );
}
