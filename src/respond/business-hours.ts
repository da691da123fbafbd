import type { BusinessHours } from '../kubernetes/response/response-policy.ts';

const weekdays = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];

/** Whether a moment lies in the hours, in their own time zone, summer time included. Hours past midnight belong to the day they begin on. */
export function isOpen(hours: BusinessHours, at: Date): boolean {
  const { day, minute } = localTime(hours.timeZone, at);
  const dayBefore = day === 1 ? 7 : day - 1;
  if (hours.from < hours.to) return hours.days.includes(day) && minute >= hours.from && minute < hours.to;
  return (hours.days.includes(day) && minute >= hours.from) || (hours.days.includes(dayBefore) && minute < hours.to);
}

function localTime(timeZone: string, at: Date): { readonly day: number; readonly minute: number } {
  const parts = new Map(
    formatterOf(timeZone)
      .formatToParts(at)
      .map(({ type, value }) => [type, value]),
  );
  return {
    day: weekdays.indexOf(parts.get('weekday') ?? '') + 1,
    minute: Number(parts.get('hour')) * 60 + Number(parts.get('minute')),
  };
}

/** To make one takes longer than all else that a decision needs. */
const formatters = new Map<string, Intl.DateTimeFormat>();

function formatterOf(timeZone: string): Intl.DateTimeFormat {
  let formatter = formatters.get(timeZone);
  if (formatter === undefined) {
    formatter = new Intl.DateTimeFormat('en-US', {
      timeZone,
      weekday: 'short',
      hour: '2-digit',
      minute: '2-digit',
      hourCycle: 'h23',
    });
    formatters.set(timeZone, formatter);
  }
  return formatter;
}
