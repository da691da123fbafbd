import type { Evidence, ProvedFix, StepFigures } from '../core/evidence.ts';
import { html, markdown, markdownBlock, markdownCode, unreferenced } from './internal/escape.ts';
import { proofBars } from './internal/proof-bars.ts';
import { plural } from './internal/wording.ts';
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

/** Found again in a pull request's comments, so that a later run replaces its own comment. */
export const proofMarker = '<!-- plimsoll proof -->';

const shownAtMost = 30;
/** GitHub takes comments of up to 65,536 characters. */
const mostCharacters = 60_000;

/** Proofs as a comment for a pull request, in GitHub-flavoured Markdown: what changed, what it saves, how it was checked. Proofs that do not fit are named. */
export function renderProofsMarkdown(proofs: readonly ShownProof[]): string {
  const parts = [proofMarker];
  let length = proofMarker.length;
  for (const proof of proofs) {
    const whole = proofPart(proof);
    const part = length + whole.length + 2 > mostCharacters ? title(proof) : whole;
    parts.push(part);
    length += part.length + 2;
  }
  return `${parts.join('\n\n')}\n`;
}

function proofPart(proof: ShownProof): string {
  const { evidence } = proof;
  return [
    title(proof),
    ...(evidence === undefined
      ? []
      : [savings(evidence), table(evidence), bars(evidence), same(evidence), undeclared(evidence)]),
    withdrawn(proof),
    ...(evidence === undefined ? [] : [changed(evidence), rebuilt(evidence)]),
    checked(proof),
  ]
    .filter((part) => part !== '')
    .join('\n\n');
}

const marks: Readonly<Record<ShownProof['verdict'], string>> = {
  proved: '✅',
  failed: '❌',
  unproved: '❔',
  'nothing to prove': '➖',
};

function title(proof: ShownProof): string {
  return `## ${marks[proof.verdict]} Plimsoll: ${markdownCode(proof.dockerfile)}: ${verdictSentence(proof)}`;
}

/** The figures that people ask for first. */
function savings(evidence: Evidence): string {
  const wanted = ['size', 'rebuild after a source change', 'vulnerable packages'];
  const parts = proofRows(evidence).flatMap(({ what, before, after, change }) =>
    wanted.includes(what) && after !== undefined && change !== ''
      ? [`${what} **${before} → ${after}** (${change.replace(' ', '\u00a0')})`]
      : [],
  );
  return parts.join(' · ');
}

function table(evidence: Evidence): string {
  const rows = proofRows(evidence).map(({ what, before, after = '', change, note }) =>
    [what, before, after, change, note].map(markdown).join(' | '),
  );
  return ['| | before | after | | |', '| --- | ---: | ---: | ---: | --- |', ...rows.map((row) => `| ${row} |`)].join(
    '\n',
  );
}

function bars(evidence: Evidence): string {
  const lines = proofBars(evidence, { columns: 80, color: false });
  return lines.length === 0 ? '' : markdownBlock(lines.join('\n'), 'text');
}

function same(evidence: Evidence): string {
  const { word, text } = sameProgram(evidence);
  return `**Still the same program: ${word}.** ${markdown(text)}`;
}

/** Not folded: it is what a reviewer has to look at. */
function undeclared({ tree }: Evidence): string {
  if (tree === undefined || tree.undeclared === 0) return '';
  const folded = foldedDifferences(tree, 'undeclared');
  const left = folded.length - shownAtMost;
  return [
    `**${tree.undeclared === 1 ? 'One file differs' : `${tree.undeclared} files differ`} in the image, and no fix declares it:**`,
    '',
    ...folded.slice(0, shownAtMost).map((each) => `- ${markdown(differenceText(each))}`),
    ...(left > 0 ? [`- and ${left} more`] : []),
  ].join('\n');
}

function withdrawn({ withdrawn: fixes }: ShownProof): string {
  if (fixes.length === 0) return '';
  const items = fixes.slice(0, shownAtMost).map((fix) => `${fixItem(fix)}: ${markdown(fix.reason)}`);
  return [`**Taken back, since it did not pass:**`, '', ...items].join('\n');
}

function fixItem({ title: text, path, line, rule }: ProvedFix): string {
  return `- ${markdown(text)} (${markdownCode(`${path}:${line}`)}, ${markdownCode(rule)})`;
}

function changed({ fixes }: Evidence): string {
  if (fixes.length === 0) return '';
  const items = fixes.slice(0, 200).map(fixItem);
  const left = fixes.length - items.length;
  return folded(`What changed: ${plural(fixes.length, 'fix', 'fixes')}`, [
    ...items,
    ...(left > 0 ? [`- and ${left} more`] : []),
  ]);
}

function rebuilt({ before, after }: Evidence): string {
  if (before.rebuild === undefined) return '';
  const side = (name: string, steps: readonly StepFigures[] | undefined) =>
    steps === undefined || steps.length === 0
      ? []
      : [`${name}:`, '', markdownBlock(steps.slice(0, 60).map(stepLine).join('\n'), 'text'), ''];
  return folded(`What is built again after a change in ${before.rebuild.changedFile}`, [
    ...side('Before', before.rebuild.instructions),
    ...side('After', after?.rebuild?.instructions),
  ]);
}

function stepLine({ instruction, cached, seconds }: StepFigures): string {
  const time = cached ? 'cached' : seconds === undefined ? 'built' : `${seconds.toFixed(1)} s`;
  return `${time.padStart(8)}  ${instruction.slice(0, 100)}`;
}

function checked({ statements, evidence, file }: ShownProof): string {
  const lines = [
    ...(evidence === undefined ? [] : [`${builtWith(evidence)}, by plimsoll ${evidence.tool.version}`]),
    ...statements,
    ...(evidence?.tree === undefined ? [] : [`Files in the image: ${treeSentence(evidence.tree)}`]),
    ...(evidence?.behaviour.noise ?? []).map(
      ({ name, what }) => `Masked, as it changes from run to run: ${name}: ${what}`,
    ),
  ].map((line) => `- ${markdown(line)}`);
  const where = file === undefined ? [] : [`- Evidence: ${markdownCode(file)}`];
  return folded('How it was checked', [...lines, ...where]);
}

/** The summary line is HTML, what is folded is Markdown: an HTML block ends at the first empty line. */
function folded(summary: string, lines: readonly string[]): string {
  if (lines.length === 0) return '';
  return [`<details><summary>${unreferenced(html(summary))}</summary>`, '', ...lines, '', '</details>'].join('\n');
}
