import type { DeletedItem, EnginePrune, EnginePruneReport, KeptItem } from '../core/engine-prune.ts';
import { familiarName, parseImageReference } from '../core/image-reference.ts';
import { jsonText } from '../core/json-text.ts';
import { printable } from '../core/printable.ts';
import { type Page, paint, paragraph } from './internal/terminal-lines.ts';
import { terminalTable } from './internal/terminal-table.ts';
import { bytesText, plural, secondsText } from './internal/wording.ts';
import { joinBlocks } from './terminal.ts';

/** Goes up when a field is renamed, removed or means something else. */
export const enginePruneVersion = 1;

interface Options {
  readonly columns: number;
  readonly color: boolean;
  /** Every item that stays, not only the first ones, and every name of what goes. */
  readonly all: boolean;
}

const shownAtMost = 20;

/** What goes and what stays of each engine, with the reasons, and what that frees. */
export function renderEnginePrune(report: EnginePruneReport, options: Options): string {
  const page = { columns: Math.max(40, options.columns), color: options.color };
  return joinBlocks([
    ...report.engines.flatMap((engine) => [
      heading(engine, page),
      deletions(engine, report.written, options.all, page),
      kept(engine, options.all, page),
      summary(engine, report.written, page),
    ]),
    ending(report, page),
  ]);
}

function heading({ title, address, predictedBytes, basis }: EnginePrune, page: Page): string[] {
  return [
    paint(
      [
        { text: printable(title), style: 'bold' },
        { text: `  ${printable(address)}`, style: 'dim' },
        { text: `  frees ${bytesText(predictedBytes)}` },
        { text: ` (${basis})`, style: 'dim' },
      ],
      page,
    ),
  ];
}

function deletions({ deleted }: EnginePrune, written: boolean, every: boolean, page: Page): string[] {
  if (deleted.length === 0) return [];
  return terminalTable(
    [
      { title: written ? 'deleted' : 'delete' },
      { title: 'frees', align: 'right' },
      { title: 'to have it again' },
      { title: 'what' },
      { title: 'why', flexible: true },
    ],
    deleted.map((item) => [
      item.kind,
      bytesText(item.freedBytes),
      item.getBack === undefined ? 'unknown' : `${item.getBack.by} ${secondsText(item.getBack.seconds)}`,
      every ? namesOf(item) : nameOf(item, false),
      reasonOf(item),
    ]),
    page,
  );
}

function reasonOf({ reason, outcome }: DeletedItem): string {
  switch (outcome?.how) {
    case 'left':
      return `left alone: ${outcome.why}`;
    case 'failed':
      return `not deleted: ${outcome.why}`;
    default:
      return reason;
  }
}

/** With the first reason: the others say no more about what would have to change. */
function kept({ kept: all }: EnginePrune, every: boolean, page: Page): string[] {
  if (all.length === 0) return [];
  const shown = every ? all : all.slice(0, shownAtMost);
  return [
    ...terminalTable(
      [{ title: 'stays' }, { title: 'listed', align: 'right' }, { title: 'what' }, { title: 'why', flexible: true }],
      shown.map((item) => [item.kind, bytesText(item.listedBytes), nameOf(item, every), item.reasons[0]?.text ?? '']),
      page,
    ),
    ...(shown.length < all.length
      ? [paint([{ text: `${all.length - shown.length} more stay: --all`, style: 'dim' }], page)]
      : []),
  ];
}

/** One name of each repository, so that none goes unseen, and how many more there are. */
function nameOf(item: KeptItem | DeletedItem, whole: boolean): string {
  const all = tellingNames(item);
  const repositories = new Map(all.toReversed().map((name) => [repositoryOf(name), name]));
  const shown = all.filter((name) => repositories.get(repositoryOf(name)) === name);
  if (shown.length === 0 || item.kind === 'cache') return shortened(namesOf(item));
  const more = all.length - shown.length;
  return `${shown.map((name) => (whole ? name : shortened(name))).join(', ')}${more > 0 ? ` and ${plural(more, 'name')} more` : ''}`;
}

function namesOf(item: KeptItem | DeletedItem): string {
  const short = item.id.replace(/^sha256:/, '').slice(0, 12);
  const [first] = item.names;
  if (item.kind === 'cache' && first !== undefined) return shortened(`${short} ${first}`);
  return first === undefined ? short : tellingNames(item).join(', ');
}

/** Without a repository's digest where a tag of that repository is there, too. */
function tellingNames({ names }: KeptItem | DeletedItem): string[] {
  const tagged = new Set(names.filter((name) => !name.includes('@')).map(repositoryOf));
  return names.filter((name) => !name.includes('@') || !tagged.has(repositoryOf(name)));
}

function repositoryOf(name: string): string {
  const reference = parseImageReference(name);
  return reference === undefined ? name : familiarName(reference);
}

function shortened(text: string): string {
  return text.length > 60 ? `${text.slice(0, 59)}…` : text;
}

function summary(engine: EnginePrune, written: boolean, page: Page): string[] {
  const {
    deleted,
    kept: stays,
    predictedBytes,
    cacheHeldBytes,
    listedBytes,
    freedBytes,
    basis,
    room,
    roomAfter,
    notes,
  } = engine;
  const parts = [`${countsOf(deleted)} ${written ? 'went' : 'would go'}, ${countsOf(stays)} stay`];
  if (deleted.length > 0)
    parts.push(
      `${bytesText(predictedBytes)} ${written ? 'were to be' : 'would be'} freed (${basis}); the engine's own list adds up to ${bytesText(listedBytes)}`,
    );
  if (cacheHeldBytes > 0)
    parts.push(`${bytesText(cacheHeldBytes)} of these images stay as build cache: --cache-older-than`);
  if (freedBytes !== undefined) parts.push(`${bytesText(freedBytes)} were freed`);
  const disk = roomAfter ?? room;
  const share = disk && disk.totalBytes > 0 ? Math.floor((100 * disk.freeBytes) / disk.totalBytes) : undefined;
  if (disk !== undefined) parts.push(`${bytesText(disk.freeBytes)} (${share} %) of its disk are free`);
  return [
    ...paragraph([], { text: parts.join(' · '), style: 'bold' }, [], page),
    ...notes.flatMap((note) => paragraph([{ text: 'note  ', style: 'dim' }], { text: printable(note) }, [], page)),
  ];
}

/** `3 images, 1 container`. */
function countsOf(items: readonly { readonly kind: string }[]): string {
  const nouns: readonly (readonly [string, string, string])[] = [
    ['image', 'image', 'images'],
    ['container', 'container', 'containers'],
    ['cache', 'record of build cache', 'records of build cache'],
    ['volume', 'volume', 'volumes'],
  ];
  const parts = nouns.flatMap(([kind, one, several]) => {
    const count = items.filter((item) => item.kind === kind).length;
    return count === 0 ? [] : [plural(count, one, several)];
  });
  return parts.length === 0 ? 'nothing' : parts.join(', ');
}

function ending({ engines, written }: EnginePruneReport, page: Page): string[] {
  const count = engines.reduce((sum, { deleted }) => sum + deleted.length, 0);
  if (written || count === 0) return [];
  const all = engines.some(({ everything }) => everything);
  const flag = all ? ` --yes-really ${count}` : '';
  const warning = all
    ? [
        paint(
          [
            {
              text: 'No rule keeps any image of an engine: all go that are neither in use nor kept by a name.',
              style: 'red',
            },
          ],
          page,
        ),
      ]
    : [];
  return [...warning, paint([{ text: `Nothing is deleted yet: --write${flag} does it.` }], page)];
}

/** The same for programs: `schemas/prune-engine.schema.json`. */
export function enginePruneJson({ time, written, engines, leftOut }: EnginePruneReport): string {
  const item = ({ time: at, ...rest }: KeptItem | DeletedItem) => ({
    ...rest,
    time: at === undefined ? null : dateText(at),
  });
  const whole = {
    format: 'plimsoll-prune-engine',
    version: enginePruneVersion,
    time: dateText(time),
    written,
    engines: engines.map((engine) => ({
      ...engine,
      kept: engine.kept.map(item),
      deleted: engine.deleted.map((each) => ({
        ...item(each),
        getBack: each.getBack ?? null,
        outcome: each.outcome ?? null,
      })),
      freedBytes: engine.freedBytes ?? null,
      room: engine.room ?? null,
      roomAfter: engine.roomAfter ?? null,
      wantedFreeBytes: engine.wantedFreeBytes ?? null,
    })),
    leftOut: leftOut.map(({ engine, why, remedy }) => ({ engine, why, remedy: remedy ?? null })),
  };
  return jsonText(whole);
}

/** What no date can hold is as far off as one can be. */
function dateText(time: number): string {
  return new Date(Math.min(Math.max(time, -8.64e15), 8.64e15)).toISOString();
}
