import { attachmentColumns, attachmentRows, attachmentsTitle } from './attachment-view.ts';
import { efficiencySentence, type ImageView, imageParts, layerRows, packageRows, wasteRows } from './image-view.ts';
import { markdown } from './internal/escape.ts';
import { bytesText } from './internal/wording.ts';
import { commentMarker, renderMarkdown } from './markdown.ts';
import { baseSentence, remedyCells, remedyGroups, vulnerabilitySentence } from './remedy-view.ts';

const rowsAtMost = 20;

/** An image as GitHub-flavoured Markdown, for a comment: what it is, layers, waste, vulnerabilities, findings. */
export function renderImageMarkdown(view: ImageView): string {
  const { image } = view.image.analysis;
  const digest = image.digest ?? image.configuration.digest;
  const packages = packageRows(view).map(({ kind, count }) => `${count} ${kind}`);
  return `${[
    commentMarker,
    `## ${markdown(image.name)}`,
    `${imageParts(view).map(markdown).join(' · ')}  \n${markdown(digest)}`,
    markdown(efficiencySentence(view)),
    layers(view),
    waste(view),
    packages.length > 0 ? `**Packages** ${markdown(packages.join(' · '))}` : '',
    `**Vulnerabilities** ${markdown(vulnerabilitySentence(view))}`,
    remedies(view),
    table(attachmentsTitle, attachmentColumns, attachmentRows(view)),
    renderMarkdown(view.report).replace(commentMarker, '').trim(),
  ]
    .filter((part) => part !== '')
    .join('\n\n')}\n`;
}

function layers(view: ImageView): string {
  const rows = layerRows(view).map(({ number, bytes, hiddenBytes, place, text }) => [
    String(number),
    bytesText(bytes),
    hiddenBytes > 0 ? bytesText(hiddenBytes) : '',
    place ?? '',
    text.slice(0, 120),
  ]);
  return table('Layers', ['#', 'size', 'hidden', 'written at', 'made by'], rows);
}

function waste(view: ImageView): string {
  const rows = wasteRows(view).map(({ waste: { bytes, files, what }, place }) => [
    bytesText(bytes),
    String(files),
    what,
    place,
  ]);
  return table('For nothing (measured)', ['size', 'files', 'what', 'change'], rows);
}

function remedies(view: ImageView): string {
  const groups = remedyGroups(view);
  if (groups.length === 0) return '';
  const tables = groups.map(({ title, how, remedies: group }) => {
    const rows = group.map(remedyCells);
    const text = how === undefined ? title : `${title}. ${how}`;
    return table(text, ['worst', 'count', 'package', 'has', 'mended in'], rows);
  });
  return [markdown(baseSentence(view)), ...tables].join('\n\n');
}

function table(title: string, columns: readonly string[], rows: readonly (readonly string[])[]): string {
  if (rows.length === 0) return '';
  const line = (cells: readonly string[]) => `| ${cells.map(markdown).join(' | ')} |`;
  const left = rows.length - rowsAtMost;
  return [
    `**${title}**\n`,
    line(columns),
    `|${' --- |'.repeat(columns.length)}`,
    ...rows.slice(0, rowsAtMost).map(line),
    ...(left > 0 ? [`\nand ${left} more`] : []),
  ].join('\n');
}
