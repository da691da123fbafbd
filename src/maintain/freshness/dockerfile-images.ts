import type { BasePlaceKind } from '../../core/bases-report.ts';
import { parseImageReference } from '../../core/image-reference.ts';
import type { SourceRange } from '../../core/text.ts';
import type { Dockerfile } from '../../dockerfile/dockerfile.ts';
import { replace } from '../../dockerfile/edit.ts';
import type { Stage, StageReference } from '../../dockerfile/stage.ts';
import { resolveCopyFrom, resolveMountFrom } from '../../dockerfile/stage-graph.ts';
import type { Token } from '../../dockerfile/syntax.ts';
import { type Project, shippedStages } from '../../project/project.ts';
import { stageChain } from '../../project/stage-facts.ts';
import { type ReferenceChange, replaceReferences } from '../../repairs/replace-base.ts';
import type { NamedImages, NamedPlace, UnresolvedName } from './named-image.ts';

/** The stages that ship, and those that they are built on. */
export function shippedChain(project: Project, dockerfile: Dockerfile): ReadonlySet<Stage> {
  return new Set(shippedStages(project, dockerfile).flatMap(stageChain));
}

/**
 * The images that a Dockerfile pulls: of `# syntax`, FROM, `COPY --from` and `RUN --mount=from=`.
 * @param isGiven whether another file always says what a name in FROM stands for, and is asked in its place
 */
export function dockerfileImages(
  project: Project,
  dockerfile: Dockerfile,
  isGiven: (written: string) => boolean,
): NamedImages {
  const { path, text } = dockerfile;
  const unresolved: UnresolvedName[] = [];
  const places: NamedPlace[] = [];
  const tokens = new Map<NamedPlace, Token>();
  const add = (base: StageReference, range: SourceRange, kind: BasePlaceKind, ships: boolean, token?: Token) => {
    if (base.kind !== 'image') return;
    if (base.complete && parseImageReference(base.reference)) {
      const place = { path, range, kind, text: base.reference, ships };
      places.push(place);
      if (token) tokens.set(place, token);
      return;
    }
    const reason = base.complete ? 'this is no reference of an image' : 'a variable in it has no default';
    unresolved.push({ path, range, text: base.reference, reason });
  };
  for (const { name, value, valueRange } of dockerfile.syntax.directives) {
    const [reference = ''] = value.split(/\s/, 1);
    const start = text.indexOf(reference, valueRange.start);
    if (name === 'syntax' && parseImageReference(reference) && start < valueRange.end)
      places.push({
        path,
        range: { start, end: start + reference.length },
        kind: '# syntax',
        text: reference,
        ships: false,
      });
  }
  const shipped = shippedChain(project, dockerfile);
  for (const stage of dockerfile.stages) {
    const image = stage.from?.image;
    if (image && !isGiven(image.value)) add(stage.base, image.range, 'FROM', shipped.has(stage), image);
  }
  for (const { instruction } of dockerfile.instructionsNamed('COPY')) {
    const { from } = instruction;
    // A bare name may be a build context of the command line.
    if (from && /[/:]/.test(from.value)) add(resolveCopyFrom(dockerfile, from), from.range, 'COPY --from', true, from);
  }
  for (const { instruction } of dockerfile.instructionsNamed('RUN'))
    for (const { options, range } of instruction.mounts) {
      const from = options.get('from');
      const at = from && /[/:]/.test(from) ? text.slice(range.start, range.end).indexOf(`from=${from}`) : -1;
      if (from === undefined || at === -1) continue;
      const start = range.start + at + 'from='.length;
      add(resolveMountFrom(dockerfile, from), { start, end: start + from.length }, 'RUN --mount', false);
    }
  return {
    places,
    unresolved,
    rewrite(changes) {
      const named = changes.flatMap(({ place, to }) => {
        const token = tokens.get(place);
        return token ? [{ token, from: place.text, to, place }] : [];
      });
      const placeOf = new Map<Token, NamedPlace>(named.map(({ token, place }) => [token, place]));
      const placesOf = (some: readonly ReferenceChange[]) => some.flatMap(({ token }) => placeOf.get(token) ?? []);
      const { made, left } = replaceReferences(dockerfile, named);
      return {
        made: [
          ...made.map(({ edit, changes: own }) => ({ places: placesOf(own), edits: [edit] })),
          ...changes.flatMap(({ place, to }) =>
            tokens.has(place) ? [] : { places: [place], edits: [replace(dockerfile, place.range, to)] },
          ),
        ],
        left: placesOf(left),
      };
    },
  };
}
