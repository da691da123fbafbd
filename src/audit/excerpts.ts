import type { Finding } from '../core/finding.ts';
import { maskSecrets } from '../core/mask-secrets.ts';
import type { Report } from '../core/report.ts';
import { type LineIndex, lineIndex, type SourceRange } from '../core/text.ts';
import { once } from '../dockerfile/once.ts';
import type { Project } from '../project/project.ts';
import { secretRanges } from './artifact-secrets.ts';
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
    if (text === undefined) continue;
    excerpts.set(
      path,
      linesOf(text, numbers, known.get(path), () => secretRanges(project, path, text)),
    );
  }
  return excerpts;
}

function linesOf(
  text: string,
  numbers: ReadonlySet<number>,
  known: ReadonlyMap<number, string> | undefined,
  secretsOf: () => readonly SourceRange[],
): ReadonlyMap<number, string> {
  const index = once(() => lineIndex(text));
  const secrets = once(secretsOf);
  return new Map(
    [...numbers].map((number) => [number, known?.get(number) ?? lineOf(text, index(), number, secrets())]),
  );
}

/** Masked first and cut then: half a secret would not be known for one. */
function lineOf(text: string, index: LineIndex, number: number, secrets: readonly SourceRange[]): string {
  const start = index.lineStart(number);
  const line = lineFrom(text, start);
  const inLine = secrets
    .filter((secret) => secret.start < start + line.length && secret.end > start)
    .map((secret) => ({ start: Math.max(0, secret.start - start), end: Math.min(line.length, secret.end - start) }));
  const before = start > 0 ? lineFrom(text, text.lastIndexOf('\n', start - 2) + 1) : '';
  const around = [before, lineFrom(text, start + line.length + 1)];
  const masked = maskSecrets(line, inLine, around)
    .replace(/\r$/, '')
    .replace(/^\uFEFF/, '');
  return masked.slice(0, longestExcerpt);
}

function lineFrom(text: string, start: number): string {
  const end = text.indexOf('\n', start);
  return text.slice(start, end === -1 ? text.length : end);
}
