import { areas } from '../core/area.ts';
import type { Report, Score } from '../core/report.ts';
import { scoreDerivation, scoreFormula } from '../core/score.ts';
import { severities } from '../core/severity.ts';
import { clusterSentences, imageCells, imageColumns } from './internal/cluster-rows.ts';
import { areaFigure, contextFigure } from './internal/html-figures.ts';
import { arrows, findingSections } from './internal/html-findings.ts';
import { trendMultiples } from './internal/html-multiples.ts';
import { htmlPage } from './internal/html-page.ts';
import { proofSection } from './internal/html-proofs.ts';
import { likeProblems, othersText } from './internal/like-problems.ts';
import { type Markup, markup } from './internal/markup.ts';
import {
  countBySeverity,
  countsText,
  inventoryParts,
  linkParts,
  plural,
  safeFixCount,
  secondsText,
  suppressedText,
} from './internal/wording.ts';

/** Above this many findings the browser lays out only those that are on the screen. */
const drawnAtOnce = 200;

const linksAtMost = 30;

/** What a report of one thing shows besides its findings. */
export interface HtmlMore {
  /** Instead of what was counted. */
  readonly looked?: string;
  /** Before areas and findings. */
  readonly before?: Markup;
}

/**
 * The report as one page that needs nothing else: style and script are in it and allowed by their hashes, and a content
 * security policy forbids everything besides. Light or dark as the reader has it, and made to be printed.
 */
export function renderHtml(report: Report, more: HtmlMore = {}): string {
  const line = report.score.loadLine;
  return htmlPage({
    title: `${report.name}: ${countsText(report.findings)} · Plimsoll`,
    heading: report.name,
    looked: more.looked ?? inventoryParts(report.inventory).join(' · '),
    gauge: line === undefined ? undefined : { value: line, of: 'load line' },
    body: markup`${tiles(report)}
${more.before}<div class="panels">
<section class="panel"><h2>Areas</h2>${areaFigure(report.score)}${derivation(report.score)}</section>
<div>${contexts(report)}${links(report)}</div>
</div>
${trend(report)}${proofSection(report)}${cluster(report)}
${problems(report)}
${findings(report)}
${suppressed(report)}
<footer>Made by plimsoll ${report.tool.version} in ${secondsText(report.seconds)}, of <code>${report.target}</code>. «estimated» is computed from what the files say, «measured» was measured.</footer>`,
  });
}

function trend({ history }: Report): Markup {
  if (history === undefined) return markup``;
  const { newOnes, comeBack, fixed, points } = history;
  return markup`<section class="panel"><h2>Over ${plural(points.length, 'run')}</h2><p>${newOnes.length} new since the first, ${comeBack.length} come back, ${fixed.length} fixed.</p>${trendMultiples(history)}</section>`;
}

function tiles(report: Report): Markup {
  const counts = countBySeverity(report.findings);
  const safe = safeFixCount(report.findings);
  const severityTiles = severities.map(
    (severity) =>
      markup`<li class="${severity}"><b>${counts[severity]}</b><span>${counts[severity] === 1 ? severity : `${severity}s`}</span></li>`,
  );
  return markup`<ul class="tiles">${severityTiles}<li class="safe"><b>${safe}</b><span>safe ${safe === 1 ? 'repair' : 'repairs'}</span></li></ul>`;
}

function derivation(score: Score): Markup {
  const rows = score.areas.map(
    (area) =>
      markup`<tr><th scope="row">${area.area}</th><td>${scoreDerivation(area) ?? 'nothing to look at'}</td></tr>`,
  );
  return markup`<details><summary>How the score is computed</summary><p>For each area: ${scoreFormula()}. The load line is the mean of the areas that have a score.</p><div class="scroll" tabindex="0"><table>${rows}</table></div></details>`;
}

/** Images of a cluster that the page lists: the largest. */
const imagesAtMost = 500;

function cluster({ inventory: { cluster: found } }: Report): Markup {
  if (!found) return markup``;
  const sentences = clusterSentences(found).map((sentence) => markup`<p>${sentence}</p>`);
  const heads = imageColumns.map((name) => markup`<th scope="col">${name}</th>`);
  const rows = found.images.slice(0, imagesAtMost).map((image) => {
    const [name, ...cells] = imageCells(image);
    return markup`<tr><th scope="row"><code>${name}</code></th>${cells.map((cell) => markup`<td>${cell}</td>`)}</tr>`;
  });
  const more = found.images.length - rows.length;
  const rest = more > 0 ? markup`<p>and ${plural(more, 'more image')}</p>` : markup``;
  return markup`<section class="panel"><h2>What runs</h2>${sentences}<div class="scroll" tabindex="0"><table><tr>${heads}</tr>${rows}</table></div>${rest}</section>`;
}

function contexts({ inventory }: Report): Markup {
  const figure = contextFigure(inventory);
  return figure.markup === '' ? figure : markup`<section class="panel"><h2>Build contexts</h2>${figure}</section>`;
}

/** Only what leads somewhere: a Dockerfile that nothing names as an image is no way. */
function links({ inventory }: Report): Markup {
  const ways = inventory.links.map(linkParts).filter((parts) => parts.length > 1);
  if (ways.length === 0) return markup``;
  const items = ways.slice(0, linksAtMost).map((parts) => markup`<li>${arrows(parts)}</li>`);
  const more = ways.length > linksAtMost ? markup`<li>and ${ways.length - linksAtMost} more</li>` : markup``;
  return markup`<section class="panel"><h2>From file to workload</h2><ul class="chains">${items}${more}</ul></section>`;
}

function problems(report: Report): Markup {
  if (report.problems.length === 0) return markup``;
  const items = likeProblems(report.problems).map((each) => {
    const { path, position, message, remedy } = each.first;
    const rest = [remedy, othersText(each)].filter(Boolean).join(' ');
    return markup`<li><code>${path}${position ? `:${position.line}` : ''}</code> ${message}<br>${rest}</li>`;
  });
  return markup`<section class="panel problems"><h2>Not read</h2><ul>${items}</ul></section>`;
}

function findings(report: Report): Markup {
  if (report.findings.length === 0) return markup`<section class="findings"><h2>Nothing found</h2></section>`;
  const many = report.findings.length > drawnAtOnce ? ' many' : '';
  return markup`<section class="findings${many}"><h2>Findings</h2>
${filters(report)}
${findingSections(report)}<p id="none" hidden>No finding matches the filter.</p></section>`;
}

/** Hidden until the script runs: without it the controls would do nothing. */
function filters(report: Report): Markup {
  const counts = countBySeverity(report.findings);
  const boxes = severities.map(
    (severity) =>
      markup`<label><input type="checkbox" name="severity" value="${severity}" checked> ${plural(counts[severity], severity)}</label>`,
  );
  const used = areas.filter((area) => report.findings.some((finding) => finding.area === area));
  const files = [...new Set(report.findings.map((finding) => finding.locations[0].path))].sort();
  return markup`<form id="filters" class="filters" role="search" hidden>
<input type="search" name="text" placeholder="Search" aria-label="Search in findings" autocomplete="off">
<fieldset><legend>Severity</legend>${boxes}</fieldset>
${select('area', 'All areas', used)}${select('file', 'All files', files)}
<button type="reset">Reset</button> <output id="shown" aria-live="polite"></output></form>`;
}

function select(name: string, all: string, values: readonly string[]): Markup {
  const options = values.map((value) => markup`<option value="${value}">${value}</option>`);
  return markup`<select name="${name}" aria-label="${name}"><option value="">${all}</option>${options}</select>
`;
}

function suppressed(report: Report): Markup {
  const title = suppressedText(report);
  if (title === undefined) return markup``;
  const items = report.suppressed.map(
    ({ finding, by, reason }) =>
      markup`<li><code>${finding.locations[0].path}:${finding.locations[0].start.line}</code> <code>${finding.rule}</code> ${finding.message} <em>${by}</em>${reason ? ` ${reason}` : ''}</li>`,
  );
  return markup`<details class="suppressed"><summary>${title}</summary><ul>${items}</ul></details>`;
}
