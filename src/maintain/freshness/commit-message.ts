import { nameAsWritten, parseImageReference } from '../../core/image-reference.ts';
import { printable } from '../../core/printable.ts';
import type { BaseUpdate, UpdateGroup } from './update-plan.ts';

/** What the labels of an image say of where it comes from (https://github.com/opencontainers/image-spec/blob/main/annotations.md). */
export interface ImageSources {
  readonly digest: string | undefined;
  readonly labels: ReadonlyMap<string, string>;
}

/** The images before and after an update; undefined where a registry did not tell. */
export interface UpdateSources {
  readonly before: ImageSources | undefined;
  readonly after: ImageSources | undefined;
}

const longestTitle = 72;
const longestLabel = 200;

/** A commit's message: from what to what, where, and from which sources the images say that they were built. */
export function commitMessage(
  groups: readonly UpdateGroup[],
  sourcesOf: (update: BaseUpdate) => UpdateSources,
  lineOf: (place: BaseUpdate['places'][number]) => string,
): string {
  const updates = groups.flatMap((group) => group.updates);
  return `${titleOf(groups)}\n\n${updates.map((update) => updateText(update, sourcesOf(update), lineOf)).join('\n')}`;
}

function titleOf(groups: readonly UpdateGroup[]): string {
  const parts = groups.map(({ name, updates }) => {
    const [only, ...others] = updates;
    return only === undefined || others.length > 0 ? name : shortText(only);
  });
  const title = `Update ${parts.join(', ')}`;
  if (title.length <= longestTitle) return title;
  return groups.length === 1
    ? `Update ${groups[0]?.name}`.slice(0, longestTitle)
    : `Update ${groups.length} base images`;
}

/** `node 20.1.0 to 20.2.0`; `node 20 to its new digest`. */
function shortText({ from, to }: BaseUpdate): string {
  const [before, after] = [parseImageReference(from), parseImageReference(to)];
  if (!before || !after) return from;
  const name = nameAsWritten(before);
  return before.tag === after.tag ? `${name}:${before.tag} to its new digest` : `${name} ${before.tag} to ${after.tag}`;
}

function updateText(
  update: BaseUpdate,
  { before, after }: UpdateSources,
  lineOf: (place: BaseUpdate['places'][number]) => string,
): string {
  const label = (sources: ImageSources | undefined, name: string) => {
    const text = sources?.labels.get(`org.opencontainers.image.${name}`);
    return text === undefined || text === '' ? undefined : printable(text.slice(0, longestLabel));
  };
  const change = (name: string) => {
    const [old, now] = [label(before, name), label(after, name)];
    if (now === undefined) return old === undefined ? [] : [`  ${name}: ${old}, and the new image does not say`];
    return [`  ${name}: ${old === undefined || old === now ? now : `${old} -> ${now}`}`];
  };
  const digest =
    after?.digest === undefined
      ? []
      : [
          `  digest: ${before?.digest === undefined || before.digest === after.digest ? '' : `${before.digest} -> `}${after.digest}`,
        ];
  const sources = ['source', 'revision', 'version', 'created'].flatMap(change);
  return [
    `${update.from} -> ${update.to}`,
    `  in ${[...new Set(update.places.map(lineOf))].join(', ')}`,
    ...digest,
    ...(sources.length > 0
      ? sources
      : [`  source: ${after === undefined ? 'not known, its registry did not tell' : 'its labels name none'}`]),
    '',
  ].join('\n');
}
