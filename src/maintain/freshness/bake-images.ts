import type { Artifact } from '../../core/artifact.ts';
import { parseImageReference } from '../../core/image-reference.ts';
import { readBake } from '../../kubernetes/bake.ts';
import { entriesAt, scalarAt, type YamlNode, type YamlScalar } from '../../kubernetes/yaml-node.ts';
import { kindOfName } from '../../project/discover-kind.ts';
import type { Project } from '../../project/project.ts';
import { type FromUse, fromUses, type GivenNames } from './from-arguments.ts';
import { changedPart, type Part, type ReadName, textOf, within } from './yaml-name.ts';

const scheme = 'docker-image://';

/**
 * The images that bake files name (https://docs.docker.com/build/bake/reference/): contexts that are images, and arguments that stand in the `FROM` of the Dockerfile that a
 * target builds. The defaults of variables are put in.
 */
export function bakeImages(project: Project, given: GivenNames): readonly ReadName[] {
  const { artifacts } = project;
  return [...artifacts.values()].flatMap((artifact): ReadName[] => {
    if (kindOfName(artifact.path)?.kind !== 'bake') return [];
    const { builds } = readBake(artifact);
    const variables = new Map<string, YamlScalar>();
    for (const { key, value } of entriesAt(builds[0]?.root, 'variable')) {
      const given = value.kind === 'map' ? scalarAt(value, 'default') : undefined;
      if (given) variables.set(key.text, given);
    }
    const seen = new Map<YamlScalar, Around>();
    return builds.flatMap(({ sources, dockerfilePath }) =>
      sources.flatMap((source) => [
        ...scalarsBelow(source, 'contexts').flatMap(({ value }) =>
          value.text.startsWith(scheme)
            ? named({ artifact, value, variables, seen }, { mark: scheme, before: '', after: '', ships: false })
            : [],
        ),
        ...scalarsBelow(source, 'args').flatMap(({ name, value }) => {
          return fromUses(project, dockerfilePath, name).flatMap((use) => {
            const { before, after, ships } = use;
            const found = named({ artifact, value, variables, seen }, { mark: '', before, after, ships });
            const known = seen.get(value);
            given.say(use, name, known?.before === before && known.after === after);
            return found;
          });
        }),
      ]),
    );
  });
}

function scalarsBelow(node: YamlNode, key: string): readonly { readonly name: string; readonly value: YamlScalar }[] {
  return entriesAt(node, key).flatMap(({ key: { text }, value }) =>
    value.kind === 'scalar' && value.value !== null ? [{ name: text, value }] : [],
  );
}

interface Given {
  readonly artifact: Artifact;
  readonly value: YamlScalar;
  readonly variables: ReadonlyMap<string, YamlScalar>;
  /** Of targets that inherit it each would name it again. With what stood around it. */
  readonly seen: Map<YamlScalar, Around>;
}

interface Around extends Pick<FromUse, 'before' | 'after' | 'ships'> {
  /** Stands before the reference in the bake file. */
  readonly mark: string;
}

function named({ artifact, value, variables, seen }: Given, around: Around): ReadName[] {
  const { mark, before, after, ships } = around;
  if (seen.has(value)) return [];
  const { path, range } = value;
  const parts = partsOf(value.text.slice(mark.length), variables);
  if (parts === undefined) {
    seen.set(value, around);
    return [
      { kind: 'unresolved', unresolved: { path, range, text: value.text, reason: 'a variable in it has no default' } },
    ];
  }
  const text = before + textOf(parts) + after;
  // An argument of the same file may be anything; without a tag or digest it is a word.
  const reference = parseImageReference(text);
  if (reference === undefined || (reference.tag ?? reference.digest) === undefined) return [];
  seen.set(value, around);
  return [
    {
      kind: 'name',
      name: {
        place: { path, range, kind: 'bake', text, ships },
        rewrite(to) {
          const inner = within(to, around);
          const changed = inner === undefined ? undefined : changedPart(parts, inner);
          if (changed === undefined) return undefined;
          const { part, text: next } = changed;
          if (part.holder === undefined) {
            const written = parts.map((each) => (each === part ? next : each.written)).join('');
            return rewritten(artifact, value, mark + written);
          }
          // What the variable is for elsewhere is not known.
          const uses = artifact.text.match(new RegExp(`\\b${part.name}\\b`, 'g')) ?? [];
          return uses.length === 2 ? rewritten(artifact, part.holder, next) : undefined;
        },
      },
    },
  ];
}

interface BakePart extends Part {
  readonly name?: string;
  /** The default of a variable; undefined for what stands in the text itself. */
  readonly holder?: YamlScalar;
}

/** Undefined where a variable has no default, or an expression is more than a variable. */
function partsOf(text: string, variables: ReadonlyMap<string, YamlScalar>): readonly BakePart[] | undefined {
  const parts: BakePart[] = [];
  let at = 0;
  for (const match of text.matchAll(/\$\{([A-Za-z_]\w*)\}/g)) {
    const holder = variables.get(match[1] ?? '');
    if (holder === undefined || holder.text.includes('$')) return undefined;
    parts.push({ written: text.slice(at, match.index), text: text.slice(at, match.index) });
    parts.push({ written: match[0], text: holder.text, holder, name: match[1] ?? '' });
    at = match.index + match[0].length;
  }
  parts.push({ written: text.slice(at), text: text.slice(at) });
  return parts.some(({ written, holder }) => holder === undefined && written.includes('$')) ? undefined : parts;
}

/** In HCL and JSON alike a text stands between quotes; one with escapes is left alone. */
function rewritten({ path, text }: Artifact, { range, text: before }: YamlScalar, to: string) {
  const isPlain = text.slice(range.start, range.end) === `"${before}"` && !/["\\\n]/.test(to);
  return isPlain ? [{ path, range: { start: range.start + 1, end: range.end - 1 }, replacement: to }] : undefined;
}
