import type { Artifact } from '../../core/artifact.ts';
import type { SourceRange } from '../../core/text.ts';
import { parseIndented, splitDocuments } from '../read-yaml.ts';

const known = new WeakMap<Artifact, readonly SourceRange[]>();

/**
 * The values of a file that an alias or a merge uses a second time: a change there is a change of all users. Only their
 * beginnings are needed exactly: an end may lie a little behind.
 */
export function sharedRanges(artifact: Artifact): readonly SourceRange[] {
  let ranges = known.get(artifact);
  if (!ranges) {
    ranges = readShared(artifact.text);
    known.set(artifact, ranges);
  }
  return ranges;
}

function readShared(text: string): SourceRange[] {
  const ranges: SourceRange[] = [];
  if (!mayShare(text)) return ranges;
  for (const { start, end } of splitDocuments(text)) {
    const document = text.slice(start, end);
    if (mayShare(document)) ranges.push(...sharedIn(document, start));
  }
  return ranges;
}

/** False where no alias can be: texts with stars and ampersands are many, those with a star before the name of an anchor few. */
function mayShare(text: string): boolean {
  if (!text.includes('&') || !text.includes('*')) return false;
  const anchors = new Set(namesBehind(text, /&([^\s,[\]{}]+)/g));
  return anchors.size > 0 && namesBehind(text, /\*([^\s,[\]{}]+)/g).some((name) => anchors.has(name));
}

/** Without a colon at the end, which may or may not be taken for a part of the name. */
function namesBehind(text: string, sign: RegExp): string[] {
  return [...text.matchAll(sign)].map(([, name = '']) => name.replace(/:$/, ''));
}

interface Anchor {
  readonly start: number;
  end: number;
  used: boolean;
}

/** The event types of js-yaml (its EVENT_ID). */
const type = { sequence: 2, mapping: 3, scalar: 4, alias: 5, pop: 6 } as const;

function sharedIn(text: string, base: number): SourceRange[] {
  const anchors: Anchor[] = [];
  const byName = new Map<string, Anchor>();
  const open: (Anchor | undefined)[] = [];
  let cursor = 0;
  const declare = (event: { readonly anchorStart: number; readonly anchorEnd: number }): Anchor | undefined => {
    if (event.anchorStart === -1) return undefined;
    cursor = Math.max(cursor, event.anchorEnd);
    const anchor: Anchor = { start: event.anchorStart - 1, end: event.anchorEnd, used: false };
    anchors.push(anchor);
    byName.set(text.slice(event.anchorStart, event.anchorEnd), anchor);
    return anchor;
  };
  try {
    for (const event of parseIndented(text).events) {
      switch (event.type) {
        case type.scalar: {
          const anchor = declare(event);
          cursor = Math.max(cursor, event.valueEnd);
          if (anchor) anchor.end = cursor;
          break;
        }
        case type.mapping:
        case type.sequence:
          open.push(declare(event));
          break;
        case type.alias: {
          const anchor = byName.get(text.slice(event.anchorStart, event.anchorEnd));
          if (anchor) anchor.used = true;
          cursor = event.anchorEnd;
          break;
        }
        case type.pop: {
          const anchor = open.pop();
          // The closing bracket of a flow collection, and what is added behind a block, belong to it.
          if (anchor) anchor.end = cursor + 1;
          break;
        }
      }
    }
  } catch {
    // Nothing was read of it, and there are no places to edit: all of the document counts as shared.
    return [{ start: base, end: base + text.length }];
  }
  return anchors.filter(({ used }) => used).map(({ start, end }) => ({ start: base + start, end: base + end }));
}
