import { readYaml } from '../read-yaml.ts';
import type { YamlStream } from '../yaml-document.ts';
import {
  at,
  booleanAt,
  entriesAt,
  scalarAt,
  scalarsAt,
  textAt,
  type YamlEntry,
  type YamlMap,
  type YamlNode,
  type YamlScalar,
} from '../yaml-node.ts';
import { readEmbedded } from './embedded-yaml.ts';
import { changeFields, type FieldSpec, fieldSpecsAt } from './kustomize-field-specs.ts';
import { addGenerated } from './kustomize-generators.ts';
import { applyJsonPatches, applyPatches, type PatchContext } from './kustomize-patches.ts';
import { applyReplacements } from './kustomize-replacements.ts';
import { type Resource, remembered } from './kustomize-resource.ts';
import { setImages, setNamespace, setReplicas } from './kustomize-transform.ts';
import { derivedMap, derivedScalar, entry, withEntry } from './node-edit.ts';

type Apply = (plugin: YamlMap, resources: readonly Resource[], context: PatchContext) => readonly Resource[];

/** Kustomize's own plugins, configured in files. https://kubectl.docs.kubernetes.io/references/kustomize/builtins/ */
const transformers: ReadonlyMap<string, Apply> = new Map<string, Apply>([
  ['LabelTransformer', (plugin, resources) => setPairs(resources, plugin, 'labels')],
  ['AnnotationsTransformer', (plugin, resources) => setPairs(resources, plugin, 'annotations')],
  ['PrefixTransformer', rename],
  ['SuffixTransformer', rename],
  ['PrefixSuffixTransformer', rename],
  ['NamespaceTransformer', placed],
  [
    'ImageTagTransformer',
    (plugin, resources, context) => {
      nameOtherFields(plugin, /(?:^|\/)(?:c|initC)ontainers(?:\[\])?\/image$/, context);
      return setImages(listField('images', at(plugin, 'imageTag')), resources);
    },
  ],
  [
    'ReplicaCountTransformer',
    (plugin, resources, context) => {
      nameOtherFields(plugin, /^spec\/replicas$/, context);
      return setReplicas(listField('replicas', at(plugin, 'replica')), resources);
    },
  ],
  ['PatchTransformer', (plugin, resources, context) => applyPatches(listField('patches', plugin), resources, context)],
  [
    'PatchJson6902Transformer',
    (plugin, resources, context) => {
      const operations = scalarAt(plugin, 'jsonOp');
      const item = operations ? withEntry(plugin, entry('patch', operations)) : plugin;
      return applyJsonPatches(listField('patchesJson6902', item), resources, context);
    },
  ],
  [
    'PatchStrategicMergeTransformer',
    (plugin, resources, context) => {
      const patches = [...scalarsAt(plugin, 'paths'), ...[scalarAt(plugin, 'patches') ?? []].flat()];
      return applyPatches(listField('patchesStrategicMerge', ...patches), resources, context);
    },
  ],
  ['ReplacementTransformer', (plugin, resources, context) => applyReplacements(plugin, resources, context)],
]);

const generators: ReadonlyMap<string, Apply> = new Map<string, Apply>([
  [
    'ConfigMapGenerator',
    (plugin, resources, context) => addGenerated(generated('configMapGenerator', plugin), resources, context),
  ],
  [
    'SecretGenerator',
    (plugin, resources, context) => addGenerated(generated('secretGenerator', plugin), resources, context),
  ],
]);

/**
 * Applies the plugins that `generators` or `transformers` list, in files or in place, as far as they are Kustomize's own. Programs are not run:
 * those are named as not applied.
 */
export function applyPlugins(
  kustomization: YamlMap,
  field: 'generators' | 'transformers',
  resources: readonly Resource[],
  context: PatchContext,
): readonly Resource[] {
  const known = field === 'generators' ? generators : transformers;
  let result = resources;
  for (const written of scalarsAt(kustomization, field))
    for (const plugin of pluginsOf(written, field, context)) {
      const kind = textAt(plugin, 'kind') ?? '';
      const apply = textAt(plugin, 'apiVersion') === 'builtin' ? known.get(kind) : undefined;
      if (apply) result = apply(plugin, result, context);
      else context.report('unsupported', `${kind === '' ? 'a plugin' : kind} of ${field} is not applied here`, written);
    }
  return result;
}

function pluginsOf(written: YamlScalar, field: string, context: PatchContext): readonly YamlMap[] {
  // A directory of them has a kustomization of its own.
  if (!written.text.includes('\n') && !/\.ya?ml$/i.test(written.text)) {
    context.report('unsupported', `${written.text} of ${field} is no file, and is not applied here`, written);
    return [];
  }
  const stream = streamOf(written, context);
  for (const problem of stream?.problems ?? [])
    context.report(problem.kind, problem.message, { ...written, range: problem.range, path: problem.path });
  return stream?.documents.flatMap(({ root }) => (root.kind === 'map' ? [root] : [])) ?? [];
}

function streamOf(written: YamlScalar, context: PatchContext): YamlStream | undefined {
  if (written.text.includes('\n')) return readEmbedded(written, context.source);
  const file = context.open(written);
  return file && readYaml(file);
}

/** A kustomization of one field. */
function field(name: string, value: YamlNode | undefined): YamlMap {
  const place = value ?? { range: { start: 0, end: 0 }, path: '' };
  return derivedMap(value ? [entry(name, value)] : [], place);
}

function listField(name: string, ...items: readonly (YamlNode | undefined)[]): YamlMap {
  const found = items.filter((item) => item !== undefined);
  const [first] = found;
  if (!first) return field(name, undefined);
  return field(name, { kind: 'sequence', items: found, flow: false, range: first.range, path: first.path });
}

/** A generator in a file has its name where every object has it. */
function generated(name: string, plugin: YamlMap): YamlMap {
  const moved: YamlEntry[] = ['name', 'namespace'].flatMap((key) => {
    const value = at(plugin, 'metadata', key);
    return value ? [entry(key, value)] : [];
  });
  const rest = plugin.entries.filter(({ key }) => !['apiVersion', 'kind', 'metadata'].includes(key.text));
  return listField(name, { ...plugin, entries: [...moved, ...rest] });
}

/** Fields that a plugin is given and that are not changed here. */
function nameOtherFields(plugin: YamlMap, known: RegExp, context: PatchContext): void {
  for (const { path } of fieldSpecsAt(plugin, 'fieldSpecs'))
    if (!known.test(path.join('/')))
      context.report(
        'unsupported',
        `the field ${path.join('/')} of ${textAt(plugin, 'kind') ?? 'a plugin'} is not applied here`,
        at(plugin, 'fieldSpecs') ?? plugin,
      );
}

/** Without a field for it a Namespace keeps its name. https://github.com/kubernetes-sigs/kustomize/blob/master/api/filters/namespace */
function placed(plugin: YamlMap, resources: readonly Resource[], context: PatchContext): readonly Resource[] {
  const namespace = scalarAt(plugin, 'metadata', 'namespace');
  if (!namespace) return resources;
  const mode = textAt(plugin, 'setRoleBindingSubjects') ?? '';
  const subjects = mode === 'allServiceAccounts' || mode === 'none' ? mode : 'defaultOnly';
  if (mode !== '' && mode !== subjects)
    context.report(
      'invalid',
      `setRoleBindingSubjects is one of defaultOnly, none and allServiceAccounts, not ${mode}`,
      at(plugin, 'setRoleBindingSubjects') ?? plugin,
    );
  const unsetOnly = booleanAt(plugin, 'unsetOnly') === true;
  const specs = fieldSpecsAt(plugin, 'fieldSpecs');
  const isName = (spec: FieldSpec) => spec.path.join('/') === 'metadata/name';
  const others = specs.filter((spec) => {
    const path = spec.path.join('/');
    return !isName(spec) && path !== 'metadata/namespace' && path !== 'subjects/namespace';
  });
  const renames = specs.some((spec) => isName(spec) && (spec.kind ?? 'Namespace') === 'Namespace');
  const result = setNamespace(field('namespace', namespace), resources, { unsetOnly, subjects, renames });
  return changeFields(result, others, (found) =>
    unsetOnly && found?.kind === 'scalar' && found.text !== '' ? found : namespace,
  );
}

function setPairs(resources: readonly Resource[], plugin: YamlMap, key: string): readonly Resource[] {
  const pairs = entriesAt(plugin, key);
  return changeFields(resources, fieldSpecsAt(plugin, 'fieldSpecs'), (found, place) =>
    pairs.reduce(withEntry, found?.kind === 'map' ? found : derivedMap([], found ?? place)),
  );
}

function rename(plugin: YamlMap, resources: readonly Resource[]): readonly Resource[] {
  const [prefix = '', suffix = ''] = ['prefix', 'suffix'].map((key) => textAt(plugin, key) ?? '');
  return resources.map((resource) => {
    const specs = fieldSpecsAt(plugin, 'fieldSpecs');
    const [renamed = resource] = changeFields([resource], specs, (found) =>
      found?.kind === 'scalar' ? derivedScalar(`${prefix}${found.text}${suffix}`, found) : found,
    );
    if (renamed.node === resource.node) return resource;
    const { formerNames } = remembered(resource);
    return {
      ...renamed,
      formerNames,
      prefixes: prefix === '' ? resource.prefixes : [...resource.prefixes, prefix],
      suffixes: suffix === '' ? resource.suffixes : [...resource.suffixes, suffix],
    };
  });
}
