import type { ChangedFile, PlaceOfChange } from '../../core/fix-report.ts';

/** Lines that are taken out and put in at one place. Line numbers are zero-based. */
export interface ChangedLines {
  readonly beforeStart: number;
  readonly removed: readonly string[];
  readonly afterStart: number;
  readonly added: readonly string[];
  /** Ids of the fixes that had a hand in it. */
  readonly fixes: readonly number[];
}

/** Lines of a file that are shown together, with unchanged ones around them. */
export interface Hunk {
  readonly beforeStart: number;
  readonly afterStart: number;
  readonly lines: readonly HunkLine[];
}

export interface HunkLine {
  readonly kind: 'kept' | 'removed' | 'added';
  /** With its line end; the last line of a file may have none. */
  readonly text: string;
  /** At the last line of a change: the fixes that made it. */
  readonly fixes?: readonly number[];
}

/** With their line ends; no line for an empty text. */
export function linesOf(text: string): string[] {
  return text === '' ? [] : text.split(/(?<=\n)/);
}

/** The changes of a file by whole lines, in order. */
export function changedLines({ before, after, places }: ChangedFile): ChangedLines[] {
  const old = before?.text ?? '';
  const counts = { before: lineCounter(old), after: lineCounter(after.text) };
  return mergeOnOneLine(old, places).flatMap((place) => {
    const whole = wholeLines(old, after.text, place);
    const removed = linesOf(old.slice(whole.before.start, whole.before.end));
    const added = linesOf(after.text.slice(whole.after.start, whole.after.end));
    return splitUnchanged({
      beforeStart: counts.before(whole.before.start),
      removed,
      afterStart: counts.after(whole.after.start),
      added,
      fixes: place.fixes,
    });
  });
}

/** Two places with no line end between them change the same line. */
function mergeOnOneLine(old: string, places: readonly PlaceOfChange[]): PlaceOfChange[] {
  const merged: PlaceOfChange[] = [];
  for (const place of places) {
    const last = merged.at(-1);
    if (last === undefined || old.slice(last.before.end, place.before.start).includes('\n')) {
      merged.push(place);
      continue;
    }
    merged[merged.length - 1] = {
      before: { start: last.before.start, end: place.before.end },
      after: { start: last.after.start, end: place.after.end },
      fixes: [...new Set([...last.fixes, ...place.fixes])],
    };
  }
  return merged;
}

/** What stands between places is the same on both sides, so both are widened by as much. */
function wholeLines(
  old: string,
  now: string,
  { before, after }: PlaceOfChange,
): Pick<PlaceOfChange, 'before' | 'after'> {
  const lead = before.start - (old.lastIndexOf('\n', before.start - 1) + 1);
  const isWhole = isLineStart(old, before.end) && isLineStart(now, after.end);
  const lineEnd = old.indexOf('\n', before.end);
  const tail = isWhole ? 0 : (lineEnd === -1 ? old.length : lineEnd + 1) - before.end;
  return {
    before: { start: before.start - lead, end: before.end + tail },
    after: { start: after.start - lead, end: after.end + tail },
  };
}

function isLineStart(text: string, offset: number): boolean {
  return offset === 0 || text.charAt(offset - 1) === '\n';
}

/** Counts the line ends before an offset; offsets come in order. */
function lineCounter(text: string): (offset: number) => number {
  let at = 0;
  let lines = 0;
  return (offset) => {
    for (let next = text.indexOf('\n', at); next !== -1 && next < offset; next = text.indexOf('\n', at)) {
      lines += 1;
      at = next + 1;
    }
    return lines;
  };
}

/** Larger tables than this are not made: then all of both sides counts as changed. */
const largestTable = 4_000_000;

/** Takes out lines that both sides have in common, so that only what differs is shown. */
function splitUnchanged(change: ChangedLines): ChangedLines[] {
  const { removed, added } = change;
  if (removed.length * added.length > largestTable) return [change];
  const common = longestCommon(removed, added);
  const parts: ChangedLines[] = [];
  let before = 0;
  let after = 0;
  for (const [nextBefore, nextAfter] of [...common, [removed.length, added.length] as const]) {
    if (nextBefore > before || nextAfter > after)
      parts.push({
        beforeStart: change.beforeStart + before,
        removed: removed.slice(before, nextBefore),
        afterStart: change.afterStart + after,
        added: added.slice(after, nextAfter),
        fixes: change.fixes,
      });
    before = nextBefore + 1;
    after = nextAfter + 1;
  }
  return parts;
}

/** Pairs of places of a longest common subsequence. */
function longestCommon(a: readonly string[], b: readonly string[]): (readonly [number, number])[] {
  const width = b.length + 1;
  const lengths = new Uint32Array((a.length + 1) * width);
  const at = (i: number, j: number) => lengths[i * width + j] ?? 0;
  for (let i = a.length - 1; i >= 0; i--)
    for (let j = b.length - 1; j >= 0; j--)
      lengths[i * width + j] = a[i] === b[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
  const pairs: (readonly [number, number])[] = [];
  for (let i = 0, j = 0; i < a.length && j < b.length; ) {
    if (a[i] === b[j]) pairs.push([i++, j++]);
    else if (at(i + 1, j) >= at(i, j + 1)) i++;
    else j++;
  }
  return pairs;
}

/** The changes with so many unchanged lines around them; those that would meet become one hunk. */
export function hunksOf(file: ChangedFile, context: number): Hunk[] {
  const before = linesOf(file.before?.text ?? '');
  const hunks: { beforeStart: number; afterStart: number; lines: HunkLine[]; beforeEnd: number }[] = [];
  const keep = (hunk: (typeof hunks)[number], end: number) => {
    for (const text of before.slice(hunk.beforeEnd, end)) hunk.lines.push({ kind: 'kept', text });
    hunk.beforeEnd = Math.max(hunk.beforeEnd, Math.min(end, before.length));
  };
  for (const change of changedLines(file)) {
    let hunk = hunks.at(-1);
    if (hunk === undefined || change.beforeStart - hunk.beforeEnd > 2 * context) {
      if (hunk) keep(hunk, hunk.beforeEnd + context);
      const lead = Math.min(context, change.beforeStart);
      const beforeStart = change.beforeStart - lead;
      hunk = { beforeStart, afterStart: change.afterStart - lead, lines: [], beforeEnd: beforeStart };
      hunks.push(hunk);
    }
    keep(hunk, change.beforeStart);
    const lines: HunkLine[] = [
      ...change.removed.map((text): HunkLine => ({ kind: 'removed', text })),
      ...change.added.map((text): HunkLine => ({ kind: 'added', text })),
    ];
    const last = lines.pop();
    hunk.lines.push(...lines, ...(last ? [{ ...last, fixes: change.fixes }] : []));
    hunk.beforeEnd += change.removed.length;
  }
  const last = hunks.at(-1);
  if (last) keep(last, last.beforeEnd + context);
  return hunks;
}
