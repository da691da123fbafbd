import { attachmentColumns, attachmentRows, attachmentsTitle } from './attachment-view.ts';
import { renderHtml } from './html.ts';
import { efficiencySentence, type ImageView, imageParts, packageRows, wasteRows } from './image-view.ts';
import { fileFigure, layerFigure } from './internal/image-figures.ts';
import { type Markup, markup } from './internal/markup.ts';
import { bytesText } from './internal/wording.ts';
import { baseSentence, remedyCells, remedyGroups, vulnerabilitySentence } from './remedy-view.ts';

const rowsAtMost = 200;

/** An image as one page that needs nothing else: what it is, its layers and files drawn to scale, waste, vulnerabilities, findings. */
export function renderImageHtml(view: ImageView): string {
  return renderHtml(view.report, {
    looked: imageParts(view).join(' · '),
    before: markup`${facts(view)}
<section class="panel"><h2>Layers</h2>${layerFigure(view)}</section>
<section class="panel"><h2>Files</h2>${fileFigure(view.image.analysis.files)}</section>
${waste(view)}
${packages(view)}
${vulnerabilities(view)}
${table(attachmentsTitle, '', attachmentColumns, attachmentRows(view))}`,
  });
}

function facts(view: ImageView): Markup {
  const { image } = view.image.analysis;
  return markup`<section class="panel"><h2>Image</h2><p><code>${image.digest ?? image.configuration.digest}</code> ${image.source ?? ''}</p><p>${efficiencySentence(view)}</p></section>`;
}

function waste(view: ImageView): Markup {
  const rows = wasteRows(view).map(({ waste: { bytes, files, what, paths }, place }) => [
    bytesText(bytes),
    String(files),
    what,
    place,
    paths
      .slice(0, 3)
      .map((path) => `/${path}`)
      .join(', '),
  ]);
  return table('For nothing', 'Measured.', ['size', 'files', 'what', 'change', 'the largest'], rows);
}

function packages(view: ImageView): Markup {
  const rows = packageRows(view).map(({ kind, count, bytes }) => [
    kind,
    String(count),
    bytes === undefined ? '' : bytesText(bytes),
  ]);
  return table('Packages', '', ['kind', 'count', 'installed size'], rows);
}

function vulnerabilities(view: ImageView): Markup {
  const groups = remedyGroups(view);
  const base = groups.length > 0 ? markup`<p>${baseSentence(view)}</p>` : markup``;
  const head = markup`<section class="panel"><h2>Vulnerabilities</h2><p>${vulnerabilitySentence(view)}</p>${base}</section>`;
  const columns = ['worst', 'count', 'package', 'has', 'mended in', 'layer', 'ids'];
  const tables = groups.map(({ title, how, remedies }) => {
    const rows = remedies.map((each) => [
      ...remedyCells(each),
      each.layer === undefined ? '' : String(each.layer + 1),
      each.vulnerabilities
        .slice(0, 8)
        .map(({ id }) => id)
        .join(' '),
    ]);
    return table(title, how ?? '', columns, rows);
  });
  return markup`${head}${tables}`;
}

function table(title: string, text: string, columns: readonly string[], rows: readonly (readonly string[])[]): Markup {
  if (rows.length === 0) return markup``;
  const heads = columns.map((name) => markup`<th scope="col">${name}</th>`);
  const lines = rows.slice(0, rowsAtMost).map((row) => markup`<tr>${row.map((cell) => markup`<td>${cell}</td>`)}</tr>`);
  const more = rows.length > rowsAtMost ? markup`<p>and ${rows.length - rowsAtMost} more</p>` : markup``;
  return markup`<section class="panel"><h2>${title}</h2><p>${text}</p><div class="scroll" tabindex="0"><table><tr>${heads}</tr>${lines}</table></div>${more}</section>`;
}
