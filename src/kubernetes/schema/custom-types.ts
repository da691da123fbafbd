import type { KubernetesObject } from '../manifest.ts';
import { at, booleanAt, entriesAt, itemsAt, scalarsAt, textAt, type YamlNode } from '../yaml-node.ts';
import { kubernetesSchema } from './read-schema.ts';
import type { FieldType, ObjectType, ValueType } from './value-type.ts';

/** The type of a custom kind by `GROUP/VERSION KIND`. */
export type CustomTypes = ReadonlyMap<string, ObjectType>;

/**
 * The types that the CustomResourceDefinitions among the objects give their kinds. A kind that two of them describe has none: which
 * of them the cluster has cannot be known. https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/
 */
export function customTypesOf(objects: readonly KubernetesObject[]): CustomTypes {
  const types = new Map<string, ObjectType>();
  const several = new Set<string>();
  for (const object of objects) {
    if (object.kind !== 'CustomResourceDefinition' || object.apiVersion !== 'apiextensions.k8s.io/v1') continue;
    const group = textAt(object.node, 'spec', 'group');
    const kind = textAt(object.node, 'spec', 'names', 'kind');
    for (const version of itemsAt(object.node, 'spec', 'versions')) {
      const schema = at(version, 'schema', 'openAPIV3Schema');
      const key = `${group}/${textAt(version, 'name')} ${kind}`;
      if (schema?.kind !== 'map') continue;
      if (types.has(key)) several.add(key);
      types.set(key, rootType(kind ?? '', schema));
    }
  }
  for (const key of several) types.delete(key);
  return types;
}

/** What every object has is not said in the schema of its kind. */
function rootType(name: string, schema: YamlNode): ObjectType {
  const type = typeFrom(schema, name);
  let fields: ReadonlyMap<string, FieldType> | undefined;
  return {
    kind: 'object',
    name,
    open: type.kind !== 'object' || type.open,
    get fields() {
      fields ??= withMetadata(type.kind === 'object' ? type.fields : new Map());
      return fields;
    },
  };
}

function withMetadata(own: ReadonlyMap<string, FieldType>): ReadonlyMap<string, FieldType> {
  const fields = new Map(own);
  const text = { type: { kind: 'string' }, required: false, first: 0, removed: undefined } as const;
  const metadata = kubernetesSchema().kind('v1', 'ConfigMap')?.type.fields.get('metadata');
  fields.set('apiVersion', text);
  fields.set('kind', text);
  if (metadata) fields.set('metadata', metadata);
  const status = fields.get('status');
  // The controller writes it.
  if (status) fields.set('status', { ...status, required: false });
  return fields;
}

/** A structural schema as a type. What it says beyond types, fields and sets of values is not looked at. */
function typeFrom(schema: YamlNode | undefined, name: string): ValueType {
  if (booleanAt(schema, 'x-kubernetes-int-or-string') === true) return { kind: 'integer-or-string' };
  if (booleanAt(schema, 'x-kubernetes-embedded-resource') === true) return { kind: 'any' };
  switch (textAt(schema, 'type')) {
    case 'string':
      return stringType(schema);
    case 'integer':
      return { kind: 'integer', bits: 64 };
    case 'number':
      return { kind: 'number' };
    case 'boolean':
      return { kind: 'boolean' };
    case 'array':
      return { kind: 'list', keys: [], item: typeFrom(at(schema, 'items'), name) };
    case 'object':
      return mapType(schema, name);
    default:
      return { kind: 'any' };
  }
}

function stringType(schema: YamlNode | undefined): ValueType {
  const values = scalarsAt(schema, 'enum').map(({ text }) => text);
  return values.length > 0 ? { kind: 'one-of', values } : { kind: 'string' };
}

function mapType(schema: YamlNode | undefined, name: string): ValueType {
  const properties = entriesAt(schema, 'properties');
  const additional = at(schema, 'additionalProperties');
  if (properties.length === 0 && additional?.kind === 'map') return { kind: 'map', value: typeFrom(additional, name) };
  const required = new Set(scalarsAt(schema, 'required').map(({ text }) => text));
  let fields: ReadonlyMap<string, FieldType> | undefined;
  return {
    kind: 'object',
    name,
    open:
      properties.length === 0 ||
      additional !== undefined ||
      booleanAt(schema, 'x-kubernetes-preserve-unknown-fields') === true,
    get fields() {
      fields ??= new Map(
        properties.map(({ key, value }) => [
          key.text,
          {
            type: typeFrom(value, `${name}.${key.text}`),
            required: required.has(key.text) && at(value, 'default') === undefined,
            first: 0,
            removed: undefined,
          },
        ]),
      );
      return fields;
    },
  };
}
