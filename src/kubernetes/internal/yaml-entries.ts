import type { SourceRange } from '../../core/text.ts';
import type { YamlEntry, YamlNode } from '../yaml-node.ts';

/** What a `<<` of a map takes in, and the offset of that key. */
export interface Merge {
  readonly value: YamlNode;
  readonly start: number;
}

export interface MergeContext {
  report(message: string, range: SourceRange): void;
  /** The place of a `<<` at an offset. */
  placeOf(start: number): SourceRange;
  /** Whether that many entries may still be merged in; when not, that is said. */
  allows(entries: number, start: number): boolean;
}

/** A map's entries without duplicates, merged ones behind. https://yaml.org/type/merge.html */
export function entriesOf(
  written: YamlEntry[],
  merges: readonly Merge[] | undefined,
  context: MergeContext,
): readonly YamlEntry[] {
  const entries = withoutDuplicates(written, context);
  if (!merges) return entries;
  const merged = [...entries];
  const known = new Set(entries.map((entry) => entry.key.text));
  for (const { value, start } of merges) {
    for (const source of value.kind === 'sequence' ? value.items : [value]) {
      if (source.kind !== 'map') {
        context.report('what << merges is no map', context.placeOf(start));
        continue;
      }
      if (!context.allows(source.entries.length, start)) continue;
      for (const entry of source.entries) {
        if (known.has(entry.key.text)) continue;
        known.add(entry.key.text);
        merged.push(entry);
      }
    }
  }
  return merged;
}

function withoutDuplicates(entries: YamlEntry[], context: MergeContext): YamlEntry[] {
  if (!hasDuplicates(entries)) return entries;
  const last = new Map<string, YamlEntry>();
  let told = 0;
  for (const entry of entries) {
    const { key } = entry;
    if (last.has(key.text) && told++ < toldDuplicates)
      context.report(`the key ${shortened(key.text)} is there twice; the last one was read`, key.range);
    last.set(key.text, entry);
  }
  return [...last.values()];
}

/** Duplicates told of one map. */
const toldDuplicates = 20;

/** Beyond this many entries a set is quicker than comparing each with each. */
const fewEntries = 8;

function hasDuplicates(entries: readonly YamlEntry[]): boolean {
  if (entries.length > fewEntries) return new Set(entries.map((entry) => entry.key.text)).size < entries.length;
  for (let i = 1; i < entries.length; i++) {
    const text = entries[i]?.key.text;
    for (let j = 0; j < i; j++) if (entries[j]?.key.text === text) return true;
  }
  return false;
}

/** A text that may be long, for a message. */
export function shortened(text: string): string {
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}
