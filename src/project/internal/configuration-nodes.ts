import { type Document, isMap, isScalar, isSeq, type Node } from 'yaml';
import { UserError } from '../../core/errors.ts';
import { nearest } from '../../core/nearest.ts';
import { lineIndex } from '../../core/text.ts';

/** Makes the error that says what is wrong at a node of the file, with file, line and column. */
export type Complain = (node: Node | undefined, message: string, remedy?: string) => UserError;

export interface Entry {
  readonly keyNode: Node | undefined;
  readonly value: Node | undefined;
}

export function fieldsOf(
  node: Node,
  allowed: readonly string[],
  document: Document,
  complain: Complain,
  what: string,
): Map<string, Entry> {
  const fields = entriesOf(node, document, complain, what);
  for (const [name, { keyNode }] of fields)
    if (!allowed.includes(name)) throw unknownName(complain, keyNode, 'key', name, allowed);
  return fields;
}

/** The entries of a map; an empty document or value is an empty map. */
export function entriesOf(
  node: Node | undefined,
  document: Document,
  complain: Complain,
  what: string,
): Map<string, Entry> {
  if (node === undefined || (isScalar(node) && node.value === null)) return new Map();
  if (!isMap(node)) throw complain(node, `${what} is a map of names to values`);
  const entries = new Map<string, Entry>();
  for (const pair of node.items) {
    const keyNode = isScalar(pair.key) ? pair.key : undefined;
    const value = document.createNode(pair.value);
    entries.set(String(keyNode?.value), { keyNode, value: isNode(pair.value) ? pair.value : value });
  }
  return entries;
}

function isNode(value: unknown): value is Node {
  return isScalar(value) || isMap(value) || isSeq(value);
}

export function listOf(node: Node | undefined, complain: Complain): Node[] {
  if (node === undefined || (isScalar(node) && node.value === null)) return [];
  if (!isSeq(node)) throw complain(node, 'a list is needed here');
  return node.items.filter(isNode);
}

/**
 * A list of texts; one text alone is a list of one.
 * @param faultOf what is wrong with a text, if anything
 */
export function textList(
  node: Node | undefined,
  complain: Complain,
  faultOf: (text: string) => string | undefined = () => undefined,
): string[] {
  const items = isScalar(node) && node.value !== null ? [node] : listOf(node, complain);
  return items.map((item) => {
    if (!isScalar(item) || (typeof item.value !== 'string' && typeof item.value !== 'number'))
      throw complain(item, 'a text is needed here');
    const fault = faultOf(String(item.value));
    if (fault !== undefined) throw complain(item, `«${item.value}»: ${fault}`);
    return String(item.value);
  });
}

export function choice<Choice extends string>(
  node: Node | undefined,
  choices: readonly Choice[],
  complain: Complain,
): Choice | undefined {
  if (node === undefined) return undefined;
  const value = isScalar(node) ? node.value : undefined;
  const found = choices.find((each) => each === value);
  if (found === undefined) throw complain(node, `one of ${choices.join(', ')} is needed here`);
  return found;
}

export function unknownName(
  complain: Complain,
  node: Node | undefined,
  kind: string,
  name: string,
  names: readonly string[],
): UserError {
  const suggestion = nearest(name, names);
  const hint = kind === 'rule' ? '«plimsoll rules» lists all.' : `Known here: ${names.join(', ')}.`;
  return complain(node, `there is no ${kind} «${name}»${suggestion ? `; is «${suggestion}» meant?` : ''}`, hint);
}

export function complainer(path: string, text: string): Complain {
  return (node, message, remedy) =>
    new UserError(message, {
      where: placeOf(path, text, node?.range?.[0] ?? 0),
      ...(remedy !== undefined && { remedy }),
    });
}

export function placeOf(path: string, text: string, offset: number): string {
  const { line, column } = lineIndex(text).positionAt(offset);
  return `${path}:${line}:${column}`;
}

export function firstLine(text: string): string {
  return text.split('\n')[0] ?? text;
}
