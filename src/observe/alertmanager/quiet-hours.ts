import type { QuietHours } from '../observe-plan.ts';

/** One entry of a time interval: all of it must hold. */
export interface IntervalEntry {
  readonly times: readonly { readonly start: string; readonly end: string }[];
  readonly weekdays: string | undefined;
}

/** Quiet hours as Alertmanager has them: a range may not go over midnight, so that a night is two. */
export function quietIntervals({ from, to, weekends }: QuietHours): readonly IntervalEntry[] {
  const night = [
    { start: from, end: '24:00' },
    { start: '00:00', end: to },
  ].filter(({ start, end }) => start < end);
  const times = from < to ? [{ start: from, end: to }] : night;
  return [{ times, weekdays: undefined }, ...(weekends ? [{ times: [], weekdays: "'saturday', 'sunday'" }] : [])];
}

/** `22:00-07:00@Europe/Berlin`, with `+weekends` behind it where they are quiet as a whole; undefined where it is none. */
export function readQuietHours(text: string): QuietHours | undefined {
  const weekends = text.endsWith('+weekends');
  const match = /^(\d\d:\d\d)-(\d\d:\d\d)@([A-Za-z][\w+/-]{0,60})$/.exec(text.replace(/\+weekends$/, ''));
  if (!match) return undefined;
  const [, from = '', to = '', zone = ''] = match;
  const isTime = (time: string) => /^(?:[01]\d|2[0-3]):[0-5]\d$/.test(time);
  if (!isTime(from) || !isTime(to) || from === to || !isZone(zone)) return undefined;
  return { from, to, zone, weekends };
}

function isZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}

/** As {@link readQuietHours} reads it. */
export function quietHoursText({ from, to, zone, weekends }: QuietHours): string {
  return `${from}-${to}@${zone}${weekends ? '+weekends' : ''}`;
}
