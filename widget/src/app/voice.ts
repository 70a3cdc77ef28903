import type { Texts } from './locales/en.ts';

/** Names a text; never the text itself. */
export type TextKey = Exclude<keyof Texts, 'language'>;

type Values = Record<string, string | number>;

/** How the widget speaks: texts, times and days in one language. */
export interface Voice {
  t(key: TextKey, values?: Values): string;
  /** The time of day of an ISO 8601 time. */
  time(at: string): string;
  /** "Today", "Yesterday" or the date. */
  day(at: string): string;
}

const DAY_MS = 24 * 60 * 60 * 1000;

/** @param languages What the browser prefers; its region decides how times look, for example 14:02 or 2:02 PM. */
export function createVoice(texts: Texts, languages: readonly string[]): Voice {
  const locale =
    languages.find((language) => language.startsWith(texts.language)) ?? texts.language;
  const plurals = new Intl.PluralRules(locale);
  const time = new Intl.DateTimeFormat(locale, { timeStyle: 'short' });
  const date = new Intl.DateTimeFormat(locale, { weekday: 'long', day: 'numeric', month: 'long' });
  const t: Voice['t'] = (key, values = {}) => {
    const entry: string | Record<string, string> = texts[key];
    const text =
      typeof entry === 'string'
        ? entry
        : (entry[plurals.select(Number(values.count))] ?? entry.other ?? '');
    return text.replace(/{(\w+)}/g, (_, name: string) => `${values[name]}`);
  };
  return {
    t,
    time: (at) => time.format(new Date(at)),
    day(at) {
      const isDay = (ms: number) => new Date(at).toDateString() === new Date(ms).toDateString();
      const now = Date.now();
      if (isDay(now)) return t('today');
      return isDay(now - DAY_MS) ? t('yesterday') : date.format(new Date(at));
    },
  };
}
