import { printable } from '../core/printable.ts';
import type { ReviewReport } from '../core/review-report.ts';
import { problemText, renderReview, renderReviewHtml, renderReviewMarkdown, reviewJson } from '../report/review.ts';
import type { ParsedArguments, Terminal } from './command.ts';
import { isColored } from './is-colored.ts';
import { formatOf, writeOut } from './perform-history.ts';

/** Writes a review in the format and to the place that are asked for. */
export function writeReview(review: ReviewReport, parsed: ParsedArguments, terminal: Terminal): void {
  // Whoever reads the review itself finds it there.
  if (formatOf(parsed) !== 'text' || parsed.value('output') !== undefined)
    for (const each of review.problems) terminal.stderr.write(`${printable(problemText(each))}\n`);
  writeOut(reviewText(review, parsed, terminal), parsed, terminal);
}

function reviewText(review: ReviewReport, parsed: ParsedArguments, terminal: Terminal): string {
  const format = formatOf(parsed);
  if (format === 'json') return reviewJson(review);
  if (format === 'markdown') return renderReviewMarkdown(review);
  if (format === 'html') return renderReviewHtml(review);
  return renderReview(review, {
    columns: terminal.stdout.isTTY ? (terminal.stdout.columns ?? 100) : 120,
    color: parsed.value('output') === undefined && isColored(parsed, terminal),
    all: parsed.has('all'),
  });
}
