import type { AppliedFix } from '../core/fix-report.ts';
import { printable } from '../core/printable.ts';

/** Whether a fix was made although nobody, and no proof, has answered what it asks. */
export function hasOpenQuestion({ class: kind, proved }: AppliedFix): boolean {
  return kind === 'review' && proved !== true;
}

/** The questions of fixes that were written without anybody having been asked: each fix with its place, to be answered afterwards. */
export function writtenQuestions(applied: readonly AppliedFix[]): string {
  const open = applied.filter(hasOpenQuestion);
  if (open.length === 0) return '';
  const lines = open.flatMap(({ finding, fix }) => {
    const { path, start } = finding.locations[0];
    return [
      `  ${printable(`${path}:${start.line}`)}: ${printable(fix.title)}`,
      ...fix.assumptions.flatMap(({ question }) => (question === undefined ? [] : `    ${printable(question)}`)),
    ];
  });
  return `\nquestions of what was written\n${lines.join('\n')}\n`;
}
