import { printable } from '../core/printable.ts';
import type {
  RebuildWork,
  ReplayedBuildReport,
  ReplayedFix,
  ReplayedInstruction,
  ReplayReport,
} from '../core/replay-report.ts';
import { displayWidth, truncate } from './internal/display-width.ts';
import { type Page, paint, paragraph, row, type Span } from './internal/terminal-lines.ts';
import { plural, secondsText } from './internal/wording.ts';
import { joinBlocks, pageOf } from './terminal.ts';

export interface ReplayTerminalOptions {
  readonly columns: number;
  readonly color: boolean;
  /** All reasons, commits and fixes, not only the first of each. */
  readonly all: boolean;
  /** What repairs the same place: `plimsoll fix web`. */
  readonly fixCommand: string;
}

const barCells = 10;
const shownFixes = 5;

/** The replay as a person reads it in a terminal: what was rebuilt how often and why, what that takes, and what would save most. */
export function renderReplay(report: ReplayReport, options: ReplayTerminalOptions): string {
  const page = pageOf(options);
  return joinBlocks([
    head(report, page),
    ...report.builds.flatMap((build) => buildBlocks(build, options, page)),
    notes(report, page),
  ]);
}

function head({ name, history, seconds }: ReplayReport, page: Page): string[] {
  const { commits, asked, oldest, newest, everyParent } = history;
  const range = `${oldest.id.slice(0, 8)} to ${newest.id.slice(0, 8)}`;
  const fewer = commits < asked ? `, all that there are (${asked} were asked for)` : '';
  return row(
    [
      { text: printable(name), style: 'bold' },
      { text: `   ${plural(commits, 'commit')}, ${range}${everyParent ? '' : ', first parents'}${fewer}` },
    ],
    [{ text: secondsText(seconds), style: 'dim' }],
    page,
  );
}

function buildBlocks(build: ReplayedBuildReport, options: ReplayTerminalOptions, page: Page): string[][] {
  const { all } = options;
  const { replay, as } = build;
  const title: Span[] = [
    { text: printable(build.dockerfile), style: 'bold' },
    {
      text: `   context ${printable(build.context)}${build.target === undefined ? '' : ` · target ${printable(build.target)}`}`,
    },
    { text: as === 'current' ? ' · as it is now, at each commit' : ' · as it was at each commit' },
  ];
  const builds = replay.commits.length;
  if (builds === 0) return [[paint(title, page), ...notBuilt(build, all, page)]];
  return [
    [
      paint(title, page),
      paint([{ text: `  rebuilt in … of ${plural(builds, 'build')}`, style: 'dim' }], page),
      ...replay.instructions.flatMap((instruction) => instructionLines(instruction, builds, all, page)),
    ],
    [...workLines(build, builds, page), ...missingLines(build, page), ...notBuilt(build, all, page)],
    fixLines(build, options, page),
  ];
}

function instructionLines(instruction: ReplayedInstruction, builds: number, all: boolean, page: Page): string[] {
  const { rebuilt, unknown, line, text, cost, begins, reasons } = instruction;
  const filled = Math.round((barCells * rebuilt) / builds);
  const open = Math.min(barCells - filled, Math.round((barCells * unknown) / builds));
  const bar: Span[] = [
    { text: `  ${'█'.repeat(filled)}`, style: 'red' },
    { text: '░'.repeat(open), style: 'yellow' },
    { text: `${'·'.repeat(barCells - filled - open)} `, style: 'dim' },
  ];
  const count = `${rebuilt}${unknown > 0 ? ` +${unknown}?` : ''}`.padStart(8);
  const takes = `${cost.basis === 'estimated' ? '~' : ''}${secondsText(cost.seconds ?? 0)}`;
  const width = Math.max(20, page.columns - barCells - 3 - 8 - 6 - displayWidth(takes) - 4);
  const lines = row(
    [
      ...bar,
      { text: count },
      { text: `${line}`.padStart(5), style: 'dim' },
      { text: ` ${truncate(printable(text), width)}` },
    ],
    [{ text: takes, style: 'dim' }],
    page,
  );
  if (begins === 0) return lines;
  const shown = reasons
    .slice(0, all ? undefined : 3)
    .map(({ text: reason, times }) => `${printable(reason)} ${times}×`);
  const more = reasons.length > shown.length ? `, ${reasons.length - shown.length} more` : '';
  const prefix = [{ text: `${' '.repeat(barCells + 11)}╰ ` }];
  return [
    ...lines,
    ...paragraph(prefix, { text: `begins here ${begins}×: ${shown.join(', ')}${more}`, style: 'dim' }, [], page),
  ];
}

function workLines({ replay }: ReplayedBuildReport, builds: number, page: Page): string[] {
  const { instructionsInAll, decided, rebuilt, work } = replay;
  const bases = new Set(
    replay.instructions.filter((each) => each.rebuilt + each.unknown > 0).map(({ cost }) => cost.basis),
  );
  const basis = bases.size === 0 ? '' : ` (${[...bases].sort().join(' and ')})`;
  const share = instructionsInAll === 0 ? 100 : Math.floor((100 * decided) / instructionsInAll);
  return [
    ...paragraph(
      [{ text: '  work     ' }],
      {
        text: `${workText(work)} in all, ${workText(perBuild(work, builds))} a commit${basis}; ${rebuilt} of ${instructionsInAll} instructions rebuilt`,
      },
      [],
      page,
    ),
    ...paragraph(
      [{ text: '  decided  ' }],
      {
        text: `${share} % of the instructions${share < 100 ? '; the others take what a rebuilt step made, and only a build knows whether that is new (?)' : ''}`,
      },
      [],
      page,
    ),
  ];
}

function missingLines({ replay }: ReplayedBuildReport, page: Page): string[] {
  return replay.missing.flatMap(({ source, commits }) =>
    paragraph(
      [{ text: '  missing  ' }],
      {
        text: `${printable(source)} is not in the context of ${plural(commits, 'commit')}, and taken for nothing there`,
      },
      [],
      page,
    ),
  );
}

function perBuild({ atLeast, atMost }: RebuildWork, builds: number): RebuildWork {
  return { atLeast: atLeast / builds, atMost: atMost / builds };
}

function workText({ atLeast, atMost }: RebuildWork): string {
  return atLeast === atMost ? secondsText(atLeast) : `${secondsText(atLeast)} to ${secondsText(atMost)}`;
}

function notBuilt({ replay }: ReplayedBuildReport, all: boolean, page: Page): string[] {
  const { notBuilt: left } = replay;
  const [first] = left;
  if (first === undefined) return [];
  const shown = all ? left : [first];
  return shown.flatMap(({ id, reason }, at) =>
    paragraph(
      [{ text: at === 0 ? '  left out ' : '           ' }],
      {
        text: `${id.slice(0, 8)}: ${printable(reason)}${!all && left.length > 1 ? `; ${left.length - 1} more commits cannot be built so` : ''}`,
      },
      [],
      page,
    ),
  );
}

function fixLines(
  { fixes, replay, as }: ReplayedBuildReport,
  { all, fixCommand }: ReplayTerminalOptions,
  page: Page,
): string[] {
  if (as === 'historic') return [];
  if (fixes.length === 0)
    return paragraph(
      [{ text: '  ' }],
      { text: 'No fix that is offered would have saved rebuild work here.', style: 'dim' },
      [],
      page,
    );
  const shown = all ? fixes : fixes.slice(0, shownFixes);
  const [best] = shown;
  const lines = shown.flatMap((fix, at) =>
    fixLine(fix, at === 0 ? '  saves most  ' : '              ', replay.work, page),
  );
  const more =
    fixes.length > shown.length
      ? [paint([{ text: `              ${fixes.length - shown.length} more with --all`, style: 'dim' }], page)]
      : [];
  return [
    ...lines,
    ...more,
    '',
    paint(
      [
        {
          text: `  ${fixCommand} --rule ${best?.rule ?? ''}${best?.class === 'review' ? ' --review' : ''}`,
          style: 'cyan',
        },
        { text: '   shows it as a diff', style: 'dim' },
      ],
      page,
    ),
  ];
}

function fixLine(fix: ReplayedFix, label: string, before: RebuildWork, page: Page): string[] {
  const share = before.atLeast > 0 ? Math.round(100 * (1 - fix.work.atLeast / before.atLeast)) : 0;
  return [
    ...paragraph(
      [{ text: label, style: 'bold' }],
      {
        text: `${workText(before)} → ${workText(fix.work)}${share > 0 ? `   ▼ ${share} %` : ''}   ${printable(fix.title)}`,
      },
      [{ text: `${fix.rule}  ${fix.class}`, style: 'dim' }],
      page,
    ),
  ];
}

function notes({ notes: told, builds }: ReplayReport, page: Page): string[] {
  const assumed = [...new Set(builds.flatMap((build) => build.assumed))];
  const all = [
    ...told,
    ...(assumed.length > 0
      ? [`the same name is taken for the same image or file: ${assumed.map(printable).join(', ')}`]
      : []),
    'the cache is taken to hold every result since the commit before the first',
  ];
  return all.flatMap((note) => paragraph([{ text: '  · ', style: 'dim' }], { text: note, style: 'dim' }, [], page));
}
