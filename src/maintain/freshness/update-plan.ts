import type { BaseStatus } from '../../core/bases-report.ts';
import type { TextEdit } from '../../core/fix.ts';
import { familiarName, nameAsWritten, parseImageReference } from '../../core/image-reference.ts';
import { compareCodes } from '../../core/natural-order.ts';
import type { NamedImages, NamedPlace, PlaceChange } from './named-image.ts';

/** One reference, what takes its place, and where. */
export interface BaseUpdate {
  readonly from: string;
  readonly to: string;
  readonly places: readonly NamedPlace[];
}

/** All updates of the tags of one image that can be written: their files are written together or not at all. */
export interface UpdateGroup {
  /** Without tag and digest: `node`, `ghcr.io/acme/web`. */
  readonly name: string;
  readonly updates: readonly BaseUpdate[];
  readonly edits: readonly TextEdit[];
}

export interface UpdatePlan {
  readonly groups: readonly UpdateGroup[];
  /** Places where the new name cannot be written in one place. */
  readonly left: readonly PlaceChange[];
  /** Places that a comment protects. */
  readonly kept: readonly PlaceChange[];
}

/** What an image is to be named: the newest tag of its track, with the digest where one is written. Undefined where it is current. */
export function updateTarget({ image, newer, moved, tag, digest }: BaseStatus): string | undefined {
  const reference = parseImageReference(image);
  if (reference === undefined) return undefined;
  const name = nameAsWritten(reference);
  if (newer !== undefined) {
    if (digest === undefined) return `${name}:${newer.tag}`;
    // A tag beside the digest of another one would say what is not so.
    return newer.digest === undefined ? undefined : `${name}:${newer.tag}@${newer.digest}`;
  }
  const pinned = moved.find(({ by }) => by === 'pinned');
  return pinned === undefined ? undefined : `${name}:${tag}@${pinned.to}`;
}

/** The edits that bring every place up to date, by image. */
export function planUpdates(
  files: readonly NamedImages[],
  targets: ReadonlyMap<string, string>,
  isProtected: (place: NamedPlace) => boolean,
): UpdatePlan {
  const left: PlaceChange[] = [];
  const kept: PlaceChange[] = [];
  const edits = new Map<string, TextEdit[]>();
  const updates = new Map<string, Map<string, { to: string; places: NamedPlace[] }>>();
  for (const file of files) {
    const changes = file.places.flatMap((place): PlaceChange[] => {
      const to = targets.get(place.text);
      return to === undefined ? [] : [{ place, to }];
    });
    const toOf = new Map(changes.map(({ place, to }) => [place, to]));
    const open = changes.filter((change) => !isProtected(change.place));
    kept.push(...changes.filter((change) => !open.includes(change)));
    const rewritten = file.rewrite(open);
    left.push(...open.filter(({ place }) => rewritten.left.includes(place)));
    for (const { places, edits: own } of rewritten.made) {
      const [first] = places;
      const group = first && groupOf(first.text);
      if (group === undefined || own.length === 0) continue;
      edits.set(group, [...(edits.get(group) ?? []), ...own]);
      const inGroup = updates.get(group) ?? new Map<string, { to: string; places: NamedPlace[] }>();
      updates.set(group, inGroup);
      for (const place of places) {
        const update = inGroup.get(place.text) ?? { to: toOf.get(place) ?? '', places: [] };
        update.places.push(place);
        inGroup.set(place.text, update);
      }
    }
  }
  const groups = [...updates].map(([name, inGroup]) => ({
    name,
    updates: [...inGroup].map(([from, { to, places }]) => ({ from, to, places })),
    edits: edits.get(name) ?? [],
  }));
  return { groups: groups.sort((one, other) => compareCodes(one.name, other.name)), left, kept };
}

function groupOf(text: string): string | undefined {
  const reference = parseImageReference(text);
  return reference && familiarName(reference);
}
