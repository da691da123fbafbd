import type { Artifact } from '../../core/artifact.ts';
import { scalarText } from '../scalar-text.ts';

/** How a file is written, so that what is added looks like the rest. */
export interface YamlLayout {
  readonly lineEnd: '\n' | '\r\n';
  /** Columns by which a map below a key is indented. */
  readonly step: number;
  /** Columns between a key and the dashes of the list below it: 0 or more. */
  readonly listOffset: number;
  /** True for JSON: keys and texts are in double quotes. */
  readonly json: boolean;
}

const layouts = new WeakMap<Artifact, YamlLayout>();

/** The layout of a file, read once: what most of its lines do; two columns where nothing tells. */
export function layoutOf(artifact: Artifact): YamlLayout {
  let layout = layouts.get(artifact);
  if (!layout) {
    layout = readLayout(artifact.text);
    layouts.set(artifact, layout);
  }
  return layout;
}

const keyLine = /^ *(?:- +)*(?:[\w./-]+|"[^"]*"|'[^']*') *: *(?:[&!][^ ]* *)*(?:#.*)?$/;

function readLayout(text: string): YamlLayout {
  const steps = new Map<number, number>();
  const offsets = new Map<number, number>();
  let key: number | undefined;
  for (const line of text.split(/\r?\n/)) {
    const content = line.search(/[^ ]/);
    if (content === -1 || line[content] === '#') continue;
    if (key !== undefined) {
      const isItem = line[content] === '-' && (line[content + 1] === ' ' || line.length === content + 1);
      if (isItem && content >= key) count(offsets, content - key);
      else if (!isItem && content > key) count(steps, content - key);
    }
    key = keyLine.test(line) ? keyColumn(line, content) : undefined;
  }
  return {
    lineEnd: /^[^\n]*\r\n/.test(text) ? '\r\n' : '\n',
    step: mostOften(steps) ?? 2,
    listOffset: mostOften(offsets) ?? 2,
    json: /^\uFEFF?\s*(?:\{\s*["}]|\[\s*["{\]])/.test(text),
  };
}

/** Where a line's key begins: behind the dashes of items. */
function keyColumn(line: string, content: number): number {
  let at = content;
  while (line[at] === '-' && line[at + 1] === ' ') {
    at++;
    while (line[at] === ' ') at++;
  }
  return at;
}

function count(counts: Map<number, number>, value: number): void {
  counts.set(value, (counts.get(value) ?? 0) + 1);
}

function mostOften(counts: ReadonlyMap<number, number>): number | undefined {
  return [...counts].sort(([, a], [, b]) => b - a)[0]?.[0];
}

/** What a fix writes: plain data. */
export type YamlValue =
  | string
  | number
  | boolean
  | null
  | readonly YamlValue[]
  | { readonly [key: string]: YamlValue | undefined };

export type YamlRecord = { readonly [key: string]: YamlValue | undefined };

export function isRecord(value: YamlValue | undefined): value is YamlRecord {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function isList(value: YamlValue | undefined): value is readonly YamlValue[] {
  return Array.isArray(value);
}

/** Keys that are there: one that is undefined is not written. */
export function entriesOfRecord(record: YamlRecord): [string, YamlValue][] {
  const entries: [string, YamlValue][] = [];
  for (const key of Object.keys(record)) {
    const value = record[key];
    if (value !== undefined) entries.push([key, value]);
  }
  return entries;
}

/** A value in one line, as flow style and JSON write it. */
export function flowText(value: YamlValue, json: boolean): string {
  if (isList(value)) return `[${value.map((item) => flowText(item, json)).join(', ')}]`;
  if (!isRecord(value)) return scalarText(value, json);
  const entries = entriesOfRecord(value).map(([key, item]) => `${scalarText(key, json)}: ${flowText(item, json)}`);
  return `{${entries.join(', ')}}`;
}

/** A value of a flow collection that is written over several lines, which JSON files are. */
export function spreadText(value: YamlValue, indent: string, layout: YamlLayout): string {
  const inner = indent + ' '.repeat(layout.step);
  const spread = (open: string, close: string, items: readonly string[]) =>
    items.length === 0
      ? open + close
      : `${open}${items.map((item) => `${layout.lineEnd}${inner}${item}`).join(',')}${layout.lineEnd}${indent}${close}`;
  if (isList(value))
    return spread(
      '[',
      ']',
      value.map((item) => spreadText(item, inner, layout)),
    );
  if (!isRecord(value)) return scalarText(value, layout.json);
  const entries = entriesOfRecord(value).map(
    ([key, item]) => `${scalarText(key, layout.json)}: ${spreadText(item, inner, layout)}`,
  );
  return spread('{', '}', entries);
}

/** The lines of a map in block style, without the indentation that all of them share. */
export function mapLines(record: YamlRecord, layout: YamlLayout): string[] {
  const lines: string[] = [];
  appendMap(lines, record, '', layout);
  return lines;
}

/** Adds a map's lines to others: to make a list of each level's takes longer than to write them. */
function appendMap(lines: string[], record: YamlRecord, indent: string, layout: YamlLayout): void {
  for (const key of Object.keys(record)) {
    const value = record[key];
    if (value !== undefined) appendEntry(lines, key, value, indent, layout);
  }
}

function appendEntry(lines: string[], key: string, value: YamlValue, indent: string, layout: YamlLayout): void {
  const name = indent + scalarText(key, layout.json);
  if (isList(value) && value.length > 0) {
    lines.push(`${name}:`);
    for (const line of itemLines(value, layout)) lines.push(indent + ' '.repeat(layout.listOffset) + line);
  } else if (isRecord(value) && Object.values(value).some((each) => each !== undefined)) {
    lines.push(`${name}:`);
    appendMap(lines, value, indent + ' '.repeat(layout.step), layout);
  } else lines.push(`${name}: ${flowText(value, layout.json)}`);
}

/** The lines of one entry in block style. */
export function entryLines(key: string, value: YamlValue, layout: YamlLayout): string[] {
  const lines: string[] = [];
  appendEntry(lines, key, value, '', layout);
  return lines;
}

/** The lines of a list's items in block style. */
export function itemLines(items: readonly YamlValue[], layout: YamlLayout): string[] {
  return items.flatMap((item) => {
    const lines =
      isRecord(item) && entriesOfRecord(item).length > 0
        ? mapLines(item, layout)
        : isList(item) && item.length > 0
          ? itemLines(item, layout)
          : [flowText(item, layout.json)];
    return lines.map((line, index) => (index === 0 ? `- ${line}` : `  ${line}`));
  });
}
