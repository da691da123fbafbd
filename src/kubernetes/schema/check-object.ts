import { parseQuantity } from '../quantity.ts';
import {
  entryOf,
  isNull,
  textAt,
  type YamlEntry,
  type YamlMap,
  type YamlNode,
  type YamlScalar,
  type YamlSequence,
} from '../yaml-node.ts';
import type { FieldType, ObjectType, ValueType } from './value-type.ts';

/** A map on the way from the object's root to a place, with its type and the key that leads on. */
export interface Step {
  readonly map: YamlMap;
  readonly type: ObjectType;
  /** The path of the map: `spec.template.spec.containers[0]`; '' for the object itself. */
  readonly path: string;
}

interface Base {
  /** The path of what is meant, for messages. */
  readonly path: string;
  /** The maps that hold it, the object itself first. */
  readonly within: readonly Step[];
}

/** Where an object is not what its kind has to be. */
export type Violation = Base &
  (
    | { readonly kind: 'unknown-field'; readonly entry: YamlEntry }
    /** A field that other releases have than the one that is asked for. */
    | { readonly kind: 'other-release'; readonly entry: YamlEntry; readonly field: FieldType }
    | { readonly kind: 'missing-field'; readonly name: string; readonly field: FieldType; readonly at: YamlNode }
    | { readonly kind: 'wrong-type'; readonly node: YamlNode; readonly type: ValueType }
    /** An item of a list that says the same as an earlier one in the fields that tell items apart. */
    | {
        readonly kind: 'repeated-item';
        readonly node: YamlMap;
        readonly earlier: YamlMap;
        readonly keys: readonly string[];
      }
    | { readonly kind: 'unknown-value'; readonly node: YamlScalar; readonly values: readonly string[] }
  );

export interface CheckOptions {
  /** Position of the release that the object is for; undefined: any. */
  readonly release?: number | undefined;
}

/** More faults of one object are not news. */
export const maximumViolations = 50;

/**
 * Compares an object with the type of its kind, as the API server does with `fieldValidation=Strict`. What a template will fill in
 * is left alone. `null` is as good as nothing, except for what must be there.
 */
export function checkObject(object: YamlMap, type: ObjectType, options: CheckOptions = {}): readonly Violation[] {
  const check: Check = { violations: [], release: options.release };
  checkFields(check, { map: object, type, path: '' }, []);
  return check.violations.slice(0, maximumViolations);
}

interface Check {
  readonly violations: Violation[];
  readonly release: number | undefined;
}

function checkFields(check: Check, step: Step, above: readonly Step[]): void {
  const { map, type } = step;
  if (check.violations.length >= maximumViolations) return;
  let within: readonly Step[] | undefined;
  const path = () => {
    within ??= [...above, step];
    return within;
  };
  const inside = () => (step.path === '' ? '' : `${step.path}.`);
  for (const entry of map.entries) {
    const name = entry.key.text;
    const known = type.fields.get(name);
    if (!known && !type.open && !isFilledIn(name) && !isMarkerEntry(entry, type))
      check.violations.push({ kind: 'unknown-field', path: inside() + name, entry, within: path() });
    // What differs by case alone is that field: what stands below it is looked at, too.
    const field = known ?? (type.open ? undefined : fieldInOtherCase(type, name));
    if (!field) continue;
    if (check.release !== undefined && !isIn(field, check.release)) {
      check.violations.push({ kind: 'other-release', path: inside() + name, entry, field, within: path() });
      continue;
    }
    const { type: valueType } = field;
    if (valueType.kind !== 'any') checkValue(check, entry.value, valueType, inside() + name, path());
  }
  for (const [name, field] of requiredFields(type)) {
    if (check.release !== undefined && !isIn(field, check.release)) continue;
    const value = entryOf(map, name)?.value;
    if (value && !isNull(value)) continue;
    const at = value ?? map;
    check.violations.push({ kind: 'missing-field', path: inside() + name, name, field, at, within: path() });
  }
}

/** By type, of whose many fields few have to be there. */
const required = new WeakMap<ObjectType, readonly (readonly [string, FieldType])[]>();

function requiredFields(type: ObjectType): readonly (readonly [string, FieldType])[] {
  let found = required.get(type);
  if (!found) {
    found = [...type.fields].filter(([, field]) => field.required);
    required.set(type, found);
  }
  return found;
}

function fieldInOtherCase(type: ObjectType, name: string): FieldType | undefined {
  const lower = name.toLowerCase();
  for (const [field, found] of type.fields) if (field.toLowerCase() === lower) return found;
  return undefined;
}

/** Whether a release has a field or a kind. */
export function isIn({ first, removed }: Pick<FieldType, 'first' | 'removed'>, release: number): boolean {
  return first <= release && (removed === undefined || release < removed);
}

function checkValue(check: Check, node: YamlNode, type: ValueType, path: string, within: readonly Step[]): void {
  if (node.kind === 'scalar') {
    if (node.value === null) return;
    const isOneOf = type.kind === 'one-of' && typeof node.value === 'string';
    // An empty text is taken for none.
    if (isOneOf ? node.text === '' || type.values.includes(node.text) : fits(node, type)) return;
    if (isFilledIn(node.text) || (isOneOf ? isMarkerFor(path, node.text) : isPlaceholder(node.text))) return;
    if (isOneOf) check.violations.push({ kind: 'unknown-value', path, node, values: type.values, within });
    else check.violations.push({ kind: 'wrong-type', path, node, type, within });
    return;
  }
  if (node.kind === 'sequence') {
    if (type.kind === 'list') {
      for (const [index, item] of node.items.entries()) checkValue(check, item, type.item, `${path}[${index}]`, within);
      if (type.keys.length > 0) checkRepeated(check, node, type.keys, path, within);
    } else if (type.kind !== 'any') check.violations.push({ kind: 'wrong-type', path, node, type, within });
    return;
  }
  switch (type.kind) {
    case 'object':
      checkFields(check, { map: node, type, path }, within);
      break;
    case 'map':
      for (const { key, value } of node.entries) checkValue(check, value, type.value, `${path}.${key.text}`, within);
      break;
    case 'any':
      break;
    default:
      // `{{ value }}` without quotes is a map to YAML.
      if (!isTemplateMap(node, path)) check.violations.push({ kind: 'wrong-type', path, node, type, within });
  }
}

/** What a key stands for that is not written: only ports have such a default. */
const keyDefaults: Readonly<Record<string, string>> = { protocol: 'TCP' };

function checkRepeated(
  check: Check,
  list: YamlSequence,
  keys: readonly string[],
  path: string,
  within: readonly Step[],
): void {
  const seen = new Map<string, YamlMap>();
  for (const [index, item] of list.items.entries()) {
    if (item.kind !== 'map') continue;
    const values = keys.map((key) => textAt(item, key) ?? keyDefaults[key]);
    if (values.some((value) => value === undefined || isFilledIn(value))) continue;
    const identity = values.join('\0');
    const earlier = seen.get(identity);
    if (earlier)
      check.violations.push({ kind: 'repeated-item', path: `${path}[${index}]`, node: item, earlier, keys, within });
    else seen.set(identity, item);
  }
}

/** True for a text that something fills in before Kubernetes sees it. Chainsaw fills in what stands in parentheses. */
export function isFilledIn(text: string): boolean {
  return /\$\{|\{\{|\{%|<%|<[\w .-]+>|%\{|\$\(|@@|__[A-Z]|^\$\w+$|^%\w+%$|^\(.*\)$/.test(text);
}

/** `PORT`, `VOLUME_SIZE`: where no text belongs, that is for a reader or a script to fill in. */
function isPlaceholder(text: string): boolean {
  return /^[A-Z][A-Z0-9]{2,}(?:[_-][A-Z0-9]+)*$/.test(text) || /^[A-Z][A-Z0-9]*(?:[_-][A-Z0-9]+)+$/.test(text);
}

/** `HELMSUBST_SERVICE_TYPE`. */
function isMarker(text: string): boolean {
  return /^[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+$/.test(text);
}

/**
 * `HELMSUBST_DNS_POLICY` in `dnsPolicy`: what a script puts a value in place of ends as the field does that it is for. `CLUSTER_FIRST` is a
 * word in the wrong spelling, and `DB_CONFIG` a name.
 */
export function isMarkerFor(path: string, text: string): boolean {
  const last = /[A-Z]?[a-z0-9]+(?=(?:\[\d+\])?$)/.exec(path)?.[0].toUpperCase();
  return isMarker(text) && last !== undefined && text.endsWith(last);
}

/** A marker with nothing behind it, where a script puts fields; `RESTART_POLICY` is a field in the wrong spelling. */
function isMarkerEntry({ key, value }: YamlEntry, type: ObjectType): boolean {
  if (!isMarker(key.text) || value.kind !== 'scalar' || value.text !== '') return false;
  return fieldInOtherCase(type, key.text.replaceAll('_', '')) === undefined;
}

function isTemplateMap({ flow, entries }: YamlMap, path: string): boolean {
  const [first, ...others] = entries;
  // `env: {DB_HOST: ""}` is a mistake.
  if (first && others.length === 0 && first.value.kind === 'scalar' && first.value.text === '')
    if (isMarkerFor(path, first.key.text)) return true;
  return flow && entries.length <= 1 && entries.every(({ value }) => isNull(value));
}

const base64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;
const time = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:Z|[+-]\d{2}:\d{2})$/;

/** Whether a scalar is of a type. */
export function fits({ value, text }: YamlScalar, type: ValueType): boolean {
  switch (type.kind) {
    case 'any':
      return true;
    case 'string':
    case 'one-of':
      return typeof value === 'string';
    case 'boolean':
      return typeof value === 'boolean';
    case 'integer':
      return (
        typeof value === 'number' && (Number.isInteger(value) ? Math.abs(value) < 2 ** (type.bits - 1) + 1 : false)
      );
    case 'number':
      return typeof value === 'number';
    case 'integer-or-string':
      return typeof value === 'string' || (typeof value === 'number' && Number.isInteger(value));
    case 'quantity':
      return typeof value === 'number' || (typeof value === 'string' && parseQuantity(value.trim()) !== undefined);
    case 'time':
      return typeof value === 'string' && time.test(value);
    case 'bytes':
      return typeof value === 'string' && base64.test(text.replaceAll(/[\r\n]/g, ''));
    case 'list':
    case 'map':
    case 'object':
      return false;
  }
}
