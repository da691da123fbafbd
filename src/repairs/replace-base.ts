import type { TextEdit } from '../core/fix.ts';
import { variableReference } from '../core/variable-reference.ts';
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
 * The edits that let every FROM and COPY --from that names an image name another one: in its own words, in those behind its variables, or in the default of the
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
    const written = dockerfile.text.slice(range.start, range.end);
    const end = written === change.from ? written : plainEnd(change, written);
    const name = end === undefined ? changedVariable(dockerfile, change)?.name : undefined;
    if (end !== undefined) {
      const common = change.from.length - end.length;
      const place = { start: range.end - end.length, end: range.end };
      made.push({ edit: replace(dockerfile, place, change.to.slice(common)), changes: [change] });
    } else if (name === undefined) left.push(change);
    else byArgument.set(name, [...(byArgument.get(name) ?? []), change]);
  }
  for (const [name, same] of byArgument) {
    const edits = same.map((change) => changedDefault(dockerfile, change));
    const [edit] = edits;
    const isOne = edits.every((each) => each !== undefined && each.replacement === edit?.replacement);
    if (edit !== undefined && isOne && usesOf(dockerfile, name) <= same.length) made.push({ edit, changes: same });
    else left.push(...same);
  }
  return { made, left };
}

/** What stands behind the last variable, where nothing but that changes: `/node:20.1.0` of `$REGISTRY/node:20.1.0`. Nothing else has a part in it. */
function plainEnd({ token, from, to }: ReferenceChange, written: string): string | undefined {
  const end = /^[^\\"'`]*\$(?:\{\w+(?::-[^${}]*)?\}|\w+\b)([^$\\"'`]+)$/.exec(written)?.[1];
  if (end === undefined || written !== (token.raw ?? token.value)) return undefined;
  const common = from.slice(0, from.length - end.length);
  // What ends as it did has changed before that: in the variable.
  if (!from.endsWith(end) || to.endsWith(end) || !to.startsWith(common) || to === common) return undefined;
  // A digest that is new there would hold for other values of the variables, too.
  return to.slice(common.length).includes('@') === end.includes('@') ? end : undefined;
}

interface NamePart {
  /** Undefined for plain text. */
  readonly name: string | undefined;
  readonly value: string;
}

/** A name in plain text and variables with the defaults that they have; undefined where it has others, or a default is not known. */
function partsOf(dockerfile: Dockerfile, { value, raw }: Token): readonly NamePart[] | undefined {
  const parts: NamePart[] = [];
  for (const [part, braced, inline, bare] of (raw ?? value).matchAll(
    /\$(?:\{(\w+)(?::-([^${}]*))?\}|(\w+))|[^$]+|\$/g,
  )) {
    const name = braced ?? bare;
    const own = name === undefined ? part : (argumentNamed(dockerfile, name)?.value?.value ?? inline);
    if (part === '$' || own === undefined) return undefined;
    parts.push({ name, value: own });
  }
  return parts;
}

/** The one variable that has all of what changes, and what it is to be. */
function changedVariable(dockerfile: Dockerfile, { token, from, to }: ReferenceChange) {
  const parts = partsOf(dockerfile, token) ?? [];
  const textOf = (some: readonly NamePart[]) => some.map(({ value }) => value).join('');
  if (textOf(parts) !== from) return undefined;
  const able = parts.flatMap(({ name }, at) => {
    const [before, after] = [textOf(parts.slice(0, at)), textOf(parts.slice(at + 1))];
    const fits = to.startsWith(before) && to.endsWith(after) && to.length > before.length + after.length;
    return name !== undefined && fits ? [{ name, inner: to.slice(before.length, to.length - after.length) }] : [];
  });
  return able.length === 1 ? able[0] : undefined;
}

function changedDefault(dockerfile: Dockerfile, change: ReferenceChange): TextEdit | undefined {
  const { range, value, raw } = change.token;
  if (raw !== undefined && raw !== value && dockerfile.text.slice(range.start, range.end) !== raw) return undefined;
  const variable = changedVariable(dockerfile, change);
  const default_ = variable && argumentNamed(dockerfile, variable.name)?.value;
  if (default_ === undefined) return undefined;
  const own = dockerfile.text.slice(default_.range.start, default_.range.end);
  if (!own.includes(default_.value)) return undefined;
  return replace(
    dockerfile,
    default_.range,
    own.replace(default_.value, () => variable?.inner ?? ''),
  );
}

/** The only declaration of a global ARG; undefined when there are none or several. */
function argumentNamed(dockerfile: Dockerfile, name: string) {
  const pairs = dockerfile.globalArgs.flatMap((argument) => argument.pairs).filter(({ key }) => key.value === name);
  return pairs.length === 1 ? pairs[0] : undefined;
}

function usesOf({ text }: Dockerfile, name: string): number {
  return [...text.matchAll(variableReference(name, 'g'))].length;
}
