import { at, entryOf, isNull, itemsAt, textAt, type YamlMap, type YamlNode } from '../yaml-node.ts';
import { changeAt, derivedMap, entry, withEntry, withItems, withoutEntry } from './node-edit.ts';

/** The result of a patch, or why it cannot be applied, with the operation that cannot. */
export type PatchResult =
  | { readonly node: YamlMap }
  | { readonly failure: string; readonly operation: YamlNode | undefined };

const maximumOperations = 10_000;

/** Applies a JSON patch as Kustomize does. https://www.rfc-editor.org/rfc/rfc6902 */
export function applyJsonPatch(target: YamlMap, operations: YamlNode): PatchResult {
  // Every resource has annotations of Kustomize's own while it is built, so that one can always be added.
  let node: YamlNode = changeAt(target, ['metadata', 'annotations'], (found) =>
    found && !isNull(found) ? found : derivedMap([], operations),
  );
  for (const operation of itemsAt(operations).slice(0, maximumOperations)) {
    const result = applyOperation(node, operation);
    if (typeof result === 'string') return { failure: result, operation };
    node = result;
  }
  if (node.kind !== 'map') return { failure: 'the patch leaves no object', operation: undefined };
  const annotations = at(node, 'metadata', 'annotations');
  const isUnused = annotations?.kind === 'map' && annotations.entries.length === 0;
  return { node: isUnused ? changeAt(node, ['metadata', 'annotations'], () => undefined) : node };
}

function applyOperation(node: YamlNode, operation: YamlNode): YamlNode | string {
  const name = textAt(operation, 'op');
  const path = pointer(textAt(operation, 'path') ?? '');
  if (!path) return 'the path is no JSON pointer';
  const value = entryOf(operation, 'value')?.value;
  const by = entryOf(operation, name === 'move' ? 'from' : 'path')?.value ?? operation;
  switch (name) {
    case 'add':
    case 'replace':
      if (!value) return `${name} needs a value`;
      return change(node, path, { kind: name, value, by });
    case 'remove':
      return change(node, path, { kind: 'remove', by });
    case 'test':
      return node;
    case 'copy':
    case 'move': {
      const from = pointer(textAt(operation, 'from') ?? '');
      const found = from && lookUp(node, from);
      if (!from || !found) return 'there is nothing at from';
      const without = name === 'move' ? change(node, from, { kind: 'remove', by }) : node;
      return typeof without === 'string' ? without : change(without, path, { kind: 'add', value: found, by });
    }
    default:
      return `there is no operation ${name ?? 'without op'}`;
  }
}

function pointer(text: string): readonly string[] | undefined {
  if (text === '') return [];
  if (!text.startsWith('/')) return undefined;
  return text
    .slice(1)
    .split('/')
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
}

function lookUp(node: YamlNode, path: readonly string[]): YamlNode | undefined {
  let current: YamlNode | undefined = node;
  for (const step of path)
    current = current?.kind === 'sequence' ? current.items[Number(step)] : entryOf(current, step)?.value;
  return current;
}

interface Change {
  readonly kind: 'add' | 'replace' | 'remove';
  readonly value?: YamlNode;
  /** What asks for it. */
  readonly by: YamlNode;
}

function change(node: YamlNode, path: readonly string[], wanted: Change): YamlNode | string {
  const { kind, value, by } = wanted;
  const [step, ...rest] = path;
  if (step === undefined) return value ?? 'the whole object would be removed';
  if (node.kind === 'sequence') return changeItem(node, step, rest, wanted);
  if (node.kind !== 'map') return `there is nothing at ${step}`;
  const found = entryOf(node, step)?.value;
  if (rest.length > 0) {
    if (!found) return `there is nothing at ${step}`;
    const changed = change(found, rest, wanted);
    return typeof changed === 'string' ? changed : withEntry(node, entry(step, changed));
  }
  // Kustomize's implementation lets `replace` add a key (https://github.com/evanphx/json-patch/blob/v4.13.0/patch.go).
  if (kind === 'remove' && !found) return `there is nothing at ${step}`;
  return value ? withEntry(node, entry(step, value)) : withoutEntry(node, step, by);
}

function changeItem(
  node: YamlNode & { kind: 'sequence' },
  step: string,
  rest: readonly string[],
  wanted: Change,
): YamlNode | string {
  const { kind, value } = wanted;
  const { items } = node;
  const index = step === '-' && kind === 'add' && rest.length === 0 ? items.length : Number(step);
  const inside = Number.isInteger(index) && index >= 0 && index < items.length;
  if (!inside && !(kind === 'add' && rest.length === 0 && index === items.length)) return `there is no item ${step}`;
  const found = items[index];
  if (rest.length > 0 && found) {
    const changed = change(found, rest, wanted);
    return typeof changed === 'string' ? changed : withItems(node, items.with(index, changed));
  }
  const added = value ? [value] : [];
  return withItems(node, items.toSpliced(index, kind === 'add' ? 0 : 1, ...added));
}
