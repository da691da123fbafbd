import { jsonText } from '../core/json-text.ts';
import type { FileAction } from '../core/planned-file.ts';
import { printable } from '../core/printable.ts';
import { shellWord } from '../core/shell-word.ts';
import type { ObservedWorkload } from '../observe/observe-plan.ts';
import type { ObserveRun } from './perform-observe.ts';

interface TextOptions {
  readonly colored: boolean;
  /** The output directory as seen from the working directory. */
  readonly directory: string;
  /** What writes it, where nothing was written. */
  readonly command: string;
  /** What a newer version would bring to files that were changed by hand, as a patch. */
  readonly newer: string;
}

const mostWorkloads = 12;

/** What was found and written, as a person reads it. */
export function observeText(run: ObserveRun, options: TextOptions): string {
  const blocks = [workloadsText(run, options), filesText(run, options), handText(run, options), nextText(run, options)];
  return `${blocks.filter((block) => block !== '').join('\n\n')}\n`;
}

function workloadsText({ plan, project, asked }: ObserveRun, { colored }: TextOptions): string {
  const bold = (text: string) => (colored ? `\u001b[1m${text}\u001b[22m` : text);
  const { workloads, choices, unnamed = [] } = plan;
  const head = `${bold(printable(project.name))}   ${count(workloads.length, 'workload')} · ${choices.stack} · ${asked.parts.join(', ') || 'no part'}${asked.remembered ? ' (choices of the last run)' : ''}`;
  const titles = workloads.slice(0, mostWorkloads).map((each) => [titleOf(each), factsOf(each)] as const);
  const width = Math.max(0, ...titles.map(([title]) => title.length));
  return [
    head,
    ...titles.map(([title, facts]) => `  ${title.padEnd(width)}  ${facts}`.trimEnd()),
    ...(workloads.length > mostWorkloads ? [`  and ${workloads.length - mostWorkloads} more`] : []),
    ...(unnamed.length > 0 ? [`  ${unnamedText(unnamed)}`] : []),
    ...(workloads.length === 0
      ? ['  What observes the cluster as a whole is written all the same; nothing is known of applications.']
      : []),
  ].join('\n');
}

/** With what to do: most such names are filled in by a script. */
function unnamedText(unnamed: readonly string[]): string {
  const named = unnamed.slice(0, 3).map((name) => `«${printable(name).slice(0, 80)}»`);
  const more = unnamed.length > named.length ? ` and ${unnamed.length - named.length} more` : '';
  return `Left out, as Kubernetes takes no such name: ${named.join(', ')}${more}. Run observe on what is applied, with its names filled in.`;
}

function titleOf({ namespace, kind, name }: ObservedWorkload): string {
  return printable(`${namespace === undefined ? '' : `${namespace}/`}${kind.toLowerCase()}/${name}`);
}

function factsOf({ metrics, containers, serves }: ObservedWorkload): string {
  const formats = [...new Set(containers.map(({ logFormat }) => logFormat))].filter((format) => format !== 'unknown');
  return [
    metrics ? `metrics :${metrics.port}${metrics.path}` : 'no metrics known',
    ...(formats.length > 0 ? [`logs ${formats.join(', ')}`] : []),
    ...(serves ? ['serves'] : []),
  ].join(' · ');
}

const words: Readonly<Record<Exclude<FileAction, 'same'>, readonly [done: string, would: string]>> = {
  create: ['written', 'would be written'],
  update: ['updated', 'would be updated'],
  changed: ['changed by hand, left alone', 'changed by hand, would be left alone'],
  kept: ['changed by hand, no newer version', 'changed by hand, no newer version'],
  yours: ['yours', 'yours'],
  stale: ['nothing generates it any more', 'nothing generates it any more'],
};

function filesText({ files, written }: ObserveRun, { directory }: TextOptions): string {
  const shown = files.flatMap(({ path, action, reason }) =>
    action === 'same' ? [] : [{ path: printable(`${directory}/${path}`), action, reason }],
  );
  const same = files.length - shown.length;
  const width = Math.max(0, ...shown.map(({ path }) => path.length));
  return [
    ...shown.map(
      ({ path, action, reason }) =>
        `  ${path.padEnd(width)}  ${words[action][written ? 0 : 1]}${reason === undefined ? '' : ` (${reason})`}`,
    ),
    ...(same > 0 ? [`  ${count(same, 'file')} as ${same === 1 ? 'it is' : 'they are'}`] : []),
  ].join('\n');
}

/** Of a patch; the whole is had by `--diff --force`. */
const mostLines = 60;

function handText({ files }: ObserveRun, { directory, newer }: TextOptions): string {
  const lines = newer.split('\n');
  const stale = files.some((file) => file.action === 'stale');
  return [
    ...(newer === ''
      ? []
      : [
          '  What a newer version would bring to what you changed by hand («--force» takes it, «--diff --force» shows all of it):',
          '',
          ...lines.slice(0, mostLines).map((line) => `  ${printable(line)}`.trimEnd()),
          ...(lines.length > mostLines ? [`  and ${lines.length - mostLines} more lines`] : []),
          `  Put your changes into ${directory}/overlay, or between «# plimsoll:keep NAME» and «# plimsoll:end», and they stay.`,
        ]),
    ...(stale
      ? ['  What nothing generates any more is of a choice that was dropped: remove it when you do not need it.']
      : []),
  ].join('\n');
}

function nextText({ written, files }: ObserveRun, { directory, command }: TextOptions): string {
  const changes = files.some(({ action }) => action === 'create' || action === 'update');
  if (!written && changes) return `  Nothing is written.   ${command}   writes it`;
  const overlay = shellWord(`${directory}/overlay`);
  const commands = [
    [`kubectl kustomize ${overlay}`, 'see it'],
    [`kubectl apply --server-side --dry-run=server --kustomize ${overlay}`, 'try it'],
    [`kubectl apply --server-side --kustomize ${overlay}`, 'install it'],
  ];
  const width = Math.max(...commands.map(([call = '']) => call.length));
  return commands.map(([call = '', meaning]) => `  ${call.padEnd(width)}   ${meaning}`).join('\n');
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}

/** The plan with what happens to each file, for programs: `schemas/observe.schema.json`. */
export function observeJson({ plan, asked, files, written }: ObserveRun): string {
  const { workloads, choices, unnamed = [] } = plan;
  return jsonText(
    {
      format: 'plimsoll-observe',
      version: 1,
      written,
      choices: { ...choices, quietHours: choices.quietHours, memoryScaled: choices.memoryScaled ?? [] },
      parts: asked.parts,
      workloads: workloads.map((each) => ({ ...each, alone: each.alone })),
      unnamed,
      files: files.map(({ path, action, before, after, reason }) => ({
        path,
        action,
        reason: reason ?? null,
        text: after ?? before ?? null,
      })),
    },
    plain,
  );
}

/** Maps as objects, and null for what is not known, so that every key is always there. */
function plain(_: string, value: unknown): unknown {
  if (value instanceof Map) return Object.fromEntries(value);
  return value === undefined ? null : value;
}
