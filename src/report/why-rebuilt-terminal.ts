import { printable } from '../core/printable.ts';
import type { ExplainedInstruction, RebuildExplanation, ReplayedCommit } from '../core/replay-report.ts';
import { truncate } from './internal/display-width.ts';
import { type Page, paint, paragraph, row, type Style } from './internal/terminal-lines.ts';
import { plural } from './internal/wording.ts';
import type { ReplayTerminalOptions } from './replay-terminal.ts';
import { joinBlocks, pageOf } from './terminal.ts';

const shownFiles = 5;

/** Why a commit was rebuilt, as a person reads it in a terminal: the instruction, the file and the commit with which it began. */
export function renderExplanation(
  explanation: RebuildExplanation,
  options: Omit<ReplayTerminalOptions, 'fixCommand'>,
): string {
  const page = pageOf(options);
  return joinBlocks([
    head(explanation, page),
    ...explanation.builds.map((build) => buildLines(build, explanation.commit, options.all, page)),
  ]);
}

function head({ name, commit, since, cached }: RebuildExplanation, page: Page): string[] {
  return [
    ...paragraph([{ text: printable(name), style: 'bold' }, { text: '   ' }], { text: commitText(commit) }, [], page),
    ...paragraph(
      [],
      {
        text: `in the cache: ${cached === 1 ? 'the build of' : `${plural(cached, 'build')}, the last of`} ${commitText(since)}`,
        style: 'dim',
      },
      [],
      page,
    ),
  ];
}

function commitText({ id, subject }: ReplayedCommit): string {
  return `${id.slice(0, 8)} ${truncate(printable(subject), 60)}`;
}

type ExplainedBuild = RebuildExplanation['builds'][number];

function buildLines(build: ExplainedBuild, commit: ReplayedCommit, all: boolean, page: Page): string[] {
  const { instructions, problem } = build;
  const title = { text: printable(build.dockerfile), style: 'bold' as const };
  if (problem !== undefined)
    return [paint([title], page), ...paragraph([{ text: '  ' }], { text: printable(problem) }, [], page)];
  const count = (verdict: ExplainedInstruction['verdict']) =>
    instructions.filter((each) => each.verdict === verdict).length;
  const unknown = count('unknown');
  const counts = `   ${count('rebuilt')} of ${plural(instructions.length, 'instruction')} rebuilt${unknown > 0 ? `, ${unknown} only a build can decide` : ''}`;
  return [
    ...row([title, { text: counts }], [], page),
    ...instructions.flatMap((instruction) => instructionLines(instruction, commit, all, page)),
  ];
}

const styles: Readonly<Record<ExplainedInstruction['verdict'], Style>> = {
  cached: 'green',
  rebuilt: 'red',
  unknown: 'yellow',
};

function instructionLines(
  instruction: ExplainedInstruction,
  commit: ReplayedCommit,
  all: boolean,
  page: Page,
): string[] {
  const { verdict, line, text, why, begins } = instruction;
  const lines = row(
    [
      { text: `  ${verdict.padEnd(8)}`, style: styles[verdict] },
      { text: `${line}`.padStart(4), style: 'dim' },
      {
        text: `  ${truncate(printable(text), Math.max(20, page.columns - 18))}`,
        ...(begins && { style: 'bold' as const }),
      },
    ],
    [],
    page,
  );
  if (why === undefined) return lines;
  const by = instruction.commit && instruction.commit.id !== commit.id ? `, in ${commitText(instruction.commit)}` : '';
  const prefix = [{ text: `${' '.repeat(16)}╰ ` }];
  const told = paragraph(
    prefix,
    { text: `${printable(why)}${by}`, ...(!begins && { style: 'dim' as const }) },
    [],
    page,
  );
  return [...lines, ...told, ...fileLines(instruction, all, page)];
}

/** One file stands in the sentence already. */
function fileLines({ files }: ExplainedInstruction, all: boolean, page: Page): string[] {
  if (files.length < 2) return [];
  const shown = all ? files : files.slice(0, shownFiles);
  const lines = shown.flatMap(({ path, change, needless, commit }) =>
    row(
      [
        { text: `${' '.repeat(18)}${printable(path)} ${change}` },
        ...(needless === undefined ? [] : [{ text: ` (${needless})`, style: 'dim' as const }]),
      ],
      commit ? [{ text: commit.id.slice(0, 8), style: 'dim' }] : [],
      page,
    ),
  );
  const left = files.length - shown.length;
  return left > 0
    ? [...lines, paint([{ text: `${' '.repeat(18)}and ${plural(left, 'more', 'more')}: --all`, style: 'dim' }], page)]
    : lines;
}
