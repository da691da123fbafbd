/** A part of a generated file that is the user's: between a line `# plimsoll:keep NAME` and a line `# plimsoll:end`. */
export interface KeepRegion {
  /** '' where none is given. */
  readonly name: string;
  /** The lines, the two marks included, each with its end. */
  readonly lines: readonly string[];
  /** How many lines outside of regions stand before it. */
  readonly after: number;
}

/** A text taken apart. */
export interface RegionedText {
  /** The lines outside of regions, each with its end. */
  readonly lines: readonly string[];
  /** In order. */
  readonly regions: readonly KeepRegion[];
  /** A mark without its counterpart: what is meant is not known. */
  readonly broken: boolean;
}

const commentStart = String.raw`^[ \t]*(?:#|//|--|<!--|\{\{-? ?/\*)[ \t]*`;
const begins = new RegExp(`${commentStart}plimsoll:keep(?![\\w-])[ \\t]*([\\w.-]{0,80})`);
const ends = new RegExp(`${commentStart}plimsoll:end(?![\\w-])`);

/** Takes the user's regions out of a text. */
export function takeRegions(text: string): RegionedText {
  const lines: string[] = [];
  const regions: KeepRegion[] = [];
  let open: { name: string; lines: string[] } | undefined;
  let broken = false;
  for (const line of linesOf(text)) {
    const begin = begins.exec(line);
    if (begin) {
      broken ||= open !== undefined;
      open = { name: begin[1] ?? '', lines: [...(open?.lines ?? []), line] };
    } else if (ends.test(line)) {
      broken ||= open === undefined;
      if (open) regions.push({ name: open.name, lines: [...open.lines, line], after: lines.length });
      open = undefined;
    } else if (open) open.lines.push(line);
    else lines.push(line);
  }
  return { lines, regions, broken: broken || open !== undefined };
}

/**
 * Puts what the user wrote into the regions of a new text: by their names, and those that the user made behind the lines that they
 * stood behind. `lost` are the regions for which there is no place any more.
 */
export function putRegions(
  text: string,
  from: RegionedText,
): { readonly text: string; readonly lost: readonly KeepRegion[] } {
  const into = takeRegions(text);
  const gaps = new Map<number, KeepRegion[]>();
  for (const region of into.regions) gaps.set(region.after, [...(gaps.get(region.after) ?? []), region]);
  const taken = new Set<KeepRegion>();
  const lost: KeepRegion[] = [];
  for (const region of from.regions) {
    const own =
      region.name === '' ? undefined : into.regions.find((each) => each.name === region.name && !taken.has(each));
    const gap = own ? own.after : placeOf(from.lines, region.after, into.lines);
    if (gap === undefined) {
      lost.push(region);
      continue;
    }
    const list = gaps.get(gap) ?? [];
    gaps.set(gap, list);
    const kept = { ...region, after: gap };
    if (own) list[list.indexOf(own)] = kept;
    else list.splice(positionIn(list, taken, into.regions), 0, kept);
    taken.add(own ?? kept);
    taken.add(kept);
  }
  const out: string[] = [];
  for (let at = 0; at <= into.lines.length; at++) {
    for (const region of gaps.get(at) ?? []) out.push(...region.lines);
    const line = into.lines[at];
    if (line !== undefined) out.push(line);
  }
  return { text: out.join(''), lost };
}

/** Behind what of the same place was put there before it, as the user had them. */
function positionIn(
  list: readonly KeepRegion[],
  taken: ReadonlySet<KeepRegion>,
  generated: readonly KeepRegion[],
): number {
  const last = list.findLastIndex((each) => taken.has(each) && !generated.includes(each));
  return last + 1;
}

/** How many lines before a place have to be the same for it to be found again. */
const furthest = 5;

/** The place in other lines that is behind the same ones. */
function placeOf(lines: readonly string[], after: number, others: readonly string[]): number | undefined {
  if (lines.length === others.length && lines.every((line, at) => line === others[at])) return after;
  if (after === 0) return 0;
  for (let count = 1; count <= Math.min(furthest, after); count++) {
    const wanted = lines.slice(after - count, after);
    const found = others.flatMap((_, at) =>
      wanted.every((line, offset) => others[at + offset] === line) ? [at + count] : [],
    );
    if (found.length === 1) return found[0];
    if (found.length === 0) return undefined;
  }
  return undefined;
}

function linesOf(text: string): string[] {
  return text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
}
