import { jsonText } from '../core/json-text.ts';
import { printable } from '../core/printable.ts';
import type { RebuildChange, RebuildReport, RebuildStep, RebuildVerdict } from '../core/rebuild-report.ts';
import { type Page, paint, paragraph, row, type Style } from './internal/terminal-lines.ts';
import { terminalTable } from './internal/terminal-table.ts';
import { plural } from './internal/wording.ts';
import { joinBlocks, pageOf } from './terminal.ts';

/** Goes up when a field is renamed, removed or means something else. */
export const rebuildVersion = 1;

interface Options {
  readonly columns: number;
  readonly color: boolean;
  /** Every package, not only the first ones of each step. */
  readonly all: boolean;
}

const shownAtMost = 12;
const shownVulnerabilities = 3;

/** What a rebuild would change, for a terminal: the base and each step with its packages, the sources, the verdict and what to type. */
export function renderRebuild(report: RebuildReport, options: Options): string {
  const page = pageOf(options);
  return joinBlocks([
    head(report, page),
    ...report.steps.map((step) => stepBlock(step, options.all, page)),
    behindBlock(report, options.all, page),
    sourcesBlock(report, page),
    verdictBlock(report.verdict, page),
  ]);
}

function head({ image, steps, advisories }: RebuildReport, page: Page): string[] {
  const changes = steps.reduce((sum, step) => sum + step.changes.length, 0);
  return [
    ...row(
      [
        { text: printable(image), style: 'bold' },
        { text: `   a build without cache would change ${plural(changes, 'package')}` },
      ],
      [],
      page,
    ),
    ...paragraph([], { text: printable(advisories), style: 'dim' }, [], page),
  ];
}

const stateText: Readonly<Record<RebuildStep['state'], { readonly text: string; readonly style: Style }>> = {
  same: { text: 'brings the same', style: 'green' },
  'as the sources say': { text: 'as the sources say', style: 'green' },
  changes: { text: 'brings others', style: 'yellow' },
  fails: { text: 'fails', style: 'red' },
  unknown: { text: 'not all is known', style: 'magenta' },
};

function stepBlock(step: RebuildStep, all: boolean, page: Page): string[] {
  const { text, isBase, place, layer, state, reasons, changes } = step;
  const where = isBase ? 'base' : [place ?? '', layer === undefined ? '' : `layer ${layer}`].filter(Boolean).join(', ');
  const shown = all ? changes : changes.slice(0, shownAtMost);
  const { text: word, style } = stateText[state];
  return [
    ...paragraph(
      [{ text: `${printable(where)}  `, style: 'dim' }],
      { text: printable(text.length > 300 ? `${text.slice(0, 299)}…` : text), style: 'bold' },
      [{ text: word, style }],
      page,
    ),
    ...reasons.flatMap((reason) => paragraph([{ text: '  ? ', style: 'dim' }], { text: printable(reason) }, [], page)),
    ...changeTable(shown, page),
    ...restLine(changes.length - shown.length, page),
  ];
}

function changeTable(changes: readonly RebuildChange[], page: Page): string[] {
  if (changes.length === 0) return [];
  return terminalTable(
    [{ title: '  package' }, { title: 'now' }, { title: 'rebuilt' }, { title: 'mends', flexible: true }],
    changes.map(({ name, from, to, fixes, brings }) => [
      `  ${name}`,
      from ?? '-',
      to ?? 'gone',
      [idsText(fixes), brings.length > 0 ? `brings ${idsText(brings)}` : ''].filter(Boolean).join('; '),
    ]),
    page,
  );
}

function idsText(vulnerabilities: RebuildChange['fixes']): string {
  const shown = vulnerabilities.slice(0, shownVulnerabilities).map(({ id, severity }) => `${id} (${severity})`);
  const rest = vulnerabilities.length - shown.length;
  return `${shown.join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`;
}

function restLine(rest: number, page: Page): string[] {
  return rest > 0
    ? [paint([{ text: `  and ${plural(rest, 'more', 'more')}: --all shows them`, style: 'dim' }], page)]
    : [];
}

function behindBlock({ base }: RebuildReport, all: boolean, page: Page): string[] {
  const { behind, name, moved } = base;
  if (behind.length === 0) return [];
  const mended = behind.flatMap(({ fixes }) => fixes).length;
  const shown = all ? behind : behind.slice(0, shownAtMost);
  const newer = moved === false ? `${name ?? 'The base'} is still the same image` : 'The base is taken as it is';
  return [
    ...paragraph(
      [],
      {
        text: printable(
          `${newer}, and ${plural(behind.length, 'package')} of it ${behind.length === 1 ? 'is' : 'are'} older than what the sources have (${plural(mended, 'known vulnerability', 'known vulnerabilities')} mended there): a rebuild leaves them, a newer base or an upgrade in a step brings them`,
        ),
      },
      [],
      page,
    ),
    ...changeTable(shown, page),
    ...restLine(behind.length - shown.length, page),
  ];
}

function sourcesBlock({ sources }: RebuildReport, page: Page): string[] {
  return sources.flatMap(({ name, place, state, reason }) =>
    paragraph(
      [
        {
          text: state === 'asked' ? 'asked    ' : state === 'gone' ? 'gone     ' : 'unknown  ',
          style: state === 'asked' ? 'dim' : 'red',
        },
      ],
      { text: printable(`${name}  (${place})${reason === undefined ? '' : `: ${reason}`}`) },
      [],
      page,
    ),
  );
}

const verdictText: Readonly<Record<RebuildVerdict['state'], { readonly text: string; readonly style: Style }>> = {
  pays: { text: 'A rebuild pays.', style: 'yellow' },
  'does not pay': { text: 'A rebuild does not pay.', style: 'green' },
  fails: { text: 'A rebuild would fail.', style: 'red' },
  unknown: { text: 'Whether a rebuild pays is not known.', style: 'magenta' },
};

function verdictBlock({ state, reason, command, uncached, pull }: RebuildVerdict, page: Page): string[] {
  const { text, style } = verdictText[state];
  return [
    ...paragraph([], { text, style }, [], page),
    ...paragraph([{ text: '  ' }], { text: printable(reason) }, [], page),
    ...(pull ? ['  The base has to be pulled anew; every step after it then runs again.'] : []),
    ...(pull
      ? []
      : uncached.flatMap((step) =>
          paragraph([{ text: '  uncached  ', style: 'dim' }], { text: printable(step) }, [], page),
        )),
    ...(command === undefined ? [] : [`  ${printable(command)}`]),
  ];
}

/** The same for programs: `schemas/bases-rebuild.schema.json`. */
export function rebuildJson(report: RebuildReport): string {
  const changeJson = (change: RebuildChange) => ({ ...change, from: change.from ?? null, to: change.to ?? null });
  const { base, verdict } = report;
  return jsonText({
    format: 'plimsoll-rebuild',
    version: rebuildVersion,
    image: report.image,
    digest: report.digest ?? null,
    base: {
      name: base.name ?? null,
      layers: base.layers ?? null,
      moved: base.moved ?? null,
      behind: base.behind.map(changeJson),
    },
    sources: report.sources.map(({ reason, ...rest }) => ({ ...rest, reason: reason ?? null })),
    steps: report.steps.map((step) => ({
      ...step,
      place: step.place ?? null,
      layer: step.layer ?? null,
      changes: step.changes.map(changeJson),
    })),
    advisories: report.advisories,
    verdict: { ...verdict, command: verdict.command ?? null },
  });
}
