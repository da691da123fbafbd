import type { TextEdit } from '../core/fix.ts';
import { literalPattern } from '../core/literal-pattern.ts';
import type { Dockerfile } from '../dockerfile/dockerfile.ts';
import { replace } from '../dockerfile/edit.ts';
import type { Token } from '../dockerfile/syntax.ts';

/** Another name for the image that a FROM or COPY --from names. */
export interface ReferenceChange {
  readonly token: Token;
  /** With the defaults of variables put in. */
  readonly from: string;
  readonly to: string;
}

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
  const changes = tokens.map((token) => ({ token, from, to }));
  const { made, left } = replaceReferences(dockerfile, changes);
  return made.length === 0 || left.length > 0 ? undefined : made.map(({ edit }) => edit);
}

/** An edit, and the changes that it makes. */
export interface MadeChange {
  readonly edit: TextEdit;
  readonly changes: readonly ReferenceChange[];
}

/** The same for several images of a file, which may take a part of their names from one ARG; `left` are those that cannot be changed. */
export function replaceReferences(
  dockerfile: Dockerfile,
  changes: readonly ReferenceChange[],
): { readonly made: readonly MadeChange[]; readonly left: readonly ReferenceChange[] } {
  const made: MadeChange[] = [];
  const left: ReferenceChange[] = [];
  const byArgument = new Map<string, ReferenceChange[]>();
  for (const change of changes) {
    const { range } = change.token;
    const name = variableIn(change.token)?.name;
    if (dockerfile.text.slice(range.start, range.end) === change.from)
      made.push({ edit: replace(dockerfile, range, change.to), changes: [change] });
    else if (name === undefined) left.push(change);
    else byArgument.set(name, [...(byArgument.get(name) ?? []), change]);
  }
  for (const [name, same] of byArgument) {
    const edits = same.map((change) => changedDefault(dockerfile, name, change));
    const [edit] = edits;
    const isOne = edits.every((each) => each !== undefined && each.replacement === edit?.replacement);
    if (edit !== undefined && isOne && usesOf(dockerfile, name) <= same.length) made.push({ edit, changes: same });
    else left.push(...same);
  }
  return { made, left };
}

/** The one variable of a name, and what stands around it. */
function variableIn({ value, raw }: Token) {
  const found = /^([^$]*)\$(?:\{(\w+)(?::-([^${}]*))?\}|(\w+))([^$]*)$/.exec(raw ?? value);
  if (found === null) return undefined;
  const [, before = '', braced, , bare, after = ''] = found;
  return { before, name: braced ?? bare ?? '', after };
}

function changedDefault(
  dockerfile: Dockerfile,
  name: string,
  { token, from, to }: ReferenceChange,
): TextEdit | undefined {
  const { range, value, raw } = token;
  const variable = variableIn(token);
  if (
    variable === undefined ||
    (raw !== undefined && raw !== value && dockerfile.text.slice(range.start, range.end) !== raw)
  )
    return undefined;
  const { before, after } = variable;
  if (!to.startsWith(before) || !to.endsWith(after) || to.length < before.length + after.length) return undefined;
  const default_ = argumentNamed(dockerfile, name)?.value;
  if (default_ === undefined) return undefined;
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
