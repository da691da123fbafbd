import { jsonText } from '../core/json-text.ts';
import { printable } from '../core/printable.ts';
import type { ImageComparison } from '../image/compare-images.ts';
import type { ImageDifference } from '../image/diff-images.ts';
import type { Vulnerability } from '../vulnerabilities/vulnerability.ts';
import { type Page, paint, paragraph } from './internal/terminal-lines.ts';
import { terminalTable } from './internal/terminal-table.ts';
import { bytesText, plural } from './internal/wording.ts';
import { joinBlocks, pageOf } from './terminal.ts';

/** Two images and in what the second differs from the first. */
export interface DifferenceView {
  readonly before: string;
  readonly after: string;
  readonly beforeBytes: number;
  readonly afterBytes: number;
  readonly difference: ImageDifference;
  /** Undefined where nobody looked for any. */
  readonly vulnerabilities:
    | { readonly gone: readonly Vulnerability[]; readonly come: readonly Vulnerability[] }
    | undefined;
}

/** Goes up when a field is renamed, removed or means something else. */
export const differenceVersion = 1;

interface Options {
  readonly columns: number;
  readonly color: boolean;
  readonly all: boolean;
}

const shownAtMost = 15;

/** What differs between two images, for a terminal: sizes and layers, configuration, packages, vulnerabilities, files. */
export function renderDifference(view: DifferenceView, options: Options): string {
  const page = pageOf(options);
  const most = options.all ? Number.POSITIVE_INFINITY : shownAtMost;
  return joinBlocks([
    head(view, page),
    configuration(view, page),
    packages(view, most, page),
    vulnerabilities(view, most, page),
    files(view, most, page),
  ]);
}

function head({ before, after, beforeBytes, afterBytes, difference }: DifferenceView, page: Page): string[] {
  const { layers } = difference;
  const grown = afterBytes - beforeBytes;
  const change = grown === 0 ? 'the same size' : `${bytesText(Math.abs(grown))} ${grown > 0 ? 'more' : 'less'}`;
  return [
    ...paragraph([], { text: `${printable(before)}  →  ${printable(after)}`, style: 'bold' }, [], page),
    ...paragraph([], { text: `${bytesText(beforeBytes)} → ${bytesText(afterBytes)}: ${change}` }, [], page),
    ...paragraph(
      [],
      {
        text: `${plural(layers.shared, 'layer')} shared (${bytesText(layers.sharedBytes)}); ${layers.onlyBefore.layers} gone (${bytesText(layers.onlyBefore.bytes)}), ${layers.onlyAfter.layers} new (${bytesText(layers.onlyAfter.bytes)}): that is what a node pulls that has the first`,
      },
      [],
      page,
    ),
  ];
}

function configuration({ difference }: DifferenceView, page: Page): string[] {
  if (difference.configuration.length === 0) return [];
  return [
    paint([{ text: 'Configuration', style: 'bold' }], page),
    ...terminalTable(
      [{ title: 'field' }, { title: 'before' }, { title: 'after', flexible: true }],
      difference.configuration.map(({ field, before, after }) => [field, (before ?? '–').slice(0, 50), after ?? '–']),
      page,
    ),
  ];
}

function packages({ difference }: DifferenceView, atMost: number, page: Page): string[] {
  const all = difference.packages;
  if (all.length === 0) return ['The same packages.'];
  const added = all.filter(({ before }) => before.length === 0).length;
  const removed = all.filter(({ after }) => after.length === 0).length;
  return [
    paint(
      [
        {
          text: `Packages: ${added} added, ${removed} removed, ${all.length - added - removed} of another version`,
          style: 'bold',
        },
      ],
      page,
    ),
    ...terminalTable(
      [{ title: 'kind' }, { title: 'name' }, { title: 'before' }, { title: 'after', flexible: true }],
      all
        .slice(0, atMost)
        .map(({ kind, name, before, after }) => [kind, name, before.join(', ') || '–', after.join(', ') || '–']),
      page,
    ),
    ...more(all.length - atMost, page),
  ];
}

function vulnerabilities({ vulnerabilities: found }: DifferenceView, atMost: number, page: Page): string[] {
  if (!found) return [];
  const rows = [...found.come.map((each) => ({ sign: '+', each })), ...found.gone.map((each) => ({ sign: '-', each }))];
  return [
    paint([{ text: `Vulnerabilities: ${found.come.length} new, ${found.gone.length} gone`, style: 'bold' }], page),
    ...(rows.length === 0
      ? []
      : terminalTable(
          [{ title: '' }, { title: 'severity' }, { title: 'id' }, { title: 'package', flexible: true }],
          rows
            .slice(0, atMost)
            .map(({ sign, each }) => [sign, each.severity, each.id, `${each.package.name} ${each.package.version}`]),
          page,
        )),
    ...more(rows.length - atMost, page),
  ];
}

function files({ difference }: DifferenceView, atMost: number, page: Page): string[] {
  const all = difference.files;
  if (all.length === 0) return ['The same files.'];
  const count = (change: string) => all.filter((each) => each.change === change).length;
  return [
    paint(
      [
        {
          text: `Files: ${count('added')} added, ${count('removed')} removed, ${count('changed')} changed`,
          style: 'bold',
        },
      ],
      page,
    ),
    ...terminalTable(
      [
        { title: '' },
        { title: 'before', align: 'right' },
        { title: 'after', align: 'right' },
        { title: 'differs' },
        { title: 'path', flexible: true },
      ],
      all
        .slice(0, atMost)
        .map(({ change, before, after, differs, path }) => [
          change === 'added' ? '+' : change === 'removed' ? '-' : '~',
          change === 'added' ? '' : bytesText(before),
          change === 'removed' ? '' : bytesText(after),
          differs.join(', '),
          `/${path}`,
        ]),
      page,
    ),
    ...more(all.length - atMost, page),
  ];
}

function more(left: number, page: Page): string[] {
  return left > 0 ? [paint([{ text: `and ${left} more: --all shows them`, style: 'dim' }], page)] : [];
}

/** The difference as JSON, every field always there. */
export function differenceJson({ difference, vulnerabilities: found, ...rest }: DifferenceView): string {
  const ids = (all: readonly Vulnerability[]) =>
    all.map(({ id, severity, package: of }) => ({ id, severity, package: of.name, version: of.version }));
  return jsonText({
    format: 'plimsoll-image-difference',
    version: differenceVersion,
    ...rest,
    ...difference,
    configuration: difference.configuration.map(({ field, before, after }) => ({
      field,
      before: before ?? null,
      after: after ?? null,
    })),
    vulnerabilities: found ? { gone: ids(found.gone), come: ids(found.come) } : null,
  });
}

/** What several images share, for a terminal. */
export function renderComparison(comparison: ImageComparison, options: Options): string {
  const page = pageOf(options);
  const { images, storedBytes, sumBytes, packedBytes, common, shared } = comparison;
  const packed = packedBytes === undefined ? '' : `; in a registry ${bytesText(packedBytes)}`;
  return joinBlocks([
    terminalTable(
      [
        { title: '#', align: 'right' },
        { title: 'image', flexible: true },
        { title: 'size', align: 'right' },
        { title: 'shared', align: 'right' },
        { title: 'its own', align: 'right' },
      ],
      images.map(({ name, bytes, sharedBytes }, at) => [
        String(at + 1),
        name,
        bytesText(bytes),
        bytesText(sharedBytes),
        bytesText(bytes - sharedBytes),
      ]),
      page,
    ),
    [
      paint([{ text: 'Layers that both have', style: 'bold' }], page),
      ...terminalTable(
        [
          { title: '', align: 'right' as const },
          ...images.map((_, at) => ({ title: String(at + 1), align: 'right' as const })),
        ],
        shared.map((row, at) => [String(at + 1), ...row.map((bytes, other) => (other === at ? '' : bytesText(bytes)))]),
        page,
      ),
    ],
    [
      ...paragraph(
        [],
        {
          text: `Together ${bytesText(sumBytes)}; a node that has all stores ${bytesText(storedBytes)}, as layers are stored once${packed}.`,
        },
        [],
        page,
      ),
      ...paragraph([], { text: commonSentence(common) }, [], page),
    ],
  ]);
}

function commonSentence({ files: count, bytes, savedBytes }: ImageComparison['common']): string {
  if (count === 0) return 'A common base would save nothing: what all have alike is in layers that they share.';
  return `All have ${plural(count, 'file')} alike (${bytesText(bytes)}) in layers that they do not share: a common base would store them once and save ${bytesText(savedBytes)} on each node that has all (measured, unpacked).`;
}

/** The comparison as JSON. */
export function comparisonJson(comparison: ImageComparison): string {
  const { images, packedBytes, ...rest } = comparison;
  return jsonText({
    format: 'plimsoll-image-comparison',
    version: differenceVersion,
    images: images.map((image) => ({ ...image, packedBytes: image.packedBytes ?? null })),
    packedBytes: packedBytes ?? null,
    ...rest,
  });
}
