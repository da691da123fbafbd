import { readYaml } from '../read-yaml.ts';
import { at, entriesAt, itemsAt, scalarAt, scalarsAt, textAt, type YamlMap, type YamlNode } from '../yaml-node.ts';
import type { PatchContext } from './kustomize-patches.ts';
import type { MergeKey, MergeOptions, MergeSchema } from './strategic-merge.ts';

/**
 * What `openapi` says of how patches are merged: the definitions of its file stand for all that Kustomize knows itself, so that lists of kinds
 * that they leave out are replaced as a whole. `undefined` where there is no such field, and where it names a version of what Kustomize brings.
 * https://github.com/kubernetes-sigs/kustomize/blob/master/examples/customOpenAPIschema.md
 */
export function mergeSchemaOf(kustomization: YamlMap, context: PatchContext): MergeSchema | undefined {
  const written = scalarAt(kustomization, 'openapi', 'path');
  if (!written) return undefined;
  if (/^https?:/.test(written.text)) {
    context.report('unsupported', `${written.text} lies elsewhere and is not fetched`, written);
    return undefined;
  }
  const file = context.open(written);
  const definitions = file && at(readYaml(file).documents[0]?.root, 'definitions');
  if (file && definitions?.kind !== 'map')
    context.report('invalid', `${written.text} is no OpenAPI schema: it has no definitions`, written);
  if (definitions?.kind !== 'map') return undefined;
  const byName = new Map(definitions.entries.map(({ key, value }) => [key.text, value]));
  const byKind = new Map<string, YamlNode>();
  for (const definition of byName.values())
    for (const named of itemsAt(definition, 'x-kubernetes-group-version-kind')) {
      const [group, version, kind] = ['group', 'version', 'kind'].map((key) => textAt(named, key) ?? '');
      byKind.set(`${group ? `${group}/` : ''}${version} ${kind}`, definition);
    }
  return (apiVersion, kind) => optionsOf(byKind.get(`${apiVersion} ${kind}`), byName);
}

function optionsOf(schema: YamlNode | undefined, byName: ReadonlyMap<string, YamlNode>): MergeOptions {
  const property = (field: string) =>
    referred(entriesAt(at(schema, 'properties')).find(({ key }) => key.text === field)?.value, byName);
  return {
    keysOf: (field) => mergeKeysOf(property(field)),
    below(field) {
      const found = property(field);
      return optionsOf(at(found, 'items') === undefined ? found : referred(at(found, 'items'), byName), byName);
    },
  };
}

/** Keys without a strategy of `merge` say nothing: https://github.com/kubernetes-sigs/kustomize/blob/master/kyaml/openapi/openapi.go */
function mergeKeysOf(property: YamlNode | undefined): readonly MergeKey[] {
  if (!/\bmerge\b/.test(textAt(property, 'x-kubernetes-patch-strategy') ?? '')) return [];
  const [first, ...others] = scalarsAt(property, 'x-kubernetes-list-map-keys').map(({ text }) => text);
  if (first !== undefined) return [[first, ...others]];
  const key = textAt(property, 'x-kubernetes-patch-merge-key');
  return key === undefined ? [] : [[key]];
}

/** The definition that a schema refers to; what stands beside the reference counts, too. */
function referred(schema: YamlNode | undefined, byName: ReadonlyMap<string, YamlNode>): YamlNode | undefined {
  const name = textAt(schema, '$ref')?.replace(/^#\/definitions\//, '');
  const target = name === undefined ? undefined : byName.get(name.replaceAll('~1', '/').replaceAll('~0', '~'));
  if (schema?.kind !== 'map' || target?.kind !== 'map') return target ?? schema;
  return { ...target, entries: [...target.entries, ...schema.entries.filter(({ key }) => key.text !== '$ref')] };
}
