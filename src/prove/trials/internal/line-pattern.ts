/** What a line may be: the parts that two trials of the original have in common, and between them whatever differs as theirs differs. */
export interface LinePattern {
  readonly matches: (line: string) => boolean;
  /** What differs, for people: pairs of texts. */
  readonly differing: readonly (readonly [string, string])[];
  /** The share of their characters that are in common, or a number, a date, a UUID or a token in both: from 0 to 1. */
  readonly alike: number;
}

/**
 * Words, single characters, and dates as one piece each: of a date the day and the month are noise, too, when the second is. RFC 9110's, RFC 3339's
 * with blank or T, ctime's, and that of access logs.
 */
const dates =
  /(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun),? \d{1,2} [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d(?: (?:GMT|UTC|[+-]\d{4}))?|\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d+)?(?:Z|[+-]\d\d:?\d\d)?|(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) )?[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d(?: [A-Z]{3,4})?(?: \d{4})?|\d\d\/[A-Z][a-z]{2}\/\d{4}:\d\d:\d\d:\d\d(?: [+-]\d{4})?/;
/**
 * One piece, too: of the groups of four digits between its hyphens some hold no letter by chance, in both (https://www.rfc-editor.org/rfc/rfc9562).
 */
const uuid = /(?<![A-Za-z0-9])[0-9A-Fa-f]{8}-(?:[0-9A-Fa-f]{4}-){3}[0-9A-Fa-f]{12}(?![A-Za-z0-9])/;
/**
 * One piece, too: signatures, sessions and tokens in base64 or base64url (https://www.rfc-editor.org/rfc/rfc4648#section-5). Whether one of them holds a
 * hyphen or a stroke is chance. Those that dots join are one (https://www.rfc-editor.org/rfc/rfc7519), and
 * what a cookie may not hold is escaped in them.
 */
const threeKinds = /(?=[\w.%-]{0,400}?[a-z])(?=[\w.%-]{0,400}?[A-Z])(?=[\w.%-]{0,400}?\d)/;
const random = new RegExp(
  String.raw`(?<![\w+/-])[A-Za-z0-9+/]{18,}={1,2}(?![\w+/=-])|(?<![\w%-])${threeKinds.source}(?:[\w%-]{4,}\.){0,2}[\w%-]{20,}(?![\w%-])`,
);
const tokens = new RegExp(`${dates.source}|${uuid.source}|${random.source}|[A-Za-z0-9]+|[^A-Za-z0-9]`, 'g');
const wholeDate = new RegExp(`^(?:${dates.source})$`);
const wholeUuid = new RegExp(`^${uuid.source}$`);
const wholeRandom = new RegExp(`^(?:${random.source})$`);

/** Lines of more pieces are compared as a whole. */
const mostTokens = 1_500;
const longestLine = 20_000;

/** Learns from two lines that stand for the same. Undefined where they are too long to compare. */
export function learnLine(one: string, other: string): LinePattern | undefined {
  if (one === other) return { matches: (line) => line === one, differing: [], alike: 1 };
  const left = one.match(tokens) ?? [];
  const right = other.match(tokens) ?? [];
  if (left.length > mostTokens || right.length > mostTokens) return undefined;
  const parts = widen(align(left, right));
  return {
    matches: (line) => line.length <= longestLine && fits(line, parts),
    differing: parts.flatMap((part) => (part.kind === 'gap' ? [[part.one, part.other] as const] : [])),
    alike: parts.reduce((sum, part) => sum + alikeIn(part), 0) / Math.max(one.length, other.length),
  };
}

type Part =
  | { readonly kind: 'same'; readonly text: string }
  | { readonly kind: 'gap'; readonly one: string; readonly other: string };

function alikeIn(part: Part): number {
  if (part.kind === 'same') return part.text.length;
  const isOfOneKind = [/^\d+$/, wholeDate, wholeUuid, wholeRandom].some(
    (kind) => kind.test(part.one) && kind.test(part.other),
  );
  return isOfOneKind ? Math.min(part.one.length, part.other.length) : 0;
}

/** The longest common subsequence, after what begins and ends alike; what lies between is a gap. */
function align(left: readonly string[], right: readonly string[]): readonly Part[] {
  let start = 0;
  while (start < left.length && start < right.length && left[start] === right[start]) start += 1;
  let end = 0;
  while (end < left.length - start && end < right.length - start && left.at(-1 - end) === right.at(-1 - end)) end += 1;
  const inner = alignInner(left.slice(start, left.length - end), right.slice(start, right.length - end));
  const parts: Part[] = left.slice(0, start).map((text) => ({ kind: 'same', text }));
  return [...parts, ...inner, ...left.slice(left.length - end).map((text) => ({ kind: 'same' as const, text }))];
}

function alignInner(left: readonly string[], right: readonly string[]): readonly Part[] {
  const width = right.length + 1;
  const lengths = new Uint16Array((left.length + 1) * width);
  const at = (row: number, column: number) => lengths[row * width + column] ?? 0;
  for (let row = left.length - 1; row >= 0; row--)
    for (let column = right.length - 1; column >= 0; column--)
      lengths[row * width + column] =
        left[row] === right[column] ? at(row + 1, column + 1) + 1 : Math.max(at(row + 1, column), at(row, column + 1));
  const parts: Part[] = [];
  let gap = { one: '', other: '' };
  const closeGap = () => {
    if (gap.one !== '' || gap.other !== '') parts.push({ kind: 'gap', ...gap });
    gap = { one: '', other: '' };
  };
  let row = 0;
  let column = 0;
  while (row < left.length || column < right.length) {
    const text = left[row];
    if (text !== undefined && text === right[column]) {
      closeGap();
      parts.push({ kind: 'same', text });
      row += 1;
      column += 1;
    } else if (column >= right.length || (text !== undefined && at(row + 1, column) >= at(row, column + 1))) {
      gap.one += text ?? '';
      row += 1;
    } else {
      gap.other += right[column] ?? '';
      column += 1;
    }
  }
  closeGap();
  return parts;
}

/** A number that is joined to one that differs is part of the same datum: the minute of a time, a byte of an address. */
function widen(parts: readonly Part[]): readonly Part[] {
  const result = [...parts];
  const isNumber = (part: Part | undefined) => part?.kind === 'same' && /^\d+$/.test(part.text);
  const isJoint = (part: Part | undefined) => part?.kind === 'same' && /^[.:,/_-]$/.test(part.text);
  const isNumberGap = (part: Part | undefined) =>
    part?.kind === 'gap' && /^\d+$/.test(part.one) && /^\d+$/.test(part.other);
  const open = (at: number) => {
    const part = result[at];
    if (part?.kind === 'same') result[at] = { kind: 'gap', one: part.text, other: part.text };
  };
  for (let at = 2; at < result.length; at++)
    if (isNumberGap(result[at - 2]) && isJoint(result[at - 1]) && isNumber(result[at])) open(at);
  for (let at = result.length - 3; at >= 0; at--)
    if (isNumberGap(result[at + 2]) && isJoint(result[at + 1]) && isNumber(result[at])) open(at);
  return result;
}

/**
 * Follows all readings of a line at once, so that no line of a program that means ill takes long: a regular expression of many gaps would.
 */
function fits(line: string, parts: readonly Part[]): boolean {
  let reached: readonly number[] = [0];
  for (const part of parts) {
    const next = new Set<number>();
    if (part.kind === 'same') {
      for (const at of reached) if (line.startsWith(part.text, at)) next.add(at + part.text.length);
    } else {
      const { isAllowed, shortest, longest } = gapOf(part);
      for (const at of reached) {
        let end = at;
        for (;;) {
          if (end - at >= shortest) next.add(end);
          if (end >= line.length || end - at >= longest || !isAllowed(line.charAt(end))) break;
          end += 1;
        }
      }
    }
    if (next.size === 0) return false;
    reached = [...next];
  }
  return reached.includes(line.length);
}

/** What may stand in a gap: the kinds of characters that were seen, and about as many. */
function gapOf({ one, other }: Extract<Part, { kind: 'gap' }>): {
  readonly isAllowed: (character: string) => boolean;
  readonly shortest: number;
  readonly longest: number;
} {
  const both = one + other;
  const least = Math.min(one.length, other.length) === 0 ? 0 : 1;
  if (/^\d+$/.test(both)) return { isAllowed: (each) => /\d/.test(each), shortest: least, longest: 20 };
  if (wholeDate.test(one) && wholeDate.test(other))
    return { isAllowed: (each) => /[\w ,.:+/-]/.test(each), shortest: least, longest: both.length };
  if (wholeUuid.test(one) && wholeUuid.test(other))
    return { isAllowed: (each) => /[0-9A-Fa-f-]/.test(each), shortest: one.length, longest: one.length };
  if (wholeRandom.test(one) && wholeRandom.test(other))
    return {
      isAllowed: (each) => /[\w+/=.%-]/.test(each),
      shortest: Math.min(one.length, other.length) - 8,
      longest: Math.max(one.length, other.length) + 8,
    };
  const kinds = [/\d/, /[a-f]/, /[g-z]/, /[A-F]/, /[G-Z]/].filter((kind) => kind.test(both));
  const others = new Set(both.replace(/[A-Za-z0-9]/g, ''));
  const isFixed = one.length === other.length && one.length >= 8;
  return {
    isAllowed: (each) => others.has(each) || kinds.some((kind) => kind.test(each)),
    shortest: isFixed ? one.length : least,
    longest: isFixed ? one.length : both.length + 8,
  };
}
