import type { TalkTexts } from './locales/en-talk.ts';
import type { Texts } from './locales/en.ts';

/** Names a text; never the text itself. */
export type TextKey = Exclude<keyof Texts, 'language'> | keyof TalkTexts;

type Values = Record<string, string | number>;

/** How the widget speaks: texts, times and days in one language. */
export interface Voice {
  /** Empty for a text that has not come yet. */
  t(key: TextKey, values?: Values): string;
  /** Texts that came with a later part. */
  learn(more: TalkTexts): void;
  /** The time of day of an ISO 8601 time. */
  time(at: string): string;
  /** BCP 47. */
  locale: string;
}

/** @param languages What the browser prefers; its region decides how times look, for example 14:02 or 2:02 PM. */
export function createVoice(texts: Texts, languages: readonly string[]): Voice {
  const locale =
    languages.find((language) => language.startsWith(texts.language)) ?? texts.language;
  // Slow to make, the first of them most of all, and not needed before something was written.
  let plurals: Intl.PluralRules | undefined;
  let clock: Intl.DateTimeFormat | undefined;
  let known: Record<string, string | Record<string, string>> = texts;
  const t: Voice['t'] = (key, values = {}) => {
    const entry = known[key] ?? '';
    const text =
      typeof entry === 'string'
        ? entry
        : (entry[(plurals ??= new Intl.PluralRules(locale)).select(Number(values.count))] ??
          entry.other ??
          '');
    return text.replace(/{(\w+)}/g, (_, name: string) => `${values[name]}`);
  };
  return {
    t,
    learn(more) {
      known = { ...known, ...more };
    },
    time(at) {
      clock ??= new Intl.DateTimeFormat(locale, { timeStyle: 'short' });
      return clock.format(new Date(at));
    },
    locale,
  };
}
