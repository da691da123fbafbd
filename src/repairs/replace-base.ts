import type { TextEdit } from '../core/fix.ts';
import { literalPattern } from '../core/literal-pattern.ts';
import type { Dockerfile } from '../dockerfile/dockerfile.ts';
import { replace } from '../dockerfile/edit.ts';
import type { Token } from '../dockerfile/syntax.ts';

/**
 * The edits that let every FROM and COPY --from that names an image name another one: in its own words, or in the default of the
 * one ARG that they take it from. Undefined where it cannot be said in one place: an ARG that others use too, or a part of the
 * name that stays although the new name has another.
 */
export function replaceReference(
  dockerfile: Dockerfile,
  tokens: readonly Token[],
  from: string,
  to: string,
): TextEdit[] | undefined {
  const edits = new Map<number, TextEdit>();
  for (const token of tokens) {
    const edit = replaceOne(dockerfile, tokens, token, from, to);
    if (edit === undefined) return undefined;
    edits.set(edit.range.start, edit);
  }
  return edits.size === 0 ? undefined : [...edits.values()];
}

function replaceOne(
  dockerfile: Dockerfile,
  tokens: readonly Token[],
  { range, value, raw }: Token,
  from: string,
  to: string,
): TextEdit | undefined {
  const written = dockerfile.text.slice(range.start, range.end);
  if (written === from) return replace(dockerfile, range, to);
  const found = /^([^$]*)\$(?:\{(\w+)(?::-([^${}]*))?\}|(\w+))([^$]*)$/.exec(raw ?? value);
  if (found === null || (raw !== undefined && raw !== value && written !== raw)) return undefined;
  const [, before = '', braced, , bare, after = ''] = found;
  const name = braced ?? bare ?? '';
  if (!to.startsWith(before) || !to.endsWith(after) || to.length < before.length + after.length) return undefined;
  const pair = argumentNamed(dockerfile, name);
  if (pair?.value === undefined || usesOf(dockerfile, name) > tokens.length) return undefined;
  const default_ = pair.value;
  const inner = to.slice(before.length, to.length - after.length);
  const own = dockerfile.text.slice(default_.range.start, default_.range.end);
  if (inner === '' || before + default_.value + after !== from || !own.includes(default_.value)) return undefined;
  return replace(
    dockerfile,
    default_.range,
    own.replace(default_.value, () => inner),
  );
}

/** The only declaration of a global ARG; undefined when there are none or several. */
function argumentNamed(dockerfile: Dockerfile, name: string) {
  const pairs = dockerfile.globalArgs.flatMap((argument) => argument.pairs).filter(({ key }) => key.value === name);
  return pairs.length === 1 ? pairs[0] : undefined;
}

function usesOf({ text }: Dockerfile, name: string): number {
  return [...text.matchAll(new RegExp(`\\$(?:\\{${literalPattern(name)}(?!\\w)|${literalPattern(name)}(?!\\w))`, 'g'))]
    .length;
}
