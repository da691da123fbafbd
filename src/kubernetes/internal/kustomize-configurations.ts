import type { Artifact } from '../../core/artifact.ts';
import { readYaml } from '../read-yaml.ts';
import type { YamlProblem } from '../yaml-document.ts';
import { at, entriesAt, itemsAt, scalarAt, scalarsAt, textAt, type YamlEntry, type YamlMap } from '../yaml-node.ts';
import { changeFields, type FieldSpec, fieldSpecsAt } from './kustomize-field-specs.ts';
import type { NameFields } from './kustomize-name-fields.ts';
import type { PatchContext } from './kustomize-patches.ts';
import type { Resource } from './kustomize-resource.ts';
import { derivedMap, withEntry } from './node-edit.ts';

/**
 * What files of `configurations` add to where Kustomize looks: https://github.com/kubernetes-sigs/kustomize/blob/master/examples/transformerconfigs/README.md
 */
export interface Configured {
  readonly varReferences: readonly FieldSpec[];
  readonly namespaces: readonly FieldSpec[];
  readonly commonLabels: readonly FieldSpec[];
  readonly commonAnnotations: readonly FieldSpec[];
  /** Fields that hold the name of an object of a kind. */
  readonly names: readonly NameFields[];
}

export const noneConfigured: Configured = {
  varReferences: [],
  namespaces: [],
  commonLabels: [],
  commonAnnotations: [],
  names: [],
};

export function both(one: Configured, other: Configured): Configured {
  if (one === noneConfigured || one === other) return other;
  if (other === noneConfigured) return one;
  return {
    varReferences: union(one.varReferences, other.varReferences),
    namespaces: union(one.namespaces, other.namespaces),
    commonLabels: union(one.commonLabels, other.commonLabels),
    commonAnnotations: union(one.commonAnnotations, other.commonAnnotations),
    names: union(one.names, other.names),
  };
}

/** What is used in several ways says the same once: else each level would double it. */
function union<Item>(one: readonly Item[], other: readonly Item[]): readonly Item[] {
  return one === other || other.length === 0 ? one : [...new Set([...one, ...other])];
}

const applied = new Set(['varReference', 'namespace', 'commonLabels', 'commonAnnotations', 'nameReference']);

/** What was configured below, and what the kustomization's own files add. What of them is not applied is reported. */
export function configuredIn(kustomization: YamlMap, below: Configured, context: PatchContext): Configured {
  let result = below;
  for (const written of scalarsAt(kustomization, 'configurations')) {
    const file = context.open(written);
    if (!file) continue;
    const { configured, problems, others } = readConfiguration(file);
    for (const { kind, message, range, path } of problems) context.report(kind, message, { ...written, range, path });
    for (const key of others) context.report('unsupported', `${key} of ${written.text} is not applied here`, written);
    result = both(result, configured);
  }
  return result;
}

interface ReadConfiguration {
  readonly configured: Configured;
  readonly problems: readonly YamlProblem[];
  /** Keys that are not applied. */
  readonly others: readonly string[];
}

const configurations = new WeakMap<Artifact, ReadConfiguration>();

/** A file of `configurations`, once for all that use it. */
function readConfiguration(file: Artifact): ReadConfiguration {
  let read = configurations.get(file);
  if (read === undefined) {
    const { documents, problems } = readYaml(file);
    const roots = documents.flatMap(({ root }) => (root.kind === 'map' ? [root] : []));
    read = {
      configured: roots.map(configuredBy).reduce(both, noneConfigured),
      problems,
      others: roots.flatMap(({ entries }) => entries.flatMap(({ key }) => (applied.has(key.text) ? [] : key.text))),
    };
    configurations.set(file, read);
  }
  return read;
}

function configuredBy(root: YamlMap): Configured {
  return {
    varReferences: fieldSpecsAt(root, 'varReference'),
    namespaces: fieldSpecsAt(root, 'namespace'),
    commonLabels: fieldSpecsAt(root, 'commonLabels'),
    commonAnnotations: fieldSpecsAt(root, 'commonAnnotations'),
    names: itemsAt(root, 'nameReference').map((item) => ({
      kind: textAt(item, 'kind') ?? '',
      group: textAt(item, 'group'),
      specs: fieldSpecsAt(item, 'fieldSpecs'),
    })),
  };
}

/** Namespace, labels and annotations of the kustomization in the fields that are configured. */
export function configureFields(
  kustomization: YamlMap,
  resources: readonly Resource[],
  configured: Configured,
): readonly Resource[] {
  const namespace = scalarAt(kustomization, 'namespace');
  let result = namespace ? changeFields(resources, configured.namespaces, () => namespace) : resources;
  const labels: readonly YamlEntry[] = [
    ...entriesAt(kustomization, 'commonLabels'),
    ...itemsAt(kustomization, 'labels').flatMap((item) =>
      scalarAt(item, 'includeSelectors')?.value === true ? entriesAt(at(item, 'pairs')) : [],
    ),
  ];
  result = addPairs(result, configured.commonLabels, labels);
  return addPairs(result, configured.commonAnnotations, entriesAt(kustomization, 'commonAnnotations'));
}

function addPairs(
  resources: readonly Resource[],
  specs: readonly FieldSpec[],
  pairs: readonly YamlEntry[],
): readonly Resource[] {
  if (pairs.length === 0) return resources;
  return changeFields(resources, specs, (found, place) =>
    pairs.reduce(withEntry, found?.kind === 'map' ? found : derivedMap([], found ?? place)),
  );
}
