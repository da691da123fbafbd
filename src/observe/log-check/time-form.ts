/** How a time is written, as far as a parser has to know. */
export type TimeForm =
  | 'RFC 3339'
  | 'ISO 8601 without zone'
  | 'date and time without zone'
  | 'seconds since 1970'
  | 'milliseconds since 1970'
  | 'microseconds since 1970'
  | 'nanoseconds since 1970'
  | 'common log format'
  | 'unknown form';

const zoned = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:[.,]\d{1,9})?)? ?(?:Z|UTC|[+-]\d\d:?\d\d)$/;
const unzonedIso = /^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:[.,]\d{1,9})?)?$/;
const unzoned = /^(?:\d{4}[-/]\d\d[-/]\d\d|\d\d[-/.]\d\d[-/.]\d{4}|[A-Z][a-z]{2} [ \d]\d)[ T]\d\d:\d\d/;
const common = /^\d\d\/[A-Z][a-z]{2}\/\d{4}:\d\d:\d\d:\d\d [+-]\d{4}$/;

/** The form of a timestamp's value in a field. */
export function timeFormOf(value: unknown): TimeForm {
  if (typeof value === 'number') return epochForm(value);
  if (typeof value !== 'string') return 'unknown form';
  if (zoned.test(value)) return 'RFC 3339';
  if (unzonedIso.test(value)) return 'ISO 8601 without zone';
  if (common.test(value)) return 'common log format';
  if (unzoned.test(value)) return 'date and time without zone';
  return /^\d{9,19}(?:\.\d{1,9})?$/.test(value) ? epochForm(Number(value)) : 'unknown form';
}

/** By size: one second of 2001 is nine digits, and each further unit has three more. */
function epochForm(value: number): TimeForm {
  if (value >= 1e8 && value < 1e11) return 'seconds since 1970';
  if (value >= 1e11 && value < 1e14) return 'milliseconds since 1970';
  if (value >= 1e14 && value < 1e17) return 'microseconds since 1970';
  return value >= 1e17 && value < 1e20 ? 'nanoseconds since 1970' : 'unknown form';
}

export function hasNoZone(form: TimeForm): boolean {
  return form === 'ISO 8601 without zone' || form === 'date and time without zone';
}

const leading =
  /^\[?(\d{4}[-/]\d\d[-/]\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d{1,9})?(?: ?(?:Z|[+-]\d\d:?\d\d))?|[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d)/;

/** The form of the time that a line of text begins with; undefined where it begins with none. */
export function leadingTime(line: string): TimeForm | undefined {
  const match = leading.exec(line);
  return match ? timeFormOf((match[1] ?? '').replace(/([.,]\d{9})\d+/, '$1')) : undefined;
}
