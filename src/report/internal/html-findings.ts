import type { Finding, Location } from '../../core/finding.ts';
import { fixClass } from '../../core/fix.ts';
import type { Report } from '../../core/report.ts';
import { fixProofText } from '../proof-view.ts';
import { docsByRule, excerptOf, type FileGroup, groupByFile } from './findings.ts';
import { type Markup, markup, sourceText } from './markup.ts';
import { costFigures, linkParts } from './wording.ts';

/** All findings, by file in the order of what matters most, each with what the filter of the page looks at. */
export function findingSections(report: Report): Markup[] {
  const docs = docsByRule(report);
  return groupByFile(report, report.findings).map((group) => fileSection(report, group, docs));
}

function fileSection(report: Report, group: FileGroup, docs: ReadonlyMap<string, string>): Markup {
  const links = group.links.filter((link) => link.image !== undefined || link.runBy.length > 0);
  const chains = links.map((link) => markup`<p class="chain">${arrows(linkParts(link))}</p>`);
  return markup`<section class="file"><h3>${group.path}</h3>${chains}
${group.findings.map((finding) => article(report, finding, docs.get(finding.rule)))}</section>
`;
}

/** `a → b → c`, each part on its own so that lines break between them. */
export function arrows(parts: readonly string[]): Markup[] {
  return parts.map((part, index) =>
    index === 0 ? markup`<span>${part}</span>` : markup` <i>→</i> <span>${part}</span>`,
  );
}

function article(report: Report, finding: Finding, docs: string | undefined): Markup {
  const { path, start, range } = finding.locations[0];
  const word = finding.severity;
  return markup`<article class="finding ${word}" data-severity="${word}" data-area="${finding.area}" data-file="${path}">
<header><span class="badge">${word}</span><h4>${finding.message}</h4><code class="rule">${finding.rule}</code></header>
<p class="place">${path}${range ? `:${start.line}:${start.column}` : ', the whole file'}</p>
${excerpt(report, finding)}${costLine(finding)}
<dl><dt>Why</dt><dd>${finding.why}</dd><dt>Do</dt><dd>${finding.remedy}</dd>${fixRow(finding)}</dl>
${more(finding, docs)}</article>
`;
}

/** The line with the part that is meant marked. */
function excerpt(report: Report, finding: Finding): Markup {
  const line = excerptOf(report, finding);
  if (line === undefined) return markup``;
  const { start, end } = finding.locations[0];
  const from = Math.min(line.length, start.column - 1);
  const to = end.line === start.line ? Math.max(from, Math.min(line.length, end.column - 1)) : line.length;
  const marked = to > from ? markup`<mark>${sourceText(line.slice(from, to))}</mark>` : markup``;
  return markup`<pre tabindex="0"><span class="number">${start.line}</span><code>${sourceText(line.slice(0, from))}${marked}${sourceText(line.slice(to))}</code></pre>`;
}

function costLine({ cost }: Finding): Markup {
  if (!cost) return markup``;
  const figures = costFigures(cost);
  return markup`<p class="cost"><strong>${figures === '' ? 'cost' : figures}</strong> <span class="basis">${cost.basis}</span> ${cost.derivation}</p>
`;
}

function fixRow({ fix, proof }: Finding): Markup {
  const kind = fix && fixClass(fix);
  if (!fix || !kind) return markup``;
  const shown = proof?.verdict === 'proved' ? 'proved' : kind;
  const text = proof === undefined ? undefined : markup`<dt>Proof</dt><dd>${fixProofText(proof)}</dd>`;
  return markup`<dt>Fix</dt><dd>${fix.title} <span class="class ${shown}">${shown}</span></dd>${text}`;
}

/** What only some readers want: other places, what the fix assumes, ids of other tools. */
function more(finding: Finding, docs: string | undefined): Markup {
  const [, ...others] = finding.locations;
  const kind = finding.fix && fixClass(finding.fix);
  const assumptions = kind ? (finding.fix?.assumptions ?? []) : [];
  const parts = [
    ...list('Other places', others.map(place)),
    ...list(
      'The fix assumes',
      assumptions.map(
        ({ statement, state, question }) => markup`${statement} <em>${state}</em>${question ? ` ${question}` : ''}`,
      ),
    ),
    ...list(
      'Other tools call it',
      finding.peers.map((peer) => markup`<code>${peer}</code>`),
    ),
    ...(docs === undefined ? [] : [markup`<p>${documentation(docs)}</p>`]),
  ];
  if (parts.length === 0) return markup``;
  return markup`<details><summary>More</summary>${parts}</details>
`;
}

function documentation(docs: string): Markup {
  if (!/^https?:\/\//.test(docs)) return markup`Documentation: <code>${docs}</code>`;
  return markup`<a href="${docs}" rel="noreferrer">Documentation</a>`;
}

function place({ path, start, range, note }: Location): Markup {
  return markup`<code>${path}${range ? `:${start.line}` : ''}</code>${note ? ` ${note}` : ''}`;
}

function list(title: string, items: readonly Markup[]): Markup[] {
  if (items.length === 0) return [];
  return [markup`<h5>${title}</h5><ul>${items.map((item) => markup`<li>${item}</li>`)}</ul>`];
}
