import type { SourceRange } from '../core/text.ts';
import { findHeredocHeads } from './find-heredocs.ts';
import { contiguousText, joinedText, rangeIn, sliceMapped, tokenIn } from './mapped-text.ts';
import { readFlags } from './parse-flags.ts';
import { parseJsonArray } from './parse-json-array.ts';
import { splitOnce } from './parse-words.ts';
import { readHeredocs } from './read-heredocs.ts';
import { type Cursor, continuationAt, takeLine } from './source-lines.ts';
import type { EscapeCharacter, InstructionItem, MappedText } from './syntax.ts';
import { skipSpace, trimEnd } from './white-space.ts';

/** Reads the instruction that begins on the cursor's line, and leaves the cursor behind it. */
export function readInstruction(cursor: Cursor): InstructionItem {
  const start = cursor.at;
  const startLine = cursor.line;
  const { line, innerComments, emptyContinuations } = readContinuedLine(cursor);
  const textStart = skipSpace(line.text, 0);
  const textEnd = trimEnd(line.text, textStart);
  const { end, next } = splitOnce(line.text, textStart, textEnd);
  const heredocs = readHeredocs(cursor, announcedHeredocs(line.text, textStart, textEnd, cursor.escape));
  const written = rangeIn(line, textStart, textEnd);
  return {
    kind: 'instruction',
    range: { start, end: cursor.at },
    trimmed: heredocs.end === undefined ? written : { start: written.start, end: heredocs.end },
    startLine,
    endLine: cursor.line - 1,
    keyword: tokenIn(line, textStart, end),
    rest: sliceMapped(line, next, textEnd),
    heredocs: heredocs.documents,
    innerComments,
    emptyContinuations,
  };
}

interface ContinuedLine {
  readonly line: MappedText;
  readonly innerComments: readonly SourceRange[];
  readonly emptyContinuations: readonly SourceRange[];
}

const noRanges: readonly SourceRange[] = [];

/** Joins a line with those that continue it. Comment lines and empty lines between them are left out. */
function readContinuedLine(cursor: Cursor): ContinuedLine {
  const { text } = cursor;
  const line = takeLine(cursor);
  const start = skipSpace(text, line.start, line.textEnd);
  const cut = continuationAt(text, start, line.textEnd, cursor.escape);
  if (cut !== -1) return readContinuations(cursor, start, cut);
  return {
    line: contiguousText(text.slice(start, line.textEnd), start),
    innerComments: noRanges,
    emptyContinuations: noRanges,
  };
}

function readContinuations(cursor: Cursor, start: number, firstCut: number): ContinuedLine {
  const { text, escape: escapeCharacter } = cursor;
  const pieces = [text.slice(start, firstCut)];
  const pieceStarts = [0];
  const sourceStarts = [start];
  const innerComments: SourceRange[] = [];
  const emptyContinuations: SourceRange[] = [];
  let length = firstCut - start;
  for (let cut = firstCut; cut !== -1 && cursor.at < text.length; ) {
    const line = takeLine(cursor);
    const first = skipSpace(text, line.start, line.textEnd);
    if (first === line.textEnd) emptyContinuations.push({ start: line.start, end: line.end });
    else if (text.charCodeAt(first) === 35) innerComments.push({ start: line.start, end: line.end });
    else {
      cut = continuationAt(text, line.start, line.textEnd, escapeCharacter);
      const end = cut === -1 ? line.textEnd : cut;
      pieces.push(text.slice(line.start, end));
      pieceStarts.push(length);
      sourceStarts.push(line.start);
      length += end - line.start;
    }
  }
  return { line: joinedText(pieces.join(''), pieceStarts, sourceStarts), innerComments, emptyContinuations };
}

/** RUN, COPY and ADD announce here-documents, as triggers of ONBUILD too, unless they are in JSON form. */
function announcedHeredocs(line: string, start: number, end: number, escapeCharacter: EscapeCharacter) {
  if (!line.includes('<<')) return [];
  const { keyword, rest } = splitKeyword(line.slice(start, end), escapeCharacter);
  const command = keyword === 'onbuild' ? splitKeyword(rest, escapeCharacter) : { keyword, rest };
  if (command.keyword !== 'run' && command.keyword !== 'copy' && command.keyword !== 'add') return [];
  return parseJsonArray(command.rest) === undefined ? findHeredocHeads(line) : [];
}

function splitKeyword(line: string, escapeCharacter: EscapeCharacter): { keyword: string; rest: string } {
  const { end, next } = splitOnce(line);
  const rest = line.slice(next);
  return {
    keyword: line.slice(0, end).toLowerCase(),
    rest: rest.slice(readFlags(rest, escapeCharacter).argumentsStart).trim(),
  };
}
