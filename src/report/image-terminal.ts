import { printable } from '../core/printable.ts';
import type { ImageFile } from '../image/image-analysis.ts';
import { namesOf } from '../project/image-files.ts';
import { attachmentColumns, attachmentRows, attachmentsTitle } from './attachment-view.ts';
import { efficiencySentence, type ImageView, imageParts, layerRows, packageRows, wasteRows } from './image-view.ts';
import { vulnerabilityBlock, vulnerabilityTable } from './internal/remedy-terminal.ts';
import { type Page, paint, paragraph } from './internal/terminal-lines.ts';
import { stepLines } from './internal/terminal-steps.ts';
import { terminalTable } from './internal/terminal-table.ts';
import { bytesText, plural, secondsText } from './internal/wording.ts';
import { findingBlocks, joinBlocks, pageOf } from './terminal.ts';

/** Parts that can be asked for alone, whole. */
export const imageSections = ['layers', 'files', 'packages', 'vulnerabilities'] as const;

export type ImageSection = (typeof imageSections)[number];

export interface ImageTerminalOptions {
  readonly columns: number;
  readonly color: boolean;
  /** Everything, not only what matters most. */
  readonly all: boolean;
  /** Only these parts, whole. Empty: the report. */
  readonly sections: readonly ImageSection[];
}

const shownFindings = 8;
const shownRows = 8;

/** An image as a person reads it in a terminal: what it is, what is worst and what that costs, where its bytes are, what mends it. */
export function renderImageTerminal(view: ImageView, options: ImageTerminalOptions): string {
  const page = pageOf(options);
  if (options.sections.length > 0)
    return joinBlocks(options.sections.map((section) => sectionBlock(view, section, page)));
  const most = options.all ? Number.POSITIVE_INFINITY : shownRows;
  return joinBlocks([
    head(view, page),
    ...findingBlocks(view.report, options.all ? Number.POSITIVE_INFINITY : shownFindings, page),
    layers(view, options.all ? Number.POSITIVE_INFINITY : 12, page),
    waste(view, most, page),
    packages(view, page),
    vulnerabilityBlock(view, options.all ? most : 4, page),
    attachments(view, most, page),
    next(view, options.all, page),
  ]);
}

function head(view: ImageView, page: Page): string[] {
  const { image } = view.image.analysis;
  const facts = [image.digest ?? image.configuration.digest, image.source ?? ''].filter((fact) => fact !== '');
  return [
    ...paragraph(
      [],
      { text: printable(image.name), style: 'bold' },
      [{ text: secondsText(view.report.seconds), style: 'dim' }],
      page,
    ),
    ...paragraph([], { text: imageParts(view).map(printable).join(' · ') }, [], page),
    ...paragraph([], { text: facts.map(printable).join(' · '), style: 'dim' }, [], page),
    ...paragraph([], { text: efficiencySentence(view) }, [], page),
    ...(view.image.origin
      ? paragraph(
          [],
          { text: `Made by ${printable(view.image.origin.dockerfile.path)}: findings stand at its lines.` },
          [],
          page,
        )
      : []),
  ];
}

function title(text: string, page: Page): string {
  return paint([{ text, style: 'bold' }], page);
}

function layers(view: ImageView, atMost: number, page: Page): string[] {
  const all = layerRows(view);
  const largest = [...all].sort((one, other) => other.bytes - one.bytes).slice(0, atMost);
  const rows = all.filter((row) => largest.includes(row));
  const known = rows.some(({ place }) => place !== undefined);
  const left = all.length - rows.length;
  return [
    title('Layers', page),
    ...terminalTable(
      [
        { title: '#', align: 'right' },
        { title: 'size', align: 'right' },
        { title: 'hidden', align: 'right' },
        // Where the lines of findings lead: into the Dockerfile, or the image's own history.
        known ? { title: 'written at' } : { title: 'line', align: 'right' },
        { title: 'made by', flexible: true },
      ],
      rows.map(({ number, bytes, hiddenBytes, place, line, text }) => [
        String(number),
        bytesText(bytes),
        hiddenBytes > 0 ? bytesText(hiddenBytes) : '',
        known ? (place ?? '') : String(line ?? ''),
        text,
      ]),
      page,
    ),
    ...(left > 0 ? [paint([{ text: `and ${plural(left, 'smaller layer')}`, style: 'dim' }], page)] : []),
  ];
}

function waste(view: ImageView, atMost: number, page: Page): string[] {
  const rows = wasteRows(view);
  if (rows.length === 0) return [];
  const shown = rows.slice(0, atMost);
  return [
    title('For nothing (measured)', page),
    ...terminalTable(
      [
        { title: 'size', align: 'right' },
        { title: 'files', align: 'right' },
        { title: 'what' },
        { title: 'change' },
        { title: 'the largest', flexible: true },
      ],
      shown.map(({ waste: { bytes, files, what, paths }, place }) => [
        bytesText(bytes),
        String(files),
        what,
        place,
        namesOf(
          paths.map((path) => ({ path })),
          2,
        ),
      ]),
      page,
    ),
    ...(rows.length > shown.length
      ? [paint([{ text: `and ${rows.length - shown.length} more`, style: 'dim' }], page)]
      : []),
  ];
}

function packages(view: ImageView, page: Page): string[] {
  const rows = packageRows(view);
  if (rows.length === 0) return paragraph([], { text: 'Packages: none found' }, [], page);
  const text = rows.map(
    ({ kind, count, bytes }) => `${count} ${kind}${bytes === undefined ? '' : ` (${bytesText(bytes)})`}`,
  );
  return paragraph([{ text: 'Packages  ', style: 'bold' }], { text: text.join(' · ') }, [], page);
}

function attachments(view: ImageView, atMost: number, page: Page): string[] {
  const rows = attachmentRows(view);
  if (rows.length === 0) return [];
  const [kind, size, digest, says] = attachmentColumns;
  const left = rows.length - atMost;
  return [
    title(attachmentsTitle, page),
    ...terminalTable(
      [{ title: kind }, { title: size, align: 'right' }, { title: digest }, { title: says, flexible: true }],
      rows.slice(0, atMost),
      page,
    ),
    ...(left > 0 ? [paint([{ text: `and ${left} more`, style: 'dim' }], page)] : []),
  ];
}

function next(view: ImageView, all: boolean, page: Page): string[] {
  const { name } = view.image.analysis.image;
  const word = /^[\w./@:+-]+$/.test(name) ? name : '…';
  const steps: [string, string][] = [
    [`plimsoll image browse ${word}`, 'look through layers and files'],
    ...(all ? [] : [[`plimsoll image ${word} --all`, 'everything that was found'] satisfies [string, string]]),
    ...(view.report.findings[0]
      ? [
          [`plimsoll explain ${view.report.findings[0].rule}`, 'why it matters, with examples'] satisfies [
            string,
            string,
          ],
        ]
      : []),
  ];
  return stepLines(steps, page);
}

function sectionBlock(view: ImageView, section: ImageSection, page: Page): string[] {
  switch (section) {
    case 'layers':
      return layers(view, Number.POSITIVE_INFINITY, page).slice(1);
    case 'files':
      return [...view.image.analysis.files].map(fileLine);
    case 'packages':
      return packageTable(view, page);
    case 'vulnerabilities':
      return vulnerabilityTable(view, page);
  }
}

/** As `ls -l` has it: mode, owner, size, layer, path. */
function fileLine({ kind, mode, user, group, bytes, layer, path, target }: ImageFile): string {
  const arrow = target === undefined ? '' : ` -> ${printable(target)}`;
  return `${modeText(kind, mode)} ${`${user}:${group}`.padStart(9)} ${String(bytes).padStart(11)} ${String(layer + 1).padStart(3)} /${printable(path)}${arrow}`;
}

function modeText(kind: ImageFile['kind'], mode: number): string {
  const kinds = { file: '-', directory: 'd', symlink: 'l', hardlink: '-', device: 'c', fifo: 'p' };
  const bits = [6, 3, 0].map((shift) => {
    const three = (mode >> shift) & 7;
    const special = (mode & (shift === 6 ? 0o4000 : shift === 3 ? 0o2000 : 0o1000)) !== 0;
    const letter = shift === 0 ? 't' : 's';
    const execute = special ? (three & 1 ? letter : letter.toUpperCase()) : three & 1 ? 'x' : '-';
    return `${three & 4 ? 'r' : '-'}${three & 2 ? 'w' : '-'}${execute}`;
  });
  return `${kinds[kind]}${bits.join('')}`;
}

function packageTable({ image: { analysis } }: ImageView, page: Page): string[] {
  const sorted = [...analysis.packages].sort((one, other) => (one.kind + one.name < other.kind + other.name ? -1 : 1));
  return terminalTable(
    [
      { title: 'kind' },
      { title: 'name' },
      { title: 'version' },
      { title: 'size', align: 'right' },
      { title: 'layer', align: 'right' },
      { title: 'licence' },
      { title: 'found at', flexible: true },
    ],
    sorted.map(({ kind, name, version, bytes, layer, licences, path }) => [
      kind,
      name,
      version,
      bytes === undefined ? '' : bytesText(bytes),
      String(layer + 1),
      licences.slice(0, 2).join(', ').slice(0, 30),
      `/${path}`,
    ]),
    page,
  );
}
