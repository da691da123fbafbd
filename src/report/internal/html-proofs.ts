import type { ImageFigures, ReportedProof } from '../../core/evidence.ts';
import type { Report } from '../../core/report.ts';
import {
  differenceText,
  foldedDifferences,
  proofRows,
  proofTitle,
  sameProgram,
  staleSentence,
  treeSentence,
} from '../proof-view.ts';
import { type Markup, markup } from './markup.ts';
import { bytesText } from './wording.ts';

const shownAtMost = 20;
const shownDifferences = 30;

/** What evidence there is for the texts as they are: for each image its layers before and after to one scale, and all that was measured. */
export function proofSection(report: Pick<Report, 'proofs' | 'staleProofs'>): Markup {
  const { proofs = [] } = report;
  const stale = staleSentence(report);
  if (proofs.length === 0 && stale === undefined) return markup``;
  const left = proofs.length - shownAtMost;
  return markup`<section class="panel proofs"><h2>Measured before and after</h2>
${proofs.slice(0, shownAtMost).map(proofPart)}${left > 0 ? markup`<p>and ${left} more</p>` : undefined}${stale === undefined ? undefined : markup`<p>${stale}</p>`}</section>
`;
}

function proofPart(proof: ReportedProof): Markup {
  const { evidence, file } = proof;
  const rows = proofRows(evidence).map(
    ({ what, before, after, change, note }) =>
      markup`<tr><th scope="row">${what}</th><td>${before}</td><td>${after}</td><td>${change}</td><td>${note}</td></tr>`,
  );
  const { word, text } = sameProgram(evidence);
  return markup`<h3>${proofTitle(proof)}</h3>
${barFigure(evidence.before, evidence.after)}
<div class="scroll" tabindex="0"><table><tr><td></td><th scope="col">before</th><th scope="col">after</th><td></td><td></td></tr>${rows}</table></div>
<p>Still the same program: <strong>${word}</strong>. ${text}</p>
${differences(proof)}<p><code>${file}</code></p>
`;
}

/** Each image as a bar of its layers, the lowest at the left; both to one scale. */
function barFigure(before: ImageFigures, after: ImageFigures | undefined): Markup {
  const largest = Math.max(before.bytes, after?.bytes ?? 0);
  if (largest === 0) return markup``;
  const row = (label: string, name: string, figures: ImageFigures) => {
    let at = 0;
    const parts = figures.layerBytes.map((bytes, index) => {
      const x = at;
      at += bytes;
      return markup`<rect class="layer${index % 2}" x="${percent(x, largest)}%" y="0" width="${percent(bytes, largest)}%" height="18"><title>layer ${index + 1}: ${bytesText(bytes)}</title></rect>`;
    });
    return markup`<li class="${name}"><span>${label}</span> <span>${bytesText(figures.bytes)}, ${figures.layers} layers</span>
<svg role="img" aria-label="${label}: ${bytesText(figures.bytes)}" width="100%" height="18"><rect class="track" x="0" y="0" width="100%" height="18"/>${parts}</svg></li>`;
  };
  return markup`<figure class="contexts before-after"><ul>${row('before', 'was', before)}${after === undefined ? undefined : row('after', 'is', after)}</ul>
<figcaption>Layers, the lowest at the left; both bars are to one scale</figcaption></figure>`;
}

function percent(bytes: number, of: number): number {
  return Math.round((10_000 * bytes) / of) / 100;
}

function differences({ evidence: { tree } }: ReportedProof): Markup {
  if (tree === undefined) return markup``;
  const undeclared = foldedDifferences(tree, 'undeclared');
  const items = undeclared.slice(0, shownDifferences).map((each) => markup`<li>${differenceText(each)}</li>`);
  const left = undeclared.length - items.length;
  const list =
    items.length === 0
      ? undefined
      : markup`<details><summary>Differences that no fix declares</summary><ul>${items}${left > 0 ? markup`<li>and ${left} more</li>` : undefined}</ul></details>`;
  return markup`<p>Files in the image: ${treeSentence(tree)}.</p>${list}
`;
}
