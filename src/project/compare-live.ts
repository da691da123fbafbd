import { parseImageReference } from '../core/image-reference.ts';
import { isJsonObject, type JsonObject, jsonObjectOf } from '../core/json-object.ts';
import type { ReportedPlace } from '../core/rule.ts';
import { parseQuantity } from '../kubernetes/quantity.ts';
import type { YamlMap, YamlNode, YamlScalar, YamlSequence } from '../kubernetes/yaml-node.ts';
import { at, entriesAt, entryOf, textAt } from '../kubernetes/yaml-node.ts';

export type DifferenceKind = 'image' | 'replicas' | 'env' | 'resources' | 'container' | 'other';

/** One thing in which a live object is not what its manifest says. */
export interface Difference {
  readonly kind: DifferenceKind;
  /** `spec.template.spec.containers[web].image` */
  readonly field: string;
  /** In the manifest; where it has nothing of it, what would hold it. */
  readonly place: ReportedPlace;
  /** Undefined where it has nothing, and where the value may be a secret. */
  readonly manifest: string | undefined;
  readonly live: string | undefined;
  /** Whether only one of them has it. */
  readonly only: 'manifest' | 'live' | undefined;
}

/** By what the items of a list are told apart: https://kubernetes.io/docs/reference/using-api/server-side-apply/#merge-strategy */
const listKeys: Readonly<Record<string, readonly string[]>> = {
  containers: ['name'],
  initContainers: ['name'],
  ephemeralContainers: ['name'],
  env: ['name'],
  volumes: ['name'],
  imagePullSecrets: ['name'],
  volumeMounts: ['mountPath'],
  ports: ['containerPort', 'port'],
};

/** Maps of amounts, which the API server writes in a form of its own. */
const amounts: ReadonlySet<string> = new Set(['limits', 'requests']);
const amountFields: ReadonlySet<string> = new Set(['sizeLimit', 'averageValue', 'divisor', 'storage', 'value']);
const mostDifferences = 100;

/**
 * How a live object differs from its manifest, as far as the manifest says something: what the API server filled in and what others own is
 * no difference. Of what somebody added by hand, environment variables, containers, amounts and keys of a ConfigMap are.
 * @param skip fields of the spec that somebody else owns: `replicas` where an autoscaler does
 */
export function differences(manifest: YamlMap, live: JsonObject, skip: ReadonlySet<string>): Difference[] {
  const found: Difference[] = [];
  const spec = at(manifest, 'spec');
  if (spec?.kind === 'map') compareMap(spec, live.spec, ['spec'], { found, skip });
  if (textAt(manifest, 'kind') === 'ConfigMap') compareData(manifest, live, { found, skip });
  return found;
}

/** A ConfigMap belongs to its manifest whole: a key more is a change by hand. Keys may be called anything, and every character of a text counts. */
function compareData(manifest: YamlMap, live: JsonObject, comparison: Comparison): void {
  for (const field of ['data', 'binaryData']) {
    const written = at(manifest, field);
    const held = jsonObjectOf(live[field]);
    const keys = new Set<string>();
    for (const { key, value } of entriesAt(manifest, field)) {
      keys.add(key.text);
      const other = ownField(held, key.text);
      if (comparison.found.length < mostDifferences && !sameData(field, value, other))
        add(comparison, [field, key.text], value, value, other);
    }
    for (const key of Object.keys(held))
      if (!keys.has(key)) addExtra(comparison, 'other', [field, key], written ?? manifest);
  }
}

/** Nothing is the empty text when an object is made, and takes the key away when it is changed. The server writes Base64 in one line. */
function sameData(field: string, node: YamlNode, live: unknown): boolean {
  if (node.kind !== 'scalar') return false;
  if (node.value === null) return live === undefined || live === null || live === '';
  return live === (field === 'data' ? node.text : Buffer.from(node.text, 'base64').toString('base64'));
}

/** What every object inherits, as `constructor`, is no field of it. */
function ownField(object: JsonObject, name: string): unknown {
  return Object.hasOwn(object, name) ? object[name] : undefined;
}

interface Comparison {
  readonly found: Difference[];
  readonly skip: ReadonlySet<string>;
}

function compare(node: YamlNode, live: unknown, path: readonly string[], comparison: Comparison): void {
  if (comparison.found.length >= mostDifferences || isNothing(node)) return;
  if (node.kind === 'map') compareMap(node, live, path, comparison);
  else if (node.kind === 'sequence') compareList(node, live, path, comparison);
  else if (!sameScalar(node, live, path)) add(comparison, path, node, node, live);
}

/** What is empty is as good as not there. */
function isNothing(node: YamlNode): boolean {
  if (node.kind === 'map') return node.entries.length === 0;
  return node.kind === 'sequence' ? node.items.length === 0 : node.value === null;
}

function compareMap(node: YamlMap, live: unknown, path: readonly string[], comparison: Comparison): void {
  if (!isJsonObject(live)) {
    // A map of nothing but empty ones.
    if (live !== undefined || !node.entries.every(({ value }) => isNothing(value)))
      add(comparison, path, node, node, live);
    return;
  }
  for (const { key, value } of node.entries) {
    if (path.length === 1 && comparison.skip.has(key.text)) continue;
    if (isOfServer(key.text, value, path)) continue;
    compare(value, ownField(live, key.text), [...path, key.text], comparison);
  }
  for (const name of ['limits', 'requests'])
    if (path.at(-1) === 'resources' && isJsonObject(live[name])) extraAmounts(node, name, live, path, comparison);
  if (isContainer(path)) extraVariables(node, live, path, comparison);
}

/** What tools write of templates although it is the server's to write. A label may be called so, too. */
function isOfServer(key: string, value: YamlNode, path: readonly string[]): boolean {
  return key === 'status' ? value.kind === 'map' : key === 'creationTimestamp' && path.at(-1) === 'metadata';
}

function compareList(node: YamlSequence, live: unknown, path: readonly string[], comparison: Comparison): void {
  const name = path.at(-1) ?? '';
  const keys = listKeys[name];
  const items: readonly unknown[] = Array.isArray(live) ? live : [];
  const known = keys && keyed(items, keys);
  const wanted = new Set<string>();
  let position = 0;
  for (const item of node.items) {
    const key = keys && keyOfNode(item, keys);
    const place = [...path.slice(0, -1), `${name}[${key ?? position}]`];
    if (key !== undefined) wanted.add(key);
    const other = key === undefined ? items[position] : known?.get(key);
    // The last of two variables of one name holds.
    if (name !== 'env' || isLastOf(node, item, key, keys)) compare(item, other, place, comparison);
    position++;
  }
  if (!keys && items.length > node.items.length) add(comparison, path, node, node, live);
  if (name === 'containers' || name === 'initContainers')
    for (const key of known?.keys() ?? [])
      if (!wanted.has(key)) addExtra(comparison, 'container', [...path.slice(0, -1), `${name}[${key}]`], node);
}

function isLastOf(node: YamlSequence, item: YamlNode, key: string | undefined, keys: readonly string[] = []): boolean {
  return key === undefined || node.items.findLast((each) => keyOfNode(each, keys) === key) === item;
}

function keyed(items: readonly unknown[], keys: readonly string[]): Map<string, unknown> {
  const found = new Map<string, unknown>();
  for (const item of items) {
    const { protocol, ...fields } = jsonObjectOf(item);
    const key = keys.map((name) => fields[name]).find((value) => value !== undefined);
    if (key !== undefined)
      found.set(protocol === undefined || protocol === 'TCP' ? String(key) : `${key}/${protocol}`, item);
  }
  return found;
}

function keyOfNode(item: YamlNode, keys: readonly string[]): string | undefined {
  const key = keys.map((name) => textAt(item, name)).find((value) => value !== undefined);
  const protocol = textAt(item, 'protocol');
  return key === undefined || protocol === undefined || protocol === 'TCP' ? key : `${key}/${protocol}`;
}

function isContainer(path: readonly string[]): boolean {
  return /^(?:containers|initContainers)\[/.test(path.at(-1) ?? '');
}

function extraVariables(node: YamlMap, live: JsonObject, path: readonly string[], comparison: Comparison): void {
  const written = entryOf(node, 'env')?.value;
  const names = new Set(written?.kind === 'sequence' ? written.items.map((item) => textAt(item, 'name')) : []);
  for (const name of keyed(Array.isArray(live.env) ? live.env : [], ['name']).keys())
    if (!names.has(name)) addExtra(comparison, 'env', [...path, `env[${name}]`], written ?? node);
}

/** Requests that nobody wrote are the limits: https://kubernetes.io/docs/concepts/configuration/manage-resources-containers/ */
function extraAmounts(
  node: YamlMap,
  name: string,
  live: JsonObject,
  path: readonly string[],
  comparison: Comparison,
): void {
  const limits = jsonObjectOf(live.limits);
  for (const [key, amount] of Object.entries(jsonObjectOf(live[name]))) {
    if (at(node, name, key) || (name === 'requests' && limits[key] === amount)) continue;
    addExtra(comparison, 'resources', [...path, name, key], entryOf(node, name)?.value ?? node, String(amount));
  }
}

function sameScalar(node: YamlScalar, live: unknown, path: readonly string[]): boolean {
  if (live === undefined || live === null) return node.value === '' || node.value === false || node.value === 0;
  if (isJsonObject(live) || Array.isArray(live)) return false;
  const text = String(live);
  if (String(node.value) === text || node.text === text) return true;
  if (kindOf(path) === 'image') return sameImage(node.text, text);
  if (!amounts.has(path.at(-2) ?? '') && !amountFields.has(path.at(-1) ?? '')) return false;
  const [one, other] = [parseQuantity(node.text), parseQuantity(text)];
  return one !== undefined && other !== undefined && Math.abs(one - other) <= Math.abs(one) * 1e-9;
}

/** `nginx` is `docker.io/library/nginx:latest`. */
function sameImage(one: string, other: string): boolean {
  const [first, second] = [parseImageReference(one), parseImageReference(other)];
  if (!first || !second || first.registry !== second.registry || first.repository !== second.repository) return false;
  if (first.digest !== undefined || second.digest !== undefined) return first.digest === second.digest;
  return (first.tag ?? 'latest') === (second.tag ?? 'latest');
}

function add({ found }: Comparison, path: readonly string[], place: YamlNode, node: YamlNode, live: unknown): void {
  const kind = kindOf(path);
  const shown = kind !== 'env' && node.kind === 'scalar' && isShown(kind, node.value);
  const told =
    typeof live === 'string' || typeof live === 'number' || typeof live === 'boolean' ? String(live) : undefined;
  found.push({
    kind,
    field: path.join('.'),
    place,
    manifest: shown && node.kind === 'scalar' ? node.text : undefined,
    live: shown ? told : undefined,
    only: live === undefined || live === null ? 'manifest' : undefined,
  });
}

/** Texts may be secrets: an argument, an annotation. */
function isShown(kind: DifferenceKind, value: YamlScalar['value']): boolean {
  return kind !== 'other' || typeof value !== 'string';
}

function addExtra(
  { found }: Comparison,
  kind: DifferenceKind,
  path: readonly string[],
  place: YamlNode,
  live?: string,
): void {
  if (found.length < mostDifferences)
    found.push({ kind, field: path.join('.'), place, manifest: undefined, live, only: 'live' });
}

function kindOf(path: readonly string[]): DifferenceKind {
  const last = path.at(-1) ?? '';
  if (path.some((step) => step.startsWith('env['))) return 'env';
  if (isContainer(path)) return 'container';
  if (last === 'image' && isContainer(path.slice(0, -1))) return 'image';
  if (path.length === 2 && last === 'replicas') return 'replicas';
  return path.includes('resources') ? 'resources' : 'other';
}
