import type { FixProof } from '../core/evidence.ts';
import type { Fix } from '../core/fix.ts';
import type { AppliedFix, ChangedFile, FixReport, OfferedFix } from '../core/fix-report.ts';
import { printable } from '../core/printable.ts';
import { type Hunk, type HunkLine, hunksOf } from './internal/changed-lines.ts';
import { truncate } from './internal/display-width.ts';
import { likeProblems, othersText } from './internal/like-problems.ts';
import { maskedHunk } from './internal/masked-lines.ts';
import { proofBlocks } from './internal/proof-blocks.ts';
import { type Page, paint, paragraph, row, type Span, type Style, widthOf } from './internal/terminal-lines.ts';
import { plural, secondsText } from './internal/wording.ts';
import { fixProofText } from './proof-view.ts';

export interface FixTerminalOptions {
  /** Width of the terminal; taken as 40 to 200. */
  readonly columns: number;
  readonly color: boolean;
}

/** Fixes with a question that are shown, and taken back ones: the rest is counted. */
const shownAtMost = 20;

/**
 * The repair as a person reads it in a terminal: each file's changes with the rules that made them, what is left to decide, what was
 * not done and why. Nothing that came from a file can control the terminal, and no secret is shown.
 */
export function renderFixes(report: FixReport, options: FixTerminalOptions): string {
  const page: Page = { columns: Math.min(200, Math.max(40, options.columns)), color: options.color };
  const open = openByPath(report);
  const changed = new Set(report.files.map(({ path }) => path));
  const blocks = [
    header(report, page),
    ...report.files.map((file) => renderFile(report, file, open.get(file.path) ?? [], page)),
    ...[...open].flatMap(([path, fixes]) => (changed.has(path) ? [] : [openFile(path, fixes, page)])),
    report.leftAlone.flatMap(({ path, reason, remedy }) =>
      labelled('left alone', `${path}: ${reason} ${remedy}`, page),
    ),
    withdrawnLines(report, page),
    leftAloneLines(report, page),
    report.complete
      ? []
      : labelled(
          'not done',
          `There was still something to repair after ${report.rounds} rounds: run the command again.`,
          page,
        ),
    ...proofBlocks(report, page),
  ];
  return blocks
    .filter((block) => block.length > 0)
    .map((block) => `${block.map((line) => line.trimEnd()).join('\n')}\n`)
    .join('\n');
}

/** What could not be read. */
function leftAloneLines({ problems }: FixReport, page: Page): string[] {
  return likeProblems(problems).flatMap((each) => {
    const { path, message } = each.first;
    const others = othersText(each);
    return labelled('left alone', `${path}: ${message}${others === '' ? '' : `. ${others}`}`, page);
  });
}

/** One fix by itself, for who decides about it: what it changes, why, and what is not known. `files`: its changes alone, as fix 1. */
export function renderOneFix(offered: OfferedFix, files: readonly ChangedFile[], options: FixTerminalOptions): string {
  const page: Page = { columns: Math.min(200, Math.max(40, options.columns)), color: options.color };
  const { finding, fix } = offered;
  const { path, start, range } = finding.locations[0];
  const applied: AppliedFix[] = [{ ...offered, id: 1, round: 1 }];
  const lines = [
    ...row(
      [
        { text: `${printable(path)}${range ? `:${start.line}` : ''}`, style: 'bold' },
        { text: `  ${printable(fix.title)}` },
      ],
      [{ text: printable(finding.rule), style: 'dim' }],
      page,
    ),
    ...paragraph([{ text: '  ' }], { text: printable(finding.message) }, [], page),
    '',
    ...files.flatMap((file) => [
      ...(files.length > 1 ? [paint([{ text: `  ${printable(file.path)}`, style: 'bold' }], page)] : []),
      ...hunksOf(file, 2).flatMap((hunk) => hunkLines({ applied }, file, hunk, page)),
    ]),
    ...questionsOf(fix).flatMap((question) => labelled('  question', question, page)),
  ];
  return `${lines.map((line) => line.trimEnd()).join('\n')}\n`;
}

/** Why a fix is offered and what it assumes. */
export function renderReasons({ finding, fix }: OfferedFix, options: FixTerminalOptions): string {
  const page: Page = { columns: Math.min(200, Math.max(40, options.columns)), color: options.color };
  const states = { holds: 'known', fails: 'not so', unknown: 'not known' } as const;
  const lines = [
    ...labelled('  why', finding.why, page),
    ...(finding.cost ? labelled('  cost', finding.cost.derivation, page) : []),
    ...fix.assumptions.flatMap(({ statement, state }) => labelled(`  ${states[state]}`, statement, page)),
    ...labelled('  more', `plimsoll explain ${finding.rule}`, page),
  ];
  return `${lines.join('\n')}\n`;
}

function questionsOf({ assumptions }: OfferedFix['fix']): string[] {
  return assumptions.flatMap(({ question }) => question ?? []);
}

function header(report: FixReport, page: Page): string[] {
  const name: Span = { text: truncate(printable(report.name), Math.min(30, page.columns / 2)), style: 'bold' };
  const open = report.open.filter(({ class: kind }) => kind === 'review').length;
  const parts = [
    report.files.length === 0
      ? 'nothing to repair'
      : `${plural(report.applied.length, 'fix', 'fixes')} in ${plural(report.files.length, 'file')}`,
    ...(open > 0 ? [`${open} left for you`] : []),
    ...(report.withoutFix > 0 ? [`${plural(report.withoutFix, 'finding')} without a fix`] : []),
  ];
  const time: Span = { text: secondsText(report.seconds), style: 'dim' };
  return row([name, { text: `   ${parts.join(' · ')}` }], [time], page);
}

/** Fixes that wait for an answer, by the file of their finding. */
function openByPath({ open }: FixReport): Map<string, OfferedFix[]> {
  const byPath = new Map<string, OfferedFix[]>();
  for (const each of open) {
    if (each.class !== 'review') continue;
    const { path } = each.finding.locations[0];
    const known = byPath.get(path);
    if (known) known.push(each);
    else byPath.set(path, [each]);
  }
  return byPath;
}

function renderFile(report: FixReport, file: ChangedFile, open: readonly OfferedFix[], page: Page): string[] {
  const fixes = new Set(file.places.flatMap((place) => place.fixes));
  const counts = [
    file.before === undefined ? 'new file' : plural(fixes.size, 'fix', 'fixes'),
    ...(open.length > 0 ? [`${open.length} left for you`] : []),
  ];
  return [
    ...row([{ text: printable(file.path), style: 'bold' }], [{ text: counts.join(', '), style: 'dim' }], page),
    '',
    ...hunksOf(file, 2).flatMap((hunk) => hunkLines(report, file, hunk, page)),
    ...open.slice(0, shownAtMost).flatMap((fix) => openLines(fix, page)),
    ...more(open.length - shownAtMost, page),
  ];
}

function openFile(path: string, fixes: readonly OfferedFix[], page: Page): string[] {
  return [
    ...row([{ text: printable(path), style: 'bold' }], [{ text: `${fixes.length} left for you`, style: 'dim' }], page),
    '',
    ...fixes.slice(0, shownAtMost).flatMap((fix) => openLines(fix, page)),
    ...more(fixes.length - shownAtMost, page),
  ];
}

function more(count: number, page: Page): string[] {
  return count > 0 ? [paint([{ text: `  and ${count} more`, style: 'dim' }], page)] : [];
}

/** The changes of one hunk, with the rules at the end of each change. */
function hunkLines(report: Pick<FixReport, 'applied'>, file: ChangedFile, hunk: Hunk, page: Page): string[] {
  const secret = new Set(
    report.applied.filter(({ fix }) => fix.holdsSecret && !writesSecretFile(fix)).map(({ id }) => id),
  );
  const rules = new Map(report.applied.map((fix) => [fix.id, fix]));
  const hidden = hiddenLines(hunk, secret);
  const where =
    file.before === undefined ? [] : [paint([{ text: `  line ${hunk.beforeStart + 1}`, style: 'dim' }], page)];
  return [
    ...where,
    ...maskedHunk(file, hunk).lines.flatMap((line, at) => {
      const text = hidden.has(at) ? '(not shown: it holds a secret)' : shown(line);
      return changeRow({ ...line, text }, labelOf(line, rules), page);
    }),
    '',
  ];
}

/** The secret is in a file of its own, whose values are masked one by one. */
export function writesSecretFile({ changes }: Fix): boolean {
  return changes.newFiles?.some(({ secret }) => secret === true) === true;
}

/** Added lines of a change in which a fix had a hand that writes a secret. */
function hiddenLines({ lines }: Hunk, secret: ReadonlySet<number>): ReadonlySet<number> {
  const hidden = new Set<number>();
  let inChange = false;
  for (let at = lines.length - 1; at >= 0; at--) {
    const line = lines[at];
    if (line?.kind === 'kept') inChange = false;
    if (line?.fixes) inChange = line.fixes.some((id) => secret.has(id));
    if (inChange && line?.kind === 'added') hidden.add(at);
  }
  return hidden;
}

function shown({ text }: HunkLine): string {
  return printable(text.replace(/\r?\n$/, '').replace(/\t/g, '    ')).replace(/^\uFEFF/, '');
}

function labelOf({ fixes = [] }: HunkLine, applied: ReadonlyMap<number, AppliedFix>): string {
  const names = fixes.flatMap((id) => {
    const fix = applied.get(id);
    return fix === undefined ? [] : `${fix.finding.rule}${wordOf(fix.proof)}`;
  });
  return [...new Set(names)].join(', ');
}

function wordOf(proof: FixProof | undefined): string {
  if (proof === undefined) return '';
  return proof.verdict === 'proved' ? ' (proved)' : ' (a proof took it back)';
}

const looks: Readonly<Record<HunkLine['kind'], { readonly mark: string; readonly style?: Style }>> = {
  kept: { mark: '    ' },
  removed: { mark: '  - ', style: 'red' },
  added: { mark: '  + ', style: 'green' },
};

function changeRow({ kind, text }: HunkLine, label: string, page: Page): string[] {
  const { mark, style } = looks[kind];
  const line: Span = { text: `${mark}${text}`, ...(style && { style }) };
  return row([line], label === '' ? [] : [{ text: truncate(label, page.columns), style: 'dim' }], page);
}

function openLines({ finding, fix, proof }: OfferedFix, page: Page): string[] {
  const { start, range } = finding.locations[0];
  const lead: Span[] = [{ text: '  left for you  ', style: 'magenta' }];
  const questions = questionsOf(fix);
  const indent: Span[] = [{ text: ' '.repeat(widthOf(lead)) }];
  return [
    ...paragraph(
      lead,
      { text: `${range ? `line ${start.line}: ` : ''}${printable(fix.title)}` },
      [{ text: printable(finding.rule), style: 'dim' }],
      page,
    ),
    ...questions.flatMap((question) => paragraph(indent, { text: printable(question), style: 'cyan' }, [], page)),
    ...(proof ? paragraph(indent, { text: printable(fixProofText(proof)), style: 'green' }, [], page) : []),
  ];
}

function withdrawnLines({ withdrawn }: FixReport, page: Page): string[] {
  return [
    ...withdrawn.slice(0, shownAtMost).flatMap(({ finding, fix, reason }) => {
      const { path, start } = finding.locations[0];
      return labelled('taken back', `${path}:${start.line}: ${fix.title} (${finding.rule}): ${reason}`, page);
    }),
    ...more(withdrawn.length - shownAtMost, page),
  ];
}

function labelled(label: string, text: string, page: Page): string[] {
  return paragraph([{ text: `${label.padEnd(12)}`, style: 'yellow' }], { text: printable(text) }, [], page);
}
