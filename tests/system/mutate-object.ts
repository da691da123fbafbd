import type { FieldType, ObjectType } from '../../src/kubernetes/schema/value-type.ts';

type Json = string | number | boolean | null | Json[] | { [key: string]: Json };
export type JsonObject = { [key: string]: Json };

/** One thing wrong with an object: what, by type and field, and the object with it. */
export interface Mutation {
  readonly name: string;
  readonly object: JsonObject;
}

export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Every way in which one field of an object can be made wrong, each in an object of its own. */
export function mutationsOf(object: JsonObject, type: ObjectType): Mutation[] {
  const found: Mutation[] = [];
  visit(object, type, '', (name, path, key, value) => {
    const copy = structuredClone(object);
    const holder = path.split('/').reduce<Json | undefined>((at, step) => {
      if (step === '') return at;
      return Array.isArray(at) ? at[Number(step)] : isObject(at) ? at[step] : undefined;
    }, copy);
    if (!isObject(holder)) return;
    if (value === undefined) delete holder[key];
    else holder[key] = value;
    found.push({ name, object: copy });
  });
  return found;
}

type Change = (name: string, path: string, key: string, value: Json | undefined) => void;

function visit(object: JsonObject, type: ObjectType, path: string, change: Change): void {
  if (path !== '' && !type.open) change(`${type.name}: a field that it has not`, path, 'notAField', 1);
  for (const [key, field] of type.fields) {
    const value = object[key];
    const own = path === '' ? key : `${path}/${key}`;
    if (value === undefined || value === null || ['apiVersion', 'kind', 'status'].includes(own)) continue;
    if (own === 'metadata/name' || own === 'metadata/namespace') continue;
    const name = `${type.name} ${key}`;
    if (field.required) change(`${name}: left out`, path, key, undefined);
    for (const [what, wrong] of wrongValues(field, value)) change(`${name}: ${what}`, path, key, wrong);
    if (field.type.kind === 'object' && isObject(value)) visit(value, field.type, own, change);
    if (field.type.kind === 'list' && field.type.item.kind === 'object' && Array.isArray(value) && isObject(value[0]))
      visit(value[0], field.type.item, `${own}/0`, change);
  }
}

function wrongValues({ type }: FieldType, value: Json): [string, Json][] {
  switch (type.kind) {
    case 'string':
      return [
        ['a number', 12],
        ['true', true],
      ];
    case 'one-of':
      return [['a value that it has not', 'Bogus']];
    case 'integer':
      return [
        ['in quotes', String(value)],
        ['a fraction', 1.5],
      ];
    case 'boolean':
      return [['in quotes', String(value)]];
    case 'integer-or-string':
      return [['true', true]];
    case 'quantity':
      return [['no amount', '12 apples']];
    case 'bytes':
      return [['no base64', 'not base64!']];
    case 'object':
    case 'map':
      return [
        ['a text', 'x'],
        ['a list', []],
      ];
    case 'list': {
      const twice: [string, Json][] =
        type.keys.length > 0 && Array.isArray(value) && value[0] !== undefined
          ? [['an item twice', [...value, value[0]]]]
          : [];
      return [['a text', 'x'], ['a map', { a: 1 }], ...twice];
    }
    case 'number':
    case 'time':
    case 'any':
      return [];
  }
}
