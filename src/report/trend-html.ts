import type { TrackedFinding, TrendReport } from '../core/trend-report.ts';
import { trendMultiples } from './internal/html-multiples.ts';
import { htmlPage } from './internal/html-page.ts';
import { type Markup, markup } from './internal/markup.ts';
import { plural } from './internal/wording.ts';
import { ageText, commitText } from './trend.ts';

const rowsAtMost = 200;

/** How the runs of a project went, as one page that needs nothing else. */
export function renderTrendHtml(trend: TrendReport, version: string): string {
  const { project, kind, subject, branch, points, newOnes, comeBack, fixed, open } = trend;
  const last = points.at(-1);
  const line = last?.loadLine;
  return htmlPage({
    title: `${project}: trend · Plimsoll`,
    heading: project,
    looked: `${kind} ${subject}${branch === undefined ? '' : ` on ${branch}`} · ${plural(points.length, 'run')}, ${points[0]?.at.slice(0, 10) ?? ''} to ${last?.at.slice(0, 10) ?? ''}`,
    gauge: line === undefined ? undefined : { value: line, of: 'load line' },
    body: markup`<section class="panel"><h2>Over time</h2>${trendMultiples(trend)}</section>
${table('New', newOnes)}${table('Come back', comeBack)}${table('Fixed', fixed)}${table('Open', open)}
<footer>Made by plimsoll ${version}. New, come back and fixed are so since ${trend.since}.</footer>`,
  });
}

function table(title: string, findings: readonly TrackedFinding[]): Markup {
  if (findings.length === 0) return markup``;
  const rows = findings.slice(0, rowsAtMost).map((each) => {
    const { finding, openSince, before, fixed } = each;
    const { severity, path, line, rule, message } = finding;
    // No run before looked for it: it came with that commit or with an earlier one.
    const orBefore = (text: string) => (before === undefined && text !== '' ? `${text} or before` : text);
    return markup`<tr><td>${severity}</td><td><code>${path}:${line}</code></td><td><code>${rule}</code></td><td>${message}</td><td>${orBefore(openSince.at.slice(0, 10))}</td><td>${orBefore(commitText(openSince))}</td><td>${fixed ? `fixed ${fixed.at.slice(0, 10)}` : ageText(each)}</td></tr>`;
  });
  const more = findings.length - rows.length;
  const heads = ['severity', 'place', 'rule', 'finding', 'since', 'commit', 'age'].map(
    (name) => markup`<th scope="col">${name}</th>`,
  );
  return markup`<section class="panel"><h2>${title} (${findings.length})</h2><div class="scroll" tabindex="0"><table><tr>${heads}</tr>${rows}</table></div>${more > 0 ? markup`<p>and ${more} more</p>` : markup``}</section>`;
}
