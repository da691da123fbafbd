import type { Artifact } from '../../core/artifact.ts';
import type { BasePlaceKind } from '../../core/bases-report.ts';
import type { TextEdit } from '../../core/fix.ts';
import { parseImageReference } from '../../core/image-reference.ts';
import type { ComposeFile } from '../../kubernetes/compose.ts';
import { expandDefaults } from '../../kubernetes/compose-text.ts';
import { isEditable, replaceScalar } from '../../kubernetes/edit-yaml.ts';
import type { YamlScalar } from '../../kubernetes/yaml-node.ts';
import type { SingleName, UnresolvedName } from './named-image.ts';

/** What a scalar of a file names: an image, nothing that could be one, or one that is not known. */
export type ReadName =
  | { readonly kind: 'name'; readonly name: SingleName }
  | { readonly kind: 'unresolved'; readonly unresolved: UnresolvedName }
  | { readonly kind: 'none' };

export interface ScalarName {
  /** The file that holds the scalar; undefined where it cannot be edited. */
  readonly artifact: Artifact | undefined;
  readonly kind: BasePlaceKind;
  readonly ships: boolean;
  /** Stands before the reference: `docker://`. */
  readonly before?: string;
  /** What a FROM has around it, whose argument the scalar is. */
  readonly around?: { readonly before: string; readonly after: string };
  /** What stands for the text of the scalar, which has none of its own. */
  readonly written?: string;
  /** What variables stand for; their defaults, if nothing is said. */
  readonly expand?: ComposeFile['expand'];
}

/** The image that a whole scalar names, the defaults of `${NAME:-default}` put in; it can be rewritten there, or in the one default. */
export function scalarName(
  scalar: YamlScalar,
  {
    artifact,
    kind,
    ships,
    before = '',
    around = { before: '', after: '' },
    expand = expandDefaults,
    ...options
  }: ScalarName,
): ReadName {
  const { path, range } = scalar;
  const written = options.written ?? scalar.text.slice(before.length);
  if (written.trim() === '') return { kind: 'none' };
  const { text: value, complete } = expand(written);
  const text = around.before + value + around.after;
  const unresolved = (reason: string): ReadName => ({
    kind: 'unresolved',
    unresolved: { path, range, text: written, reason },
  });
  if (!complete || /\{\{|\$[({]|\$[A-Z_]|<</.test(text)) return unresolved('a variable in it has no default');
  if (!parseImageReference(text)) return unresolved('this is no reference of an image');
  if (isPutTogether(written, value)) return unresolved('its registry is put together of variables');
  return {
    kind: 'name',
    name: {
      place: { path, range, kind, text, ships },
      rewrite(whole) {
        const to = within(whole, around);
        const changed = written === value ? to : to && changedDefault(written, value, to);
        // A variable that is set wins, whatever its default becomes.
        const isChanged = changed !== undefined && (written === value || expand(changed).text === to);
        return artifact && isChanged ? replaceName(artifact, scalar, before + changed) : undefined;
      },
    },
  };
}

/**
 * Whether a part of the registry's name comes from a variable, as in `${NAME}.example.com/web`: it would be asked for by what a file that is no part of
 * the repository says. A variable for the whole registry names one.
 */
function isPutTogether(written: string, value: string): boolean {
  const slash = value.indexOf('/');
  if (slash === -1 || written === value) return false;
  return !written.startsWith(value.slice(0, slash + 1)) && !/^\$(?:\w+|\{[^{}]*\})(?:\/|$)/.test(written);
}

/** What stands between the texts around it, of a text that begins and ends with them. */
export function within(text: string, { before, after }: { readonly before: string; readonly after: string }) {
  const isAround = text.startsWith(before) && text.endsWith(after) && text.length > before.length + after.length;
  return isAround ? text.slice(before.length, text.length - after.length) : undefined;
}

/** A part of a name as it is written, and what it stands for. */
export interface Part {
  readonly written: string;
  readonly text: string;
}

export function textOf(parts: readonly Part[]): string {
  return parts.map(({ text }) => text).join('');
}

/** The one part in which all parts together become another text, and what it then stands for; undefined where no single one can. */
export function changedPart<One extends Part>(
  parts: readonly One[],
  to: string,
): { readonly part: One; readonly text: string } | undefined {
  for (const [at, part] of parts.entries()) {
    const [before, after] = [textOf(parts.slice(0, at)), textOf(parts.slice(at + 1))];
    if (to.startsWith(before) && to.endsWith(after) && to.length > before.length + after.length)
      return { part, text: to.slice(before.length, to.length - after.length) };
  }
  return undefined;
}

/** `postgres:${TAG:-16.1}` for another tag; undefined where the change lies not wholly in one default or between them, or defaults stand in defaults. */
export function changedDefault(written: string, from: string, to: string): string | undefined {
  const parts = [...written.matchAll(/(\$\{\w+:?-)([^${}]*)(\})|[^$]+/g)].map(([whole, open, inner = '', close]) =>
    open === undefined
      ? { written: whole, text: whole, open: '', close: '' }
      : { written: whole, text: inner, open, close },
  );
  if (parts.map((each) => each.written).join('') !== written || textOf(parts) !== from) return undefined;
  const changed = changedPart(parts, to);
  if (changed === undefined) return undefined;
  const { part, text } = changed;
  return parts.map((each) => (each === part ? `${part.open}${text}${part.close}` : each.written)).join('');
}

/** Another name where one stands, without quotes if it had none and is none of the texts that YAML takes for numbers. */
export function replaceName(artifact: Artifact, scalar: YamlScalar, to: string): readonly TextEdit[] | undefined {
  const { path, range, style, text } = scalar;
  const isPlain = style === 'plain' && artifact.text.slice(range.start, range.end) === text;
  const staysText = /^[A-Za-z0-9][\w./:@${}-]*$/.test(to) && !/^[\d_]+(?:\.[\d_]*)?(?:[eE]\d+)?$/.test(to);
  if (isPlain && staysText && isEditable(artifact, scalar)) return [{ path, range, replacement: to }];
  return replaceScalar(artifact, scalar, to);
}
