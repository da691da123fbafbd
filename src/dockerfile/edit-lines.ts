import type { TextEdit } from '../core/fix.ts';
import type { Dockerfile } from './dockerfile.ts';
import type { Instruction } from './instruction.ts';

/** The line end that the file uses. */
export function lineEndOf({ text }: Pick<Dockerfile, 'text'>): string {
  return text.includes('\r\n') ? '\r\n' : '\n';
}

/**
 * Puts whole lines before an instruction, above the comments that stand directly over it and so belong to it. An instruction on
 * a line of its own: never a trigger of ONBUILD.
 */
export function insertLinesBefore(
  dockerfile: Dockerfile,
  instruction: Instruction,
  lines: readonly string[],
): TextEdit {
  const lineEnd = lineEndOf(dockerfile);
  const start = commentedStart(dockerfile, instruction);
  return {
    path: dockerfile.path,
    range: { start, end: start },
    replacement: lines.map((line) => line + lineEnd).join(''),
  };
}

/** Puts whole lines behind an instruction, on the next line: what another edit adds to the instruction's own end stays before them. */
export function insertLinesAfter(dockerfile: Dockerfile, instruction: Instruction, lines: readonly string[]): TextEdit {
  const lineEnd = lineEndOf(dockerfile);
  const { end } = instruction.syntax.range;
  const isLast = !/\n$/.test(dockerfile.text.slice(instruction.range.start, end));
  const text = lines.join(lineEnd);
  return {
    path: dockerfile.path,
    range: { start: end, end },
    replacement: isLast ? lineEnd + text : text + lineEnd,
  };
}

/**
 * Where the comments over an instruction that speak of it begin; the start of its own line without any. An empty line may stand between where nothing else
 * can be meant: {@link isSetOff}.
 */
export function commentedStart(dockerfile: Dockerfile, instruction: Instruction): number {
  const { items } = dockerfile.syntax;
  let at = items.indexOf(instruction.syntax);
  if (isSetOff(dockerfile, at)) at -= 1;
  while (items[at - 1]?.kind === 'comment') at -= 1;
  return items[at]?.range.start ?? instruction.syntax.range.start;
}

/**
 * Comments, one empty line, and one instruction that stands alone, with empty lines around all of it: what another instruction follows, directly or
 * behind an empty line without comments of its own, has a heading over both. What heads the file, is drawn as a heading, speaks to a tool or is an instruction that was taken out of use stays where it is.
 */
function isSetOff({ syntax: { items }, text }: Dockerfile, at: number): boolean {
  const [comment, gap, , behind] = items.slice(Math.max(0, at - 2), at + 2);
  if (at < 2 || comment?.kind !== 'comment' || gap?.kind !== 'blank') return false;
  if (text.slice(gap.range.start, gap.range.end).indexOf('\n') !== gap.range.end - gap.range.start - 1) return false;
  if (behind !== undefined && behind.kind !== 'blank') return false;
  if (items.slice(at + 1).find(({ kind }) => kind !== 'blank')?.kind === 'instruction') return false;
  let first = at - 2;
  while (items[first - 1]?.kind === 'comment') first -= 1;
  const heads = items.findIndex(({ kind }) => kind === 'instruction') > first;
  if (items[first - 1]?.kind !== 'blank' || heads) return false;
  const lines = items.slice(first, at - 1).map(({ range }) => text.slice(range.start, range.end).trim());
  return lines.every((line) => /^#+[ \t]*[\p{L}\p{N}]/u.test(line) && !/[-=#*~_]{3}/.test(line) && !isForOthers(line));
}

function isForOthers(comment: string): boolean {
  return (
    speaksToTool(comment) ||
    /^#+[ \t]*(?:ADD|ARG|CMD|COPY|ENTRYPOINT|ENV|EXPOSE|FROM|HEALTHCHECK|LABEL|MAINTAINER|ONBUILD|RUN|SHELL|STOPSIGNAL|USER|VOLUME|WORKDIR)[ \t]/.test(
      comment,
    )
  );
}

/** A comment that sets another tool, or this one, for the line below it. */
export function speaksToTool(comment: string): boolean {
  return /\b(?:hadolint|shellcheck|checkov|trivy|kics|kics-scan|tally|semgrep|snyk|plimsoll)\b.*\b(?:ignore|disable|skip)|\b(?:nosec|noqa|nolint)\b/i.test(
    comment,
  );
}

/** A keyword in the case of that of an instruction. */
export function inCaseOf({ keyword: { value } }: Instruction, keyword: string): string {
  return value === value.toLowerCase() ? keyword.toLowerCase() : keyword;
}

/** A keyword with the white space behind it as the file has both: in the case of an instruction beside it, padded where arguments stand in a column. */
export function keywordInStyle(
  dockerfile: Pick<Dockerfile, 'text' | 'instructions'>,
  beside: Instruction,
  keyword: string,
): string {
  const column = argumentColumn(dockerfile);
  return inCaseOf(beside, keyword).padEnd(Math.max(column, keyword.length + 1));
}

/** The column in which three quarters of the arguments stand, those of keywords of several lengths; 0 where they stand in none. */
export function argumentColumn({ text, instructions }: Pick<Dockerfile, 'text' | 'instructions'>): number {
  const counted = new Map<number, { count: number; padded: boolean; lengths: Set<number> }>();
  for (const { keyword } of instructions) {
    const gap = /^ +(?=\S)/.exec(text.slice(keyword.range.end, keyword.range.end + 40))?.[0].length ?? 1;
    const column = keyword.value.length + gap;
    const found = counted.get(column) ?? { count: 0, padded: false, lengths: new Set() };
    found.count += 1;
    found.padded ||= gap > 1;
    found.lengths.add(keyword.value.length);
    counted.set(column, found);
  }
  const [column, most] = [...counted].sort(([, one], [, other]) => other.count - one.count)[0] ?? [0, undefined];
  if (most === undefined || !most.padded || most.lengths.size < 2 || most.count < 3) return 0;
  const fitting = instructions.filter(({ keyword }) => keyword.value.length < column).length;
  return most.count * 4 >= fitting * 3 ? column : 0;
}
