import type { Finding } from '../core/finding.ts';
import { fixClass } from '../core/fix.ts';
import { printableExcerpt } from '../core/printable.ts';
import type { Report } from '../core/report.ts';
import { clusterSentences, imageCells, imageColumns } from './internal/cluster-rows.ts';
import { html, markdown, markdownBlock, markdownCode, unreferenced } from './internal/escape.ts';
import { docsByRule, excerptOf, groupByFile } from './internal/findings.ts';
import { likeProblems, othersText } from './internal/like-problems.ts';
import { proofBars } from './internal/proof-bars.ts';
import { relativeUri } from './internal/relative-uri.ts';
import {
  costText,
  countsText,
  hasSubjects,
  inventoryParts,
  linkParts,
  plural,
  safeFixCount,
  suppressedText,
} from './internal/wording.ts';
import { fixProofText, proofTitle, staleSentence } from './proof-view.ts';

export interface MarkdownOptions {
  /** Where the sources are on the web, up to the path: `https://github.com/o/r/blob/SHA/`. Places are links then. */
  readonly sourceBase?: string;
  /** The longest text that is wanted; GitHub takes comments of up to 65,536 characters. */
  readonly maxCharacters?: number;
}

/** Found again in a pull request's comments, so that a later run replaces its own comment. */
export const commentMarker = '<!-- plimsoll report -->';

/**
 * The report as a comment for a pull request, in GitHub-flavoured Markdown: verdict, table by area, findings by file with
 * the details folded. What does not fit is counted.
 */
export function renderMarkdown(report: Report, options: MarkdownOptions = {}): string {
  const head = [
    commentMarker,
    title(report),
    overview(report),
    areaTable(report),
    proofsPart(report),
    clusterSection(report),
  ].filter((part) => part !== '');
  const foot = [problems(report)].filter((part) => part !== '');
  const limit = (options.maxCharacters ?? 60_000) - 200;
  const parts = [...head];
  let length = [...head, ...foot].join('\n\n').length;
  let shown = 0;
  for (const { part, findings } of findingParts(report, options)) {
    if (length + part.length + 2 > limit) break;
    parts.push(part);
    length += part.length + 2;
    shown += findings;
  }
  const left = report.findings.length - shown;
  if (left > 0) parts.push(`${plural(left, 'more finding')} did not fit here: the whole report has them.`);
  return `${[...parts, ...foot].join('\n\n')}\n`;
}

function title({ score, findings }: Report): string {
  const line = score.loadLine === undefined ? '' : `: load line ${score.loadLine} / 100`;
  return `## Plimsoll${line}${findings.length === 0 ? ', nothing found' : ''}`;
}

function overview(report: Report): string {
  const safe = safeFixCount(report.findings);
  const suppressed = suppressedText(report);
  const parts = [
    `**${countsText(report.findings)}**`,
    ...(safe > 0 ? [`${safe} can be repaired safely`] : []),
    ...(suppressed ? [suppressed] : []),
  ];
  return `${parts.join(' · ')}\\\n${hasSubjects(report.inventory) ? 'Looked at ' : ''}${inventoryParts(report.inventory).map(markdown).join(', ')}.`;
}

function areaTable({ score, findings }: Report): string {
  const rows = score.areas.filter((area) => area.score !== undefined);
  if (rows.length === 0 || findings.length === 0) return '';
  return [
    '| area | score | errors | warnings | notes |',
    '| --- | ---: | ---: | ---: | ---: |',
    ...rows.map(
      ({ area, score: value, findings: count }) =>
        `| ${area} | ${value} | ${count.error} | ${count.warning} | ${count.note} |`,
    ),
  ].join('\n');
}

/** Bars before and after for each image of which there is evidence. */
function proofsPart(report: Report): string {
  const { proofs = [] } = report;
  const stale = staleSentence(report);
  const parts = proofs.slice(0, 10).flatMap((proof) => {
    const bars = proofBars(proof.evidence, { columns: 80, color: false });
    return [
      `**${markdown(proofTitle(proof))}** (measured, ${markdownCode(proof.file)})`,
      ...(bars.length > 0 ? [markdownBlock(bars.join('\n'), 'text')] : []),
    ];
  });
  return [...parts, ...(stale === undefined ? [] : [markdown(stale)])].join('\n\n');
}

/** Images of a cluster that the comment shows: the largest. */
const imagesAtMost = 30;

function clusterSection({ inventory: { cluster } }: Report): string {
  if (!cluster) return '';
  const rows = cluster.images.slice(0, imagesAtMost).map(imageCells);
  const more = cluster.images.length - rows.length;
  return [
    ...clusterSentences(cluster).map(markdown).join('\\\n').split('\n'),
    '',
    `| ${imageColumns.join(' | ')} |`,
    `| --- |${' ---: |'.repeat(imageColumns.length - 1)}`,
    ...rows.map(([image = '', ...cells]) => `| ${[image, ...cells].map(markdown).join(' | ')} |`),
    ...(more > 0 ? ['', `and ${plural(more, 'more image')}`] : []),
  ].join('\n');
}

/** Headings and findings in order; a heading goes with the first finding under it. */
function* findingParts(
  report: Report,
  options: MarkdownOptions,
): Generator<{ readonly part: string; readonly findings: number }> {
  const docs = docsByRule(report);
  for (const group of groupByFile(report, report.findings)) {
    const titles = group.links.length === 0 ? [[group.path]] : group.links.map(linkParts);
    let heading = `### ${titles.map((parts) => parts.map(markdownCode).join(' → ')).join(' and ')}\n\n`;
    for (const finding of group.findings) {
      yield { part: heading + details(report, finding, docs.get(finding.rule), options), findings: 1 };
      heading = '';
    }
  }
}

/** The summary line is HTML, what is folded is Markdown: an HTML block ends at the first empty line. */
function details(report: Report, finding: Finding, docs: string | undefined, options: MarkdownOptions): string {
  const place = finding.locations[0];
  const line = place.range ? ` line ${place.start.line}:` : '';
  const excerpt = excerptOf(report, finding);
  const cost = costText(finding.cost);
  const kind = finding.fix && fixClass(finding.fix);
  return [
    `<details><summary><b>${finding.severity}</b>${line} ${unreferenced(html(finding.message))} <code>${html(finding.rule)}</code></summary>`,
    '',
    ...(excerpt === undefined ? [] : [markdownBlock(printableExcerpt(excerpt)), '']),
    `- **Why:** ${markdown(finding.why)}`,
    `- **Do:** ${markdown(finding.remedy)}`,
    ...(cost ? [`- **Costs** ${cost}: ${markdown(finding.cost?.derivation ?? '')}`] : []),
    ...(finding.fix && kind
      ? [`- **Fix** (${finding.proof?.verdict === 'proved' ? 'proved' : kind}): ${markdown(finding.fix.title)}`]
      : []),
    ...(finding.proof ? [`- **Proof**: ${markdown(fixProofText(finding.proof))}`] : []),
    ...finding.locations.map((location) => {
      const note = location.note ? `: ${markdown(location.note)}` : '';
      return `- ${placeLink(location.path, location.range ? location.start.line : undefined, options)}${note}`;
    }),
    ...(finding.peers.length > 0 ? [`- Also known as ${finding.peers.map(markdownCode).join(', ')}`] : []),
    ...(docs
      ? [
          `- ${/^https?:\/\//.test(docs) ? `[Documentation](${encodeURI(docs)})` : `Documentation: ${markdownCode(docs)}`}`,
        ]
      : []),
    '',
    '</details>',
  ].join('\n');
}

function placeLink(path: string, line: number | undefined, { sourceBase }: MarkdownOptions): string {
  const text = markdownCode(line === undefined ? path : `${path}:${line}`);
  if (sourceBase === undefined) return text;
  return `[${text}](<${sourceBase}${relativeUri(path)}${line === undefined ? '' : `#L${line}`}>)`;
}

function problems(report: Report): string {
  if (report.problems.length === 0) return '';
  const groups = likeProblems(report.problems);
  const lines = groups.slice(0, 20).map((each) => {
    const { path, position, message, remedy } = each.first;
    const place = markdownCode(position ? `${path}:${position.line}` : path);
    const rest = [remedy, othersText(each)].filter(Boolean).map(markdown).join(' ');
    return `- ${place}: ${markdown(message)}\\\n  ${rest}`;
  });
  const more = groups.slice(20).reduce((sum, { others }) => sum + 1 + others.length, 0);
  return ['### Not read', '', ...lines, ...(more > 0 ? [`- and ${more} more`] : [])].join('\n');
}
