import type { Cost, Finding } from '../../core/finding.ts';
import { fixClass } from '../../core/fix.ts';
import type { Inventory, Report, ReportedLink } from '../../core/report.ts';
import { type Severity, severities } from '../../core/severity.ts';

/** `1 Dockerfile`, `2 Dockerfiles`. */
export function plural(count: number, singular: string, several = `${singular}s`): string {
  return `${count} ${count === 1 ? singular : several}`;
}

/** Decimal units, as registries and disks count: `950 B`, `4.2 kB`, `184 MB`, `1.12 GB`. */
export function bytesText(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let value = bytes;
  let unit = 0;
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  const digits = unit === 0 || value >= 99.5 ? 0 : value >= 9.95 ? 1 : 2;
  return `${Number(value.toFixed(digits))} ${units[unit]}`;
}

/** `0.2 s`, `12 s`, `3 min`. */
export function secondsText(seconds: number): string {
  if (seconds >= 120) return `${Math.round(seconds / 60)} min`;
  return `${seconds >= 10 ? Math.round(seconds) : Number(seconds.toFixed(1))} s`;
}

/** `168 MB, 12 s each rebuild`: what is known, without the word that says how. Empty when there is no figure. */
export function costFigures(cost: Cost): string {
  return [
    ...(cost.bytes === undefined ? [] : [bytesText(cost.bytes)]),
    ...(cost.bytesADay === undefined ? [] : [`${bytesText(cost.bytesADay)} a day`]),
    ...(cost.seconds === undefined ? [] : [`${secondsText(cost.seconds)} each rebuild`]),
  ].join(', ');
}

/** `about 168 MB (estimated)`, `168 MB (measured)`. Undefined when no figure is known. */
export function costText(cost: Cost | undefined): string | undefined {
  if (!cost) return undefined;
  const figures = costFigures(cost);
  if (figures === '') return undefined;
  return `${cost.basis === 'estimated' ? 'about ' : ''}${figures} (${cost.basis})`;
}

export function countBySeverity(findings: readonly Pick<Finding, 'severity'>[]): Record<Severity, number> {
  const counts: Record<Severity, number> = { error: 0, warning: 0, note: 0 };
  for (const { severity } of findings) counts[severity] += 1;
  return counts;
}

/** `2 errors, 9 warnings, 4 notes`; what is zero is left out; `nothing found` when all are. */
export function countsText(findings: readonly Pick<Finding, 'severity'>[]): string {
  const counts = countBySeverity(findings);
  const parts = severities
    .filter((severity) => counts[severity] > 0)
    .map((severity) => plural(counts[severity], severity));
  return parts.length === 0 ? 'nothing found' : parts.join(', ');
}

export function safeFixCount(findings: readonly Finding[]): number {
  return findings.filter(({ fix }) => fix && fixClass(fix) === 'safe').length;
}

/** What was looked at, in a few words each: `2 Dockerfiles`, `3 workloads`, `context 184 MB (171 MB for nothing)`. */
export function inventoryParts(inventory: Inventory): string[] {
  const { dockerfiles, workloads, objects, composeServices, applications, contexts, images = [] } = inventory;
  const parts: string[] = [];
  if (dockerfiles > 0) parts.push(plural(dockerfiles, 'Dockerfile'));
  if (workloads > 0) parts.push(plural(workloads, 'workload'));
  else if (objects > 0) parts.push(plural(objects, 'Kubernetes object'));
  if (composeServices > 0) parts.push(plural(composeServices, 'Compose service'));
  if (applications > 0)
    parts.push(
      `${plural(applications, 'application')}${isWithoutImages(inventory) ? ' without a Dockerfile or manifest' : ''}`,
    );
  for (const { name, bytes, layers } of images)
    parts.push(`image ${name} ${bytesText(bytes)} in ${plural(layers, 'layer')}`);
  if (contexts.length > 0) {
    const bytes = sum(contexts.map((context) => context.bytes));
    const unneeded = sum(contexts.map((context) => context.unneededBytes));
    const name = contexts.length === 1 ? 'context' : `${contexts.length} contexts`;
    parts.push(`${name} ${bytesText(bytes)}${unneeded > 0 ? ` (${bytesText(unneeded)} for nothing)` : ''}`);
  }
  return parts.length === 0 ? [nothingToLookAt] : parts;
}

/** In place of what was looked at. */
export const nothingToLookAt = 'nothing to look at: no Dockerfile, Compose file or Kubernetes manifest';

/** True for an application's repository that has nothing yet of what `plimsoll init` writes. */
export function isWithoutImages({
  dockerfiles,
  objects,
  composeServices,
  applications,
  images = [],
}: Inventory): boolean {
  return applications > 0 && dockerfiles + objects + composeServices + images.length === 0;
}

/** False when there was nothing to audit. */
export function hasSubjects(inventory: Inventory): boolean {
  const { dockerfiles, objects, composeServices, applications, contexts, images = [] } = inventory;
  return dockerfiles + objects + composeServices + applications + contexts.length + images.length > 0;
}

/** `web/Dockerfile → shop/web → deployment/web ×3`, each part as it came: the caller makes it safe for its format. */
export function linkParts(link: ReportedLink): string[] {
  const shown = link.runBy.slice(0, 3).map(({ kind, name, replicas }) => {
    const times = replicas !== undefined && replicas !== 1 ? ` ×${replicas}` : '';
    return `${kind.toLowerCase()}/${name}${times}`;
  });
  if (link.runBy.length > shown.length) shown.push(`${link.runBy.length - shown.length} more`);
  return [
    link.stage === undefined ? link.dockerfile : `${link.dockerfile} (stage ${link.stage})`,
    ...(link.image === undefined ? [] : [link.image]),
    ...(shown.length === 0 ? [] : [shown.join(', ')]),
  ];
}

/** `3 findings are not shown: 2 by comments, 1 by the baseline`. Undefined when nothing is suppressed. */
export function suppressedText(report: Pick<Report, 'suppressed'>): string | undefined {
  if (report.suppressed.length === 0) return undefined;
  const by = {
    comment: 'by comments',
    configuration: 'by configuration',
    baseline: 'by the baseline',
    since: 'in unchanged files',
    image: 'as the image shows that it is not so',
  };
  const kinds = ['comment', 'configuration', 'baseline', 'since', 'image'] as const;
  const parts = kinds.flatMap((kind) => {
    const count = report.suppressed.filter((suppressed) => suppressed.by === kind).length;
    return count === 0 ? [] : [`${count} ${by[kind]}`];
  });
  return `${plural(report.suppressed.length, 'finding')} suppressed: ${parts.join(', ')}`;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
