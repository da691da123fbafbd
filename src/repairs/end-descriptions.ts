import { applyEdits, type Fix, type TextEdit } from '../core/fix.ts';
import type { Dockerfile } from '../dockerfile/dockerfile.ts';
import { lineEndOf } from '../dockerfile/edit-lines.ts';
import { parseDockerfile } from '../dockerfile/parse-dockerfile.ts';
import { checksDescriptions, findBuildCheckHits } from '../dockerfile/reference/build-checks.ts';
import { commentsBefore } from '../dockerfile/reference/description-comments.ts';
import type { CommentItem } from '../dockerfile/syntax.ts';

/**
 * The fix with an empty comment behind each comment of the file that BuildKit would take, after it, for the description of an ARG or of a stage that the fix
 * has made or named. For those alone who asked to be told of such comments, by the file's own `# check=` or otherwise: to everybody else the line says nothing.
 * @param asksFor whether to be told of them in the file at a path is asked for otherwise
 */
export function endDescriptions(dockerfiles: readonly Dockerfile[], fix: Fix, asksFor: (path: string) => boolean): Fix {
  const { edits } = fix.changes;
  if (!edits.some(({ replacement }) => /\b(?:ARG|AS)\b/i.test(replacement))) return fix;
  const paths = new Set(edits.map(({ path }) => path));
  const more = dockerfiles
    .filter((each) => paths.has(each.path) && (asksFor(each.path) || checksDescriptions(each)))
    .flatMap((dockerfile) => ends(dockerfile, edits));
  return more.length === 0 ? fix : { ...fix, changes: { ...fix.changes, edits: [...more, ...edits] } };
}

function ends(dockerfile: Dockerfile, all: readonly TextEdit[]): TextEdit[] {
  const { path, syntax } = dockerfile;
  const edits = all.filter((edit) => edit.path === path);
  const before = takenBefore(dockerfile);
  return syntax.items.flatMap((item, at) => {
    if (item.kind !== 'comment' || before.has(item)) return [];
    const { start, end } = item.range;
    // One that the fix moves comes to lie in text of the fix.
    if (edits.some(({ range }) => range.start < end && range.end > start)) return [];
    if (!isTakenAfter(dockerfile, at, edits)) return [];
    return [{ path, range: { start: end, end }, replacement: `#${lineEndOf(dockerfile)}` }];
  });
}

/**
 * Whether the comment is one once the edits are made. Only what stands from it to the first instruction that stays as it is tells that, so that
 * not the whole file is read again for each of many fixes.
 */
function isTakenAfter({ path, text, encoding, syntax }: Dockerfile, at: number, edits: readonly TextEdit[]): boolean {
  const { items } = syntax;
  const { start = 0, end: behind = 0 } = items[at]?.range ?? {};
  let end = behind;
  for (let next = at + 1; next < items.length; next++) {
    const item = items[next];
    if (item?.kind !== 'instruction') continue;
    const from = end;
    end = item.range.end;
    if (!edits.some(({ range }) => range.start <= item.range.end && range.end >= from)) break;
  }
  const own = edits.filter(({ range }) => range.start >= behind && range.end <= end);
  if (own.length === 0) return false;
  // A comment at the top of a file could be a directive.
  const head = `# escape=${syntax.escape}\nFROM scratch\n`;
  const moved = own.map((edit) => ({
    ...edit,
    range: { start: edit.range.start - start, end: edit.range.end - start },
  }));
  const after = parseDockerfile({ path, text: head + applyEdits(text.slice(start, end), moved), encoding });
  return takenComments(after).some(({ range }) => range.start === head.length);
}

const known = new WeakMap<Dockerfile, ReadonlySet<CommentItem>>();

function takenBefore(dockerfile: Dockerfile): ReadonlySet<CommentItem> {
  let taken = known.get(dockerfile);
  if (taken === undefined) {
    taken = new Set(takenComments(dockerfile));
    known.set(dockerfile, taken);
  }
  return taken;
}

/** The comments that BuildKit takes for descriptions and that are none. */
function takenComments(dockerfile: Dockerfile): CommentItem[] {
  const comments = commentsBefore(dockerfile.syntax);
  return findBuildCheckHits(dockerfile, 'InvalidDefinitionDescription').flatMap(
    ({ instruction }) => comments.get(instruction.keyword.range.start) ?? [],
  );
}
