import { isJsonObject, type JsonObject } from '../core/json-object.ts';

/** The value at a path of keys; undefined where there is none. */
export function fieldAt(object: unknown, ...path: readonly string[]): unknown {
  let current = object;
  for (const key of path) {
    if (!isJsonObject(current) || !Object.hasOwn(current, key)) return undefined;
    current = current[key];
  }
  return current;
}

/** The text at a path; undefined for anything else. */
export function textAt(object: unknown, ...path: readonly string[]): string | undefined {
  const value = fieldAt(object, ...path);
  return typeof value === 'string' ? value : undefined;
}

/** The number at a path; undefined for anything else. */
export function numberAt(object: unknown, ...path: readonly string[]): number | undefined {
  const value = fieldAt(object, ...path);
  return typeof value === 'number' ? value : undefined;
}

/** The objects of the list at a path; none where there is none. */
export function objectsAt(object: unknown, ...path: readonly string[]): readonly JsonObject[] {
  const value = fieldAt(object, ...path);
  return Array.isArray(value) ? value.filter(isJsonObject) : [];
}

/** The time at a path in milliseconds since 1970; undefined where there is none. */
export function timeAt(object: unknown, ...path: readonly string[]): number | undefined {
  const time = Date.parse(textAt(object, ...path) ?? '');
  return Number.isNaN(time) ? undefined : time;
}

/** `metadata.name`, empty where it is missing. */
export function nameOf(object: JsonObject): string {
  return textAt(object, 'metadata', 'name') ?? '';
}

/** The owner that controls an object. */
export function controllerOf(
  object: JsonObject,
): { readonly kind: string; readonly name: string; readonly uid: string } | undefined {
  const owner = objectsAt(object, 'metadata', 'ownerReferences').find(({ controller }) => controller === true);
  if (owner === undefined) return undefined;
  return { kind: textAt(owner, 'kind') ?? '', name: textAt(owner, 'name') ?? '', uid: textAt(owner, 'uid') ?? '' };
}

/** Whether a LabelSelector selects these labels. An empty one selects all; one with an operator that is not known none. */
export function selects(selector: unknown, labels: unknown): boolean {
  const of = (name: string) => textAt(labels, name);
  const exact = Object.entries(
    isJsonObject(fieldAt(selector, 'matchLabels')) ? (fieldAt(selector, 'matchLabels') ?? {}) : {},
  );
  if (!exact.every(([name, value]) => of(name) === value)) return false;
  return objectsAt(selector, 'matchExpressions').every((expression) => {
    const value = of(textAt(expression, 'key') ?? '');
    const values = fieldAt(expression, 'values');
    const listed = Array.isArray(values) && values.includes(value);
    switch (expression.operator) {
      case 'In':
        return listed;
      case 'NotIn':
        return !listed;
      case 'Exists':
        return value !== undefined;
      case 'DoesNotExist':
        return value === undefined;
      default:
        return false;
    }
  });
}
