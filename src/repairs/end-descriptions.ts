import { applyEdits, type Fix, type TextEdit } from '../core/fix.ts';
import type { Dockerfile } from '../dockerfile/dockerfile.ts';
import { lineEndOf } from '../dockerfile/edit-lines.ts';
import { parseDockerfile } from '../dockerfile/parse-dockerfile.ts';
import { findBuildCheckHits } from '../dockerfile/reference/build-checks.ts';
import { commentsBefore } from '../dockerfile/reference/description-comments.ts';
import type { CommentItem } from '../dockerfile/syntax.ts';

/**
 * The fix with an empty comment behind each comment of the file that BuildKit would take, after it, for the description of an ARG or of a stage that the fix
 * has made or named. For those alone who asked to be told of such comments: to everybody else the line says nothing.
 */
export function endDescriptions(dockerfiles: readonly Dockerfile[], fix: Fix): Fix {
  const { edits } = fix.changes;
  if (!edits.some(({ replacement }) => /\b(?:ARG|AS)\b/i.test(replacement))) return fix;
  const paths = new Set(edits.map(({ path }) => path));
  const more = dockerfiles.filter(({ path }) => paths.has(path)).flatMap((dockerfile) => ends(dockerfile, edits));
  return more.length === 0 ? fix : { ...fix, changes: { ...fix.changes, edits: [...more, ...edits] } };
}

function ends(dockerfile: Dockerfile, all: readonly TextEdit[]): TextEdit[] {
  const { path, text, encoding, syntax } = dockerfile;
  const edits = all.filter((edit) => edit.path === path);
  const after = parseDockerfile({ path, text: applyEdits(text, edits), encoding });
  const taken = new Set(takenComments(after).map(({ range }) => range.start));
  if (taken.size === 0) return [];
  const before = new Set(takenComments(dockerfile));
  return syntax.items.flatMap((item) => {
    if (item.kind !== 'comment' || before.has(item)) return [];
    const { start, end } = item.range;
    // One that the fix moves comes to lie in text of the fix.
    if (edits.some(({ range }) => range.start < end && range.end > start)) return [];
    const earlier = edits.filter(({ range }) => range.end <= start);
    if (!taken.has(applyEdits(text.slice(0, start), earlier).length)) return [];
    return [{ path, range: { start: end, end }, replacement: `#${lineEndOf(dockerfile)}` }];
  });
}

/** The comments that BuildKit takes for descriptions and that are none. */
function takenComments(dockerfile: Dockerfile): CommentItem[] {
  const comments = commentsBefore(dockerfile.syntax);
  return findBuildCheckHits(dockerfile, 'InvalidDefinitionDescription').flatMap(
    ({ instruction }) => comments.get(instruction.keyword.range.start) ?? [],
  );
}
