import { printable } from '../../core/printable.ts';
import type { Report } from '../../core/report.ts';
import { proofTitle, shortFigures, staleSentence } from '../proof-view.ts';
import { proofBars } from './proof-bars.ts';
import { type Page, paint, paragraph } from './terminal-lines.ts';

const shownAtMost = 5;

/** What evidence there is for the texts as they are, as bars before and after, and that other evidence does not count. */
export function proofBlocks(
  report: Pick<Report, 'proofs' | 'staleProofs'>,
  page: Page,
): readonly (readonly string[])[] {
  const { proofs = [] } = report;
  const stale = staleSentence(report);
  const left = proofs.length - shownAtMost;
  return [
    ...proofs
      .slice(0, shownAtMost)
      .map((proof) => [
        ...paragraph([], { text: printable(proofTitle(proof)), style: 'bold' }, [], page),
        ...paragraph(
          [{ text: '  measured  ', style: 'green' }],
          { text: printable(shortFigures(proof.evidence)) },
          [],
          page,
        ),
        ...proofBars(proof.evidence, { ...page, columns: page.columns - 2 }).map((line) => `  ${line}`),
        paint([{ text: `  ${printable(proof.file)}`, style: 'dim' }], page),
      ]),
    ...(left > 0 ? [[`and ${left} more`]] : []),
    ...(stale === undefined ? [] : [paragraph([], { text: printable(stale), style: 'dim' }, [], page)]),
  ];
}
