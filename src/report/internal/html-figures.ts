import type { AreaScore, Inventory, Score } from '../../core/report.ts';
import { type Markup, markup } from './markup.ts';
import { bytesText, plural } from './wording.ts';

/** Horizontal layout of the figure of areas, in percent of its width, so that text keeps its size on every screen. */
const track = { start: 25, width: 65 } as const;
const rowHeight = 27;
const top = 44;

const contextsAtMost = 20;

/** The twelve areas as bars from 0 to 100, with the load line drawn through them. */
export function areaFigure(score: Score): Markup {
  const height = top + score.areas.length * rowHeight + 26;
  return markup`<figure class="areas">
<svg role="img" aria-labelledby="areas-title areas-text" width="100%" height="${height}">
<title id="areas-title">Score by area</title>
<desc id="areas-text">${score.areas.map(areaSentence).join(' ')}</desc>
${scale(height)}${score.areas.map(areaRow)}${loadLine(score, height)}
</svg></figure>`;
}

function areaSentence({ area, score }: AreaScore): string {
  return score === undefined ? `${area}: nothing to look at.` : `${area}: ${score} of 100.`;
}

function scale(height: number): Markup {
  const ticks = [0, 25, 50, 75, 100].map((value) => {
    const x = at(value);
    return markup`<line class="tick" x1="${x}%" x2="${x}%" y1="${top - 6}" y2="${height - 22}"/><text class="scale" x="${x}%" y="${height - 7}" text-anchor="middle">${value}</text>`;
  });
  return markup`<g aria-hidden="true">${ticks}</g>`;
}

function areaRow(area: AreaScore, index: number): Markup {
  const y = top + index * rowHeight;
  const middle = y + 14;
  const label = markup`<text class="label" x="${track.start - 2}%" y="${middle}" text-anchor="end" dominant-baseline="middle">${area.area}</text>`;
  if (area.score === undefined)
    return markup`<g class="row none">${label}<rect class="empty" x="${track.start}%" y="${y + 6}" width="${track.width}%" height="15" rx="3"/><text class="value" x="100%" y="${middle}" text-anchor="end" dominant-baseline="middle">–</text></g>`;
  return markup`<g class="row ${grade(area.score)}"><title>${areaTitle(area)}</title>${label}<rect class="track" x="${track.start}%" y="${y + 6}" width="${track.width}%" height="15" rx="3"/><rect class="bar" x="${track.start}%" y="${y + 6}" width="${round((track.width * area.score) / 100)}%" height="15" rx="3"/><text class="value" x="100%" y="${middle}" text-anchor="end" dominant-baseline="middle">${area.score}</text></g>`;
}

function areaTitle({ area, score, findings }: AreaScore): string {
  const counts = [plural(findings.error, 'error'), plural(findings.warning, 'warning'), plural(findings.note, 'note')];
  return `${area} ${score}: ${counts.join(', ')}`;
}

/** The mark on a hull: a disc with a line through it, at the mean of all areas. */
function loadLine(score: Score, height: number): Markup {
  if (score.loadLine === undefined) return markup``;
  const x = at(score.loadLine);
  const right = score.loadLine > 70;
  return markup`<g class="loadline" aria-hidden="true"><line x1="${x}%" x2="${x}%" y1="26" y2="${height - 22}"/><circle cx="${x}%" cy="16" r="9"/><svg x="${x}%" y="16" overflow="visible"><line x1="-15" x2="15" y1="0" y2="0"/><text x="${right ? -21 : 21}" y="1" text-anchor="${right ? 'end' : 'start'}" dominant-baseline="middle">load line ${score.loadLine}</text></svg></g>`;
}

/** Every build context as a bar to one scale; what is sent for nothing is hatched. */
export function contextFigure({ contexts }: Inventory): Markup {
  const largest = Math.max(0, ...contexts.map(({ bytes }) => bytes));
  if (largest === 0) return markup``;
  const ordered = [...contexts].sort((a, b) => b.bytes - a.bytes);
  const rows = ordered.slice(0, contextsAtMost).map((context) => contextRow(context, largest));
  const left = ordered.length - rows.length;
  const more = left > 0 ? markup`<li>and ${left} smaller</li>` : markup``;
  return markup`<figure class="contexts">
<svg width="0" height="0" aria-hidden="true"><defs><pattern id="hatch" width="7" height="7" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect class="hatch-ground" width="7" height="7"/><line class="hatch-line" x1="0" x2="0" y1="0" y2="7"/></pattern></defs></svg>
<ul>${rows}${more}</ul>
<figcaption><span class="key needed"></span> needed by an instruction <span class="key unneeded"></span> sent for nothing; bars are to one scale</figcaption></figure>`;
}

function contextRow({ path, files, bytes, unneededBytes }: Inventory['contexts'][number], largest: number): Markup {
  const unneeded = (100 * Math.min(bytes, unneededBytes)) / largest;
  const needed = (100 * bytes) / largest - unneeded;
  const note = unneededBytes > 0 ? `${bytesText(unneededBytes)} for nothing` : 'all of it needed';
  return markup`<li><code>${path === '' ? '.' : path}</code> <span>${bytesText(bytes)}, ${plural(files, 'file')}: ${note}</span>
<svg width="100%" height="16" aria-hidden="true"><rect class="needed" x="0" y="0" width="${round(needed)}%" height="16"/><rect class="unneeded" x="${round(needed)}%" y="0" width="${round(unneeded)}%" height="16" fill="url(#hatch)"/></svg></li>`;
}

function at(score: number): number {
  return round(track.start + (track.width * score) / 100);
}

function round(percent: number): number {
  return Math.round(percent * 100) / 100;
}

function grade(score: number): string {
  if (score >= 90) return 'good';
  return score >= 50 ? 'fair' : 'poor';
}
