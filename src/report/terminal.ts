import type { Finding, Location } from '../core/finding.ts';
import { fixClass } from '../core/fix.ts';
import { printable, printableExcerpt } from '../core/printable.ts';
import type { ReadProblem, Report } from '../core/report.ts';
import type { Severity } from '../core/severity.ts';
import { clusterBlock } from './internal/cluster-terminal.ts';
import { displayWidth, truncate, wrap } from './internal/display-width.ts';
import { countByRule, excerptOf, type FileGroup, groupByFile } from './internal/findings.ts';
import { type LikeProblems, likeProblems, othersText } from './internal/like-problems.ts';
import { proofBlocks } from './internal/proof-blocks.ts';
import {
  type Page,
  paint,
  paragraph,
  rightAligned,
  row,
  type Span,
  type Style,
  widthOf,
} from './internal/terminal-lines.ts';
import { renderScore } from './internal/terminal-score.ts';
import { stepLines } from './internal/terminal-steps.ts';
import {
  costFigures,
  countsText,
  hasSubjects,
  inventoryParts,
  isWithoutImages,
  linkParts,
  plural,
  safeFixCount,
  secondsText,
  suppressedText,
} from './internal/wording.ts';
import { fixProofText } from './proof-view.ts';

export interface TerminalOptions {
  /** Width of the terminal; taken as 40 to 200. */
  readonly columns: number;
  readonly color: boolean;
  /** Show every finding, not only the first 20. */
  readonly all: boolean;
  /** Commands that can be offered as the next step: `explain`, `fix`, `prove`. */
  readonly commands: readonly string[];
  /** What was audited as it is typed in a shell; without it a report's target stands for it, and `…` for one that would need quoting. */
  readonly place?: string | undefined;
}

const shownAtMost = 20;

const severityStyles: Record<Severity, { readonly word: string; readonly style: Style }> = {
  error: { word: 'error', style: 'red' },
  warning: { word: 'warn ', style: 'yellow' },
  note: { word: 'note ', style: 'cyan' },
};

/**
 * The report as a person reads it in a terminal: what was looked at, what matters most and what it costs, what can be
 * repaired, what to type next. No line is wider than the columns, but for what to type with a long path, and nothing that came
 * from a file can control the terminal. Never for a pipe: that is `renderPlain`.
 */
export function renderTerminal(report: Report, options: TerminalOptions): string {
  const page = pageOf(options);
  const shown = options.all ? report.findings : report.findings.slice(0, shownAtMost);
  const clean = report.findings.length === 0;
  const blocks = [
    header(report, page),
    clusterBlock(report.inventory.cluster, options.all, page),
    ...groupByFile(report, shown).map((group) => fileGroup(report, group, page)),
    remainder(report.findings.slice(shown.length), page),
    ...likeProblems(report.problems).map((problems) => problemLines(problems, page)),
    ...proofBlocks(report, page),
    clean ? [] : [...renderScore(report.score, page), ...totals(report, page)],
    nextSteps(report, shown.length, options, page),
  ];
  return joinBlocks(blocks);
}

export function pageOf({ columns, color }: Pick<TerminalOptions, 'columns' | 'color'>): Page {
  return { columns: Math.min(200, Math.max(40, columns)), color };
}

/** Blocks of lines with an empty line between them; empty ones are left out. */
export function joinBlocks(blocks: readonly (readonly string[])[]): string {
  return `${blocks
    .filter((block) => block.length > 0)
    .map((block) => `${block.map((line) => line.trimEnd()).join('\n')}\n`)
    .join('\n')}`;
}

/** The worst findings by their files, how many are left, what was not read, and the score: for reports with a head of their own. */
export function findingBlocks(report: Report, atMost: number, page: Page): readonly (readonly string[])[] {
  const shown = report.findings.slice(0, atMost);
  return [
    ...groupByFile(report, shown).map((group) => fileGroup(report, group, page)),
    remainder(report.findings.slice(shown.length), page),
    ...likeProblems(report.problems).map((problems) => problemLines(problems, page)),
    ...(report.findings.length === 0 ? [] : [[...renderScore(report.score, page), ...totals(report, page)]]),
  ];
}

function header(report: Report, page: Page): string[] {
  const name: Span = { text: truncate(printable(report.name), Math.min(30, page.columns / 2)), style: 'bold' };
  const parts = inventoryParts(report.inventory).map(printable);
  const time: Span = { text: secondsText(report.seconds), style: 'dim' };
  if (report.findings.length > 0) return paragraph([name, { text: '   ' }], { text: parts.join(' · ') }, [time], page);
  const looked = hasSubjects(report.inventory) ? `nothing found in ${parts.join(', ')}` : parts.join(', ');
  const room = page.columns - widthOf([name, time]) - 5;
  const suppressed = suppressedText(report);
  return [
    ...row([name, { text: `   ${truncate(looked, room)}` }], [time], page),
    ...(suppressed ? paragraph([], { text: suppressed }, [], page) : []),
  ];
}

function fileGroup(report: Report, group: FileGroup, page: Page): string[] {
  const links = group.links.slice(0, 3).map(linkParts);
  const more = group.links.length - links.length;
  const titles = links.length === 0 ? [[group.path]] : links;
  return [
    ...titles.flatMap((parts) => paragraph([], { text: parts.map(printable).join('  →  '), style: 'bold' }, [], page)),
    ...(more > 0 ? [`and in ${plural(more, 'more way')}`] : []),
    '',
    ...group.findings.flatMap((finding) => findingLines(report, finding, page)),
  ];
}

function findingLines(report: Report, finding: Finding, page: Page): string[] {
  const indent = { text: ' '.repeat(page.columns < 60 ? 4 : 12) };
  const excerpt = printableExcerpt(excerptOf(report, finding) ?? '');
  const message = { text: printable(finding.message) };
  const cost = costTail(finding);
  const first =
    excerpt === ''
      ? [
          ...firstLines(finding, (columns) => wrap(message.text, columns), page),
          ...(cost.length > 0 ? rightAligned(cost, page) : []),
        ]
      : [
          ...firstLines(finding, (columns) => [truncate(excerpt, columns)], page),
          ...paragraph([indent, { text: '╰ ', style: 'dim' }], message, cost, page),
        ];
  return [...first, ...otherPlaces(finding.locations.slice(1), indent, page), ...repair(finding, indent, page)];
}

function costTail({ cost }: Finding): Span[] {
  const figures = cost && costFigures(cost);
  if (!cost || !figures) return [];
  return [
    { text: figures, style: 'bold' },
    { text: ` (${cost.basis})`, style: 'dim' },
  ];
}

/** Severity, line and text; the rule's id at the right, on a line of its own where the text would get too short. */
function firstLines(finding: Finding, text: (columns: number) => string[], page: Page): string[] {
  const { word, style } = severityStyles[finding.severity];
  const place = finding.locations[0];
  const line = (place.range ? String(place.start.line) : '-').padStart(4);
  const lead: Span[] = [{ text: word, style }, { text: ` ${line}  ` }];
  const hanging: Span[] = [{ text: ' '.repeat(widthOf(lead)) }];
  const rule: Span = { text: truncate(printable(finding.rule), page.columns), style: 'dim' };
  const room = page.columns - widthOf(lead);
  const beside = room - displayWidth(rule.text) - 2;
  const [whole = ''] = text(room);
  const fits = beside >= Math.min(20, displayWidth(whole));
  const lines = text(fits ? beside : room);
  return lines.flatMap((content, index) =>
    row(
      [...(index === 0 ? lead : hanging), { text: content }],
      (fits ? index === 0 : index === lines.length - 1) ? [rule] : [],
      page,
    ),
  );
}

function otherPlaces(places: readonly Location[], indent: Span, page: Page): string[] {
  const lines = places.slice(0, 3).flatMap(({ path, start, range, note }) => {
    const place = `${printable(path)}${range ? `:${start.line}` : ''}`;
    return paragraph(
      [indent, { text: 'also  ', style: 'dim' }],
      { text: note ? `${place}  ${printable(note)}` : place },
      [],
      page,
    );
  });
  const more = places.length - 3;
  return more > 0
    ? [...lines, paint([indent, { text: `also  ${plural(more, 'more place')}`, style: 'dim' }], page)]
    : lines;
}

function repair({ fix, remedy, proof }: Finding, indent: Span, page: Page): string[] {
  const kind = fix && fixClass(fix);
  const proved = proof?.verdict === 'proved';
  if (!fix || !kind)
    return paragraph([indent, { text: 'do    ', style: 'dim' }], { text: printable(remedy) }, [], page);
  const style = kind === 'safe' || proved ? 'green' : 'magenta';
  return [
    ...paragraph(
      [indent, { text: 'fix   ', style: 'green' }],
      { text: printable(fix.title) },
      [{ text: proved ? 'proved' : kind, style }],
      page,
    ),
    ...(proof
      ? paragraph([indent, { text: 'proof ', style: 'dim' }], { text: printable(fixProofText(proof)) }, [], page)
      : []),
  ];
}

/** What is not shown, counted by rule. */
function remainder(findings: readonly Finding[], page: Page): string[] {
  if (findings.length === 0) return [];
  const counts = countByRule(findings).map(({ rule, worst, count }) => {
    const { word, style } = severityStyles[worst.severity];
    return paint(
      [
        { text: word, style },
        { text: `${String(count).padStart(4)} × ` },
        { text: truncate(printable(rule), page.columns - 12), style: 'dim' },
      ],
      page,
    );
  });
  return [paint([{ text: `and ${findings.length} more`, style: 'bold' }], page), '', ...counts];
}

function problemLines(problems: LikeProblems<ReadProblem>, page: Page): string[] {
  const { path, position, message, remedy } = problems.first;
  const others = othersText(problems);
  const place = `${printable(path)}${position ? `:${position.line}:${position.column}` : ''}`;
  return [
    ...paragraph([{ text: 'plimsoll: ', style: 'yellow' }], { text: `${place}: ${printable(message)}` }, [], page),
    ...[remedy, others].flatMap((text) =>
      text === '' ? [] : paragraph([{ text: '  ' }], { text: printable(text) }, [], page),
    ),
  ];
}

function totals(report: Report, page: Page): string[] {
  const safe = safeFixCount(report.findings);
  const parts = [
    countsText(report.findings),
    ...(safe > 0 ? [`${safe} can be repaired safely`] : []),
    ...(suppressedText(report) ? [suppressedText(report) ?? ''] : []),
  ];
  return paragraph([], { text: parts.join(' · ') }, [], page);
}

function nextSteps(report: Report, shown: number, options: TerminalOptions, page: Page): string[] {
  const first = report.findings[0]?.rule;
  const target = options.place === undefined ? targetWord(report.target) : ` ${options.place}`;
  const init: [string, string, string][] = [
    ['init', `plimsoll init${target}`, 'look for a program, and write what it lacks'],
  ];
  const ofFindings: [string, string, string][] = [
    ['fix', `plimsoll fix${target}`, 'see the repair as a diff'],
    ['prove', `plimsoll prove${target}`, 'build both and compare'],
    ['explain', `plimsoll explain ${printable(first ?? '')}`, 'why it matters, with examples'],
  ];
  const possible = [
    ...(isWithoutImages(report.inventory) ? init : []),
    // What is live is changed by its manifest, or by hand.
    ...(first === undefined ? [] : ofFindings.slice(report.inventory.cluster ? 2 : 0)),
  ];
  const offered = possible
    .filter(([command]) => options.commands.includes(command))
    .map(([, call, meaning]): [string, string] => [call, meaning]);
  if (shown < report.findings.length && options.commands.includes('audit'))
    offered.push([`plimsoll audit${target} --all`, `show all ${report.findings.length} findings`]);
  return stepLines(offered, page, options.place);
}

/** What was audited as it can be typed again; `…` where it would need quoting. */
function targetWord(target: string): string {
  if (target === '.' || target === '') return '';
  const isPlain = /^[\w./@:+][\w./@:+ -]*$/.test(target) || /^--cluster(?: [\w./@:+][\w./@:+-]*)?$/.test(target);
  return isPlain ? ` ${target}` : ' …';
}
