import type { Artifact } from '../../core/artifact.ts';
import type { BasePlaceKind } from '../../core/bases-report.ts';
import type { TextEdit } from '../../core/fix.ts';
import { parseImageReference } from '../../core/image-reference.ts';
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
}

/** The image that a whole scalar names, the defaults of `${NAME:-default}` put in; it can be rewritten there, or in the one default. */
export function scalarName(scalar: YamlScalar, { artifact, kind, ships, before = '' }: ScalarName): ReadName {
  const { path, range } = scalar;
  const written = scalar.text.slice(before.length);
  if (written.trim() === '') return { kind: 'none' };
  const { text, complete } = expandDefaults(written);
  const unresolved = (reason: string): ReadName => ({
    kind: 'unresolved',
    unresolved: { path, range, text: written, reason },
  });
  if (!complete || /\{\{|\$[({]|\$[A-Z_]|<</.test(text)) return unresolved('a variable in it has no default');
  if (!parseImageReference(text)) return unresolved('this is no reference of an image');
  return {
    kind: 'name',
    name: {
      place: { path, range, kind, text, ships },
      rewrite(to) {
        const changed = written === text ? to : changedDefault(written, text, to);
        return artifact && changed !== undefined ? replaceName(artifact, scalar, before + changed) : undefined;
      },
    },
  };
}

/** `postgres:${TAG:-16.1}` for another tag; undefined where the change lies not wholly in one default. */
export function changedDefault(written: string, from: string, to: string): string | undefined {
  const found = /^([^$]*)(\$\{\w+:?-)([^${}]*)(\}[^$]*)$/.exec(written);
  if (found === null) return undefined;
  const [, before = '', open = '', inner = '', close = ''] = found;
  const after = close.slice(1);
  if (before + inner + after !== from) return undefined;
  if (!to.startsWith(before) || !to.endsWith(after) || to.length <= before.length + after.length) return undefined;
  return before + open + to.slice(before.length, to.length - after.length) + close;
}

/** Another name where one stands, without quotes if it had none and is none of the texts that YAML takes for numbers. */
export function replaceName(artifact: Artifact, scalar: YamlScalar, to: string): readonly TextEdit[] | undefined {
  const { path, range, style, text } = scalar;
  const isPlain = style === 'plain' && artifact.text.slice(range.start, range.end) === text;
  const staysText = /^[A-Za-z0-9][\w./:@${}-]*$/.test(to) && !/^[\d_]+(?:\.[\d_]*)?(?:[eE]\d+)?$/.test(to);
  if (isPlain && staysText && isEditable(artifact, scalar)) return [{ path, range, replacement: to }];
  return replaceScalar(artifact, scalar, to);
}
