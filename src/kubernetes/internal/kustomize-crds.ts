import { readYaml } from '../read-yaml.ts';
import type { YamlProblem } from '../yaml-document.ts';
import { at, entriesAt, scalarsAt, textAt, type YamlMap, type YamlNode } from '../yaml-node.ts';
import { both, type Configured, noneConfigured } from './kustomize-configurations.ts';
import type { FieldSpec } from './kustomize-field-specs.ts';
import type { NameFields } from './kustomize-name-fields.ts';
import type { PatchContext } from './kustomize-patches.ts';

/** Deeper than any type is nested. */
const deepest = 32;
/** Of all files together: types that use each other in many ways come to no end. */
const mostFields = 50_000;

/**
 * What the files of `crds` add to where Kustomize looks: OpenAPI definitions of types (not CustomResourceDefinitions), whose extensions say which fields hold
 * labels, annotations or the name of another object. https://github.com/kubernetes-sigs/kustomize/blob/master/examples/crds/README.md
 */
export function configuredByCrds(kustomization: YamlMap, context: PatchContext): Configured {
  let result = noneConfigured;
  let fields = 0;
  for (const written of scalarsAt(kustomization, 'crds')) {
    const tell = (kind: YamlProblem['kind'], message: string) => context.report(kind, message, written);
    if (/^https?:/.test(written.text)) {
      tell('unsupported', `${written.text} lies elsewhere and is not fetched`);
      continue;
    }
    const file = context.open(written);
    if (!file) continue;
    const { documents, problems } = readYaml(file);
    if (problems.length > 0 || documents.length !== 1) {
      tell('invalid', `${written.text} is no OpenAPI definition`);
      continue;
    }
    const [definitions] = documents.map(({ root }) => root);
    const strange = entriesAt(definitions).find(({ value }) => value.kind !== 'map');
    if (strange) {
      tell('invalid', `${written.text} is no OpenAPI definition of types: ${strange.key.text} is none`);
      continue;
    }
    for (const { key } of entriesAt(definitions)) {
      const properties = propertiesOf(definitions, key.text);
      if (['kind', 'apiVersion', 'metadata'].some((field) => at(properties, field) === undefined)) continue;
      const found = fieldsOf(definitions, key.text, mostFields - fields);
      fields += found.fields;
      if (fields > mostFields) {
        tell(
          'unsupported',
          `${written.text} leads to more than ${mostFields} fields: the others are not followed here`,
        );
        return result;
      }
      if (found.identities > 0) tell('unsupported', `x-kubernetes-identity in ${written.text} is not applied here`);
      result = both(result, found.configured);
    }
  }
  return result;
}

/** Go reads names of fields in any case. */
function propertiesOf(definitions: YamlNode | undefined, type: string): YamlNode | undefined {
  const definition = at(definitions, type);
  return at(at(definition, 'Schema') ?? at(definition, 'schema'), 'properties');
}

/** The fields of a type and of those that it refers to, as paths from its top; `fields` is how many there are, or one more than `most`. */
function fieldsOf(
  definitions: YamlNode | undefined,
  type: string,
  most: number,
): { readonly configured: Configured; readonly identities: number; readonly fields: number } {
  const kind = type.slice(type.lastIndexOf('.') + 1);
  const commonLabels: FieldSpec[] = [];
  const commonAnnotations: FieldSpec[] = [];
  const names: NameFields[] = [];
  let identities = 0;
  let fields = 0;
  const spec = (path: readonly string[]): FieldSpec => ({
    group: undefined,
    version: undefined,
    kind,
    path,
    create: false,
  });
  const visit = (name: string, above: readonly string[]): void => {
    for (const { key, value } of entriesAt(propertiesOf(definitions, name))) {
      if (fields > most) return;
      fields++;
      const path = [...above, key.text];
      if (textAt(value, 'x-kubernetes-annotation') !== undefined) commonAnnotations.push(spec(path));
      if (textAt(value, 'x-kubernetes-label-selector') !== undefined) commonLabels.push(spec(path));
      if (textAt(value, 'x-kubernetes-identity') !== undefined) identities++;
      const version = textAt(value, 'x-kubernetes-object-ref-api-version');
      const target = textAt(value, 'x-kubernetes-object-ref-kind');
      if (version !== undefined && target !== undefined) {
        const nameKey = textAt(value, 'x-kubernetes-object-ref-name-key') ?? 'name';
        names.push({ kind: target, group: undefined, version, specs: [spec([...path, nameKey])] });
      }
      const reference = textAt(value, '$ref');
      if (reference !== undefined && path.length < deepest) visit(reference, path);
    }
  };
  visit(type, []);
  return { configured: { ...noneConfigured, commonLabels, commonAnnotations, names }, identities, fields };
}
