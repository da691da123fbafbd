import type { Finding } from '../core/finding.ts';
import type { Report } from '../core/report.ts';
import { maskSecrets } from '../core/secret-text.ts';
import { lineIndex } from '../core/text.ts';
import type { Project } from '../project/project.ts';
import { textOf } from './places.ts';

/** Longer lines are cut: an excerpt is for people. */
const longestExcerpt = 400;

/** The lines that the findings' locations name, secrets masked. */
export function excerptsFor(project: Project, findings: readonly Finding[]): Report['excerpts'] {
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
    if (text !== undefined) excerpts.set(path, linesOf(text, numbers));
  }
  return excerpts;
}

function linesOf(text: string, numbers: ReadonlySet<number>): ReadonlyMap<number, string> {
  const index = lineIndex(text);
  const lines = new Map<number, string>();
  for (const number of numbers) {
    const start = index.lineStart(number);
    const end = text.indexOf('\n', start);
    const line = text.slice(start, Math.min(end === -1 ? text.length : end, start + longestExcerpt));
    lines.set(number, maskSecrets(line.replace(/\r$/, '').replace(/^\uFEFF/, '')));
  }
  return lines;
}
