import { mendedText } from '../../vulnerabilities/mended-version.ts';
import type { ImageView } from '../image-view.ts';
import { baseSentence, type RemedyGroup, remedyCells, remedyGroups, vulnerabilitySentence } from '../remedy-view.ts';
import { type Page, paint, paragraph } from './terminal-lines.ts';
import { terminalTable } from './terminal-table.ts';
import { plural } from './wording.ts';

/** What is known to be wrong with packages, by what mends it. `atMost` packages a way. */
export function vulnerabilityBlock(view: ImageView, atMost: number, page: Page): string[] {
  const sentence = paragraph(
    [{ text: 'Vulnerabilities  ', style: 'bold' }],
    { text: vulnerabilitySentence(view) },
    [],
    page,
  );
  const groups = remedyGroups(view);
  if (groups.length === 0) return sentence;
  return [
    ...sentence,
    ...paragraph([], { text: baseSentence(view), style: 'dim' }, [], page),
    ...groups.flatMap((group) => groupLines(group, atMost, page)),
  ];
}

function groupLines({ title, how, remedies }: RemedyGroup, atMost: number, page: Page): string[] {
  const shown = remedies.slice(0, atMost);
  const left = remedies.length - shown.length;
  return [
    paint([{ text: title, style: 'bold' }], page),
    ...(how === undefined ? [] : paragraph([], { text: how }, [], page)),
    ...terminalTable(
      [
        { title: 'worst' },
        { title: 'count', align: 'right' },
        { title: 'package' },
        { title: 'has' },
        { title: 'mended in' },
        { title: 'layer', align: 'right' },
        { title: 'ids', flexible: true },
      ],
      shown.map((each) => [
        ...remedyCells(each),
        each.layer === undefined ? '' : String(each.layer + 1),
        each.vulnerabilities.map(({ id }) => id).join(' '),
      ]),
      page,
    ),
    ...(left > 0 ? [paint([{ text: `and ${plural(left, 'more package')}`, style: 'dim' }], page)] : []),
  ];
}

/** Each vulnerability of each package alone. */
export function vulnerabilityTable(view: ImageView, page: Page): string[] {
  const found = view.image.vulnerabilities;
  if (!found || found.length === 0) return paragraph([], { text: vulnerabilitySentence(view) }, [], page);
  return terminalTable(
    [
      { title: 'severity' },
      { title: 'id' },
      { title: 'package' },
      { title: 'has' },
      { title: 'mended in' },
      { title: 'says' },
      { title: 'what', flexible: true },
    ],
    found.map(({ severity, id, package: of, status, sources, summary, knownExploited, ...versions }) => [
      `${severity}${knownExploited ? ' !' : ''}`,
      id,
      of.name,
      of.version,
      mendedText({ package: of, ...versions }) || (status ?? ''),
      sources.join(', '),
      summary,
    ]),
    page,
  );
}
