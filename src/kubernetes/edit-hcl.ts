import type { Artifact } from '../core/artifact.ts';
import type { TextEdit } from '../core/fix.ts';
import { entryOf, type YamlEntry, type YamlMap, type YamlNode } from './yaml-node.ts';

/**
 * Edits of HCL by the nodes that were read from it ({@link readBake}): exact pieces of text, and undefined wherever a comment could get lost or
 * find itself beside something else, or the text is not laid out as `terraform fmt` and people do.
 */

/** Takes an entry out of the object that an attribute of a body has, and gives the body's list `list` the text `item` in its place. */
export function moveHclEntry(
  artifact: Artifact,
  body: YamlNode,
  from: { readonly attribute: string; readonly key: string },
  to: { readonly list: string; readonly item: string },
): readonly TextEdit[] | undefined {
  const attribute = entryOf(body, from.attribute);
  const entry = attribute && entryOf(attribute.value, from.key);
  if (attribute?.value.kind !== 'map' || entry === undefined) return undefined;
  const { text, path } = artifact;
  const object = attribute.value;
  if (text[object.range.start] !== '{' || text[object.range.end - 1] !== '}') return undefined;
  const list = entryOf(body, to.list);
  const item = JSON.stringify(to.item);
  const added = list ? itemBehind(artifact, list.value, item) : undefined;
  if (list && added === undefined) return undefined;
  if (object.entries.length > 1) {
    const removed = withoutEntry(artifact, object, entry);
    const listed = added ?? newAttribute(artifact, attribute, to.list, item);
    return removed && listed && [removed, listed];
  }
  if (!isBlank(text.slice(object.range.start + 1, entry.range.start))) return undefined;
  if (!isBlank(text.slice(endOf(entry), object.range.end - 1))) return undefined;
  const range = { start: attribute.key.range.start, end: object.range.end };
  if (added === undefined) return [{ path, range, replacement: `${to.list} = [${item}]` }];
  const line = wholeLines(text, range.start, range.end);
  return line && [{ path, range: line, replacement: '' }, added];
}

/** The range of an entry holds the blanks behind its value, too. */
function endOf({ value }: YamlEntry): number {
  return value.range.end;
}

function isBlank(text: string): boolean {
  return /^[\s,]*$/.test(text);
}

function withoutEntry(artifact: Artifact, object: YamlMap, entry: YamlEntry): TextEdit | undefined {
  const { text, path } = artifact;
  const { start } = entry.range;
  const end = /^[ \t]*,?/.exec(text.slice(endOf(entry)))?.[0].length ?? 0;
  const lines = wholeLines(text, start, endOf(entry) + end);
  if (lines) return { path, range: lines, replacement: '' };
  // On one line with others: with the comma that parts it from the one behind it, or before it.
  const at = object.entries.indexOf(entry);
  const [before, after] = [object.entries[at - 1], object.entries[at + 1]];
  const range = after
    ? { start, end: after.range.start }
    : { start: before ? endOf(before) : start, end: endOf(entry) };
  return isBlank(text.slice(range.start, start)) && isBlank(text.slice(endOf(entry), range.end))
    ? { path, range, replacement: '' }
    : undefined;
}

/** The lines that a piece of text fills alone, the last line end included. */
function wholeLines(text: string, start: number, end: number): { start: number; end: number } | undefined {
  const from = text.lastIndexOf('\n', start - 1) + 1;
  const rest = /^[ \t]*\r?\n/.exec(text.slice(end))?.[0];
  return rest !== undefined && isBlankLine(text.slice(from, start))
    ? { start: from, end: end + rest.length }
    : undefined;
}

function isBlankLine(text: string): boolean {
  return /^[ \t]*$/.test(text);
}

/** On a line of its own behind another attribute, with its equals sign below the other's. */
function newAttribute(artifact: Artifact, { key, value }: YamlEntry, name: string, item: string): TextEdit | undefined {
  const { text, path } = artifact;
  const lineStart = text.lastIndexOf('\n', key.range.start - 1) + 1;
  const indent = text.slice(lineStart, key.range.start);
  const behind = /^[ \t]*(?:(?:#|\/\/)[^\r\n]*)?/.exec(text.slice(value.range.end))?.[0] ?? '';
  const at = value.range.end + behind.length;
  if (!isBlankLine(indent) || !/^(?:\r?\n|$)/.test(text.slice(at))) return undefined;
  const equals = text.slice(key.range.start, value.range.start).lastIndexOf('=');
  const padded = name.padEnd(Math.max(equals, name.length + 1));
  const lineEnd = text.slice(at).startsWith('\r\n') ? '\r\n' : '\n';
  return { path, range: { start: at, end: at }, replacement: `${lineEnd}${indent}${padded}= [${item}]` };
}

/** Behind the last text of a list of texts. */
function itemBehind({ text, path }: Artifact, list: YamlNode, item: string): TextEdit | undefined {
  if (list.kind !== 'sequence') return undefined;
  const last = list.items.at(-1);
  if (last === undefined || list.items.some((each) => each.kind !== 'scalar' || each.style !== 'double-quoted'))
    return undefined;
  const { start, end } = last.range;
  const lineStart = text.lastIndexOf('\n', start - 1) + 1;
  const lineEnd = text.indexOf('\n', end);
  if (/#|\/\/|\/\*/.test(text.slice(end, lineEnd === -1 ? undefined : lineEnd))) return undefined;
  const indent = text.slice(lineStart, start);
  const apart = isBlankLine(indent) ? `${text[lineStart - 2] === '\r' ? '\r\n' : '\n'}${indent}` : ' ';
  return { path, range: { start: end, end }, replacement: `,${apart}${item}` };
}
