import type { Finding } from '../core/finding.ts';
import type { Report } from '../core/report.ts';
import { maskSecrets } from '../core/secret-text.ts';
import { type LineIndex, lineIndex } from '../core/text.ts';
import { once } from '../dockerfile/once.ts';
import type { Project } from '../project/project.ts';
import { textOf } from './places.ts';

/** Longer lines are cut: an excerpt is for people. */
const longestExcerpt = 400;

/**
 * The lines that the findings' locations name, secrets masked.
 * @param known lines that need not be read again
 */
export function excerptsFor(
  project: Project,
  findings: readonly Finding[],
  known: Report['excerpts'] = new Map(),
): Report['excerpts'] {
  const wanted = new Map<string, Set<number>>();
  for (const finding of findings)
    for (const { path, start, range } of finding.locations) {
      if (range === undefined) continue;
      const lines = wanted.get(path) ?? new Set();
      wanted.set(path, lines.add(start.line));
    }
  const excerpts = new Map<string, ReadonlyMap<number, string>>();
  for (const [path, numbers] of wanted) {
    const text = textOf(project, path);
    if (text !== undefined) excerpts.set(path, linesOf(text, numbers, known.get(path)));
  }
  return excerpts;
}

function linesOf(
  text: string,
  numbers: ReadonlySet<number>,
  known: ReadonlyMap<number, string> | undefined,
): ReadonlyMap<number, string> {
  const index = once(() => lineIndex(text));
  return new Map([...numbers].map((number) => [number, known?.get(number) ?? lineOf(text, index(), number)]));
}

function lineOf(text: string, index: LineIndex, number: number): string {
  const start = index.lineStart(number);
  const end = text.indexOf('\n', start);
  const line = text.slice(start, Math.min(end === -1 ? text.length : end, start + longestExcerpt));
  return maskSecrets(line.replace(/\r$/, '').replace(/^\uFEFF/, ''));
}
