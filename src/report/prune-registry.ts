import { printable } from '../core/printable.ts';
import type { PruneItem, PrunePlan, PruneRepository, PruneRun } from '../core/registry-prune.ts';
import { type Page, paragraph, type Span } from './internal/terminal-lines.ts';
import { bytesText, plural } from './internal/wording.ts';
import { joinBlocks } from './terminal.ts';

/** Goes up when a field is renamed, removed or means something else. */
const pruneRegistryVersion = 1;

/** A plan to clear a registry, each item with its reason, and what was done of it. */
export function renderPruneRegistry(plan: PrunePlan, run: PruneRun | undefined, page: Page): string {
  return joinBlocks([
    head(plan, page),
    ...plan.repositories.map((repository) => repositoryBlock(repository, run, page)),
    plan.unknown.flatMap((text) =>
      paragraph([{ text: 'not known  ', style: 'yellow' }], { text: printable(text) }, [], page),
    ),
    totals(plan, run, page),
  ]);
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
    ...plan.roots.flatMap(({ kind, name, read, named }) =>
      paragraph(
        [label(kind)],
        {
          text: `${printable(name)}: ${plural(read, kind === 'git' ? 'file' : 'object')}, ${plural(named, 'tag or digest', 'tags and digests')} named`,
        },
        [],
        page,
      ),
    ),
  ];
}

function repositoryBlock({ name, items, problem }: PruneRepository, run: PruneRun | undefined, page: Page): string[] {
  const deleted = items.filter(({ decision }) => decision === 'delete').length;
  const outcomes = new Map(
    run?.items.flatMap((item) => (item.repository === name ? [[item.digest, item] as const] : [])),
  );
  return [
    ...paragraph(
      [{ text: printable(name), style: 'bold' }, { text: '   ' }],
      {
        text: `${items.length - deleted} kept, ${deleted} ${run ? 'to be deleted' : 'would be deleted'}`,
        style: 'dim',
      },
      [],
      page,
    ),
    ...(problem === undefined
      ? []
      : paragraph([{ text: '  kept   ', style: 'yellow' }], { text: `all of it: ${printable(problem)}` }, [], page)),
    ...items.flatMap((item) => itemLines(item, outcomes.get(item.digest), page)),
  ];
}

function itemLines(item: PruneItem, outcome: PruneRun['items'][number] | undefined, page: Page): string[] {
  const name = item.tags.length > 0 ? item.tags.map(printable).join(', ') : shortened(item.digest);
  const done =
    outcome === undefined
      ? item.decision === 'keep'
        ? 'kept'
        : 'delete'
      : outcome.outcome === 'deleted'
        ? 'deleted'
        : outcome.outcome;
  const style = item.decision === 'keep' || outcome?.outcome === 'left alone' ? 'green' : 'red';
  const reason = outcome === undefined || outcome.outcome === 'deleted' ? item.reason : outcome.reason;
  const size = item.decision === 'keep' ? '' : ` (${bytesText(item.bytes)})`;
  return paragraph(
    [{ text: `  ${done.padEnd(7)}`, style }],
    { text: `${name}${size}: ${printable(reason)}` },
    [],
    page,
  );
}

function totals(plan: PrunePlan, run: PruneRun | undefined, page: Page): string[] {
  const items = plan.repositories.flatMap((repository) => repository.items);
  const planned = items.filter(({ decision }) => decision === 'delete').length;
  const bytes = `${plan.freedAtMost === '' ? '' : 'at most '}${bytesText(plan.freedBytes)}`;
  const because = plan.freedAtMost === '' ? '' : `: ${printable(plan.freedAtMost)}`;
  if (run === undefined)
    return [
      ...paragraph(
        [],
        {
          text: `${plural(items.length - planned, 'manifest')} kept, ${planned} would be deleted; that frees ${bytes} (each layer once${because})`,
        },
        [],
        page,
      ),
      ...(planned === 0
        ? []
        : [`Nothing is deleted yet.   --write deletes this plan, --write --plan ${plan.id} only this one.`]),
    ];
  const count = (outcome: PruneRun['items'][number]['outcome']) =>
    run.items.filter((item) => item.outcome === outcome).length;
  return [
    ...paragraph(
      [],
      {
        text: `${count('deleted')} of ${plural(planned, 'manifest')} deleted, ${count('gone already')} gone already, ${count('left alone')} left alone; all of the plan frees ${bytes}${because}`,
      },
      [],
      page,
    ),
    ...(run.disk
      ? [
          `On disk: ${bytesText(run.disk.before)} before, ${bytesText(run.disk.after)} after: ${bytesText(Math.max(0, run.disk.before - run.disk.after))} reclaimed (measured)`,
        ]
      : []),
    ...(run.stopped === undefined
      ? []
      : paragraph([{ text: 'stopped  ', style: 'red' }], { text: printable(run.stopped) }, [], page)),
  ];
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
    roots: plan.roots,
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
  return `${JSON.stringify(report, undefined, 2)}\n`;
}

function isoDate(seconds: number): string | null {
  const date = new Date(seconds * 1000);
  return Number.isNaN(date.getTime()) ? null : date.toISOString();
}
