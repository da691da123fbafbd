/** Builds that are to give the same bytes each time date their images to the beginning of time, or close by. */
const earliest = Date.parse('1990-01-01T00:00:00Z');

/** Milliseconds of a date as engines write it; undefined where there is none. */
export function timeOf(value: unknown): number | undefined {
  const time = typeof value === 'string' ? Date.parse(value) : Number.NaN;
  return Number.isFinite(time) ? time : undefined;
}

/** The same, where the date tells something: neither Go's year 1 nor a made-up one. */
export function knownTime(value: unknown): number | undefined {
  const time = timeOf(value);
  return time !== undefined && time >= earliest ? time : undefined;
}
