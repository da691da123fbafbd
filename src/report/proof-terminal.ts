import { printable } from '../core/printable.ts';
import { truncate } from './internal/display-width.ts';
import { proofBars } from './internal/proof-bars.ts';
import { type Page, paint, paragraph, row, type Span, type Style, widthOf } from './internal/terminal-lines.ts';
import { terminalTable } from './internal/terminal-table.ts';
import {
  builtWith,
  differenceText,
  foldedDifferences,
  proofRows,
  type ShownProof,
  sameProgram,
  treeSentence,
  verdictSentence,
} from './proof-view.ts';

export interface ProofTerminalOptions {
  /** Width of the terminal; taken as 40 to 200. */
  readonly columns: number;
  readonly color: boolean;
  /** Every difference that is known, not only the largest. */
  readonly all: boolean;
}

const shownDifferences = 8;

/** Proofs as a person reads them in a terminal: for each a table of what was measured, the verdict, and what is not proved. */
export function renderProofs(proofs: readonly ShownProof[], options: ProofTerminalOptions): string {
  const page: Page = { columns: Math.min(200, Math.max(40, options.columns)), color: options.color };
  return proofs.map((proof) => `${proofBlock(proof, options.all, page).join('\n')}\n`).join('\n');
}

function proofBlock(proof: ShownProof, all: boolean, page: Page): string[] {
  const { evidence } = proof;
  return [
    ...head(proof, page),
    ...(evidence === undefined
      ? []
      : [...figures(proof, page), ...sameLines(proof, page), ...treeLines(proof, all, page)]),
    ...verdictLines(proof, page),
    ...withdrawnLines(proof, page),
    ...(proof.file === undefined
      ? []
      : [paint([{ text: `  Evidence: ${printable(proof.file)}`, style: 'dim' }], page)]),
  ].map((line) => line.trimEnd());
}

function head({ name, dockerfile, evidence }: ShownProof, page: Page): string[] {
  const title: Span = { text: truncate(printable(name), page.columns / 2), style: 'bold' };
  const file: Span = { text: truncate(printable(dockerfile), page.columns - widthOf([title]) - 2) };
  const left = [title, { text: '  ' }, file];
  if (evidence === undefined) return [paint(left, page)];
  const built: Span = { text: printable(builtWith(evidence)), style: 'dim' };
  const fits = widthOf([...left, built]) + 2 <= page.columns;
  return fits ? row(left, [built], page) : [paint(left, page), ...paragraph([{ text: '  ' }], built, [], page)];
}

function figures({ evidence }: ShownProof, page: Page): string[] {
  if (evidence === undefined) return [];
  const inner: Page = { ...page, columns: page.columns - 2 };
  const isNarrow = page.columns < 70;
  const rows = proofRows(evidence).map(({ what, before, after, change, note }) => [
    isNarrow ? truncate(what, page.columns - 38) : what,
    before,
    after === undefined ? '' : '→',
    after ?? '',
    change,
    ...(isNarrow ? [] : [note]),
  ]);
  const table = terminalTable(
    [
      { title: '' },
      { title: 'before', align: 'right' },
      { title: '' },
      { title: evidence.after ? 'after' : '', align: 'right' },
      { title: '', style: 'green' },
      ...(isNarrow ? [] : ([{ title: '', flexible: true, style: 'dim' }] as const)),
    ],
    rows,
    inner,
  );
  return [...table, ...proofBars(evidence, inner)].map((line) => `  ${line}`);
}

const wordStyles: Readonly<Record<string, Style>> = { yes: 'green', no: 'red', 'not known': 'yellow' };

function sameLines({ evidence }: ShownProof, page: Page): string[] {
  if (evidence === undefined) return [];
  const { word, text } = sameProgram(evidence);
  const style = wordStyles[word] ?? 'yellow';
  return paragraph(
    [{ text: '  still the same program  ' }, { text: word, style }, { text: '  ' }],
    { text: printable(text) },
    [],
    page,
  );
}

function treeLines({ evidence }: ShownProof, all: boolean, page: Page): string[] {
  const tree = evidence?.tree;
  if (tree === undefined) return [];
  const lead: Span[] = [{ text: '  files in the image      ' }];
  const folded = foldedDifferences(tree, 'undeclared');
  const shown = folded.slice(0, all ? undefined : shownDifferences);
  const left = folded.length - shown.length;
  const line = (text: string) =>
    paragraph([{ text: '    undeclared  ', style: 'yellow' }], { text: printable(text) }, [], page);
  return [
    ...paragraph(lead, { text: treeSentence(tree) }, [], page),
    ...shown.flatMap((each) => line(differenceText(each))),
    ...(left > 0 ? line(`and ${left} more: the evidence lists them`) : []),
  ];
}

const verdictStyles: Readonly<Record<ShownProof['verdict'], Style>> = {
  proved: 'green',
  failed: 'red',
  unproved: 'yellow',
  'nothing to prove': 'dim',
};

function verdictLines(proof: ShownProof, page: Page): string[] {
  return [
    paint([{ text: '  ' }, { text: verdictSentence(proof), style: verdictStyles[proof.verdict] }], page),
    ...proof.statements.flatMap((statement) => paragraph([{ text: '    ' }], { text: printable(statement) }, [], page)),
  ];
}

function withdrawnLines({ withdrawn }: ShownProof, page: Page): string[] {
  return withdrawn.flatMap(({ rule, path, line, title, reason }) =>
    paragraph(
      [{ text: '  taken back  ', style: 'yellow' }],
      { text: `${printable(path)}:${line}: ${printable(title)}: ${printable(reason)}` },
      [{ text: printable(rule), style: 'dim' }],
      page,
    ),
  );
}
