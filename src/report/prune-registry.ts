import { jsonText } from '../core/json-text.ts';
import { printable } from '../core/printable.ts';
import type { PruneItem, PrunePlan, PruneRepository, PruneRun } from '../core/registry-prune.ts';
import { type Page, paragraph, type Span } from './internal/terminal-lines.ts';
import { bytesText, plural } from './internal/wording.ts';
import { joinBlocks } from './terminal.ts';

/** Goes up when a field is renamed, removed or means something else. */
const pruneRegistryVersion = 1;

/**
 * A plan to clear a registry, each item with its reason.
 * @param before whether somebody looks at it, or it is carried out now
 */
export function renderPruneRegistry(plan: PrunePlan, page: Page, before: 'look' | 'run' = 'look'): string {
  const items = plan.repositories.flatMap((repository) => repository.items);
  const deleted = items.filter(({ decision }) => decision === 'delete').length;
  const kept = plural(items.length - deleted, 'manifest');
  return joinBlocks([
    head(plan, page),
    ...plan.repositories.map((repository) => repositoryBlock(repository, page)),
    plan.unknown.flatMap((text) =>
      paragraph([{ text: 'not known  ', style: 'yellow' }], { text: printable(text) }, [], page),
    ),
    [
      ...paragraph([], { text: `${kept} kept, ${deleted} to be deleted, which frees ${freedText(plan)}` }, [], page),
      ...(deleted === 0 || before === 'run'
        ? []
        : [`Nothing is deleted yet.   --write deletes it, --write --plan ${plan.id} only if it is still just this.`]),
    ],
  ]);
}

/** What was done of a plan: what was deleted is counted, and all else named. */
export function renderPruneRun(plan: PrunePlan, run: PruneRun, page: Page): string {
  const planned = plan.repositories.flatMap(({ items }) => items.filter(({ decision }) => decision === 'delete'));
  const tags = new Map(planned.map((item) => [item.digest, item]));
  const count = (outcome: PruneRun['items'][number]['outcome']) =>
    run.items.filter((item) => item.outcome === outcome).length;
  const { disk } = run;
  return joinBlocks([
    run.items
      .filter(({ outcome }) => outcome !== 'deleted')
      .flatMap(({ repository, digest, outcome, reason }) => {
        const item = tags.get(digest);
        const name = `${printable(repository)} ${item === undefined ? shortened(digest) : nameOf(item)}`;
        return paragraph(
          [{ text: `${outcome}  `, style: 'yellow' }],
          { text: `${name}: ${printable(reason)}` },
          [],
          page,
        );
      }),
    [
      ...paragraph(
        [],
        {
          text: `${count('deleted')} of ${plural(planned.length, 'manifest')} deleted, ${count('gone already')} gone already, ${count('left alone')} left alone`,
        },
        [],
        page,
      ),
      ...(disk
        ? [
            `on disk ${bytesText(disk.before)} before, ${bytesText(disk.after)} after: ${bytesText(Math.max(0, disk.before - disk.after))} reclaimed (measured)`,
          ]
        : []),
      ...(run.stopped === undefined
        ? []
        : paragraph([{ text: 'stopped  ', style: 'red' }], { text: printable(run.stopped) }, [], page)),
    ],
  ]);
}

function freedText({ freedAtMost, freedBytes }: PrunePlan): string {
  if (freedAtMost === '') return `${bytesText(freedBytes)}, each layer counted once`;
  return `at most ${bytesText(freedBytes)}: ${printable(freedAtMost)}`;
}

function head(plan: PrunePlan, page: Page): string[] {
  const label = (text: string): Span => ({ text: text.padEnd(11), style: 'dim' });
  return [
    ...paragraph(
      [{ text: printable(plan.registry), style: 'bold' }, { text: '   ' }],
      { text: `plan ${plan.id}`, style: 'dim' },
      [],
      page,
    ),
    ...plan.policy.flatMap((text, at) => paragraph([label(at === 0 ? 'kept are' : '')], { text }, [], page)),
    ...plan.roots.flatMap(({ kind, name, read, unread, named }) =>
      paragraph(
        [label(kind)],
        {
          text: `${printable(name)}: ${plural(read, kind === 'git' ? 'file' : 'object')}, ${plural(named, 'tag or digest', 'tags and digests')} named${unread > 0 ? `; ${plural(unread, 'file')} larger than 8 MB not read` : ''}`,
        },
        [],
        page,
      ),
    ),
  ];
}

function repositoryBlock({ name, items, problem }: PruneRepository, page: Page): string[] {
  const deleted = items.filter(({ decision }) => decision === 'delete').length;
  return [
    ...paragraph(
      [{ text: printable(name), style: 'bold' }, { text: '   ' }],
      { text: `${items.length - deleted} kept, ${deleted} to be deleted`, style: 'dim' },
      [],
      page,
    ),
    ...(problem === undefined
      ? []
      : paragraph([{ text: '  kept   ', style: 'yellow' }], { text: `all of it: ${printable(problem)}` }, [], page)),
    ...items.flatMap((item) => {
      const isKept = item.decision === 'keep';
      return paragraph(
        [isKept ? { text: '  kept   ', style: 'green' } : { text: '  delete ', style: 'red' }],
        { text: `${nameOf(item)}${isKept ? '' : ` (${bytesText(item.bytes)})`}: ${printable(item.reason)}` },
        [],
        page,
      );
    }),
  ];
}

function nameOf({ tags, digest }: PruneItem): string {
  return tags.length > 0 ? tags.map(printable).join(', ') : shortened(digest);
}

function shortened(digest: string): string {
  return digest.slice(0, digest.indexOf(':') + 13);
}

/** The same for programs: schemas/prune-registry.schema.json. */
export function pruneRegistryJson(plan: PrunePlan, run: PruneRun | undefined): string {
  const outcomes = new Map(run?.items.map((item) => [`${item.repository}@${item.digest}`, item]));
  const report = {
    format: 'plimsoll-prune-registry',
    version: pruneRegistryVersion,
    registry: plan.registry,
    plan: plan.id,
    now: new Date(plan.now * 1000).toISOString(),
    policy: plan.policy,
    roots: plan.roots.map(({ unknown: _, ...root }) => root),
    repositories: plan.repositories.map(({ name, problem, items }) => ({
      name,
      problem: problem ?? null,
      items: items.map((item) => {
        const outcome = outcomes.get(`${name}@${item.digest}`);
        return {
          digest: item.digest,
          tags: item.tags,
          kind: item.kind,
          bytes: item.bytes,
          date: item.date === undefined ? null : isoDate(item.date),
          dated: item.dated ?? null,
          decision: item.decision,
          keeps: item.keeps ?? null,
          reason: item.reason,
          outcome: outcome?.outcome ?? null,
          outcomeReason: outcome?.reason ?? null,
        };
      }),
    })),
    freedBytes: plan.freedBytes,
    freedAtMost: plan.freedAtMost === '' ? null : plan.freedAtMost,
    unknown: plan.unknown,
    run: run
      ? {
          deleted: run.items.filter(({ outcome }) => outcome === 'deleted').length,
          stopped: run.stopped ?? null,
          diskBefore: run.disk?.before ?? null,
          diskAfter: run.disk?.after ?? null,
        }
      : null,
  };
  return jsonText(report);
}

function isoDate(seconds: number): string | null {
  const date = new Date(seconds * 1000);
  return Number.isNaN(date.getTime()) ? null : date.toISOString();
}
