import { jsonText } from '../core/json-text.ts';
import { printable } from '../core/printable.ts';
import type { ReviewItem, ReviewReport } from '../core/review-report.ts';
import { markdown, markdownCode } from './internal/escape.ts';
import { htmlPage } from './internal/html-page.ts';
import { markup } from './internal/markup.ts';
import { paint, paragraph, row } from './internal/terminal-lines.ts';
import { bytesText, secondsText } from './internal/wording.ts';
import { joinBlocks, pageOf, type TerminalOptions } from './terminal.ts';

/** Goes up when a field is renamed, removed or means something else. */
export const reviewVersion = 1;

const shownAtMost = 8;
const placesAtMost = 3;

/** `168 MB, 12 s each rebuild`: what is known of it. */
export function gainText({ bytes = 0, seconds = 0 }: { readonly bytes?: number; readonly seconds?: number }): string {
  return [
    ...(bytes > 0 ? [bytesText(bytes)] : []),
    ...(seconds > 0 ? [`${secondsText(seconds)} each rebuild`] : []),
  ].join(', ');
}

/** The review for a terminal, numbered through, each point with its command. */
export function renderReview(
  review: ReviewReport,
  options: Pick<TerminalOptions, 'columns' | 'color' | 'all'>,
): string {
  const page = pageOf(options);
  let number = 0;
  return joinBlocks([
    row(
      [
        { text: printable(review.project), style: 'bold' },
        { text: `   review of ${review.today}${comparedWith(review)}` },
      ],
      review.loadLine === undefined ? [] : [{ text: `load line ${review.loadLine} / 100` }],
      page,
    ),
    ...(review.problems.length === 0 ? [] : [notRead(review.problems, options.all, page)]),
    ...review.sections.map(({ title, items, missing }) => {
      const shown = options.all ? items : items.slice(0, shownAtMost);
      const rest = items.length - shown.length;
      return [
        paint([{ text: title, style: 'bold' }], page),
        ...shown.flatMap((item) => {
          number += 1;
          const lead = `${String(number).padStart(3)}  `;
          return [
            ...paragraph([{ text: lead }], { text: printable(item.text) }, [{ text: item.basis, style: 'dim' }], page),
            ...(item.places.length === 0
              ? []
              : paragraph([{ text: '     ' }], { text: printable(placesText(item)), style: 'dim' }, [], page)),
            ...paragraph([{ text: '     ' }], { text: printable(item.command), style: 'cyan' }, [], page),
          ];
        }),
        ...(rest > 0 ? [`     and ${rest} more: --all`] : []),
        ...(items.length === 0 && missing === undefined ? ['     nothing'] : []),
        ...(missing === undefined ? [] : paragraph([{ text: '     ' }], { text: missing, style: 'dim' }, [], page)),
      ];
    }),
  ]);
}

function notRead(problems: ReviewReport['problems'], all: boolean, page: ReturnType<typeof pageOf>): string[] {
  const shown = all ? problems : problems.slice(0, shownAtMost);
  const rest = problems.length - shown.length;
  return [
    paint([{ text: 'What could not be read', style: 'bold' }], page),
    ...shown.flatMap((each) => paragraph([{ text: '     ' }], { text: printable(problemText(each)) }, [], page)),
    ...(rest > 0 ? [`     and ${rest} more: --all`] : []),
  ];
}

/** The same as Markdown, for an issue or a wiki. */
export function renderReviewMarkdown(review: ReviewReport): string {
  const line = review.loadLine === undefined ? 'No load line' : `Load line ${review.loadLine} of 100`;
  const sections = review.sections.map(({ title, items, missing }) =>
    [
      `## ${title}`,
      '',
      ...items.map(
        (item) =>
          `1. ${markdown(item.text)} *(${item.basis})*${item.places.length === 0 ? '' : ` — ${markdown(placesText(item))}`}  \n   ${markdownCode(item.command)}`,
      ),
      ...(items.length === 0 && missing === undefined ? ['Nothing.'] : []),
      ...(missing === undefined ? [] : [...(items.length > 0 ? [''] : []), missing]),
      '',
    ].join('\n'),
  );
  const problems = review.problems.map((each) => `- ${markdown(problemText(each))}\n`).join('');
  const unread = problems === '' ? '' : `## What could not be read\n\n${problems}\n`;
  return `# Review of ${markdown(review.project)}, ${review.today}\n\n${line}${markdown(comparedWith(review))}.\n\n${unread}${sections.join('\n')}`;
}

/** The same as one page that needs nothing else. */
export function renderReviewHtml(review: ReviewReport): string {
  const { project, today, loadLine } = review;
  const sections = review.sections.map(({ title, items, missing }) => {
    const list = items.map(
      (item) =>
        markup`<li>${item.text} <span class="basis">${item.basis}</span>${item.places.length === 0 ? markup`` : markup`<br>${placesText(item)}`}<br><code>${item.command}</code></li>`,
    );
    return markup`<section class="panel problems"><h2>${title}</h2>${items.length === 0 ? markup`` : markup`<ol>${list}</ol>`}<p>${missing ?? (items.length === 0 ? 'Nothing.' : '')}</p></section>`;
  });
  const problems = review.problems.map((each) => markup`<li>${problemText(each)}</li>`);
  const unread =
    problems.length === 0
      ? markup``
      : markup`<section class="panel problems"><h2>What could not be read</h2><ul>${problems}</ul></section>`;
  return htmlPage({
    title: `${project}: review of ${today} · Plimsoll`,
    heading: project,
    looked: `review of ${today}${comparedWith(review)}`,
    gauge: loadLine === undefined ? undefined : { value: loadLine, of: 'load line' },
    body: markup`${unread}${sections}`,
  });
}

/** For programs: `schemas/review.schema.json`. */
export function reviewJson(review: ReviewReport): string {
  const { project, today, against, loadLine, problems, sections } = review;
  const whole = {
    format: 'plimsoll-review',
    version: reviewVersion,
    project,
    today,
    against: against ?? null,
    loadLine: loadLine ?? null,
    problems: problems.map(({ path, message, remedy }) => ({ path, message, remedy })),
    sections: sections.map((section) => ({ ...section, missing: section.missing ?? null })),
  };
  return jsonText(whole);
}

/** `k/pod.yaml:3: a mapping is expected here`. */
export function problemText({ path, position, message }: ReviewReport['problems'][number]): string {
  if (path.endsWith(':')) return `${path} ${message}`;
  return `${path}${position === undefined ? '' : `:${position.line}`}: ${message}`;
}

function comparedWith({ against }: ReviewReport): string {
  return against === undefined ? '' : `, against run ${against.run} of ${against.at.slice(0, 10)}`;
}

function placesText({ places }: ReviewItem): string {
  const more = places.length - placesAtMost;
  return `${places.slice(0, placesAtMost).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}
