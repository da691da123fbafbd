import type { YamlMap, YamlNode } from '../yaml-node.ts';
import { withItems } from './node-edit.ts';

const booleans = new Set(['true', 'True', 'TRUE', 'false', 'False', 'FALSE']);

/**
 * Kustomize reads resources and patches with go-yaml v3, to which `yes`, `on` and `n` are texts, and writes them in quotes: a field
 * that wants a boolean then gets a text. https://github.com/go-yaml/yaml/blob/v3/README.md#compatibility
 */
export function withTextsOfKustomize(node: YamlMap): YamlMap {
  const result = converted(node);
  return result.kind === 'map' ? result : node;
}

/** What was done already: overlays share the nodes of their bases, and a repair reads the same ones again and again. */
const known = new WeakMap<YamlNode, YamlNode>();

function converted(node: YamlNode): YamlNode {
  if (node.kind === 'scalar') {
    const isWord = typeof node.value === 'boolean' && node.style === 'plain' && !booleans.has(node.text);
    return isWord ? { ...node, value: node.text } : node;
  }
  const before = known.get(node);
  if (before) return before;
  let result: YamlNode = node;
  if (node.kind === 'sequence') {
    const items = node.items.map((item) => converted(item));
    if (items.some((item, index) => item !== node.items[index])) result = withItems(node, items);
  } else {
    const entries = node.entries.map((each) => {
      const value = converted(each.value);
      return value === each.value ? each : { ...each, value };
    });
    if (entries.some((each, index) => each !== node.entries[index])) result = { ...node, entries };
  }
  known.set(node, result);
  return result;
}
