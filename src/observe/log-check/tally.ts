/** Something that was seen, how often, and where first. */
export interface Sighting {
  count: number;
  /** The first few lines of the file. */
  readonly lines: number[];
  /** What more there is to say of it: a language, a field, a kind of secret; bounded in number. */
  readonly details: Map<string, number>;
}

export interface Tally<Kind extends string> {
  add(kind: Kind, line: number, detail?: string): void;
  get(kind: Kind): Sighting | undefined;
}

const mostLines = 3;
const mostDetails = 8;

/** Counts by kind, with the first places and details. */
export function tally<Kind extends string>(): Tally<Kind> {
  const seen = new Map<Kind, Sighting>();
  return {
    add(kind, line, detail) {
      let sighting = seen.get(kind);
      if (sighting === undefined) {
        sighting = { count: 0, lines: [], details: new Map() };
        seen.set(kind, sighting);
      }
      sighting.count += 1;
      if (sighting.lines.length < mostLines && sighting.lines.at(-1) !== line) sighting.lines.push(line);
      if (detail === undefined) return;
      const known = sighting.details.get(detail);
      if (known !== undefined || sighting.details.size < mostDetails) sighting.details.set(detail, (known ?? 0) + 1);
    },
    get: (kind) => seen.get(kind),
  };
}
