import { LANGUAGE, REGION, t } from './texts.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

// Formatters are costly to make and asked for in every row.
const clock = new Intl.DateTimeFormat(REGION, { hour: 'numeric', minute: '2-digit' });
const weekday = new Intl.DateTimeFormat(REGION, { weekday: 'short' });
const dayAndMonth = new Intl.DateTimeFormat(REGION, { day: 'numeric', month: 'short' });
const shortDate = new Intl.DateTimeFormat(REGION, { dateStyle: 'medium' });
const longDay = new Intl.DateTimeFormat(REGION, {
  weekday: 'long',
  day: 'numeric',
  month: 'long',
});
const longDate = new Intl.DateTimeFormat(REGION, { dateStyle: 'long' });
const full = new Intl.DateTimeFormat(REGION, { dateStyle: 'medium', timeStyle: 'short' });
const exact = new Intl.DateTimeFormat(REGION, { dateStyle: 'medium', timeStyle: 'medium' });

/** Hours and minutes as the reader's system writes them. */
export function clockTime(at: string): string {
  return clock.format(new Date(at));
}

/** Date and time in full, for tooltips and details. */
export function fullTime(at: string): string {
  return full.format(new Date(at));
}

/** Date and time to the second, where times are compared. */
export function exactTime(at: string): string {
  return exact.format(new Date(at));
}

/** When a list's entry happened, as short as it stays clear: time today, weekday within six days, then the date. */
export function listTime(at: string, now: number): string {
  const date = new Date(at);
  const days = daysBetween(date, new Date(now));
  if (days <= 0) return clock.format(date);
  if (days < 7) return weekday.format(date);
  return date.getFullYear() === new Date(now).getFullYear()
    ? dayAndMonth.format(date)
    : shortDate.format(date);
}

/** The heading over a day's messages. */
export function dayName(at: string, now: number): string {
  const date = new Date(at);
  const days = daysBetween(date, new Date(now));
  if (days === 0) return t('timeline.today');
  if (days === 1) return t('timeline.yesterday');
  return date.getFullYear() === new Date(now).getFullYear()
    ? longDay.format(date)
    : longDate.format(date);
}

/** A calendar day in the reader's time zone: equal for two times on the same day. */
export function dayKey(at: string): string {
  const date = new Date(at);
  return `${date.getFullYear()}-${date.getMonth() + 1}-${date.getDate()}`;
}

/** How long somebody has waited, in one unit: "4 min", "3 hr", "2 days". `null` below one minute. */
export function waitedFor(since: string, now: number): string | null {
  const milliseconds = now - Date.parse(since);
  if (milliseconds < MINUTE) return null;
  if (milliseconds < HOUR) return inUnit(milliseconds / MINUTE, 'minute');
  if (milliseconds < DAY) return inUnit(milliseconds / HOUR, 'hour');
  return inUnit(milliseconds / DAY, 'day');
}

function inUnit(value: number, unit: 'minute' | 'hour' | 'day'): string {
  return new Intl.NumberFormat(LANGUAGE, { style: 'unit', unit, unitDisplay: 'short' }).format(
    Math.floor(value),
  );
}

function daysBetween(date: Date, now: Date): number {
  const midnight = (day: Date) =>
    new Date(day.getFullYear(), day.getMonth(), day.getDate()).getTime();
  // Days with a clock change have 23 or 25 hours.
  return Math.round((midnight(now) - midnight(date)) / DAY);
}
