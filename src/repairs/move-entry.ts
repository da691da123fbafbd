import type { Artifact } from '../core/artifact.ts';
import { isEditable } from '../kubernetes/edit-yaml.ts';
import type { KubernetesObject } from '../kubernetes/manifest.ts';
import type { YamlEntry, YamlMap } from '../kubernetes/yaml-node.ts';
import type { Project } from '../project/project.ts';
import { type Edits, fileOf } from './manifest-edits.ts';

/**
 * Makes an entry one of another map by its indentation alone, so that it stays where it is, comments and all. Undefined where
 * that is not enough: something else stands between the two, or a line of the entry cannot be indented so.
 */
export function moveEntry(
  project: Project,
  object: KubernetesObject,
  entry: YamlEntry,
  target: YamlMap,
  direction: 'inner' | 'outer',
): Edits {
  const file = fileOf(project, object, entry.key);
  if (!file || target.flow || target.path !== file.path || !isEditable(file, target)) return undefined;
  const { text } = file;
  const from = columnAt(text, entry.key.range.start);
  const to = mapColumn(text, target);
  if (from === undefined || to === undefined || from === to) return undefined;
  // The entry must follow what the other map ends with, or be the last of what that map holds.
  const adjoining =
    direction === 'inner'
      ? isBlank(text.slice(target.range.end, entry.range.start))
      : isLastWithin(file, entry, target, from);
  if (!adjoining) return undefined;
  return reindent(file, entry, to - from);
}

/** The column of the first key of a block map, which may stand behind a dash. */
function mapColumn(text: string, { range }: YamlMap): number | undefined {
  const start = text.lastIndexOf('\n', range.start - 1) + 1;
  const before = text.slice(start, range.start);
  return /^ *(?:- +)*$/.test(before) ? before.length : undefined;
}

/** The column of a key that begins its line. */
function columnAt(text: string, offset: number): number | undefined {
  const start = text.lastIndexOf('\n', offset - 1) + 1;
  return /^ *$/.test(text.slice(start, offset)) ? offset - start : undefined;
}

/** True for blanks and comments. */
function isBlank(between: string): boolean {
  return between.split('\n').every((line, index) => (index === 0 ? /^\s*(?:#.*)?$/ : /^\s*(?:#.*)?$/).test(line));
}

/** True when nothing that is indented more than the target's own keys follows the entry. */
function isLastWithin({ text }: Artifact, entry: YamlEntry, target: YamlMap, column: number): boolean {
  const to = mapColumn(text, target);
  if (to === undefined || to >= column) return false;
  for (const line of text.slice(entry.range.end, target.range.end).split(/\r?\n/).slice(1)) {
    const content = line.search(/\S/);
    if (content === -1 || line[content] === '#') continue;
    return content <= to && !line.slice(content).startsWith('- ');
  }
  return true;
}

function reindent(file: Artifact, entry: YamlEntry, by: number): Edits {
  const { text } = file;
  const edits: { path: string; range: { start: number; end: number }; replacement: string }[] = [];
  let at = text.lastIndexOf('\n', entry.range.start - 1) + 1;
  while (at < entry.range.end) {
    const next = text.indexOf('\n', at);
    const end = next === -1 ? text.length : next;
    const content = text.slice(at, end).search(/[^ \r]/);
    if (content !== -1) {
      if (content + by < 0) return undefined;
      if (by > 0) edits.push({ path: file.path, range: { start: at, end: at }, replacement: ' '.repeat(by) });
      else edits.push({ path: file.path, range: { start: at, end: at - by }, replacement: '' });
    }
    if (next === -1) break;
    at = next + 1;
  }
  return edits;
}
