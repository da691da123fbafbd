import type { SourceRange } from '../core/text.ts';
import { type IgnorePattern, parseIgnorePattern } from './ignore-pattern.ts';
import { cleanPath, trimSpace } from './internal/go-text.ts';

/** One line of an ignore file that holds a pattern. */
export interface IgnoreLine {
  /** One-based. */
  readonly line: number;
  /** The pattern as written, its `!` included, without the white space around it. */
  readonly range: SourceRange;
  readonly pattern: IgnorePattern;
}

/** Why a build with this file fails: Docker refuses the whole file for one such line. */
export interface IgnoreProblem {
  readonly line: number;
  readonly range: SourceRange;
  readonly message: string;
  /** `always`, or only when the context holds a path that has to be compared with the pattern. */
  readonly fails: 'always' | 'when-compared';
}

/** What an ignore file says. Lines that Docker refuses are left out of `lines`, so that the others can still be looked at. */
export interface IgnoreFile {
  readonly lines: readonly IgnoreLine[];
  readonly problems: readonly IgnoreProblem[];
}

export const noIgnoreFile: IgnoreFile = { lines: [], problems: [] };

/** Docker's line reader gives up at a line of this many bytes. */
const longestLine = 64 * 1024;

/** Reads the text of a .dockerignore as https://pkg.go.dev/github.com/moby/patternmatcher/ignorefile#ReadAll does. Never throws. */
export function readIgnoreFile(text: string): IgnoreFile {
  const lines: IgnoreLine[] = [];
  const problems: IgnoreProblem[] = [];
  for (const { line, start, content } of linesOf(text)) {
    if (isTooLong(content)) {
      const range = { start, end: start + content.length };
      problems.push({ line, range, message: 'the line is longer than 64 KiB', fails: 'always' });
      break;
    }
    if (content.startsWith('#')) continue;
    const written = trimSpace(content);
    if (written === '') continue;
    const indent = content.indexOf(written);
    const range = { start: start + indent, end: start + indent + written.length };
    const parsed = parseIgnorePattern(normalize(written));
    if (parsed.kind === 'problem') problems.push({ line, range, message: parsed.problem.message, fails: 'always' });
    if (parsed.kind !== 'pattern') continue;
    lines.push({ line, range, pattern: parsed.pattern });
    if (parsed.pattern.broken)
      problems.push({ line, range, message: 'the pattern is not a valid expression', fails: 'when-compared' });
  }
  return { lines, problems };
}

function* linesOf(text: string): Generator<{ line: number; start: number; content: string }> {
  let start = text.startsWith('\uFEFF') ? 1 : 0;
  for (let line = 1; start < text.length; line++) {
    const feed = text.indexOf('\n', start);
    const end = feed === -1 ? text.length : feed;
    yield { line, start, content: text.slice(start, end) };
    start = end + 1;
  }
}

function isTooLong(content: string): boolean {
  // No code unit takes more than three bytes, so that most lines need not be counted.
  return content.length * 3 >= longestLine && Buffer.byteLength(content) >= longestLine;
}

/** Makes the pattern relative to the context, behind its `!`. */
function normalize(written: string): string {
  const exception = written.startsWith('!');
  const pattern = exception ? trimSpace(written.slice(1)) : written;
  if (pattern === '') return exception ? '!' : '';
  const cleaned = cleanPath(pattern);
  return (exception ? '!' : '') + (cleaned.length > 1 && cleaned.startsWith('/') ? cleaned.slice(1) : cleaned);
}
