import type { Voice } from './voice.ts';

const DAY_MS = 24 * 60 * 60 * 1000;

/** "Today", "Yesterday" or the date of an ISO 8601 time. */
export function dayName(at: string, { t, locale }: Voice): string {
  const isDay = (ms: number) => new Date(at).toDateString() === new Date(ms).toDateString();
  const now = Date.now();
  if (isDay(now)) return t('today');
  if (isDay(now - DAY_MS)) return t('yesterday');
  const form = { weekday: 'long', day: 'numeric', month: 'long' } as const;
  return new Intl.DateTimeFormat(locale, form).format(new Date(at));
}
