import { isReason } from '../core/reason.ts';
import type { YamlNode } from '../kubernetes/yaml-node.ts';
import type { Project } from './project.ts';

/** A key that opens a map or a list, alone on its line. */
const opening = /^\s*(?:-\s+)*[\w./-]+:\s*$/;

/** Who writes that means to take the setting away. */
const leftToDo = /#.*\b(?:TODO|FIXME|XXX|HACK)\b/;

/**
 * True where a comment stands on the line of a setting, or on a line of its own above it or above the keys that it is the first of: who wrote
 * it knew of the setting and says why.
 */
export function hasReason(project: Project, { path, range }: Pick<YamlNode, 'path' | 'range'>): boolean {
  const text = project.artifacts.get(path)?.text ?? '';
  const lineEnd = text.indexOf('\n', range.end);
  const behind = text.slice(range.end, lineEnd === -1 ? undefined : lineEnd);
  const aside = /(?:^|\s)#(.*)/.exec(behind)?.[1];
  if (aside !== undefined && isReason(aside)) return !leftToDo.test(behind);
  let lineStart = text.lastIndexOf('\n', range.start - 1) + 1;
  for (let outer = 0; outer < 3 && lineStart > 0; outer++) {
    const before = text.lastIndexOf('\n', lineStart - 2) + 1;
    const above = text.slice(before, lineStart - 1);
    const comment = /^\s*#(.*)/.exec(above)?.[1];
    // `# cap_add:` is a setting that is switched off, and no reason.
    if (comment !== undefined)
      return isReason(comment) && !leftToDo.test(above) && !/^\s*#\s*(?:-\s|[\w-]+:(?:\s|$))/.test(above);
    if (!opening.test(above)) return false;
    lineStart = before;
  }
  return false;
}
