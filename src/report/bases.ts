import type { BaseNews, BasePlace, BaseStatus, BasesReport, EndingSupport, MovedTag } from '../core/bases-report.ts';
import { jsonText } from '../core/json-text.ts';
import { printable } from '../core/printable.ts';
import type { Severity } from '../core/severity.ts';
import { type Page, paragraph, row, type Style } from './internal/terminal-lines.ts';
import { stepLines } from './internal/terminal-steps.ts';
import { terminalTable } from './internal/terminal-table.ts';
import { plural, secondsText } from './internal/wording.ts';
import { joinBlocks, pageOf } from './terminal.ts';

/** Goes up when a field is renamed, removed or means something else. */
export const basesVersion = 1;

interface Options {
  readonly columns: number;
  readonly color: boolean;
  /** Every place, and what is current. */
  readonly all: boolean;
}

/** Next tracks that are named: the nearest, and the newest. */
const shownTracks = 2;

/** What is old, what moved, what ends when, what is not known, and what to type next. */
export function renderBases(report: BasesReport, options: Options): string {
  const page = pageOf(options);
  const rows = (news: BaseNews, some: (status: BaseStatus) => readonly (readonly string[])[]) =>
    report.images.flatMap((status) =>
      isTold(status, news) ? some(status).map((cells) => [...cells, where(status, news, options.all)]) : [],
    );
  const place = { title: 'named in', flexible: true };
  const canMove = report.images.some(({ ending, next }) => ending.length > 0 && next.length > 0);
  return joinBlocks([
    header(report, page),
    section(
      ['  old', 'newest on its track', 'next tracks'],
      rows('newer', (status) =>
        status.newer || (options.all && status.next.length > 0)
          ? [[`  ${status.image}`, status.newer?.tag ?? '', tracksText(status)]]
          : [],
      ),
      place,
      page,
    ),
    section(
      ['  moved', 'was', 'is now'],
      rows('moved', (status) =>
        status.moved.map((each) => [`  ${nameAndTag(status)}`, movedFrom(each), short(each.to)]),
      ),
      place,
      page,
    ),
    section(
      ['  ends', 'support', 'when', 'severity', 'says', ...(canMove ? ['next tracks'] : [])],
      rows('ending', (status) =>
        status.ending.map((end) => [
          `  ${withOrigin(status)}`,
          end.product,
          `${end.date}, ${daysText(end)}`,
          end.severity,
          new URL(end.source).host,
          ...(canMove ? [tracksText(status)] : []),
        ]),
      ),
      place,
      page,
    ),
    section(
      ['  given up', 'instead'],
      rows('deprecated', (status) =>
        status.deprecated ? [[`  ${withOrigin(status)}`, status.deprecated.instead ?? '']] : [],
      ),
      place,
      page,
    ),
    unknownLines(report, page),
    currentLines(report, options.all, page),
    report.problems.flatMap(({ path, message }) => labelled('not read', `${path}: ${message}`, 'red', page)),
    nextSteps(report, page),
  ]);
}

function section(
  titles: readonly string[],
  rows: readonly (readonly string[])[],
  place: { readonly title: string; readonly flexible: boolean },
  page: Page,
): string[] {
  if (rows.length === 0) return [];
  return terminalTable(
    [...titles.map((title) => ({ title })), place],
    rows.map((cells) => cells.map(shortened)),
    page,
  );
}

/** Whether anything of a status is told under a headline: not where comments ignore it at every place. */
function isTold({ places }: BaseStatus, news: BaseNews): boolean {
  return places.some(({ ignores }) => !ignores.includes(news));
}

function header(report: BasesReport, page: Page): string[] {
  const files = new Set(report.images.flatMap(({ places }) => places.map(({ path }) => path)));
  const requests = Object.values(report.requests).reduce((sum, count) => sum + count, 0);
  const asked = report.offline
    ? 'no registry asked'
    : `${plural(requests, 'request')} to ${plural(Object.keys(report.requests).length, 'registry', 'registries')}`;
  return row(
    [
      { text: printable(report.name), style: 'bold' },
      { text: `   ${plural(report.images.length, 'image')} in ${plural(files.size, 'place')} · ${asked}` },
    ],
    [{ text: secondsText(report.seconds), style: 'dim' }],
    page,
  );
}

function tracksText({ next }: BaseStatus): string {
  const shown = next.length > shownTracks ? [next[0], next.at(-1)] : next;
  return shown.flatMap((each) => each?.tag ?? []).join(next.length > shownTracks ? ' … ' : ', ');
}

function nameAndTag({ image, digest }: BaseStatus): string {
  return digest === undefined ? image : image.slice(0, image.length - digest.length - 1);
}

function withOrigin({ image, copyOf }: BaseStatus): string {
  return copyOf === undefined ? image : `${image} (a copy of ${copyOf})`;
}

function movedFrom({ by, where: at, from }: MovedTag): string {
  const holder = by === 'pinned' ? 'pinned' : `${by === 'running' ? 'runs in' : 'built into'} ${at ?? ''}`.trim();
  return `${from === undefined ? 'another image' : short(from)} (${holder})`;
}

function short(digest: string): string {
  return digest.length > 19 ? `${digest.slice(0, 19)}…` : digest;
}

/** Whole digests make a table too wide to read. */
function shortened(cell: string): string {
  return cell.replace(/(@sha256:[0-9a-f]{8})[0-9a-f]{56}/g, '$1…');
}

function daysText({ days }: EndingSupport): string {
  return days < 0 ? `${plural(-days, 'day')} ago` : `in ${plural(days, 'day')}`;
}

function where({ places }: BaseStatus, news: BaseNews, all: boolean): string {
  const own = places.filter(({ ignores }) => !ignores.includes(news)).map(placeText);
  const [first = '', ...others] = [...new Set(own)];
  return all || others.length < 2 ? [first, ...others].join(' ') : `${first} and ${others.length} more`;
}

function placeText({ path, line }: BasePlace): string {
  return line === undefined ? path : `${path}:${line}`;
}

function labelled(label: string, text: string, style: Style, page: Page): string[] {
  return paragraph([{ text: `  ${label.padEnd(10)}`, style }], { text: printable(text) }, [], page);
}

function unknownLines(report: BasesReport, page: Page): string[] {
  const byReason = new Map<string, Set<string>>();
  for (const { image, unknown } of report.images)
    for (const { what, reason } of unknown) {
      const key = `${what}: ${reason}`;
      byReason.set(key, (byReason.get(key) ?? new Set()).add(shortened(image)));
    }
  return [
    ...[...byReason].flatMap(([reason, images]) => {
      const [first = '', ...others] = images;
      return labelled(
        'unknown',
        `${first}${others.length > 0 ? ` and ${others.length} more` : ''}: ${reason}`,
        'magenta',
        page,
      );
    }),
    ...report.unresolved.flatMap(({ path, line, text, reason }) =>
      labelled('unknown', `${path}:${line}: ${text}: ${reason}`, 'magenta', page),
    ),
  ];
}

function currentLines(report: BasesReport, all: boolean, page: Page): string[] {
  const current = report.images.filter(
    ({ severity, unknown, next }) => severity === undefined && unknown.length === 0 && !(all && next.length > 0),
  );
  if (current.length === 0) return [];
  const names = all ? `: ${current.map(({ image }) => shortened(image)).join(', ')}` : '';
  return labelled('current', `${plural(current.length, 'image')}${names}`, 'green', page);
}

function nextSteps(report: BasesReport, page: Page): string[] {
  const can = (news: BaseNews, has: (status: BaseStatus) => boolean) =>
    report.images.some((status) => isTold(status, news) && has(status));
  const updates =
    can('newer', ({ newer }) => newer !== undefined) ||
    can('moved', ({ moved }) => moved.some(({ by }) => by === 'pinned'));
  const ends =
    can('ending', ({ ending, copyOf }) => ending.length > 0 && copyOf === undefined) ||
    can('deprecated', ({ deprecated, copyOf }) => deprecated !== undefined && copyOf === undefined);
  const steps: [string, string][] = [];
  if (updates)
    steps.push(
      ['plimsoll bases --fix', 'see the update as a diff'],
      ['plimsoll bases --branch bases', 'make it a branch, with the sources of the new images'],
    );
  if (ends) steps.push(['plimsoll fix --rule maintenance/* --review', 'move to what is still supported']);
  return [
    ...stepLines(steps, page),
    ...(can('ending', ({ ending }) => ending.length > 0)
      ? row([], [{ text: `dates of ends are of ${report.datesKnownOn}`, style: 'dim' }], page)
      : []),
  ];
}

/** One line a finding: `path:line:1: severity bases/newer: message`, and `unknown` where something was not found out. */
export function renderBasesPlain(report: BasesReport): string {
  const lines = report.images.flatMap((status) => [
    ...messages(status).flatMap(({ news, severity, message }) =>
      status.places
        .filter(({ ignores }) => !ignores.includes(news))
        .map((place) => `${linePlace(place)}: ${severity} bases/${news}: ${message}`),
    ),
    ...status.unknown.flatMap(({ what, reason }) =>
      status.places
        .slice(0, 1)
        .map((place) => `${linePlace(place)}: unknown bases/${what}: ${status.image}: ${reason}`),
    ),
  ]);
  const unresolved = report.unresolved.map(
    ({ path, line, column, text, reason }) => `${path}:${line}:${column}: unknown bases/image: ${text}: ${reason}`,
  );
  const problems = report.problems.map(
    ({ path, position, message, remedy }) =>
      `${path}:${position?.line ?? 1}:${position?.column ?? 1}: problem: ${message} (${remedy})`,
  );
  return [...lines, ...unresolved, ...problems].map((line) => `${printable(line)}\n`).join('');
}

function linePlace({ path, line, column }: BasePlace): string {
  return `${path}:${line ?? 1}:${column ?? 1}`;
}

interface Message {
  readonly news: BaseNews;
  readonly severity: Severity;
  readonly message: string;
}

function messages(status: BaseStatus): Message[] {
  const { image, newer, next, moved, ending, deprecated } = status;
  const later = next.length === 0 ? '' : `; next tracks: ${next.map(({ tag }) => tag).join(', ')}`;
  return [
    ...(newer
      ? [
          {
            news: 'newer',
            severity: 'warning',
            message: `${image} is behind ${newer.tag} on its track${later}.`,
          } as const,
        ]
      : []),
    ...moved.map(
      (each): Message => ({
        news: 'moved',
        severity: 'warning',
        message: `${nameAndTag(status)} is now ${each.to}, and no longer ${movedFrom(each)}.`,
      }),
    ),
    ...ending.map(
      (end): Message => ({
        news: 'ending',
        severity: end.severity,
        message: `${withOrigin(status)}: support for ${end.product} ${end.days < 0 ? 'ended' : 'ends'} on ${end.date}, ${daysText(end)} (${end.source})${newer === undefined ? later : ''}.`,
      }),
    ),
    ...(deprecated
      ? [
          {
            news: 'deprecated',
            severity: 'warning',
            message: `${withOrigin(status)}: ${deprecated.reason}${deprecated.instead === undefined ? '' : `; take ${deprecated.instead}`}.`,
          } as const,
        ]
      : []),
  ];
}

/** The same for programs: `schemas/bases.schema.json`. */
export function basesJson({ images, ...rest }: BasesReport): string {
  const whole = {
    format: 'plimsoll-bases',
    version: basesVersion,
    ...rest,
    images: images.map(({ severity, newer, deprecated, copyOf, ...status }) => ({
      ...status,
      tag: status.tag ?? null,
      digest: status.digest ?? null,
      copyOf: copyOf ?? null,
      severity: severity ?? null,
      places: status.places.map((place) => ({ ...place, line: place.line ?? null, column: place.column ?? null })),
      newer: newer ? { tag: newer.tag, digest: newer.digest ?? null } : null,
      next: status.next.map(({ line, tag, ends }) => ({ line: line ?? null, tag, ends: ends ?? null })),
      moved: status.moved.map(({ by, where: at, from, to }) => ({ by, where: at ?? null, from: from ?? null, to })),
      deprecated: deprecated ? { reason: deprecated.reason, instead: deprecated.instead ?? null } : null,
    })),
  };
  return jsonText(whole);
}
