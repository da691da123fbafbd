import { groupBy } from '../core/group-by.ts';
import type { RecordedFinding } from '../core/history.ts';

/**
 * Of two lists of findings, those that are the same one in a file that got another path: from the fingerprint of now to that of before.
 *
 * A file counts as moved when nothing is found at its path any more, nothing was found at the new one, and at least half of what was found in it is
 * found there, in equal lines. So a finding that is fixed here and made anew there stays two.
 */
export function movedFindings(
  before: readonly RecordedFinding[],
  now: readonly RecordedFinding[],
): ReadonlyMap<string, string> {
  const [were, are] = [byPath(before), byPath(now)];
  const gone = [...were].filter(([path]) => !are.has(path));
  const come = [...are].filter(([path]) => !were.has(path));
  const moved = new Map<string, string>();
  const taken = new Set<string>();
  for (const [, here] of come) {
    const candidates = gone
      .filter(([path]) => !taken.has(path))
      .map(([path, there]) => ({ path, pairs: pairs(there, here), of: there.length }))
      .filter(({ pairs: { length }, of }) => length > 0 && length * 2 >= of)
      .sort((a, b) => b.pairs.length - a.pairs.length);
    const [best] = candidates;
    if (best === undefined) continue;
    taken.add(best.path);
    for (const [was, is] of best.pairs) moved.set(is, was);
  }
  return moved;
}

/** Equal lines of equal rules, in their order. */
function pairs(before: readonly RecordedFinding[], now: readonly RecordedFinding[]): (readonly [string, string])[] {
  const left = [...before].sort((a, b) => a.line - b.line);
  return [...now]
    .sort((a, b) => a.line - b.line)
    .flatMap((finding) => {
      const at = left.findIndex(({ lineFingerprint }) => lineFingerprint === finding.lineFingerprint);
      const [was] = at === -1 ? [] : left.splice(at, 1);
      return was ? [[was.fingerprint, finding.fingerprint] as const] : [];
    });
}

function byPath(findings: readonly RecordedFinding[]): ReadonlyMap<string, readonly RecordedFinding[]> {
  return groupBy(findings, ({ path }) => path);
}
