import type { FindingChange, WrittenFinding } from '../core/finding-change.ts';
import { html, markdown, markdownCode, unreferenced } from './internal/escape.ts';
import { relativeUri } from './internal/relative-uri.ts';
import { countsText, plural } from './internal/wording.ts';

export interface ChangeOptions {
  /** Where the sources are on the web, up to the path: places of new findings are links then. */
  readonly sourceBase?: string | undefined;
  /** Where the run is on the web, which keeps the reports and the patch. */
  readonly runUrl?: string | undefined;
}

/** Found again in a pull request's comments, so that a later run replaces its own comment. */
export const changeMarker = '<!-- plimsoll change -->';

/** GitHub takes comments of up to 65,536 characters, Azure of 150,000, GitLab of a million. */
const mostCharacters = 60_000;
const mostOfEach = 50;

/** What a change brings, as the one comment of a pull request in GitHub-flavoured Markdown. What does not fit is counted. */
export function renderChange(change: FindingChange, options: ChangeOptions = {}): string {
  const { added, fixed, hidden, unlooked } = change;
  const parts = [changeMarker, title(change), overview(change)];
  const sections: readonly (readonly string[])[] = [
    section('New', added, (finding) => newFinding(finding, options)),
    section('Fixed', fixed, shortFinding),
    section('Hidden by this change', hidden, ({ finding, by, reason }) =>
      [shortFinding(finding), `by ${markdown(by)}`, ...(reason === undefined ? [] : [markdown(reason)])].join(', '),
    ),
    section('Not looked for any more', unlooked, shortFinding),
  ];
  let length = parts.join('\n\n').length;
  let left = 0;
  for (const [heading = '', ...items] of sections) {
    const shown = items.filter((item) => {
      const fits = length + item.length + heading.length + 3 <= mostCharacters;
      if (fits) length += item.length + 1;
      return fits;
    });
    left += items.length - shown.length;
    if (shown.length > 0) parts.push(`${heading}\n\n${shown.join('\n')}`);
  }
  if (left > 0) parts.push(`${plural(left, 'more line')} did not fit here: the whole report has them.`);
  parts.push(footer(change, options));
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
}

/** True where there is nothing that anybody has to be told. */
export function saysNothing({ added, fixed, hidden, unlooked }: FindingChange): boolean {
  return [added, fixed, hidden, unlooked].every(({ length }) => length === 0);
}

function title(change: FindingChange): string {
  if (saysNothing(change)) return '## Plimsoll: nothing new, nothing fixed';
  const { added, fixed } = change;
  return `## Plimsoll: ${added.length} new, ${fixed.length} fixed`;
}

function overview({ added, standing, loadLine, problems }: FindingChange): string {
  const { before, after } = loadLine;
  const line =
    before === undefined || after === undefined
      ? []
      : [before === after ? `Load line ${after} / 100` : `Load line ${before} → ${after} / 100`];
  const unread = problems.after - problems.before;
  return [
    ...(added.length > 0 ? [`**New: ${countsText(added)}**`] : []),
    ...line,
    `${plural(standing, 'finding')} ${standing === 1 ? 'stands' : 'stand'} as before`,
    ...(unread > 0 ? [`${plural(unread, 'more file')} could not be read`] : []),
  ].join(' · ');
}

/** The heading, then an item a line. */
function section<Item>(name: string, items: readonly Item[], show: (item: Item) => string): readonly string[] {
  if (items.length === 0) return [];
  const lines = items.map((item) => `- ${show(item)}`);
  const more = lines.length - mostOfEach;
  return [`### ${name}`, ...lines.slice(0, mostOfEach), ...(more > 0 ? [`- and ${more} more`] : [])];
}

function newFinding(finding: WrittenFinding, { sourceBase }: ChangeOptions): string {
  const { severity, path, line, message, rule, remedy, hasSafeFix } = finding;
  const place = markdownCode(`${path}:${line}`);
  const linked = sourceBase === undefined ? place : `[${place}](<${sourceBase}${relativeUri(path)}#L${line}>)`;
  return `**${severity}** ${linked} ${markdown(message)} ${markdown(remedy)} <sub>${unreferenced(html(rule))}${hasSafeFix ? ', can be repaired safely' : ''}</sub>`;
}

function shortFinding({ path, line, message, rule }: WrittenFinding): string {
  return `${markdownCode(`${path}:${line}`)} ${markdown(message)} <sub>${unreferenced(html(rule))}</sub>`;
}

function footer({ added }: FindingChange, { runUrl }: ChangeOptions): string {
  const safe = added.filter(({ hasSafeFix }) => hasSafeFix).length;
  const where = runUrl === undefined ? 'the run' : `[the run](<${runUrl}>)`;
  return [
    ...(safe > 0 ? [`«plimsoll fix» repairs ${safe} of the new ones; the patch is kept with ${where}.`] : []),
    ...(safe === 0 && runUrl !== undefined ? [`The whole report is kept with ${where}.`] : []),
  ].join(' ');
}
