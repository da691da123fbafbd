const day = 86_400;
const units: Readonly<Record<string, number>> = { m: 60, h: 3600, d: day, w: 7 * day };

/** Seconds of `30d`, `12h`, `2w`, `90m`; undefined for what is no such time. */
export function parseAge(text: string): number | undefined {
  const match = /^(\d{1,6})([mhdw])$/.exec(text);
  if (!match) return undefined;
  const [, amount = '', unit = ''] = match;
  return Number(amount) * (units[unit] ?? 0);
}

/** Whole units, rounded down: `30 days`, `12 hours`, `1 minute`. */
export function ageText(seconds: number): string {
  const text = (count: number, unit: string) => `${count} ${unit}${count === 1 ? '' : 's'}`;
  if (seconds >= day) return text(Math.floor(seconds / day), 'day');
  return seconds >= 3600 ? text(Math.floor(seconds / 3600), 'hour') : text(Math.floor(seconds / 60), 'minute');
}
