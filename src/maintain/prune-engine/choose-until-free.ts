import { dependentsOf } from './deletion-order.ts';
import type { FreedBytes } from './freed-bytes.ts';
import { getBack } from './get-back.ts';
import { type EngineItem, itemKey } from './inventory.ts';

/**
 * Of what may go, as much as is needed to free so many bytes, cheapest loss first: what is quickest to have again, and of two the one that frees more. What
 * nobody can tell of goes last. An item takes those that stand on it along, and one that frees nothing is left where it is.
 * @param freed is asked, and not changed
 */
export function chooseUntilFree(items: readonly EngineItem[], bytes: number, fresh: () => FreedBytes): EngineItem[] {
  const dependents = dependentsOf(items);
  const freed = fresh();
  const chosen = new Set<EngineItem>();
  let total = 0;
  const groups = items.map((item) => {
    const group = withDependents(item, dependents);
    const alone = freed.wouldFree(group);
    const losses = group.map((each) => getBack(each, each === item ? alone : 0)?.seconds ?? Number.POSITIVE_INFINITY);
    return { group, alone, seconds: losses.reduce((sum, each) => sum + each, 0) };
  });
  groups.sort((one, other) => compare(one.seconds, other.seconds) || other.alone - one.alone);
  let left = groups;
  // What freed nothing as long as another one held its layers may free them once that is gone.
  for (let before = -1; total < bytes && before !== chosen.size; ) {
    before = chosen.size;
    const later: typeof left = [];
    for (const each of left) {
      if (total >= bytes) break;
      if (freed.wouldFree(each.group) === 0) {
        later.push(each);
        continue;
      }
      for (const item of each.group) {
        total += freed.take(item);
        chosen.add(item);
      }
    }
    left = later;
  }
  // Images of the very same layers free them together only.
  const rest = left.flatMap(({ group }) => group);
  if (total < bytes && freed.wouldFree(rest) > 0) for (const item of rest) chosen.add(item);
  const rank = new Map(groups.map(({ group: [first] }, at) => [first, at]));
  return items.filter((item) => chosen.has(item)).sort((one, other) => (rank.get(one) ?? 0) - (rank.get(other) ?? 0));
}

function withDependents(item: EngineItem, dependents: ReadonlyMap<string, readonly EngineItem[]>): EngineItem[] {
  const all = new Set([item]);
  for (const each of all) for (const dependent of dependents.get(itemKey(each)) ?? []) all.add(dependent);
  return [...all];
}

/** Infinity is as much as infinity. */
function compare(one: number, other: number): number {
  return one === other ? 0 : one - other;
}
