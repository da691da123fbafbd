import type { Artifact } from '../core/artifact.ts';
import type { TextEdit } from '../core/fix.ts';
import { inOrder, isEditable } from './edit-yaml.ts';
import { appendLines, columnOf } from './internal/place-lines.ts';
import { entryLines, flowText, layoutOf, spreadText, type YamlRecord } from './internal/yaml-style.ts';
import { scalarText } from './scalar-text.ts';
import { entryOf, type YamlMap } from './yaml-node.ts';

/**
 * Puts an entry of another key, whose value is a map, in the place of one whose value is a scalar. A comment behind it stays.
 * Undefined where that cannot be done in the style of the file, as for all edits of edit-yaml.ts.
 */
export function replaceEntry(
  artifact: Artifact,
  map: YamlMap,
  key: string,
  newKey: string,
  value: YamlRecord,
): readonly TextEdit[] | undefined {
  const entry = entryOf(map, key);
  if (!entry || entryOf(map, newKey) || entry.value.kind !== 'scalar' || entry.value.style === 'absent')
    return undefined;
  if (![map, entry.key, entry.value].every((node) => isEditable(artifact, node))) return undefined;
  const { text } = artifact;
  const range = { start: entry.key.range.start, end: entry.value.range.end };
  if (range.start < map.range.start || range.end > map.range.end) return undefined;
  // Anything but a colon between the two is a tag, an anchor or a comment.
  if (!/^[ \t]*:\s*$/.test(text.slice(entry.key.range.end, entry.value.range.start))) return undefined;
  const isBlockScalar = entry.value.style === 'literal' || entry.value.style === 'folded';
  if (isBlockScalar && /#/.test(text.slice(entry.value.range.start).split('\n', 1)[0] ?? '')) return undefined;
  const layout = layoutOf(artifact);
  if (map.flow) {
    const spread = layout.json ? /(?:^|\n)([ \t]*)$/.exec(text.slice(0, range.start))?.[1] : undefined;
    const written = spread === undefined ? flowText(value, layout.json) : spreadText(value, spread, layout);
    return [{ path: artifact.path, range, replacement: `${scalarText(newKey, layout.json)}: ${written}` }];
  }
  const column = columnOf(text, map.range.start);
  if (column === undefined) return undefined;
  const [first = '', ...lines] = entryLines(newKey, value, layout);
  const appended = appendLines(artifact, range.end, column, lines, layout);
  return appended && inOrder([{ path: artifact.path, range, replacement: first }, ...appended]);
}
