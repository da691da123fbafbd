import type { ChangedFile, FixReport } from '../core/fix-report.ts';
import { printable } from '../core/printable.ts';
import { type ChangedLines, changedLines, linesOf } from './internal/changed-lines.ts';
import { maskedLines } from './internal/masked-lines.ts';

/** A change as whole lines, which is right without any other one: what a suggestion in a code review holds. */
export interface Suggestion {
  readonly path: string;
  /** One-based, both lines included. */
  readonly startLine: number;
  readonly endLine: number;
  /** The lines that are replaced, each with a line end. */
  readonly before: string;
  /** The lines that stand there instead, each with a line end; '' where there is none. */
  readonly text: string;
  /** Ids of the fixes that it makes. */
  readonly fixes: readonly number[];
}

/** Longer ones nobody reviews in a suggestion. */
const mostLines = 60;

/**
 * The changes of a repair that can each be taken alone. Changes that one fix makes in several files, in files that are new, or with others of the same file
 * in between belong together and are no suggestion; nor is one whose lines show a secret or something invisible.
 */
export function suggestionsOf({ files }: Pick<FixReport, 'files'>): Suggestion[] {
  const places = files.flatMap((file) => changedLines(file).map((change) => ({ file, change })));
  return together(places).flatMap((group) => {
    const [first] = group;
    if (!first || group.some(({ file }) => file !== first.file)) return [];
    const changes = group.map(({ change }) => change);
    const mine = new Set(changes);
    const start = changes[0]?.beforeStart ?? 0;
    const last = changes.at(-1);
    const end = last ? last.beforeStart + last.removed.length : start;
    const between = places.filter(
      ({ file, change }) => file === first.file && change.beforeStart >= start && change.beforeStart < end,
    );
    if (between.some(({ change }) => !mine.has(change))) return [];
    return suggestion(first.file, changes);
  });
}

interface Place {
  readonly file: ChangedFile;
  readonly change: ChangedLines;
}

/** Places that share a fix, directly or by way of others. */
function together(places: readonly Place[]): readonly (readonly Place[])[] {
  const groups: { fixes: Set<number>; places: Place[] }[] = [];
  for (const place of places) {
    const touched = groups.filter(({ fixes }) => place.change.fixes.some((id) => fixes.has(id)));
    const merged = {
      fixes: new Set([...touched.flatMap(({ fixes }) => [...fixes]), ...place.change.fixes]),
      places: [...touched.flatMap((group) => group.places), place],
    };
    for (const group of touched) groups.splice(groups.indexOf(group), 1);
    groups.push(merged);
  }
  return groups.map((group) => group.places);
}

function suggestion(file: ChangedFile, changes: readonly ChangedLines[]): Suggestion[] {
  const [first, last] = [changes[0], changes.at(-1)];
  if (!file.before || !first || !last || file.before.encoding !== 'utf-8') return [];
  const old = linesOf(file.before.text);
  const now = linesOf(file.after.text);
  const range = {
    before: [first.beforeStart, last.beforeStart + last.removed.length] as const,
    after: [first.afterStart, last.afterStart + last.added.length] as const,
  };
  // What is only put in needs a line to stand at: the one above, or below at the top of the file.
  const isEmpty = range.before[0] === range.before[1];
  const above = isEmpty && range.before[0] > 0 ? 1 : 0;
  const below = isEmpty && above === 0 ? 1 : 0;
  const [from, to] = [range.before[0] - above, range.before[1] + below];
  const removed = old.slice(from, to);
  const added = now.slice(range.after[0] - above, range.after[1] + below);
  if (removed.length === 0 || removed.length > mostLines || added.length > mostLines) return [];
  const [maskedOld, maskedNow] = [
    maskedLines(file.before.text, file.secrets.before),
    maskedLines(file.after.text, file.secrets.after),
  ];
  const isShown =
    removed.every((line, at) => maskedOld(from + at) === line && isPlain(line)) &&
    added.every((line, at) => maskedNow(range.after[0] - above + at) === line && isPlain(line));
  if (!isShown) return [];
  return [
    {
      path: file.path,
      startLine: from + 1,
      endLine: to,
      before: textOf(removed),
      text: textOf(added),
      fixes: [...new Set(changes.flatMap(({ fixes }) => fixes))].sort((a, b) => a - b),
    },
  ];
}

/** What is seen is what would be written: no carriage return, nothing invisible. */
function isPlain(line: string): boolean {
  const text = line.replace(/\n$/, '').replaceAll('\t', ' ');
  return printable(text) === text;
}

function textOf(lines: readonly string[]): string {
  return lines.map((line) => (line.endsWith('\n') ? line : `${line}\n`)).join('');
}
