import type { BasePlaceKind } from '../../core/bases-report.ts';
import type { TextEdit } from '../../core/fix.ts';
import type { SourceRange } from '../../core/text.ts';

/** A place in a file that names an image. */
export interface NamedPlace {
  readonly path: string;
  readonly range: SourceRange;
  readonly kind: BasePlaceKind;
  /** The reference with the defaults of variables put in. */
  readonly text: string;
  /** Whether what is named there runs somewhere, rather than building or testing. */
  readonly ships: boolean;
}

/** Another reference for what a place names. */
export interface PlaceChange {
  readonly place: NamedPlace;
  readonly to: string;
}

/** Edits that only together let some places name what they are to name. */
export interface Rewriting {
  readonly places: readonly NamedPlace[];
  readonly edits: readonly TextEdit[];
}

/** The edits for some changes, and the places for which there are none: where it cannot be written in one place. */
export interface Rewritten {
  readonly made: readonly Rewriting[];
  readonly left: readonly NamedPlace[];
}

/** The names of images in a file, which only together can be rewritten: several may come from one ARG. */
export interface NamedImages {
  readonly places: readonly NamedPlace[];
  readonly unresolved: readonly UnresolvedName[];
  rewrite(changes: readonly PlaceChange[]): Rewritten;
}

/** A place whose image is not known. */
export interface UnresolvedName {
  readonly path: string;
  readonly range: SourceRange;
  readonly text: string;
  readonly reason: string;
}

/** A place that is rewritten by itself. */
export interface SingleName {
  readonly place: NamedPlace;
  rewrite(to: string): readonly TextEdit[] | undefined;
}

export function separateNames(names: readonly SingleName[], unresolved: readonly UnresolvedName[] = []): NamedImages {
  const byPlace = new Map(names.map((name) => [name.place, name]));
  return {
    places: names.map(({ place }) => place),
    unresolved,
    rewrite(changes) {
      const made: Rewriting[] = [];
      const left: NamedPlace[] = [];
      for (const { place, to } of changes) {
        const edits = byPlace.get(place)?.rewrite(to);
        if (edits === undefined) left.push(place);
        else made.push({ places: [place], edits });
      }
      return { made, left };
    },
  };
}
