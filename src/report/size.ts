import { jsonText } from '../core/json-text.ts';
import { printable } from '../core/printable.ts';
import type { GrownFile, SizeCause, SizedCommitName, SizeReport, SizeStep } from '../core/size-report.ts';
import { type Page, paint, paragraph } from './internal/terminal-lines.ts';
import { bytesText, plural } from './internal/wording.ts';
import { joinBlocks, pageOf } from './terminal.ts';

/** Goes up when a field is renamed, removed or means something else. */
export const sizesVersion = 1;

interface Options {
  readonly columns: number;
  readonly color: boolean;
}

const shownCauses = 4;
const shownFiles = 3;

/** Which commits made an image grow, for a terminal: the one that crossed the budget first. */
export function renderSizes(report: SizeReport, options: Options): string {
  const page = pageOf(options);
  const { crossing, growth } = report;
  const others = growth.filter(({ commit }) => commit.id !== crossing?.commit.id);
  return joinBlocks([
    head(report, page),
    ...(crossing ? [[paint([{ text: 'Crossed the budget', style: 'bold' }], page), ...step(crossing, page)]] : []),
    ...(others.length > 0
      ? [paint([{ text: crossing ? 'Also changed its size' : 'Changed its size', style: 'bold' }], page)].map(
          (title) => [title, ...others.flatMap((each) => step(each, page))],
        )
      : []),
    report.gaps.flatMap((gap) => paragraph([], { text: `Not decided: ${printable(gap)}` }, [], page)),
  ]);
}

function head(report: SizeReport, page: Page): string[] {
  const { dockerfile, budget, oldest, newest, oldestBytes, newestBytes, verdict } = report;
  const size = newestBytes === undefined ? 'size not known without a build' : bytesText(newestBytes);
  const words = {
    'over budget': 'more than',
    'within budget': 'within',
    'not known': 'perhaps within',
    'no budget': '',
  };
  const than = budget ? `: ${words[verdict]} ${bytesText(budget.bytes)} (${printable(budget.source)})` : '';
  const before = oldestBytes === undefined ? '' : `, ${bytesText(oldestBytes)} at ${name(oldest)}`;
  const read = `${plural(report.commits, 'commit')} from ${name(oldest)} to ${name(newest)}, ${plural(report.builds, 'build')}`;
  const failed = report.unbuildable > 0 ? `; ${plural(report.unbuildable, 'commit')} cannot be built` : '';
  return [
    ...paragraph([], { text: `${printable(dockerfile)}   ${size}${than}${before}`, style: 'bold' }, [], page),
    ...paragraph([], { text: `${read}${failed}`, style: 'dim' }, [], page),
  ];
}

function name({ id }: SizedCommitName): string {
  return id.slice(0, 10);
}

function step({ commit, bytes, imageBytes, causes }: SizeStep, page: Page): string[] {
  const size = bytes === undefined ? 'size not known without a build' : signed(bytes);
  const then = imageBytes === undefined ? [] : [{ text: `${bytesText(imageBytes)} then`, style: 'dim' as const }];
  return [
    ...paragraph(
      [{ text: `  ${name(commit)}  `, style: 'yellow' }],
      { text: `${size}  ${printable(commit.subject)}` },
      then,
      page,
    ),
    ...causes.slice(0, shownCauses).flatMap((each) => cause(each, page)),
    ...(causes.length > shownCauses ? [`      ${plural(causes.length - shownCauses, 'smaller reason')} more`] : []),
  ];
}

function cause({ line, instruction, why, bytes, basis, files }: SizeCause, page: Page): string[] {
  const size = bytes === undefined ? 'unknown' : signed(bytes);
  return [
    ...paragraph(
      [{ text: '      ' }],
      { text: `line ${line}: ${printable(instruction)}: ${printable(why)}` },
      [
        { text: `${size} ` },
        { text: basis === 'files' ? '(files)' : bytes === undefined ? '(build it)' : '(built)', style: 'dim' },
      ],
      page,
    ),
    ...files
      .slice(0, shownFiles)
      .flatMap((file) => paragraph([{ text: '        ' }], { text: fileText(file), style: 'dim' }, [], page)),
  ];
}

function fileText({ path, bytes, why }: GrownFile): string {
  return `${signed(bytes)}  ${printable(path)}  ${why}`;
}

function signed(bytes: number): string {
  return `${bytes < 0 ? '−' : '+'}${bytesText(Math.abs(bytes))}`;
}

/** The same for programs: `schemas/bisect-size.schema.json`. */
export function sizesJson(report: SizeReport): string {
  const stepJson = ({ bytes, imageBytes, causes, ...rest }: SizeStep) => ({
    ...rest,
    bytes: bytes ?? null,
    imageBytes: imageBytes ?? null,
    causes: causes.map((each) => ({ ...each, bytes: each.bytes ?? null })),
  });
  const { budget, oldestBytes, newestBytes, crossing, growth, ...rest } = report;
  const whole = {
    format: 'plimsoll-bisect-size',
    version: sizesVersion,
    ...rest,
    budget: budget ?? null,
    oldestBytes: oldestBytes ?? null,
    newestBytes: newestBytes ?? null,
    crossing: crossing ? stepJson(crossing) : null,
    growth: growth.map(stepJson),
  };
  return jsonText(whole);
}
