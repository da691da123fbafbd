import type { Artifact } from '../../core/artifact.ts';
import type { BasePlaceKind } from '../../core/bases-report.ts';
import type { TextEdit } from '../../core/fix.ts';
import { parseImageReference } from '../../core/image-reference.ts';
import { readYaml } from '../../kubernetes/read-yaml.ts';
import {
  entriesAt,
  entryOf,
  itemsAt,
  scalarAt,
  type YamlMap,
  type YamlNode,
  type YamlScalar,
} from '../../kubernetes/yaml-node.ts';
import { chartsOf } from '../../project/earlier-reading.ts';
import { buildOfContainer, type Project } from '../../project/project.ts';
import { isOfVersion, isOfVersionAt, type MapAround } from './image-of-version.ts';
import type { SingleName, UnresolvedName } from './named-image.ts';
import { type ReadName, replaceName, scalarName } from './yaml-name.ts';

/** The images of containers, where manifests name them as they stand. What a kustomization or a chart's values say is read there. */
export function manifestImages(project: Project): readonly ReadName[] {
  return project.workloads.flatMap((workload) =>
    workload.allContainers.flatMap((container): ReadName[] => {
      const { image } = container;
      if (image === undefined || buildOfContainer(project, container)) return [];
      const isMade = image.derived === true;
      if (workload.object.origin.kind === 'helm') return [givenName(project, image)];
      if (isMade && isKustomization(image.path)) return [];
      const artifact = isMade ? undefined : project.artifacts.get(image.path);
      return [scalarName(image, { artifact, kind: 'manifest', ships: true })];
    }),
  );
}

/** The image of a rendered template: rewritten where the values give it as a whole, or its tag; a template's own text is not touched. */
function givenName(project: Project, image: YamlScalar): ReadName {
  const read = scalarName(image, { artifact: undefined, kind: 'manifest', ships: true });
  if (read.kind !== 'name') return read;
  const { place } = read.name;
  const { tag, digest } = parseImageReference(place.text) ?? {};
  for (const { path, range } of image.givenAt ?? []) {
    if (path === undefined || range === undefined) continue;
    const values = project.artifacts.get(path);
    const { text = '' } = values ?? {};
    // Somebody else may use the value through an alias.
    if (/(?:^|[\s[{,])\*[^\s,\]}]/.test(text)) continue;
    const written = text.slice(range.start, range.end);
    const value = written.replace(/^(["'])(.*)\1$/s, '$2');
    if (value !== place.text && (value !== tag || digest !== undefined)) continue;
    if (values && isOfVersionAt(readYaml(values).documents[0]?.root, range, tag)) continue;
    return {
      kind: 'name',
      name: {
        place: { ...place, path, range, kind: 'Helm values' },
        rewrite(to) {
          const changed = parseImageReference(to);
          const now = value === place.text ? to : changed?.tag;
          if (now === undefined || (value !== place.text && changed?.digest !== undefined)) return undefined;
          const quoted = value !== written || !/^[\d.]*$/.test(now);
          return [{ path, range, replacement: quoted ? written.replace(value, () => now) : JSON.stringify(now) }];
        },
      },
    };
  }
  return read;
}

function isKustomization(path: string): boolean {
  return /(?:^|\/)(?:kustomization\.ya?ml|Kustomization)$/.test(path);
}

/** What the `images` of kustomizations put in the place of images: https://kubectl.docs.kubernetes.io/references/kustomize/kustomization/images/ */
export function kustomizationImages({ artifacts }: Project): readonly ReadName[] {
  return [...artifacts.values()].flatMap((artifact) => {
    if (!isKustomization(artifact.path)) return [];
    const root = readYaml(artifact).documents[0]?.root;
    return itemsAt(root, 'images').flatMap((item): ReadName[] => {
      const [name, tag, digest] = [
        scalarAt(item, 'newName') ?? scalarAt(item, 'name'),
        scalarAt(item, 'newTag'),
        scalarAt(item, 'digest'),
      ];
      // `name` may have a registry's port, and has never a tag.
      if (name === undefined || (tag ?? digest) === undefined) return [];
      const suffix = filled(scalarAt(item, 'tagSuffix'));
      if (suffix !== undefined) return [withSuffix(name, tag, suffix)];
      return [partedName(artifact, 'kustomization', { registry: undefined, name, tag, digest })];
    });
  });
}

/** Of the tags that there are only those with the suffix would do. */
function withSuffix(name: YamlScalar, tag: YamlScalar | undefined, suffix: YamlScalar): ReadName {
  const { path, range } = tag ?? suffix;
  const text = `${name.text}:${tag?.text ?? ''}${suffix.text}`;
  return { kind: 'unresolved', unresolved: { path, range, text, reason: 'a tagSuffix is not followed' } };
}

interface Parts {
  readonly registry: YamlScalar | undefined;
  readonly name: YamlScalar;
  readonly tag: YamlScalar | undefined;
  readonly digest: YamlScalar | undefined;
}

/** A reference whose name, tag and digest are scalars of their own; its place is that of the tag, else of the digest. */
function partedName(
  artifact: Artifact,
  kind: BasePlaceKind,
  { registry, name, tag, digest }: Parts,
  staysAsIs = false,
): ReadName {
  const prefix = registry === undefined || registry.text === '' ? '' : `${registry.text.replace(/\/+$/, '')}/`;
  const text = `${prefix}${name.text}${tag ? `:${tag.text}` : ''}${digest ? `@${digest.text}` : ''}`;
  const at = tag ?? digest ?? name;
  if (!parseImageReference(text))
    return {
      kind: 'unresolved',
      unresolved: { path: at.path, range: at.range, text, reason: 'this is no reference of an image' },
    };
  return {
    kind: 'name',
    name: {
      place: { path: at.path, range: at.range, kind, text, ships: true },
      rewrite(to) {
        const changed = parseImageReference(to);
        if (staysAsIs || changed === undefined || !to.startsWith(`${prefix}${name.text}`)) return undefined;
        const edits: TextEdit[] = [];
        for (const [scalar, now] of [
          [tag, changed.tag],
          [digest, changed.digest],
        ] as const) {
          if (scalar === undefined ? now !== undefined : now === undefined) return undefined;
          if (scalar === undefined || now === undefined || scalar.text === now) continue;
          const made = replaceName(artifact, scalar, now);
          if (made === undefined) return undefined;
          edits.push(...made);
        }
        return edits;
      },
    },
  };
}

/** Deeper values are no chart that a person wrote. */
const maximumDepth = 20;

/** Images in the values of charts, as charts are used to write them: `image: web:1`, or `repository` and `tag`, which a `registry` may stand beside. */
export function chartImages(project: Project): readonly ReadName[] {
  return chartsOf(project).flatMap(({ directory, files }) =>
    files.flatMap((path): ReadName[] => {
      const name = directory === '' ? path : path.slice(directory.length + 1);
      if (!/^values[^/]*\.ya?ml$/.test(name)) return [];
      const artifact = project.artifacts.get(path) ?? project.readFile?.(path);
      const root = artifact && readYaml(artifact).documents[0]?.root;
      return artifact && root ? valuesBelow(artifact, root, [], 0) : [];
    }),
  );
}

function valuesBelow(artifact: Artifact, node: YamlNode, above: readonly MapAround[], depth: number): ReadName[] {
  if (depth > maximumDepth) return [];
  if (node.kind === 'sequence') return node.items.flatMap((item) => valuesBelow(artifact, item, above, depth + 1));
  if (node.kind !== 'map') return [];
  const own = repositoryAndTag(artifact, node, above);
  if (own) return [own];
  return entriesAt(node).flatMap(({ key, value }): ReadName[] => {
    const around = [...above, { map: node, key: key.text }];
    if (value.kind !== 'scalar') return valuesBelow(artifact, value, around, depth + 1);
    if (!/image$/i.test(key.text)) return [];
    const { tag, digest } = parseImageReference(value.text) ?? {};
    if ((tag ?? digest) === undefined) return [];
    const stays = isOfVersion(tag, around, [key.text]);
    return [scalarName(value, { artifact: stays ? undefined : artifact, kind: 'Helm values', ships: true })];
  });
}

function repositoryAndTag(artifact: Artifact, map: YamlMap, above: readonly MapAround[]): ReadName | undefined {
  const name = scalarAt(map, 'repository');
  const tag = filled(scalarAt(map, 'tag') ?? scalarAt(map, 'version'));
  const digest = filled(scalarAt(map, 'digest'));
  // Without a tag it is the chart's own appVersion; `repository` may be one of git or of packages.
  if (name === undefined || (tag ?? digest) === undefined || name.text.includes('://')) return undefined;
  if (entryOf(map, 'url') ?? entryOf(map, 'chart')) return undefined;
  const registry = filled(scalarAt(map, 'registry'));
  const own = ['registry', 'repository', scalarAt(map, 'tag') ? 'tag' : 'version', 'digest'];
  const stays = isOfVersion(tag?.text, [...above, { map, key: '' }], own);
  return partedName(artifact, 'Helm values', { registry, name, tag, digest }, stays);
}

function filled(scalar: YamlScalar | undefined): YamlScalar | undefined {
  return scalar === undefined || scalar.text === '' ? undefined : scalar;
}

/** Names and what is not known of what was read. */
export function sorted(read: readonly ReadName[]): { names: SingleName[]; unresolved: UnresolvedName[] } {
  return {
    names: read.flatMap((each) => (each.kind === 'name' ? each.name : [])),
    unresolved: read.flatMap((each) => (each.kind === 'unresolved' ? each.unresolved : [])),
  };
}
