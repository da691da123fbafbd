import type { Artifact } from '../../core/artifact.ts';
import type { TextEdit } from '../../core/fix.ts';
import type { SourceRange } from '../../core/text.ts';
import type { YamlMap, YamlSequence } from '../yaml-node.ts';
import type { YamlLayout } from './yaml-style.ts';

/** Where lines go, and what goes with them when they are taken away. */

/** The column of what begins a block collection; undefined when something other than dashes stands before it in its line. */
export function columnOf(text: string, offset: number): number | undefined {
  const start = text.lastIndexOf('\n', offset - 1) + 1;
  const before = text.slice(start, offset).replace(/^\uFEFF/, '');
  return /^ *(?:- +)*$/.test(before) ? before.length : undefined;
}

/** End of the line that an offset lies in, before its line end. */
function lineEndOf(text: string, offset: number): number {
  const at = text.indexOf('\n', offset);
  if (at === -1) return text.length;
  return text.charCodeAt(at - 1) === 13 && at > offset ? at - 1 : at;
}

/** Offset behind the line end that follows `end`. */
function behindLineEnd(text: string, end: number): number {
  if (text.startsWith('\r\n', end)) return end + 2;
  return text.charCodeAt(end) === 10 ? end + 1 : end;
}

/**
 * Puts lines below the one that ends what stands before `end`, and below comments that are indented more than `column`, which
 * belong to it. Undefined when something but a comment follows in that line.
 */
export function appendLines(
  artifact: Artifact,
  end: number,
  column: number,
  lines: readonly string[],
  layout: YamlLayout,
): readonly TextEdit[] | undefined {
  const { text } = artifact;
  const lineEnd = lineEndOf(text, end);
  if (!/^[ \t]*(?:[ \t]#.*|#.*)?$/.test(text.slice(end, lineEnd))) return undefined;
  if (isOpenBlock(text, end, lineEnd)) return undefined;
  const at = behindComments(text, lineEnd, column);
  const indent = ' '.repeat(column);
  const replacement = lines.map((line) => `${layout.lineEnd}${indent}${line}`).join('');
  return [{ path: artifact.path, range: { start: at, end: at }, replacement }];
}

/**
 * Puts lines before the first entry of a block collection and the comments above it; undefined where that does not begin its line.
 */
export function prependLines(
  artifact: Artifact,
  start: number,
  column: number,
  lines: readonly string[],
  layout: YamlLayout,
): readonly TextEdit[] | undefined {
  const { text } = artifact;
  const indent = ' '.repeat(column);
  let at = text.lastIndexOf('\n', start - 1) + 1;
  if (text.slice(at, start) !== indent || at === 0) return undefined;
  for (;;) {
    const above = text.lastIndexOf('\n', at - 2) + 1;
    if (above === at || !/^\s*(?:#|$)/.test(text.slice(above, at).trimEnd())) break;
    at = above;
  }
  const replacement = lines.map((line) => `${indent}${line}${layout.lineEnd}`).join('');
  return [{ path: artifact.path, range: { start: at, end: at }, replacement }];
}

/**
 * True where a new line could become a part of a block scalar, or take blank lines from it: one that keeps its line ends (`|+`), or
 * one that ends with the file.
 */
function isOpenBlock(text: string, end: number, lineEnd: number): boolean {
  const first = Math.max(0, end - 100_000);
  let least = Number.POSITIVE_INFINITY;
  // Upwards, to the line that begins a block; nothing is within one below a line without indentation.
  for (let stop = end; least > 0 && stop >= first; ) {
    const start = text.lastIndexOf('\n', stop - 1) + 1;
    const line = text.slice(start, stop);
    const header = stop < end ? blockHeader.exec(line) : null;
    if (header) {
      const isInside = least > (header.groups?.indent?.length ?? 0);
      return isInside && ((header.groups?.mark ?? '').includes('+') || lineEnd === text.length);
    }
    const content = line.search(/\S/);
    if (content !== -1) least = Math.min(least, content);
    stop = start - 1;
  }
  return false;
}

const blockHeader = /^(?<indent> *)[^#]*?[:-] +[|>](?<mark>[-+0-9]*)[ \t]*(?:#.*)?\r?$/;

function behindComments(text: string, lineEnd: number, column: number): number {
  let at = lineEnd;
  let next = behindLineEnd(text, lineEnd);
  while (next > at && next < text.length) {
    const end = lineEndOf(text, next);
    const content = text.slice(next, end).search(/\S/);
    if (content !== -1) {
      if (content <= column || text[next + content] !== '#') break;
      at = end;
    }
    const following = behindLineEnd(text, end);
    if (following === end) break;
    next = following;
  }
  return at;
}

/**
 * Adds entries or items to a flow collection: in its line, or on lines of their own where what it holds stands on such.
 * @param write the texts of what is added; given the indentation when they may take several lines
 */
export function insertFlow(
  { path, text }: Artifact,
  node: YamlMap | YamlSequence,
  layout: YamlLayout,
  write: (indent: string | undefined) => readonly string[],
): readonly TextEdit[] | undefined {
  const { start, end } = node.range;
  const close = end - 1;
  if (!/[{[]/.test(text[start] ?? '') || !/[}\]]/.test(text[close] ?? '')) return undefined;
  const inner = text.slice(start + 1, close);
  if (inner.trim() === '') {
    const indent = /^[ \t]*/.exec(text.slice(text.lastIndexOf('\n', start - 1) + 1))?.[0] ?? '';
    const spread = layout.json ? indent + ' '.repeat(layout.step) : undefined;
    const added = write(spread);
    const replacement =
      spread === undefined
        ? added.join(', ')
        : `${added.map((each) => `${layout.lineEnd}${spread}${each}`).join(',')}${layout.lineEnd}${indent}`;
    return [{ path, range: { start: start + 1, end: close }, replacement }];
  }
  const last = lastTokenEnd(node);
  if (last === undefined) return undefined;
  const rest = text.slice(last, close);
  if (!/^[ \t]*,?[ \t]*(?:[ \t]#[^\n]*)?(?:\s|#[^\n]*)*$/.test(rest)) return undefined;
  const spread = /^[ \t]*(?:#[^\n]*)?\r?\n(?<indent>[ \t]*)(?=\S)/.exec(inner)?.groups?.indent;
  if (spread === undefined || !rest.includes('\n')) {
    const added = write(undefined).map((each) => `, ${each}`);
    // A comma that is there already goes on standing last.
    return [{ path, range: { start: last, end: last }, replacement: added.join('') }];
  }
  const added = write(layout.json ? spread : undefined);
  const comma = /^[ \t]*,/.exec(rest)?.[0];
  const at = lineEndOf(text, last);
  const lines = added.map((each) => `${layout.lineEnd}${spread}${each}`).join(',');
  const below = { path, range: { start: at, end: at }, replacement: comma === undefined ? lines : `${lines},` };
  if (comma !== undefined) return [below];
  if (at === last) return [{ ...below, replacement: `,${below.replacement}` }];
  return [{ path, range: { start: last, end: last }, replacement: ',' }, below];
}

/** Where the last thing of a flow collection ends; undefined when that is not written in it. */
function lastTokenEnd(node: YamlMap | YamlSequence): number | undefined {
  const ranges = node.kind === 'map' ? node.entries.map(({ range }) => range) : node.items.map(({ range }) => range);
  const inside = ranges.filter(({ start, end }) => start > node.range.start && end < node.range.end);
  if (inside.length < ranges.length || inside.length === 0) return undefined;
  return Math.max(...inside.map(({ end }) => end));
}

/**
 * Takes a piece of a collection away with the line, or the comma, that it leaves behind. A comment behind it stays; undefined
 * when one stands inside of it, and where that cannot be told.
 */
export function behindEntry(
  { path, text }: Artifact,
  holder: YamlMap | YamlSequence,
  piece: SourceRange,
): readonly TextEdit[] | undefined {
  if (/(?:^|\s)#/.test(text.slice(piece.start, piece.end))) return undefined;
  if (holder.flow) return withoutComma(path, text, piece);
  const lineStart = text.lastIndexOf('\n', piece.start - 1) + 1;
  const lineEnd = lineEndOf(text, piece.end);
  const before = text.slice(lineStart, piece.start);
  const behind = text.slice(piece.end, lineEnd);
  const comment = /^[ \t]*(?<comment>#.*)?$/.exec(behind);
  if (!comment) return undefined;
  const note = comment.groups?.comment;
  const isOpen = isOpenBlock(text, piece.end, lineEnd);
  if (isOpen) return undefined;
  if (/^\uFEFF? *$/.test(before)) {
    if (note !== undefined)
      return [{ path, range: { start: piece.start, end: lineEnd - note.length }, replacement: '' }];
    const next = behindLineEnd(text, lineEnd);
    const from = lineStart + (before.startsWith('\uFEFF') ? 1 : 0);
    // The last line of a file without a line end: the one before it then ends the file.
    if (next === lineEnd && from > 0) {
      const previous = text.charCodeAt(from - 2) === 13 ? from - 2 : from - 1;
      return [{ path, range: { start: previous, end: lineEnd }, replacement: '' }];
    }
    return [{ path, range: { start: from, end: behindBlankLine(text, from, next) }, replacement: '' }];
  }
  // The first entry of an item: what follows it moves up behind the dash.
  if (!/^ *(?:- +)+$/.test(before) || note !== undefined || holder.kind !== 'map') return undefined;
  const following = /^\s*/.exec(text.slice(lineEnd))?.[0].length ?? 0;
  const next = lineEnd + following;
  if (columnOf(text, next) !== before.length || next >= text.length || text[next] === '#') return undefined;
  return [{ path, range: { start: piece.start, end: next }, replacement: '' }];
}

/** A blank line that would follow another one, or begin the file, goes too. */
function behindBlankLine(text: string, from: number, next: number): number {
  const blank = /^[ \t]*\r?\n/.exec(text.slice(next, next + 200))?.[0];
  const before = text.slice(0, from).replace(/^\uFEFF/, '');
  return blank !== undefined && (before === '' || /\n[ \t]*\r?\n$/.test(before)) ? next + blank.length : next;
}

function withoutComma(path: string, text: string, piece: SourceRange): readonly TextEdit[] | undefined {
  const behind = /^\s*,[ \t]*(?:\r?\n[ \t]*)?/.exec(text.slice(piece.end))?.[0];
  const before = /,\s*$/.exec(text.slice(0, piece.start))?.[0];
  if (behind !== undefined && !text.slice(piece.end + behind.length).startsWith('#'))
    return [{ path, range: { start: piece.start, end: piece.end + behind.length }, replacement: '' }];
  if (before === undefined) return undefined;
  return [{ path, range: { start: piece.start - before.length, end: piece.end }, replacement: '' }];
}
