import {
  type AliasEvent,
  type Event,
  getScalarValue,
  type MappingEvent,
  type ScalarEvent,
  type SequenceEvent,
} from 'js-yaml';
import type { SourceRange } from '../../core/text.ts';
import type { YamlEntry, YamlMap, YamlNode, YamlScalar, YamlSequence, YamlStyle } from '../yaml-node.ts';
import { entriesOf, type Merge, type MergeContext, shortened } from './yaml-entries.ts';
import { flowEnd, headerStart, placeOfNothing } from './yaml-offsets.ts';
import { resolvePlain } from './yaml-scalar.ts';

/** The event types of js-yaml (its EVENT_ID), as constants that the compiler can narrow by. */
const eventType = { document: 1, sequence: 2, mapping: 3, scalar: 4, alias: 5, pop: 6 } as const;

/** Nodes that aliases and merges may add to one text, each counted as often as it is used. More is refused: YAML bombs. */
export const maximumExpansion = 500_000;

/** Where the text that is read stands, and who is told of faults. */
export interface BuildOptions {
  readonly path: string;
  /** The text that the events are of: one document. */
  readonly text: string;
  /** Nodes are marked as derived: the file does not hold them as they are. */
  readonly derived?: boolean;
  /** Range in the file of offsets in `text`. */
  rangeOf(start: number, end: number): SourceRange;
  report(message: string, range: SourceRange): void;
}

/** What one document holds, with its offset in the text that was read. */
export interface Root {
  readonly node: YamlNode;
  readonly start: number;
}

interface Frame {
  readonly kind: 'map' | 'sequence';
  readonly start: number;
  readonly flow: boolean;
  readonly anchor: string | undefined;
  /** `total` when it was opened: what was added since is its weight. */
  readonly opened: number;
  readonly items: YamlNode[];
  readonly entries: YamlEntry[];
  /** The key that waits for its value. `undefined` in a map: the next node is a key. `null`: a key that is no scalar. */
  key: { readonly node: YamlScalar | null; readonly start: number } | undefined;
  merges: Merge[] | undefined;
}

interface Anchored {
  /** Undefined while the collection is still open: an alias to it would be a cycle. */
  node: YamlNode | undefined;
  weight: number;
}

interface Builder extends BuildOptions {
  readonly stack: Frame[];
  readonly anchors: Map<string, Anchored>;
  /** Offset behind the last thing that was read. */
  cursor: number;
  total: number;
  /** How much of `total` aliases and merges have added. */
  expansion: number;
  /** True once the bound was hit and said. */
  exhausted: boolean;
  merging: MergeContext | undefined;
  readonly roots: Root[];
}

/** Builds the nodes of a text from js-yaml's events: one root for each document that is not empty. Never throws. */
export function buildNodes(events: readonly Event[], options: BuildOptions): Root[] {
  const builder: Builder = {
    ...options,
    stack: [],
    anchors: new Map(),
    cursor: 0,
    total: 0,
    expansion: 0,
    exhausted: false,
    merging: undefined,
    roots: [],
  };
  for (const event of events) {
    switch (event.type) {
      case eventType.scalar:
        addScalar(builder, event);
        break;
      case eventType.mapping:
      case eventType.sequence:
        open(builder, event);
        break;
      case eventType.alias:
        addAlias(builder, event);
        break;
      case eventType.pop:
        if (builder.stack.length > 0) close(builder);
        break;
      case eventType.document:
        builder.anchors.clear();
        break;
    }
  }
  return builder.roots;
}

const styles: readonly YamlStyle[] = ['absent', 'plain', 'single-quoted', 'double-quoted', 'literal', 'folded'];

function addScalar(builder: Builder, event: ScalarEvent): void {
  const { text } = builder;
  builder.total++;
  const absent = event.valueStart === -1;
  const style = absent ? 'absent' : (styles[event.style] ?? 'plain');
  let start: number;
  let end: number;
  if (absent) {
    start = end = Math.max(event.tagEnd, event.anchorEnd, placeOfNothing(text, builder.cursor));
    builder.cursor = Math.max(builder.cursor, end);
  } else if (style === 'plain') {
    start = event.valueStart;
    end = event.valueEnd;
  } else if (style === 'literal' || style === 'folded') {
    start = headerStart(text, Math.max(builder.cursor, event.tagEnd, event.anchorEnd), event.valueStart);
    end = event.valueEnd;
    while (end > start && isSpace(text.charCodeAt(end - 1))) end--;
  } else {
    start = event.valueStart - 1;
    end = event.valueEnd + 1;
  }
  if (!absent) builder.cursor = end;
  const content = absent ? '' : contentOf(text, event);
  const tag = event.tagStart === -1 ? undefined : text.slice(event.tagStart, event.tagEnd);
  const node: YamlScalar = {
    kind: 'scalar',
    value: scalarValue(content, style, tag),
    text: content,
    style,
    range: builder.rangeOf(start, end),
    path: builder.path,
  };
  if (event.anchorStart !== -1)
    builder.anchors.set(text.slice(event.anchorStart, event.anchorEnd), { node, weight: 1 });
  add(builder, node, start, end);
}

/** Unlike js-yaml, Kubernetes' reader adds no line end to a block scalar that the text ends with, without one. */
function contentOf(text: string, event: ScalarEvent): string {
  const content = getScalarValue(text, event);
  const unfinished = event.style > 3 && event.valueEnd === text.length && !/[\r\n]$/.test(text);
  return unfinished && content.endsWith('\n') ? content.slice(0, -1) : content;
}

function scalarValue(content: string, style: YamlStyle, tag: string | undefined): YamlScalar['value'] {
  if (tag === '!!str' || tag === '!') return content;
  if (style === 'absent') return null;
  if (style === 'plain') return resolvePlain(content);
  return tag === '!!int' || tag === '!!float' || tag === '!!bool' || tag === '!!null' ? resolvePlain(content) : content;
}

function isSpace(code: number): boolean {
  return code === 32 || code === 10 || code === 13 || code === 9;
}

function open(builder: Builder, event: MappingEvent | SequenceEvent): void {
  builder.total++;
  const anchor = event.anchorStart === -1 ? undefined : builder.text.slice(event.anchorStart, event.anchorEnd);
  if (anchor !== undefined) builder.anchors.set(anchor, { node: undefined, weight: 0 });
  builder.stack.push({
    kind: event.type === eventType.mapping ? 'map' : 'sequence',
    start: event.start,
    flow: event.style === 2,
    anchor,
    opened: builder.total - 1,
    items: [],
    entries: [],
    key: undefined,
    merges: undefined,
  });
  builder.cursor = Math.max(builder.cursor, event.start);
}

function close(builder: Builder): void {
  const frame = builder.stack.pop();
  if (!frame) return;
  const { start } = frame;
  const end = frame.flow ? flowEnd(builder.text, builder.cursor, frame.kind, start) : Math.max(builder.cursor, start);
  builder.cursor = Math.max(builder.cursor, end);
  const range = builder.rangeOf(start, end);
  const node: YamlMap | YamlSequence =
    frame.kind === 'sequence'
      ? { kind: 'sequence', items: frame.items, flow: frame.flow, range, path: builder.path }
      : {
          kind: 'map',
          entries: entriesOf(frame.entries, frame.merges, merging(builder)),
          flow: frame.flow,
          range,
          path: builder.path,
        };
  if (frame.anchor !== undefined) {
    const anchored = builder.anchors.get(frame.anchor);
    if (anchored && anchored.node === undefined) {
      anchored.node = node;
      anchored.weight = builder.total - frame.opened;
    }
  }
  add(builder, node, start, end);
}

function addAlias(builder: Builder, event: AliasEvent): void {
  const start = event.anchorStart - 1;
  const end = event.anchorEnd;
  builder.cursor = end;
  const name = builder.text.slice(event.anchorStart, end);
  const anchored = builder.anchors.get(name);
  let node = anchored?.node;
  if (!anchored) builder.report(`the alias *${shortened(name)} names no anchor`, builder.rangeOf(start, end));
  else if (!node)
    builder.report(`the alias *${shortened(name)} stands inside of what it names`, builder.rangeOf(start, end));
  else if (!charge(builder, anchored.weight, start, end)) node = undefined;
  add(builder, node ?? nothingAt(builder, start, end), start, end);
}

/** Counts nodes that an alias or a merge adds; false when that is beyond the bound, which is said once. */
function charge(builder: Builder, weight: number, start: number, end: number): boolean {
  if (!builder.exhausted && builder.expansion + weight <= maximumExpansion) {
    builder.total += weight;
    builder.expansion += weight;
    return true;
  }
  if (!builder.exhausted)
    builder.report(
      `aliases expand to more than ${maximumExpansion} values; they are left out from here on`,
      builder.rangeOf(start, end),
    );
  builder.exhausted = true;
  return false;
}

function nothingAt(builder: Builder, start: number, end: number): YamlScalar {
  const range = builder.rangeOf(start, end);
  return { kind: 'scalar', value: null, text: '', style: 'absent', range, path: builder.path };
}

/** Puts a finished node where it belongs. `start` and `end` are where it is written, which for an alias is not its own place. */
function add(builder: Builder, written: YamlNode, start: number, end: number): void {
  const node: YamlNode = builder.derived && !written.derived ? { ...written, derived: true } : written;
  const frame = builder.stack.at(-1);
  if (!frame) {
    if (!(node.kind === 'scalar' && node.style === 'absent')) builder.roots.push({ node, start });
    return;
  }
  if (frame.kind === 'sequence') {
    frame.items.push(node);
    return;
  }
  if (frame.key === undefined) {
    const scalar = node.kind === 'scalar' ? node : null;
    if (!scalar) builder.report('a key is a map or a list', builder.rangeOf(start, end));
    frame.key = { node: scalar, start };
    return;
  }
  const { key } = frame;
  frame.key = undefined;
  if (!key.node) return;
  if (key.node.text === '<<' && key.node.style === 'plain') {
    frame.merges ??= [];
    frame.merges.push({ value: node, start: key.start });
    return;
  }
  frame.entries.push({ key: key.node, value: node, range: builder.rangeOf(key.start, end) });
}

function merging(builder: Builder): MergeContext {
  builder.merging ??= {
    report: (message, range) => builder.report(message, range),
    placeOf: (start) => builder.rangeOf(start, start + 2),
    allows: (entries, start) => charge(builder, entries, start, start + 2),
  };
  return builder.merging;
}
