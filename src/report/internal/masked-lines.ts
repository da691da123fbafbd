import type { ChangedFile } from '../../core/fix-report.ts';
import { maskSecrets } from '../../core/mask-secrets.ts';
import type { SourceRange } from '../../core/text.ts';
import { type Hunk, linesOf } from './changed-lines.ts';

/** A text's lines as reports may show them, by their zero-based numbers. */
export function maskedLines(text: string, secrets: readonly SourceRange[]): (line: number) => string {
  const lines = linesOf(text);
  const starts: number[] = [];
  let at = 0;
  for (const line of lines) {
    starts.push(at);
    at += line.length;
  }
  return (number) => {
    const line = lines[number] ?? '';
    const start = starts[number] ?? at;
    const inLine = secrets
      .filter((secret) => secret.start < start + line.length && secret.end > start)
      .map((secret) => ({ start: Math.max(0, secret.start - start), end: Math.min(line.length, secret.end - start) }));
    return maskSecrets(line, inLine, [lines[number - 1] ?? '', lines[number + 1] ?? '']);
  };
}

interface MaskedTexts {
  readonly before: ReturnType<typeof maskedLines>;
  readonly after: ReturnType<typeof maskedLines>;
}

/** A file of megabytes may have hundreds of hunks. */
const masked = new WeakMap<ChangedFile, MaskedTexts>();

function maskedTexts(file: ChangedFile): MaskedTexts {
  let texts = masked.get(file);
  if (!texts) {
    texts = {
      before: maskedLines(file.before?.text ?? '', file.secrets.before),
      after: maskedLines(file.after.text, file.secrets.after),
    };
    masked.set(file, texts);
  }
  return texts;
}

/** The lines of a hunk as reports may show them. */
export function maskedHunk(file: ChangedFile, hunk: Hunk): Hunk {
  const { before, after } = maskedTexts(file);
  let [old, now] = [hunk.beforeStart, hunk.afterStart];
  return {
    ...hunk,
    lines: hunk.lines.map((line) => {
      const text = line.kind === 'added' ? after(now) : before(old);
      if (line.kind !== 'added') old += 1;
      if (line.kind !== 'removed') now += 1;
      return { ...line, text };
    }),
  };
}
