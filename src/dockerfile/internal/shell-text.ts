import type { SourceRange } from '../../core/text.ts';
import type { Heredoc, MappedText, Token } from '../syntax.ts';

/** A text for the shell parser and where each piece of it comes from. */
export interface ShellText {
  readonly text: string;
  /** Source range of `text[start, end)`. */
  rangeOf(start: number, end: number): SourceRange;
}

export function fromMapped(mapped: MappedText): ShellText {
  return {
    text: mapped.text,
    rangeOf(start, end) {
      // The shell parser counts one character too many behind an escape at the very end.
      const last = Math.min(end, mapped.text.length);
      const from = mapped.sourceOffset(Math.min(start, mapped.text.length));
      // The end of a piece is behind its last character, not where the next one starts: a continuation may lie between.
      return { start: from, end: last > start ? Math.max(from, mapped.sourceOffset(last - 1) + 1) : from };
    },
  };
}

/** A text whose inner places are not known: every piece stands for the whole. */
export function coarse(text: string, range: SourceRange): ShellText {
  return { text, rangeOf: () => range };
}

/** A text that stands in the source as it is. */
export function verbatim(text: string, offset: number): ShellText {
  const inside = (index: number) => offset + Math.min(index, text.length);
  return { text, rangeOf: (start, end) => ({ start: inside(start), end: inside(end) }) };
}

/** A text of which `offsets[i]` is the source offset of its i-th character; one entry more for its end. */
export function withOffsets(text: string, offsets: readonly number[]): ShellText {
  return fromMapped({ text, sourceOffset: (index) => offsets[Math.min(index, offsets.length - 1)] ?? 0 });
}

/** A part of another text with some characters of it taken out: `offsets[i]` is the place in `outer`. */
export function within(outer: ShellText, text: string, offsets: readonly number[]): ShellText {
  return {
    text,
    rangeOf(start, end) {
      const from = offsets[start] ?? 0;
      const last = offsets[end - 1] ?? from;
      return outer.rangeOf(from, end > start ? last + 1 : from);
    },
  };
}

/** A stretch of another text, as it is. */
export function stretch(outer: ShellText, start: number, end: number): ShellText {
  return { text: outer.text.slice(start, end), rangeOf: (from, to) => outer.rangeOf(start + from, start + to) };
}

/** Several texts, one behind the other, as one. */
export function joined(parts: readonly ShellText[]): ShellText {
  const starts: number[] = [];
  let text = '';
  for (const part of parts) {
    starts.push(text.length);
    text += part.text;
  }
  const partAt = (offset: number): number => {
    let at = starts.length - 1;
    while (at > 0 && (starts[at] ?? 0) > offset) at--;
    return at;
  };
  return {
    text,
    rangeOf(start, end) {
      const first = partAt(start);
      const last = end > start ? partAt(end - 1) : first;
      const from = local(parts, starts, first, start, first === last ? end : start + 1);
      if (first === last) return from;
      return { start: from.start, end: Math.max(from.start, local(parts, starts, last, end - 1, end).end) };
    },
  };
}

function local(
  parts: readonly ShellText[],
  starts: readonly number[],
  index: number,
  start: number,
  end: number,
): SourceRange {
  const base = starts[index] ?? 0;
  const part = parts[index];
  if (!part) return { start: 0, end: 0 };
  const length = part.text.length;
  return part.rangeOf(Math.min(start - base, length), Math.min(end - base, length));
}

/**
 * A here-document's content as the shell gets it. BuildKit keeps a carriage return before the line feed; it is left out
 * here, so that names stay names. `dropTabs` follows `<<-`.
 */
export function heredocText(heredoc: Heredoc, source: string | undefined, dropTabs: boolean): ShellText {
  const { content, contentRange } = heredoc;
  const length = contentRange.end - contentRange.start;
  const raw = source?.slice(contentRange.start, contentRange.end) ?? (content.length === length ? content : undefined);
  if (raw === undefined) return coarse(content.replaceAll('\r\n', '\n'), contentRange);
  if (!raw.includes('\r') && !(dropTabs && raw.includes('\t'))) return verbatim(raw, contentRange.start);
  const offsets: number[] = [];
  let text = '';
  let lineBegins = true;
  for (let at = 0; at < raw.length; at++) {
    const character = raw[at] ?? '';
    if (character === '\r' && raw[at + 1] === '\n') continue;
    if (dropTabs && lineBegins && character === '\t') continue;
    lineBegins = character === '\n';
    offsets.push(contentRange.start + at);
    text += character;
  }
  offsets.push(contentRange.end);
  return withOffsets(text, offsets);
}

/** The value of a JSON string or bare token, mapped into the source as well as its length allows. */
export function tokenText(token: Token, source: string | undefined): ShellText {
  const { value, range } = token;
  const length = range.end - range.start;
  if (length === value.length && (source === undefined || source.startsWith(value, range.start)))
    return verbatim(value, range.start);
  if (length === value.length + 2 && (source === undefined || source.startsWith(value, range.start + 1)))
    return verbatim(value, range.start + 1);
  const written = source?.slice(range.start, range.end);
  return (written === undefined ? undefined : jsonText(value, written, range.start)) ?? coarse(value, range);
}

/** Follows the escapes of a JSON string; undefined when it does not spell `value`. */
function jsonText(value: string, written: string, offset: number): ShellText | undefined {
  const offsets: number[] = [];
  let at = written.startsWith('"') ? 1 : 0;
  for (let index = 0; index < value.length; index++) {
    if (written[at] === '\\' && written[at + 1] !== '\n' && written[at + 1] !== '\r') {
      offsets.push(offset + at);
      at += written[at + 1] === 'u' ? 6 : 2;
    } else {
      if (written[at] !== value[index]) return undefined;
      offsets.push(offset + at);
      at++;
    }
  }
  offsets.push(offset + Math.min(at, written.length));
  // An escape is more than one character: a piece ends where the next one begins.
  const placeOf = (index: number): number => offsets[Math.min(index, offsets.length - 1)] ?? offset;
  return { text: value, rangeOf: (start, end) => ({ start: placeOf(start), end: placeOf(Math.max(start, end)) }) };
}
